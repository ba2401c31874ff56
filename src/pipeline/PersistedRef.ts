/**
 * A Ref that is durable before it is visible: its value is the fold of its journal, and nobody sees a change before
 * the disk has it.
 *
 * @since 0.1.0
 */
import { type Cause, Deferred, Effect, Either, Exit, PubSub, type Scope, Stream } from "effect"
import { Journal, JournalDamaged, type JournalError, type OpenJournal, type RunHeld } from "./Journal.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface PersistedRef<out A, in Change> {
  readonly get: Effect.Effect<A>
  /** The value now, then every value after it. */
  readonly changes: Stream.Stream<A>
  /**
   * Makes a change durable, then visible, and returns the value with it. The two cannot be interrupted apart. After a
   * failure nothing more is taken, and nothing that failed ever becomes visible.
   */
  readonly update: (change: Change, options?: {
    /** Says that no other change is under way, so that waiting for company to share a sync with is in vain. */
    readonly alone?: boolean
  }) => Effect.Effect<A, JournalError>
}

/**
 * How a value follows from its changes. `apply` is pure and total: it is what the value means, for ever.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fold<A, Change> {
  readonly initial: A
  readonly apply: (value: A, change: Change, position: number) => A
  /** Gives one JSON object as text. */
  readonly encode: (change: Change) => string
  /** Gives the change, or says why the record cannot be read; `newer` where a newer version wrote it. */
  readonly decode: (record: string, position: number) => Either.Either<Change, {
    readonly reason: string
    readonly newer: boolean
  }>
}

/**
 * Opens the journal `name`, which must exist, and holds it until the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = <A, Change>(
  name: string,
  fold: Fold<A, Change>
): Effect.Effect<PersistedRef<A, Change>, JournalError | JournalDamaged | RunHeld, Journal | Scope.Scope> =>
  Effect.flatMap(Journal, (journal) => Effect.flatMap(journal.open(name), (opened) => fromJournal(name, opened, fold)))

/**
 * Reads the value that a journal stands for now, without a lock.
 *
 * @category accessors
 * @since 0.1.0
 */
export const peek = <A, Change>(
  name: string,
  fold: Fold<A, Change>
): Effect.Effect<A, JournalError | JournalDamaged, Journal> =>
  Effect.flatMap(Journal, (journal) =>
    Effect.flatMap(
      journal.peek(name, beginning(fold), next(fold)),
      (state) => settle(name, state)
    ))

/**
 * Makes a Ref of a journal that is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromJournal = <A, Change>(
  name: string,
  journal: OpenJournal,
  fold: Fold<A, Change>
): Effect.Effect<PersistedRef<A, Change>, JournalError | JournalDamaged, Scope.Scope> =>
  Effect.gen(function*() {
    let visible = yield* Effect.flatMap(journal.scan(beginning(fold), next(fold)), (state) => settle(name, state))
    const published = yield* Effect.acquireRelease(PubSub.unbounded<A>(), PubSub.shutdown)
    let listeners = 0

    // Changes that wait for the next sync. The first of them leads: it writes them all, then hands over.
    let queue: Array<Waiting<Change, A>> = []
    let leading = false
    let failed: Cause.Cause<JournalError> | undefined

    /** Whatever goes wrong here, a bug of the journal or of the fold included, ends the taking of changes for good. */
    const write = (changes: ReadonlyArray<Written<Change>>, alone: boolean): Effect.Effect<void, JournalError> =>
      Effect.suspend(() => {
        if (failed !== undefined) return Effect.failCause(failed)
        return Effect.matchCauseEffect(
          Effect.map(journal.append(changes.map(({ text }) => text), { alone }), (positions) =>
            changes.reduce((value, { change }, index) =>
              fold.apply(value, change, positions[index] ?? -1), visible)),
          {
            onFailure: (cause) => {
              failed = cause
              return Effect.failCause(cause)
            },
            onSuccess: (value) => {
              visible = value
              return listeners === 0 ? Effect.void : Effect.asVoid(PubSub.publish(published, visible))
            }
          }
        )
      })

    const handOver: Effect.Effect<void> = Effect.suspend(() => {
      const heir = queue[0]
      leading = heir !== undefined
      return heir === undefined ? Effect.void : Deferred.succeed(heir.woken, undefined)
    })

    const lead: Effect.Effect<void> = Effect.gen(function*() {
      yield* Effect.yieldNow()
      const batch = queue
      queue = []
      const written = yield* Effect.exit(write(batch, false))
      for (const waiting of batch) {
        waiting.result = Exit.map(written, () =>
          visible)
        yield* Deferred.succeed(waiting.woken, undefined)
      }
      yield* handOver
    })

    const together = (written: Written<Change>): Effect.Effect<A, JournalError> =>
      Effect.gen(function*() {
        const waiting: Waiting<Change, A> = { ...written, woken: yield* Deferred.make<void>(), result: undefined }
        queue.push(waiting)
        if (leading) yield* Deferred.await(waiting.woken)
        if (waiting.result === undefined) {
          leading = true
          yield* lead
        }
        return yield* waiting.result ?? Effect.dieMessage("a change was queued and never written")
      })

    const alone = (written: Written<Change>): Effect.Effect<A, JournalError> =>
      Effect.suspend(() => {
        leading = true
        return Effect.zipRight(Effect.ensuring(write([written], true), handOver), Effect.sync(() => visible))
      })

    return {
      get: Effect.sync(() => visible),
      changes: Stream.unwrapScoped(Effect.gen(function*() {
        yield* Effect.acquireRelease(
          Effect.sync(() => void listeners++),
          () => Effect.sync(() => void listeners--)
        )
        const subscription = yield* PubSub.subscribe(published)
        return Stream.concat(Stream.succeed(visible), Stream.fromQueue(subscription))
      })),
      update: (change, options) =>
        Effect.uninterruptible(
          Effect.suspend(() => {
            const written = { change, text: fold.encode(change) }
            return options?.alone === true && !leading ? alone(written) : together(written)
          })
        )
    }
  })

interface Written<Change> {
  readonly change: Change
  readonly text: string
}

interface Waiting<Change, A> extends Written<Change> {
  /** Completed when the change is written, or when it is this one's turn to write for all. */
  readonly woken: Deferred.Deferred<void>
  result: Exit.Exit<A, JournalError> | undefined
}

/** The value so far, and the first record that could not be read. */
interface Folding<A> {
  value: A
  records: number
  damage:
    | { readonly record: number; readonly byte: number; readonly reason: string; readonly newer: boolean }
    | undefined
}

const beginning = <A, Change>(fold: Fold<A, Change>): Folding<A> => ({
  value: fold.initial,
  records: 0,
  damage: undefined
})

const next =
  <A, Change>(fold: Fold<A, Change>) => (state: Folding<A>, record: string, position: number): Folding<A> => {
    state.records++
    if (state.damage !== undefined) return state
    const decoded = fold.decode(record, position)
    if (Either.isRight(decoded)) state.value = fold.apply(state.value, decoded.right, position)
    else state.damage = { record: state.records, byte: position, ...decoded.left }
    return state
  }

const settle = <A>(journal: string, { damage, value }: Folding<A>): Effect.Effect<A, JournalDamaged> =>
  damage === undefined
    ? Effect.succeed(value)
    : Effect.fail(new JournalDamaged({ journal, where: "journal", ...damage }))
