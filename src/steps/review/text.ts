/**
 * Text as a report's rules see it: lines end with LF alone, white space and digits are Unicode's.
 *
 * @since 0.1.0
 */

// oxlint-disable-next-line no-control-regex -- they are white space in Unicode
const space = /[\t-\r\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/

/** White space as Unicode means it, other than a byte-order mark. */
export const isSpace = (character: string | undefined): boolean =>
  character !== undefined && !(character > " " && character < "\u0080") && space.test(character)

/** Without the white space around it. */
export const trim = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.slice(start, end)
}

/** Without the white space after it. */
export const trimEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1])) end--
  return text.slice(0, end)
}

/** Without a byte-order mark, and with LF for every end of line. */
export const normalized = (text: string): string => text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n")

/** The level of a heading line (`## x` is 2), or 0. */
export const headingLevel = (line: string): number => {
  let level = 0
  while (line[level] === "#") level++
  return level > 0 && level <= 6 && (line.length === level || isSpace(line[level])) ? level : 0
}

/** Digits of any script as ASCII, without leading zeros. */
export const number = (digits: string): string => {
  let text = ""
  for (const digit of digits) {
    const code = digit.codePointAt(0) ?? 48
    // Mathematical digits are five alphabets of ten without a gap; all others begin at a multiple of their own.
    if (code >= 0x1D7CE && code <= 0x1D7FF) text += (code - 0x1D7CE) % 10
    else {
      let zero = code
      while (code - zero < 9 && isDigit(String.fromCodePoint(zero - 1))) zero--
      text += code - zero
    }
  }
  return text.replace(/^0+(?=\d)/, "")
}

const digit = /^\p{Nd}$/u

/** A decimal digit of any script. */
export const isDigit = (character: string | undefined): boolean => character !== undefined && digit.test(character)

/** The run of decimal digits that begins at an index, whole code points. */
export const digitsAt = (text: string, index: number): string => {
  let end = index
  while (end < text.length) {
    const character = String.fromCodePoint(text.codePointAt(end) ?? 0)
    if (!isDigit(character)) break
    end += character.length
  }
  return text.slice(index, end)
}
