import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import { Journal, JournalError } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Scene from "./scene.ts"

/** A step that can be undone, which notes it; the undo of `stuck` fails. */
const undoable = (scene: Scene.Scene, name: string) =>
  Scene.step(scene, name).pipe(
    Step.compensate((result, input) =>
      Effect.zipRight(
        scene.note(`undo ${result} of ${input}`),
        name === "stuck" ? Effect.fail(new Scene.Oops({ why: "it is stuck" })) : Effect.void
      )
    )
  )

/** Two steps that can be undone, and a third that ends as it is told. */
const pipelineOf = (scene: Scene.Scene, last: Step.Step<string, string, Scene.Oops>, second = "second") =>
  Pipeline.make("undoing", { input: Schema.String }).pipe(
    Pipeline.step("a", undoable(scene, "first"), ({ input }) => input),
    Pipeline.forEach("b", undoable(scene, second), ({ a }) => [`${a}1`, `${a}2`], { key: (item) => item.slice(-1) }),
    Pipeline.step("c", last, ({ input }) => input),
    Pipeline.output(Schema.String, ({ c }) => c)
  )

const failing = (scene: Scene.Scene) =>
  Scene.step(scene, "last", () => Effect.fail(new Scene.Oops({ why: "the last one failed" })))

const undos = (noted: ReadonlyArray<string>) => noted.filter((what) => what.startsWith("undo"))

/** Runs something on a disk that refuses the append of a record that begins so. */
const refusing = (beginning: string) => <A, E>(effect: Effect.Effect<A, E, Journal>) =>
  Effect.flatMap(Journal, (journal) =>
    Effect.provideService(effect, Journal, {
      ...journal,
      open: (name) =>
        Effect.map(journal.open(name), (opened) => ({
          ...opened,
          append: (records, options) =>
            records.some((record) => record.startsWith(beginning))
              ? Effect.fail(new JournalError({ operation: "append", journal: name, where: "", reason: "EIO" }))
              : opened.append(records, options)
        }))
    }))

describe("compensation", () => {
  it.effect("undoes finished steps, the last one first, so that the next resume runs them again", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const error = yield* Effect.flip(
        scene.on(Run.start(pipelineOf(scene, failing(scene)), "x", { compensate: true }))
      )
      assert.deepStrictEqual(error, new Scene.Oops({ why: "the last one failed" }))
      assert.deepStrictEqual(undos(scene.noted()), [
        "undo second(first(x)2) of first(x)2",
        "undo second(first(x)1) of first(x)1",
        "undo first(x) of x"
      ])
      assert.deepStrictEqual((yield* scene.told).slice(-4), [
        "Compensated b/2",
        "Compensated b/1",
        "Compensated a",
        "RunFailed c"
      ])

      const output = yield* scene.on(Run.start(pipelineOf(scene, Scene.step(scene, "last")), "x"))
      assert.strictEqual(output, "last(x)")
      assert.deepStrictEqual(scene.noted(), ["first x", "second first(x)1", "second first(x)2", "last x"])
    }))

  it.effect("undoes what was recorded in an earlier session too", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, failing(scene)), "x")))
      assert.deepStrictEqual(undos(scene.noted()), [])

      yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, failing(scene)), "x", { compensate: true })))
      assert.deepStrictEqual(undos(scene.noted()).length, 3)
    }))

  it.effect("stops at an undo that fails, and records it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, failing(scene), "stuck"), "x", { compensate: true })))

      assert.deepStrictEqual(undos(scene.noted()), ["undo stuck(first(x)2) of first(x)2"])
      const events = yield* scene.on(Run.events(scene.id()))
      assert.deepStrictEqual(events.flatMap((event) => event._tag === "Compensated" ? [event] : []), [{
        _tag: "Compensated",
        at: 0,
        path: "b/2",
        problem: { _tag: "Failure", tag: "Oops", message: "Oops: it is stuck", fix: "Try again." }
      }])
      scene.noted()
      yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, Scene.step(scene, "last"), "stuck"), "x")))
      assert.deepStrictEqual(scene.noted(), ["last x"])
    }))

  it.effect("undoes nothing where it was not asked for, nor on a bug, a question or an interruption", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const ends: ReadonlyArray<Step.Step<string, string, Scene.Oops>> = [
        Scene.step(scene, "last", () => Effect.die("a bug")),
        Step.make("last", {
          title: "Asking",
          input: Schema.String,
          success: Schema.String,
          run: () => CurrentStep.ask({ name: "q", ask: "user", prompt: "?", answer: Schema.String }, suspended)
        })
      ]
      yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, failing(scene)), "x")))
      for (const last of ends) {
        const exit = yield* Effect.exit(scene.on(Run.start(pipelineOf(scene, last), "x", { compensate: true })))
        assert.isTrue(Exit.isFailure(exit))
      }
      const never = Scene.step(scene, "last", () => Effect.never)
      const fiber = yield* Effect.fork(scene.on(Run.start(pipelineOf(scene, never), "x", { compensate: true })))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* Fiber.interrupt(fiber)

      assert.deepStrictEqual(undos(scene.noted()), [])
      assert.deepStrictEqual((yield* scene.told).at(-1), "RunInterrupted")
    }))

  it.effect("that was stopped in the middle is finished first when the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const first = yield* Effect.flip(
        scene.on(
          refusing(`{"k":"Compensated","path":"b/1"`)(
            Run.start(pipelineOf(scene, failing(scene)), "x", { compensate: true })
          )
        )
      )
      assert.instanceOf(first, JournalError)
      assert.strictEqual(undos(scene.noted()).length, 2)

      // Nothing runs before what was begun is done: `b/1` was undone, but nobody has it in writing.
      const output = yield* scene.on(Run.start(pipelineOf(scene, Scene.step(scene, "last")), "x"))
      assert.strictEqual(output, "last(x)")
      assert.deepStrictEqual(scene.noted(), [
        "undo second(first(x)1) of first(x)1",
        "undo first(x) of x",
        "first x",
        "second first(x)1",
        "second first(x)2",
        "last x"
      ])
    }))

  it.effect("is over once it is done: what runs after it stays", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const start = <A, E>(effect: Effect.Effect<A, E, Journal>) => Effect.exit(scene.on(effect))
      yield* start(
        refusing(`{"k":"Compensated","path":"b/1"`)(
          Run.start(pipelineOf(scene, failing(scene)), "x", { compensate: true })
        )
      )
      // It goes on: the rest is undone, everything runs again, and the disk fails once more.
      yield* start(refusing(`{"k":"S","p":"c"`)(Run.start(pipelineOf(scene, Scene.step(scene, "last")), "x")))
      scene.noted()

      yield* start(Run.start(pipelineOf(scene, Scene.step(scene, "last")), "x"))
      yield* start(Run.resume(pipelineOf(scene, Scene.step(scene, "last")), scene.id()))

      assert.deepStrictEqual(scene.noted(), ["last x"])
      assert.strictEqual((yield* scene.info).status, "done")
    }))

  it.effect("records an undo that throws as one that failed", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const throwing = Scene.step(scene, "first").pipe(
        Step.compensate((): Effect.Effect<void> => {
          throw new Error("thrown")
        })
      )
      const pipeline = Pipeline.make("throwing", { input: Schema.String }).pipe(
        Pipeline.step("a", throwing, ({ input }) => input),
        Pipeline.step("b", failing(scene), ({ input }) => input)
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x", { compensate: true })))

      assert.isTrue(Exit.isFailure(exit) && Cause.isFailType(exit.cause))
      assert.deepStrictEqual((yield* scene.told).slice(-2), ["Compensated a", "RunFailed b"])
    }))
})
