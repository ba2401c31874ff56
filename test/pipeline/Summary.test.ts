import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option } from "effect"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as ReporterRecording from "../../src/layers/Reporter/Recording.ts"
import * as Plan from "../../src/pipeline/Plan.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { RunEvent } from "../../src/pipeline/RunEvent.ts"
import * as Summary from "../../src/pipeline/Summary.ts"
import * as Generated from "./arbitraryPipeline.ts"

/** What can be compared. A first run takes nothing from an earlier one, so that what is kept was empty. */
const outlineOf = (summary: Summary.Summary) =>
  Summary.rows(summary)
    .map(({ number, path, status, title }) => ({ path, number, title, status: status === "kept" ? "skipped" : status }))

/** A recovery in which no step runs leaves no word in a record: there, a failure is all that it knows of. */
const recoversInSilence = (spec: unknown): boolean =>
  typeof spec === "object" && spec !== null &&
  (("recovery" in spec && !JSON.stringify(spec.recovery).startsWith("{\"_tag\":\"Step\"")) ||
    Object.values(spec).some(recoversInSilence))

describe("a summary", () => {
  it.effect.prop(
    "says of a record what was told while it was made",
    { spec: Generated.anyPipeline.filter((spec) => !recoversInSilence(spec)), input: Generated.anyInput },
    ({ input, spec }) =>
      Effect.gen(function*() {
        const store = JournalMemory.make()
        const pipeline = Generated.build(spec, Generated.calm(1))
        const events: Array<RunEvent> = []
        const exit = yield* Effect.exit(
          Run.start(pipeline, input).pipe(
            Effect.provide(ReporterRecording.layer(events)),
            Effect.provide(JournalMemory.layerOf(store))
          )
        )
        const [id = ""] = store.journals.keys()
        const { info, recorded } = yield* Effect.provide(
          Effect.all({ info: Run.info(id), recorded: Run.events(id) }),
          JournalMemory.layerOf(store)
        )

        const told = events.reduce(Summary.apply, Summary.empty)
        const read = Summary.ofRecord(recorded, Option.some(pipeline))
        const state = Summary.ofState(info.state, Option.some(pipeline))

        assert.deepStrictEqual([read.phase, read.of], [told.phase, told.of])
        if (Exit.isFailure(exit)) return
        assert.deepStrictEqual(outlineOf(read), outlineOf(told))
        assert.deepStrictEqual(outlineOf(state), outlineOf(told))
        for (const one of [told, read, state]) assert.strictEqual(Summary.settled(one), Plan.numbering(pipeline).of)
      }),
    { fastCheck: { numRuns: 200 } }
  )
})
