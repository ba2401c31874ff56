/**
 * What an error of somebody else's says.
 *
 * @since 0.1.0
 */

/** @category accessors */
export const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)
