/**
 * The HTTP client that model APIs are talked to with. Nothing of a request is in what it fails with but the method and
 * the address, so that no error can tell a key, whoever passes it on.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import { Effect, Layer, Option } from "effect"
import * as address from "./address.ts"

/** No reply is longer: 16 MiB. */
const maxReply = 16 * 1024 * 1024

/**
 * A client that follows no redirect, reads every reply whole, and fails with whatever is not a success. It connects to
 * public addresses and to this machine, and into private networks where that is allowed.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: { readonly allowPrivate?: boolean | undefined }): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, HttpClient.transform(whole))).pipe(
    Layer.provide(NodeHttpClient.layerWithoutAgent),
    Layer.provide(NodeHttpClient.makeAgentLayer(options.allowPrivate === true ? {} : { lookup: address.publicLookup }))
  )

const whole = (
  sent: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>,
  asked: HttpClientRequest.HttpClientRequest
): typeof sent => {
  const request = bare(asked)
  const broken = (error: HttpClientError.HttpClientError) =>
    new HttpClientError.RequestError({ request, ...troubleOf(error) })
  return Effect.flatMap(sent, (response) => Effect.map(response.text, (text) => ({ text, response }))).pipe(
    HttpIncomingMessage.withMaxBodySize(Option.some(maxReply)),
    Effect.mapError(broken),
    Effect.flatMap(({ response: { headers, status }, text }) => {
      const isOk = status >= 200 && status < 300
      const response = HttpClientResponse.fromWeb(
        request,
        new Response(status === 204 || status === 304 ? null : text, {
          // Any number may be sent; what is none of HTTP's is no success.
          status: status >= 200 && status <= 599 ? status : 599,
          // What failed is told as the text it is, whatever it claims to be.
          headers: isOk ? headers : { ...headers, "content-type": "text/plain" }
        })
      )
      return isOk
        ? Effect.succeed(response)
        : new HttpClientError.ResponseError({ request, response, reason: "StatusCode" })
    })
  )
}

/** A request without what may be secret. */
const bare = ({ method, url }: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(method)(url.replace(/[?#].*/s, ""))

const troubleOf = (
  error: HttpClientError.HttpClientError
): Pick<HttpClientError.RequestError, "reason" | "description"> => {
  if (error._tag === "ResponseError") {
    return { reason: "Transport", description: "it broke off in the middle of its reply" }
  }
  const { cause } = error
  const code = typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined
  return code === address.privateCode
    ? { reason: "InvalidUrl", description: "it leads into a private network; --allow-private-host allows that" }
    : { reason: "Transport", description: `it could not be reached${typeof code === "string" ? ` (${code})` : ""}` }
}
