/**
 * Text in UTF-8 and nothing else: what does not decode is never replaced by something that does.
 *
 * @since 0.1.0
 */
import { Either } from "effect"

/**
 * The text that bytes are, without a byte order mark, or where they are none.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (bytes: Uint8Array): Either.Either<string, string> => {
  const text = new TextDecoder("utf-8").decode(bytes)
  // What was replaced does not come back as the same bytes.
  const again = new TextEncoder().encode(text)
  const mark = bytes[0] === 0xEF && bytes[1] === 0xBB && bytes[2] === 0xBF ? 3 : 0
  if (again.length === bytes.length - mark && again.every((byte, index) => byte === bytes[index + mark])) {
    return text.includes("\0") ? Either.left(`is not UTF-8 text (NUL at byte ${bytes.indexOf(0)})`) : Either.right(text)
  }
  const place = again.findIndex((byte, index) => byte !== bytes[index + mark]) + mark
  return Either.left(`is not UTF-8 text (byte ${place})`)
}
