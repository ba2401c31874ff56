/**
 * Rows of cells below each other; on a terminal that is too narrow for them, one below the other.
 *
 * @since 0.1.0
 */
import * as printable from "../pipeline/printable.ts"
import { columnsOf, type Sink } from "./Io.ts"

/** @category rendering */
export const toText = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  on: Sink
): string => {
  const widths = head.map((name, column) =>
    rows.reduce((width, row) => Math.max(width, printable.width(row[column] ?? "")), name.length)
  )
  const lines = widths.reduce((sum, width) => sum + width + 2, -2) <= columnsOf(on)
    ? [head, ...rows].map((row) =>
      row.map((cell, column) => printable.pad(cell, widths[column] ?? 0)).join("  ").trimEnd()
    )
    : rows.flatMap(([first = "", ...others]) => [first, `  ${others.join(" · ")}`])
  return `${lines.join("\n")}\n`
}
