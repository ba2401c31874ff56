/**
 * Reads a journal file from its beginning, in one pass and without keeping it in memory.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import * as Disk from "./Disk.ts"
import * as Line from "./line.ts"

/**
 * The first record that is not what was once written, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Damage {
  readonly record: number
  readonly byte: number
  readonly reason: string
}

/**
 * What was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scanned<S> {
  readonly state: S
  readonly place: Line.Place
  /** The offset behind the last record. */
  readonly end: number
  /** How far the file goes on behind it, with what was never acknowledged. */
  readonly rest: number
}

/**
 * What reading may end with.
 *
 * @category errors
 * @since 0.1.0
 */
export type Failure =
  | { readonly _tag: "Refused"; readonly refusal: Disk.Refusal }
  | { readonly _tag: "Damaged"; readonly damage: Damage }

const chunk = 1024 * 1024

/**
 * Folds all records up to the offset `until`, and judges what is behind the last one. `live` says that somebody may be writing
 * meanwhile, so that what looks damaged is read a second time.
 *
 * @category combinators
 * @since 0.1.0
 */
export const scan = <S>(
  disk: Disk.Operations,
  descriptor: number,
  options: { readonly until: number; readonly live: boolean },
  initial: S,
  fold: (state: S, record: string, position: number) => S
): Effect.Effect<Scanned<S>, Failure> =>
  Effect.suspend(() => {
    let state = initial
    const place = Line.beginning()
    let bytes = Buffer.allocUnsafe(Math.max(1, Math.min(chunk, options.until)))
    // `bytes[0, filled)` is what the file holds from `end` on, and `end` is where the next record begins.
    let filled = 0
    let end = 0
    let again = options.live ? 1 : 0

    const take = (): Either.Either<boolean, Failure> => {
      const count = Disk.attempt(() =>
        disk.read(
          descriptor,
          bytes,
          filled,
          Math.min(bytes.length - filled, options.until - end - filled),
          end + filled
        )
      )
      if (Either.isLeft(count)) return Either.left({ _tag: "Refused", refusal: count.left })
      filled += count.right
      if (count.right === 0) return tail()

      let from = 0
      while (true) {
        const to = bytes.indexOf(newline, from)
        if (to === -1 || to >= filled) break
        const reason = Line.check(place, bytes, from, to)
        if (reason !== undefined) {
          keep(from)
          return damaged(reason)
        }
        state = fold(state, bytes.toString("utf8", from + Line.jsonAt, to), end + from)
        from = to + 1
      }
      keep(from)
      if (filled === bytes.length) {
        if (filled >= Line.longest) return damaged(`more than ${Line.longest} bytes without an end`)
        bytes = Buffer.concat([bytes], bytes.length * 2)
      }
      return Either.right(true)
    }

    const keep = (from: number): void => {
      if (from === 0) return
      bytes.copyWithin(0, from, filled)
      filled -= from
      end += from
    }

    const tail = (): Either.Either<boolean, Failure> => {
      const rest = bytes.subarray(0, filled)
      const nul = rest.indexOf(0)
      for (let at = nul; at !== -1 && at < filled; at++) {
        if (rest[at] !== 0) return damaged("zeros where bytes should be")
      }
      // A record that is whole but for its end was not cut there: something took the end's place.
      if (nul === -1 && filled > 1 && Line.whole(rest, 0, filled - 1) === undefined) {
        return damaged("its end is damaged")
      }
      return Either.right(false)
    }

    const damaged = (reason: string): Either.Either<boolean, Failure> => {
      if (again > 0) {
        again--
        filled = 0
        return Either.right(true)
      }
      return Either.left({ _tag: "Damaged", damage: { record: place.record + 1, byte: end, reason } })
    }

    const loop: Effect.Effect<Scanned<S>, Failure> = Effect.flatMap(
      Effect.suspend(take),
      (more): Effect.Effect<Scanned<S>, Failure> =>
        more
          ? Effect.zipRight(Effect.yieldNow(), loop)
          : Effect.sync(() => ({ state, place, end, rest: filled }))
    )
    return loop
  })

/**
 * Reads the one record at a position; `undefined` where none begins.
 *
 * @category combinators
 * @since 0.1.0
 */
export const readAt = (
  disk: Disk.Operations,
  descriptor: number,
  position: number,
  until: number
): Either.Either<string, Failure> => {
  let bytes = Buffer.allocUnsafe(4096)
  let filled = 0
  while (true) {
    const count = Disk.attempt(() =>
      disk.read(
        descriptor,
        bytes,
        filled,
        Math.min(bytes.length - filled, until - position - filled),
        position + filled
      )
    )
    if (Either.isLeft(count)) return Either.left({ _tag: "Refused", refusal: count.left })
    const before = filled
    filled += count.right
    const to = bytes.subarray(0, filled).indexOf(newline, before)
    if (to !== -1) {
      const reason = Line.whole(bytes, 0, to)
      return reason === undefined
        ? Either.right(bytes.toString("utf8", Line.jsonAt, to))
        : Either.left({
          _tag: "Damaged",
          damage: { record: recordAt(disk, descriptor, position), byte: position, reason }
        })
    }
    if (count.right === 0 || filled >= Line.longest) {
      const damage = { record: recordAt(disk, descriptor, position), byte: position, reason: "no record is here" }
      return Either.left({ _tag: "Damaged", damage })
    }
    if (filled === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 4)
  }
}

/** Counts the records before a position, for the one who must find it. */
const recordAt = (disk: Disk.Operations, descriptor: number, position: number): number => {
  const bytes = Buffer.allocUnsafe(chunk)
  let record = 1
  for (let at = 0; at < position;) {
    const count = Either.getOrElse(
      Disk.attempt(() => disk.read(descriptor, bytes, 0, Math.min(chunk, position - at), at)),
      () => 0
    )
    if (count === 0) break
    for (const byte of bytes.subarray(0, count)) if (byte === newline) record++
    at += count
  }
  return record
}

const newline = 0x0a
