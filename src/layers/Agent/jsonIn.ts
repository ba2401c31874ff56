/**
 * Finds the JSON in what a model wrote around it.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"

/**
 * The first of these that is JSON: the whole text, what stands in a fence (one marked `json` first), what stands from
 * the first brace or bracket to the last. The text itself where none is, so that whoever judges it can say what is
 * wrong.
 *
 * @category accessors
 * @since 0.1.0
 */
export const jsonIn = (text: string): string => {
  const fences = Array.from(text.matchAll(/^ {0,3}(?:```|~~~)[ \t]*(\w*)[^\n]*\n([^]*?)^ {0,3}(?:```|~~~)[ \t]*$/gm))
  const marked = [
    ...fences.filter(([, mark]) => mark?.toLowerCase() === "json"),
    ...fences.filter(([, mark]) => mark === "")
  ].map(([, , inside = ""]) => inside)
  return [text, ...marked, ...Option.toArray(braced(text))].find((one) => Either.isRight(foreignJson(one))) ?? text
}

const braced = (text: string): Option.Option<string> => {
  const start = text.search(/[[{]/)
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"))
  return start >= 0 && end > start ? Option.some(text.slice(start, end + 1)) : Option.none()
}
