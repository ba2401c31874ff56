/**
 * Text from outside, ended so that what follows it in a document is not taken for a part of it.
 *
 * @since 0.1.0
 */

/** A fence or a comment that is open: where the text of the list item begins that it stands in, and what ends it. */
interface Open {
  readonly inside: number
  readonly closer: string
  readonly ends: (line: string) => boolean
}

/**
 * Closes the fence or the comment that a text leaves open, as CommonMark sees it: one in a list item ends with the item.
 *
 * @category rendering
 * @since 0.1.0
 */
export const closed = (text: string): string => {
  const items: Array<number> = []
  let open: Open | undefined
  for (const line of text.split("\n")) {
    let { column, rest } = indented(line, 0)
    if (rest === "") continue
    if (open !== undefined && column >= open.inside) {
      if (column - open.inside < 4 && open.ends(rest)) open = undefined
      continue
    }
    while ((items.at(-1) ?? 0) > column) items.pop()
    for (let marker = markerOf(rest); marker > 0 && column - (items.at(-1) ?? 0) < 4; marker = markerOf(rest)) {
      ;({ column, rest } = indented(rest.slice(marker), column + marker))
      items.push(column)
    }
    open = column - (items.at(-1) ?? 0) < 4 ? opened(rest, items.at(-1) ?? 0) : undefined
  }
  return open === undefined ? text : `${text}\n${" ".repeat(open.inside)}${open.closer}`
}

/** A line without its indentation, and the column where that ends; a tab reaches to the next multiple of four. */
const indented = (line: string, from: number): { readonly column: number; readonly rest: string } => {
  let column = from
  let at = 0
  for (; line[at] === " " || line[at] === "\t"; at++) column += line[at] === " " ? 1 : 4 - column % 4
  return { column, rest: line.slice(at) }
}

/** The length of the marker of a list item that a line begins with, or 0. A line of dashes or stars is no item. */
const markerOf = (line: string): number =>
  /^(?:[-*][ \t]*)+$/.test(line) ? 0 : /^(?:[-+*]|\d{1,9}[.)])(?=[ \t])/.exec(line)?.[0].length ?? 0

const opened = (line: string, inside: number): Open | undefined => {
  const mark = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[0]
  if (mark !== undefined) return { inside, closer: mark, ends: (line) => line.startsWith(mark) && isOnly(line, mark) }
  if (line.startsWith("<!--") && !line.includes("-->")) {
    return { inside, closer: "-->", ends: (line) => line.includes("-->") }
  }
  return undefined
}

const isOnly = (line: string, mark: string): boolean => {
  const character = mark.charAt(0)
  let at = 0
  while (line[at] === character) at++
  return line.slice(at).trim() === ""
}
