/**
 * The sections that an agent file may get: what they are called, and in which of its two files each belongs.
 *
 * @since 0.1.0
 */
import { normalized, trim } from "../review/text.ts"
import { bare, split } from "./Lines.ts"
import { hidden, outline, words } from "./outline.ts"

/**
 * A section: it begins with its heading, and everything in it is closed.
 *
 * @category models
 */
export interface Section {
  readonly name: string
  /** As it stands after `## `. */
  readonly heading: string
  readonly lines: ReadonlyArray<string>
}

/** What belongs into the file that is always read. */
const core = [
  "frontmatter",
  "title",
  "quick_start",
  "boundaries",
  "capabilities",
  "phase_integration",
  "loading_instruction"
]

/** What belongs into the file beside it, in the order in which it stands there. */
export const extended: ReadonlyArray<string> = [
  "related_templates",
  "detailed_examples",
  "examples",
  "best_practices",
  "anti_patterns",
  "cross_stack",
  "mcp_integration",
  "troubleshooting",
  "technology_specific"
]

/** Of which an agent file has its own, so that they are never added. */
export const ownOnly: ReadonlyArray<string> = ["frontmatter", "title"]

export const isCore = (name: string): boolean => core.includes(name)

export const isKnown = (name: string): boolean => isCore(name) || extended.includes(name)

/** The words of a name, as a heading writes them: `best_practices` is `Best Practices`. */
export const title = (name: string): string =>
  words(name).split(" ").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ")

/**
 * Makes a section of a text: it gets a heading where it begins with none, and an end for every block of code and every
 * comment.
 *
 * @category constructors
 */
export const make = (name: string, text: string): Section => {
  const lines = linesOf(text)
  const [first] = outline(lines, 0).headings
  return first?.line === 0 && first.level === 2 && words(first.text) !== ""
    ? { name, heading: first.text, lines: closed(lines) }
    : { name, heading: title(name), lines: [`## ${title(name)}`, "", ...closed(lines)] }
}

/** The lines of a text from outside, without the white space around it. */
export const linesOf = (text: string): ReadonlyArray<string> => split(trim(normalized(text))).map(bare)

/** With an end for every block of code and every comment. */
export const closed = (
  lines: ReadonlyArray<string>
): ReadonlyArray<string> => [...lines, ...hidden(lines).closing]

/** Without the blank lines around them. */
export const trimmed = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const from = lines.findIndex((line) => trim(line) !== "")
  const to = lines.findLastIndex((line) => trim(line) !== "")
  return from < 0 ? [] : lines.slice(from, to + 1)
}

/** The indices of the last lines of its blocks of code. */
export const blocksOf = (section: Section): ReadonlyArray<number> => {
  const { isHidden } = hidden(section.lines)
  return isHidden.flatMap((isInside, index) => isInside && isHidden[index + 1] !== true ? [index] : [])
}

/** How many blocks of code a quick start keeps. */
const quickStartBlocks = 3

/**
 * Keeps a quick start quick: what stands further than two lines after its third block of code, where there are more,
 * makes a section of its own.
 *
 * @category combinators
 */
export const quickStart = (section: Section): readonly [kept: Section, rest: Section | undefined] => {
  const { isHidden: inside } = hidden(section.lines)
  const ends = blocksOf(section)
  const last = ends[quickStartBlocks - 1]
  if (last === undefined || ends.length <= quickStartBlocks) return [section, undefined]
  let cut = last + 1
  while (cut < last + 3 && inside[cut] !== true) cut++
  const heading = `${section.heading}: More Examples`
  return [
    {
      ...section,
      lines: [
        ...trimmed(section.lines.slice(0, cut)),
        "",
        "*More examples are in the extended file.*"
      ]
    },
    { name: "more_quick_start", heading, lines: [`## ${heading}`, "", ...trimmed(section.lines.slice(cut))] }
  ]
}
