import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { foreignJson } from "../../src/pipeline/foreignJson.ts"

const refused = (text: string): string =>
  Either.match(foreignJson(text), { onLeft: (problem) => problem, onRight: () => "it was taken" })

describe("JSON that somebody else wrote", () => {
  it("is given as it is, also behind a byte order mark", () => {
    for (const value of [{ a: [1, null, "é 😀"], constructor: "x" }, "text", 0, null, []]) {
      assert.deepStrictEqual(foreignJson(`\uFEFF${JSON.stringify(value)}`), Either.right(value))
    }
  })

  it("is refused with the place where it cannot be kept", () => {
    for (
      const [text, problem] of [
        ["{\"a\": {\"b/c~d\": [1, \"\\ud800\"]}}", /^\/a\/b~1c~0d\/1: half of a surrogate pair$/],
        ["{\"\\udc00\": 1}", /^\/: a key with half of a surrogate pair$/],
        ["[{\"__proto__\": {\"polluted\": true}}]", /^\/0\/__proto__: no key may have this name$/],
        ["```json\n{}\n```", /^it is not JSON: it begins with the fence of a code block/],
        ["{\"a\": 1", /^it is not JSON: .*(position 7|end of JSON)/],
        ["Sorry,\nI cannot", /^it is not JSON: Unexpected token .* "Sorry, I cannot" is not valid JSON$/],
        ["", /^it is not JSON: Unexpected end/],
        [`${"[".repeat(200_000)}${"]".repeat(200_000)}`, /: deeper than 1000 levels$/]
      ] as const
    ) assert.match(refused(text), problem)
    assert.strictEqual(Reflect.get({}, "polluted"), undefined)
  })
})
