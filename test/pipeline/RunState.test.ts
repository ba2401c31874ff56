import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, FastCheck, HashMap } from "effect"
import { DurableEvent } from "../../src/pipeline/RunEvent.ts"
import * as RunState from "../../src/pipeline/RunState.ts"

/** Events of three paths, so that they meet. */
const events = FastCheck.array(
  FastCheck.tuple(Arbitrary.make(DurableEvent), FastCheck.constantFrom("a", "b", "b/1")).map(
    ([event, path]): DurableEvent =>
      event._tag === "RequestOpened"
        ? { ...event, request: { ...event.request, path } }
        : "path" in event
        ? { ...event, path }
        : event
  ),
  { maxLength: 30 }
)

const plain = (state: RunState.RunState) => ({
  ...state,
  executions: new Map(state.executions),
  voided: new Map(HashMap.entries(state.voided)),
  requests: new Map(HashMap.entries(state.requests)),
  answers: new Map(HashMap.entries(state.answers)),
  takenBack: new Map(HashMap.entries(state.takenBack)),
  refusals: new Map(HashMap.entries(state.refusals)),
  choices: new Map(HashMap.entries(state.choices))
})

describe("the state of a run", () => {
  it("is the same, folded in place or event by event", () => {
    FastCheck.assert(
      FastCheck.property(events, FastCheck.nat(30), (events, length) => {
        const replay = RunState.replay()
        for (const [index, event] of events.slice(0, length).entries()) replay.add(event, index)
        const before = replay.state()
        const untouched = plain(before)
        // Whoever goes on changes no state that somebody has.
        const after = events.slice(length).reduce(
          (state, event, index) => RunState.apply(state, event, length + index),
          before
        )

        assert.deepStrictEqual(plain(before), untouched)
        assert.deepStrictEqual(plain(after), plain(events.reduce(RunState.apply, RunState.empty)))
        assert.strictEqual(RunState.empty.executions.get("a"), undefined)
      }),
      { numRuns: 500 }
    )
  })
})
