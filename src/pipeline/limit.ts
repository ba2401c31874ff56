/**
 * What one value may take of a checkpoint.
 *
 * @since 0.1.0
 */
import { bytesOf } from "./digest.ts"

/**
 * In bytes: 16 MiB.
 *
 * @category constants
 * @since 0.1.0
 */
export const limit = 16 * 1024 * 1024

/** Whether a text is more than a checkpoint keeps. No character takes more than three bytes. */
export const isTooLong = (text: string): boolean => text.length * 3 > limit && bytesOf(text) > limit

/** What there is to say of it then, behind its name. */
export const tooLong = (text: string): string => `takes ${bytesOf(text)} bytes, and a checkpoint no more than ${limit}`
