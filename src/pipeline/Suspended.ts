/**
 * A question that only the outside can answer: an AI agent that is not called from here, or a person.
 *
 * @since 0.1.0
 */
import { type Effect, Schema } from "effect"
import { movedTo } from "./movedTo.ts"
import { quote } from "./quote.ts"
import { OpenRequest } from "./RunEvent.ts"

/**
 * The run has stopped until somebody answers. It holds nothing open: no process, no lock.
 *
 * @category errors
 * @since 0.1.0
 */
export class Suspended extends Schema.TaggedError<Suspended>()("Suspended", {
  run: Schema.String,
  requests: Schema.Array(OpenRequest)
}) {
  override get message(): string {
    const count = this.requests.length
    return `Waiting for ${count} answer${count === 1 ? "" : "s"} (run ${this.run})`
  }
  get fix(): string {
    return `Answer, and the run goes on. What is asked: cairn show ${this.run}`
  }
}

/**
 * A given answer does not fit its question. Nothing was stored. While the question bears another one (`isLast` is
 * false) the request stays open; afterwards the step that asks has failed.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerInvalid extends Schema.TaggedError<AnswerInvalid>()("AnswerInvalid", {
  question: Schema.String,
  run: Schema.optional(Schema.String),
  id: Schema.optional(Schema.String),
  path: Schema.optional(Schema.String),
  /** A stable name for what is wrong, where a reader or a check of the question has one. */
  reason: Schema.String,
  /** What is wrong, one problem each, with the JSON pointer to it. */
  issues: Schema.Array(Schema.String),
  /** Which answer this was, from 1, and how many the question bears, where it does not bear any number. */
  attempt: Schema.optional(Schema.Number),
  attempts: Schema.optional(Schema.Number),
  isLast: Schema.Boolean,
  /** Where the answer lies now, if it lay beside the checkpoint. */
  kept: Schema.optional(Schema.String)
}) {
  override get message(): string {
    const count = this.issues.length
    const attempt = this.attempt === undefined || this.attempts === undefined
      ? ""
      : `, attempt ${this.attempt} of ${this.attempts}`
    return `The answer to "${this.path ?? this.question}" does not fit the question (${count} problem${
      count === 1 ? "" : "s"
    }${attempt}); nothing was stored.\n` +
      [...this.issues, ...movedTo(this.kept)].map((line) => `  ${line}`).join("\n")
  }
  get fix(): string {
    return this.isLast || this.run === undefined || this.path === undefined
      ? "Repeat the command to ask again: everything else that was answered is kept."
      : `Correct the answer and send it again: cairn answer ${this.run} ${quote(this.path)} --file FILE`
  }
}

/**
 * An answer that lies beside the checkpoint cannot be read, or must not be. Nothing was stored, and the question is
 * still open.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerUnreadable extends Schema.TaggedError<AnswerUnreadable>()("AnswerUnreadable", {
  run: Schema.String,
  id: Schema.String,
  file: Schema.String,
  reason: Schema.String,
  /** Where it lies now; absent where it could not be moved out of the way. */
  kept: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return [`${this.file}: the answer cannot be read: ${this.reason}`, ...movedTo(this.kept)].join("\n")
  }
  get fix(): string {
    return `${this.kept === undefined ? "Remove it" : "Answer again"}: cairn answer ${this.run} ${this.id} --file FILE`
  }
}

/**
 * An answer was given to a question that is not open: it was answered before, or it belongs to another run.
 *
 * @category errors
 * @since 0.1.0
 */
export class WrongRequest extends Schema.TaggedError<WrongRequest>()("WrongRequest", {
  run: Schema.String,
  id: Schema.String,
  open: Schema.Array(Schema.Struct({ id: Schema.String, path: Schema.String })),
  /** The key of the step that asked, where the question was answered before and otherwise. */
  answered: Schema.optional(Schema.String),
  /** Where the answer lies now, if it lay beside the checkpoint. */
  kept: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return [
      this.answered === undefined
        ? `Run "${this.run}" does not wait for an answer to "${this.id}"`
        : `Run "${this.run}" was given another answer to "${this.id}" before, and that one counts`,
      ...movedTo(this.kept)
    ].join("\n")
  }
  get fix(): string {
    if (this.answered !== undefined) {
      return `To be asked again: cairn resume ${this.run} --from ${quote(this.answered)}`
    }
    return this.open.length === 0
      ? `Nothing is open; go on with: cairn resume ${this.run}`
      : `Answer one of these: ${this.open.map(({ id, path }) => isOne(this.open, path) ? path : id).join(", ")}`
  }
}

const isOne = (open: ReadonlyArray<{ readonly path: string }>, path: string): boolean =>
  open.filter((other) => other.path === path).length === 1

/**
 * A question was asked where no run could wait for its answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotInARun extends Schema.TaggedError<NotInARun>()("NotInARun", { name: Schema.String }) {
  override get message(): string {
    return `"${this.name}" has no answer yet, and outside a run nobody can wait for it`
  }
  get fix(): string {
    return "Run the step in a pipeline, or provide a layer that answers at once."
  }
}

/**
 * Says that an answer has to come from outside. The run turns it into an open request and ends; outside a run it is a
 * defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const suspended = (): Effect.Effect<never, Suspended> => new Suspended({ run: "", requests: [] })
