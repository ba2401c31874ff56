import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { Forecast } from "../../src/pipeline/RunEvent.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

/** A forecast as a few words a node. */
const words = ({ nodes }: Forecast): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ first, key, verdict, why }) => [
    key,
    `${verdict}${why === undefined ? "" : `: ${why}`}${first === undefined ? "" : ` after ${first}`}`
  ]))

/** What was foreseen when a run last went on. */
const foreseen = (scene: Scene.Scene): Readonly<Record<string, string>> =>
  words(
    scene.shown.findLast((event) => event._tag === "Foreseen")?.forecast ?? assert.fail("nothing was foreseen")
  )

const asking = Step.make("asking", {
  title: "Asking",
  input: Schema.String,
  success: Schema.String,
  run: (prompt) => CurrentStep.ask({ name: "q", ask: "user", prompt, answer: Schema.String }, suspended)
})

describe("a forecast", () => {
  it.effect("says of every kind of node what would become of it, and why, and runs nothing", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let world = "w1"
      let holds = true
      const looking = Step.make("looking", {
        title: "Looking",
        input: Schema.String,
        success: Schema.String,
        fingerprint: () => Effect.succeed(world),
        holds: () => Effect.succeed(holds),
        run: (text) => Effect.as(scene.note("looking"), text)
      })
      const failing = step(scene, "failing", (why) => Effect.fail(new Scene.Oops({ why })))
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("one", step(scene, "one"), ({ input }) => input),
        Pipeline.step("two", step(scene, "two", () => Effect.succeed("same")), ({ one }) => one),
        Pipeline.output(Schema.String, ({ two }) => two)
      )
      const pipeline = (change: { readonly extra?: string; readonly version?: number; readonly name?: string }) =>
        Pipeline.make("foretold", { input: Schema.String }).pipe(
          Pipeline.step("source", step(scene, "source", undefined, { hidden: true }), ({ input }) => input),
          Pipeline.step("look", looking, ({ source }) => source),
          Pipeline.all((bind) => ({
            a: bind(step(scene, "a", undefined, { version: change.version ?? 1 }), ({ source }) => source),
            b: bind(step(scene, change.name ?? "b"), ({ source }) => source)
          }), { concurrency: 2 }),
          Pipeline.forEach("each", step(scene, "item"), ({ source }) => ["x", `${source}${change.extra ?? ""}`], {
            key: (item) => item.slice(0, 1)
          }),
          Pipeline.when("w", step(scene, "w"), ({ source }) => source === "" ? Option.some("") : Option.none()),
          Pipeline.nest("in", inner, ({ source }) => source + (change.extra ?? "")),
          Pipeline.repeat("r", step(scene, "again"), {
            initial: ({ in: text }) => text,
            until: (text) => text.length > 12,
            next: (text) => text,
            times: 5
          }),
          Pipeline.catchTag("c", failing, ({ a }) => a, "Oops", step(scene, "instead"), ({ why }) => why),
          Pipeline.announce(({ c }) => ({ title: c })),
          Pipeline.validate("v", Validation.all(Validation.check<string>("fine", () => [])), ({ b }) => b),
          Pipeline.step("d", step(scene, "d"), ({ source }) => source, { after: ["a"] })
        )
      const of = (change: Parameters<typeof pipeline>[0]) =>
        Effect.map(scene.on(Run.forecast(pipeline(change), "s")), words)

      // Nothing is known yet.
      assert.deepStrictEqual(yield* of({}), {
        source: "runs",
        look: "runs after source",
        a: "runs after source",
        b: "runs after source",
        each: "perhaps after source",
        w: "perhaps after source",
        in: "perhaps after source",
        r: "runs after in",
        c: "runs after a",
        v: "perhaps after b",
        d: "runs after a"
      })
      assert.strictEqual(scene.store.journals.size, 0)

      yield* Effect.exit(
        scene.on(Run.start(pipeline({}).pipe(Pipeline.step("last", failing, ({ d }) => d)), "s"))
      )
      scene.noted()
      const kept = {
        source: "kept",
        look: "kept",
        a: "kept",
        b: "kept",
        each: "kept",
        w: "skipped",
        in: "kept",
        r: "kept",
        c: "kept",
        v: "kept",
        d: "kept"
      }
      assert.deepStrictEqual(yield* of({}), kept)

      assert.deepStrictEqual(yield* of({ extra: "!", version: 2, name: "bee" }), {
        ...kept,
        a: "runs: version 1 became 2",
        b: `runs: step "b" became "bee"`,
        each: "runs: its input changed",
        in: "runs: its input changed",
        r: "perhaps after in",
        c: "perhaps after a",
        v: "perhaps after b",
        d: "perhaps after a"
      })
      holds = false
      assert.deepStrictEqual(yield* of({}), { ...kept, look: "runs: what it left behind is gone or changed" })
      world = "w2"
      assert.deepStrictEqual(yield* of({}), { ...kept, look: "runs: what it reads changed" })

      assert.deepStrictEqual(scene.noted(), [])
      // The same is said when the run goes on.
      yield* scene.on(Run.start(pipeline({ extra: "!" }), "s"))
      assert.deepStrictEqual(foreseen(scene), {
        ...kept,
        look: "runs: what it reads changed",
        each: "runs: its input changed",
        in: "runs: its input changed",
        r: "perhaps after in"
      })
    }))

  it.effect("says what waits for an answer, and that what has one runs", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("asking", { input: Schema.String }).pipe(
        Pipeline.forEach("each", asking, () => ["x", "y"], { key: (item) => item }),
        Pipeline.step("last", step(scene, "last"), ({ each }) => each.join())
      )
      const asked = { each: "asks", last: "runs after each" }
      const given = (path: string) => new Map([[path, Given.Json({ value: "yes" })]])

      yield* Effect.exit(scene.on(Run.start(pipeline, "i")))
      assert.deepStrictEqual(words(yield* scene.on(Run.forecast(pipeline, "i"))), asked)
      yield* Effect.exit(scene.on(Run.start(pipeline, "i", { answers: given("each/x") })))
      assert.deepStrictEqual(words(yield* scene.on(Run.forecast(pipeline, "i"))), asked)
      // It is handed in with the command that would go on.
      const answers = given("each/y")
      const answered = { each: "runs", last: "runs after each" }
      assert.deepStrictEqual(words(yield* scene.on(Run.forecast(pipeline, "i", { answers }))), answered)
      assert.deepStrictEqual(words(yield* scene.on(Run.forecastOf(pipeline, scene.id(), { answers }))), answered)
      yield* scene.on(Run.start(pipeline, "i", { answers }))
      // That run is finished: the same command would begin another one.
      assert.deepStrictEqual(words(yield* scene.on(Run.forecast(pipeline, "i"))), {
        each: "runs",
        last: "runs after each"
      })
    }))

  it.effect("shows a key that is gone beside one that is new as renamed, where the same steps stand under it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const base = Pipeline.make("renamed", { input: Schema.String })
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.forEach("items", step(scene, "item"), () => ["p/q", "r"], { key: (item) => item }),
        Pipeline.output(Schema.String, ({ items }) => items.join())
      )
      const failing = step(scene, "failing", (why) => Effect.fail(new Scene.Oops({ why })))
      const before = base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", inner, ({ a }) => a),
        Pipeline.step("c", step(scene, "third"), ({ b }) => b),
        Pipeline.step("d", step(scene, "fourth"), ({ c }) => c),
        Pipeline.step("last", failing, ({ d }) => d)
      )
      const after = base.pipe(
        Pipeline.step("letters", step(scene, "first"), ({ input }) => input),
        Pipeline.step("words", inner, ({ letters }) => letters),
        Pipeline.step("lines", step(scene, "another"), ({ words }) => words),
        Pipeline.step("adopted", step(scene, "third"), ({ words }) => words, { was: "c" }),
        Pipeline.step("last", failing, ({ lines }) => lines)
      )

      yield* Effect.exit(scene.on(Run.start(before, "x")))
      const { gone, renames } = yield* scene.on(Run.forecast(after, "x"))

      assert.deepStrictEqual(renames, [{ was: "a", now: "letters" }, { was: "b", now: "words" }])
      assert.deepStrictEqual(gone, ["d"])
    }))

  it.effect("of a run by its name says what a resume would do, from a step too, and what would be undone before", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let fails = true
      const undone = Step.compensate(step(scene, "second"), () => scene.note("undone"))
      const pipeline = Pipeline.make("named", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", undone, ({ a }) => a),
        Pipeline.step("c", step(scene, "third"), ({ a }) => a),
        Pipeline.step(
          "d",
          step(scene, "fourth", () => fails ? Effect.fail(new Scene.Oops({ why: "" })) : Effect.succeed("")),
          ({ b }) => b
        )
      )
      const of = (from?: string) =>
        Effect.map(scene.on(Run.forecastOf(pipeline, scene.id(), from === undefined ? {} : { from })), words)

      yield* Effect.exit(scene.on(Run.start(pipeline, "i")))
      const id = scene.id()
      assert.deepStrictEqual(yield* scene.on(Run.current(pipeline, "i")), Option.some(id))
      const records = [...scene.store.journals.get(id)?.records ?? []]
      assert.deepStrictEqual(yield* of(), { a: "kept", b: "kept", c: "kept", d: "runs: it failed before" })
      assert.deepStrictEqual(yield* of("b"), {
        a: "kept",
        b: "runs: asked for with --from b",
        c: "runs: asked for with --from b",
        d: "runs after b"
      })
      const error = yield* Effect.flip(scene.on(Run.forecastOf(pipeline, id, { from: "nothing" })))
      assert.strictEqual(error._tag, "StepNotFound")
      assert.strictEqual((yield* Effect.flip(scene.on(Run.forecastOf(pipeline, "nothing"))))._tag, "RunNotFound")
      assert.deepStrictEqual(scene.store.journals.get(id)?.records, records)

      // It was killed before it could undo: that is done first, and then the step runs again.
      yield* Effect.exit(scene.on(Run.resume(pipeline, id, { compensate: true })))
      scene.store.journals.get(id)?.records.pop()
      scene.noted()
      assert.strictEqual((yield* scene.info).state.undoing, 1)
      assert.deepStrictEqual(yield* of(), { a: "kept", b: "runs: it was undone", c: "kept", d: "runs after b" })
      assert.deepStrictEqual(scene.noted(), [])
      fails = false
      yield* scene.on(Run.resume(pipeline, id))
      assert.deepStrictEqual(scene.noted(), ["undone", "second first(i)", "fourth second(first(i))"])
      assert.deepStrictEqual(foreseen(scene), { a: "kept", b: "runs: it was undone", c: "kept", d: "runs after b" })
      assert.deepStrictEqual(yield* scene.on(Run.current(pipeline, "i")), Option.none())
    }))
})
