/**
 * A word as a POSIX shell takes it, quoted only where it must be.
 *
 * @since 0.1.0
 */

/**
 * @category rendering
 * @since 0.1.0
 */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
