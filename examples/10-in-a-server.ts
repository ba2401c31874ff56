/**
 * A step in an HTTP handler, without any run: it is an Effect like any other, and its failure is one of the API.
 *
 * Prints:
 *   200 {"words":3}
 *   400 {"_tag":"Empty"}
 */
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, HttpServer } from "@effect/platform"
import { Effect, Layer, Schema } from "effect"
import { Step } from "effect-cairn"

class Empty extends Schema.TaggedError<Empty>()("Empty", {}, HttpApiSchema.annotations({ status: 400 })) {}

const count = Step.make("count", {
  title: "Counting words",
  input: Schema.String,
  success: Schema.Number,
  failure: Empty,
  run: (text) => text.trim() === "" ? new Empty() : Effect.succeed(text.trim().split(/\s+/).length)
})

const api = HttpApi.make("words").add(
  HttpApiGroup.make("texts").add(
    HttpApiEndpoint.post("count", "/count")
      .setPayload(Schema.Struct({ text: Schema.String }))
      .addSuccess(Schema.Struct({ words: Schema.Number }))
      .addError(Empty)
  )
)

const texts = HttpApiBuilder.group(
  api,
  "texts",
  (handlers) => handlers.handle("count", ({ payload }) => Effect.map(count(payload.text), (words) => ({ words })))
)

const { handler } = HttpApiBuilder.toWebHandler(
  Layer.merge(Layer.provide(HttpApiBuilder.api(api), texts), HttpServer.layerContext)
)

for (const text of ["every step counts", " "]) {
  const response = await handler(
    new Request("http://localhost/count", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text })
    })
  )
  console.log(response.status, await response.text())
}
