import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as Laws from "./laws.ts"

const memory = (): Laws.Store => {
  const store = JournalMemory.make()
  return {
    layer: JournalMemory.layerOf(store),
    unlock: (id) => {
      const kept = store.journals.get(id)
      if (kept !== undefined) kept.held = false
    }
  }
}

const holds = (cases: FastCheck.Arbitrary<Laws.Case>, numRuns: number, seen: Laws.Seen) =>
  Effect.promise(() =>
    FastCheck.assert(
      FastCheck.asyncProperty(cases, (spec) =>
        Effect.runPromise(
          Effect.map(
            Laws.resumeIsUndisturbed({}, memory(), memory(), seen)(spec),
            (violations) => assert.strictEqual(violations.join("\n"), "")
          )
        )),
      { numRuns }
    )
  )

describe("laws", () => {
  it.live("a run that was stopped comes to what it comes to undisturbed", () =>
    Effect.gen(function*() {
      const seen: Laws.Seen = new Map()
      yield* holds(Laws.unchangedCase, 250, seen)
    }))

  it.live("a changed pipeline on an old checkpoint comes to what it comes to undisturbed", () =>
    Effect.gen(function*() {
      const seen: Laws.Seen = new Map()
      yield* holds(Laws.changedCase, 250, seen)
    }))
})
