/**
 * The tables under `### Phase 1 Subtasks`.
 *
 * @since 0.1.0
 */
import * as table from "./table.ts"
import { headingLevel, trim } from "./text.ts"

/** @category models */
export interface PhaseTable extends table.Table {
  readonly heading: string
  /** Text stands between the heading and the table. */
  readonly apart: boolean
}

/** All phase tables, in order. */
export const phaseTables = (lines: ReadonlyArray<string>): ReadonlyArray<PhaseTable> =>
  lines.flatMap((line, at) => {
    if (!/### Phase \p{Nd}+ Subtasks/u.test(line)) return []
    let first = at + 1
    while (first < lines.length && !table.isRow(lines[first] ?? "") && headingLevel(lines[first] ?? "") === 0) first++
    let end = first
    while (end < lines.length && table.isRow(lines[end] ?? "")) end++
    const block = lines.slice(first, end)
    const header = block.findIndex((line) => line.includes("ID") || line.includes("Title"))
    if (header < 0 || !table.isRule(block[header + 1] ?? "")) return []
    return [{
      heading: trim(line),
      apart: lines.slice(at + 1, first).some((line) => trim(line) !== ""),
      header: table.cells(block[header] ?? ""),
      rows: block.slice(header + 2).map(table.cells)
    }]
  })
