/**
 * An answer as it comes back, in one of its two forms: the content itself, or the original's envelope around it.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import { type Reader, Refusal } from "../../pipeline/Question.ts"
import type { Warning } from "../review/Draft.ts"
import { withNotes } from "./Content.ts"
import { contentIn } from "./contentIn.ts"

/** Every field of the envelope; all of them are required. */
const envelope = [
  "request_id",
  "version",
  "status",
  "response",
  "error_message",
  "error_type",
  "created_at",
  "duration_seconds",
  "metadata"
]

/** The reasons for which an answer is refused before its content is judged. */
export const reasons = { response: "InvalidResponse", content: "InvalidContent" } as const

/**
 * Finds the content in an answer. A text that answers an open request is JSON and nothing else; whoever is asked
 * directly may put prose around it.
 *
 * @category readers
 */
export const readAnswer: Reader = (text, request) =>
  Either.match(foreignJson(text), {
    onRight: (value) => fromValue(value, request),
    onLeft: (problem) =>
      Option.match(Option.isNone(request) ? contentIn(text) : Option.none(), {
        onNone: () => unreadable([`The answer: ${problem}`]),
        onSome: Either.right
      })
  })

const fromValue = (value: unknown, request: Option.Option<string>): Either.Either<unknown, Refusal> => {
  if (!isObject(value)) return unreadable(["The answer: it is not a JSON object"])
  const given = new Map<string, unknown>(Object.entries(value))
  const id = given.get("id")
  if (given.size === 2 && typeof id === "string" && given.has("value")) {
    return isAsked(id, request) ? fromValue(given.get("value"), request) : Either.left(Refusal.Stray({ id }))
  }
  return given.has("sections") && !given.has("request_id") ? Either.right(value) : fromEnvelope(given, request)
}

/** Where no request is open, whoever answers was asked just now. */
const isAsked = (id: string, request: Option.Option<string>): boolean =>
  Option.match(request, { onNone: () => true, onSome: (asked) => asked === id })

const fromEnvelope = (
  given: ReadonlyMap<string, unknown>,
  request: Option.Option<string>
): Either.Either<unknown, Refusal> => {
  const { id, kind, message, response, seconds, status } = {
    id: given.get("request_id"),
    status: given.get("status"),
    response: given.get("response"),
    seconds: given.get("duration_seconds"),
    message: textOf(given.get("error_message")),
    kind: textOf(given.get("error_type"))
  }
  const issues = [
    ...envelope.filter((field) => !given.has(field)).map((field) => `/${field}: is missing`),
    ...(id === undefined || typeof id === "string" ? [] : ["/request_id: is not a text"]),
    ...(status === undefined || typeof status === "string" ? [] : ["/status: is not a text"]),
    ...(response === undefined || response === null || typeof response === "string" || isObject(response)
      ? []
      : ["/response: is neither a text nor an object"]),
    ...(status === "success" && response === null ? ["/response: is null, although the status is success"] : [])
  ]
  if (issues.length > 0 || typeof id !== "string") return unreadable(issues)
  if (!isAsked(id, request)) return Either.left(Refusal.Stray({ id }))
  if (status === "timeout") {
    return Either.left(
      Refusal.Late({
        message: `the agent ran out of time${typeof seconds === "number" ? ` after ${seconds} s` : ""}`
      })
    )
  }
  if (status !== "success") {
    const reason = message ?? `it gave the status "${String(status)}" and no reason`
    return Either.left(Refusal.Declined({ message: kind === undefined ? reason : `${kind}: ${reason}` }))
  }

  const strangers = [...given.keys()].filter((field) => !envelope.includes(field)).map((field): Warning => ({
    code: "response-field-unknown",
    message: "Answers have no such field; it was ignored",
    where: field
  }))
  if (typeof response !== "string") return Either.right(withNotes(response, [...strangers, asObject]))
  return Option.match(contentIn(response), {
    onNone: () =>
      Either.left(
        Refusal.Invalid({
          reason: reasons.content,
          issues: ["/response: could not parse, expected JSON with 'sections'"]
        })
      ),
    onSome: (content) => Either.right(withNotes(content, strangers))
  })
}

const asObject: Warning = {
  code: "response-object",
  message: "The content came as an object, not as its JSON text; it was taken as it is",
  where: "response"
}

const unreadable = (issues: ReadonlyArray<string>) => Either.left(Refusal.Invalid({ reason: reasons.response, issues }))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined
