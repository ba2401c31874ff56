/**
 * What kept whoever was asked from answering, in words that hold nothing secret, and what helps.
 *
 * @since 0.1.0
 */
import { Data, Either, Option, Schema } from "effect"
import * as printable from "../../pipeline/printable.ts"

/**
 * @category errors
 * @since 0.1.0
 */
export class Trouble extends Data.TaggedError("Trouble")<{
  readonly reason: string
  /** `wait`: asking again later may help. `change`: asking in another form helps, at once. `none`: it was in vain. */
  readonly help: "wait" | "change" | "none"
  /** How long to wait, as the header `Retry-After` says it. */
  readonly retryAfter?: string | undefined
}> {}

/**
 * A reply with a status that is no success: what can be said of it without its headers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofStatus = (reply: {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}): Trouble => {
  const { body, headers, status } = reply
  const id = headers["request-id"] ?? headers["x-request-id"]
  const said = printable.line(body.trim().slice(0, mostSaid)).slice(0, mostSaid)
  return new Trouble({
    help: status === 408 || status === 429 || status >= 500 ? "wait" : "none",
    retryAfter: headers["retry-after"],
    reason: `${placeOf(reply)} answered ${status}${
      id === undefined ? "" : ` (request ${printable.line(id.slice(0, 100))})`
    }${status >= 300 && status < 400 ? ", a redirect, which is not followed" : ""}${said === "" ? "" : `: ${said}`}`
  })
}

/** Of what somebody else wrote, an error tells that many characters. */
const mostSaid = 500

/**
 * A request that got no reply, or none that could be read to its end.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofRequest = (request: {
  readonly method: string
  readonly url: string
  readonly description: string
  readonly isTransport: boolean
}): Trouble =>
  new Trouble({ help: request.isTransport ? "wait" : "none", reason: `${placeOf(request)}: ${request.description}` })

/**
 * A reply that says something else than its API should.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unreadable: Trouble = new Trouble({ help: "none", reason: "its reply is not what this API gives" })

const placeOf = ({ method, url }: { readonly method: string; readonly url: string }): string =>
  `${method} ${Either.getOrElse(Either.try(() => new URL(url).host), () => "the API")}`

/**
 * How long a header asks to wait, in milliseconds: a number of seconds, or a date.
 *
 * @category accessors
 * @since 0.1.0
 */
export const patienceOf = (header: string | undefined, now: number): Option.Option<number> => {
  if (header === undefined) return Option.none()
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Option.some(Number(header) * 1000)
  return Option.map(decodeDate(header), (at) => Math.max(0, at.getTime() - now))
}

const decodeDate = Schema.decodeOption(Schema.Date)
