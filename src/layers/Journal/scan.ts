/**
 * Reads a journal file from its beginning, in one pass and without keeping it in memory.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import { isAscii } from "node:buffer"
import * as Disk from "./Disk.ts"
import * as Line from "./line.ts"
import * as Tail from "./tail.ts"

/**
 * The first record that is not what was once written, and why.
 *
 * @category models
 * @since 0.1.0
 */
interface Damage {
  /** Counted from 1. */
  readonly record: number
  /** Where it begins. */
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
const newline = 0x0a

/**
 * Folds all records: those up to the offset `until`, where it is known that they were acknowledged, else what is there,
 * without the batch behind it that was cut off. `live` says that somebody may be writing meanwhile, so that what looks
 * damaged is read a second time.
 *
 * @category combinators
 * @since 0.1.0
 */
export const scan = <S>(
  disk: Disk.Operations,
  descriptor: number,
  options: { readonly until?: number | undefined; readonly live: boolean },
  initial: S,
  fold: (state: S, record: string, position: number) => S
): Effect.Effect<Scanned<S>, Failure> =>
  Effect.gen(function*() {
    const { size } = yield* attempt(() => disk.stat(descriptor))
    const { until = Number.POSITIVE_INFINITY } = options
    let state = initial
    const place = Line.beginning()
    let bytes = Buffer.allocUnsafe(Math.min(chunk, size + 1))
    // `bytes[0, filled)` is what the file holds from `end` on, and `end` is where the next record begins.
    let filled = 0
    let end = 0
    /** Why the line at `end` is not what was once written, if there is one. */
    let reason: string | undefined
    let isSecond = !options.live

    /** Reads on, and says whether there was more. */
    const read = () =>
      attempt(() => {
        if (filled === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2)
        const room = Math.min(bytes.length - filled, until - end - filled)
        const count = disk.read(descriptor, bytes, filled, room, end + filled)
        filled += count
        return count > 0
      })

    /** Folds what is whole, up to a line that is not what was once written. */
    const take = () => {
      const from: Array<number> = [0]
      const records: Array<number> = []
      let next = 0
      while (reason === undefined) {
        const to = bytes.indexOf(newline, next)
        if (to === -1 || to >= filled) break
        const taken = Line.take(place, bytes, next, to)
        if (typeof taken === "string") {
          reason = taken
          break
        }
        records.push(taken)
        next = to + 1
        from.push(next)
      }
      // One string of which each record is a part, where bytes are characters: ten thousand strings cost more than reading.
      const text = isAscii(bytes.subarray(0, next)) ? bytes.toString("latin1", 0, next) : undefined
      for (let index = 0; index < records.length; index++) {
        const at = records[index]!
        const to = from[index + 1]! - 1
        state = fold(state, text?.slice(at, to) ?? bytes.toString("utf8", at, to), end + from[index]!)
      }
      bytes.copyWithin(0, next, filled)
      filled -= next
      end += next
    }

    /** Says why this is damage whatever comes behind it. */
    const damage = (): string | undefined => {
      if (filled < bytes.length) return undefined
      if (reason !== undefined && Tail.isFollowed(bytes, place)) return reason
      return filled >= Line.longest ? reason ?? `it has no end within ${Line.longest} bytes` : undefined
    }

    while (true) {
      const isMore = yield* read()
      if (isMore) take()
      const rest = bytes.subarray(0, filled)
      const found = isMore ? damage() : Tail.judge(rest, end, place, reason)
        ?? (until > end && Number.isFinite(until) ? reason ?? "it ends too early" : undefined)
      if (found !== undefined) {
        if (isSecond) {
          return yield* Either.left<Failure>({
            _tag: "Damaged",
            damage: { record: place.record + 1, byte: end, reason: found }
          })
        }
        isSecond = true
        filled = 0
        reason = undefined
      } else if (!isMore) return { state, place, end, rest: filled }
      yield* Effect.yieldNow()
    }
  })

/**
 * Reads the one record at a position.
 *
 * @category combinators
 * @since 0.1.0
 */
export const readAt = (
  disk: Disk.Operations,
  descriptor: number,
  position: number
): Either.Either<string, Failure> =>
  Either.flatMap(
    attempt(() => lineAt(disk, descriptor, position)),
    (line) => {
      const reason = line === undefined ? "no record begins here" : Line.whole(line, 0, line.length)
      return line === undefined || reason !== undefined
        ? Either.left({
          _tag: "Damaged",
          damage: { record: recordAt(disk, descriptor, position), byte: position, reason: reason ?? "" }
        })
        : Either.right(line.toString("utf8", Line.bared(line, 0, line.length)))
    }
  )

const lineAt = (disk: Disk.Operations, descriptor: number, position: number): Buffer | undefined => {
  let bytes = Buffer.allocUnsafe(4096)
  let filled = 0
  while (filled < Line.longest) {
    const count = disk.read(descriptor, bytes, filled, bytes.length - filled, position + filled)
    if (count === 0) return undefined
    const to = bytes.subarray(0, filled + count).indexOf(newline, filled)
    if (to !== -1) return bytes.subarray(0, to)
    filled += count
    if (filled === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 4)
  }
  return undefined
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

const attempt = <A>(run: () => A): Either.Either<A, Failure> =>
  Either.mapLeft(Disk.attempt(run), (refusal) => ({ _tag: "Refused", refusal }))
