/**
 * The programs that ship with Cairn, ready to run: for a command line of your own, beside your own programs.
 *
 * @since 0.1.0
 */
export * from "./runnable/agentEnhance.ts"
export * from "./runnable/implement.ts"
export * from "./runnable/selftest.ts"
export * from "./runnable/templateQa.ts"
