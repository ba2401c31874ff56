import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, JSONSchema, Option, Schema } from "effect"
import * as Asked from "../../src/layers/Asked.ts"
import * as Validation from "../../src/pipeline/Validation.ts"

const about = { id: "it", section: "A section", text: "Which?" }

const short: Asked.Rule = {
  says: "at most 5 characters",
  check: Validation.chain(
    Validation.check("short", (text) => text.length > 5 ? [Validation.error("long", "It is too long")] : [])
  )
}
const loud: Asked.Rule = { ...short, prepare: (text) => Effect.succeed(text.toUpperCase()) }

const choices = [
  { value: "tea", label: "Green tea" },
  { value: "coffee", label: "Coffee" },
  { value: "other", label: "Something else", specify: true }
]
const text: Asked.Asked = { _tag: "Text", ...about }
const choice: Asked.Asked = { _tag: "Choice", ...about, choices }
const fixed: Asked.Asked = { _tag: "Choice", ...about, choices: choices.slice(0, 2), default: "coffee" }
const many: Asked.Asked = { _tag: "Many", ...about, choices: choices.slice(0, 2), default: ["tea"] }
const confirm: Asked.Asked = { _tag: "Confirm", ...about }
const lines: Asked.Asked = { _tag: "Lines", ...about, ends: "empty" }

/** The answer, or why there is none. */
const told = (effect: Effect.Effect<Asked.Answer, Asked.Refused>) =>
  Effect.runSync(Effect.merge(Effect.mapError(effect, ([{ message }]) => `refused: ${message}`)))

const typed = (asked: Asked.Asked, line: string, rule = short) => told(Asked.read(asked, rule, line))

const all = (asked: Asked.Asked, expected: ReadonlyArray<readonly [string, Asked.Answer]>) =>
  assert.deepStrictEqual(
    expected.map(([line]): readonly [string, Asked.Answer] => [line, typed(asked, line)]),
    expected
  )

describe("what is typed", () => {
  it("is a text that keeps its rule, trimmed and prepared", () => {
    all(text, [["  one ", "one"], ["", ""], ["too long", "refused: It is too long"]])
    assert.strictEqual(typed(text, " one", loud), "ONE")
    assert.strictEqual(typed({ ...text, default: "a default of any length" }, " "), "a default of any length")
  })

  it("is a choice by its number or its value, and nothing else", () => {
    all(fixed, [
      ["", "coffee"],
      ["1", "tea"],
      [" coffee ", "coffee"],
      ["0", "refused: \"0\" is not one of the choices"],
      ["3", "refused: \"3\" is not one of the choices"],
      ["Tea", "refused: \"Tea\" is not one of the choices"],
      ["tea: green", "refused: \"tea: green\" is not one of the choices"]
    ])
    all(choice, [["", "refused: there is no default"]])
  })

  it("is a choice in words of one's own, behind the one that allows it", () => {
    all(choice, [
      ["other", "other"],
      ["3", "other"],
      ["other:", "other"],
      ["other: juice", "juice"],
      ["3 : juice", "juice"],
      ["other: lemonade", "refused: It is too long"],
      ["tea: juice", "refused: \"tea: juice\" is not one of the choices"],
      ["juice", "refused: \"juice\" is not one of the choices"]
    ])
  })

  it("is several choices, each once and in their order, empty pieces left out", () => {
    all(many, [
      ["", ["tea"]],
      ["2,1", ["coffee", "tea"]],
      [" 1 , ,2,1", ["tea", "coffee"]],
      ["coffee,1", ["coffee", "tea"]],
      [" , ", "refused: nothing is chosen"],
      ["1,3", "refused: \"3\" is not one of the choices"],
      ["1;2", "refused: \"1;2\" is not one of the choices"]
    ])
    assert.strictEqual(typed({ ...many, default: [] }, ""), "refused: nothing is chosen")
  })

  it("is a yes or a no, in any of their words", () => {
    all(confirm, [
      ...["y", "YES", "True", "1"].map((word) => [word, true] as const),
      ...["n", "No", "FALSE", "0"].map((word) => [word, false] as const),
      ["maybe", "refused: \"maybe\" is neither yes nor no"],
      ["", "refused: there is no default"]
    ])
    assert.isFalse(typed({ ...confirm, default: false }, ""))
  })
})

describe("what is handed in", () => {
  const given = (asked: Asked.Asked, value: unknown) => told(Asked.readGiven(asked, short, value))

  it("is a value of its kind, or text as it would be typed", () => {
    assert.deepStrictEqual([given(many, ["coffee", "coffee"]), given(many, "2")], [["coffee"], ["coffee"]])
    assert.deepStrictEqual([given(confirm, true), given(confirm, "no")], [true, false])
    assert.deepStrictEqual([given(lines, ["a", "b"]), given(lines, "a\r\nb\n"), given(lines, "")], [["a", "b"], [
      "a",
      "b"
    ], []])
    assert.deepStrictEqual([given(fixed, ""), given(fixed, "2"), given(choice, "other: juice")], [
      "coffee",
      "coffee",
      "juice"
    ])
  })

  it("is refused with what would be right", () => {
    const wrong = [
      [text, 1],
      [choice, 1],
      [fixed, "juice"],
      [many, ["juice"]],
      [many, []],
      [confirm, 1],
      [lines, [1]],
      [lines, ["too long"]]
    ] as const
    assert.deepStrictEqual(wrong.map(([asked, value]) => given(asked, value)), [
      "refused: it is not a text",
      "refused: it is not a text",
      "refused: \"juice\" is not one of the choices",
      "refused: \"juice\" is not one of the choices",
      "refused: nothing is chosen",
      "refused: it is neither true nor false",
      "refused: it is not a list of lines",
      "refused: It is too long"
    ])
    assert.deepStrictEqual(
      Effect.runSync(Effect.flip(Asked.readGiven(choice, short, 1)))[0].hint,
      "a number from 1 to 3, or tea, coffee, other, or other: WORDS"
    )
  })
})

describe("an answer", () => {
  it("has a schema that takes what its question accepts", () => {
    const takes = (asked: Asked.Asked, value: unknown) =>
      Either.isRight(Schema.decodeUnknownEither(Asked.schema(asked))(value))
    assert.deepStrictEqual(
      [takes(text, "a"), takes(fixed, "tea"), takes(fixed, "juice"), takes(choice, "juice"), takes(many, ["tea"])],
      [true, true, false, true, true]
    )
    assert.deepStrictEqual([takes(many, []), takes(confirm, "yes"), takes(lines, [])], [false, false, true])
    assert.deepInclude(JSONSchema.make(Asked.schema(fixed)), { type: "string", enum: ["tea", "coffee"] })
  })

  it("is shown in the words of its question", () => {
    assert.deepStrictEqual(
      [
        Asked.shown(fixed, "tea"),
        Asked.shown(choice, "juice"),
        Asked.shown(many, ["tea", "coffee"]),
        Asked.shown(confirm, true),
        Asked.shown(lines, []),
        Asked.shown(lines, ["one", "two"]),
        Asked.shown({ ...lines, ends: "dot" }, ["one"]),
        Asked.shown({ ...lines, ends: "dot" }, ["one", "two"])
      ],
      ["Green tea", "juice", "Green tea, Coffee", "yes", "none", "one, two", "1 line", "2 lines"]
    )
  })

  it("can be another default, where it is of the right kind", () => {
    assert.deepStrictEqual(
      [text, fixed, many, confirm, lines].map((asked) =>
        ["x", true, ["y"]].map((answer) => Option.getOrNull(Asked.fallback(Asked.withDefault(asked, answer))))
      ),
      [["x", null, null], ["x", "coffee", "coffee"], [["tea"], ["tea"], ["y"]], [null, true, null], [null, null, ["y"]]]
    )
  })
})
