/**
 * The names that a journal may have: each is one plain folder on every system, and no two are one there.
 *
 * @category guards
 * @since 0.1.0
 */
export const isName = (name: string): boolean => /^[a-z0-9][a-z0-9_-]{0,199}$/.test(name)

/**
 * @category errors
 * @since 0.1.0
 */
export const notAName = "a name is up to 200 lower-case letters, digits, - and _, and begins with a letter or digit"
