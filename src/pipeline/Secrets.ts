/**
 * The secrets that were read here, so that none of them is kept or shown: the one scrubber.
 *
 * What reads a secret (a layer, settings) says so by `remember` or `read`. From then on a result, an answer or an input
 * in which it stands is refused, and it is taken out of every other text that is recorded or reported.
 *
 * @since 0.1.0
 */
import { Context, Effect, Encoding, Redacted } from "effect"
import { escaped } from "./itemKey.ts"

/**
 * The secrets of this process, unless others are provided.
 *
 * @category services
 * @since 0.1.0
 */
export class Secrets extends Context.Reference<Secrets>()("effect-cairn/pipeline/Secrets", {
  defaultValue: (): Remembered => make()
}) {}

/**
 * Secrets that were read, and what can be done about them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Remembered {
  /** Remembers every `Redacted` text in a value. */
  readonly remember: (value: unknown) => void
  /** Whether a secret stands in a text. */
  readonly isIn: (text: string) => boolean
  /** Any JSON, with `<redacted>` in place of every secret. */
  readonly scrub: <A>(json: A) => A
}

/** What is shorter stands in too many innocent words. */
const shortest = 8

/**
 * Remembers nothing yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Remembered => {
  // As they are, and as they stand in JSON, in paths, in URLs and in headers; the longer first, since one may hold another.
  let forms: ReadonlyArray<string> = []
  const isIn = (text: string) => forms.some((form) => text.includes(form))
  const scrubText = (text: string) => forms.reduce((text, form) => text.replaceAll(form, "<redacted>"), text)
  const scrub = (json: unknown): unknown => {
    if (typeof json === "string") return scrubText(json)
    if (typeof json !== "object" || json === null) return json
    if (Array.isArray(json)) return json.map(scrub)
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [scrubText(key), scrub(value)]))
  }
  return {
    remember: (value) => {
      for (const secret of secretsIn(value)) {
        if (secret.length < shortest) continue
        const all = new Set([
          ...forms,
          secret,
          JSON.stringify(secret).slice(1, -1),
          escaped(secret),
          ...inUrls(secret),
          ...inBase64(secret)
        ])
        forms = [...all].sort((a, b) => b.length - a.length)
      }
    },
    isIn,
    scrub: <A>(json: A): A => forms.length === 0 ? json : scrub(json) as A
  }
}

const inUrls = (text: string): ReadonlyArray<string> => {
  try {
    return [encodeURIComponent(text)]
  } catch {
    return [] // a half of a pair: no URL holds it
  }
}

/** As a part of what was encoded, such as `user:secret`: it begins at one of three places of a group. */
const inBase64 = (secret: string): ReadonlyArray<string> => {
  const bytes = new TextEncoder().encode(secret)
  return [0, 1, 2].flatMap((before) => {
    const encoded = Encoding.encodeBase64(Uint8Array.from([...new Uint8Array(before), ...bytes]))
    // What is not mixed with what stands before and behind it.
    const own = encoded.slice(Math.ceil(before * 8 / 6), Math.floor((before + bytes.length) * 8 / 6))
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")]
  })
}

const secretsIn = (value: unknown): ReadonlyArray<string> => {
  const found: Array<string> = []
  const seen = new Set<unknown>()
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== "object" || next === null || seen.has(next)) continue
    seen.add(next)
    if (Redacted.isRedacted(next)) {
      const secret = Redacted.value(next)
      if (typeof secret === "string") found.push(secret)
      else waiting.push(secret)
    } else waiting.push(...Object.values(next))
  }
  return found
}

/**
 * Remembers every `Redacted` text in a value.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remember = (value: unknown): Effect.Effect<void> =>
  Effect.map(Secrets, (secrets) => secrets.remember(value))

/**
 * Reads something, and remembers every `Redacted` text in it.
 *
 * @example
 * ```ts
 * import { Config } from "effect"
 * import { Secrets } from "effect-cairn"
 *
 * export const key = Secrets.read(Config.redacted("API_KEY"))
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const read = <A, E, R>(reading: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => Effect.tap(reading, remember)
