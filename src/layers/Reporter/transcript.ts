/**
 * Events as plain lines: `Step 3/10: Assigning modes...`, and below it what came of it.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import type { RunEvent } from "../../pipeline/RunEvent.ts"
import * as Summary from "../../pipeline/Summary.ts"
import * as asides from "./asides.ts"
import type { Paint } from "./paint.ts"
import * as row from "./row.ts"
import * as words from "./words.ts"

/**
 * Gives the lines that each event adds. Results that are reused are told together, once something else happens.
 *
 * @category rendering
 * @since 0.1.0
 */
export const make = (
  paint: Paint,
  { hint, summary: told = Summary.folding() }: {
    readonly hint?: string
    readonly summary?: (event: RunEvent) => Summary.Summary
  }
): (event: RunEvent) => ReadonlyArray<string> => {
  const aside = asides.lines(paint, { hint })
  let summary = Summary.empty
  let kept: Array<number> = []
  /** The step that was named last: what follows is about it. */
  let named = ""
  /** How many tenths of a long list were told. */
  const tenths = new Map<string, number>()

  const flush = (): ReadonlyArray<string> => {
    const numbers = kept
    kept = []
    return numbers.length === 0 ? [] : [paint.dim(words.kept(numbers, summary.of))]
  }
  const heading = ({ number, title }: Summary.Row): string => `Step ${number}/${summary.of}: ${printable.line(title)}`
  const begins = (row: Summary.Row): ReadonlyArray<string> => {
    named = row.path
    const why = Option.match(row.why, { onNone: () => "", onSome: (why) => ` (again: ${printable.line(why)})` })
    return [...flush(), `${heading(row)}...${paint.dim(why)}`]
  }
  const about = (row: Summary.Row, text: string): ReadonlyArray<string> => {
    if (named === row.path) return [text]
    // Others were named since it began.
    named = row.path
    return [...flush(), heading(row), text]
  }
  const ends = (found: Summary.Row): ReadonlyArray<string> => {
    if (found.status === "kept") {
      kept.push(found.number)
      return []
    }
    // Why it ran stands where it began.
    const one = { ...row.withoutParts(found), why: Option.none() }
    return about(found, `   ${row.marks(paint)[found.status]} ${row.outcome(one, found.status)}`)
  }
  /** A line for every tenth of a long list is enough to see that it goes on. */
  const counts = (row: Summary.Row): ReadonlyArray<string> => {
    const { done, failed, total } = Option.getOrElse(row.count, () => ({ done: 0, failed: 0, total: Option.none() }))
    const of = Option.getOrElse(total, () => 0)
    const tenth = of < 20 ? 0 : Math.floor((done + failed) * 10 / of)
    if (tenth === (tenths.get(row.path) ?? 0) || tenth === 10) return []
    tenths.set(row.path, tenth)
    return about(row, `   ${paint.dim(`${done}/${of}${failed === 0 ? "" : `, ${failed} failed`}`)}`)
  }

  return (event) => {
    const before = summary
    summary = told(event)
    const lines = aside(event)
    if (lines.length > 0) return [...flush(), ...lines]
    return Option.match(Summary.changed(before, summary, event), {
      // A hidden step may say something itself, or ask.
      onNone: () => event._tag.startsWith("Run") || event._tag === "StepStarted" ? flush() : [],
      onSome: ({ row, was }) =>
        row.status !== "running"
          ? ends(row)
          : row.ran && !Option.exists(was, ({ ran, status }) => status === "running" && ran)
          ? begins(row)
          : event._tag === "GroupProgressed" && row.ran
          ? counts(row)
          : []
    })
  }
}
