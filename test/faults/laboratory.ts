/** Many histories, each from a seed of its own. */
import { Effect } from "effect"
import * as History from "./history.ts"
import * as Placing from "./placing.ts"

/** Lets whoever waits for this thread have a turn: the runner of the tests gives up on one that never answers. */
const breathe = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** What so many histories found broken, by seed, and how often each thing came to pass. */
export interface Report {
  readonly violations: ReadonlyArray<string>
  readonly seen: ReadonlyMap<string, number>
}

export const histories = (
  from: number,
  count: number,
  options: Omit<History.Options, "seed"> = {},
  until: (report: Report) => boolean = () => false
): Effect.Effect<Report> =>
  Effect.gen(function*() {
    const violations: Array<string> = []
    const seen = new Map<string, number>()
    for (let seed = from; seed < from + count && !until({ violations, seen }); seed++) {
      const history = yield* Effect.zipLeft(History.run({ ...options, seed }), breathe)
      violations.push(...history.violations.map((violation) => `seed ${seed}: ${violation}`))
      for (const [what, times] of history.seen) seen.set(what, (seen.get(what) ?? 0) + times)
    }
    return { violations, seen }
  })

/** The first violation that a bug leads to, within so many histories. */
export const found = (
  { among, plant }: Pick<History.Options, "among" | "plant">,
  within: number
): Effect.Effect<string | undefined> =>
  Effect.map(
    histories(
      1,
      within,
      { ...(among && { among }), ...(plant && { plant }) },
      ({ violations }) => violations.length > 0
    ),
    ({ violations }) => violations[0]
  )

/** The same for trees that are placed. */
export const placings = (
  from: number,
  count: number,
  options: Omit<Placing.Options, "seed"> = {},
  until: (violations: ReadonlyArray<string>) => boolean = () => false
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    const violations: Array<string> = []
    for (let seed = from; seed < from + count && !until(violations); seed++) {
      const found = yield* Effect.zipLeft(Placing.run({ ...options, seed }), breathe)
      violations.push(...found.map((violation) => `seed ${seed}: ${violation}`))
    }
    return violations
  })
