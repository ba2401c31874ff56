import { createHash } from "node:crypto"

/**
 * The sha256 of a text or of bytes, in hexadecimal.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")
