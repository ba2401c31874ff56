/**
 * The tables under `### Phase 1 Subtasks`.
 *
 * @since 0.1.0
 */
import { until } from "./sections.ts"
import * as table from "./table.ts"
import { headingLevel, trim } from "./text.ts"

/** @category models */
export interface PhaseTable extends table.Table {
  readonly heading: string
  /** Text stands between the heading and the table. */
  readonly apart: boolean
}

const begins = (line: string): boolean => /### Phase \p{Nd}+ Subtasks/u.test(line)

/** All phase tables, in order. */
export const phaseTables = (lines: ReadonlyArray<string>): ReadonlyArray<PhaseTable> =>
  lines.flatMap((heading, at) => {
    if (!begins(heading)) return []
    const start = until(
      lines,
      at + 1,
      lines.length,
      (line) => table.isRow(line) || headingLevel(line) > 0 || begins(line)
    )
    const block = lines.slice(start, endOfRows(lines, start))
    const header = block.findIndex((line) => line.includes("ID") || line.includes("Title"))
    if (header < 0 || !(block[header + 1] ?? "").includes("---")) return []
    return [{
      heading: trim(heading),
      apart: lines.slice(at + 1, start).some((line) => trim(line) !== ""),
      header: table.cells(block[header] ?? "").map(table.bare),
      rows: block.slice(header + 2).map(table.cells),
      first: start + header + 2
    }]
  })

/** Where the rows end that begin at a line. An empty line parts two tables only where the second has a header. */
const endOfRows = (lines: ReadonlyArray<string>, start: number): number => {
  const isInside = (at: number) =>
    trim(lines[at] ?? "") === "" && table.isRow(lines[at + 1] ?? "") && !table.isRule(lines[at + 2] ?? "")
  let at = start
  while (table.isRow(lines[at] ?? "") || isInside(at)) at++
  return at
}
