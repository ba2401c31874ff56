/**
 * Items of numbered and bulleted lists, at any depth of indentation.
 *
 * @since 0.1.0
 */
import { digitsAt, isSpace, number, trim } from "./text.ts"

/** @category models */
export interface Item {
  /** As written, in ASCII digits. */
  readonly number: string
  readonly text: string
  /** The index of the line that it begins on. */
  readonly at: number
}

/** `1. text`, or with another mark behind the number. A number that stands alone takes the next line that is not empty. */
export const numbered = (lines: ReadonlyArray<string>, from: number, to: number, mark = "."): ReadonlyArray<Item> =>
  items(lines, from, to, (line, at) => {
    const digits = digitsAt(line, at)
    return digits !== "" && line[at + digits.length] === mark
      ? { number: number(digits), after: at + digits.length + 1 }
      : undefined
  })

/** `- text`, `* text`, `+ text`, numbered by their place. */
export const bulleted = (lines: ReadonlyArray<string>, from: number, to: number): ReadonlyArray<Item> =>
  items(lines, from, to, (line, at) => "-*+".includes(line[at] ?? " ") ? { number: "", after: at + 1 } : undefined)
    .map((item, index) => ({ ...item, number: String(index + 1) }))

const items = (
  lines: ReadonlyArray<string>,
  from: number,
  to: number,
  marker: (line: string, at: number) => { readonly number: string; readonly after: number } | undefined
): ReadonlyArray<Item> => {
  const found: Array<Item> = []
  for (let index = from; index < to; index++) {
    const line = lines[index] ?? ""
    let start = 0
    while (isSpace(line[start])) start++
    const mark = start < line.length ? marker(line, start) : undefined
    if (mark === undefined) continue
    if (mark.after < line.length && !isSpace(line[mark.after])) continue
    const at = index
    let text = trim(line.slice(mark.after))
    while (text === "" && index + 1 < to) text = trim(lines[++index] ?? "")
    if (text !== "") found.push({ number: mark.number, text, at })
  }
  return found
}
