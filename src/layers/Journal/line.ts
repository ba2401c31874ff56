/**
 * One record of a journal file as a line: `crc32 SP json LF`, where the json begins with the number of the record.
 *
 * @since 0.1.0
 */
import { crc32 } from "node:zlib"

/**
 * No line is longer, in bytes, so that a file which is no journal is not taken into memory.
 *
 * @category constants
 * @since 0.1.0
 */
export const longest = 64 * 1024 * 1024

/**
 * What a record must follow on: its number is the next one, and its owner is not one that had been succeeded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  /** How many records there are. */
  record: number
  /** The generation of the lock under which the last one was written. */
  generation: number
}

/**
 * Before the first record.
 *
 * @category constructors
 * @since 0.1.0
 */
export const beginning = (): Place => ({ record: 0, generation: 1 })

/**
 * Writes a record behind `place`, and moves on. `ahead` is how many records of the same batch are written before it.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (place: Place, generation: number, record: string, ahead: number): Buffer => {
  place.record++
  let text = `00000000 {"n":${place.record}`
  // What a record has of its own in the place of these must not be taken for them.
  const isAmbiguous = record.startsWith("{\"+\":") || record.startsWith("{\"g\":")
  if (ahead > 0 || isAmbiguous) text += `,"+":${ahead}`
  if (generation !== place.generation || isAmbiguous) {
    place.generation = generation
    text += `,"g":${generation}`
  }
  const bytes = Buffer.from(`${text}${record === "{}" ? "}" : `,${record.slice(1)}`}\n`)
  let checksum = crc32(bytes.subarray(jsonAt, bytes.length - 1))
  for (let at = jsonAt - 2; at >= 0; at--) {
    bytes[at] = digits[checksum & 0xf] ?? 0
    checksum >>>= 4
  }
  return bytes
}

/**
 * Checks the line `bytes[from, to)`, without its end, and moves on. Says where its record begins as it was appended, or why it
 * is not the record that follows.
 *
 * @category decoding
 * @since 0.1.0
 */
export const take = (place: Place, bytes: Uint8Array, from: number, to: number): number | string => {
  const reason = whole(bytes, from, to)
  if (reason !== undefined) return reason
  const { behind, generation = place.generation, number } = headOf(bytes, from)
  if (number !== place.record + 1) return `record ${place.record + 1} should be here, but it is record ${number}`
  if (!(generation >= place.generation)) return "it was written by an owner that had been succeeded"
  place.generation = generation
  place.record = number
  return baredBehind(bytes, behind, to)
}

/**
 * Gives the number of the first record in the batch of a line; `undefined` where it is not what was once written.
 *
 * @category decoding
 * @since 0.1.0
 */
export const batch = (bytes: Uint8Array, from: number, to: number): number | undefined => {
  if (whole(bytes, from, to) !== undefined) return undefined
  const { ahead, number } = headOf(bytes, from)
  return number - ahead
}

/**
 * Checks a line for itself: says why it cannot be what was once written.
 *
 * @category decoding
 * @since 0.1.0
 */
export const whole = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  if (to - from < jsonAt + numberKey.length || bytes[from + 8] !== space) return "it is no record"
  let expected = 0
  for (let at = from; at < from + 8; at++) {
    const digit = hex[bytes[at] ?? 0] ?? -1
    if (digit === -1) return "it is no record"
    expected = expected << 4 | digit
  }
  if (crc32(bytes.subarray(from + jsonAt, to)) !== expected >>> 0) return "its checksum does not fit"
  return startsWith(bytes, from + jsonAt, numberKey) ? undefined : "it has no number"
}

/**
 * Says where the record of a whole line begins as it was appended.
 *
 * @category decoding
 * @since 0.1.0
 */
export const bared = (bytes: Uint8Array, from: number, to: number): number =>
  baredBehind(bytes, headOf(bytes, from).behind, to)

/**
 * Takes what the journal has put in front of a record out of its line. That is in place: a string that is put together
 * from two costs as much as all the rest.
 */
const baredBehind = (bytes: Uint8Array, behind: number, to: number): number => {
  // Where nothing but its end is behind it, the record is `{}`.
  const at = bytes[behind] === comma ? behind : to - 2
  bytes[at] = brace
  return at
}

/** Where the JSON begins in a line. */
const jsonAt = 9

const space = 0x20
const comma = 0x2c
const brace = 0x7b
const numberKey = Buffer.from("{\"n\":")
const batchKey = Buffer.from(",\"+\":")
const generationKey = Buffer.from(",\"g\":")

const digits = Buffer.from("0123456789abcdef")
const hex = new Int8Array(256).fill(-1)
for (const [value, digit] of digits.entries()) hex[digit] = value

const startsWith = (bytes: Uint8Array, at: number, prefix: Uint8Array): boolean => {
  for (let index = 0; index < prefix.length; index++) if (bytes[at + index] !== prefix[index]) return false
  return true
}

/** What the journal has put in front of a record. */
interface Head {
  readonly number: number
  readonly ahead: number
  readonly generation: number | undefined
  /** Where the record begins. */
  readonly behind: number
}

const headOf = (bytes: Uint8Array, from: number): Head => {
  const numberAt = from + jsonAt + numberKey.length
  let behind = behindDigits(bytes, numberAt)
  const number = numberIn(bytes, numberAt, behind)
  let ahead = 0
  if (startsWith(bytes, behind, batchKey)) {
    const aheadAt = behind + batchKey.length
    behind = behindDigits(bytes, aheadAt)
    ahead = numberIn(bytes, aheadAt, behind)
  }
  let generation: number | undefined
  if (startsWith(bytes, behind, generationKey)) {
    const generationAt = behind + generationKey.length
    behind = behindDigits(bytes, generationAt)
    generation = numberIn(bytes, generationAt, behind)
  }
  return { number, ahead, generation, behind }
}

const behindDigits = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (isDigit(bytes[at])) at++
  return at
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

const numberIn = (bytes: Uint8Array, from: number, to: number): number => {
  let value = from === to ? Number.NaN : 0
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30
  return value
}
