/**
 * JSON that somebody else wrote: parsed as data, with a bound on its depth and no broken text.
 *
 * @since 0.1.0
 */
import { Either, Option, ParseResult, Schema } from "effect"
import { notJson, pointer } from "./digest.ts"

/**
 * Gives the value, or says what is wrong and where.
 *
 * @category decoding
 * @since 0.1.0
 */
export const foreignJson = (text: string): Either.Either<unknown, string> =>
  Either.flatMap(
    Either.mapLeft(parse(text.replace(/^\uFEFF/, "")), (error) =>
      `it is not JSON: ${
        /^\s*(?:```|~~~)/.test(text)
          ? "it begins with the fence of a code block; give what is inside, alone"
          : ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message.replace(/\s+/g, " ") ?? ""
      }`),
    (json) => {
      const problem = notJson(json) ?? Option.getOrUndefined(odd(json, ""))
      return problem === undefined ? Either.right(json) : Either.left(problem)
    }
  )

const parse = Schema.decodeEither(Schema.parseJson())

/**
 * Where there is half of a surrogate pair, which is text that no file could hold as UTF-8, or a key that would become
 * the prototype of whatever it is copied into.
 */
const odd = (json: unknown, path: string): Option.Option<string> => {
  if (typeof json === "string") {
    return isWellFormed(json) ? Option.none() : Option.some(`${path || "/"}: half of a surrogate pair`)
  }
  if (typeof json !== "object" || json === null) return Option.none()
  for (const [key, value] of Object.entries(json)) {
    if (!isWellFormed(key)) return Option.some(`${path || "/"}: a key with half of a surrogate pair`)
    if (key === "__proto__") return Option.some(`${pointer(path, key)}: no key may have this name`)
    const found = odd(value, pointer(path, key))
    if (Option.isSome(found)) return found
  }
  return Option.none()
}

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
