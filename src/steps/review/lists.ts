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
}

/** `1. text`. A number that stands alone takes the next line that is not empty. */
export const numbered = (lines: ReadonlyArray<string>): ReadonlyArray<Item> =>
  items(lines, (line, at) => {
    const digits = digitsAt(line, at)
    return digits !== "" && line[at + digits.length] === "."
      ? { number: number(digits), after: at + digits.length + 1 }
      : undefined
  })

/** `- text`, `* text`, `+ text`, numbered by their place. */
export const bulleted = (lines: ReadonlyArray<string>): ReadonlyArray<Item> =>
  items(lines, (line, at) => "-*+".includes(line[at] ?? " ") ? { number: "", after: at + 1 } : undefined)
    .map((item, index) => ({ ...item, number: String(index + 1) }))

const items = (
  lines: ReadonlyArray<string>,
  marker: (line: string, at: number) => { readonly number: string; readonly after: number } | undefined
): ReadonlyArray<Item> => {
  const found: Array<Item> = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ""
    let at = 0
    while (isSpace(line[at])) at++
    const mark = at < line.length ? marker(line, at) : undefined
    if (mark === undefined) continue
    if (mark.after < line.length && !isSpace(line[mark.after])) continue
    let text = trim(line.slice(mark.after))
    while (text === "" && index + 1 < lines.length) text = trim(lines[++index] ?? "")
    if (text !== "") found.push({ number: mark.number, text })
  }
  return found
}
