/**
 * JSON-RPC as clients of MCP speak it, one message a line, between stdio and the server of `@effect/ai`.
 *
 * That server knows ids that are numbers above 0, and describes its errors for servers of its own kind; here every id
 * comes back as it came, what cannot be read is answered, and an error is a code and a message.
 *
 * @since 0.1.0
 */
import * as McpSchema from "@effect/ai/McpSchema"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import { Effect, Either, Option, Schema } from "effect"

type Id = string | number | null

const Message = Schema.Struct({
  jsonrpc: Schema.Literal("2.0"),
  id: Schema.optional(Schema.Union(Schema.String, Schema.Number, Schema.Null)),
  method: Schema.optional(Schema.String),
  params: Schema.optional(Schema.Unknown),
  result: Schema.optional(Schema.Unknown),
  error: Schema.optional(Schema.Unknown)
})
type Message = typeof Message.Type

const parse = Schema.decodeEither(Schema.parseJson())
const decode = Schema.decodeUnknownEither(Message)

/**
 * @category models
 * @since 0.1.0
 */
export interface JsonRpc {
  readonly serialization: RpcSerialization.RpcSerialization["Type"]
  /** Whether the client can ask the person in front of it. */
  readonly offersElicitation: () => boolean
  /** Waits until every request has its response. */
  readonly idle: Effect.Effect<void>
}

/**
 * Writes each message with `write`, so that none is lost between here and stdout.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (write: (line: string) => void): JsonRpc => {
  const inner = RpcSerialization.ndJsonRpc().unsafeMake()
  const decoder = new TextDecoder()
  /** The ids of requests that wait for their response, by the number that stands for each inside. */
  const open = new Map<number, Id>()
  let count = 0
  let rest = ""
  /** Requests that nobody waits for any more: they get no response. */
  const cancelled = new Set<number>()
  let offersElicitation = false
  let whenIdle = () => {}

  const send = (message: object) => write(`${JSON.stringify(message)}\n`)
  const refuse = (id: Id, code: number, message: string) => send({ jsonrpc: "2.0", id, error: { code, message } })

  /** What the server is to see of a line. */
  const received = (line: string): Option.Option<object> =>
    Either.match(Either.mapLeft(parse(line), () => parseError).pipe(Either.flatMap(messageOf)), {
      onLeft: ([code, reason]) => {
        refuse(null, code, reason)
        return Option.none()
      },
      onRight: (message) => {
        if (message.method === undefined) return Option.some(message)
        return message.id === undefined || message.id === null
          ? notified(message.method, message)
          : requested(message.method, message.id, message)
      }
    })

  const notified = (method: string, message: Message): Option.Option<object> => {
    if (!McpSchema.ClientNotificationRpcs.requests.has(method)) return Option.none()
    if (method !== "notifications/cancelled") return Option.some(message)
    const meant = fieldOf(message.params, "requestId")
    const [number] = [...open].find(([, id]) => id === meant) ?? []
    if (number === undefined) return Option.none()
    cancelled.add(number)
    return Option.some({ ...message, params: { requestId: number } })
  }

  const requested = (method: string, id: Id, message: Message): Option.Option<object> => {
    if (!McpSchema.ClientRequestRpcs.requests.has(method)) {
      refuse(id, -32601, `There is no method "${method}"`)
      return Option.none()
    }
    if (method === "initialize") {
      offersElicitation = hasForms(fieldOf(fieldOf(message.params, "capabilities"), "elicitation"))
    }
    open.set(++count, id)
    // A tool without parameters may be called without arguments.
    const params = method === "tools/call" && typeof message.params === "object"
      ? { arguments: {}, ...message.params }
      : message.params
    return Option.some({ ...message, id: count, params })
  }

  const sent = (message: Message): void => {
    if (message.method === "@effect/rpc/Interrupt") {
      return send({ jsonrpc: "2.0", method: "notifications/cancelled", params: message.params })
    }
    if (message.method?.startsWith("@effect/rpc/") === true) return
    if (message.method !== undefined) return send(message)
    if (typeof message.id !== "number" || !open.has(message.id)) return
    const id = open.get(message.id) ?? null
    open.delete(message.id)
    if (cancelled.delete(message.id)) return open.size === 0 ? whenIdle() : undefined
    if (message.error === undefined) send({ jsonrpc: "2.0", id, result: message.result })
    else refuse(id, ...errorOf(message.error))
    if (open.size === 0) whenIdle()
  }

  return {
    offersElicitation: () => offersElicitation,
    idle: Effect.async((resume) => {
      whenIdle = () => resume(Effect.void)
      if (open.size === 0) whenIdle()
    }),
    serialization: RpcSerialization.RpcSerialization.of({
      contentType: "application/json",
      includesFraming: true,
      unsafeMake: () => ({
        decode: (bytes) => {
          const lines = (rest + (typeof bytes === "string" ? bytes : decoder.decode(bytes, { stream: true }))).split(
            "\n"
          )
          rest = lines.pop() ?? ""
          return lines.filter((line) => line.trim() !== "").flatMap((line) =>
            Option.match(received(line), {
              onNone: () => [],
              onSome: (message) => inner.decode(`${JSON.stringify(message)}\n`)
            })
          )
        },
        encode: (response) => {
          const text = inner.encode(response)
          for (const line of String(text ?? "").split("\n").filter((line) => line !== "")) {
            Either.match(Either.flatMap(parse(line), (json) => decode(json)), { onLeft: () => {}, onRight: sent })
          }
          return undefined
        }
      })
    })
  }
}

const parseError = [-32700, "That is not JSON: one message is one line"] as const

const messageOf = (json: unknown): Either.Either<Message, readonly [code: number, reason: string]> =>
  Either.mapLeft(decode(json), () => [
    -32600,
    Array.isArray(json)
      ? "Several messages at once are not taken: send them one a line"
      : "That is no JSON-RPC 2.0 message"
  ])

/** Whatever went wrong inside, in a code and a sentence. */
const errorOf = (error: unknown): readonly [code: number, message: string] => {
  const code = fieldOf(error, "code")
  const message = fieldOf(error, "message")
  const isOurs = typeof code === "number" && code !== 0 && typeof message === "string"
  return isOurs ? [code, message] : [-32602, "The request does not have the form that MCP gives it"]
}

/** Whoever only opens addresses says so; whoever says nothing more shows forms. */
const hasForms = (elicitation: unknown): boolean =>
  typeof elicitation === "object" && elicitation !== null &&
  (Object.keys(elicitation).length === 0 || fieldOf(elicitation, "form") !== undefined)

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
