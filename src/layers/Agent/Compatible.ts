/**
 * A model behind `/chat/completions`, as Ollama, vLLM, LM Studio, llama.cpp and many services speak it.
 *
 * Servers differ in what they can promise: the answer's schema is asked for first, then any JSON, then nothing, and what
 * a server refused is not asked of it again. Of its reply only the text is needed.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Effect, Either, Layer, Option, type Redacted, Ref, Schema } from "effect"
import { identity } from "effect/Function"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import { Agent } from "../Agent.ts"
import * as completing from "./completing.ts"
import * as http from "./http.ts"
import { type Provider, remembered } from "./Provider.ts"
import { ofRequest, ofStatus, Trouble, unreadable } from "./trouble.ts"
import type { Wire } from "./wire.ts"

const Maybe = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** As much of a reply as is needed; servers leave out or add whatever they like. */
const Reply = Schema.Struct({
  choices: Schema.NonEmptyArray(Schema.Struct({
    message: Schema.Struct({
      content: Schema.Union(
        Schema.String,
        Schema.Array(Schema.Struct({ text: Schema.optionalWith(Schema.String, { default: () => "" }) }))
      )
    }),
    finish_reason: Maybe(Schema.String)
  })),
  usage: Maybe(Schema.Struct({ prompt_tokens: Maybe(Schema.Number), completion_tokens: Maybe(Schema.Number) }))
})

const decode = Schema.decodeUnknownEither(Reply)

type Format = "json_schema" | "json_object" | "text"

/**
 * Asks the model. A key is sent where there is one; servers on this machine need none.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Omit<Provider, "apiKey" | "baseUrl"> & {
    /** Where `/chat/completions` is: `http://localhost:11434/v1`. */
    readonly baseUrl: string
    readonly apiKey?: Redacted.Redacted | undefined
  }
): Layer.Layer<Agent> => {
  const { apiKey, baseUrl, maxTokens, model } = options
  return Layer.effect(
    Agent,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const promised = yield* Ref.make<Format>("json_schema")

      const post = (format: Format, prompt: completing.Prompt) =>
        client.execute(
          HttpClientRequest.post(`${baseUrl}/chat/completions`).pipe(
            HttpClientRequest.acceptJson,
            apiKey === undefined ? identity : HttpClientRequest.bearerToken(apiKey),
            HttpClientRequest.bodyUnsafeJson({
              model,
              messages: [{ role: "user", content: completing.withForm(prompt) }],
              ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
              ...Option.match(prompt.wire, {
                onNone: () => ({}),
                onSome: (wire) => formatOf(format, prompt.question, wire)
              })
            })
          )
        ).pipe(Effect.flatMap(({ text }) => text))

      return yield* completing.agentOf(model, options, (prompt) =>
        Effect.gen(function*() {
          const format = yield* Ref.get(promised)
          const said = yield* Effect.catchAll(post(format, prompt), (error) =>
            Effect.gen(function*() {
              const refuses = error._tag === "ResponseError" && [400, 422, 501].includes(error.response.status)
              if (!refuses || format === "text" || Option.isNone(prompt.wire)) return yield* troubleOf(error)
              // Another request may have been refused the same meanwhile.
              yield* Ref.update(promised, (now) => now === format ? less[format] : now)
              return yield* Effect.mapError(troubleOf(error), ({ reason }) => new Trouble({ reason, help: "change" }))
            }))
          return yield* Effect.mapError(completionOf(said), () => unreadable)
        }))
    })
  ).pipe(Layer.provide(http.layer(options)), remembered(apiKey))
}

const less = { json_schema: "json_object", json_object: "text" } as const

const formatOf = (format: Format, name: string, { isStrict, schema }: Wire) => {
  switch (format) {
    case "json_schema":
      return {
        response_format: { type: format, json_schema: { name: completing.nameOf(name), schema, strict: isStrict } }
      }
    case "json_object":
      return { response_format: { type: format } }
    case "text":
      return {}
  }
}

const completionOf = (body: string) =>
  Either.map(Either.flatMap(foreignJson(body), decode), ({ choices: [{ finish_reason, message }], usage }) => ({
    text: typeof message.content === "string" ? message.content : message.content.map(({ text }) => text).join(""),
    end: finish_reason === "length" ? "length" as const : finish_reason === "content_filter"
      ? "withheld" as const
      : "done" as const,
    inputTokens: usage?.prompt_tokens ?? undefined,
    outputTokens: usage?.completion_tokens ?? undefined
  }))

const troubleOf = (error: HttpClientError): Effect.Effect<never, Trouble> => {
  const { method, url } = error.request
  if (error._tag === "RequestError") {
    const description = error.description ?? "it could not be reached"
    return ofRequest({ method, url, description, isTransport: error.reason === "Transport" })
  }
  const { headers, status } = error.response
  return Effect.flatMap(
    Effect.orElseSucceed(error.response.text, () => ""),
    (body) => ofStatus({ method, url, status, headers, body })
  )
}
