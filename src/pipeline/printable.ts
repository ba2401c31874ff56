/**
 * Text from outside as a terminal may show it: nothing in it can move the cursor, hide words or turn them around. And
 * how wide it is there.
 *
 * Everything here takes time linear in the text.
 *
 * @since 0.1.0
 */

/**
 * Controls, separators of lines and paragraphs, lone surrogates, and whatever has no look of its own: marks of
 * direction, zero-width characters, tags, fillers. The end of a line and a tab are dealt with before.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** The same, but for the end of a line. */
const unsafeButLineEnd = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Joiners and choices of a glyph belong to scripts and emoji, where there is something before them to act on. */
const joiners = new Set(["\u200C", "\u200D", "\uFE0E", "\uFE0F"])
const joinable = /[\p{L}\p{M}\p{N}\p{S}\p{Emoji}]$/u

/** Marks pile up on one letter and cover its neighbours; no language needs as many. */
const piled = /(\p{M}{8})\p{M}+/gu

const escaped = (character: string, offset: number, whole: string): string =>
  joiners.has(character) && joinable.test(whole.slice(Math.max(0, offset - 2), offset))
    ? character
    : `\\u{${character.codePointAt(0)?.toString(16).toUpperCase() ?? ""}}`

/** Most text is of these characters alone, and takes as many columns as it has characters. */
const plain = /^[\u0020-\u007E]*$/

/**
 * One line: tabs become spaces, ends of lines `⏎`, and everything that is not plainly visible its code.
 *
 * `line("\u001B[2Jaccepted\n")` is `\u{1B}[2Jaccepted ⏎`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const line = (value: string): string =>
  plain.test(value)
    ? value
    : value.replace(/[\n\r]+/g, " ⏎ ").replace(/\t/g, " ").replace(piled, "$1…").replace(unsafe, escaped)

/**
 * Several lines: as `line`, but ends of lines stay.
 *
 * @category rendering
 * @since 0.1.0
 */
export const text = (value: string): string =>
  value.replace(/\r\n?/g, "\n").replace(/\t/g, "  ").replace(piled, "$1…").replace(unsafeButLineEnd, escaped)

/**
 * Several lines that may be coloured: as `text`, but what only sets a colour or a weight stays.
 *
 * @category rendering
 * @since 0.1.0
 */
export const styled = (value: string): string =>
  value.split(escape).map((part, index) => {
    const [style = ""] = index === 0 ? [] : visibleStyle.exec(part) ?? []
    return style === ""
      ? text(index === 0 ? part : escape + part)
      : escape + style + text(part.slice(style.length))
  }).join("")

const escape = "\u001B"

/** Not 8, which would make text invisible. */
const visibleStyle = /^\[(?!(?:[0-9;]*;)?0*8[;m])[0-9;]*m/

/**
 * JSON text that a terminal can show: what it must not see raw stands as `\uXXXX`, which means the same.
 *
 * @category rendering
 * @since 0.1.0
 */
export const json = (value: string): string =>
  value.replace(unsafeButLineEnd, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`
    ).join(""))

/** What adds to the character before it, and takes no column: marks, joiners, and the later parts of Korean syllables. */
const extending = /^[\p{M}\p{Default_Ignorable_Code_Point}\u1160-\u11FF\uD7B0-\uD7FB]$/u
/** East Asian Wide and Fullwidth, after Unicode's EastAsianWidth.txt, and what is drawn as an emoji. */
const wide =
  /^[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\u4DBF\u4E00-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18AFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]$/u
const emoji = /^\p{Emoji}$/u
const pictograph = /^\p{Extended_Pictographic}$/u
const skinTone = /^\p{Emoji_Modifier}$/u
const flagLetter = /^\p{Regional_Indicator}$/u

/**
 * Calls back for each character as a person counts them, with its end and its columns, for as long as that gives true.
 * `Intl.Segmenter` would know more scripts, but takes quadratic time on long text.
 */
const each = (value: string, seen: (end: number, columns: number) => boolean): void => {
  let start = 0
  let end = 0
  let columns = 0
  let base = ""
  let last = ""
  for (const character of value) {
    const joined = extending.test(character) ||
      (last === "\u200D" && pictograph.test(base) && pictograph.test(character)) ||
      (skinTone.test(character) && pictograph.test(base)) ||
      (flagLetter.test(character) && flagLetter.test(base) && end - start === base.length)
    if (!joined || end === 0) {
      if (end > 0 && !seen(end, columns)) return
      start = end
      base = character
      columns = extending.test(character) ? 0 : wide.test(character) ? 2 : 1
    } else if (character === "\uFE0F" && emoji.test(base)) columns = 2
    last = character
    end += character.length
  }
  if (end > 0) seen(end, columns)
}

/**
 * How many columns a line takes.
 *
 * @category accessors
 * @since 0.1.0
 */
export const width = (value: string): number => {
  if (plain.test(value)) return value.length
  let sum = 0
  each(value, (_, columns) => {
    sum += columns
    return true
  })
  return sum
}

/**
 * A line cut to at most so many columns, with an ellipsis where something was cut.
 *
 * `fit("Reading the report", 10)` is `Reading t…`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const fit = (value: string, columns: number): string => {
  if (value.length <= columns && plain.test(value)) return value
  let used = 0
  /** Where the last character ends that leaves room for the ellipsis. */
  let end = 0
  let fits = true
  each(value, (to, takes) => {
    used += takes
    fits = used <= columns
    if (used < columns) end = to
    return fits
  })
  return fits ? value : columns <= 0 ? "" : `${value.slice(0, end)}…`
}

/**
 * A line filled with spaces up to so many columns.
 *
 * @category rendering
 * @since 0.1.0
 */
export const pad = (value: string, columns: number): string => value + " ".repeat(Math.max(0, columns - width(value)))

/**
 * A line broken at its spaces into lines of at most so many columns; a word that is longer stands alone, and whole. The
 * lines after the first are indented as much as the first is, or by `hang`.
 *
 * `wrap("  Folder  tasks/a new folder", 20, 10)` is `["  Folder  tasks/a", "          new folder"]`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const wrap = (value: string, columns: number, hang?: number): ReadonlyArray<string> => {
  if (width(value) <= columns) return [value]
  const [indent = ""] = /^ */.exec(value) ?? []
  const hanging = " ".repeat(hang ?? indent.length)
  const lines: Array<string> = []
  let line = indent
  let used = indent.length
  let isEmpty = true
  // Each word with the spaces before it, which go where a line ends.
  for (const [all, spaces = "", word = ""] of value.slice(indent.length).matchAll(/( *)([^ ]+)/g)) {
    const takes = spaces.length + width(word)
    if (used + takes > columns && !isEmpty) {
      lines.push(line)
      line = hanging + word
      used = hanging.length + takes - spaces.length
    } else {
      line += all
      used += takes
    }
    isEmpty = false
  }
  lines.push(line)
  return lines
}
