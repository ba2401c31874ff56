/**
 * A text as its lines, each with the end that it has: joined, they are the text again, byte for byte.
 *
 * @since 0.1.0
 */

/** @category models */
export type Lines = ReadonlyArray<string>

/** The lines of a text. LF, CR LF and a lone CR end one. */
export const split = (text: string): Lines => {
  const lines: Array<string> = []
  let from = 0
  for (const { 0: end, index } of text.matchAll(/\r\n?|\n/g)) {
    lines.push(text.slice(from, index + end.length))
    from = index + end.length
  }
  if (from < text.length) lines.push(text.slice(from))
  return lines
}

/** A line without its end. */
export const bare = (line: string): string => line.slice(0, line.length - endOf(line).length)

const endOf = (line: string): string =>
  line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : line.endsWith("\r") ? "\r" : ""

/** Whether there is nothing but white space in a line. */
export const isBlank = (line: string | undefined): boolean => line !== undefined && !/\S/.test(line)

/** The end that most lines have. */
export const commonEnd = (lines: Lines): string => {
  const counts = new Map([["\n", 0], ["\r\n", 0], ["\r", 0]])
  for (const line of lines) {
    const end = endOf(line)
    const count = counts.get(end)
    if (count !== undefined) counts.set(end, count + 1)
  }
  return [...counts].reduce((best, next) => next[1] > best[1] ? next : best)[0]
}

/**
 * Puts a block of bare lines in front of a line, or at the end, with a blank line on each side where something stands.
 * Every line that was there is still there.
 */
export const insertBlock = (lines: Lines, at: number, block: ReadonlyArray<string>): Lines => {
  const end = commonEnd(lines)
  const before = lines.slice(0, at)
  const last = before.pop()
  if (last !== undefined) before.push(endOf(last) === "" ? last + end : last)
  const after = lines.slice(at)
  return [
    ...before,
    ...(last === undefined || isBlank(last) ? [] : [end]),
    ...block.map((line) => line + end),
    ...(after.length === 0 || isBlank(after[0]) ? [] : [end]),
    ...after
  ]
}
