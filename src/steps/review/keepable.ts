/**
 * Results that a run can keep: a report may be small and yet ask for more than that.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { ReportTooLarge } from "./errors.ts"

/** What a checkpoint keeps of a step, and of a run at its end, in bytes of JSON, with a little to spare. */
const largest = { result: 15 * 1024 * 1024, output: 19 * 1024 * 1024 }

const encoder = new TextEncoder()

/**
 * A result, or the failure that tells what of the report is too large. `later` is how much the output of the run will
 * have beside it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const keepable = <A>(
  value: A,
  { later = 0, report, what }: { readonly report: string; readonly what: string; readonly later?: number }
): Effect.Effect<A, ReportTooLarge> => {
  const bytes = encoder.encode(JSON.stringify(value)).length
  return bytes > largest.result || bytes + later > largest.output
    ? Effect.fail(new ReportTooLarge({ report, what, limit: largest.result }))
    : Effect.succeed(value)
}
