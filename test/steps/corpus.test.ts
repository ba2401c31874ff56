import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { check, checkExtended, emptyFolder, names, type Result } from "./corpus.ts"

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shipped = folder("../corpus/implement")
const shippedExtended = folder("../corpus/implement-extended")
const all = folder("../../../shared/corpus/implement")
const extended = folder("../../../shared/corpus/implement-extended")

const run = (
  name: string,
  cases: string,
  compare: (folder: string, name: string, root: string) => Effect.Effect<Result, unknown>
) =>
  Effect.gen(function*() {
    const root = emptyFolder()
    const results = yield* Effect.forEach(names(cases), (name) => compare(cases, name, root))
    const bad = results.filter(({ differences }) => differences.length > 0)
    console.log(
      [
        `${name}: ${results.length - bad.length} of ${results.length} cases agree`,
        ...bad.flatMap(({ differences, name }) => [`  ${name}`, ...differences.map((text) => `    ${text}`)])
      ].join("\n")
    )
    assert.deepStrictEqual(fs.readdirSync(root), [])
    return { count: results.length, bad }
  })

describe("the corpus of implement", () => {
  it.effect("agrees in every case that ships with the project", () =>
    Effect.gen(function*() {
      const { bad, count } = yield* run("shipped", shipped, check)

      assert.isAtLeast(count, 30)
      assert.deepStrictEqual(bad, [])
    }))

  it.effect("reads what the original cannot, in every case that ships with the project", () =>
    Effect.gen(function*() {
      const { bad, count } = yield* run("shipped, extended", shippedExtended, checkExtended)

      assert.strictEqual(count, 11)
      assert.deepStrictEqual(bad, [])
    }))

  describe.runIf(fs.existsSync(all))("beside the project", () => {
    it.effect("agrees in every case of the whole corpus", () =>
      Effect.gen(function*() {
        const { bad, count } = yield* run("whole", all, check)

        assert.isAtLeast(count, 120)
        assert.deepStrictEqual(bad, [])
      }))

    it.effect("reads what the original cannot", () =>
      Effect.gen(function*() {
        const { bad, count } = yield* run("extended", extended, checkExtended)

        assert.isAtLeast(count - bad.length, 36)
      }))
  })
})
