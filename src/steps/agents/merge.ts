/**
 * Puts sections into a text that somebody wrote: what is there stays, and nothing comes twice.
 *
 * @since 0.1.0
 */
import type { Warning } from "../review/Draft.ts"
import { trimEnd } from "../review/text.ts"
import * as boundaries from "./boundaries.ts"
import { bare, insertBlock, type Lines } from "./Lines.ts"
import { type Heading, mentions, type Outline, outline, sections, textEnd, words } from "./outline.ts"
import { around, boundariesAt, type Placement } from "./placement.ts"
import type { Section } from "./sections.ts"

/** @category models */
export interface Merged {
  readonly lines: Lines
  readonly added: ReadonlyArray<Section>
  readonly warnings: ReadonlyArray<Warning>
}

/** A heading, and the two spellings by which it is found. */
interface Known extends Heading {
  readonly spelled: string
  readonly words: string
}

const known = (headings: ReadonlyArray<Heading>): ReadonlyArray<Known> =>
  headings.map((heading) => ({ ...heading, spelled: spelled(heading.text), words: words(heading.text) }))

const spelled = (heading: string): string => heading.toLowerCase().replace(/\s+/g, " ").trim()

/** The section of a text that stands for another one: by its heading, or by a heading that holds the section's name. */
const match = (headings: ReadonlyArray<Known>, { heading, name }: Section): Known | undefined => {
  const [asHeading, asName] = [spelled(heading), words(name)]
  return headings.find((there) => there.spelled === asHeading || mentions(there.words, asName))
}

/** Whether a text has a section of this name. */
export const has = (lines: Lines, from: number, section: Section): boolean =>
  match(known(sections(outline(lines, from))), section) !== undefined

/**
 * Adds the sections that a text lacks, in their order, in front of one of its lines or at the end.
 *
 * @category combinators
 */
export const add = (
  lines: Lines,
  { at, from, to }: {
    /** The first line that is markdown. */
    readonly from: number
    readonly at: number
    /** What people call the file. */
    readonly to: string
  },
  wanted: ReadonlyArray<Section>
): Merged => {
  const before = outline(lines, from)
  const headings = [...known(sections(before))]
  const added: Array<Section> = []
  const warnings: Array<Warning> = []
  for (const section of wanted) {
    const there = match(headings, section)
    if (there === undefined) {
      added.push(section)
      // Only their texts count from here on: where they will stand is not known yet.
      headings.push(
        ...known(sections(outline(section.lines, 0))).map((heading) => ({ ...heading, line: lines.length }))
      )
    } else if (
      there.line < lines.length && !says(lines.slice(there.line, textEnd(before, there, lines)), section.lines)
    ) {
      warnings.push({
        code: "section-kept",
        message: `The file has a section "${there.text}" already, which was kept`,
        where: `${to}: ${section.name}`
      })
    }
  }
  const { closing, warning } = close(before, lines, at, to)
  const blocks = added.flatMap((section, index) => index === 0 ? section.lines : ["", ...section.lines])
  return blocks.length === 0
    ? { lines, added, warnings }
    : { lines: insertBlock(lines, at, [...closing, ...blocks]), added, warnings: [...warnings, ...warning] }
}

/** Ends a block of code that reaches to the end, so that what comes after it is none. */
const close = ({ closing }: Outline, lines: Lines, at: number, to: string) =>
  at < lines.length || closing.length === 0
    ? { closing: [], warning: [] }
    : {
      closing: [...closing, ""],
      warning: [{
        code: "code-closed",
        message: "A block of code had no end; it was given one at the end of the file",
        where: to
      }]
    }

/** Whether a section that is there says all that another one does; what somebody wrote below it may be more. */
const says = (there: Lines, section: ReadonlyArray<string>): boolean => {
  const plain = (lines: ReadonlyArray<string>) => lines.map((line) => trimEnd(bare(line))).join("\n").trim()
  return plain(there).startsWith(plain(section))
}

/**
 * Puts the boundaries into a text that has none, or in the place of those that fit every agent.
 *
 * @category combinators
 */
export const setBoundaries = (
  lines: Lines,
  { from, to }: { readonly from: number; readonly to: string },
  section: Section
): Omit<Merged, "added"> & { readonly placement: Placement | null } => {
  const before = outline(lines, from)
  const there = sections(before).find(boundaries.isHeading)
  if (there === undefined) {
    const at = boundariesAt(before, lines)
    const { closing, warning } = close(before, lines, at, to)
    return {
      lines: insertBlock(lines, at, [...closing, ...section.lines]),
      placement: around(before, lines, at),
      warnings: warning
    }
  }
  const end = textEnd(before, there, lines)
  const old = lines.slice(there.line, end)
  const unchanged = (warnings: ReadonlyArray<Warning>) => ({ lines, placement: null, warnings })
  if (boundaries.isGeneric(section.lines) || says(old, section.lines)) return unchanged([])
  if (!boundaries.isGeneric(old)) {
    return unchanged([{
      code: "boundaries-kept",
      message: "The agent has boundaries of its own, which were kept",
      where: to
    }])
  }
  return {
    lines: insertBlock([...lines.slice(0, there.line), ...lines.slice(end)], there.line, section.lines),
    placement: around(before, lines, there.line),
    warnings: boundaries.specificRules(old).map((rule) => ({
      code: "boundaries-replaced",
      message: `This rule stood among boundaries that fit every agent, and was replaced with them: ${rule}`,
      where: to
    }))
  }
}
