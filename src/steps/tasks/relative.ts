/**
 * The way from a folder to a file, with `/`. Both are absolute, or both relative to one place.
 *
 * @since 0.1.0
 */

/** @category accessors */
export const relative = (from: string, to: string): string => {
  const folders = from.split("/").filter((part) => part !== "")
  const target = to.split("/").filter((part) => part !== "")
  let same = 0
  while (same < folders.length && same < target.length - 1 && folders[same] === target[same]) same++
  return [...folders.slice(same).map(() => ".."), ...target.slice(same)].join("/")
}
