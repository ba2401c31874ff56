/**
 * A model behind `/chat/completions`, as Ollama, vLLM, LM Studio, llama.cpp and many services speak it.
 *
 * Servers differ in what they can promise: the answer's schema is asked for first, then any JSON, then nothing, and what
 * a server refused is not asked of it again. Of its reply only the text is needed.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Effect, Layer, Option, Redacted, Ref, Schema } from "effect"
import { Agent, AgentFailed } from "../Agent.ts"
import * as completing from "./completing.ts"
import * as http from "./http.ts"

const Count = Schema.optional(Schema.NullOr(Schema.Number))

/** As much of a reply as is needed; servers leave out or add whatever they like. */
const Reply = Schema.Struct({
  choices: Schema.NonEmptyArray(Schema.Struct({
    message: Schema.Struct({
      content: Schema.Union(
        Schema.String,
        Schema.Array(Schema.Struct({ text: Schema.optionalWith(Schema.String, { default: () => "" }) }))
      )
    })
  })),
  usage: Schema.optional(Schema.NullOr(Schema.Struct({ prompt_tokens: Count, completion_tokens: Count })))
})

type Format = "json_schema" | "json_object" | "text"

/** @category layers */
export const layer = (
  options: completing.Options & {
    readonly model: string
    /** Where `/chat/completions` is: `http://localhost:11434/v1`. */
    readonly baseUrl: string
    readonly apiKey?: Redacted.Redacted | undefined
  }
): Layer.Layer<Agent, never, FileSystem.FileSystem> => {
  const { apiKey, baseUrl, model } = options
  const secrets = apiKey === undefined ? [] : [apiKey]
  return Layer.effect(
    Agent,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const promised = yield* Ref.make<Format>("json_schema")

      const post = (format: Format, { question, schema, text }: completing.Prompt) =>
        client.execute(
          HttpClientRequest.post(`${baseUrl}/chat/completions`).pipe(
            HttpClientRequest.acceptJson,
            apiKey === undefined ? (request) => request : HttpClientRequest.bearerToken(Redacted.value(apiKey)),
            HttpClientRequest.bodyUnsafeJson({
              model,
              messages: [{ role: "user", content: text }],
              ...formatOf(format, question, schema)
            })
          )
        ).pipe(
          Effect.flatMap((response) => response.json),
          Effect.flatMap(Schema.decodeUnknown(Reply))
        )

      const complete = (prompt: completing.Prompt): Effect.Effect<completing.Completion, AgentFailed> =>
        Effect.flatMap(Ref.get(promised), (format) =>
          Effect.matchEffect(http.calling(post(format, prompt)), {
            onFailure: ({ isTransient, reason, status }) => {
              const less = format === "json_schema" ? "json_object" : "text"
              return format !== "text" && (status === 400 || status === 422)
                ? Effect.zipRight(Ref.set(promised, less), complete(prompt))
                : new AgentFailed({ agent: model, question: prompt.question, reason, isTransient })
            },
            onSuccess: ({ choices: [{ message: { content } }], usage }) =>
              Effect.succeed({
                text: typeof content === "string" ? content : content.map(({ text }) => text).join(""),
                inputTokens: Option.fromNullable(usage?.prompt_tokens),
                outputTokens: Option.fromNullable(usage?.completion_tokens)
              })
          }))

      return yield* completing.agentOf(model, options, complete)
    })
  ).pipe(Layer.provide(http.layer(secrets)))
}

const formatOf = (format: Format, name: string, schema: Option.Option<object>) => {
  if (format === "text" || Option.isNone(schema)) return {}
  return format === "json_object" ? { response_format: { type: "json_object" } } : {
    response_format: {
      type: "json_schema",
      json_schema: { name: name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64), schema: schema.value }
    }
  }
}
