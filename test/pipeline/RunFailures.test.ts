import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Option, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const { Oops, step } = Scene

/** How a run ended, in a word. */
const ended = <A, E>(exit: Exit.Exit<A, E>): string =>
  Exit.match(exit, {
    onSuccess: () => "done",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => error instanceof Oops ? error.why : String(Reflect.get(Object(error), "_tag")),
        onNone: () =>
          Option.match(Cause.dieOption(cause), { onSome: (defect) => String(defect), onNone: () => "stopped" })
      })
  })

/** A step that does as its input says: `ok`, `fail`, `die` or `ask`; with a `+` it takes its time. */
const doing = (scene: Scene.Scene) =>
  Step.make("doing", {
    title: "Doing",
    input: Schema.String,
    success: Schema.String,
    failure: Oops,
    run: (what) =>
      Effect.gen(function*() {
        yield* scene.note(what)
        if (what.includes("+")) yield* Effect.repeatN(Effect.yieldNow(), 20)
        if (what.includes("ask")) {
          return yield* CurrentStep.ask({ name: "q", ask: "user", prompt: "?", answer: Schema.String }, suspended)
        }
        if (what.includes("fail")) return yield* new Oops({ why: what })
        if (what.includes("die")) return yield* Effect.die(what)
        return what
      })
  })

const list = (scene: Scene.Scene, concurrency: number) =>
  Pipeline.make("list", { input: Schema.Array(Schema.String) }).pipe(
    Pipeline.forEach("each", doing(scene), ({ input }) => input, { key: (what) => what, concurrency }),
    Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
  )

describe("of several ends side by side", () => {
  const cases: ReadonlyArray<readonly [items: ReadonlyArray<string>, end: string]> = [
    [["ask 1", "+fail 2", "+die 3", "ok 4"], "+die 3"],
    [["ask 1", "ok 2", "+fail 3", "+fail 4"], "+fail 3"],
    [["+fail 1", "fail 2", "ask 3"], "+fail 1"],
    [["++die 1", "die 2"], "++die 1"],
    [["ok 1", "ask 2", "ok 3"], "Suspended"],
    [["fail 1", "+die 2"], "+die 2"]
  ]
  for (const [items, end] of cases) {
    it.effect(`the gravest and then the first counts: ${items.join(", ")}`, () =>
      Effect.gen(function*() {
        const scene = yield* Scene.make

        const exit = yield* Effect.exit(scene.on(Run.start(list(scene, 4), items)))

        assert.strictEqual(ended(exit), end)
        assert.deepStrictEqual(scene.noted(), items)
      }))
  }

  it.effect("what has begun ends and is recorded, and nothing new begins", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = list(scene, 2)

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, ["+ok 1", "fail 2", "ok 3", "ok 4"])))

      assert.strictEqual(ended(exit), "fail 2")
      assert.deepStrictEqual(scene.noted(), ["+ok 1", "fail 2"])
      assert.deepStrictEqual(yield* scene.told, [
        "RunStarted",
        "StepFailed each/fail 2",
        "StepSucceeded each/+ok 1",
        "RunFailed each/fail 2"
      ])
    }))

  it.effect("a question stops nothing", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const exit = yield* Effect.exit(scene.on(Run.start(list(scene, 1), ["ask 1", "ok 2", "ask 3", "ok 4"])))

      assert.strictEqual(ended(exit), "Suspended")
      assert.deepStrictEqual(scene.noted(), ["ask 1", "ok 2", "ask 3", "ok 4"])
    }))

  it.effect("no branch is interrupted because another one fails", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failed = yield* Deferred.make<void>()
      const slow = step(scene, "slow", (text) => Effect.as(Deferred.await(failed), text))
      const failing = step(scene, "failing", (why) =>
        Effect.zipRight(Deferred.succeed(failed, undefined), Effect.fail(new Oops({ why }))))
      const pipeline = Pipeline.make("branches", { input: Schema.String }).pipe(
        Pipeline.all((bind) => ({
          a: bind(slow, ({ input }) =>
            input),
          b: bind(failing, ({ input }) =>
            input)
        }))
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.strictEqual(ended(exit), "x")
      assert.deepStrictEqual([...(yield* scene.told)].sort(), [
        "RunFailed b",
        "RunStarted",
        "StepFailed b",
        "StepSucceeded a"
      ])
    }))
})

describe("catchTag", () => {
  it.effect("runs the recovery, whose record stands although the step would succeed by now", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = true
      const flaky = step(scene, "flaky", (text) => broken ? Effect.fail(new Oops({ why: text })) : Effect.succeed(text))
      const pipeline = (suffix: string) =>
        Pipeline.make("recovery", { input: Schema.String }).pipe(
          Pipeline.catchTag(
            "a",
            flaky,
            ({ input }) => input + suffix,
            "Oops",
            step(scene, "instead"),
            ({ why }) => why
          ),
          Pipeline.output(Schema.String, ({ a }) => a)
        )

      assert.strictEqual(yield* scene.on(Run.start(pipeline(""), "x")), "instead(x)")
      assert.deepStrictEqual(scene.noted(), ["flaky x", "instead x"])
      broken = false
      assert.strictEqual(yield* scene.on(Run.resume(pipeline(""), scene.id())), "instead(x)")
      assert.deepStrictEqual(scene.noted(), [])
      // Until the input of the step is another.
      assert.strictEqual(yield* scene.on(Run.resume(pipeline("!"), scene.id())), "x!")
      assert.deepStrictEqual(scene.noted(), ["flaky x!"])
    }))

  it.effect("lets a recovery within a recovery stand too", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = true
      const flaky = (name: string) =>
        step(scene, name, (text) => broken ? Effect.fail(new Oops({ why: text })) : Effect.succeed(text))
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.catchTag("b", flaky("second"), ({ input }) => input, "Oops", step(scene, "last"), ({ why }) => why),
        Pipeline.output(Schema.String, ({ b }) => b)
      )
      const pipeline = Pipeline.make("outer", { input: Schema.String }).pipe(
        Pipeline.catchTag("a", flaky("first"), ({ input }) => input, "Oops", inner, ({ why }) => why),
        Pipeline.output(Schema.String, ({ a }) => a)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "last(x)")
      assert.deepStrictEqual(scene.noted(), ["first x", "second x", "last x"])
      broken = false
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id())), "last(x)")
      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("tries the step again where its recovery has come to nothing, or would be another one now", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let isBroken = { step: true, recovery: true }
      const either = (what: "step" | "recovery") =>
        step(
          scene,
          what,
          (why) => isBroken[what] ? Effect.fail(new Oops({ why })) : Effect.succeed(`${what} of ${why}`)
        )
      const pipeline = (suffix: string) =>
        Pipeline.make("recovery", { input: Schema.String }).pipe(
          Pipeline.catchTag(
            "a",
            either("step"),
            ({ input }) => input,
            "Oops",
            either("recovery"),
            ({ why }) => why + suffix
          ),
          Pipeline.output(Schema.String, ({ a }) => a)
        )
      const ends = (suffix: string) => Effect.map(Effect.exit(scene.on(Run.start(pipeline(suffix), "x"))), ended)

      // Both fail: neither stands.
      assert.strictEqual(yield* ends(""), "x")
      assert.deepStrictEqual(scene.noted(), ["step x", "recovery x"])
      assert.strictEqual(yield* ends(""), "x")
      assert.deepStrictEqual(scene.noted(), ["step x", "recovery x"])

      // The recovery succeeds, and stands although the step would by now.
      isBroken = { step: true, recovery: false }
      assert.strictEqual(yield* ends(""), "done")
      assert.deepStrictEqual(scene.noted(), ["step x", "recovery x"])
      isBroken = { step: false, recovery: false }
      assert.strictEqual(yield* scene.on(Run.resume(pipeline(""), scene.id())), "recovery of x")
      assert.deepStrictEqual(scene.noted(), [])

      // The recovery would be made from something else: the step gets its chance.
      assert.strictEqual(yield* scene.on(Run.resume(pipeline("!"), scene.id())), "step of x")
      assert.deepStrictEqual(scene.noted(), ["step x"])
    }))

  it.effect("keeps the failure while its recovery waits for an answer", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let times = 0
      const unit = step(scene, "step", () => Effect.suspend(() => new Oops({ why: `failure ${++times}` })))
      const recovery = Step.make("recovery", {
        title: "Asking",
        input: Schema.String,
        success: Schema.String,
        run: (why) => CurrentStep.ask({ name: "q", ask: "user", prompt: why, answer: Schema.String }, suspended)
      })
      const pipeline = Pipeline.make("waiting", { input: Schema.String }).pipe(
        Pipeline.catchTag("a", unit, ({ input }) => input, "Oops", recovery, ({ why }) => why),
        Pipeline.output(Schema.String, ({ a }) => a)
      )

      // Were the step tried again, its other failure would ask another question, and so for ever.
      for (const _ of [1, 2]) {
        assert.strictEqual(ended(yield* Effect.exit(scene.on(Run.start(pipeline, "x")))), "Suspended")
      }
      const output = yield* scene.on(
        Run.start(pipeline, "x", { answers: new Map([["a#catch", Given.Json({ value: "yes" })]]) })
      )

      assert.strictEqual(output, "yes")
      assert.deepStrictEqual(scene.noted(), ["step x"])
    }))

  it.effect("is adopted with the pipeline that it is in", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.catchTag(
          "a",
          step(scene, "failing", (why) => Effect.fail(new Oops({ why }))),
          ({ input }) => input,
          "Oops",
          step(scene, "instead"),
          ({ why }) => why
        ),
        Pipeline.output(Schema.String, ({ a }) => a)
      )
      const pipeline = (key: string, was: string | undefined) =>
        Pipeline.make("adopted", { input: Schema.String }).pipe(
          Pipeline.step(key, inner, ({ input }) => input, was === undefined ? {} : { was })
        )

      yield* scene.on(Run.start(pipeline("old", undefined), "x"))
      scene.noted()
      yield* scene.on(Run.resume(pipeline("new", "old"), scene.id()))

      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("does not catch other failures, nor bugs, nor questions", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const Other = Schema.TaggedStruct("Other", { why: Schema.String })
      const picky = Step.make("picky", {
        title: "Picking",
        input: Schema.String,
        success: Schema.String,
        failure: Schema.Union(Oops, Other),
        run: (what) =>
          Effect.gen(function*() {
            if (what === "die") return yield* Effect.die(what)
            if (what === "other") return yield* Effect.fail(Other.make({ why: what }))
            if (what === "oops") return yield* new Oops({ why: what })
            return yield* CurrentStep.ask({ name: "q", ask: "user", prompt: "?", answer: Schema.String }, suspended)
          })
      })
      const pipeline = Pipeline.make("uncaught", { input: Schema.String }).pipe(
        Pipeline.catchTag("a", picky, ({ input }) => input, "Oops", step(scene, "instead"), ({ why }) => why)
      )

      const ends = yield* Effect.forEach(["oops", "other", "die", "ask"], (what) =>
        Effect.map(Effect.exit(scene.on(Run.start(pipeline, what))), ended))

      assert.deepStrictEqual(ends, ["done", "Other", "die", "Suspended"])
      assert.deepStrictEqual(scene.noted(), ["instead oops"])
    }))
})

describe("validate", () => {
  it.effect("lets through with a report, or fails with every error; a check that found one is made again", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let minimum = 10
      const long = Validation.check<string>("long", (text) =>
        Effect.as(
          scene.note("long"),
          text.length < minimum ? [Validation.error("short", `shorter than ${minimum}`)] : []
        ))
      const plain = Validation.check<string>(
        "plain",
        (text) => Effect.as(scene.note("plain"), text.includes("!") ? [Validation.warning("loud", "it is loud")] : [])
      )
      const pipeline = Pipeline.make("checked", { input: Schema.String }).pipe(
        Pipeline.validate("checks", Validation.all(plain, long), ({ input }) => input),
        Pipeline.output(Validation.Report, ({ checks }) => checks)
      )
      const warnings = [Validation.warning("loud", "it is loud")]

      const error = yield* Effect.flip(scene.on(Run.start(pipeline, "hello!")))
      assert.deepStrictEqual(
        error,
        new Validation.ValidationFailed({
          issues: [Validation.error("short", "shorter than 10")],
          report: { passed: ["plain"], failed: ["long"], warnings, skipped: [] }
        })
      )
      assert.deepStrictEqual(scene.noted(), ["plain", "long"])

      minimum = 3
      assert.deepStrictEqual(yield* scene.on(Run.start(pipeline, "hello!")), {
        passed: ["plain", "long"],
        failed: [],
        warnings,
        skipped: []
      })
      assert.deepStrictEqual(scene.noted(), ["long"])
      assert.deepStrictEqual(yield* scene.told, [
        "RunStarted",
        "StepSucceeded checks/plain",
        "StepFailed checks/long",
        "RunFailed checks",
        "RunResumed",
        "StepSucceeded checks/long",
        "RunSucceeded"
      ])
    }))

  it("is refused where two checks have one name, since each is recorded under its own", () => {
    const same = () => Validation.check<string>("same", () => [])
    assert.throws(
      () =>
        Pipeline.make("twins", { input: Schema.String }).pipe(
          Pipeline.validate("checks", Validation.chain(same(), Validation.all(same())), ({ input }) => input)
        ),
      Pipeline.PipelineRefused,
      `two checks of "checks" are named "same"`
    )
  })
})

describe("a bug", () => {
  /** A pipeline of one step that is made with something that throws or dies. */
  const buggy = (
    scene: Scene.Scene,
    options: Pick<Parameters<typeof Step.make<string, string, string, string>>[1], "fingerprint" | "holds">
  ) =>
    Pipeline.make("buggy", { input: Schema.String }).pipe(
      Pipeline.step(
        "a",
        Step.make("step", {
          title: "Doing",
          input: Schema.String,
          success: Schema.String,
          ...options,
          run: (text) => Effect.as(scene.note(text), text)
        }),
        ({ input }) => input
      )
    )
  const thrown = (): never => {
    throw new Error("thrown")
  }

  it.effect("of a fingerprint is recorded as one of its step", () =>
    Effect.gen(function*() {
      for (const fingerprint of [thrown, () => Effect.die(new Error("thrown"))]) {
        const scene = yield* Scene.make
        const exit = yield* Effect.exit(scene.on(Run.start(buggy(scene, { fingerprint }), "x")))

        assert.strictEqual(ended(exit), "Error: thrown")
        assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
        assert.deepStrictEqual(scene.noted(), [])
      }
    }))

  it.effect("of a look at what a step left behind ends the run, and is recorded", () =>
    Effect.gen(function*() {
      for (const holds of [thrown, () => Effect.die(new Error("thrown"))]) {
        const scene = yield* Scene.make
        yield* scene.on(Run.start(buggy(scene, { holds }), "x"))
        const exit = yield* Effect.exit(scene.on(Run.resume(buggy(scene, { holds }), scene.id())))

        assert.strictEqual(ended(exit), "Error: thrown")
        assert.deepStrictEqual((yield* scene.told).slice(-2), ["RunResumed", "RunFailed a"])
      }
    }))

  it.effect("of a selector ends the run with the path of its node", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.when("b", step(scene, "first"), thrown)
      )
      const pipeline = Pipeline.make("selectors", { input: Schema.String }).pipe(
        Pipeline.step("a", inner, ({ input }) => input)
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.strictEqual(ended(exit), "Error: thrown")
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "RunFailed a/b"])
    }))

  it.effect("that is retried nowhere is recorded with its name, message and frames", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("dies", { input: Schema.String }).pipe(
        Pipeline.step(
          "a",
          step(scene, "first", () => Effect.die(new TypeError("x".repeat(5000)))),
          ({ input }) => input
        )
      )

      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      const problem = Option.getOrThrow((yield* scene.info).state.problem)
      assert.strictEqual(problem._tag, "Defect")
      if (problem._tag !== "Defect") return
      assert.strictEqual(problem.name, "TypeError")
      assert.strictEqual(problem.message, `${"x".repeat(2000)}…`)
      assert.isAtLeast(problem.frames.length, 1)
      assert.isAtMost(problem.frames.length, 10)
    }))
})
