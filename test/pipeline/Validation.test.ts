import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Validation from "../../src/pipeline/Validation.ts"

const inTitle = Validation.chain(
  Validation.check("present", (title: string) => title === "" ? [Validation.error("title-empty", "is empty")] : []),
  Validation.check<string>("length", () => [
    Validation.error("title-long", "is too long", { path: "/length", hint: "Shorten it." })
  ])
)

const document = Validation.all(
  Validation.at("/title", (document: { readonly title?: string }) => Option.fromNullable(document.title), inTitle),
  Validation.check("always", () => [Validation.warning("note", "is noted")])
)

describe("at", () => {
  it.effect("places what is found in a part at that part, and stops where its checks stop", () =>
    Effect.gen(function*() {
      const { issues } = yield* Effect.flip(Validation.validate(document, { title: "x" }))
      assert.deepStrictEqual(issues, [
        Validation.error("title-long", "is too long", { path: "/title/length", hint: "Shorten it." })
      ])

      const empty = yield* Effect.flip(Validation.validate(document, { title: "" }))
      assert.deepStrictEqual(empty.issues, [Validation.error("title-empty", "is empty", { path: "/title" })])
      assert.deepStrictEqual(empty.report, {
        passed: ["always"],
        failed: ["present"],
        warnings: [Validation.warning("note", "is noted")],
        skipped: [{ check: "length", reason: "\"present\" found an error" }]
      })
    }))

  it.effect("has nothing to say of a part that is not there", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Validation.validate(document, {}), {
        passed: ["present", "length", "always"],
        failed: [],
        warnings: [Validation.warning("note", "is noted")],
        skipped: []
      })
    }))
})
