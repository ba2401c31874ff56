/**
 * Tables of markdown.
 *
 * @since 0.1.0
 */
import { until } from "./sections.ts"
import { isSpace, trim } from "./text.ts"

/** @category models */
export interface Table {
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** The index of the line that holds the first row. */
  readonly first: number
}

/** @category guards */
export const isRow = (line: string): boolean => trim(line).startsWith("|")

/**
 * Whether a line is what stands under the header.
 *
 * @category guards
 */
export const isRule = (line: string): boolean => line.includes("-") && /^[\s|:-]+$/.test(line)

/**
 * The tables between two lines: a header, a rule, and the rows directly below. Their lines may begin without a pipe.
 *
 * @category parsing
 * @since 0.1.0
 */
export const tables = (lines: ReadonlyArray<string>, from: number, to: number): ReadonlyArray<Table> => {
  const found: Array<Table> = []
  for (let at = from; at + 1 < to; at++) {
    const [header = "", rule = ""] = lines.slice(at, at + 2)
    if (!header.includes("|") || !rule.includes("|") || !isRule(rule)) continue
    const end = until(lines, at + 2, to, isRow(header) ? (line) => !isRow(line) : (line) => !line.includes("|"))
    found.push({ header: cells(header).map(bare), rows: lines.slice(at + 2, end).map(cells), first: at + 2 })
    at = end - 1
  }
  return found
}

/**
 * The cells of a row. Empty ones keep their column, and `\|` is a pipe.
 *
 * @category parsing
 * @since 0.1.0
 */
export const cells = (line: string): ReadonlyArray<string> => {
  const text = trim(line)
  const found: Array<string> = []
  let cell = ""
  for (let index = text.startsWith("|") ? 1 : 0; index < text.length; index++) {
    const character = text[index] ?? ""
    if (character === "\\" && text[index + 1] === "|") {
      cell += "|"
      index++
    } else if (character === "|") {
      found.push(trim(cell))
      cell = ""
    } else cell += character
  }
  if (trim(cell) !== "") found.push(trim(cell))
  return found
}

/** Without `**` or backticks around it. */
export const bare = (cell: string): string => {
  let start = 0
  let end = cell.length
  while (start < end && isMark(cell[start])) start++
  while (end > start && isMark(cell[end - 1])) end--
  return trim(cell.slice(start, end))
}

const isMark = (character: string | undefined): boolean => character === "*" || character === "`" || isSpace(character)
