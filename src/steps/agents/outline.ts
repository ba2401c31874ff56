/**
 * The headings of a markdown text, other than those that stand in code or in a comment.
 *
 * @since 0.1.0
 */
import { follow } from "../review/prose.ts"
import { headingText } from "../review/sections.ts"
import { headingLevel, trim } from "../review/text.ts"
import { bare, isBlank, type Lines } from "./Lines.ts"

/** @category models */
export interface Heading {
  /** The number of its `#`. */
  readonly level: number
  readonly text: string
  /** The index of its line. */
  readonly line: number
}

/** @category models */
export interface Outline {
  /** The index of the first line that was looked at. */
  readonly from: number
  readonly headings: ReadonlyArray<Heading>
  /** Whether a line stands in a fence or a comment, or begins or ends one. */
  readonly isHidden: (line: number) => boolean
  /** The lines that would end what is still open at the end. */
  readonly closing: ReadonlyArray<string>
}

/**
 * Which lines stand in a fence or a comment, and what would end those that are still open at the end. It goes from line
 * to line without looking ahead, so that texts without anything open can be put together.
 */
export const hidden = (
  lines: ReadonlyArray<string>
): { readonly isHidden: ReadonlyArray<boolean>; readonly closing: ReadonlyArray<string> } => {
  const fences: Array<string> = []
  let inComment = false
  const isHidden = lines.map((line) => {
    inComment ||= fences.length === 0 && trim(line).startsWith("<!--")
    if (inComment) {
      inComment = !line.includes("-->")
      return true
    }
    const wasInside = fences.length > 0
    return follow(fences, line) || wasInside
  })
  return { isHidden, closing: inComment ? ["-->"] : fences.toReversed() }
}

/**
 * The outline of a text from one of its lines on.
 *
 * @category constructors
 */
export const outline = (lines: Lines, from: number): Outline => {
  const body = lines.slice(from).map(bare)
  const { closing, isHidden } = hidden(body)
  const headings = body.flatMap((line, index): ReadonlyArray<Heading> => {
    if (isHidden[index] === true) return []
    const flush = line.replace(/^ {1,3}/, "")
    const level = headingLevel(flush)
    return level === 0 ? [] : [{ level, text: headingText(flush), line: from + index }]
  })
  return { from, headings, isHidden: (line) => isHidden[line - from] === true, closing }
}

/** The headings that begin a section: `## …`. */
export const sections = ({ headings }: Outline): ReadonlyArray<Heading> => headings.filter(({ level }) => level === 2)

/** The index of the line after a section: that of the next heading of its level or above, or the end. */
export const sectionEnd = ({ headings }: Outline, heading: Heading, lines: Lines): number =>
  headings.find(({ level, line }) => line > heading.line && level <= heading.level)?.line ?? lines.length

/** Where the text of a section ends: without the blank lines and the rules that stand before the next one. */
export const textEnd = (outline: Outline, heading: Heading, lines: Lines): number => {
  let end = sectionEnd(outline, heading, lines)
  while (end > heading.line + 1 && !outline.isHidden(end - 1) && isBreak(lines[end - 1] ?? "")) end--
  return end
}

const isBreak = (line: string): boolean => isBlank(line) || /^ {0,3}(-{3,}|\*{3,}|_{3,})\s*$/.test(bare(line))

/** The words of a heading or a name, for comparing them: `Related Templates` and `related_templates` are the same. */
export const words = (text: string): string => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ")

/** Whether a heading's words hold those of a name, as whole words and in their order. */
export const mentions = (heading: string, name: string): boolean => ` ${heading} `.includes(` ${name} `)
