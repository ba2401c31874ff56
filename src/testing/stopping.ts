/**
 * A journal that stops a run at one of its records.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import type { Journal, JournalError, OpenJournal } from "../pipeline/Journal.ts"
import type { DurableEvent } from "../pipeline/RunEvent.ts"
import * as RunRecord from "../pipeline/RunRecord.ts"

/**
 * What happens at a record: nothing of it is stored, or it is stored, and then the effect is run; or the effect is run
 * first, and the record is stored all the same.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stop {
  readonly when: "before" | "after" | "beside"
  readonly effect: Effect.Effect<unknown>
}

/**
 * Asks of every record whether to stop there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const journal = (
  under: Journal["Type"],
  stopAt: (event: DurableEvent) => Stop | undefined
): Journal["Type"] => ({
  ...under,
  open: (name) => Effect.map(under.open(name), (opened) => ({ ...opened, append: appending(opened, stopAt) }))
})

const appending = (
  opened: OpenJournal,
  stopAt: (event: DurableEvent) => Stop | undefined
): OpenJournal["append"] =>
(records, options) => {
  const append = (some: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<number>, JournalError> =>
    some.length === 0 ? Effect.succeed([]) : opened.append(some, options)

  return Effect.suspend(() => {
    for (const [index, record] of records.entries()) {
      const event = RunRecord.decode(record)
      const stop = Either.isRight(event) ? stopAt(event.right) : undefined
      if (stop === undefined) continue
      if (stop.when === "beside") return Effect.zipRight(stop.effect, append(records))
      return Effect.flatMap(
        append(records.slice(0, stop.when === "before" ? index : index + 1)),
        (stored) =>
          Effect.flatMap(
            stop.effect,
            () => Effect.map(append(records.slice(stored.length)), (rest) => [...stored, ...rest])
          )
      )
    }
    return append(records)
  })
}
