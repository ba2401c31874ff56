/**
 * What the README takes from the report.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { reading } from "./prose.ts"
import { isHeadingUpTo, isSecondLevel, until } from "./sections.ts"
import { isSpace, trim, trimEnd } from "./text.ts"

/** @category models */
export const ReadmeSections = Schema.Struct({
  overview: Schema.String,
  problem: Schema.String,
  solution: Schema.String,
  inScope: Schema.String,
  outOfScope: Schema.String,
  successCriteria: Schema.String
})
export type ReadmeSections = typeof ReadmeSections.Type

/**
 * The parts of a report that a README is made of. `brief` cuts a section at its first sub-heading, wherever it stands;
 * `whole` keeps the sub-headings, and what stands in a fence is no heading.
 *
 * @category parsing
 * @since 0.1.0
 */
export const readmeSections = (text: string, extent: "brief" | "whole"): ReadmeSections => {
  const lines = text.split("\n")
  const visible = extent === "whole" ? reading(lines).prose : lines
  const section = (headings: ReadonlyArray<string>, ends: (line: string) => boolean): string => {
    for (const heading of headings) {
      const at = visible.findIndex((line) => line.includes(heading) && trimEnd(line).endsWith(heading))
      if (at < 0) continue
      const to = extent === "whole"
        ? until(visible, at + 1, lines.length, isHeadingUpTo(heading.indexOf(" ")))
        // What comes first belongs to the section even where it is a heading.
        : until(lines, until(lines, at + 1, lines.length, (line) => trim(line) !== "") + 1, lines.length, ends)
      const body = trim(lines.slice(at + 1, to).join("\n"))
      if (body !== "") return body
    }
    return ""
  }
  const anyHeading = (line: string) => line.startsWith("##")
  return {
    overview: overview(section(["## Executive Summary"], isSecondLevel)),
    problem: section(["### Critical Gaps Identified", "### Problem Analysis"], anyHeading) ||
      rootCause(text, extent) || section(["### Key Findings"], anyHeading),
    solution: section(["## Recommendations", "### Recommendations", "## Solution"], anyHeading),
    inScope: section(["### In Scope"], anyHeading),
    outOfScope: section(["### Out of Scope"], anyHeading),
    successCriteria: section(["## Success Criteria", "### Success Criteria", "## Acceptance Criteria"], anyHeading)
  }
}

/** Without lines such as `**Reviewer**: x`, which say nothing of the matter. */
const overview = (text: string): string =>
  trim(
    text.split("\n").filter((line) => {
      const bare = trim(line)
      const colon = bare.indexOf(":")
      return !bare.startsWith("**") || colon < 0 || !bare.slice(0, colon).endsWith("**") ||
        bare.includes("Root Cause") || bare.includes("Severity")
    }).join("\n")
  )

/** From `**Root Cause**:` to an empty line before the next bold word, or to a heading. */
const rootCause = (text: string, extent: "brief" | "whole"): string => {
  const mark = "**Root Cause**:"
  const at = text.indexOf(mark)
  if (at < 0) return ""
  let from = at + mark.length
  while (isSpace(text[from])) from++
  const ends = ["\n\n**", "###", "\n##"].map((end) => text.indexOf(end, from)).filter((end) => end >= 0)
  // Without an end, what follows is the rest of the report rather than the cause.
  if (ends.length === 0 && extent === "brief") return ""
  return trim(text.slice(from, Math.min(text.length, ...ends)))
}
