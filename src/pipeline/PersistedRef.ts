/**
 * A Ref that is durable before it is visible: its value is the fold of its journal, and nobody sees a change before
 * the disk has it.
 *
 * @since 0.1.0
 */
import { type Cause, Effect, Either, Exit, Option, PubSub, Schema, type Scope, Stream } from "effect"
import * as Codec from "./Codec.ts"
import { Journal, JournalDamaged, type JournalError, type OpenJournal, type RunHeld } from "./Journal.ts"

/**
 * A value of type `A` that changes by `Change`s, each of which is on disk before anybody sees what it did.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { JournalFile, PersistedRef } from "effect-cairn"
 *
 * // What may happen, and what it means: all there is to say of the state of a program.
 * const Change = Schema.Union(
 *   Schema.TaggedStruct("Added", { task: Schema.String }),
 *   Schema.TaggedStruct("Done", { task: Schema.String })
 * )
 * const tasks = PersistedRef.fold({
 *   change: Change,
 *   initial: [] as ReadonlyArray<string>,
 *   apply: (open, change) =>
 *     change._tag === "Added" ? [...open, change.task] : open.filter((task) => task !== change.task)
 * })
 *
 * export const program = Effect.gen(function*() {
 *   const ref = yield* PersistedRef.open("tasks", tasks)
 *   yield* ref.update({ _tag: "Added", task: "write it down" })
 *   return yield* ref.get // the same after a kill -9
 * }).pipe(Effect.scoped, Effect.provide(JournalFile.layer({ home: ".tasks" })))
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface PersistedRef<out A, in Change> {
  readonly get: Effect.Effect<A>
  /**
   * The value now, then the value after every change, or after several that shared a sync; each once. It ends with the
   * scope of the Ref.
   */
  readonly changes: Stream.Stream<A>
  /**
   * Makes a change durable, then visible, and returns the value with it. The two cannot be interrupted apart. After a
   * failure nothing more is taken, and nothing that failed ever becomes visible. A change that cannot be encoded is a
   * defect, and changes nothing.
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
  /** Gives the change, or says why the record cannot be read. */
  readonly decode: (record: string, position: number) => Either.Either<Change, Unreadable>
  /** Where one value for each record would take long: the same as `decode` and `apply` from `initial` on, in place. */
  readonly replay?: () => Replay<A>
}

/**
 * Why a record cannot be read; `newer` where a newer version wrote it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unreadable {
  readonly reason: string
  readonly newer: boolean
}

/**
 * A value while its journal is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay<out A> {
  /** Takes the next record, unless it cannot be read. */
  readonly take: (record: string, position: number) => Unreadable | undefined
  readonly value: () => A
}

/**
 * Makes a fold whose changes are written as their schema encodes them. Throws where that is not JSON, or a secret.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fold = <A, Change, ChangeI>(options: {
  readonly change: Schema.Schema<Change, ChangeI>
  readonly initial: A
  readonly apply: (value: A, change: Change) => A
}): Fold<A, Change> => {
  const { apply, change, initial } = options
  const codec = Codec.makeKept(change, (reason) => new TypeError(`The schema of a change ${reason}`))
  const decode = Schema.decodeUnknownEither(Schema.parseJson(Schema.Struct({ change })))
  return {
    initial,
    apply,
    encode: (change) =>
      Either.match(codec.encode(change), {
        onLeft: (issues) => {
          throw new TypeError(`A change does not fit its schema\n${issues}`)
        },
        onRight: (json) => JSON.stringify({ change: json })
      }),
    decode: (record) =>
      Either.mapBoth(decode(record), {
        onLeft: (error) => ({
          reason: `a change that does not fit: ${Codec.problems(error).join(", ")}`,
          newer: false
        }),
        onRight: ({ change }) => change
      })
  }
}

/**
 * Opens the journal `name`, which is made where there is none, and holds it until the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = <A, Change>(
  name: string,
  fold: Fold<A, Change>
): Effect.Effect<PersistedRef<A, Change>, JournalError | JournalDamaged | RunHeld, Journal | Scope.Scope> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    yield* journal.create(name)
    return yield* fromJournal(name, yield* journal.open(name), fold)
  })

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
      journal.peek(name, beginning(fold), next),
      (reading) => settle(name, journal.where?.(name), reading)
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
    let visible = yield* Effect.flatMap(journal.scan(beginning(fold), next), (reading) =>
      settle(name, journal.where, reading))
    // How often it changed, so that nobody is told of a change that its first value has in it.
    let count = 0
    const published = yield* Effect.acquireRelease(PubSub.unbounded<readonly [count: number, A]>(), PubSub.shutdown)
    let listeners = 0

    // Changes that wait for the next sync. The first of them leads: it writes them all, then hands over.
    let queue: Array<Waiting<Change, A>> = []
    let leading = false
    let failed: Cause.Cause<JournalError> | undefined

    /**
     * Writes, and hands over. Whatever goes wrong here, a bug of the journal or of the fold included, ends the taking
     * of changes for good.
     */
    const write = (
      changes: ReadonlyArray<Written<Change>>,
      alone: boolean,
      end: (exit: Exit.Exit<A, JournalError>) => void
    ): Effect.Effect<A, JournalError> => {
      const ended = (exit: Exit.Exit<A, JournalError>) => {
        end(exit)
        handOver()
        return exit
      }
      if (failed !== undefined) {
        return ended(Exit.failCause(failed))
      }
      return Effect.matchCauseEffect(
        Effect.map(
          journal.append(
            changes.map(({ text }) =>
              text
            ),
            { alone }
          ),
          (positions) =>
            changes.reduce((value, { change }, index) => fold.apply(value, change, positions[index] ?? -1), visible)
        ),
        {
          onFailure: (cause) => {
            failed = cause
            return ended(Exit.failCause(cause))
          },
          onSuccess: (value) => {
            visible = value
            count++
            const exit = Exit.succeed(value)
            return listeners === 0
              ? ended(exit)
              : Effect.flatMap(PubSub.publish(published, [count, value]), () => ended(exit))
          }
        }
      )
    }

    const handOver = () => {
      const heir = queue[0]
      leading = heir !== undefined
      heir?.resume(lead)
    }

    /** Writes for all that wait by then, the one that leads among them. */
    const lead: Effect.Effect<A, JournalError> = Effect.flatMap(Effect.yieldNow(), () => {
      const [, ...others] = queue
      const batch = queue
      queue = []
      return write(batch, false, (exit) => {
        for (const { resume } of others) {
          resume(exit)
        }
      })
    })

    const together = (written: Written<Change>): Effect.Effect<A, JournalError> =>
      Effect.async((resume) => {
        queue.push({ ...written, resume })
        if (leading) {
          return
        }
        leading = true
        resume(lead)
      })

    const alone = (written: Written<Change>): Effect.Effect<A, JournalError> => {
      leading = true
      return write([written], true, () => {})
    }

    return {
      get: Effect.sync(() => visible),
      changes: Stream.unwrapScoped(Effect.gen(function*() {
        yield* Effect.acquireRelease(
          Effect.sync(() => void listeners++),
          () => Effect.sync(() => void listeners--)
        )
        const subscription = yield* PubSub.subscribe(published)
        const first = [count, visible] as const
        const later = Stream.filterMap(
          Stream.fromQueue(subscription),
          ([count, value]) => count > first[0] ? Option.some(value) : Option.none()
        )
        return Stream.concat(Stream.succeed(first[1]), later)
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
  /** Goes on once the change is written, or when it is this one's turn to write for all. */
  readonly resume: (effect: Effect.Effect<A, JournalError>) => void
}

/** What was read so far, and the first record that could not be. */
interface Reading<A> {
  readonly replay: Replay<A>
  records: number
  damage: { readonly record: number; readonly byte: number } & Unreadable | undefined
}

const beginning = <A, Change>(fold: Fold<A, Change>): Reading<A> => ({
  replay: fold.replay?.() ?? oneByOne(fold),
  records: 0,
  damage: undefined
})

const next = <A>(reading: Reading<A>, record: string, position: number): Reading<A> => {
  reading.records++
  if (reading.damage !== undefined) return reading
  const unreadable = reading.replay.take(record, position)
  if (unreadable !== undefined) reading.damage = { record: reading.records, byte: position, ...unreadable }
  return reading
}

const oneByOne = <A, Change>({ apply, decode, initial }: Fold<A, Change>): Replay<A> => {
  let value = initial
  return {
    take: (record, position) => {
      const decoded = decode(record, position)
      if (Either.isLeft(decoded)) return decoded.left
      value = apply(value, decoded.right, position)
      return undefined
    },
    value: () => value
  }
}

const settle = <A>(
  journal: string,
  where: string | undefined,
  { damage, replay }: Reading<A>
): Effect.Effect<A, JournalDamaged> =>
  damage === undefined
    ? Effect.succeed(replay.value())
    : Effect.fail(new JournalDamaged({ journal, where: where ?? "", ...damage }))
