import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Either, Schema, SchemaAST as AST } from "effect"
import * as FastCheck from "effect/FastCheck"
import { DurableEvent } from "../../src/pipeline/RunEvent.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"

/** The same schema, whose arbitraries are what a run can hold: JSON for what is unknown, finite numbers, digests. */
const honest = (ast: AST.AST): AST.AST => {
  switch (ast._tag) {
    case "UnknownKeyword":
      return Schema.Unknown.annotations({ arbitrary: () => () => FastCheck.jsonValue() }).ast
    case "NumberKeyword":
      return Schema.Number.annotations({ arbitrary: () => () => FastCheck.integer({ min: 0 }) }).ast
    case "Union":
      return AST.Union.make(ast.types.map(honest), ast.annotations)
    case "TupleType":
      return new AST.TupleType(
        ast.elements.map(({ isOptional, type }) => new AST.OptionalType(honest(type), isOptional)),
        ast.rest.map(({ type }) => new AST.Type(honest(type))),
        ast.isReadonly
      )
    case "TypeLiteral":
      return new AST.TypeLiteral(
        ast.propertySignatures.map(({ isOptional, isReadonly, name, type }) =>
          new AST.PropertySignature(name, name === "digest" ? digests.ast : honest(type), isOptional, isReadonly)
        ),
        ast.indexSignatures
      )
    default:
      return ast
  }
}

const digests = Schema.String.annotations({
  arbitrary: () => () => FastCheck.base64String({ maxLength: 22 }).map((text) => text.replaceAll("=", "~"))
})

const anyEvent: FastCheck.Arbitrary<DurableEvent> = Arbitrary.make(
  Schema.make<DurableEvent>(honest(DurableEvent.ast))
).map((event) => event._tag === "RunStarted" ? { ...event, format: RunRecord.format } : event)

/** What is only shown is not written, and JSON has no `undefined`. */
const stored = (event: DurableEvent): unknown => {
  const { follows: _0, ...whole } = event as DurableEvent & { readonly [key: string]: unknown }
  const { hidden: _1, number: _2, of, program: _3, run: _4, summary: _5, title: _6, was: _7, ...rest } = whole
  const kept = event._tag === "RunStarted"
    ? whole
    : event._tag === "Compensated"
    ? event
    : event._tag === "RunResumed"
    ? { ...rest, of }
    : rest
  return JSON.parse(JSON.stringify(kept))
}

const plain = (event: DurableEvent): unknown => JSON.parse(JSON.stringify(event))

const decoded = (record: string): DurableEvent =>
  Either.getOrElse(RunRecord.decode(record), ({ reason }) => assert.fail(`${reason}: ${record}`))

const check = (law: (event: DurableEvent) => void) =>
  FastCheck.assert(FastCheck.property(anyEvent, law), { numRuns: 400 })

describe("a record", () => {
  it("of every kind is generated here", () => {
    const tags = new Set(FastCheck.sample(anyEvent, { numRuns: 1000, seed: 1 }).map(({ _tag }) => _tag))

    assert.strictEqual(tags.size, DurableEvent.members.length)
  })

  it("is read back as what was written", () => {
    check((event) => assert.deepStrictEqual(plain(decoded(RunRecord.encode(event))), stored(event)))
  })

  it("is written the same after it was read", () => {
    check((event) => {
      const text = RunRecord.encode(event)

      assert.strictEqual(RunRecord.encode(decoded(text)), text)
    })
  })

  it("is one line of JSON", () => {
    check((event) => {
      const text = RunRecord.encode(event)

      assert.notInclude(text, "\n")
      assert.isObject(JSON.parse(text))
    })
  })

  it("is read as well with fields that a later version adds", () => {
    const known = new Set(["k", "p", "s", "x", "d", "t", "m", "a", "w", "u", "v", "g", "n"])
    FastCheck.assert(
      FastCheck.property(anyEvent, FastCheck.string({ minLength: 1 }), FastCheck.jsonValue(), (event, key, value) => {
        const text = RunRecord.encode(event)
        FastCheck.pre(!known.has(key) && key !== "_tag" && key !== "__proto__")
        FastCheck.pre(!DurableEvent.members.some(({ fields }) => key in fields))
        const added = JSON.stringify({ ...JSON.parse(text), [key]: value, g: 2, n: 7 })

        assert.deepStrictEqual(plain(decoded(added)), plain(decoded(text)))
      })
    )
  })

  it("of a finished step takes at most 150 bytes beside its value", () => {
    const value = JSON.stringify({ text: "x".repeat(200) })
    const beside = (event: { readonly path: string; readonly step: string; readonly digest: string }) =>
      RunRecord.succeeded({ ...event, version: 12, at: 1_763_942_400_000, ms: 123_456, attempts: 3 }, value).length -
      value.length

    assert.isAtMost(beside({ path: "modes", step: "assign-implementation-modes", digest: "d".repeat(22) }), 150)
    assert.isAtMost(
      beside({ path: "source", step: "read-source", digest: `${"d".repeat(22)}.${"f".repeat(22)}` }),
      150
    )
  })

  it("of a finished step leaves out what is as it is most of the time", () => {
    assert.strictEqual(
      RunRecord.succeeded({ path: "a/b", step: "b", version: 1, digest: "D", at: 1, ms: 2, attempts: 1 }, "null"),
      `{"k":"S","p":"a/b","d":"D","t":1,"m":2,"v":null}`
    )
    assert.strictEqual(
      RunRecord.succeeded(
        { path: "a", step: "b", version: 2, digest: "D", at: 1, ms: 2, attempts: 3, why: "its input changed" },
        "[1]"
      ),
      `{"k":"S","p":"a","s":"b","x":2,"d":"D","t":1,"m":2,"a":3,"w":"its input changed","v":[1]}`
    )
  })
})

describe("what is no record of this version", () => {
  const refused = (record: string) =>
    Either.match(RunRecord.decode(record), {
      onLeft: (refusal) => refusal,
      onRight: () => assert.fail(`it was read: ${record}`)
    })

  it("is said to be newer where its kind or its format is", () => {
    const started = RunRecord.encode({
      _tag: "RunStarted",
      at: 0,
      format: RunRecord.format + 1,
      run: "r",
      program: "p",
      identity: "i",
      input: null,
      settings: {},
      plan: "",
      of: 0
    })

    assert.deepStrictEqual(refused(started), { reason: `format ${RunRecord.format + 1}`, newer: true })
    assert.deepStrictEqual(refused(`{"k":"Forked","at":1}`), { reason: `unknown kind of record "Forked"`, newer: true })
    assert.deepStrictEqual(refused(`{"k":"toString"}`), { reason: `unknown kind of record "toString"`, newer: true })
  })

  it("is refused where it does not fit its kind, or is none", () => {
    for (
      const record of [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        `{"k":7}`,
        `{"k":"S"}`,
        `{"k":"S","p":"a","d":"D","t":1,"m":2}`,
        `{"k":"S","p":"a","d":"D","t":"1","m":2,"v":1}`,
        `{"k":"RunInterrupted"}`,
        `{"k":"StepFailed","path":"a"}`
      ]
    ) assert.isFalse(refused(record).newer, record)
  })

  it("is never a surprise", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.oneof(
          FastCheck.string(),
          FastCheck.json(),
          anyEvent.chain((event) => {
            const text = RunRecord.encode(event)
            return FastCheck.nat({ max: text.length }).map((end) => text.slice(0, end))
          }),
          FastCheck.dictionary(
            FastCheck.constantFrom("k", "p", "s", "d", "t", "m", "v", "a", "x", "w"),
            FastCheck.jsonValue()
          )
            .map((json) => JSON.stringify({ k: "S", ...json }))
        ),
        (record) => {
          const result = RunRecord.decode(record)
          if (Either.isLeft(result)) assert.isAbove(result.left.reason.length, 0)
          else assert.isObject(JSON.parse(RunRecord.encode(result.right)))
        }
      ),
      { numRuns: 1000 }
    )
  })
})
