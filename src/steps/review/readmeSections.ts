/**
 * What the README takes from the report.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { isSecondLevel, until } from "./sections.ts"
import { headingLevel, trim, trimEnd } from "./text.ts"

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

/** `brief` cuts a section at its first sub-heading; `whole` keeps its sub-headings. */
export const readmeSections = (text: string, extent: "brief" | "whole"): ReadmeSections => {
  const lines = text.split("\n")
  const endOf = (from: number, level: number, ends: (line: string) => boolean): number => {
    if (extent === "whole") {
      return until(lines, from, (line) => {
        const next = headingLevel(line)
        return next > 0 && next <= level
      })
    }
    // What comes first belongs to the section even where it is a heading.
    return until(lines, until(lines, from, (line) => trim(line) !== "") + 1, ends)
  }
  const section = (headings: ReadonlyArray<string>, ends: (line: string) => boolean): string => {
    for (const heading of headings) {
      const at = lines.findIndex((line) => line.includes(heading) && trimEnd(line).endsWith(heading))
      if (at < 0) continue
      const body = trim(lines.slice(at + 1, endOf(at + 1, heading.indexOf(" "), ends)).join("\n"))
      if (body !== "") return body
    }
    return ""
  }
  const anyHeading = (line: string) => line.startsWith("##")
  return {
    overview: overview(section(["## Executive Summary"], isSecondLevel)),
    problem: section(["### Critical Gaps Identified", "### Problem Analysis"], anyHeading) ||
      rootCause(lines) || section(["### Key Findings"], anyHeading),
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
const rootCause = (lines: ReadonlyArray<string>): string => {
  const mark = "**Root Cause**:"
  const at = lines.findIndex((line) => line.includes(mark))
  if (at < 0) return ""
  const first = lines[at] ?? ""
  const to = until(lines, at + 1, (line) => line.startsWith("##"))
  const rest = lines.slice(at + 1, to)
  const end = rest.findIndex((line, index) => line === "" && (rest[index + 1] ?? "").startsWith("**"))
  return trim([first.slice(first.indexOf(mark) + mark.length), ...(end < 0 ? rest : rest.slice(0, end))].join("\n"))
}
