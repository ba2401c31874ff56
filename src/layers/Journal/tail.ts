/**
 * What is behind the last record of a journal file: a batch that was cut off while it was written, of which nobody was
 * told, or damage.
 *
 * The file is grown ahead with zeros and written in place. A process that ends leaves a beginning of its last batch
 * behind; the loss of power any of its sectors, and zeros in place of the others.
 *
 * @since 0.1.0
 */
import * as Line from "./line.ts"

/**
 * Says why the `bytes` from the offset `at` to the end of the file are not a batch that was cut off. `reason` is what is
 * wrong with the line they begin with, if it has an end.
 *
 * @category decoding
 * @since 0.1.0
 */
export const judge = (
  bytes: Buffer,
  at: number,
  place: Line.Place,
  reason: string | undefined
): string | undefined => {
  const used = withoutZeros(bytes)
  const zero = used.indexOf(0)
  const end = used.indexOf(newline)
  // All of the line is there, so it is not what was once written.
  if (end !== -1 && (zero === -1 || end < zero)) return reason ?? "it is no record"
  if (zero === -1) {
    // Had it been cut off, its last byte would not be behind it.
    return used.length > 0 && Line.whole(used, 0, used.length - 1) === undefined
      ? "another byte is in the place of its end"
      : undefined
  }
  return isMadeOfSectors(used, at, zero) && !isFollowed(used, place) ? undefined : "it has zeros in it"
}

/**
 * Whether a record in `bytes` was written after what should have been at their beginning had been acknowledged.
 *
 * @category decoding
 * @since 0.1.0
 */
export const isFollowed = (bytes: Buffer, { record }: Line.Place): boolean => {
  let from = 0
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
    const zero = bytes.subarray(from, end).lastIndexOf(0)
    if ((Line.batch(bytes, from + zero + 1, end) ?? 0) > record + 1) return true
    from = end + 1
  }
  return false
}

/** What a disk writes as a whole. One that writes more at once leaves the same. */
const sector = 512
const zeros = Buffer.alloc(sector)

/** Whether all zeros are in sectors of zeros. */
const isMadeOfSectors = (used: Buffer, at: number, firstZero: number): boolean => {
  for (let from = firstZero; from !== -1;) {
    if (from > 0 && (at + from) % sector !== 0) return false
    const to = from + sector - (at + from) % sector
    if (used.subarray(from, to).some((byte) => byte !== 0)) return false
    from = used.indexOf(0, to)
  }
  return true
}

const newline = 0x0a

const withoutZeros = (bytes: Buffer): Buffer => {
  let to = bytes.length
  // A file is grown by up to a megabyte of them.
  while (to >= sector && zeros.equals(bytes.subarray(to - sector, to))) to -= sector
  while (to > 0 && bytes[to - 1] === 0) to--
  return bytes.subarray(0, to)
}
