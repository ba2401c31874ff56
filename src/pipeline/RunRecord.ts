/**
 * How a durable event is written: one JSON object. What every step writes is short and read by hand; the rest is
 * written as it is named. `docs/format.md` describes it.
 *
 * @since 0.1.0
 */
import { Either, Option, Schema } from "effect"
import { DurableEvent, type StepSucceeded, Usage } from "./RunEvent.ts"

/**
 * The version of the format. A record of a kind that is not known was written by a newer one.
 *
 * @category constants
 * @since 0.1.0
 */
export const format = 2

type Succeeded = typeof StepSucceeded.Type

/**
 * Writes a finished step. `value` is the JSON text of its result.
 *
 * @category encoding
 * @since 0.1.0
 */
export const succeeded = (event: Omit<Succeeded, "value" | "_tag">, value: string): string => {
  let text = `{"k":"S","p":${JSON.stringify(event.path)}`
  if (event.step !== lastOf(event.path)) text += `,"s":${JSON.stringify(event.step)}`
  if (event.version !== 1) text += `,"x":${event.version}`
  text += `,"d":"${event.digest}","t":${event.at},"m":${event.ms}`
  if (event.attempts !== 1) text += `,"a":${event.attempts}`
  if (event.why !== undefined) text += `,"w":${JSON.stringify(event.why)}`
  if (event.usage !== undefined) text += `,"u":${JSON.stringify(event.usage)}`
  return `${text},"v":${value}}`
}

/**
 * Writes any durable event.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (event: DurableEvent): string => {
  if (event._tag === "StepSucceeded") return succeeded(event, JSON.stringify(event.value) ?? "null")
  const { _tag, ...fields } = encodeSync(stored(event))
  return JSON.stringify({ k: _tag, ...fields })
}

/**
 * Reads a record, or says why that cannot be done.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (
  record: string
): Either.Either<DurableEvent, { readonly reason: string; readonly newer: boolean }> => {
  const json = parse(record)
  if (json === undefined) return Either.left({ reason: "not a JSON object", newer: false })
  if (json.k === "S") return finished(json)
  const { g: _generation, k, n: _number, ...fields } = json
  if (typeof k !== "string" || !Object.hasOwn(kinds, k)) {
    return Either.left({ reason: `unknown kind of record ${JSON.stringify(k)}`, newer: typeof k === "string" })
  }
  if (k === "RunStarted" && typeof fields.format === "number" && fields.format > format) {
    return Either.left({ reason: `format ${fields.format}`, newer: true })
  }
  return Either.mapLeft(
    decodeEither({ _tag: k, ...fields }),
    () => ({ reason: `a ${k} that does not fit`, newer: false })
  )
}

const encodeSync = Schema.encodeSync(DurableEvent)
const decodeUsage = Schema.decodeUnknownOption(Usage)
const decodeEither = Schema.decodeUnknownEither(DurableEvent)
const kinds: Record<DurableEvent["_tag"], true> = {
  RunStarted: true,
  RunResumed: true,
  StepSucceeded: true,
  StepFailed: true,
  RequestOpened: true,
  AnswerRecorded: true,
  AnswerRefused: true,
  ChoiceMade: true,
  StepVoided: true,
  Compensated: true,
  RunSuspended: true,
  RunInterrupted: true,
  RunFailed: true,
  RunSucceeded: true
}

/** Without what is only shown. */
const stored = (event: DurableEvent): DurableEvent => {
  switch (event._tag) {
    case "StepFailed": {
      const { hidden: _1, number: _2, of: _3, title: _4, ...rest } = event
      return rest
    }
    case "RunStarted": {
      const { follows: _, ...rest } = event
      return rest
    }
    case "RunResumed": {
      const { program: _1, run: _2, was: _3, ...rest } = event
      return rest
    }
    default:
      return event
  }
}

interface Json {
  readonly [key: string]: unknown
}

const parse = (text: string): Json | undefined => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === "object" && json !== null && !Array.isArray(json) ? json as Json : undefined
  } catch {
    return undefined
  }
}

/** Ten thousand of these are read on a resume, so they are checked by hand. */
const finished = (json: Json): Either.Either<Succeeded, { readonly reason: string; readonly newer: boolean }> => {
  const { a: attempts = 1, d: digest, m: ms, p: path, t: at, u, v: value, w: why, x: version = 1 } = json
  const step = json.s ?? (typeof path === "string" ? lastOf(path) : undefined)
  const usage = u === undefined ? Option.none() : decodeUsage(u)
  if (
    typeof path === "string" && typeof step === "string" && typeof version === "number" && typeof digest === "string" &&
    typeof at === "number" && typeof ms === "number" && typeof attempts === "number" &&
    (why === undefined || typeof why === "string") && (u === undefined || Option.isSome(usage)) && "v" in json
  ) {
    const event: Succeeded = { _tag: "StepSucceeded", path, step, version, digest, at, ms, attempts, value }
    return Either.right(
      why === undefined && u === undefined ? event : {
        ...event,
        ...(why === undefined ? {} : { why }),
        ...(Option.isNone(usage) ? {} : { usage: usage.value })
      }
    )
  }
  return Either.left({ reason: "a finished step that does not fit", newer: false })
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)
