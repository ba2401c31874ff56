/**
 * Text from outside as a terminal may show it: nothing in it can move the cursor, hide words or turn them around.
 *
 * @since 0.1.0
 */

/** Control characters, line and paragraph separators, and what changes the direction or the visibility of text. */
const unsafe =
  // oxlint-disable-next-line no-control-regex -- they are what must not reach a terminal
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uD800-\uDFFF]|[\uDB40][\uDC00-\uDC7F]/gu

const escaped = (character: string): string =>
  character.codePointAt(0) === 0x200D ? character : `\\u{${character.codePointAt(0)?.toString(16).toUpperCase() ?? ""}}`

/**
 * One line: ends of lines and tabs become spaces, everything that is not plainly visible its code.
 *
 * @category rendering
 * @since 0.1.0
 */
export const line = (value: string): string => value.replace(/[\t\n\r]+/g, " ").replace(unsafe, escaped)

/**
 * Several lines: as `line`, but ends of lines stay.
 *
 * @category rendering
 * @since 0.1.0
 */
export const text = (value: string): string =>
  value.replace(/\r\n?/g, "\n").replace(/\t/g, "  ").replace(unsafe, escaped)

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u
const plain = /^[\u0020-\u007E]*$/

/**
 * How many columns a line takes.
 *
 * @category accessors
 * @since 0.1.0
 */
export const width = (value: string): number => {
  if (plain.test(value)) return value.length
  let columns = 0
  for (const { segment } of graphemes.segment(value)) columns += columnsOf(segment)
  return columns
}

const columnsOf = (grapheme: string): number => wide.test(grapheme) ? 2 : 1

/**
 * A line cut to at most so many columns, with an ellipsis where something was cut.
 *
 * @category rendering
 * @since 0.1.0
 */
export const fit = (value: string, columns: number): string => {
  if (value.length <= columns && plain.test(value)) return value
  let used = 0
  let kept = ""
  let keptBefore = ""
  for (const { segment } of graphemes.segment(value)) {
    const next = columnsOf(segment)
    if (used + next > columns) return columns <= 0 ? "" : `${keptBefore}…`
    if (used + next <= columns - 1) keptBefore = kept + segment
    used += next
    kept += segment
  }
  return kept
}

/**
 * A line filled with spaces up to so many columns.
 *
 * @category rendering
 * @since 0.1.0
 */
export const pad = (value: string, columns: number): string => value + " ".repeat(Math.max(0, columns - width(value)))
