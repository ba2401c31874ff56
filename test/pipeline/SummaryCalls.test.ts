/** How much is done to sum up a run: counted, since a time says little on a machine that does something else too. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { Session } from "node:inspector/promises"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import type { DurableEvent } from "../../src/pipeline/RunEvent.ts"
import * as RunState from "../../src/pipeline/RunState.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Summary from "../../src/pipeline/Summary.ts"

/** How often functions are called meanwhile, those of Effect included. */
const callsOf = async (run: () => unknown): Promise<number> => {
  const session = new Session()
  session.connect()
  try {
    await session.post("Profiler.enable")
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false })
    await session.post("Profiler.takePreciseCoverage")
    run()
    const { result } = await session.post("Profiler.takePreciseCoverage")
    return result
      .flatMap(({ functions }) => functions.map(({ ranges: [whole] }) => whole?.count ?? 0))
      .reduce((sum, count) => sum + count, 0)
  } finally {
    await session.post("Profiler.stopPreciseCoverage")
    session.disconnect()
  }
}

const step = Step.make("step", { title: "Doing it", input: Schema.Int, success: Schema.Int, run: Effect.succeed })

const row = (length: number) =>
  Pipeline.fromSteps("row", {
    input: Schema.Int,
    steps: Array.from({ length }, (_, n) => ({ key: `n${n}`, unit: step, select: (input: number) => input }))
  })

const group = Pipeline.make("group", { input: Schema.Int }).pipe(
  Pipeline.forEach("all", step, () => [1], { key: String })
)

const events = (paths: ReadonlyArray<string>): ReadonlyArray<DurableEvent> => [
  {
    _tag: "RunStarted",
    at: 0,
    format: 2,
    run: "run-1",
    program: "p",
    identity: "",
    input: 1,
    settings: {},
    plan: "",
    of: 1
  },
  ...paths.map((path) =>
    ({
      _tag: "StepSucceeded",
      path,
      step: "step",
      version: 1,
      digest: "",
      at: 1,
      ms: 1,
      attempts: 1,
      value: 1
    }) as const
  )
]

const stateOf = (all: ReadonlyArray<DurableEvent>): RunState.RunState => {
  const replay = RunState.replay()
  for (const [position, event] of all.entries()) replay.add(event, position)
  return replay.state()
}

describe("a run with twice the steps", () => {
  const cases: ReadonlyArray<
    readonly [string, (length: number) => readonly [paths: ReadonlyArray<string>, of: Option.Option<Pipeline.Any>]]
  > = [
    ["in a row", (length) => [Array.from({ length }, (_, n) => `n${n}`), Option.some(row(length))]],
    ["in a group", (length) => [Array.from({ length }, (_, n) => `all/${n}`), Option.some(group)]],
    ["of a pipeline that is not known", (length) => [Array.from({ length }, (_, n) => `n${n}`), Option.none()]]
  ]
  it.each(cases)("%s is summed up with twice the work", async (_, made) => {
    const calls = (length: number) => {
      const [paths, pipeline] = made(length)
      const all = events(paths)
      return callsOf(() => [
        Summary.ofRecord(all, pipeline),
        Summary.executions(all, pipeline),
        Summary.ofState(stateOf(all), pipeline)
      ])
    }
    await calls(10)
    const one = await calls(300)
    const two = await calls(600)

    assert.isAbove(one, 300)
    assert.isBelow(two / one, 2.3, `${one} and ${two} calls`)
  })
})
