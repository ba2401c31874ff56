import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, FastCheck, Schema } from "effect"
import { PathMap } from "../../src/pipeline/PathMap.ts"

const Path = Schema.Literal("a", "b", "c/1", "c/2")

/** What is changed, and which of the versions so far it is done to. */
const Change = Schema.Struct({ version: Schema.NonNegativeInt, path: Path, value: Schema.UndefinedOr(Schema.Int) })

describe("a PathMap", () => {
  it("keeps every version as it was, whichever of them is changed", () => {
    FastCheck.assert(
      FastCheck.property(Arbitrary.make(Schema.Array(Change)), (changes) => {
        const versions = [{ map: PathMap.empty<{ readonly value: number }>(), model: new Map<string, number>() }]

        for (const { path, value, version } of changes) {
          const { map, model } = versions[version % versions.length] ?? versions[0]!
          const changed = new Map(model)
          if (value === undefined) changed.delete(path)
          else changed.set(path, value)
          versions.push({ map: value === undefined ? map.remove(path) : map.set(path, { value }), model: changed })
        }

        for (const { map, model } of versions) {
          assert.deepStrictEqual(new Map(Array.from(map, ([path, { value }]) => [path, value])), model)
          for (const path of Path.literals) {
            assert.strictEqual(map.get(path)?.value, model.get(path))
            assert.strictEqual(map.has(path), model.has(path))
          }
        }
      }),
      { numRuns: 500 }
    )
  })

  it("is not changed where there is nothing to remove", () => {
    const empty = PathMap.empty<object>()
    const one = empty.set("a", {})

    assert.strictEqual(empty.remove("a"), empty)
    assert.strictEqual(one.remove("b"), one)
  })
})
