/**
 * The keys of items come from data: what has a meaning in a path is written as in a URL.
 *
 * @since 0.1.0
 */

/** @category encoding */
export const escaped = (key: string): string => key.replace(/[%/#]/g, (c) => encodeURIComponent(c))

/** @category decoding */
export const unescaped = (key: string): string => key.replace(/%25|%2F|%23/g, (c) => decodeURIComponent(c))
