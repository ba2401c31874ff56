import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random, Schema } from "effect"
import { Agent, AgentScripted, Pipeline, Step } from "effect-cairn"
import { Resumable } from "effect-cairn/testing"

const text = (name: string, run: (input: string) => Effect.Effect<string>) =>
  Step.make(name, { title: name, input: Schema.String, success: Schema.String, run })

const first = text("first", (input) => Effect.succeed(`${input}1`))
const second = text("second", (input) => Effect.succeed(`${input}2`))

describe("Resumable.check", () => {
  it.effect("stops a good pipeline before and after each of its records, and finds nothing", () =>
    Effect.gen(function*() {
      const pipeline = Pipeline.make("good", { input: Schema.String }).pipe(
        Pipeline.step("first", first, ({ input }) => input),
        Pipeline.forEach("each", second, ({ first }) => [...first], { key: (letter) => letter, concurrency: 2 }),
        Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
      )

      // Five records in three ways; behind the last one there is nothing to go on with.
      assert.deepStrictEqual(yield* Resumable.check(pipeline, "a"), {
        stops: 13,
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
      assert.include(error.fix, "Take times, random values and what is read from the world from a step")
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
      assert.include(lost.message, "killed before the AnswerRecorded of \"ask\", it comes to another end")
      assert.isAbove(built, 10)
      const checked = yield* Resumable.check(pipeline, "?", {
        layer: AgentScripted.layer([{ value: "yes" }, { value: "yes" }])
      })
      assert.strictEqual(checked.end, "\"yes\"")
    }))

  it.effect("does not stop more often than it is told to", () =>
    Effect.gen(function*() {
      const pipeline = Pipeline.fromSteps("long", {
        input: Schema.String,
        steps: Array.from({ length: 100 }, (_, index) => ({ key: `step-${index}`, unit: first, select: () => "x" }))
      })
      assert.isAtMost((yield* Resumable.check(pipeline, "a", { records: 5 })).stops, 15)
    }))
})
