import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Damage from "./damage.ts"
import * as Laboratory from "./laboratory.ts"
import * as Placing from "./placing.ts"
import { planted } from "./planted.ts"

const came = [
  "kill",
  "torn write",
  "power cut",
  "interrupt",
  "error",
  "a rival was first",
  "a rival was refused",
  "Done",
  "Failed",
  "Suspended",
  "Refused",
  "Held",
  "Interrupted"
]

describe("the fault laboratory", { timeout: 120_000 }, () => {
  it.live("finds nothing lost, nothing recorded twice, and no result that is not that of an undisturbed run", () =>
    Effect.gen(function*() {
      const seed = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000)
      const { seen, violations } = yield* Laboratory.histories(seed, 250)

      assert.deepStrictEqual(violations, [])
      assert.deepStrictEqual(came.filter((what) => !seen.has(what)), [], `seed ${seed}`)
    }))

  for (const { bug, ...how } of planted) {
    it.live(`finds it where ${bug}`, () =>
      Effect.gen(function*() {
        assert.isDefined(yield* Laboratory.found(how, 300))
      }))
  }

  it.live("finds that a damaged journal is refused by record and byte, and one that was cut goes on exactly", () =>
    Effect.gen(function*() {
      const { cases, violations } = yield* Damage.tried({ every: 211 })

      assert.deepStrictEqual(violations, [])
      assert.isAbove(cases, 200)
    }))

  for (const { bug, plant } of Damage.planted) {
    it.live(`finds it where ${bug}`, () =>
      Effect.gen(function*() {
        const { violations } = yield* Damage.tried({ every: 997, plant })

        assert.isAbove(violations.length, 0)
      }))
  }

  it.live("finds each file of a tree that is placed to be the old or the new one, and what the user wrote to be there", () =>
    Effect.gen(function*() {
      const seed = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000)

      assert.deepStrictEqual(yield* Laboratory.placings(seed, 80), [])
    }))

  for (const { bug, plant } of Placing.planted) {
    it.live(`finds it where ${bug}`, () =>
      Effect.gen(function*() {
        const violations = yield* Laboratory.placings(1, 300, { plant }, ({ length }) => length > 0)

        assert.isAbove(violations.length, 0)
      }))
  }
})
