import { assert, it } from "@effect/vitest"
import { Data, Schema } from "effect"
import { said } from "../../src/pipeline/problem.ts"

class Down extends Schema.TaggedError<Down>()("Down", {}) {}
class Late extends Schema.TaggedError<Late>()("Late", { minutes: Schema.Number }) {}
class Told extends Schema.TaggedError<Told>()("Told", { message: Schema.String }) {}
class Small extends Data.TaggedError("Small")<{ readonly n: number }> {}

it("says the tag of an error that has no words of its own", () => {
  assert.strictEqual(said(new Down()), "Down")
  assert.strictEqual(said(new Late({ minutes: 5 })), "Late { \"minutes\": 5 }")
  assert.strictEqual(said(new Small({ n: 1 })), "Small")
  assert.strictEqual(said({ _tag: "Plain" }), "Plain")
})

it("leaves the words that there are", () => {
  assert.strictEqual(said(new Told({ message: "the disk is away" })), "the disk is away")
  assert.strictEqual(said(new TypeError("kaputt")), "kaputt")
  assert.strictEqual(said("kaputt"), "kaputt")
})
