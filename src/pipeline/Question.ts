/**
 * A question that a step asks of somebody outside: an AI agent, a model, or a person.
 *
 * @since 0.1.0
 */
import { Data, type Duration, Effect, Either, Option, Schema } from "effect"
import * as Codec from "./Codec.ts"
import { foreignJson } from "./foreignJson.ts"
import * as Validation from "./Validation.ts"

/**
 * What is asked. It is identified by the step that asks and its name, so a name is used once in a step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question<A, I> {
  readonly name: string
  readonly ask: "agent" | "user"
  readonly prompt: string
  readonly answer: Schema.Schema<A, I>
  /** Files that the answer needs to be read first. */
  readonly files?: ReadonlyArray<string>
  /** An answer that fits. */
  readonly example?: NoInfer<A>
  /**
   * Turns what somebody wrote into the JSON of the answer. Without it the text is that JSON, or exactly
   * `{ "id", "value" }` with the id of the request: an object of these two keys is always read so.
   */
  readonly read?: Reader
  /** Rules that the schema cannot express. */
  readonly check?: Validation.Validation<NoInfer<A>>
  /** How long the question may stay open, by the wall clock, and the answer that then counts, if any. */
  readonly deadline?: Deadline
  /** How many refused answers are too many; told to whoever answers. */
  readonly attempts?: number
}

/**
 * What a question fails with after a refused answer, of which this is the `count`th: nothing, where another one may
 * still come. Without this, a question that is open bears any number of them.
 *
 * @category models
 * @since 0.1.0
 */
export type Failing<E> = (refusal: Refusal, count: number, where: Where) => Option.Option<E>

/**
 * Where a question is asked: nowhere in particular outside a run, and under no id where nobody has to wait.
 *
 * @category models
 * @since 0.1.0
 */
export interface Where {
  readonly run?: string
  readonly path?: string
  readonly id?: string
  /** The file to which a refused answer that lay beside the checkpoint was moved. */
  readonly kept?: string
}

/**
 * How long a question stays open, and the answer that counts then.
 *
 * @category models
 * @since 0.1.0
 */
export interface Deadline {
  readonly after: Duration.DurationInput
  readonly otherwise: Option.Option<Given>
}

/**
 * Reads an answer as it was written, for the request that it is meant for.
 *
 * @category models
 * @since 0.1.0
 */
export type Reader = (text: string, request: Option.Option<string>) => Either.Either<unknown, Refusal>

/**
 * Why an answer is not one: it does not fit (`reason` is a stable name for how), it is for another request, it came too
 * late or said that it will come later, or whoever was asked gave up.
 *
 * @category models
 * @since 0.1.0
 */
export type Refusal = Data.TaggedEnum<{
  readonly Invalid: { readonly reason: string; readonly issues: ReadonlyArray<string> }
  readonly Stray: { readonly id: string }
  readonly Late: { readonly message: string }
  readonly Declined: { readonly message: string }
}>

/** @category constructors */
export const Refusal: Data.TaggedEnum.Constructor<Refusal> = Data.taggedEnum<Refusal>()

/**
 * An answer before it is judged: text as somebody wrote it, or JSON.
 *
 * @category models
 * @since 0.1.0
 */
export type Given = Data.TaggedEnum<{
  readonly Text: { readonly text: string }
  readonly Json: { readonly value: unknown }
}>

/** @category constructors */
export const Given: Data.TaggedEnum.Constructor<Given> = Data.taggedEnum<Given>()

/**
 * An answer that was accepted, and the JSON that is kept of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Accepted<A> {
  readonly value: A
  readonly json: unknown
}

/**
 * What is wrong with an answer, one sentence each.
 *
 * @category accessors
 * @since 0.1.0
 */
export const issuesOf = (refusal: Refusal): ReadonlyArray<string> => {
  const issues = Refusal.$match(refusal, {
    Invalid: ({ issues }) => issues,
    Stray: ({ id }) => [`it answers "${id}", which is another request`],
    Late: ({ message }) => [message],
    Declined: ({ message }) => [message]
  })
  return [
    ...issues.slice(0, maxIssues).map((issue) => issue.length > maxLength ? `${issue.slice(0, maxLength)}…` : issue),
    ...(issues.length > maxIssues ? [`and ${issues.length - maxIssues} more`] : [])
  ]
}

/** An answer may be wrong in a million places, and may be quoted in each. */
const maxIssues = 100
const maxLength = 1000

/**
 * The reason of a refusal that nothing more is known of.
 *
 * @category constants
 * @since 0.1.0
 */
export const unfit = "InvalidAnswer"

/**
 * Judges an answer, the same way wherever it came from: it is read, decoded, and checked.
 *
 * @example
 * ```ts
 * import { Effect, Option, Schema } from "effect"
 * import { Question } from "effect-cairn"
 *
 * const question = { name: "count", ask: "agent", prompt: "How many?", answer: Schema.Int } as const
 *
 * const refused: Effect.Effect<ReadonlyArray<string>, Question.Accepted<number>> = Effect.flip(
 *   Effect.mapError(Question.judge(question, Question.Given.Text({ text: "many" }), Option.none()), Question.issuesOf)
 * )
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const judge = <A, I>(
  question: Question<A, I>,
  given: Given,
  request: Option.Option<string>
): Effect.Effect<Accepted<A>, Refusal> =>
  Effect.gen(function*() {
    const json = yield* given._tag === "Json" && question.read === undefined
      ? Either.right(given.value)
      : (question.read ?? readJson)(given._tag === "Text" ? given.text : JSON.stringify(given.value), request)
    const value = yield* Either.mapLeft(
      Schema.decodeUnknownEither(question.answer, { errors: "all", onExcessProperty: "error" })(json),
      (error) => invalid(Codec.problems(error))
    )
    if (question.check !== undefined) {
      yield* Effect.mapError(Validation.validate(question.check, value), ({ issues }) =>
        Refusal.Invalid({
          reason: issues[0].code,
          issues: issues.map(({ hint, message, path }) =>
            `${path === undefined ? "" : `${path}: `}${message}${hint === undefined ? "" : ` (${hint})`}`
          )
        }))
    }
    const encoded = yield* Either.mapLeft(encodedBy(question)(value), (issues) => invalid(issues.split("\n")))
    return { value, json: encoded }
  })

/**
 * An answer as it is kept.
 *
 * @category accessors
 * @since 0.1.0
 */
export const encodedBy = <A, I>(question: Question<A, I>): (value: A) => Either.Either<unknown, string> =>
  Codec.make(question.answer).encode

const invalid = (issues: ReadonlyArray<string>): Refusal => Refusal.Invalid({ reason: unfit, issues })

/**
 * Reads text that is JSON: the bare value, or exactly `{ "id", "value" }`.
 *
 * @category readers
 * @since 0.1.0
 */
export const readJson: Reader = (text, request) =>
  Either.flatMap(Either.mapLeft(foreignJson(text), (problem) => invalid([problem])), (json) => {
    if (Option.isNone(request) || !isEnvelope(json)) return Either.right(json)
    const { id, value } = json
    return id === request.value
      ? Either.right(value)
      : Either.left(Refusal.Stray({ id: typeof id === "string" ? id : JSON.stringify(id) }))
  })

const isEnvelope = (json: unknown): json is { readonly id: unknown; readonly value: unknown } =>
  typeof json === "object" && json !== null && !Array.isArray(json) && Object.keys(json).sort().join() === "id,value"

/**
 * Whoever answers at once. It is told what was wrong with its last answer, if there was one.
 *
 * @category models
 * @since 0.1.0
 */
export type Answerer<E, R> = (refused: Option.Option<Refusal>) => Effect.Effect<Given, E, R>

/**
 * Asks until an answer is accepted or the question fails. `refused` is told of each one that was not.
 *
 * @category running
 * @since 0.1.0
 */
export const settle = <A, I, E, E2, R, E3>(
  question: Question<A, I>,
  answerer: Answerer<E2, R>,
  failing: Failing<E> | undefined,
  options: {
    readonly where: Where
    readonly before: { readonly count: number; readonly last: Option.Option<Refusal> }
    readonly refused: (refusal: Refusal) => Effect.Effect<void, E3>
  }
): Effect.Effect<Accepted<A>, E | E2 | E3, R> => {
  const from = (count: number, last: Option.Option<Refusal>): Effect.Effect<Accepted<A>, E | E2 | E3, R> =>
    Effect.flatMap(answerer(last), (given) =>
      Effect.matchEffect(judge(question, given, Option.none()), {
        onSuccess: (accepted) => Effect.succeed(accepted),
        onFailure: (refusal) => {
          // Whoever answers at once and wrongly would do so for ever.
          if (failing === undefined) {
            return Effect.die(
              new Error(`the answer to "${question.name}" does not fit:\n${issuesOf(refusal).join("\n")}`)
            )
          }
          const failure = failing(refusal, count + 1, options.where)
          return Effect.zipRight(
            options.refused(refusal),
            Option.isSome(failure) ? Effect.fail(failure.value) : from(count + 1, Option.some(refusal))
          )
        }
      }))
  return Effect.suspend(() => from(options.before.count, options.before.last))
}
