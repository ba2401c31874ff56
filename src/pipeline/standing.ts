/**
 * The records of a run that count, as they stand in its journal.
 *
 * @since 0.1.0
 */
import { Effect, Either, HashMap } from "effect"
import type { Journal, JournalDamaged, JournalError } from "./Journal.ts"
import * as PersistedRef from "./PersistedRef.ts"
import type { DurableEvent } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import * as RunState from "./RunState.ts"

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
    const fold: PersistedRef.Fold<RunState.RunState, { readonly event: DurableEvent; readonly text: string }> = {
      initial: RunState.empty,
      encode: ({ text }) => text,
      decode: (text) => Either.map(RunRecord.decode(text), (event) => ({ event, text })),
      apply: (state, { event, text }, position) => {
        switch (event._tag) {
          case "StepSucceeded":
          case "StepFailed":
          case "AnswerRecorded":
          case "ChoiceMade":
            found.push({ event, text, position })
        }
        return RunState.apply(state, event, position)
      }
    }
    return Effect.map(PersistedRef.peek(id, fold), (state) => {
      const { answers, choices, executions } = state
      const others = new Set<DurableEvent>([...HashMap.values(answers), ...HashMap.values(choices)].flat())
      const records = found.filter(({ event, position }) =>
        others.has(event) || executions.get(event.path)?.position === position
      )
      return { state, records }
    })
  })
