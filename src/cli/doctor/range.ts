/**
 * Versions and the ranges that this package asks for: `>=20.19`, `^3.22.4`, `^0.97.2`.
 *
 * @since 0.1.0
 */

/** Whether a version is in a range; a version before a release is not. */
export const isIn = (version: string, range: string): boolean => {
  const [, operator = "", least = ""] = /^(\^|>=)([\d.]+)$/.exec(range) ?? []
  const [is, from] = [partsOf(version), partsOf(least)]
  if (version.includes("-") || compare(is, from) < 0) return false
  if (operator === ">=") return true
  // What may change in a line is what is behind its first number that is not 0.
  const fixed = from.findIndex((part) => part > 0) + 1
  return from.slice(0, fixed).every((part, index) => part === is[index])
}

const partsOf = (version: string): ReadonlyArray<number> =>
  [0, 1, 2].map((index) => Number.parseInt(version.split(".")[index] ?? "0") || 0)

const compare = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0

/** The line of a range, as it stands in a command to install: `^0.97.2` is `0.97`. */
export const lineOf = (range: string): string => /^\^?((?:0\.)*[1-9]\d*)/.exec(range)?.[1] ?? range
