/**
 * The records of one journal as rows of a table.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import { crc32 } from "node:zlib"
import type { Refused, Row, Run } from "./Database.ts"

/**
 * A record at its place: `position` is how many bytes the records before it have.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed {
  readonly position: number
  readonly checksum: number
  readonly record: string
}

/**
 * The first record that is not what was once written, and why.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Damaged {
  readonly _tag: "Damaged"
  /** Counted from 1. */
  readonly record: number
  readonly byte: number
  readonly reason: string
}

const damaged = (record: number, byte: number, reason: string): Effect.Effect<never, Damaged> =>
  Effect.fail({ _tag: "Damaged", record, byte, reason })

/**
 * Puts records one behind the other.
 *
 * @category constructors
 * @since 0.1.0
 */
export const place = (end: number, records: ReadonlyArray<string>): ReadonlyArray<Placed> => {
  let position = end
  return records.map((record) => {
    const placed = { position, checksum: checksumOf(position, record), record }
    position = behind(placed)
    return placed
  })
}

/**
 * The place behind a record.
 *
 * @category accessors
 * @since 0.1.0
 */
export const behind = ({ position, record }: { readonly position: number; readonly record: string }): number =>
  position + Buffer.byteLength(record)

/**
 * The place behind the last record of a journal.
 *
 * @category effects
 * @since 0.1.0
 */
export const endOf = (run: Run, journal: number): Effect.Effect<number, Refused> =>
  Effect.map(
    run("SELECT position, record FROM cairn_records WHERE journal = ? ORDER BY position DESC LIMIT 1", [journal]),
    ([row]) => row === undefined ? 0 : behind({ position: Number(row.position), record: String(row.record) })
  )

/**
 * Folds all records up to the place `end`, page by page.
 *
 * @category effects
 * @since 0.1.0
 */
export const scan = <S>(
  run: Run,
  journal: number,
  end: number,
  initial: S,
  fold: (state: S, record: string, position: number) => S
): Effect.Effect<S, Refused | Damaged> =>
  Effect.gen(function*() {
    let state = initial
    let record = 1
    for (let at = 0; at < end;) {
      const page = yield* pageAt(run, journal, at, scanned)
      if (Either.isLeft(page)) return yield* damaged(record, at, page.left)
      for (const placed of page.right) {
        state = fold(state, placed.record, placed.position)
        at = behind(placed)
        record++
      }
    }
    return state
  })

/**
 * Reads single records, and with each of them what stands behind it: that is mostly asked for next.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = (
  run: Run,
  journal: number
): (position: number) => Effect.Effect<string, Refused | Damaged> => {
  let ahead = new Map<number, string>()
  return (position) =>
    Effect.gen(function*() {
      const known = ahead.get(position)
      if (known !== undefined) return known
      const page = yield* pageAt(run, journal, position, readAhead)
      if (Either.isLeft(page)) {
        const [row] = yield* run("SELECT count(*) AS n FROM cairn_records WHERE journal = ? AND position < ?", [
          journal,
          position
        ])
        return yield* damaged(Number(row?.n) + 1, position, page.left)
      }
      ahead = new Map(page.right.map(({ position, record }) => [position, record]))
      return page.right[0].record
    })
}

/** The records from a place on, or why the first of them is not what was once written. */
const pageAt = (
  run: Run,
  journal: number,
  from: number,
  bytes: number
): Effect.Effect<Either.Either<readonly [Placed, ...ReadonlyArray<Placed>], string>, Refused> =>
  Effect.map(
    run(
      `SELECT position, checksum, record FROM cairn_records
       WHERE journal = ? AND position >= ? AND position < ? ORDER BY position`,
      [journal, from, from + bytes]
    ),
    ([row, ...rows]) => {
      const first = checked(from, row)
      if (typeof first === "string") return Either.left(first)
      const more: Array<Placed> = []
      let at = behind(first)
      for (const row of rows) {
        const next = checked(at, row)
        if (typeof next === "string") break
        more.push(next)
        at = behind(next)
      }
      return Either.right([first, ...more] as const)
    }
  )

const checked = (position: number, row: Row | undefined): Placed | string => {
  if (row === undefined || Number(row.position) !== position) return "no record begins here"
  const record = String(row.record)
  const checksum = checksumOf(position, record)
  return Number(row.checksum) === checksum ? { position, checksum, record } : "its checksum does not fit"
}

/** Signed, as databases have integers. The place is part of it: a record in another's place is not what was written. */
const checksumOf = (position: number, record: string): number => crc32(record, crc32(`${position} `)) | 0

/** How many bytes are read at once, and one record more. */
const scanned = 1024 * 1024
const readAhead = 64 * 1024
