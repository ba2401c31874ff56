/**
 * The section `## Boundaries` of an agent: what it always does, never does, and asks about first.
 *
 * @since 0.1.0
 */
import * as Validation from "../../pipeline/Validation.ts"
import { normalized, trim } from "../review/text.ts"
import { type BoundarySet, type Rules, sets } from "./boundarySets.ts"
import { bare, type Lines, split } from "./Lines.ts"
import { type Heading, outline, words } from "./outline.ts"
import { closed, type Section, trimmed } from "./sections.ts"

/** The three parts in their order, with the mark of a rule and how many rules each may have. */
export const parts = [
  { heading: "ALWAYS", mark: "✅", rules: "always", least: 5, most: 7 },
  { heading: "NEVER", mark: "❌", rules: "never", least: 5, most: 7 },
  { heading: "ASK", mark: "⚠️", rules: "ask", least: 3, most: 5 }
] as const

type Part = typeof parts[number]

const text = (rules: Rules): string =>
  [
    "## Boundaries",
    ...parts.map(({ heading, mark, rules: key }) =>
      [`### ${heading}`, ...rules[key].map((rule) => `- ${mark} ${rule}`)].join("\n")
    )
  ].join("\n\n")

/**
 * The section with the rules of a set.
 *
 * @category constructors
 */
export const generic = (set: BoundarySet): string => text(sets[set])

/**
 * The section in a text that an answer brings. It begins with the last heading above its parts; what stands before that,
 * or from the next section on, is none of it.
 *
 * @category constructors
 */
export const section = (text: string): Section => {
  const lines = split(normalized(text)).map(bare)
  const { headings } = outline(lines, 0)
  const tops = headings.filter(({ level }) => level <= 2)
  const firstPart =
    headings.find(({ level, text }) => level === 3 && parts.some(({ heading }) => text.startsWith(heading)))?.line ??
      lines.length
  const own = tops.findLast(({ line }) => line < firstPart)
  const from = own === undefined ? 0 : own.line + 1
  const to = tops.find(({ line }) => line >= from)?.line ?? lines.length
  const heading = own?.level === 2 && isHeading(own) ? own.text : "Boundaries"
  return { name: "boundaries", heading, lines: [`## ${heading}`, "", ...closed(trimmed(lines.slice(from, to)))] }
}

/** Whether a heading is that of boundaries. */
export const isHeading = ({ text }: Heading): boolean => `${words(text)} `.startsWith("boundaries ")

/** The bare lines of a section, without those that are code, and its headings. */
const read = (lines: ReadonlyArray<string>) => {
  const { headings, isHidden } = outline(lines, 0)
  return {
    headings,
    line: (index: number) => isHidden(index) ? "" : trim(bare(lines[index] ?? "")),
    count: lines.length
  }
}

/**
 * How many rules each part has; none where its heading is missing. A part reaches to the next of the three headings,
 * the last one to the end.
 *
 * @category accessors
 */
export const counts = (lines: ReadonlyArray<string>): Readonly<Record<Part["heading"], number | undefined>> => {
  const { count, headings, line } = read(lines)
  const starts = parts.flatMap((part) =>
    headings.filter(({ level, text }) => level === 3 && text.startsWith(part.heading)).slice(0, 1)
      .map(({ line }) => ({ part, at: line }))
  )
  const of = (wanted: Part["heading"]): number | undefined => {
    const start = starts.find(({ part }) => part.heading === wanted)
    if (start === undefined) return undefined
    const next = wanted === "ASK" ? count : Math.min(count, ...starts.map(({ at }) => at).filter((at) => at > start.at))
    let found = 0
    for (let index = start.at + 1; index < next; index++) if (isRule(line(index), start.part.mark)) found++
    return found
  }
  return { ALWAYS: of("ALWAYS"), NEVER: of("NEVER"), ASK: of("ASK") }
}

/** `- ✅ …` or `-✅ …`. The warning sign is written with and without the selector that makes it an emoji. */
const isRule = (line: string, mark: string): boolean =>
  line.startsWith("-") && line.slice(1).trimStart().startsWith(mark.replace("\uFE0F", ""))

const inPart = ({ heading, least, mark, most }: Part) =>
  Validation.check(`boundaries ${heading}`, (text: string) => {
    const count = counts(section(text).lines)[heading]
    const hint = `Write ${least} to ${most} lines that begin with "- ${mark}" under a heading "### ${heading}".`
    if (count === undefined) {
      return [Validation.error("boundaries-part-missing", `has no heading "### ${heading}"`, { hint })]
    }
    return count < least || count > most
      ? [
        Validation.error(
          "boundaries-count",
          `has ${count} rules with ${mark} under "### ${heading}", ${least} to ${most} are needed`,
          { hint }
        )
      ]
      : []
  })

/**
 * What boundaries have to be: not empty, with all three parts, and as many rules in each as a reader keeps in mind.
 *
 * @category constants
 */
export const rules: Validation.Validation<string> = Validation.chain(
  Validation.check("boundaries text", (text: string) =>
    trim(text) === ""
      ? [Validation.error("boundaries-empty", "section is empty", { hint: "Write the three parts of the boundaries." })]
      : []),
  Validation.all(...parts.map(inPart))
)

/** Phrases of rules that fit every agent, as they stand in agent files out there. */
const phrases = [
  "execute core responsibilities as defined in purpose section",
  "follow established patterns in technology stack",
  "provide clear, actionable feedback",
  "document assumptions and constraints",
  "run build verification before tests",
  "execute in technology-specific test runner",
  "evaluate against solid principles",
  "assess design patterns for appropriateness",
  "execute phases in defined sequence",
  "validate prerequisites before phase execution"
]

const own: ReadonlySet<string> = new Set(
  Object.values(sets).flatMap(({ always, ask, never }) =>
    [...always, ...never, ...ask].map((rule) => rule.toLowerCase())
  )
)

/**
 * The rules of a section that belong to this agent alone, and how many fit every agent.
 *
 * @category accessors
 */
const sorted = (lines: Lines): { readonly specific: ReadonlyArray<string>; readonly generic: number } => {
  const { count, line } = read(lines)
  const specific: Array<string> = []
  let generic = 0
  for (let index = 0; index < count; index++) {
    const rule = /^[-*]\s*(?:[✅❌⚠]\uFE0F?)?\s*(\S.*)$/u.exec(line(index))?.[1]
    if (rule === undefined) continue
    const known = rule.toLowerCase()
    if (own.has(known) || phrases.some((phrase) => known.includes(phrase))) generic++
    else specific.push(rule)
  }
  return { specific, generic }
}

/**
 * Whether at least half of the rules fit every agent, so that a section with rules of its own may take its place.
 *
 * @category guards
 */
export const isGeneric = (lines: Lines): boolean => {
  const { generic, specific } = sorted(lines)
  return generic > 0 && generic >= specific.length
}

/**
 * The rules that would be lost with a generic section.
 *
 * @category accessors
 */
export const specificRules = (lines: Lines): ReadonlyArray<string> => sorted(lines).specific
