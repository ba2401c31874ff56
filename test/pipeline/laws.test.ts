import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "effect/FastCheck"
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { fastFolder } from "../fastFolder.ts"
import * as Generated from "./arbitraryPipeline.ts"
import * as Laws from "./laws.ts"

/** A fresh place for the journals of one case. */
type Place = Effect.Effect<Laws.Store>

const memory: Place = Effect.sync(() => Laws.inMemory(JournalMemory.make()))

const files = (root: string): Place =>
  Effect.sync(() => ({ layer: JournalFile.layer({ home: mkdtempSync(join(root, "home-")) }) }))

/** Tries a law on so many cases, and gives how often each kind of thing came to pass. */
const holds = (cases: FastCheck.Arbitrary<Laws.Case>, numRuns: number, place: Place): Effect.Effect<Laws.Seen> => {
  const seen: Laws.Seen = new Map()
  const law = (spec: Laws.Case) =>
    Effect.gen(function*() {
      const violations = yield* Laws.resumeIsUndisturbed({}, yield* place, yield* place, seen)(spec)
      assert.strictEqual(violations.join("\n"), "")
      // Lets whoever watches the tests hear of them.
      yield* Effect.sleep(0)
    })
  return Effect.as(
    Effect.promise(() =>
      FastCheck.assert(FastCheck.asyncProperty(cases, (spec) => Effect.runPromise(law(spec))), { numRuns })
    ),
    seen
  )
}

/** A law about stops says little where hardly anything was stopped. */
const sawOften = (seen: Laws.Seen, ...kinds: ReadonlyArray<string>) => {
  const seldom = kinds.filter((kind) => (seen.get(kind) ?? 0) === 0)
  assert.deepStrictEqual(seldom, [], `never seen, of ${JSON.stringify(Object.fromEntries(seen))}`)
}

const outcomes = ["Done", "Failed", "Suspended", "Died", "Interrupted", "answered"]
const stops = [
  "refused at an append",
  "stored but refused at an append",
  "half stored at an append",
  "interrupted at an append",
  "stopped in a group commit",
  "dies in a body",
  "interrupted in a body",
  "interrupted while tidying up"
]
const foretold = ["kept", "runs", "asks", "perhaps", "skipped"].map((verdict) => `foretold: ${verdict}`)
const shown = ["done", "skipped", "stopped", "ahead"].map((status) => `shown as ${status}`)
const kills = ["killed before at an append", "killed after at an append", "killed in a body"]

/** Every combinator, and every way through one. */
const ways = [
  "Step",
  "Step after others",
  "Step of a pipeline",
  "Nest",
  "fromSteps",
  "All",
  "ForEach",
  "Announce",
  "When",
  "When needed",
  "When not needed",
  "Repeat",
  "Repeat once more",
  "Repeat exhausted",
  "CatchTag",
  "CatchTag recovered by a Step",
  "CatchTag recovered by a Pipeline",
  "Validate",
  "Validate passed",
  "Validate failed",
  ...Generated.behaviours
]

describe("laws", { timeout: 120_000 }, () => {
  it("are tried on pipelines that come through every combinator, and on steps of every kind", () => {
    const seen = new Map<string, number>()
    for (const { input, pipeline, reads } of FastCheck.sample(Laws.unchangedCase, { numRuns: 600, seed: 1 })) {
      for (const way of Generated.work(pipeline, input, reads[0]).ways) seen.set(way, (seen.get(way) ?? 0) + 1)
    }

    const seldom = ways.filter((way) => (seen.get(way) ?? 0) < 10)
    assert.deepStrictEqual(seldom, [], JSON.stringify(Object.fromEntries(seen)))
    // What is counted is all there is.
    assert.deepStrictEqual([...seen.keys()].filter((way) => !ways.includes(way)), [])
  })

  it.live("a run that was stopped comes to what it comes to undisturbed", () =>
    Effect.gen(function*() {
      const seen = yield* holds(Laws.unchangedCase, 300, memory)

      sawOften(seen, ...outcomes, ...stops, ...kills, ...foretold, "planned", ...shown)
    }))

  it.live("a changed pipeline on an old checkpoint comes to what it comes to undisturbed", () =>
    Effect.gen(function*() {
      const seen = yield* holds(Laws.changedCase, 300, memory)

      sawOften(seen, ...outcomes, ...stops, ...kills)
    }))

  it.live("the same holds where the journals are files", () =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(fastFolder, "cairn-laws-"))),
      (root) =>
        Effect.gen(function*() {
          const unchanged = yield* holds(Laws.unchangedCase, 40, files(root))
          const changed = yield* holds(Laws.changedCase, 40, files(root))

          sawOften(unchanged, "Done", "Suspended", "answered")
          sawOften(changed, "Done", "Suspended", "answered")
        }),
      (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
    ))
})
