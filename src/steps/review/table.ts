/**
 * Rows of markdown tables.
 *
 * @since 0.1.0
 */
import { trim } from "./text.ts"

/** @category models */
export interface Table {
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** @category guards */
export const isRow = (line: string): boolean => trim(line).startsWith("|")

/** Whether a line is what stands under the header. */
export const isRule = (line: string): boolean => line.includes("---") || (line.includes("-") && /^[\s|:-]+$/.test(line))

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
export const bare = (cell: string): string => trim(cell.replace(/^[*`]+|[*`]+$/g, ""))
