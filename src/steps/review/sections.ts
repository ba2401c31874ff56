/**
 * The section of a report that holds its recommendations.
 *
 * @since 0.1.0
 */
import { headingLevel, trim, trimEnd } from "./text.ts"

/** The headings that are accepted exactly, in the order in which they are tried. */
export const accepted: ReadonlyArray<string> = [
  "## Recommendations",
  "## Implementation Plan Summary",
  "## Implementation Plan",
  "## Suggested Changes",
  "## Action Items"
]

/** @category models */
export interface Section {
  readonly heading: string
  /** The index of the first line after the heading. */
  readonly from: number
  /** The index of the line after its last. */
  readonly to: number
}

/**
 * The sections that an accepted heading begins, the first occurrence of each, in the order in which they are tried.
 *
 * The heading is found as text at the end of a line, so that `### Recommendations` counts too.
 */
export const exact = (lines: ReadonlyArray<string>): ReadonlyArray<Section> =>
  accepted.flatMap((heading) => {
    const at = lines.findIndex((line) => line.includes(heading) && trimEnd(line).endsWith(heading))
    return at < 0 ? [] : [{ heading, from: at + 1, to: until(lines, at + 1, lines.length, isSecondLevel) }]
  })

/** A line that begins with exactly two `#`. */
export const isSecondLevel = (line: string): boolean => line.startsWith("##") && line[2] !== "#"

/** The first index, from one on, of a line that ends a part of a text; or the one where it has to end. */
export const until = (
  lines: ReadonlyArray<string>,
  from: number,
  to: number,
  ends: (line: string) => boolean
): number => {
  let at = from
  while (at < to && !ends(lines[at] ?? "")) at++
  return at
}

/** Whether a line is a heading of a level or of a higher one. */
export const isHeadingUpTo = (level: number) => (line: string): boolean => {
  const own = headingLevel(line)
  return own > 0 && own <= level
}

/** The words of a heading line. */
export const headingText = (line: string): string => trim(line.slice(headingLevel(line)).replace(/\s#+\s*$/, ""))

/** @category models */
export interface Alike extends Section {
  /** The heading speaks of one recommendation: what is listed below it may as well be its reasons. */
  readonly single: boolean
}

/**
 * The sections that headings like "9. Key Recommendations (revised)" begin, of any level from 1 to 4. Findings often end in
 * a "Recommendation" each, so that those come last.
 */
export const alike = (lines: ReadonlyArray<string>): ReadonlyArray<Alike> => {
  const found = lines.flatMap((line, at): ReadonlyArray<Alike> => {
    const level = headingLevel(line)
    if (level === 0 || level > 4) return []
    const words = significant(headingText(line))
    const single = singular.includes(words)
    return single || plural.includes(words)
      ? [{ heading: trim(line), single, from: at + 1, to: until(lines, at + 1, lines.length, isHeadingUpTo(level)) }]
      : []
  })
  return [...found.filter(({ single }) => !single), ...found.filter(({ single }) => single)]
}

/**
 * The sections of the headings that are accepted exactly: what they hold may have one of the further forms, too.
 */
export const others = (lines: ReadonlyArray<string>): ReadonlyArray<Alike> =>
  exact(lines).map((section) => ({ ...section, single: false }))

/**
 * The sections whose headings only begin or end with such words, as "Security Recommendations" and "Recommendations for
 * the next release" do; where there are none, those that hold a plan. Several may share out what is recommended, so that
 * each counts that is not a part of another.
 */
export const loosely = (lines: ReadonlyArray<string>): ReadonlyArray<Section> => {
  const begun = (isMeant: (heading: string, level: number) => boolean): ReadonlyArray<Section> => {
    let end = 0
    return lines.flatMap((line, at) => {
      const level = headingLevel(line)
      if (at < end || level === 0 || level > 4 || !isMeant(headingText(line), level)) return []
      end = until(lines, at + 1, lines.length, isHeadingUpTo(level))
      return [{ heading: trim(line), from: at + 1, to: end }]
    })
  }
  const found = begun(isLoosely)
  // The title of a whole text is none of its sections.
  return found.length > 0 ? found : begun((heading, level) => level > 1 && plainly(heading) === "implementation plan")
}

const isLoosely = (heading: string): boolean => {
  const words = plainly(heading.replace(/ [&+–—-] /g, ": "))
  return plural.some((name) =>
    words.endsWith(` ${name}`) || words.startsWith(name) && joining.test(words.slice(name.length))
  ) && words.split(/[^\p{L}\p{N}-]+/u).every((word) => !otherwise.includes(word))
}

const joining = /^(?:[:,/]| (?:for|by|and|to|on|from|in|per) )/

/** Words of headings that speak of recommendations without making any. */
const otherwise = (
  "no not without with removed rejected declined dropped withdrawn superseded obsolete previous prior earlier initial " +
  "original old past closed completed implemented done status history response comparison"
).split(" ")

const plural = [
  "recommendations",
  "recommended fixes",
  "recommended changes",
  "recommended actions",
  "action items",
  "suggested changes"
]
const singular = ["recommendation", "recommended fix", "recommended change", "recommended action"]
const qualifiers = ["revised", "updated", "final", "fix", "key", "implementation"]

/** The words of a heading without those such as "revised". */
const significant = (heading: string): string => {
  const parts = plainly(heading).split(" ")
  while (parts.length > 1 && qualifiers.includes(parts[0] ?? "")) parts.shift()
  return parts.join(" ")
}

/** The words of a heading without its number, its pictures, and what stands in parentheses. */
const plainly = (heading: string): string =>
  // With single spaces only, none of the patterns can look at a place twice.
  heading.toLowerCase().replace(/[*_`\p{Cf}]/gu, "").split(/\s+/).filter((word) => telling.test(word))
    .join(" ")
    .replace(/^(section|part) \d+ ?[:.)-] ?/, "")
    .replace(/^(\d+(\.\d+)* ?[:.)]?|([ivx]+|[a-z])[:.)]) /, "")
    .replace(/ ?\([^()]*\)$/, "")
    .replace(/ ?:$/, "")
    .replace(/^summary of /, "")
    .replace(/ summary$/, "")

/** Not a picture or a dash alone. */
const telling = /[\p{L}\p{N}():.]/u

/** The heading that comes closest to one of the accepted ones, for the person who has to correct it. */
export const nearest = (lines: ReadonlyArray<string>): string | null => {
  let best: { readonly text: string; readonly score: number } | undefined
  for (const [index, line] of lines.entries()) {
    if (headingLevel(line) === 0) continue
    const words = headingText(line).toLowerCase()
    const score = hints.findIndex((hint) => words.includes(hint))
    if (score >= 0 && (best === undefined || score < best.score)) {
      best = { text: `"${trim(line).slice(0, 80)}", line ${index + 1}`, score }
    }
  }
  return best?.text ?? null
}

const hints = [
  "recommend",
  "action",
  "suggest",
  "implementation plan",
  "next step",
  "plan",
  "fix",
  "change",
  "improve",
  "todo"
]
