import { assert, describe, it } from "@effect/vitest"
import { Either, JSONSchema, Schema } from "effect"
import { examples } from "../../src/pipeline/examples.ts"

/** The first of the examples that the schema accepts. */
const first = (schema: Schema.Schema.AnyNoContext): unknown =>
  examples(JSONSchema.make(schema)).find((value) =>
    Either.isRight(Schema.decodeUnknownEither(schema, { onExcessProperty: "error" })(value))
  )

interface Tree {
  readonly name: string
  readonly below: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  name: Schema.String,
  below: Schema.Array(Schema.suspend(() => Tree))
}).annotations({ identifier: "Tree" })

interface Endless {
  readonly next: Endless
}
const Endless: Schema.Schema<Endless> = Schema.Struct({
  next: Schema.suspend(() => Endless)
}).annotations({ identifier: "Endless" })

describe("examples", () => {
  it("fit what they are made from: structs, lists, choices, limits, formats, annotations", () => {
    const Item = Schema.Struct({
      name: Schema.NonEmptyTrimmedString,
      size: Schema.Int.pipe(Schema.between(3, 7)),
      share: Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1), Schema.multipleOf(0.25)),
      kind: Schema.Literal("large", "small"),
      note: Schema.optional(Schema.String.pipe(Schema.minLength(5), Schema.maxLength(6)))
    })
    const cases: ReadonlyArray<readonly [Schema.Schema.AnyNoContext, unknown]> = [
      [Schema.Array(Item), [{ name: "text", size: 3, share: 0.25, kind: "large", note: "textte" }]],
      [Schema.NonEmptyArray(Schema.Boolean), [true]],
      [Schema.Tuple(Schema.String, Schema.Null), ["text", null]],
      [Schema.Record({ key: Schema.String, value: Schema.Number }), { text: 1 }],
      [Schema.NullOr(Schema.Struct({ a: Schema.String })), { a: "text" }],
      [Schema.String.pipe(Schema.pattern(/^[A-Z]{2,}$/)), "TEXT"],
      [Schema.Struct({ at: Schema.DateFromString, count: Schema.NumberFromString }), {
        at: "1",
        count: "1"
      }],
      [Schema.String.annotations({ examples: ["a report"] }), "a report"],
      [Schema.Unknown, "text"],
      [Tree, { name: "text", below: [] }]
    ]

    for (const [schema, expected] of cases) {
      const made = first(schema)
      assert.deepStrictEqual(made, expected)
      assert.deepStrictEqual(first(schema), made, "the same each time")
    }
  })

  it("are none where there is no end, or nothing of the form can be found", () => {
    assert.strictEqual(first(Endless), undefined)
    assert.strictEqual(first(Schema.String.pipe(Schema.pattern(/^XK-\d{9}$/))), undefined)
    assert.deepStrictEqual(examples("no schema"), [...examples({})])
  })
})
