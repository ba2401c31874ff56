import { assert, describe, it } from "@effect/vitest"
import * as identifiers from "../../../src/steps/review/identifiers.ts"

describe("identifiers", () => {
  it("have a prefix of three or four letters from the words of a slug", () => {
    const prefixes = [
      "feature-workflow",
      "workflow",
      "dark-mode",
      "a-b",
      "",
      "auth-api-gateway-layer",
      "one-two-three-four-five-six",
      "größe-ändern",
      "日本",
      "x"
    ].map(identifiers.prefixOf)

    assert.deepStrictEqual(prefixes, ["FWO", "WOR", "DMO", "ABT", "TSK", "AAGL", "OTTF", "GND", "TSK", "XTS"])
  })

  it("have at least three digits", () => {
    assert.deepStrictEqual(["7", "12", "1234"].map((number) => identifiers.fromNumber("ABC", number)), [
      "TASK-ABC-007",
      "TASK-ABC-012",
      "TASK-ABC-1234"
    ])
  })

  it("of a table keep a head that is well formed, and mend another one", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["FW-001", "TASK-FWO-001"],
      ["TASK-FW-001", "TASK-FWO-001"],
      ["ABC-1", "TASK-ABC-1"],
      ["TASK-ABC-1-b", "TASK-ABC-1-b"],
      ["abc-1", "TASK-ABC-1"],
      ["A.B.C-1", "TASK-ABC-1"],
      ["ABCDEFGHIJKL-1", "TASK-ABCDEFGHIJKL-1"],
      ["ABCDEFGHIJKLMN-1", "TASK-ABCDEFGHIJKL-1"],
      ["1", "TASK-1OR"],
      ["", "TASK-ORK"],
      ["ABC-../x", "TASK-ABC-../x"]
    ]
    for (const [written, id] of cases) assert.strictEqual(identifiers.fromTable(written, "feature-workflow"), id)
  })

  it("are safe when they can stand in a file name and lead nowhere", () => {
    for (const id of ["TASK-A", "TASK-ABC-1", "TASK-a.b_c-d", `TASK-${"x".repeat(64)}`]) {
      assert.isTrue(identifiers.isSafeTask(id), id)
      assert.isTrue(identifiers.isSafe(id), id)
    }
    for (
      const id of [
        "TASK-",
        "A",
        `TASK-${"x".repeat(65)}`,
        "TASK-..",
        "TASK-a..b",
        "TASK-a/b",
        "TASK-a\\b",
        "TASK-a b",
        "TASK-é",
        "TASK-a\n",
        "TASK-%2e",
        "TASK-a:b"
      ]
    ) assert.isFalse(identifiers.isSafeTask(id), id)
    assert.isTrue(identifiers.isSafe("x".repeat(64)))
    assert.isFalse(identifiers.isSafe("x".repeat(65)))
  })
})
