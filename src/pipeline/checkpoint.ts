/**
 * The checkpoint of a run: a PersistedRef whose value is what the run has come to, and whose changes are its events.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, type Scope, Stream } from "effect"
import { Journal, type JournalDamaged, type JournalError, type OpenJournal, type RunHeld } from "./Journal.ts"
import * as PersistedRef from "./PersistedRef.ts"
import type { DurableEvent } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import * as RunState from "./RunState.ts"

/**
 * An event and the text it is stored as, so that a result is turned into text once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly event: DurableEvent
  readonly text: string
}

/** @category constructors */
export const entry = (event: DurableEvent): Entry => ({ event, text: RunRecord.encode(event) })

/** @category constants */
export const fold: PersistedRef.Fold<RunState.RunState, Entry> = {
  initial: RunState.empty,
  apply: (state, { event }, position) => RunState.apply(state, event, position),
  encode: ({ text }) => text,
  decode: (text) => Either.map(RunRecord.decode(text), (event) => ({ event, text }))
}

/**
 * The checkpoint of one run, held open or only looked at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Checkpoint {
  readonly id: string
  readonly journal: Pick<OpenJournal, "read">
  readonly ref: PersistedRef.PersistedRef<RunState.RunState, Entry>
  /** Results that were kept in memory while the journal was read, by position. */
  readonly values: Map<number, unknown>
}

/** Results are kept while a journal is read, up to so many characters; the others are read again when they are needed. */
const kept = 64 * 1024 * 1024

/**
 * Opens a checkpoint, and holds it until the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (
  id: string
): Effect.Effect<Checkpoint, JournalError | JournalDamaged | RunHeld, Journal | Scope.Scope> =>
  Effect.gen(function*() {
    const journal = yield* Effect.flatMap(Journal, (journal) => journal.open(id))
    const values = new Map<number, unknown>()
    let room = kept
    const ref = yield* PersistedRef.fromJournal<RunState.RunState, Entry>(id, journal, {
      ...fold,
      decode: (text, position) =>
        Either.map(RunRecord.decode(text), (event) => {
          if (event._tag === "StepSucceeded" && text.length <= room) {
            room -= text.length
            values.set(position, event.value)
          }
          return { event, text: "" }
        })
    })
    return { id, journal, ref, values }
  })

/**
 * Looks at a checkpoint without a lock. Nothing can be recorded in it; without a name it is that of a run which has not
 * begun.
 *
 * @category accessors
 * @since 0.1.0
 */
export const peek = (
  id: Option.Option<string>
): Effect.Effect<Checkpoint, JournalDamaged | JournalError, Journal> =>
  Effect.suspend(() => {
    /** The last record of each step. */
    const records = new Map<number, string>()
    const state = Option.match(id, {
      onNone: () => Effect.succeed(RunState.empty),
      onSome: (id) =>
        PersistedRef.peek<RunState.RunState, Entry>(id, {
          ...fold,
          apply: (state, entry, position) => {
            const { event, text } = entry
            if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
              const before = state.executions.get(event.path)
              if (before !== undefined) records.delete(before.position)
              records.set(position, text)
            }
            return fold.apply(state, entry, position)
          }
        })
    })
    return Effect.map(state, (state) => ({
      id: Option.getOrElse(id, () => ""),
      journal: {
        read: (position) =>
          Option.match(Option.fromNullable(records.get(position)), {
            onNone: () => Effect.dieMessage("a step whose record was not kept"),
            onSome: Effect.succeed
          })
      },
      ref: {
        get: Effect.succeed(state),
        changes: Stream.succeed(state),
        update: () => Effect.dieMessage("a checkpoint that is only looked at takes nothing")
      },
      values: new Map()
    }))
  })
