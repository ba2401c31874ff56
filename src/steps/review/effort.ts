/**
 * How long something takes, in days: `2h`, `0.5 d`, `1 week`, `3`.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import { trim } from "./text.ts"

const units: ReadonlyArray<readonly [days: number, names: ReadonlyArray<string>]> = [
  [1, ["", "d", "day", "days"]],
  [1 / 8, ["h", "hr", "hrs", "hour", "hours"]],
  [5, ["w", "wk", "week", "weeks"]]
]

/**
 * The days that a time says. There is no sign and no range.
 *
 * @category parsing
 * @since 0.1.0
 */
export const days = (text: string): Option.Option<number> => {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(trim(text))
  if (match === null) return Option.none()
  const unit = (match[2] ?? "").toLowerCase()
  const found = units.find(([, names]) => names.includes(unit))
  const value = Number(match[1])
  return found === undefined || !Number.isFinite(value) ? Option.none() : Option.some(value * found[0])
}
