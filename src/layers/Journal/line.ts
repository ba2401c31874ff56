/**
 * One record of a journal file as a line: `crc32 SP json LF`, where the json begins with the number of the record.
 *
 * @since 0.1.0
 */
import { crc32 } from "node:zlib"

/**
 * No line is longer, so that a file which is no journal is not taken into memory.
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
 * Writes a record, which is the text of a JSON object, behind `place`, and moves on.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (place: Place, generation: number, record: string): string => {
  place.record++
  let json = `{"n":${place.record}`
  if (generation !== place.generation) {
    place.generation = generation
    json += `,"g":${generation}`
  }
  json += record === "{}" ? "}" : `,${record.slice(1)}`
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`
}

/**
 * Where the JSON begins in a line.
 *
 * @category constants
 * @since 0.1.0
 */
export const jsonAt = 9

/**
 * Checks the line `bytes[from, to)`, without its end, and moves on. Says why it is not the record that follows.
 *
 * @category decoding
 * @since 0.1.0
 */
export const check = (place: Place, bytes: Uint8Array, from: number, to: number): string | undefined => {
  const reason = whole(bytes, from, to)
  if (reason !== undefined) return reason
  let at = from + jsonAt + numberKey.length
  const number = digits(bytes, at)
  if (number !== place.record + 1) {
    return `record ${place.record + 1} should be here, but it is record ${number}`
  }
  at += String(number).length
  if (startsWith(bytes, at, generationKey)) {
    const generation = digits(bytes, at + generationKey.length)
    if (!(generation > place.generation)) return "it was written by an owner that had been succeeded"
    place.generation = generation
  }
  place.record = number
  return undefined
}

/**
 * Checks a line for itself: says why it cannot be what was once written.
 *
 * @category decoding
 * @since 0.1.0
 */
export const whole = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  if (to - from < jsonAt + 2 || bytes[from + 8] !== space) return "not a record"
  let expected = 0
  for (let at = from; at < from + 8; at++) {
    const digit = hex[bytes[at] ?? 0] ?? -1
    if (digit === -1) return "not a record"
    expected = expected << 4 | digit
  }
  if (crc32(bytes.subarray(from + jsonAt, to)) !== expected >>> 0) return "its checksum does not fit"
  return startsWith(bytes, from + jsonAt, numberKey) ? undefined : "it has no number"
}

const space = 0x20
const numberKey = Buffer.from("{\"n\":")
const generationKey = Buffer.from(",\"g\":")

const hex = new Int8Array(256).fill(-1)
for (const [value, digit] of Buffer.from("0123456789abcdef").entries()) hex[digit] = value

const startsWith = (bytes: Uint8Array, at: number, prefix: Uint8Array): boolean => {
  for (let index = 0; index < prefix.length; index++) if (bytes[at + index] !== prefix[index]) return false
  return true
}

const digits = (bytes: Uint8Array, from: number): number => {
  let value = 0
  let at = from
  for (; at < from + 15; at++) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return at === from ? Number.NaN : value
}
