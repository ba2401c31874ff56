import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { check, checkAnswers, names, type Result } from "./corpus.ts"

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shipped = folder("../../corpus/agent-enhance")
const all = folder("../../../../shared/corpus/agent-enhance")

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

describe("the corpus of agent-enhance", () => {
  it("agrees in every case that ships with the project", () => {
    const results = [...names(shipped).map((name) => check(shipped, name)), ...checkAnswers(shipped)]

    assert.isAtLeast(results.length, 20)
    assert.deepStrictEqual(report("shipped", results), [])
  })

  it.runIf(fs.existsSync(all))("agrees in every case of the whole corpus", () => {
    const results = [...names(all).map((name) => check(all, name)), ...checkAnswers(all)]

    assert.isAtLeast(results.length, 23)
    assert.deepStrictEqual(report("whole", results), [])
  })
})
