import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, FastCheck, Option, Schema } from "effect"
import { jsonIn } from "../../src/layers/Agent/jsonIn.ts"
import * as Wire from "../../src/layers/Agent/wire.ts"
import { Content } from "../../src/steps/agents/Content.ts"

interface Tree {
  readonly name: string
  readonly note?: string | undefined
  readonly children: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  name: Schema.String,
  note: Schema.optional(Schema.String),
  children: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree))
}).annotations({ identifier: "Tree" })

class Finding extends Schema.Class<Finding>("Finding")({
  title: Schema.NonEmptyString,
  line: Schema.optional(Schema.Int),
  by: Schema.optional(Schema.NullOr(Schema.String))
}) {}

const Shape = Schema.Union(
  Schema.Struct({ _tag: Schema.Literal("Circle"), radius: Schema.Int, color: Schema.optional(Schema.String) }),
  Schema.Struct({ _tag: Schema.Literal("Square"), side: Schema.optional(Schema.Int) })
)

/** What a model can be held to. */
const strict: ReadonlyArray<Schema.Schema.AnyNoContext> = [
  Schema.Struct({ title: Schema.String, tags: Schema.optional(Schema.Array(Schema.String)) }),
  Schema.Struct({ shapes: Schema.Array(Shape), main: Schema.optional(Shape) }),
  Schema.Struct({ count: Schema.optionalWith(Schema.Int, { default: () => 1 }), on: Schema.NullOr(Schema.Boolean) }),
  Finding,
  Tree,
  Shape,
  Schema.Array(Finding),
  Schema.String,
  Schema.NullOr(Schema.Literal("low", "high", 3))
]

/** What it can only be told. */
const loose: ReadonlyArray<Schema.Schema.AnyNoContext> = [
  Content,
  Schema.Record({ key: Schema.String, value: Schema.Int }),
  Schema.Struct({ anything: Schema.Unknown, note: Schema.optional(Schema.String) }),
  Schema.Struct({ pair: Schema.Tuple(Schema.String, Schema.Int) })
]

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** Every schema of an object in a schema. */
const objectsIn = (json: unknown): ReadonlyArray<Record<string, unknown>> =>
  Array.isArray(json)
    ? json.flatMap(objectsIn)
    : isObject(json)
    ? [...(json["type"] === "object" ? [json] : []), ...Object.values(json).flatMap(objectsIn)]
    : []

describe("the schema on the wire", () => {
  it("has an object at its top, and lists every key of every object as required, where a model is held to it", () => {
    for (const schema of strict) {
      const wire = Wire.make(schema)

      assert.isTrue(wire.isStrict)
      assert.strictEqual(wire.schema["type"], "object")
      const objects = objectsIn(wire.schema)
      assert.isAbove(objects.length, 0)
      for (const object of objects) {
        assert.deepStrictEqual(object["required"], Object.keys(object["properties"] as object))
        assert.isFalse(object["additionalProperties"])
      }
    }
  })

  it("stays as it is where that cannot be said", () => {
    for (const schema of loose) {
      const wire = Wire.make(schema)
      assert.deepStrictEqual([wire.isStrict, wire.schema["type"]], [false, "object"])
    }
    assert.deepStrictEqual(Wire.make(Schema.Array(Schema.Unknown)).schema, {
      type: "object",
      required: ["answer"],
      properties: { answer: { type: "array", items: { $id: "/schemas/unknown", title: "unknown" } } },
      additionalProperties: false
    })
  })

  it("leads back to the answer: from the wire, and from an answer that never was on it", () => {
    for (const schema of [...strict, ...loose].filter((schema) => schema !== Content)) {
      const wire = Wire.make(schema)
      const encode = Schema.encodeSync(schema)
      const isWrapped = "answer" in (wire.schema["properties"] as object)
      FastCheck.assert(
        FastCheck.property(Arbitrary.make(schema), (value) => {
          const json: unknown = JSON.parse(JSON.stringify(encode(value)))
          assert.deepStrictEqual(wire.read(json), json)
          assert.deepStrictEqual(wire.read(isWrapped ? { answer: json } : json), json)
        }),
        { numRuns: 50 }
      )
    }
  })

  it("turns nulls into what was left out, and nothing else", () => {
    const read = (schema: Schema.Schema.AnyNoContext, json: unknown) => Wire.make(schema).read(json)

    assert.deepStrictEqual(read(Finding, { title: "a", line: null, by: null }), { title: "a", by: null })
    assert.deepStrictEqual(
      read(Tree, { name: "a", note: null, children: [{ name: "b", note: null, children: [] }] }),
      { name: "a", children: [{ name: "b", children: [] }] }
    )
    assert.deepStrictEqual(
      read(Schema.Struct({ shapes: Schema.Array(Shape), main: Schema.optional(Shape) }), {
        shapes: [{ _tag: "Circle", radius: 1, color: null }, { _tag: "Square", side: null }],
        main: null
      }),
      { shapes: [{ _tag: "Circle", radius: 1 }, { _tag: "Square" }] }
    )
    assert.deepStrictEqual(read(Schema.Struct({ title: Schema.String }), { title: null }), { title: null })
    assert.deepStrictEqual(read(Schema.Array(Finding), { answer: [{ title: "a", line: null }] }), [{ title: "a" }])
  })
})

describe("the JSON in a text", () => {
  const found = (text: string) => Option.getOrNull(jsonIn(text))

  it("is the whole text, what is fenced, or the longest object or list", () => {
    assert.deepStrictEqual(
      [
        "{\"a\":1}",
        "\"text\"",
        "x\n```\nno\n```\n```json\n[1]\n```\n{\"longer\": \"than the fence\"}",
        "```\n{}\n```",
        "So: {\"a\": [1]}. Good?",
        "[12:00] starting {…}\n[1/3] [2]\n{\"a\": \"} and ]\", \"b\": {\"c\": \"\\\"{\"}} done [ok]",
        "{ never closed: {\"a\": 1}",
        "nothing"
      ].map(found),
      [{ a: 1 }, "text", [1], {}, { a: [1] }, { a: "} and ]", b: { c: "\"{" } }, { a: 1 }, null]
    )
  })

  it("is looked for as long as that takes no time", () => {
    assert.isNull(found("[".repeat(1_000_000)))
    assert.isNull(found("{\"".repeat(1_000_000)))
    assert.isNull(found("```json\n".repeat(100_000)))
  })
})
