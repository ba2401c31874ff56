import { assert, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { problems } from "../../src/pipeline/Codec.ts"

const found = <A, I>(schema: Schema.Schema<A, I>, value: unknown): ReadonlyArray<string> =>
  Either.match(Schema.decodeUnknownEither(schema, { errors: "all" })(value), { onLeft: problems, onRight: () => [] })

const described = { description: "What it is about" }

it("says what a schema asks for, and not what its field is about", () => {
  const cases: ReadonlyArray<readonly [Schema.Schema.AnyNoContext, unknown, string]> = [
    [Schema.Positive.annotations(described), 0, "more than 0, actual 0"],
    [Schema.Int.annotations(described), 1.5, "an integer, actual 1.5"],
    [Schema.Number.pipe(Schema.between(1, 5)).annotations(described), 7, "at least 1 and at most 5, actual 7"],
    [Schema.NonEmptyString.annotations(described), "", "a length of at least 1, actual \"\""],
    [
      Schema.String.pipe(Schema.pattern(/^[a-z]+$/)).annotations(described),
      "A",
      "a text that matches ^[a-z]+$, actual \"A\""
    ],
    [
      Schema.Array(Schema.String).pipe(Schema.minItems(1)).annotations(described),
      [],
      "a number of items of at least 1, actual []"
    ],
    [Schema.String.annotations(described), 3, "string, actual 3"],
    [Schema.Number.annotations(described), "x", "number, actual \"x\""],
    [Schema.Boolean.annotations(described), 0, "boolean, actual 0"],
    [Schema.Literal("a").annotations(described), "b", "\"a\", actual \"b\""],
    [Schema.Literal("a", "b").annotations(described), "c", "\"a\" | \"b\", actual \"c\""],
    [Schema.Array(Schema.String).annotations(described), "x", "an array, actual \"x\""],
    [Schema.Struct({ a: Schema.String }).annotations(described), "x", "an object, actual \"x\""]
  ]
  for (const [schema, value, text] of cases) {
    assert.deepStrictEqual(found(schema, value), [`/: Expected ${text}`])
    assert.deepStrictEqual(
      found(Schema.Struct({ in: Schema.NonEmptyArray(schema) }), { in: [value] }),
      [`/in/0: Expected ${text}`]
    )
  }
})

it("leaves the words of who wrote the schema", () => {
  const own = Schema.String.pipe(Schema.filter((text) => text.length > 3, { description: "a word of four letters" }))
  const told = Schema.String.pipe(Schema.filter((text) => text.length > 3 || "too short")).annotations(described)
  const message = Schema.Positive.annotations({ ...described, message: () => "count from one" })

  assert.deepStrictEqual(found(own, "a"), ["/: Expected a word of four letters, actual \"a\""])
  assert.deepStrictEqual(found(told, "a"), ["/: too short"])
  assert.deepStrictEqual(found(message, 0), ["/: count from one"])
  assert.deepStrictEqual(found(Schema.Positive, 0), ["/: Expected a positive number, actual 0"])
})
