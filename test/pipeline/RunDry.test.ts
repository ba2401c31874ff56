import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

const asking = (scene: Scene.Scene) =>
  Step.make("asking", {
    title: "Asking",
    input: Schema.String,
    success: Schema.String,
    run: () =>
      Effect.zipRight(
        scene.note("asks"),
        CurrentStep.ask({ name: "q", ask: "user", prompt: "?", answer: Schema.String }, suspended)
      )
  })

/** Reads, asks, writes, and goes on from what was written. */
const pipelineOf = (scene: Scene.Scene) =>
  Pipeline.make("dry", { input: Schema.String }).pipe(
    Pipeline.step("read", step(scene, "read"), ({ input }) => input),
    Pipeline.step("ask", asking(scene), ({ read }) => read),
    Pipeline.step("write", step(scene, "write", undefined, { writes: true }), ({ ask }) => ask),
    Pipeline.step("fed", step(scene, "fed"), ({ write }) => write),
    Pipeline.step("after", step(scene, "after"), ({ read }) => read, { after: ["write"] }),
    Pipeline.when("when", step(scene, "when"), ({ fed }) => Option.some(fed)),
    Pipeline.all((bind) => ({
      branch: bind(step(scene, "branch"), ({ when }) => Option.getOrThrow(when)),
      apart: bind(step(scene, "apart"), ({ read }) => read)
    })),
    Pipeline.forEach("each", step(scene, "each"), ({ branch }) => [branch], { key: () => "k" }),
    Pipeline.step("free", step(scene, "free"), ({ apart }) => apart),
    Pipeline.output(Schema.Tuple(Schema.Array(Schema.String), Schema.String), ({ each, free }) => [each, free] as const)
  )

const steps = (told: ReadonlyArray<string>) => told.filter((event) => event.startsWith("Step"))

describe("a dry run", () => {
  it.effect("records nothing of what only pretended, nor of what that feeds; the real run goes on from there", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = pipelineOf(scene)
      yield* Effect.exit(scene.dry(Run.start(pipeline, "x")))
      assert.strictEqual((yield* scene.info).status, "waiting")
      scene.noted()

      const pretended = yield* scene.dry(
        Run.start(pipeline, "x", { answers: new Map([["ask", Given.Json({ value: "yes" })]]) })
      )
      const bodies = scene.noted()

      assert.deepStrictEqual(steps(yield* scene.told), [
        "StepSucceeded read",
        "StepSucceeded ask",
        "StepSucceeded apart",
        "StepSucceeded free"
      ])
      assert.strictEqual((yield* scene.info).status, "interrupted")
      assert.notInclude(scene.shown.map(({ _tag }) => _tag), "RunInterrupted")
      assert.deepStrictEqual(bodies, [
        "asks",
        "write yes",
        "fed write(yes)",
        "after read(x)",
        "when fed(write(yes))",
        "branch when(fed(write(yes)))",
        "apart read(x)",
        "each branch(when(fed(write(yes))))",
        "free apart(read(x))"
      ])

      const real = yield* scene.on(Run.start(pipeline, "x"))
      assert.deepStrictEqual(real, pretended)
      assert.deepStrictEqual(scene.noted(), [
        "write yes",
        "fed write(yes)",
        "after read(x)",
        "when fed(write(yes))",
        "branch when(fed(write(yes)))",
        "each branch(when(fed(write(yes))))"
      ])
      assert.strictEqual((yield* scene.info).status, "done")
      assert.strictEqual(scene.store.journals.size, 1)
    }))

  it.effect("takes what is recorded, also of a step that writes", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = true
      const pipeline = Pipeline.make("half", { input: Schema.String }).pipe(
        Pipeline.step("write", step(scene, "write", undefined, { writes: true }), ({ input }) => input),
        Pipeline.step(
          "b",
          step(scene, "second", (text) => broken ? Effect.fail(new Scene.Oops({ why: "" })) : Effect.succeed(text)),
          ({ write }) => write
        )
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
      scene.noted()
      broken = false

      yield* scene.dry(Run.start(pipeline, "x"))

      assert.deepStrictEqual(scene.noted(), ["second write(x)"])
      assert.strictEqual((yield* scene.info).status, "done")
    }))

  it.effect("pretends in nested pipelines and repetitions too", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("plain", step(scene, "plain"), ({ input }) => input),
        Pipeline.step("write", step(scene, "write", undefined, { writes: true }), ({ plain }) => plain),
        Pipeline.output(Schema.String, ({ write }) => write)
      )
      const pipeline = Pipeline.make("nested", { input: Schema.String }).pipe(
        Pipeline.nest("in", inner, ({ input }) => input),
        Pipeline.repeat("again", step(scene, "again"), {
          initial: ({ in: text }) => text,
          until: (text) => text.length > 10,
          next: (text) => text,
          times: 5
        }),
        Pipeline.step("free", asking(scene), ({ input }) => input)
      )

      yield* Effect.exit(scene.dry(Run.start(pipeline, "x")))

      assert.deepStrictEqual(steps(yield* scene.told), ["StepSucceeded in/plain"])
    }))

  it.effect("pretends wherever a repetition or a recovery is fed by what pretended", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failing = step(scene, "failing", (why) => Effect.fail(new Scene.Oops({ why })))
      const pipeline = Pipeline.make("fed", { input: Schema.String }).pipe(
        Pipeline.step("ask", asking(scene), ({ input }) => input),
        Pipeline.step("write", step(scene, "write", undefined, { writes: true }), ({ ask }) => ask),
        Pipeline.repeat("again", step(scene, "again"), {
          initial: ({ ask }) => ask,
          until: (text) => text.length > 20,
          next: (text, { write }) => text + write,
          times: 5
        }),
        Pipeline.step("after", step(scene, "after"), ({ again }) => again),
        Pipeline.catchTag(
          "caught",
          failing,
          ({ ask }) => ask,
          "Oops",
          step(scene, "instead"),
          ({ why }, { write }) => why + write
        ),
        Pipeline.step("last", step(scene, "last"), ({ caught }) => caught)
      )

      yield* Effect.exit(scene.dry(Run.start(pipeline, "x")))
      yield* scene.dry(Run.start(pipeline, "x", { answers: new Map([["ask", Given.Json({ value: "yes" })]]) }))

      assert.deepStrictEqual(steps(yield* scene.told), [
        "StepSucceeded ask",
        "StepSucceeded again/0",
        "StepFailed caught"
      ])
    }))

  it.effect("whose body says that it only pretended is not recorded either", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const modest = Step.make("modest", {
        title: "Pretending",
        input: Schema.String,
        success: Schema.String,
        run: (text) =>
          Effect.gen(function*() {
            const current = yield* CurrentStep.CurrentStep
            if (Option.isSome(current) && (yield* CurrentStep.DryRun)) yield* current.value.simulated
            return text
          })
      })
      const pipeline = Pipeline.make("modest", { input: Schema.String }).pipe(
        Pipeline.step("ask", asking(scene), ({ input }) => input),
        Pipeline.step("a", modest, ({ ask }) => ask),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a)
      )

      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
      yield* scene.dry(Run.start(pipeline, "x", { answers: new Map([["ask", Given.Json({ value: "yes" })]]) }))

      assert.deepStrictEqual(steps(yield* scene.told), ["StepSucceeded ask"])
    }))

  it.effect("that was begun to look only, and was answered nothing, leaves no run behind", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("look", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("write", step(scene, "write", undefined, { writes: true }), ({ a }) => a)
      )

      yield* scene.dry(Run.start(pipeline, "x"))

      assert.deepStrictEqual(yield* scene.on(Run.list), [])
    }))
})
