/**
 * What is wrong with a command line, before anything is run.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/**
 * The command was not understood. Nothing was run.
 *
 * @category errors
 * @since 0.1.0
 */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  reason: Schema.String,
  /** A command to paste, or a sentence. */
  fix: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/**
 * A command line is put together in a way that cannot be called.
 *
 * @category errors
 * @since 0.1.0
 */
export class DefinitionRefused extends Schema.TaggedError<DefinitionRefused>()("DefinitionRefused", {
  name: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The command line "${this.name}" cannot be: ${this.reason}.`
  }
  get fix(): string {
    return "Correct what is given to Cli.run."
  }
}

/**
 * What was handed in (`--input`, `--file`) cannot be read or is not what was asked for.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputInvalid extends Schema.TaggedError<InputInvalid>()("InputInvalid", {
  where: Schema.String,
  reason: Schema.String,
  /** What was probably meant. */
  hint: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return `${this.where}: ${this.reason}`
  }
  get fix(): string {
    return `${this.hint === undefined ? "" : `${this.hint} `}Correct it and repeat the command. Nothing was changed.`
  }
}
