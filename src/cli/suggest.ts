/**
 * The name that was probably meant: at most two edits away, or the only one that begins so.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

/** @category accessors */
export const suggest = (typed: string, names: Iterable<string>): Option.Option<string> => {
  const known = [...new Set(names)]
  const word = typed.slice(0, 64).toLowerCase()
  const near = known
    .map((name) => ({ name, edits: distance(word, name.toLowerCase()) }))
    .filter(({ edits, name }) => edits <= Math.min(2, Math.floor(name.length / 2)))
    .sort((a, b) => a.edits - b.edits || Number(b.name.startsWith(word)) - Number(a.name.startsWith(word)))
  if (near[0] !== undefined) return Option.some(near[0].name)
  const longer = word === "" ? [] : known.filter((name) => name.toLowerCase().startsWith(word))
  return longer.length === 1 ? Option.fromNullable(longer[0]) : Option.none()
}

/** Edits between two words; two letters that changed places are one edit. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1)
      }
      next.push(edits)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
