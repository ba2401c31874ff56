/**
 * The content in the text of an answer, which may be JSON, or hold JSON among its prose.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import { trim } from "../review/text.ts"
import { bare, split } from "./Lines.ts"

/**
 * The first of these that is JSON: the block marked as such, else the first unmarked block that looks like it; the
 * whole text; anything in braces that names its sections.
 *
 * @category parsing
 */
export const contentIn = (text: string): Option.Option<unknown> => {
  const found = blocks(text)
  const block = found.find(({ info }) => info.toLowerCase() === "json") ??
    found.find(({ body, info }) => info === "" && /^\s*[{[]/.test(body))
  return Option.firstSomeOf([
    Option.flatMap(Option.fromNullable(block), ({ body }) => json(body)),
    json(text),
    Option.firstSomeOf(flatObjects(text).map(json))
  ])
}

const json = (text: string): Option.Option<unknown> => Either.getRight(foreignJson(text))

/** The fenced blocks of a text. One that is cut off reaches to the end. */
const blocks = (text: string): ReadonlyArray<{ readonly info: string; readonly body: string }> => {
  const found: Array<{ readonly info: string; readonly body: Array<string> }> = []
  let mark = ""
  for (const line of split(text).map(bare)) {
    const [, ticks = "", info = ""] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (mark === "") {
      if (ticks === "") continue
      mark = ticks
      found.push({ info: trim(info), body: [] })
    } else if (ticks.startsWith(mark) && trim(info) === "") mark = ""
    else found.at(-1)?.body.push(line)
  }
  return found.map(({ body, info }) => ({ info, body: body.join("\n") }))
}

/** What stands in braces without braces in it, and speaks of sections. */
const flatObjects = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let open = -1
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{") open = index
    else if (open >= 0) {
      const object = text.slice(open, index + 1)
      if (object.includes("\"sections\"")) found.push(object)
      open = -1
    }
  }
  return found
}
