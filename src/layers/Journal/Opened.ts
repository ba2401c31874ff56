/**
 * A journal file that is held open: read once, then only appended to.
 *
 * @since 0.1.0
 */
import { Effect, Either, type Scope } from "effect"
import { JournalDamaged, JournalError, type OpenJournal } from "../../pipeline/Journal.ts"
import * as Disk from "./Disk.ts"
import * as Line from "./line.ts"
import { type Failure, readAt, scan, type Scanned } from "./scan.ts"

/**
 * Reads and appends to an open file until the scope closes. Nothing is appended before all of it was read: by the
 * first `scan`, or else by the first `append`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(
  disk: Disk.Operations,
  name: string,
  where: string,
  acquire: Effect.Effect<number, E>,
  lockGeneration: number
): Effect.Effect<OpenJournal, E, Scope.Scope> =>
  Effect.gen(function*() {
    const one = yield* Effect.makeSemaphore(1)
    /** True while an append is in the thread pool, which nothing may overtake. */
    let busy = false
    /** What the next record is behind of; `undefined` until all was read. */
    let known: { readonly place: Line.Place; readonly generation: number; end: number } | undefined
    /** Why nothing is taken any more. */
    let over: string | undefined

    const refused = (operation: JournalError["operation"], reason: string) =>
      new JournalError({ operation, journal: name, where, reason })

    const descriptor = yield* Effect.acquireRelease(acquire, (descriptor) =>
      one.withPermits(1)(Effect.sync(() => {
        over ??= closed
        Disk.ignoring(() => disk.close(descriptor))
      })))

    /** Cuts off what was never acknowledged, and makes durable what an owner that was killed may not have. */
    const settle = <S>({ end, place, rest, state }: Scanned<S>): Either.Either<S, JournalError> =>
      Either.mapBoth(
        Disk.attempt(() => {
          if (rest > 0) disk.truncate(descriptor, end)
          disk.sync(descriptor)
        }),
        {
          onLeft: ({ reason }) => {
            over ??= reason
            return refused("open", reason)
          },
          onRight: () => {
            known = { place, generation: Math.max(lockGeneration, place.generation), end }
            return state
          }
        }
      )

    const readAll = <S>(initial: S, fold: (state: S, record: string, position: number) => S) =>
      Effect.suspend(() => {
        if (over !== undefined && known === undefined) return Effect.fail(refused("read", over))
        const until = known?.end ?? Number.POSITIVE_INFINITY
        return scan(disk, descriptor, { until, live: false }, initial, fold).pipe(
          Effect.mapError(toError(name, where)),
          Effect.flatMap((scanned) => known === undefined ? settle(scanned) : Effect.succeed(scanned.state))
        )
      })

    const readFirst = Effect.suspend(() =>
      known === undefined
        ? Effect.catchTag(
          readAll(undefined, (state) => state),
          "JournalDamaged",
          (error) => Effect.fail(refused("append", error.message))
        )
        : Effect.void
    )

    const prepare = (records: ReadonlyArray<string>): Either.Either<Batch, JournalError> => {
      if (known === undefined || over !== undefined) return Either.left(refused("append", over ?? closed))
      const place = { ...known.place }
      const lines = records.map((record) => Buffer.from(Line.encode(place, known?.generation ?? 0, record)))
      const positions: Array<number> = []
      let end = known.end
      for (const line of lines) {
        if (line.length > Line.longest) {
          return Either.left(refused("append", `a record of ${line.length} bytes is longer than ${Line.longest}`))
        }
        positions.push(end)
        end += line.length
      }
      const [first] = lines
      const bytes = first !== undefined && lines.length === 1 ? first : Buffer.concat(lines)
      return Either.right({ place, bytes, positions, from: known.end, end })
    }

    /** Nobody else may have written, and the file must still have its name: else what is added now would be lost. */
    const unchanged = (batch: Batch): void => {
      const stats = disk.stat(descriptor)
      if (stats.size !== batch.from) throw changed(`it has ${stats.size} bytes in place of ${batch.from}`)
      if (stats.nlink === 0) throw changed("it was removed")
    }

    const accept = (batch: Batch): ReadonlyArray<number> => {
      if (known !== undefined) {
        known.end = batch.end
        known.place.record = batch.place.record
        known.place.generation = batch.place.generation
      }
      return batch.positions
    }

    /** A failed sync is never tried again: it would say yes to what the system has already dropped. */
    const fail = (batch: Batch, { code, reason }: Disk.Refusal): JournalError => {
      over = reason
      // What was not acknowledged goes if it can, so that nobody takes it for a record.
      if (code !== changedCode) {
        Disk.ignoring(() => {
          if (disk.stat(descriptor).size <= batch.end) disk.truncate(descriptor, batch.from)
        })
      }
      return refused("append", reason)
    }

    const now = (batch: Batch): Either.Either<ReadonlyArray<number>, JournalError> =>
      Either.mapBoth(
        Disk.attempt(() => {
          unchanged(batch)
          Disk.writeAll(disk, descriptor, batch.bytes)
          disk.datasync(descriptor)
        }),
        { onLeft: (refusal) => fail(batch, refusal), onRight: () => accept(batch) }
      )

    const later = (batch: Batch): Effect.Effect<ReadonlyArray<number>, JournalError> =>
      Effect.async<ReadonlyArray<number>, JournalError>((resume) => {
        const end = (refusal: Disk.Refusal | undefined) => {
          busy = false
          resume(refusal === undefined ? Effect.sync(() => accept(batch)) : Effect.fail(fail(batch, refusal)))
        }
        const write = (from: number): void =>
          disk.writeLater(descriptor, batch.bytes, from, (error, count) => {
            if (error !== null) end(Disk.toRefusal(error))
            else if (count === 0) end(Disk.toRefusal(Disk.nothingTaken()))
            else if (from + count < batch.bytes.length) write(from + count)
            else disk.datasyncLater(descriptor, (error) => end(error === null ? undefined : Disk.toRefusal(error)))
          })
        busy = true
        const checked = Disk.attempt(() => unchanged(batch))
        if (Either.isLeft(checked)) end(checked.left)
        else write(0)
      })

    const append: OpenJournal["append"] = (records, { alone }) =>
      Effect.uninterruptible(Effect.suspend(() => {
        if (records.length === 0) return Effect.succeed([])
        if (alone && known !== undefined && !busy) return Either.flatMap(prepare(records), now)
        return one.withPermits(1)(
          Effect.zipRight(readFirst, Effect.suspend(() => Effect.flatMap(prepare(records), alone ? now : later)))
        )
      }))

    return {
      scan: (initial, fold) =>
        Effect.suspend(() => known === undefined ? one.withPermits(1)(readAll(initial, fold)) : readAll(initial, fold)),
      read: (position) =>
        Effect.suspend(() => {
          if (over === closed) return Effect.fail(refused("read", over))
          const until = known?.end ?? Number.POSITIVE_INFINITY
          return Either.mapLeft(readAt(disk, descriptor, position, until), toError(name, where))
        }),
      append
    }
  })

/**
 * @category errors
 * @since 0.1.0
 */
export const toError = (name: string, where: string) => (failure: Failure): JournalError | JournalDamaged =>
  failure._tag === "Refused"
    ? new JournalError({ operation: "read", journal: name, where, reason: failure.refusal.reason })
    : new JournalDamaged({ journal: name, where, newer: false, ...failure.damage })

/** Records on their way to the file. */
interface Batch {
  readonly bytes: Uint8Array
  readonly positions: ReadonlyArray<number>
  readonly place: Line.Place
  readonly from: number
  readonly end: number
}

const closed = "it is closed"
const changedCode = "CHANGED"
const changed = (how: string): Error =>
  Disk.toError({ code: changedCode, reason: `somebody else changed the file: ${how}` })
