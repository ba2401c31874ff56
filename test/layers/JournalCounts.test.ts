/** What a run asks of the disk, in exact counts: they hold whatever else the machine does. */
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Schema } from "effect"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { type Call, faulty } from "./journal/faulty.ts"
import { temporary } from "./journal/temporary.ts"

const result = "x".repeat(198)

/** A step that says when its body runs, and the schemas that were looked at since it was made. */
const watched = () => {
  const bodies: Array<() => void> = []
  let looks = 0
  const looking = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I> =>
    new Proxy(schema, {
      get: (target, property) => {
        if (property === "ast") looks++
        return Reflect.get(target, property)
      }
    })
  const step = Step.make("render-task", {
    title: "Rendering",
    input: looking(Schema.Struct({ number: Schema.Number })),
    success: looking(Schema.String),
    run: () =>
      Effect.sync(() => {
        for (const body of bodies) body()
        return result
      })
  })
  const looksToMake = looks
  return { step, onBody: (body: () => void) => bodies.push(body), looksToMake, looks: () => looks }
}

const items = (count: number) => Array.makeBy(count, (number) => ({ number }))

const sequence = (step: Step.Step<{ readonly number: number }, string>, count: number) =>
  Pipeline.fromSteps("sequence", {
    input: Schema.Void,
    steps: items(count).map((item) => ({ key: `task-${item.number}`, unit: step, select: () => item }))
  })

const fanOut = (step: Step.Step<{ readonly number: number }, string>, count: number) =>
  Pipeline.make("fan-out", { input: Schema.Void }).pipe(
    Pipeline.forEach("tasks", step, () => items(count), {
      key: ({ number }) => `TASK-${number}`,
      concurrency: 16
    })
  )

const run = <E>(pipeline: Pipeline.Pipeline<void, unknown, E>, disk: Disk.Operations, home = temporary()) =>
  Run.start(pipeline, undefined).pipe(
    Effect.provide(JournalFile.layer({ home })),
    Effect.provideService(Disk.Disk, disk)
  )

/** Without the zeros that the file is grown by, now and then. */
const recorded = ({ bytes, zeros }: Call) => bytes - zeros

/** Without the look at the name of the file, now and then. */
const names = (calls: ReadonlyArray<Call>) => calls.map(({ name }) => name).filter((name) => name !== "stat")

/** What was asked of the disk from each body to the next. */
const between = (count: number) =>
  Effect.gen(function*() {
    const { calls, disk } = faulty()
    const { onBody, step } = watched()
    const starts: Array<number> = []
    onBody(() => starts.push(calls.length))
    yield* run(sequence(step, count), disk)
    return starts.slice(1).map((start, index) => calls.slice(starts[index], start))
  })

describe("a run", () => {
  it.effect("asks for one write and one sync from a step to the next, and opens nothing, however many there are", () =>
    Effect.gen(function*() {
      for (const count of [10, 200]) {
        for (const calls of yield* between(count)) assert.deepStrictEqual(names(calls), ["read", "write", "datasync"])
      }
    }))

  it.effect("writes at most 150 bytes beside the value of a step, however many there are", () =>
    Effect.gen(function*() {
      const value = JSON.stringify(result).length
      const longest = (steps: ReadonlyArray<ReadonlyArray<Call>>) =>
        Math.max(...steps.map((calls) => calls.reduce((bytes, call) => bytes + recorded(call), 0)))
      const few = longest(yield* between(10))
      const many = longest(yield* between(200))

      assert.isAtMost(many, value + 150)
      // The number of a record and that of a step have each a digit or two more.
      assert.isAtMost(many - few, 4)
    }))

  it.effect("shares one write and one sync among all that end together", () =>
    Effect.gen(function*() {
      const { calls, disk } = faulty()
      const { onBody, step } = watched()
      let first: number | undefined
      onBody(() => first ??= calls.length)
      yield* run(fanOut(step, 64), disk)

      const shared = ["read", "write", "datasyncLater"]
      const itsEnd = ["read", "write", "datasync"]
      const asked = names(calls.slice(first)).filter((name) => name === "open" || [...shared, ...itsEnd].includes(name))
      assert.deepStrictEqual(asked.slice(0, 15), [...Array.flatten(Array.replicate(shared, 4)), ...itsEnd])
    }))

  it.effect("looks at a schema when the step is made and when it first runs, and never again", () =>
    Effect.gen(function*() {
      const { looks, looksToMake, step } = watched()
      assert.isAbove(looksToMake, 0)
      yield* run(sequence(step, 1), Disk.real)
      const looksToRun = looks()
      const sequential = sequence(step, 50)
      const parallel = fanOut(step, 50)
      const home = temporary()

      yield* run(sequential, Disk.real, home)
      yield* run(sequential, Disk.real, home)
      yield* run(parallel, Disk.real, home)

      assert.strictEqual(looks(), looksToRun)
    }))
})
