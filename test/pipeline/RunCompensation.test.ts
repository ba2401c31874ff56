import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Schema } from "effect"
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
        "RunFailed c",
        "Compensated b/2",
        "Compensated b/1",
        "Compensated a"
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

  it.effect("is finished first wherever it was stopped, and however often", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failed = pipelineOf(scene, failing(scene))
      const whole = pipelineOf(scene, Scene.step(scene, "last"))
      const refusingUndo = (path: string) => refusing(`{"k":"Compensated","path":"${path}"`)
      const ends = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
        Effect.zipRight(Effect.exit(scene.on(effect)), Effect.sync(() => undos(scene.noted()).length))

      // Before the first undo could be written down, twice; then before the last.
      assert.strictEqual(yield* ends(refusingUndo("b/2")(Run.start(failed, "x", { compensate: true }))), 1)
      assert.strictEqual((yield* scene.info).status, "failed")
      assert.strictEqual(yield* ends(refusingUndo("b/2")(Run.start(whole, "x"))), 1)
      assert.strictEqual(yield* ends(refusingUndo("a")(Run.start(whole, "x"))), 3)
      assert.strictEqual(yield* ends(refusing(`{"k":"RunResumed"`)(Run.start(whole, "x"))), 0)

      yield* scene.on(Run.start(whole, "x"))
      assert.deepStrictEqual(scene.noted(), [
        "undo first(x) of x",
        "first x",
        "second first(x)1",
        "second first(x)2",
        "last x"
      ])
    }))

  it.effect("finds all that is to be undone beside what failed, wherever it is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const either = undoable(scene, "either").pipe(Step.transform((effect) =>
        Effect.flatMap(effect, (text) =>
          text.includes("bad") ? Effect.fail(new Scene.Oops({ why: text })) : Effect.succeed(text))
      ))
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("one", undoable(scene, "one"), ({ input }) =>
          input),
        Pipeline.forEach("each", either, () => ["bad", "good", "fine"], { key: (item) => item, concurrency: 3 })
      )
      const pipeline = Pipeline.make("outer", { input: Schema.String }).pipe(
        Pipeline.catchTag(
          "a",
          failing(scene),
          ({ input }) => input,
          "Oops",
          undoable(scene, "instead"),
          ({ why }) => why
        ),
        Pipeline.repeat("r", undoable(scene, "again"), {
          initial: ({ input }) => input,
          until: (text) => text.length > 10,
          next: (text) => text,
          times: 3
        }),
        Pipeline.when("w", undoable(scene, "maybe"), ({ input }) => Option.some(input)),
        Pipeline.nest("in", inner, ({ input }) => input)
      )

      yield* Effect.exit(
        scene.on(refusing(`{"k":"Compensated"`)(Run.start(pipeline, "x", { compensate: true })))
      )
      scene.noted()
      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      const done = (yield* scene.told).filter((event) => event.startsWith("Compensated"))
      assert.deepStrictEqual(done, [
        "Compensated in/each/fine",
        "Compensated in/each/good",
        "Compensated in/one",
        "Compensated w",
        "Compensated r/1",
        "Compensated r/0",
        "Compensated a#catch"
      ])
    }))

  it.effect("undoes what is recorded, whatever the steps would find in a world that is half undone", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const files = new Set<string>()
      const write = Step.make("write", {
        title: "Writing",
        input: Schema.String,
        success: Schema.String,
        fingerprint: () => Effect.sync(() => String(files.size)),
        holds: (file) => Effect.sync(() => files.has(file)),
        run: (file) => Effect.as(Effect.sync(() => files.add(file)), file)
      }).pipe(
        Step.compensate((file) => Effect.zipRight(scene.note(`undo ${file}`), Effect.sync(() => files.delete(file))))
      )
      const pipeline = Pipeline.make("world", { input: Schema.String }).pipe(
        Pipeline.step("a", write, () => "a.txt"),
        Pipeline.step("b", write, () => "b.txt", { after: ["a"] }),
        Pipeline.step("c", failing(scene), ({ input }) => input)
      )

      yield* Effect.exit(
        scene.on(refusing(`{"k":"Compensated","path":"b"`)(Run.start(pipeline, "x", { compensate: true })))
      )
      assert.deepStrictEqual([...files], ["a.txt"])
      scene.noted()
      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.deepStrictEqual(undos(scene.noted()), ["undo b.txt", "undo a.txt"])
    }))

  it.effect("undoes what was adopted from another key, for good", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (key: "old" | "new", was: "old" | undefined, last: Step.Step<string, string, Scene.Oops>) =>
        Pipeline.make("renamed", { input: Schema.String }).pipe(
          Pipeline.step(key, undoable(scene, "first"), ({ input }) => input, was === undefined ? {} : { was }),
          Pipeline.step("last", last, ({ input }) => input)
        )
      yield* Effect.exit(scene.on(Run.start(pipeline("old", undefined, failing(scene)), "x")))
      yield* Effect.exit(scene.on(Run.start(pipeline("new", "old", failing(scene)), "x", { compensate: true })))
      assert.deepStrictEqual(undos(scene.noted()), ["undo first(x) of x"])

      yield* scene.on(Run.start(pipeline("new", "old", Scene.step(scene, "last")), "x"))
      assert.deepStrictEqual(scene.noted(), ["first x", "last x"])
    }))

  it.effect("undoes nothing in a dry run, and leaves that to the next real one", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failed = pipelineOf(scene, failing(scene))
      const whole = pipelineOf(scene, Scene.step(scene, "last"))

      yield* Effect.exit(scene.on(Run.start(failed, "x")))
      yield* Effect.exit(scene.dry(Run.start(failed, "x", { compensate: true })))
      assert.deepStrictEqual(undos(scene.noted()), [])

      yield* Effect.exit(scene.on(refusing(`{"k":"Compensated"`)(Run.start(failed, "x", { compensate: true }))))
      scene.noted()
      yield* Effect.exit(scene.dry(Run.start(whole, "x")))
      yield* Effect.exit(scene.dry(Run.start(failed, "x")))
      assert.deepStrictEqual(undos(scene.noted()), [])

      yield* scene.on(Run.start(whole, "x"))
      assert.strictEqual(undos(scene.noted()).length, 3)
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
      assert.deepStrictEqual((yield* scene.told).slice(-2), ["RunFailed b", "Compensated a"])
    }))
})
