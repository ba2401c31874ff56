/**
 * Ids of subtasks: made from the slug, from a number in a list, or from the id column of a table.
 *
 * @since 0.1.0
 */

const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, "")

const words = (slug: string): ReadonlyArray<string> => slug.split("-").map(plain).filter((word) => word !== "")

/** Fills a head up to three characters with further letters of the words, the last word first. */
const filled = (head: string, from: ReadonlyArray<string>): string => {
  let text = head
  for (const word of from.toReversed()) {
    for (const letter of word.slice(1)) {
      if (text.length >= 3) return text
      text += letter
    }
  }
  return text.length >= 3 ? text : `${text}TSK`.slice(0, 3)
}

/**
 * Three or four letters that stand for a feature: `feature-workflow` is `FWO`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const prefixOf = (slug: string): string => {
  const all = words(slug)
  return filled(all.slice(0, 4).map((word) => word.charAt(0)).join(""), all)
}

/** @category constructors */
export const fromNumber = (prefix: string, number: string | number): string =>
  `TASK-${prefix}-${String(number).padStart(3, "0")}`

/**
 * The id that a table gives: `FW-001` with the slug `feature-workflow` is `TASK-FWO-001`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromTable = (written: string, slug: string): string => {
  const text = written.startsWith("TASK-") ? written.slice(5) : written
  const dash = text.indexOf("-")
  const head = dash < 0 ? text : text.slice(0, dash)
  const rest = dash < 0 ? "" : text.slice(dash)
  const normal = plain(head)
  if (normal === head && head.length >= 3 && head.length <= 12) return `TASK-${text}`
  return `TASK-${normal.length > 12 ? normal.slice(0, 12) : filled(normal, words(slug))}${rest}`
}

const isName = (text: string): boolean => /^[A-Za-z0-9._-]{1,64}$/.test(text) && !text.includes("..")

/**
 * Whether the id of a subtask may stand in a file name.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSafeTask = (id: string): boolean => id.startsWith("TASK-") && isName(id.slice(5))

/**
 * Whether the id of a review may stand in a file name, and be one.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSafe = (id: string): boolean => (isSafeTask(id) || isName(id)) && !/^\.|\.$/.test(id)
