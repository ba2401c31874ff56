/**
 * What a run may fail with, beside the failures of its steps.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import type { JournalDamaged, JournalError, RunHeld } from "./Journal.ts"
import { quote } from "./quote.ts"
import type { AnswerInvalid, AnswerUnreadable, WrongRequest } from "./Suspended.ts"

/**
 * There is no such run, or none that this command could continue.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", {
  run: Schema.String,
  reason: Schema.String,
  fix: Schema.String.pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => "List the runs: cairn runs")
  )
}) {
  override get message(): string {
    return this.reason
  }
  /** There is none at all, so that there is nothing to list. */
  static none(run: string, reason: string): RunNotFound {
    return new RunNotFound({ run, reason, fix: "Begin one: cairn help" })
  }
}

/**
 * A run has no step of this name to begin again from.
 *
 * @category errors
 * @since 0.1.0
 */
export class StepNotFound extends Schema.TaggedError<StepNotFound>()("StepNotFound", {
  pipeline: Schema.String,
  key: Schema.String,
  keys: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `"${this.pipeline}" has no step "${this.key}"`
  }
  get fix(): string {
    return `Name one of its steps: ${this.keys.join(", ")}`
  }
}

/**
 * The input is more than a checkpoint keeps.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputTooLong extends Schema.TaggedError<InputTooLong>()("InputTooLong", {
  program: Schema.String,
  bytes: Schema.Number,
  limit: Schema.Number
}) {
  override get message(): string {
    return `The input of "${this.program}" takes ${this.bytes} bytes, and a checkpoint no more than ${this.limit}`
  }
  get fix(): string {
    return "Put what is long into a file, and give its path."
  }
}

/**
 * What a run began with does not fit the input that its program takes now.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecordedInputInvalid extends Schema.TaggedError<RecordedInputInvalid>()("RecordedInputInvalid", {
  run: Schema.String,
  program: Schema.String,
  issues: Schema.String
}) {
  override get message(): string {
    return `The input that run "${this.run}" recorded does not fit "${this.program}" any more:\n${this.issues}`
  }
  get fix(): string {
    return `Fork it with the fields that are others, which keeps every result that still fits: cairn fork ${this.run} --input FILE\nOr begin anew: cairn ${this.program} --help`
  }
}

/**
 * A recorded result does not fit the schema that the step has now, or could not be migrated to its version.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecordedResultInvalid extends Schema.TaggedError<RecordedResultInvalid>()("RecordedResultInvalid", {
  run: Schema.String,
  path: Schema.String,
  step: Schema.String,
  /** The version of the step that recorded it. */
  version: Schema.Number,
  /** The version of the step now. */
  now: Schema.Number,
  /** What does not fit, one problem a line, each with its place in the result. */
  issues: Schema.String
}) {
  override get message(): string {
    const what = `The result of "${this.path}" that run "${this.run}" recorded`
    return this.version === this.now
      ? `${what} does not fit the step "${this.step}" any more:\n${this.issues}`
      : `${what} under version ${this.version} of the step "${this.step}" cannot be migrated to version ${this.now}:\n${this.issues}`
  }
  get fix(): string {
    const again = `run it again: cairn resume ${this.run} --from ${quote(this.path.replace(/#.*$/, ""))}`
    return this.version === this.now
      ? `Count up the version of "${this.step}", or ${again}`
      : `Correct the migration of "${this.step}" for version ${this.version}, or ${again}`
  }
}

/**
 * What a run may fail with, beside the failures of its steps.
 *
 * @category errors
 * @since 0.1.0
 */
export type RunError =
  | AnswerInvalid
  | AnswerUnreadable
  | InputTooLong
  | JournalDamaged
  | JournalError
  | RecordedInputInvalid
  | RecordedResultInvalid
  | RunHeld
  | RunNotFound
  | StepNotFound
  | WrongRequest
