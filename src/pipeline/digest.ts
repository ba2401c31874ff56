/**
 * Canonical JSON, its digest, and ids that cannot be guessed: the only place of the kernel that needs Node.
 *
 * @since 0.1.0
 */
import { Redacted } from "effect"
import { hash, randomBytes } from "node:crypto"

/** Deeper than any honest value, and far from the end of the stack. */
const maxDepth = 1000

/** Why a secret is refused wherever something is kept. */
export const secret = "a Redacted value, and secrets are never stored"

/**
 * Says what in a value cannot be JSON, with the path to it (`/items/0/price: NaN`), or `undefined` where all of it
 * can. A property that is `undefined` counts as absent.
 *
 * @category guards
 * @since 0.1.0
 */
export const notJson = (value: unknown, path = "", depth = 0): string | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined
    case "number":
      return Number.isFinite(value) ? undefined : `${path || "/"}: ${value} is not a JSON number`
    case "object": {
      if (value === null) return undefined
      if (depth > maxDepth) return `${path || "/"}: deeper than ${maxDepth} levels`
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) {
          const problem = value[i] === undefined
            ? `${pointer(path, i)}: undefined is not JSON`
            : notJson(value[i], pointer(path, i), depth + 1)
          if (problem !== undefined) return problem
        }
        return undefined
      }
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) {
        if (Redacted.isRedacted(value)) return `${path || "/"}: ${secret}`
        return `${path || "/"}: ${value.constructor?.name ?? "an object"} is not a plain object`
      }
      for (const [key, property] of Object.entries(value)) {
        if (property === undefined) continue
        const problem = notJson(property, pointer(path, key), depth + 1)
        if (problem !== undefined) return problem
      }
      return undefined
    }
    default:
      return `${path || "/"}: ${typeof value} is not JSON`
  }
}

/**
 * The JSON pointer (RFC 6901) to a part of what `path` points to.
 *
 * @category rendering
 * @since 0.1.0
 */
export const pointer = (path: string, key: PropertyKey): string =>
  `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`

/**
 * Writes a JSON value with the keys of every object sorted, so that equal values give equal text (RFC 8785 but for
 * its number format, which is JavaScript's own there too). The value must have passed `notJson`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  let text = ""
  for (const [key, property] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (property === undefined) continue
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(property)}`
  }
  return `{${text}}`
}

/**
 * The first 128 bits (22 characters of base64url) of the sha256 of a text.
 *
 * @category hashing
 * @since 0.1.0
 */
export const digest = (text: string): string => hash("sha256", text, "base64url").slice(0, 22)

/**
 * The whole sha256 of a text, in hexadecimal.
 *
 * @category hashing
 * @since 0.1.0
 */
export const sha256 = (text: string): string => hash("sha256", text, "hex")

/**
 * How many bytes a text takes on disk.
 *
 * @category accessors
 * @since 0.1.0
 */
export const bytesOf = (text: string): number => Buffer.byteLength(text)

/**
 * 128 random bits that nobody can guess, in lower-case hexadecimal.
 *
 * @category constructors
 * @since 0.1.0
 */
export const randomId = (): string => randomBytes(16).toString("hex")
