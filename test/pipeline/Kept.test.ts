import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Kept } from "../../src/pipeline/Kept.ts"

const positions = FastCheck.uniqueArray(FastCheck.nat(200)).map((positions) => positions.sort((a, b) => a - b))
const uses = FastCheck.array(FastCheck.record({ take: FastCheck.boolean(), position: FastCheck.nat(200) }))

describe("what is kept", () => {
  it("is found by its position, in whatever order, until it is taken", () => {
    FastCheck.assert(
      FastCheck.property(positions, uses, (positions, uses) => {
        const kept = new Kept()
        const model = new Map<number, unknown>()
        for (const position of positions) {
          // Nothing is a result too.
          const value = position % 3 === 0 ? undefined : position
          kept.add(position, value)
          model.set(position, value)
        }
        for (const { position, take } of uses) {
          const expected = model.has(position) ? { value: model.get(position) } : undefined
          assert.deepStrictEqual(take ? kept.take(position) : kept.get(position), expected)
          if (take) model.delete(position)
        }
      }),
      { numRuns: 500 }
    )
  })
})
