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
    : rows.flatMap((row) => {
      // A column without a name goes on with the one before it.
      const named = head.findIndex((name, column) => column > 0 && name !== "")
      const first = row.slice(0, named).join(" ").trimEnd()
      const others = row.slice(named).filter((cell) => cell !== "").join(" · ")
      return [...printable.wrap(first, columnsOf(on), 2), ...printable.wrap(`  ${others}`, columnsOf(on), 2)]
    })
  return `${lines.join("\n")}\n`
}
