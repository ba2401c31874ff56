/**
 * Where the boundaries of an agent belong in its file: early, after what it is for and before how it is done.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { bare, isBlank, type Lines } from "./Lines.ts"
import { type Heading, type Outline, sections } from "./outline.ts"

/**
 * The headings of the sections around a place, as they stand in the file.
 *
 * @category schemas
 */
export const Placement = Schema.Struct({
  afterHeading: Schema.NullOr(Schema.String),
  beforeHeading: Schema.NullOr(Schema.String)
})
export type Placement = typeof Placement.Type

const early = ["Purpose", "Why This Agent Exists", "Technologies", "Usage", "When to Use"]
const content = ["Code Examples", "Examples", "Related Templates", "Best Practices", "Capabilities"]

const isOneOf = (words: ReadonlyArray<string>) => ({ text }: Heading) => words.some((word) => text.includes(word))
const isEarly = isOneOf(early)
const isContent = isOneOf(content)
const beginsWith = (words: string) => ({ text }: Heading) => text.startsWith(words)

/** How many lines below the front matter the sections at the top of a file may be. */
const top = 100

/**
 * The index of the line in front of which boundaries go.
 *
 * @category accessors
 */
export const boundariesAt = (outline: Outline, lines: Lines): number => {
  const all = sections(outline)
  const next = (line: number) => all.find((heading) => heading.line > line)?.line

  const quickStart = all.find(beginsWith("Quick Start"))
  if (quickStart !== undefined) return next(quickStart.line) ?? gap(outline, lines, quickStart.line + 30)

  const atTop = all.filter(({ line }) => line < outline.from + top)
  const firstContent = atTop.findIndex((heading) => isContent(heading) && !isEarly(heading))
  const lastEarly = atTop.findLast(isEarly)
  return atTop[firstContent]?.line ??
    (lastEarly === undefined ? undefined : next(lastEarly.line)) ??
    all.find(beginsWith("Code Examples"))?.line ??
    all.find(beginsWith("Related Templates"))?.line ??
    next(outline.from + 49) ??
    gap(outline, lines, outline.from + 50)
}

/** The first place from a line on that cuts through no paragraph, list or block of code. */
const gap = ({ isHidden }: Outline, lines: Lines, from: number): number => {
  let at = Math.min(from, lines.length)
  while (at < lines.length && (isHidden(at) || isHidden(at - 1) || !(isBlank(lines[at]) || isBlank(lines[at - 1])))) {
    at++
  }
  return at
}

/**
 * What stands around a place.
 *
 * @category accessors
 */
export const around = (outline: Outline, lines: Lines, at: number): Placement => {
  const all = sections(outline)
  const shown = (heading: Heading | undefined) => heading === undefined ? null : bare(lines[heading.line] ?? "").trim()
  return {
    afterHeading: shown(all.findLast(({ line }) => line < at)),
    beforeHeading: shown(all.find(({ line }) => line >= at))
  }
}
