import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const { Oops, step } = Scene

/** What was reported of chains, with the place of each. */
const reports = (scene: Scene.Scene) =>
  scene.shown.splice(0).flatMap((event) => event._tag === "Validated" ? [[event.path, event.report] as const] : [])

const odd = Validation.all(
  Validation.check(
    "odd",
    (text: string) => text.length % 2 === 1 ? [] : [Validation.warning("even", "It has an even number of letters")]
  ),
  Validation.check("filled", (text: string) => text === "" ? [Validation.error("empty", "It is empty")] : [])
)

const phases = (scene: Scene.Scene, write: (text: string) => Effect.Effect<string, Scene.Oops> = Effect.succeed) =>
  Pipeline.chain("phases", { input: Schema.String }).pipe(
    Pipeline.announce(() => ({ title: "First" })),
    Pipeline.step("read", step(scene, "read", Effect.succeed), ({ input }) => input),
    Pipeline.validate("judge", odd, ({ read }) => read),
    Pipeline.all((bind) => ({
      write: bind(step(scene, "write", write), ({ read }) => read),
      copy: bind(step(scene, "copy", Effect.succeed), ({ read }) => read)
    })),
    Pipeline.step("close", step(scene, "close", Effect.succeed), ({ write }) => write),
    Pipeline.announce(() => ({ title: "Last" })),
    Pipeline.output(Schema.String, ({ close }) => close)
  )

describe("a pipeline that is a validation chain", () => {
  it.effect("hands on what its units give, and reports that they passed, with the warnings of its gates", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      assert.strictEqual(yield* scene.on(Run.start(phases(scene), "abcd")), "abcd")

      assert.deepStrictEqual(
        scene.shown.flatMap((event) => event._tag === "Announced" ? [event.announcement.title] : []),
        ["First", "Last"]
      )
      assert.deepStrictEqual(reports(scene), [["", {
        passed: ["read", "judge", "write, copy", "close"],
        failed: [],
        warnings: [Validation.warning("even", "It has an even number of letters")],
        skipped: []
      }]])
    }))

  it.effect("ends with the first failure, as it is, and says what that left out; then it goes on there", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const full = phases(scene, () => new Oops({ why: "the disk is full" }))

      const error = yield* Effect.flip(scene.on(Run.start(full, "abc")))

      assert.deepStrictEqual(error, new Oops({ why: "the disk is full" }))
      assert.deepStrictEqual(scene.noted(), ["read abc", "write abc", "copy abc"])
      assert.deepStrictEqual(reports(scene), [["", {
        passed: ["read", "judge"],
        failed: ["write, copy"],
        warnings: [],
        skipped: [{ check: "close", reason: "\"write, copy\" found an error" }]
      }]])

      assert.strictEqual(yield* scene.on(Run.start(phases(scene), "abc")), "abc")
      assert.deepStrictEqual(scene.noted(), ["write abc", "close abc"])
      assert.deepStrictEqual(reports(scene).map(([, { failed, skipped }]) => [failed, skipped]), [[[], []]])
    }))

  it.effect("ends where a gate finds an error", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const error = yield* Effect.flip(scene.on(Run.start(phases(scene), "")))

      assert.strictEqual(error._tag, "ValidationFailed")
      assert.deepStrictEqual(reports(scene), [["", {
        passed: ["read"],
        failed: ["judge"],
        warnings: [Validation.warning("even", "It has an even number of letters")],
        skipped: ["write, copy", "close"].map((check) => ({ check, reason: "\"judge\" found an error" }))
      }]])
    }))

  it.effect("has no report where it waits or has a bug, and one of its own inside another pipeline", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const doing = (run: Effect.Effect<string, unknown>) =>
        Pipeline.chain("inner", { input: Schema.String }).pipe(
          Pipeline.step(
            "only",
            Step.make("only", {
              title: "Doing",
              input: Schema.String,
              success: Schema.String,
              failure: Oops,
              run: () => run as Effect.Effect<string, Scene.Oops>
            }),
            ({ input }) => input
          )
        )
      const outer = (run: Effect.Effect<string, unknown>) =>
        Pipeline.make("outer", { input: Schema.String }).pipe(Pipeline.step("in", doing(run), ({ input }) => input))

      yield* Effect.exit(scene.on(Run.start(
        outer(CurrentStep.ask({ name: "q", ask: "user", prompt: "?", answer: Schema.String }, suspended)),
        "waits"
      )))
      yield* Effect.exit(scene.on(Run.start(outer(Effect.die("a bug")), "dies")))
      assert.deepStrictEqual(reports(scene), [])

      yield* scene.on(Run.start(outer(Effect.succeed("x")), "works"))
      assert.deepStrictEqual(reports(scene), [["in", { passed: ["only"], failed: [], warnings: [], skipped: [] }]])
    }))

  it("is a chain as a value, too", () => {
    const { members, stopsEarly } = Pipeline.toValidation(phases(Effect.runSync(Scene.make)))

    assert.isTrue(stopsEarly)
    assert.deepStrictEqual(
      members.map((member) => member._tag === "Check" ? member.name : ""),
      ["read", "judge", "write, copy", "close"]
    )
  })
})
