/**
 * JSON that somebody else wrote: parsed as data, with a bound on its depth and no broken text.
 *
 * @since 0.1.0
 */
import { Either, Option, Schema } from "effect"
import { notJson } from "./digest.ts"

/**
 * Gives the value, or says what is wrong and where.
 *
 * @category decoding
 * @since 0.1.0
 */
export const foreignJson = (text: string): Either.Either<unknown, string> =>
  Either.flatMap(
    Either.mapLeft(parse(text.replace(/^\uFEFF/, "")), ({ message }) =>
      `it is not JSON: ${message.split("\n").at(-1)?.replace(/^\s*└─ /, "") ?? ""}`),
    (json) => {
      const problem = notJson(json) ?? Option.getOrUndefined(illFormed(json, ""))
      return problem === undefined ? Either.right(json) : Either.left(problem)
    }
  )

const parse = Schema.decodeEither(Schema.parseJson())

/** Where there is half of a surrogate pair: text that no file could hold as UTF-8. */
const illFormed = (json: unknown, path: string): Option.Option<string> => {
  if (typeof json === "string") {
    return isWellFormed(json) ? Option.none() : Option.some(`${path || "/"}: half of a surrogate pair`)
  }
  if (typeof json !== "object" || json === null) return Option.none()
  for (const [key, value] of Object.entries(json)) {
    if (!isWellFormed(key)) return Option.some(`${path || "/"}: a key with half of a surrogate pair`)
    const found = illFormed(value, `${path}/${key}`)
    if (Option.isSome(found)) return found
  }
  return Option.none()
}

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
