/**
 * The records of a run that count, as they stand in its journal.
 *
 * @since 0.1.0
 */
import { Effect, HashMap } from "effect"
import * as checkpoint from "./checkpoint.ts"
import type { Journal, JournalDamaged, JournalError } from "./Journal.ts"
import type { DurableEvent } from "./RunEvent.ts"
import type * as RunState from "./RunState.ts"

/**
 * The last record of a step, an answer, or a choice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Standing {
  readonly event: Extract<DurableEvent, { readonly path: string }>
  readonly text: string
}

/**
 * What a run has come to, and the records that say so, oldest first. It is read without a lock.
 *
 * @category accessors
 * @since 0.1.0
 */
export const standing = (id: string): Effect.Effect<
  { readonly state: RunState.RunState; readonly records: ReadonlyArray<Standing> },
  JournalDamaged | JournalError,
  Journal
> =>
  Effect.suspend(() => {
    const found: Array<Standing & { readonly position: number }> = []
    const read = checkpoint.read(id, (event, position, text) => {
      switch (event._tag) {
        case "StepSucceeded":
        case "StepFailed":
        case "AnswerRecorded":
        case "ChoiceMade":
          found.push({ event, text, position })
      }
    })
    return Effect.map(read, (state) => {
      const { answers, choices, executions } = state
      const others = new Set<DurableEvent>([...HashMap.values(answers), ...HashMap.values(choices)].flat())
      const records = found.filter(({ event, position }) =>
        others.has(event) || executions.get(event.path)?.position === position
      )
      return { state, records }
    })
  })
