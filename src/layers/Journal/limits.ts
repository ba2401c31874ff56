/**
 * What every journal takes and what it refuses, whatever it is kept in.
 *
 * @since 0.1.0
 */

/**
 * Says why a text cannot name a journal. A name is one plain folder on every system, and no two are one there.
 *
 * @category guards
 * @since 0.1.0
 */
export const refusedName = (name: string): string | undefined =>
  /^[a-z0-9][a-z0-9_-]{0,199}$/.test(name)
    ? undefined
    : "a name is up to 200 lower-case letters, digits, - and _, and begins with a letter or digit"

/**
 * Says why a text cannot be a record. What `JSON.stringify` makes of an object always can, up to the length.
 *
 * @category guards
 * @since 0.1.0
 */
export const refusedRecord = (record: string): string | undefined => {
  if (record.length > longest) {
    return `a record of ${record.length} characters is longer than ${longest}`
  }
  const isObject = (record.startsWith("{\"") && record.endsWith("}")) || record === "{}"
  return isObject && !record.includes("\n") && !record.includes("\0")
    ? undefined
    : "a record is one JSON object on one line, with no space before its first key"
}

/** In characters, none of which takes more than three bytes. */
const longest = 20 * 1024 * 1024
