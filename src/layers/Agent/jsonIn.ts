/**
 * Finds the JSON in what a model or a program wrote around it.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"

/**
 * The first of these that is JSON: the whole text, what stands in a fence marked `json`, what stands in one without a
 * mark, the longest object or list that stands anywhere. Nothing where none is.
 *
 * @category accessors
 * @since 0.1.0
 */
export const jsonIn = (text: string): Option.Option<unknown> =>
  Option.orElse(
    firstJson([text, ...fenced(text, "json"), ...fenced(text, "")]),
    () => longest(text)
  )

const firstJson = (texts: ReadonlyArray<string>): Option.Option<unknown> => {
  for (const text of texts) {
    const json = foreignJson(text)
    if (Either.isRight(json)) return Option.some(json.right)
  }
  return Option.none()
}

/** What stands in the fences that have this mark. */
const fenced = (text: string, mark: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let inside: Array<string> | undefined
  for (const line of text.split("\n")) {
    const [, info] = /^ {0,3}(?:```|~~~)[ \t]*(\w*)/.exec(line) ?? []
    if (inside === undefined) {
      if (info?.toLowerCase() === mark) inside = []
    } else if (info === "") {
      found.push(inside.join("\n"))
      inside = undefined
    } else inside.push(line)
  }
  return found
}

/** How many characters are looked at before nothing is found: foreign text must not keep us busy. */
const patience = 10_000_000

/** The longest that begins with a brace or bracket and ends with the one that closes it. */
const longest = (text: string): Option.Option<unknown> => {
  const starts = /[[{]/g
  let found = Option.none<unknown>()
  let length = 0
  let looked = 0
  for (let start = starts.exec(text); start !== null && looked < patience; start = starts.exec(text)) {
    const end = endOf(text, start.index)
    looked += (end === -1 ? text.length : end) - start.index
    if (end === -1) continue
    const json = foreignJson(text.slice(start.index, end))
    if (Either.isLeft(json)) continue
    starts.lastIndex = end
    if (end - start.index > length) {
      length = end - start.index
      found = Option.some(json.right)
    }
  }
  return found
}

const endOf = (text: string, start: number): number => {
  let depth = 0
  let isQuoted = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (isQuoted) {
      if (char === "\\") at++
      else if (char === "\"") isQuoted = false
    } else if (char === "\"") isQuoted = true
    else if (char === "{" || char === "[") depth++
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1
  }
  return -1
}
