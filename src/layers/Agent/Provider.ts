/**
 * What there is to say of a model that is reached with a key.
 *
 * @since 0.1.0
 */
import { Effect, Layer, type Redacted } from "effect"
import * as Secrets from "../../pipeline/Secrets.ts"
import type * as completing from "./completing.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Provider extends completing.Options {
  readonly model: string
  readonly apiKey: Redacted.Redacted
  /** Where its API is, if not where everybody finds it. */
  readonly baseUrl?: string | undefined
  /** Whether that may be in a private network: not, unless it is said. */
  readonly allowPrivate?: boolean | undefined
  /** How long an answer may be, in tokens. */
  readonly maxTokens?: number | undefined
}

/**
 * Remembers a key before a layer uses it, so that it is kept and shown nowhere.
 *
 * @category combinators
 */
export const remembered =
  (key: Redacted.Redacted | undefined) => <A, E, R>(self: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
    Layer.unwrapEffect(Effect.as(Secrets.remember(key), self))
