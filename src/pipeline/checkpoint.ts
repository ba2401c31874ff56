/**
 * The checkpoint of a run: a PersistedRef whose value is what the run has come to, and whose changes are its events.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, type Scope, Stream } from "effect"
import { Journal, type JournalDamaged, type JournalError, type OpenJournal, type RunHeld } from "./Journal.ts"
import { Kept } from "./Kept.ts"
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
  decode: (text) => Either.map(RunRecord.decode(text), (event) => ({ event, text })),
  replay: () => replay(() => {})
}

/** Reads what a run has come to, and tells of each event in its order. */
const replay = (
  told: (event: DurableEvent, position: number, text: string) => void
): PersistedRef.Replay<RunState.RunState> => {
  const { add, state } = RunState.replay()
  return {
    take: (text, position) => {
      const event = RunRecord.eventIn(text)
      if (!RunRecord.isEvent(event)) return event
      told(event, position, text)
      add(event, position)
      return undefined
    },
    value: state
  }
}

/**
 * Reads what the run of a journal has come to, without a lock, and tells of each event in its order.
 *
 * @category accessors
 */
export const read = (
  id: string,
  told: (event: DurableEvent, position: number, text: string) => void
): Effect.Effect<RunState.RunState, JournalDamaged | JournalError, Journal> =>
  PersistedRef.peek(id, { ...fold, replay: () => replay(told) })

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
  /** Results that are in memory since the journal was read. */
  readonly kept: Kept
}

/** So many characters of records are kept while a journal is read; the others are read again when they are needed. */
const mostKept = 64 * 1024 * 1024

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
    const kept = new Kept()
    let room = mostKept
    const ref = yield* PersistedRef.fromJournal<RunState.RunState, Entry>(id, journal, {
      ...fold,
      replay: () =>
        replay((event, position, text) => {
          if (event._tag !== "StepSucceeded" || text.length > room) return
          room -= text.length
          kept.add(position, event.value)
        })
    })
    return { id, journal, kept, ref }
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
    const positions = new Map<string, number>()
    const state = Option.match(id, {
      onNone: () => Effect.succeed(RunState.empty),
      onSome: (id) =>
        read(id, (event, position, text) => {
          if (event._tag !== "StepSucceeded" && event._tag !== "StepFailed") return
          const before = positions.get(event.path)
          if (before !== undefined) records.delete(before)
          positions.set(event.path, position)
          records.set(position, text)
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
      kept: new Kept()
    }))
  })
