/**
 * The command line of your own programs.
 *
 * @since 0.1.0
 */
export * as Cli from "./cli/Cli.ts"
export * as Command from "./cli/Command.ts"
