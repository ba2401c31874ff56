/**
 * The two things that a plan is made from: the review's task and its report.
 *
 * @since 0.1.0
 */
import { Either, Option, Schema } from "effect"
import { InvalidTask, ReportEmpty, ReportNotText, ReportTooLarge } from "./errors.ts"
import * as identifiers from "./identifiers.ts"
import { normalized, trim } from "./text.ts"

/** @category models */
export const ReviewTask = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  /** As given; null where the time of the run stands for it. */
  created: Schema.NullOr(Schema.String)
})
export type ReviewTask = typeof ReviewTask.Type

/** How many bytes a report may have, unless more are allowed. */
export const defaultLimit = 2 * 1024 * 1024

const anything = Schema.optional(Schema.Unknown)
const parts = Schema.decodeUnknownEither(
  Schema.parseJson(Schema.Struct({ id: anything, title: anything, created: anything }))
)

/** Never with a character in the place of bytes that are none. */
const decoded = Option.liftThrowable((bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes))

/**
 * Reads the JSON of a review task.
 *
 * @category parsing
 * @since 0.1.0
 */
export const task = (bytes: Uint8Array, where: string): Either.Either<ReviewTask, InvalidTask> =>
  Either.fromOption(decoded(bytes), () => "it is not UTF-8").pipe(
    Either.flatMap((text) => Either.mapLeft(parts(text), () => "it is not a JSON object")),
    Either.mapLeft((reason) => new InvalidTask({ where, reason })),
    Either.flatMap(({ created, id, title }) => checked({ id, title, created }, where))
  )

/**
 * A review task whose parts may be anything.
 *
 * @category parsing
 * @since 0.1.0
 */
export const checked = (
  { created, id, title }: { readonly id: unknown; readonly title: unknown; readonly created: unknown },
  where: string
): Either.Either<ReviewTask, InvalidTask> => {
  const refuse = (reason: string) => Either.left(new InvalidTask({ where, reason }))
  if (id === undefined) return refuse("\"id\" is missing")
  if (typeof id !== "string" || trim(id) === "") return refuse("\"id\" is not a text, or is empty")
  if (!identifiers.isSafe(id)) {
    return refuse(`"id" is ${JSON.stringify(id.slice(0, 80))}, which cannot stand in a file name`)
  }
  if (title === undefined) return refuse("\"title\" is missing")
  if (typeof title !== "string" || trim(title) === "") return refuse("\"title\" is not a text, or is empty")
  if (/[\0\p{Cs}]/u.test(title)) return refuse("\"title\" holds a NUL or half a character")
  if (created !== undefined && created !== null && typeof created !== "string") {
    return refuse("\"created\" is not a text")
  }
  return Either.right({ id, title, created: created ?? null })
}

/**
 * The text of a report, or why it is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const report = (
  bytes: Uint8Array,
  name: string,
  limit: number
): Either.Either<string, ReportTooLarge | ReportNotText | ReportEmpty> => {
  if (bytes.length > limit) return Either.left(new ReportTooLarge({ report: name, what: "the file", limit }))
  const read = decoded(bytes)
  if (Option.isNone(read)) return Either.left(new ReportNotText({ report: name, reason: "it is not UTF-8" }))
  if (read.value.includes("\0")) return Either.left(new ReportNotText({ report: name, reason: "it holds a NUL" }))
  const text = normalized(read.value)
  return /[^\s\p{Z}\p{C}]/u.test(text) ? Either.right(text) : Either.left(new ReportEmpty({ report: name }))
}
