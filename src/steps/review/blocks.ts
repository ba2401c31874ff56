/**
 * Recommendations that stand below a heading each: `R1: x`, `Recommendation 1: x`, `Priority 2: x`, `1. x`.
 *
 * @since 0.1.0
 */
import { type Entry, plain } from "./Draft.ts"
import * as identifiers from "./identifiers.ts"
import { type Layout, mentionedFiles } from "./mentionedFiles.ts"
import type { Reading } from "./prose.ts"
import { headingText, isHeadingUpTo, type Section, until } from "./sections.ts"
import { headingLevel, trim, trimEnd } from "./text.ts"

/**
 * What stands before a title. At no place can two parts of it match the same text, so that it takes linear time.
 *
 * A word and a number, or a letter and a number, need a colon or the like behind them; a number alone needs a dot.
 */
const lead = new RegExp(
  [
    [
      "^(?:\\*\\*)?(?:",
      "(?:recommendation|rec|action item|action|priority|fix|change|task|step|phase|item)(?:\\s+#?|#)?",
      "(?:[a-z]?\\d+(?:\\.\\d+)*|[a-z])",
      "|[a-z]{1,3}-?\\d+(?:\\.\\d+)*",
      ")(?:\\*\\*)?(?:\\s*\\([^()]*\\))?\\s*[:.\u2013\u2014)-]+(?:\\*\\*)?\\s*"
    ].join(""),
    "^\\d+(?:\\.\\d+)*[.):]\\s+",
    "^\\d+(?:\\.\\d+)+\\s+"
  ].join("|"),
  "i"
)

/** What many put before the words of a heading: `🔴 R1: x`. */
const pictures = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D\s]+/u

/**
 * The blocks of a section, all at the outermost level that has any. The first paragraph of each describes it, and files
 * come from the whole of it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const blocks = (
  { fenced, prose }: Reading,
  { from, to }: Section,
  { layout, slug }: { readonly slug: string; readonly layout: Layout }
): ReadonlyArray<Entry> => {
  const headings = prose.slice(from, to).flatMap((line, index) => {
    const level = headingLevel(line)
    if (level === 0) return []
    const text = unwrapped(headingText(line).replace(pictures, ""))
    const title = trim(text.replace(lead, ""))
    return title !== "" && title.length < text.length ? [{ at: from + index, level, title }] : []
  })
  const level = headings.reduce((least, heading) => Math.min(least, heading.level), 7)
  const prefix = identifiers.prefixOf(slug)
  return headings.filter((heading) => heading.level === level).map(({ at, title }, index) => {
    const end = until(prose, at + 1, to, isHeadingUpTo(level))
    return {
      line: at + 1,
      draft: {
        ...plain,
        id: identifiers.fromNumber(prefix, index + 1),
        title,
        description: firstParagraph(prose.slice(at + 1, end)) || title,
        files: mentionedFiles([title, ...fenced.slice(at + 1, end)].join("\n"), layout)
      }
    }
  })
}

/** An item of a list, or a row of a table: what keeps its lines. */
const item = /^\s*(?:[-*+|]|\d+[.)])(?:\s|$)/

/** A line across the page. */
const isRule = (line: string): boolean => /^\s*([-*_])(?:\s*\1){2,}\s*$/.test(line)

const firstParagraph = (lines: ReadonlyArray<string>): string => {
  const isText = (line: string) => trim(line) !== "" && headingLevel(line) === 0 && !isRule(line)
  const from = until(lines, 0, lines.length, isText)
  const to = until(lines, from, lines.length, (line) => trim(line) === "" || headingLevel(line) > 0)
  const paragraph = lines.slice(from, to).map(trimEnd)
  return trim(paragraph.some((line) => item.test(line)) ? paragraph.join("\n") : paragraph.map(trim).join(" "))
}

/** A heading that is bold as a whole, without the marks. */
const unwrapped = (text: string): string => {
  const inner = text.slice(2, -2)
  return text.startsWith("**") && text.endsWith("**") && !inner.includes("**") ? inner : text
}
