import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import * as effort from "../../../src/steps/review/effort.ts"

it("a time is a number with or without a unit", () => {
  const cases: ReadonlyArray<readonly [string, number]> = [
    ["3", 3],
    ["0.5d", 0.5],
    [" 2 Days ", 2],
    ["4h", 0.5],
    ["1 HR", 0.125],
    ["12 hrs", 1.5],
    ["8hours", 1],
    ["1 w", 5],
    ["2 weeks", 10],
    ["0", 0]
  ]
  for (const [text, days] of cases) assert.deepStrictEqual(effort.days(text), Option.some(days), text)
})

it("there are no signs, ranges or other words", () => {
  for (const text of ["", "-2d", "+1", "1-2 days", "2d 4h", "soon", "1 month", "1,5d", ".5d", "1.d", "S", "~2h"]) {
    assert.deepStrictEqual(effort.days(text), Option.none(), text)
  }
})
