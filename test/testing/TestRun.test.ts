import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schedule, Schema, TestClock } from "effect"
import { Agent, Pipeline, Run, Step } from "effect-cairn"
import { TestRun } from "effect-cairn/testing"

const text = (name: string, run: (input: string) => Effect.Effect<string>) =>
  Step.make(name, { title: name, input: Schema.String, success: Schema.String, run })

const greet = text("greet", (name) => Effect.succeed(`Hello ${name}`))
const shout = text("shout", (words) => Effect.succeed(words.toUpperCase()))

const greeting = Pipeline.make("greeting", { input: Schema.String }).pipe(
  Pipeline.step("greet", greet, ({ input }) => input),
  Pipeline.step("shout", shout, ({ greet }) => greet),
  Pipeline.output(Schema.String, ({ shout }) => shout)
)

const review = Step.make("review", {
  title: "Reviewing",
  input: Schema.String,
  success: Schema.String,
  failure: Agent.Failure,
  run: (words) =>
    Agent.Agent.pipe(Effect.flatMap((agent) => agent.ask({ name: "verdict", prompt: words, answer: Schema.String })))
})

const reviewed = Pipeline.make("reviewed", { input: Schema.String }).pipe(
  Pipeline.step("greet", greet, ({ input }) => input),
  Pipeline.step("review", review, ({ greet }) => greet),
  Pipeline.output(Schema.String, ({ review }) => review)
)

describe("a run in a test", () => {
  it.effect("goes on behind the step after which it was killed", () =>
    Effect.gen(function*() {
      yield* Run.start(greeting, "Ada").pipe(TestRun.crashAfter("greet"))

      assert.strictEqual(yield* Run.start(greeting, "Ada"), "HELLO ADA")
      assert.deepStrictEqual(yield* TestRun.ran, [["greet"], ["shout"]])
    }).pipe(Effect.provide(TestRun.layer())))

  it.effect("runs a step again in which it was killed", () =>
    Effect.gen(function*() {
      yield* Run.start(greeting, "Ada").pipe(TestRun.crashDuring("shout"))

      assert.strictEqual(yield* Run.start(greeting, "Ada"), "HELLO ADA")
      assert.deepStrictEqual(yield* TestRun.ran, [["greet", "shout"], ["shout"]])
    }).pipe(Effect.provide(TestRun.layer())))

  it.effect("lets nothing of a killed run move any more: no finalizer, and no step beside the one that ended", () =>
    Effect.gen(function*() {
      const happened: Array<string> = []
      const late = yield* Deferred.make<void>()
      const quick = text(
        "quick",
        (input) => Effect.succeed(input).pipe(Effect.ensuring(Effect.sync(() => happened.push("quick is tidied up"))))
      )
      const slow = text("slow", (input) =>
        Deferred.await(late).pipe(
          Effect.zipRight(Effect.sync(() => happened.push("slow goes on"))),
          Effect.ensuring(Effect.sync(() => happened.push("slow is tidied up"))),
          Effect.as(input)
        ))
      const pipeline = Pipeline.make("beside", { input: Schema.String }).pipe(
        Pipeline.all((bind) => ({
          quick: bind(quick, ({ input }) => input),
          slow: bind(slow, ({ input }) => input)
        }), { concurrency: 2 })
      )

      yield* Run.start(pipeline, "x").pipe(TestRun.crashAfter("quick"))
      yield* Deferred.succeed(late, undefined)
      yield* Effect.yieldNow()

      assert.deepStrictEqual(happened, ["quick is tidied up"])
    }).pipe(Effect.provide(TestRun.layer())))

  it.effect("says so where it does not come to the step", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Run.start(greeting, "Ada").pipe(TestRun.crashAfter("whisper")))

      assert.strictEqual(
        error.message,
        "The run did not come to \"whisper\": these steps began: greet, shout, and the run came to its end"
      )
    }).pipe(Effect.provide(TestRun.layer())))

  it.effect("stops with its question where nobody can be reached, and goes on when somebody can", () =>
    Effect.gen(function*() {
      const requests = yield* Run.start(reviewed, "Ada").pipe(TestRun.suspendAt("review"))
      assert.deepStrictEqual(requests.map(({ name, path }) => [path, name]), [["review", "verdict"]])

      assert.strictEqual(yield* Run.start(reviewed, "Ada"), "fine")
      assert.strictEqual(
        yield* TestRun.transcript,
        [
          "reviewed begins",
          "  greet: done",
          "  review: asks the agent for \"verdict\"",
          "waiting",
          "reviewed goes on",
          "  greet: kept",
          "  review: \"verdict\" is answered",
          "  review: done",
          "done",
          ""
        ].join("\n")
      )
    }).pipe(Effect.provide(TestRun.layer({ agent: [{ value: "fine" }] }))))

  it.effect("waits hours for a retry in no time, and keeps what had been done", () =>
    Effect.gen(function*() {
      class Busy extends Schema.TaggedError<Busy>()("Busy", {}) {
        override get message() {
          return "the line is busy"
        }
      }
      let calls = 0
      const call = Step.make("call", {
        title: "Calling",
        input: Schema.String,
        success: Schema.String,
        failure: Busy,
        retry: { schedule: Schedule.spaced("3 hours"), times: 2 },
        run: (name) => Effect.suspend(() => ++calls < 3 ? new Busy() : Effect.succeed(`${name} said yes`))
      })
      const pipeline = Pipeline.make("calling", { input: Schema.String }).pipe(
        Pipeline.step("call", call, ({ input }) => input),
        Pipeline.output(Schema.String, ({ call }) => call)
      )

      const running = yield* Effect.fork(Run.start(pipeline, "Ada"))
      yield* TestClock.adjust("6 hours")

      assert.strictEqual(yield* Fiber.join(running), "Ada said yes")
      assert.include(
        yield* TestRun.transcript,
        "  call: attempt 1 failed: the line is busy; the next in 10800000 ms\n"
      )
    }).pipe(Effect.provide(TestRun.layer())))

  it.effect("tells a killed session from one that ended", () =>
    Effect.gen(function*() {
      yield* Run.start(greeting, "Ada").pipe(TestRun.crashAfter("greet"))
      yield* Run.start(greeting, "Ada")

      assert.strictEqual(
        yield* TestRun.transcript,
        "greeting begins\nkilled\ngreeting goes on\n  greet: kept\n  shout: done\ndone\n"
      )
    }).pipe(Effect.provide(TestRun.layer())))
})
