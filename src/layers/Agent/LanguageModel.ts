/**
 * Any language model of `@effect/ai` as an agent.
 *
 * @since 0.1.0
 */
import type * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Telemetry from "@effect/ai/Telemetry"
import { Effect, Either, Layer, Option, Schema } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import { Agent } from "../Agent.ts"
import * as completing from "./completing.ts"
import { ofRequest, ofStatus, Trouble, unreadable } from "./trouble.ts"
import type { Wire } from "./wire.ts"

/**
 * Asks the language model that is provided. `model` is what it is called in errors and in the table of prices.
 *
 * @example
 * ```ts
 * import { OpenAiClient, OpenAiLanguageModel } from "@effect/ai-openai"
 * import { FetchHttpClient } from "@effect/platform"
 * import { Config, Layer } from "effect"
 * import { AgentLanguageModel } from "effect-cairn/ai"
 *
 * export const agent = AgentLanguageModel.layer("gpt-5-mini", { budget: { usd: 2 } }).pipe(
 *   Layer.provide(OpenAiLanguageModel.layer({ model: "gpt-5-mini" })),
 *   Layer.provide(OpenAiClient.layerConfig({ apiKey: Config.redacted("OPENAI_API_KEY") })),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  model: string,
  options: completing.Options = {}
): Layer.Layer<Agent, never, LanguageModel.LanguageModel> => layerWith(model, options, (call) => call)

/**
 * The same, where the model has to be told whether it can be held to a schema.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  model: string,
  options: completing.Options,
  around: <A, E, R>(call: Effect.Effect<A, E, R>, wire: Wire) => Effect.Effect<A, E, R>
): Layer.Layer<Agent, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    Agent,
    Effect.flatMap(LanguageModel.LanguageModel, (service) =>
      completing.agentOf(model, options, (prompt) => complete(service, prompt, around)))
  )

const complete = (
  service: LanguageModel.Service,
  { question, text, wire }: completing.Prompt,
  around: <A, E, R>(call: Effect.Effect<A, E, R>, wire: Wire) => Effect.Effect<A, E, R>
): Effect.Effect<completing.Completion, Trouble> =>
  Effect.gen(function*() {
    const outer = yield* Effect.serviceOption(Telemetry.CurrentSpanTransformer)
    // An answer that does not decode fails with neither its text nor its price: both are seen where telemetry sees them.
    let seen: completing.Completion | undefined
    const watch: Telemetry.SpanTransformer = (options) => {
      seen = completionOf(options.response)
      Option.map(outer, (transformer) => transformer(options))
    }
    const call = Option.match(wire, {
      onNone: () => Effect.asVoid(service.generateText({ prompt: text })),
      onSome: (wire) =>
        around(
          Effect.asVoid(
            service.generateObject({
              prompt: text,
              objectName: completing.nameOf(question),
              schema: anyOf(wire.schema)
            })
          ),
          wire
        )
    })
    yield* call.pipe(
      Effect.provideService(Telemetry.CurrentSpanTransformer, watch),
      Effect.catchIf(() => seen !== undefined, () => Effect.void),
      Effect.mapError(troubleOf),
      // What the client of an API does not expect of a reply is not our bug, and may quote it.
      Effect.catchAllDefect(() => unreadable)
    )
    return seen === undefined ? yield* unreadable : seen
  })

/** The models' own decoding accepts any object: the answer is judged where every answer is. */
const anyOf = (jsonSchema: object) =>
  Schema.Record({ key: Schema.String, value: Schema.Unknown }).annotations({ jsonSchema })

const completionOf = (parts: Parameters<Telemetry.SpanTransformer>[0]["response"]): completing.Completion => {
  const finish = parts.find((part) => part.type === "finish")
  return {
    text: parts.map((part) => part.type === "text" ? part.text : "").join(""),
    end: finish?.reason === "length" ? "length" : finish?.reason === "content-filter" ? "withheld" : "done",
    inputTokens: finish?.usage.inputTokens,
    outputTokens: finish?.usage.outputTokens
  }
}

/** Only what is known to hold nothing secret is taken from an error; what it was caused by is not. */
const troubleOf = (error: AiError.AiError): Trouble => {
  switch (error._tag) {
    case "HttpResponseError": {
      const { body = "", reason, request, response } = error
      if (reason !== "StatusCode") return unreadable
      return ofStatus({
        method: request.method,
        url: request.url,
        status: response.status,
        headers: response.headers,
        body: withoutValues(plain(body), request.headers)
      })
    }
    case "HttpRequestError":
      return ofRequest({
        method: error.request.method,
        url: error.request.url,
        description: withoutValues(error.description ?? "it could not be reached", error.request.headers),
        isTransport: error.reason === "Transport"
      })
    case "MalformedOutput":
      return unreadable
    default:
      return new Trouble({
        help: "none",
        reason: `its client failed (${error._tag} in ${error.module}.${error.method})`
      })
  }
}

/** An error holds the body of a reply as JSON would be shown. */
const plain = (body: string): string =>
  Either.match(foreignJson(body), {
    onLeft: () => body,
    onRight: (json) => typeof json === "string" ? json : JSON.stringify(json)
  })

/** A reply may tell back what it was sent: of a request's headers nothing is told. */
const withoutValues = (text: string, headers: Readonly<Record<string, unknown>>): string =>
  Object.values(headers)
    .flatMap((value) => typeof value === "string" ? [value, value.replace(/^\w+ /, "")] : [])
    .filter((value) => value.length >= 8)
    .reduce((text, value) => text.replaceAll(value, "<redacted>"), text)
