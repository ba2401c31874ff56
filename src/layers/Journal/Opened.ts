/**
 * A journal file that is held open: read once, then only appended to.
 *
 * @since 0.1.0
 */
import { Effect, Either, type Scope } from "effect"
import { JournalDamaged, JournalError, type OpenJournal } from "../../pipeline/Journal.ts"
import * as Disk from "./Disk.ts"
import { refusedRecord } from "./limits.ts"
import * as Line from "./line.ts"
import { type Failure, readAt, scan } from "./scan.ts"

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
    const turn = yield* Effect.makeSemaphore(1)
    /** What the next record is behind of; `undefined` until all was read. */
    let last: Last | undefined
    /** True while a batch is in the thread pool. */
    let isWriting = false
    let isClosed = false
    /** Why nothing is taken any more. */
    let failed: JournalError | undefined

    const refused = (operation: JournalError["operation"], reason: string) =>
      new JournalError({ operation, journal: name, where, reason })
    const fail = (error: JournalError) => failed ??= error

    const descriptor = yield* Effect.acquireRelease(acquire, (descriptor) =>
      turn.withPermits(1)(Effect.sync(() => {
        isClosed = true
        Disk.ignoring(() => disk.close(descriptor))
      })))

    const readAll = <S>(initial: S, fold: (state: S, record: string, position: number) => S) =>
      Effect.gen(function*() {
        if (isClosed) return yield* refused("read", closed)
        if (last === undefined && failed !== undefined) return yield* failed
        const until = last?.end ?? Number.POSITIVE_INFINITY
        const { end, place, rest, state } = yield* Effect.mapError(
          scan(disk, descriptor, { until, live: false }, initial, fold),
          toError(name, where)
        )
        if (last !== undefined) return state
        // Cuts off what was never acknowledged, and makes durable what an owner that was killed may not have.
        const settled = Disk.attempt(() => {
          if (rest > 0) disk.truncate(descriptor, end)
          disk.sync(descriptor)
        })
        if (Either.isLeft(settled)) return yield* fail(refused("open", settled.left.reason))
        last = { place, generation: Math.max(lockGeneration, place.generation), end }
        return state
      })

    const readFirst = Effect.suspend(() =>
      last !== undefined || isClosed
        ? Effect.void
        : Effect.catchTag(
          readAll(undefined, (state) => state),
          "JournalDamaged",
          (error) => Effect.fail(fail(refused("append", error.message)))
        )
    )

    const batchOf = (records: ReadonlyArray<string>): Either.Either<Batch, JournalError> => {
      if (isClosed || last === undefined) return Either.left(refused("append", closed))
      if (failed !== undefined) return Either.left(failed)
      const { generation } = last
      const place = { ...last.place }
      let { end } = last
      const lines: Array<Buffer> = []
      const positions: Array<number> = []
      for (const record of records) {
        const reason = refusedRecord(record)
        if (reason !== undefined) return Either.left(fail(refused("append", reason)))
        const line = Line.encode(place, generation, record)
        lines.push(line)
        positions.push(end)
        end += line.length
      }
      // Nobody else may have written, and the file must still have its name: else what is added now would be lost.
      const stats = Disk.attempt(() => disk.stat(descriptor))
      if (Either.isLeft(stats)) return Either.left(fail(refused("append", stats.left.reason)))
      const { nlink, size } = stats.right
      if (size !== last.end) {
        const how = `it has ${size} bytes in place of ${last.end}`
        return Either.left(fail(refused("append", `somebody else changed the file: ${how}`)))
      }
      if (nlink === 0) return Either.left(fail(refused("append", "somebody removed the file")))
      const [first] = lines
      const bytes = first !== undefined && lines.length === 1 ? first : Buffer.concat(lines)
      return Either.right({ bytes, positions, before: last.end, after: { place, generation, end } })
    }

    const accept = (batch: Batch): ReadonlyArray<number> => {
      last = batch.after
      return batch.positions
    }

    /** A failed sync is never tried again: it would say yes to what the system has already dropped. */
    const reject = (batch: Batch, { reason }: Disk.Refusal): JournalError => {
      // What was not acknowledged goes if it can, so that nobody takes it for a record.
      Disk.ignoring(() => disk.truncate(descriptor, batch.before))
      return fail(refused("append", reason))
    }

    const writeNow = (records: ReadonlyArray<string>) =>
      Either.flatMap(batchOf(records), (batch) =>
        Either.mapBoth(
          Disk.attempt(() => {
            Disk.writeAll(disk, descriptor, batch.bytes)
            disk.datasync(descriptor)
          }),
          { onLeft: (refusal) => reject(batch, refusal), onRight: () => accept(batch) }
        ))

    // Written at once, so that nobody comes in between; only the wait for the disk is left to the thread pool.
    const writeLater = (records: ReadonlyArray<string>) =>
      Effect.async<ReadonlyArray<number>, JournalError>((resume) => {
        const prepared = batchOf(records)
        if (Either.isLeft(prepared)) return resume(Effect.fail(prepared.left))
        const batch = prepared.right
        const written = Disk.attempt(() => Disk.writeAll(disk, descriptor, batch.bytes))
        if (Either.isLeft(written)) return resume(Effect.fail(reject(batch, written.left)))
        isWriting = true
        disk.datasyncLater(descriptor, (error) => {
          isWriting = false
          resume(error === null ? Effect.succeed(accept(batch)) : Effect.fail(reject(batch, Disk.toRefusal(error))))
        })
      })

    return {
      scan: (initial, fold) => turn.withPermits(1)(readAll(initial, fold)),
      read: (position) =>
        Effect.suspend(() => {
          if (isClosed) return refused("read", closed)
          return Either.mapLeft(readAt(disk, descriptor, position), toError(name, where))
        }),
      append: (records, { alone }) =>
        Effect.suspend(() => {
          if (records.length === 0) return Effect.succeed([])
          if (alone && last !== undefined && !isWriting) return writeNow(records)
          const write = alone ? Effect.suspend(() => writeNow(records)) : writeLater(records)
          return Effect.uninterruptible(turn.withPermits(1)(Effect.zipRight(readFirst, write)))
        })
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

/** What the next record is behind of, and the generation to write it under. */
interface Last {
  readonly place: Line.Place
  readonly generation: number
  readonly end: number
}

/** What is to be written, and what is true once it is. */
interface Batch {
  readonly bytes: Uint8Array
  readonly positions: ReadonlyArray<number>
  /** How long the file was. */
  readonly before: number
  readonly after: Last
}

const closed = "it is closed"
