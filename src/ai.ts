/**
 * Agents that are models of `@effect/ai`. They need that package, and the one of the provider.
 *
 * @since 0.1.0
 */
export * as AgentAnthropic from "./layers/Agent/Anthropic.ts"
export * as AgentLanguageModel from "./layers/Agent/LanguageModel.ts"
export * as AgentOpenAi from "./layers/Agent/OpenAi.ts"
