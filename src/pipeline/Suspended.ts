/**
 * A question that only the outside can answer: an AI agent that is not called from here, or a person.
 *
 * @since 0.1.0
 */
import { Effect, Schema } from "effect"
import { Request } from "./RunEvent.ts"

/**
 * What is asked. It is identified by the step that asks and its name, so a name is used once in a step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question<A, I = unknown> {
  readonly name: string
  readonly ask: "agent" | "user"
  readonly prompt: string
  readonly answer: Schema.Schema<A, I>
  /** Files that the answer needs to be read first. */
  readonly files?: ReadonlyArray<string>
  /** Rules that the schema cannot express: what is wrong with an answer, one sentence each. */
  readonly check?: (answer: NoInfer<A>) => ReadonlyArray<string>
  readonly example?: NoInfer<A>
}

/**
 * The run has stopped until somebody answers. It holds nothing open: no process, no lock.
 *
 * @category errors
 * @since 0.1.0
 */
export class Suspended extends Schema.TaggedError<Suspended>()("Suspended", {
  run: Schema.String,
  requests: Schema.Array(Request)
}) {
  override get message(): string {
    const count = this.requests.length
    return `Waiting for ${count} answer${count === 1 ? "" : "s"} (run ${this.run})`
  }
}

/**
 * A given answer does not fit its question. Nothing was stored; the request stays open.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerInvalid extends Schema.TaggedError<AnswerInvalid>()("AnswerInvalid", {
  run: Schema.String,
  id: Schema.String,
  path: Schema.String,
  /** What is wrong, one problem each, with the JSON pointer to it. */
  issues: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const count = this.issues.length
    return `The answer to "${this.path}" does not fit the question (${count} problem${
      count === 1 ? "" : "s"
    }); nothing was stored.\n` +
      this.issues.map((issue) => `  ${issue}`).join("\n")
  }
  get fix(): string {
    return `Correct the answer and send it again: cairn answer ${this.run} ${this.path} --file FILE`
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
  open: Schema.Array(Schema.Struct({ id: Schema.String, path: Schema.String }))
}) {
  override get message(): string {
    return `Run "${this.run}" does not wait for an answer to "${this.id}"`
  }
  get fix(): string {
    return this.open.length === 0
      ? `Nothing is open; go on with: cairn resume ${this.run}`
      : `Answer one of these: ${this.open.map(({ path }) => path).join(", ")}`
  }
}

/**
 * A question was asked where no run could wait for its answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotInARun extends Schema.TaggedError<NotInARun>()("NotInARun", { name: Schema.String }) {
  override get message(): string {
    return `"${this.name}" has no answer yet, and outside a run nobody can wait for it: run the step in a pipeline, or provide a layer that answers at once`
  }
}

/**
 * Says that an answer has to come from outside. The run turns it into an open request and ends; outside a run it is a
 * defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const suspended: Effect.Effect<never, Suspended> = Effect.fail(new Suspended({ run: "", requests: [] }))
