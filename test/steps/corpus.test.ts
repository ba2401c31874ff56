import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { check, checkExtended, names, type Result } from "./corpus.ts"

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shipped = folder("../corpus/implement")
const all = folder("../../../shared/corpus/implement")
const extended = folder("../../../shared/corpus/implement-extended")

const report = (name: string, results: ReadonlyArray<Result>): ReadonlyArray<Result> => {
  const bad = results.filter(({ differences }) => differences.length > 0)
  console.log(
    [
      `${name}: ${results.length - bad.length} of ${results.length} cases agree`,
      ...bad.flatMap(({ differences, name }) => [`  ${name}`, ...differences.map((text) => `    ${text}`)])
    ].join("\n")
  )
  return bad
}

describe("the corpus of implement", () => {
  it("agrees in every case that ships with the project", () => {
    const results = names(shipped).map((name) => check(shipped, name))

    assert.isAtLeast(results.length, 30)
    assert.deepStrictEqual(report("shipped", results), [])
  })

  it.runIf(fs.existsSync(all))("agrees in every case of the whole corpus", () => {
    const results = names(all).map((name) => check(all, name))

    assert.isAtLeast(results.length, 120)
    assert.deepStrictEqual(report("whole", results), [])
  })

  it.runIf(fs.existsSync(extended))("reads what the original cannot", () => {
    const results = names(extended).map((name) => checkExtended(extended, name))

    const bad = report("extended", results)

    assert.isAtLeast(results.length - bad.length, 36)
  })
})
