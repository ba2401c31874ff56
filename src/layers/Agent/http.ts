/**
 * Talking to a model's API: with patience where that helps, and without a word of anything secret where it fails.
 *
 * @since 0.1.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Context, Duration, Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import * as printable from "../../pipeline/printable.ts"

/**
 * Where an API is cannot be what was given.
 *
 * @category errors
 * @since 0.1.0
 */
export class BaseUrlRefused extends Schema.TaggedError<BaseUrlRefused>()("BaseUrlRefused", {
  url: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `--base-url ${this.url}: ${this.reason}`
  }
  get fix(): string {
    return "Give an https:// address (http:// only on this machine), without a user name in it."
  }
}

/**
 * Reads the address of an API: https, or http on this machine; no user name; not inside a private network unless that
 * is allowed, since a name that somebody else chose could lead there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const baseUrl = (
  text: string,
  options: { readonly allowPrivate: boolean }
): Either.Either<string, BaseUrlRefused> =>
  Either.gen(function*() {
    const refuse = (reason: string) =>
      Either.left(new BaseUrlRefused({ url: printable.line(withoutUser(text)), reason }))
    const url = yield* Either.try({ try: () => new URL(text), catch: () => undefined }).pipe(
      Either.orElse(() => refuse("it is not a URL"))
    )
    if (url.username !== "" || url.password !== "") {
      return yield* refuse("a user name or password does not belong in it")
    }
    const host = url.hostname.replace(/^\[|\]$/g, "")
    const isLoopback = host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
      return yield* refuse("only https is safe beyond this machine")
    }
    if (isPrivate(host) && !options.allowPrivate) {
      return yield* refuse("it is in a private network; --allow-private-host allows that")
    }
    return url.href.replace(/\/$/, "")
  })

const isPrivate = (host: string): boolean =>
  /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(host) ||
  /^(f[cd]|fe[89ab])[0-9a-f]*:/i.test(host) || /^::ffff:/i.test(host)

const withoutUser = (text: string): string => text.replace(/\/\/[^/@]*@/, "//")

/**
 * What the API said when it did not do what it was asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trouble {
  readonly reason: string
  /** What it answered with, where it answered. */
  readonly status?: number
  readonly isTransient: boolean
}

/** Where the trouble of one call is left, since the clients of APIs turn it into errors of their own that hold too much. */
class LastTrouble extends Context.Reference<LastTrouble>()("effect-cairn/layers/Agent/LastTrouble", {
  defaultValue: (): { trouble: Option.Option<Trouble> } => ({ trouble: Option.none() })
}) {}

/**
 * Calls an API, and says what the trouble was, if there was any.
 *
 * @category combinators
 * @since 0.1.0
 */
export const calling = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, Trouble, R> =>
  Effect.suspend(() => {
    const last: typeof LastTrouble.Service = { trouble: Option.none() }
    return call.pipe(
      Effect.provideService(LastTrouble, last),
      Effect.mapError((): Trouble =>
        Option.getOrElse(last.trouble, () => ({
          reason: "its reply is not what this API gives",
          isTransient: false
        }))
      )
    )
  })

/** How often a call is tried again, and how long it waits at first, in milliseconds. */
const retries = 3
const backoff = 500
/** Longer than that nobody waits for a server that asks for patience. */
const maxPatience = Duration.seconds(60)

/**
 * An HTTP client that does not follow redirects, reads replies whole, and tries again after 408, 429, 5xx and failures
 * of the network, as long as the server asks it to wait. `secrets` are taken out of whatever is told of a reply.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (secrets: ReadonlyArray<Redacted.Redacted>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.transform((sent, request) => patient(sent, request, secrets, 0)))
  ).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )

type Sent = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const patient = (
  sent: Sent,
  request: HttpClientRequest.HttpClientRequest,
  secrets: ReadonlyArray<Redacted.Redacted>,
  attempt: number
): Sent =>
  Effect.matchEffect(Effect.flatMap(sent, (response) => whole(response, request)), {
    onSuccess: (response) => {
      const { status } = response
      if (status >= 200 && status < 300) return Effect.succeed(response)
      return Effect.flatMap(Effect.merge(Effect.mapError(response.text, () => "")), (body) => {
        const isTransient = status === 408 || status === 429 || status >= 500
        const id = response.headers["request-id"] ?? response.headers["x-request-id"]
        const trouble: Trouble = {
          status,
          reason: `${nameOf(request)} answered ${status}${id === undefined ? "" : ` (request ${printable.line(id)})`}${
            status >= 300 && status < 400 ? ", a redirect, which is not followed" : ""
          }${body.trim() === "" ? "" : `: ${shown(body, secrets)}`}`,
          isTransient
        }
        return again(sent, request, secrets, attempt, trouble, patienceOf(response.headers["retry-after"]))(
          new HttpClientError.ResponseError({ request, response, reason: "StatusCode" })
        )
      })
    },
    onFailure: (error) =>
      again(sent, request, secrets, attempt, {
        reason: `${nameOf(request)} ${
          error._tag === "RequestError" ? "could not be reached" : "broke off in the middle of its reply"
        }`,
        isTransient: true
      }, Option.none())(error)
  })

const again = (
  sent: Sent,
  request: HttpClientRequest.HttpClientRequest,
  secrets: ReadonlyArray<Redacted.Redacted>,
  attempt: number,
  trouble: Trouble,
  patience: Option.Option<Duration.Duration>
) =>
(error: HttpClientError.HttpClientError): Sent =>
  Effect.flatMap(LastTrouble, (last) => {
    last.trouble = Option.some(trouble)
    const delay = Option.getOrElse(patience, () => Duration.millis(backoff * 2 ** attempt))
    return !trouble.isTransient || attempt >= retries || Duration.greaterThan(delay, maxPatience)
      ? Effect.fail(error)
      : Effect.zipRight(Effect.sleep(delay), patient(sent, request, secrets, attempt + 1))
  })

/** A reply that has been read to its end, so that nothing can break off later. */
const whole = (response: HttpClientResponse.HttpClientResponse, request: HttpClientRequest.HttpClientRequest): Sent =>
  Effect.map(response.text, (text) =>
    HttpClientResponse.fromWeb(
      request,
      new Response(response.status === 204 || response.status === 304 ? null : text, {
        status: response.status,
        headers: response.headers
      })
    ))

/** Retry-After in seconds; a date is as good as nothing, since clocks differ. */
const patienceOf = (header: string | undefined): Option.Option<Duration.Duration> =>
  header !== undefined && /^\s*\d{1,6}(\.\d+)?\s*$/.test(header)
    ? Option.some(Duration.seconds(Number(header)))
    : Option.none()

const nameOf = ({ method, url }: HttpClientRequest.HttpClientRequest): string => {
  const host = Either.getOrElse(Either.try(() => new URL(url).host), () => "the API")
  return `${method} ${host}`
}

const shown = (body: string, secrets: ReadonlyArray<Redacted.Redacted>): string =>
  printable.line(
    secrets.reduce((text, secret) => text.replaceAll(Redacted.value(secret), "<redacted>"), body).trim().slice(0, 500)
  )
