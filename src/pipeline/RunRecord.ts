/**
 * How a durable event is written: one JSON object. What every step writes is short and read by hand; the rest is
 * written as it is named. `docs/format.md` describes it.
 *
 * @since 0.1.0
 */
import { Either, Option, Schema } from "effect"
import { lazily } from "./lazily.ts"
import type { Unreadable } from "./PersistedRef.ts"
import * as RunEvent from "./RunEvent.ts"

/**
 * The version of the format. A record of a kind that is not known was written by a newer one.
 *
 * @category constants
 * @since 0.1.0
 */
export const format = 2

type DurableEvent = RunEvent.DurableEvent
type Succeeded = typeof RunEvent.StepSucceeded.Type

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
  const { _tag, ...fields } = kinds[event._tag].encode()(stored(event))
  return JSON.stringify({ k: _tag, ...fields })
}

/**
 * Reads a record, or says why that cannot be done.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (record: string): Either.Either<DurableEvent, Unreadable> => {
  const read = eventIn(record)
  return isEvent(read) ? Either.right(read) : Either.left(read)
}

/**
 * The same, bare: where ten thousand records are read, what is wrapped around each of them counts.
 *
 * @category decoding
 * @since 0.1.0
 */
export const eventIn = (record: string): DurableEvent | Unreadable => {
  const json = parse(record)
  if (json === undefined) return unreadable("not a JSON object")
  if (json.k === "S") return finished(json)
  const { g: _generation, k, n: _number, ...fields } = json
  if (!isKind(k)) {
    return unreadable(`unknown kind of record ${JSON.stringify(k)}`, typeof k === "string")
  }
  if (k === "RunStarted" && typeof fields.format === "number" && fields.format > format) {
    return unreadable(`format ${fields.format}`, true)
  }
  return Either.getOrElse(kinds[k].decode()({ _tag: k, ...fields }), () => unreadable(`a ${k} that does not fit`))
}

/**
 * @category guards
 * @since 0.1.0
 */
export const isEvent = (read: DurableEvent | Unreadable): read is DurableEvent => "_tag" in read

const unreadable = (reason: string, newer = false): Unreadable => ({ reason, newer })

/** How one kind of event is written and read. Each is compiled when it is first met: most runs meet three. */
interface Kind {
  readonly encode: () => (event: unknown) => { readonly _tag: string }
  readonly decode: () => (json: unknown) => Either.Either<DurableEvent, unknown>
}

const kind = <A extends DurableEvent, I extends { readonly _tag: string }>(schema: Schema.Schema<A, I>): Kind => ({
  encode: lazily(() => Schema.encodeUnknownSync(schema)),
  decode: lazily(() => Schema.decodeUnknownEither(schema))
})

const kinds: Record<DurableEvent["_tag"], Kind> = {
  RunStarted: kind(RunEvent.RunStarted),
  RunResumed: kind(RunEvent.RunResumed),
  StepSucceeded: kind(RunEvent.StepSucceeded),
  StepFailed: kind(RunEvent.StepFailed),
  RequestOpened: kind(RunEvent.RequestOpened),
  AnswerRecorded: kind(RunEvent.AnswerRecorded),
  AnswerRefused: kind(RunEvent.AnswerRefused),
  ChoiceMade: kind(RunEvent.ChoiceMade),
  StepVoided: kind(RunEvent.StepVoided),
  Compensated: kind(RunEvent.Compensated),
  RunSuspended: kind(RunEvent.RunSuspended),
  RunInterrupted: kind(RunEvent.RunInterrupted),
  RunFailed: kind(RunEvent.RunFailed),
  RunSucceeded: kind(RunEvent.RunSucceeded)
}
const isKind = (k: unknown): k is DurableEvent["_tag"] => typeof k === "string" && Object.hasOwn(kinds, k)

const decodeUsage = lazily(() => Schema.decodeUnknownOption(RunEvent.Usage))

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
const finished = (json: Json): Succeeded | Unreadable => {
  const { a: attempts = 1, d: digest, m: ms, p: path, t: at, u, v: value, w: why, x: version = 1 } = json
  const step = json.s ?? (typeof path === "string" ? lastOf(path) : undefined)
  const usage = u === undefined ? Option.none() : decodeUsage()(u)
  if (
    typeof path === "string" && typeof step === "string" && typeof version === "number" && typeof digest === "string" &&
    typeof at === "number" && typeof ms === "number" && typeof attempts === "number" &&
    (why === undefined || typeof why === "string") && (u === undefined || Option.isSome(usage)) && "v" in json
  ) {
    const event: Succeeded = { _tag: "StepSucceeded", path, step, version, digest, at, ms, attempts, value }
    return why === undefined && u === undefined ? event : {
      ...event,
      ...(why === undefined ? {} : { why }),
      ...(Option.isNone(usage) ? {} : { usage: usage.value })
    }
  }
  return unreadable("a finished step that does not fit")
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)
