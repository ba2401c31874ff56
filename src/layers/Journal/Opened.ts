/**
 * A journal file that is held open: read once, then only appended to.
 *
 * It is grown ahead with zeros and written in place: where its size stays, a sync has one thing less to make durable.
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
    /** Where the records of this owner begin. */
    let began = 0
    /** True while a batch is in the thread pool. */
    let isWriting = false
    let isClosed = false
    /** Why nothing is taken any more. */
    let failed: JournalError | undefined

    const refused = (operation: JournalError["operation"], reason: string) =>
      new JournalError({ operation, journal: name, where, reason })
    const fail = (error: JournalError) => failed ??= error

    const cutZeros = ({ end, size }: Last) =>
      Disk.ignoring(() => {
        // Not where somebody else has it by now: the size says so.
        if (disk.stat(descriptor).size === size) disk.truncate(descriptor, end)
      })

    const descriptor = yield* Effect.acquireRelease(acquire, (descriptor) =>
      turn.withPermits(1)(Effect.sync(() => {
        isClosed = true
        if (last !== undefined && last.size > last.end) cutZeros(last)
        Disk.ignoring(() => disk.close(descriptor))
      })))

    const readAll = <S>(initial: S, fold: (state: S, record: string, position: number) => S) =>
      Effect.gen(function*() {
        if (isClosed) return yield* refused("read", closed)
        if (last === undefined && failed !== undefined) return yield* failed
        const { end, place, rest, state } = yield* Effect.mapError(
          scan(disk, descriptor, { until: last?.end, live: false }, initial, fold),
          toError(name, where)
        )
        if (last !== undefined) return state
        // Cuts off what was never acknowledged, and makes durable what an owner that was killed may not have.
        const settled = Disk.attempt(() => {
          if (rest > 0) disk.truncate(descriptor, end)
          disk.sync(descriptor)
        })
        if (Either.isLeft(settled)) return yield* fail(refused("open", settled.left.reason))
        began = end
        last = { place, generation: Math.max(lockGeneration, place.generation), end, size: end }
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

    const probe = Buffer.alloc(2)
    let looked = Number.NEGATIVE_INFINITY

    /** Says what somebody else did to the file, so that what is written into it now would be lost. */
    const disturbed = (size: number): string | undefined => {
      // Not by its attributes: who asks for them makes the next sync a longer one, since then its times count.
      const from = Math.max(0, size - 1)
      if (disk.read(descriptor, probe, 0, 2, from) !== size - from) {
        return `somebody else changed the file: it has ${disk.stat(descriptor).size} bytes in place of ${size}`
      }
      const now = performance.now()
      if (now - looked < lookEvery) return undefined
      looked = now
      return disk.stat(descriptor).nlink === 0 ? "somebody removed the file" : undefined
    }

    const batchOf = (records: ReadonlyArray<string>): Either.Either<Batch, JournalError> => {
      if (isClosed || last === undefined) return Either.left(refused("append", closed))
      if (failed !== undefined) return Either.left(failed)
      const { end: before, generation, size } = last
      const place = { ...last.place }
      let end = before
      const lines: Array<Buffer> = []
      const positions: Array<number> = []
      for (const record of records) {
        const reason = refusedRecord(record)
        if (reason !== undefined) return Either.left(fail(refused("append", reason)))
        const line = Line.encode(place, generation, record, lines.length)
        lines.push(line)
        positions.push(end)
        end += line.length
      }
      const trouble = Disk.attempt(() => disturbed(size))
      if (Either.isLeft(trouble)) return Either.left(fail(refused("append", trouble.left.reason)))
      if (trouble.right !== undefined) return Either.left(fail(refused("append", trouble.right)))
      return Either.right({ lines, positions, before: last, after: { place, generation, end, size } })
    }

    const put = (bytes: Uint8Array, at: number) => Disk.attempt(() => Disk.writeAll(disk, descriptor, bytes, at))

    /** Writes in place, or else with new zeros behind it. Gives the size of the file. */
    const write = ({ after, before: { end, size }, lines }: Batch): Either.Either<number, Disk.Refusal> => {
      const [first, ...others] = lines
      const bytes = first !== undefined && others.length === 0 ? first : Buffer.concat(lines)
      if (after.end <= size) return Either.map(put(bytes, end), () => size)

      const larger = grown(after, began)
      const written = put(Buffer.concat([bytes], larger - end), end)
      if (Either.isRight(written)) return Either.right(larger)
      if (!fullCodes.has(written.left.code)) return Either.left(written.left)
      // There may still be room for what counts.
      return Disk.attempt(() => disk.truncate(descriptor, size)).pipe(
        Either.andThen(() => put(bytes, end)),
        Either.map(() => after.end)
      )
    }

    const accept = ({ after, positions }: Batch, size: number): ReadonlyArray<number> => {
      last = size === after.size ? after : { ...after, size }
      return positions
    }

    /** A failed sync is never tried again: it would say yes to what the system has already dropped. */
    const reject = ({ before }: Batch, { reason }: Disk.Refusal): JournalError => {
      // What was not acknowledged goes if it can, so that nobody takes it for a record.
      Disk.ignoring(() => disk.truncate(descriptor, before.end))
      return fail(refused("append", reason))
    }

    const writeNow = (records: ReadonlyArray<string>): Either.Either<ReadonlyArray<number>, JournalError> =>
      Either.flatMap(batchOf(records), (batch) =>
        write(batch).pipe(
          Either.flatMap((size) => Either.map(Disk.attempt(() => disk.datasync(descriptor)), () => size)),
          Either.mapBoth({
            onLeft: (refusal) => reject(batch, refusal),
            onRight: (size) => accept(batch, size)
          })
        ))

    // Written at once, so that nobody comes in between; only the wait for the disk is left to the thread pool.
    const writeLater = (records: ReadonlyArray<string>) =>
      Effect.async<ReadonlyArray<number>, JournalError>((resume) => {
        const prepared = batchOf(records)
        if (Either.isLeft(prepared)) return resume(Effect.fail(prepared.left))
        const batch = prepared.right
        const written = write(batch)
        if (Either.isLeft(written)) return resume(Effect.fail(reject(batch, written.left)))
        const size = written.right
        isWriting = true
        disk.datasyncLater(descriptor, (error) => {
          isWriting = false
          resume(
            error === null
              ? Effect.succeed(accept(batch, size))
              : Effect.fail(reject(batch, Disk.toRefusal(error)))
          )
        })
      })

    return {
      where,
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
  /** Where it begins. */
  readonly end: number
  /** How long the file is: behind the end there are zeros. */
  readonly size: number
}

/** What is to be written, and what is true once it is. */
interface Batch {
  readonly lines: ReadonlyArray<Buffer>
  readonly positions: ReadonlyArray<number>
  readonly before: Last
  readonly after: Last
}

/** What a disk says that has no room for zeros. */
const fullCodes: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"])

const unit = 4096

/**
 * A new size with room for as much again as the owner has written, within limits: who records little has little to make durable.
 * It tells the generation, so that no two owners mistake it for their own.
 */
const grown = ({ end, generation }: Last, began: number): number =>
  Math.ceil((end + Math.min(Math.max(end - began, 4 * unit), 256 * unit)) / unit) * unit + generation % unit

/** After so many milliseconds it is asked whether the file still has its name. */
const lookEvery = 100

const closed = "it is closed"
