import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "./scene.ts"

const same = Step.make("same", {
  title: "Doing nothing",
  input: Schema.Number,
  success: Schema.Number,
  run: Effect.succeed
})

const start = Pipeline.make("made", { input: Schema.Number })

/** A pipeline of one step under a key that the compiler does not know. */
const withKey = (key: string) => start.pipe(Pipeline.step(key, same, ({ input }) => input))

const uniform = (steps: ReadonlyArray<{ readonly key: string; readonly after?: ReadonlyArray<string> }>) =>
  Pipeline.fromSteps("uniform", {
    input: Schema.Number,
    steps: steps.map((step) => ({ ...step, unit: same, select: (n: number) => n })),
    output: { schema: Schema.Number, select: (results) => Object.keys(results).length }
  })

describe("a pipeline", () => {
  it("is refused with a key that could not be one", () => {
    for (const key of ["", "input", "__proto__", "a/b", "a#b", "/", "#catch"]) {
      assert.throws(() => withKey(key), Pipeline.PipelineRefused, `${JSON.stringify(key)} cannot be a key`)
      assert.throws(() => uniform([{ key }]), Pipeline.PipelineRefused, `${JSON.stringify(key)} cannot be a key`)
    }
    for (const key of ["constructor", "toString", "a b", "%2F", "é", "0"]) withKey(key)
  })

  it("is refused where a key that the compiler did not know is used twice", () => {
    const twice = start.pipe(
      Pipeline.step("a", same, ({ input }) => input),
      Pipeline.step("a" as "b", same, ({ input }) => input)
    )

    assert.throws(() => Pipeline.nodes(twice), Pipeline.PipelineRefused, `the key "a" is used twice`)
    assert.throws(() => uniform([{ key: "a" }, { key: "a" }]), Pipeline.PipelineRefused, `the key "a" is used twice`)
  })

  it("is refused where a step comes after what does not come before it", () => {
    assert.throws(
      () => uniform([{ key: "a", after: ["b"] }, { key: "b" }]),
      Pipeline.PipelineRefused,
      `"a" comes after "b", which no step before it is`
    )
    uniform([{ key: "a" }, { key: "b", after: ["a"] }])
  })

  it("is refused with a number of attempts that is none", () => {
    for (const times of [0, -1, Number.NaN]) {
      assert.throws(
        () =>
          start.pipe(Pipeline.repeat("again", same, {
            initial: ({ input }) => input,
            until: () => false,
            next: (n) => n,
            times
          })),
        Pipeline.PipelineRefused,
        `"again" is tried ${times} times`
      )
    }
  })

  it("is refused with an input or output that a checkpoint cannot keep", () => {
    const Key = Schema.Redacted(Schema.String)
    const secret = "holds a Redacted value, and secrets are never stored"
    const refusals: ReadonlyArray<readonly [() => unknown, string]> = [
      [() => Pipeline.make("p", { input: Key }), `the schema of its input ${secret}`],
      [() => start.pipe(Pipeline.output(Key, () => Redacted.make(""))), `the schema of its output ${secret}`],
      [() => Pipeline.fromSteps("p", { input: Key, steps: [] }), `the schema of its input ${secret}`],
      [
        () =>
          Pipeline.fromSteps("p", {
            input: Schema.Void,
            steps: [],
            output: { schema: Key, select: () => Redacted.make("") }
          }),
        `the schema of its output ${secret}`
      ],
      [
        () => Pipeline.make("p", { input: Schema.DateFromSelf }),
        "the schema of its input encodes to DateFromSelf, which is not JSON"
      ]
    ]
    for (const [make, reason] of refusals) assert.throws(make, Pipeline.PipelineRefused, reason)
  })

  it.effect("of ten thousand steps has one state, which is never copied", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const states = new Set<object>()
      let looks = 0
      const count = 10_000
      const pipeline = Pipeline.fromSteps("long", {
        input: Schema.Number,
        steps: Array.from({ length: count }, (_, index) => ({
          key: `k${index}`,
          unit: same,
          select: (n: number, results: Readonly<Record<string, number>>) => {
            states.add(results)
            looks++
            return (results[`k${index - 1}`] ?? n) + 1
          }
        })),
        output: { schema: Schema.Number, select: (results) => results[`k${count - 1}`] ?? -1 }
      })

      assert.strictEqual(yield* scene.on(Run.start(pipeline, 0)), count)
      assert.deepStrictEqual([states.size, looks], [1, count])

      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id())), count)
      // Once to foretell what it would do, and once to do it.
      assert.deepStrictEqual([states.size, looks], [3, 3 * count])
    }))

  it.effect("repeats ten thousand times, and goes through all of them again when it is resumed", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const times = 10_000
      const pipeline = start.pipe(
        Pipeline.repeat("again", same, {
          initial: ({ input }) => input,
          until: (n) => n === times - 1,
          next: (n) => n + 1,
          times
        }),
        Pipeline.output(Schema.Number, ({ again }) => again)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, 0)), times - 1)
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id())), times - 1)
    }))
})
