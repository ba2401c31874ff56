import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Random, Schedule, Schema, TestClock } from "effect"
import { Agent, AgentScripted, Pipeline, Step } from "effect-cairn"
import { Resumable } from "effect-cairn/testing"
import * as Generated from "../pipeline/arbitraryPipeline.ts"

const text = (name: string, run: (input: string) => Effect.Effect<string>) =>
  Step.make(name, { title: name, input: Schema.String, success: Schema.String, run })

const first = text("first", (input) => Effect.succeed(`${input}1`))
const second = text("second", (input) => Effect.succeed(`${input}2`))

describe("Resumable.check", () => {
  it.effect("stops a good pipeline everywhere, and finds nothing", () =>
    Effect.gen(function*() {
      const pipeline = Pipeline.make("good", { input: Schema.String }).pipe(
        Pipeline.step("first", first, ({ input }) => input),
        Pipeline.forEach("each", second, ({ first }) => [...first], { key: (letter) => letter, concurrency: 2 }),
        Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
      )

      // Five records in three ways, and three places at which a step waits for its turn; behind the last record there is
      // nothing to go on with.
      assert.deepStrictEqual(yield* Resumable.check(pipeline, "a"), {
        stops: 16,
        end: "[\"a2\",\"12\"]",
        isSteady: true
      })
    }))

  it.effect("finds a selector that gives something else on every run, and says which", () =>
    Effect.gen(function*() {
      let count = 0
      const pipeline = Pipeline.make("counting", { input: Schema.String }).pipe(
        Pipeline.step("first", first, ({ input }) => `${input}${count++}`),
        Pipeline.step("second", second, ({ first }) => first.slice(0, 1))
      )
      const error = yield* Effect.flip(Resumable.check(pipeline, "a"))

      assert.include(
        error.message,
        "- killed after the result of \"first\", \"first\" runs again although its result is recorded: its input changed. What its selector gives must follow from the state alone"
      )
      assert.deepStrictEqual(new Set(error.problems.map(({ _tag }) => _tag)), new Set(["UnstableInput"]))
      assert.include(error.fix, "Take times, random values and what is read from the world from a step")
    }))

  it.effect("finds a selector that takes the time, however soon the run goes on", () =>
    Effect.gen(function*() {
      const pipeline = Pipeline.make("dated", { input: Schema.String }).pipe(
        Pipeline.step("first", first, ({ input }) => `${input}${Date.now()}`)
      )
      const { problems } = yield* Effect.flip(Resumable.check(pipeline, "a"))

      assert.deepStrictEqual(problems[0], {
        _tag: "UnstableInput",
        stopped: "killed after the result of \"first\"",
        path: "first",
        isGone: false
      })
    }))

  it.effect("finds items whose keys are others when the run goes on, and a condition that does not hold any more", () =>
    Effect.gen(function*() {
      let count = 0
      const items = Pipeline.make("items", { input: Schema.String }).pipe(
        Pipeline.forEach("each", second, ({ input }) => [input], { key: (item) => `${item}-${count++}` })
      )
      const some = Pipeline.make("some", { input: Schema.String }).pipe(
        Pipeline.when("first", first, ({ input }) => count++ === 0 ? Option.some(input) : Option.none()),
        Pipeline.step("second", second, ({ input }) => input)
      )
      const ofItems = yield* Effect.flip(Resumable.check(items, "a"))
      const layer = Layer.effectDiscard(Effect.sync(() => (count = 0)))
      const ofSome = yield* Effect.flip(Resumable.check(some, "a", { layer }))

      assert.match(
        ofItems.message,
        /killed after the result of "each\/a-\d+", the result of "each\/a-\d+" is recorded and nobody asks for it any more\. Keys of items,/
      )
      assert.include(ofSome.message, "the result of \"first\" is recorded and nobody asks for it any more")
    }))

  it.effect("finds a step that leaves a half of its work behind and takes it for the whole", () =>
    Effect.gen(function*() {
      let files = new Map<string, string>()
      const layer = Layer.effectDiscard(Effect.sync(() => (files = new Map())))
      const write = text("write", (input) =>
        Effect.gen(function*() {
          if (files.has("report")) return files.get("report") ?? ""
          files.set("report", input)
          yield* Effect.yieldNow()
          files.set("report", `${input}, and the rest`)
          return `${input}, and the rest`
        }))
      const pipeline = Pipeline.make("halves", { input: Schema.String }).pipe(
        Pipeline.step("write", write, ({ input }) => input),
        Pipeline.output(Schema.String, ({ write }) => write)
      )
      const error = yield* Effect.flip(Resumable.check(pipeline, "one half", { layer }))

      assert.include(
        error.message,
        "- killed inside \"write\", it comes to another end:\n    undisturbed: \"one half, and the rest\"\n    resumed:     \"one half\""
      )
    }))

  it.effect("takes no time for retries of hours, where the clock of the test is moved on", () =>
    Effect.gen(function*() {
      class Busy extends Schema.TaggedError<Busy>()("Busy", {}) {}
      let calls = 0
      const layer = Layer.effectDiscard(Effect.sync(() => (calls = 0)))
      const call = Step.make("call", {
        title: "Calling",
        input: Schema.String,
        success: Schema.String,
        failure: Busy,
        retry: { schedule: Schedule.spaced("3 hours"), times: 2 },
        run: (name) => Effect.suspend(() => ++calls % 3 > 0 ? new Busy() : Effect.succeed(`${name} said yes`))
      })
      const pipeline = Pipeline.make("calling", { input: Schema.String }).pipe(
        Pipeline.step("call", call, ({ input }) => input),
        Pipeline.output(Schema.String, ({ call }) => call)
      )
      const checking = Resumable.check(pipeline, "Ada", { layer })
      const { end, stops } = yield* Effect.raceFirst(checking, Effect.forever(TestClock.adjust("1 hour")))

      assert.strictEqual(end, "\"Ada said yes\"")
      assert.isAbove(stops, 5)
    }))

  it.effect("finds what is kept in a variable, where it is told how to make the pipeline", () =>
    Effect.gen(function*() {
      const make = () => {
        let remembered = "nothing"
        const keep = text("keep", (input) => Effect.sync(() => (remembered = input)))
        const tell = text("tell", () => Effect.sync(() => remembered))
        return Pipeline.make("forgetful", { input: Schema.String }).pipe(
          Pipeline.step("keep", keep, ({ input }) => input),
          Pipeline.step("tell", tell, ({ keep }) => keep),
          Pipeline.output(Schema.String, ({ tell }) => tell)
        )
      }
      const error = yield* Effect.flip(Resumable.check(make, "a"))

      assert.include(
        error.message,
        "- killed after the result of \"keep\", it comes to another end:\n    undisturbed: \"a\"\n    resumed:     \"nothing\""
      )
    }))

  it.effect("finds a step that another one makes run again", () =>
    Effect.gen(function*() {
      const pipeline = () => {
        let world = 0
        const look = Step.make("look", {
          title: "Looking",
          input: Schema.String,
          success: Schema.Number,
          fingerprint: () => Effect.sync(() => String(world)),
          run: () => Effect.sync(() => world)
        })
        const change = text("change", (input) => Effect.sync(() => (world++, input)))
        return Pipeline.make("circular", { input: Schema.String }).pipe(
          Pipeline.step("look", look, ({ input }) => input),
          Pipeline.step("change", change, ({ input }) => input)
        )
      }
      const made = pipeline()
      const error = yield* Effect.flip(Resumable.check(made, "a"))

      assert.include(error.message, "\"look\" runs again although its result is recorded: what it reads changed")
    }))

  it.effect("compares no ends where they differ by themselves", () =>
    Effect.gen(function*() {
      const dice = Step.make("dice", {
        title: "Throwing dice",
        input: Schema.Void,
        success: Schema.Number,
        run: () => Random.next
      })
      const pipeline = Pipeline.make("dicing", { input: Schema.Void }).pipe(
        Pipeline.step("dice", dice, () => undefined),
        Pipeline.output(Schema.Number, ({ dice }) => dice)
      )

      assert.isFalse((yield* Resumable.check(pipeline, undefined)).isSteady)
    }).pipe(Effect.withRandom(Random.make("seed"))))

  it.effect("builds the world anew for each stop, and keeps it while the run goes on", () =>
    Effect.gen(function*() {
      const ask = Step.make("ask", {
        title: "Asking",
        input: Schema.String,
        success: Schema.String,
        failure: Agent.Failure,
        run: (prompt) =>
          Effect.flatMap(Agent.Agent, (agent) => agent.ask({ name: "word", prompt, answer: Schema.String }))
      })
      const pipeline = Pipeline.make("asking", { input: Schema.String }).pipe(
        Pipeline.step("ask", ask, ({ input }) => input),
        Pipeline.output(Schema.String, ({ ask }) => ask)
      )
      let built = 0
      const layer = Layer.suspend(() => {
        built++
        return AgentScripted.layer([{ value: "yes" }])
      })
      const lost = yield* Effect.flip(Resumable.check(pipeline, "?", { layer }))

      // A kill between what the agent said and its record loses one line of a script that has only one.
      assert.include(lost.message, "killed inside \"ask\", it comes to another end")
      assert.include(lost.problems.map(({ stopped }) => stopped), "killed before the answer to \"word\" of \"ask\"")
      assert.isAbove(built, 10)
      const checked = yield* Resumable.check(pipeline, "?", {
        layer: AgentScripted.layer([{ value: "yes" }, { value: "yes" }])
      })
      assert.strictEqual(checked.end, "\"yes\"")
    }))

  it.effect.prop(
    "finds nothing in pipelines of all kinds whose steps are what they should be",
    [Generated.anyPipeline, Generated.anyInput],
    ([spec, input]) =>
      Effect.gen(function*() {
        const { isSteady, stops } = yield* Resumable.check(Generated.build(spec, Generated.calm(0)), input, {
          records: 5
        })

        assert.isTrue(isSteady)
        assert.isAtLeast(stops, 1)
      }),
    { fastCheck: { numRuns: 6 } }
  )

  it.effect("does not stop more often than it is told to", () =>
    Effect.gen(function*() {
      const pipeline = Pipeline.fromSteps("long", {
        input: Schema.String,
        steps: Array.from({ length: 100 }, (_, index) => ({ key: `step-${index}`, unit: first, select: () => "x" }))
      })
      assert.isAtMost((yield* Resumable.check(pipeline, "a", { records: 5 })).stops, 20)
    }))
})
