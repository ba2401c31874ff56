/**
 * Agents that answer at once: a program on this machine, a model behind `/chat/completions`, a cassette. They need
 * `@effect/platform`.
 *
 * @since 0.1.0
 */
export * as AgentChoice from "./layers/Agent/Choice.ts"
export * as AgentCommand from "./layers/Agent/Command.ts"
export * as AgentCompatible from "./layers/Agent/Compatible.ts"
export * as AgentReplay from "./layers/Agent/Replay.ts"
