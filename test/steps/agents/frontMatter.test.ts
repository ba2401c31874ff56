import { assert, describe, it } from "@effect/vitest"
import { Either, Option } from "effect"
import * as frontMatter from "../../../src/steps/agents/frontMatter.ts"
import { split } from "../../../src/steps/agents/Lines.ts"

const read = (text: string) => Either.getOrThrow(frontMatter.read(split(text)))

const fields = (text: string) => Option.map(read(text), ({ fields }) => Object.fromEntries(fields))

const withFields = (text: string, added: Parameters<typeof frontMatter.withFields>[2]) =>
  Option.map(frontMatter.withFields(split(text), read(text), added), (lines) => lines.join(""))

describe("read", () => {
  it("gives what YAML gives", () => {
    assert.deepStrictEqual(
      fields("---\nname: a\ndescription: >-\n  two\n  lines\ntools: [Read, Write]\n---\n\n# A\n"),
      Option.some({ name: "a", description: "two lines", tools: ["Read", "Write"] })
    )
  })

  it("reads line by line what is no YAML", () => {
    assert.deepStrictEqual(
      fields(
        "---\r\nname: reviewer\r\ndescription: Use this agent when: a change is ready. <example>\r\n  more\r\ncolor: \"red\"\r\nstack: [python]\r\n---\r\n"
      ),
      Option.some({
        name: "reviewer",
        description: "Use this agent when: a change is ready. <example>\nmore",
        color: "red",
        stack: ["python"]
      })
    )
  })

  it("finds none in a text that does not begin with one", () => {
    assert.deepStrictEqual(fields("# A\n\n---\nname: a\n---\n"), Option.none())
    assert.deepStrictEqual(fields(""), Option.none())
  })

  it("refuses one that never ends, and one that is too long", () => {
    const reason = (text: string) => Either.mapLeft(Either.flip(frontMatter.read(split(text))), String)
    assert.include(JSON.stringify(reason("\n---\nname: a\n\n# A\n")), "begins in line 2 and never ends")
    assert.include(JSON.stringify(reason(`---\nname: ${"a".repeat(100_000)}\n---\n`)), "longer than 100 KB")
  })

  it("neither runs nor expands what a hostile one holds", () => {
    const laughs = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghij".split("").map((name, index) => {
        const before = "abcdefghij"[index] ?? ""
        return `${name}: &${name} [*${before},*${before},*${before},*${before},*${before},*${before},*${before}]`
      })
    ]
    const text = ["---", ...laughs, "f: !!js/function 'x'", "__proto__: {polluted: true}", "---", ""].join("\n")

    const found = Option.getOrThrow(read(text))

    assert.isFalse(found.isYaml)
    assert.strictEqual(Reflect.get({}, "polluted"), undefined)
  })
})

describe("withFields", () => {
  it("adds lines before the closing rule and leaves every other byte", () => {
    assert.deepStrictEqual(
      withFields("---\nname: a   # who\ncolor: #ff0\n# end\n---\n\n# A", [
        ["stack", ["python"]],
        ["phase", "review"]
      ]),
      Option.some("---\nname: a   # who\ncolor: #ff0\n# end\nstack: [python]\nphase: review\n---\n\n# A")
    )
  })

  it("keeps the file's line ends and the indent of its fields", () => {
    assert.deepStrictEqual(
      withFields("---\r\n  name: a\r\n---\r\n", [["keywords", ["one", "two"]]]),
      Option.some("---\r\n  name: a\r\n  keywords: [one, two]\r\n---\r\n")
    )
  })

  it("quotes what some version of YAML would read as something else", () => {
    assert.deepStrictEqual(
      withFields("---\nname: a\n---\n", [["keywords", ["yes", "12:30", "a: b", "- x", "# y", "\t"]]]),
      Option.some(
        "---\nname: a\nkeywords: [\"yes\", \"12:30\", \"a: b\", \"- x\", \"# y\", \"\\t\"]\n---\n"
      )
    )
  })

  it("makes one where there is none", () => {
    assert.deepStrictEqual(withFields("# A\n", [["phase", "review"]]), Option.some("---\nphase: review\n---\n\n# A\n"))
  })

  it("leaves alone what takes no further lines", () => {
    assert.deepStrictEqual(withFields("---\n{name: a, color: red}\n---\n", [["phase", "review"]]), Option.none())
    assert.deepStrictEqual(withFields("---\n# A\n\ntext\n---\n", [["phase", "review"]]), Option.none())
  })
})
