import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

/** A pipeline of every kind of node, with pipelines in them. */
const every = (scene: Scene.Scene) => {
  const inner = (name: string) =>
    Pipeline.make(name, { input: Schema.String }).pipe(
      Pipeline.step("one", step(scene, `${name}1`), ({ input }) => input),
      Pipeline.step("two", step(scene, `${name}2`), ({ one }) => one),
      Pipeline.output(Schema.String, ({ input }) => input)
    )
  const failing = Pipeline.make("failing", { input: Schema.String }).pipe(
    Pipeline.step("one", step(scene, "f1"), ({ input }) => input),
    Pipeline.step("two", step(scene, "f2", (why) => Effect.fail(new Scene.Oops({ why }))), ({ one }) => one),
    Pipeline.output(Schema.String, ({ two }) => two)
  )
  const check = (name: string) => Validation.check<string>(name, (text) => Effect.as(scene.note(`${name} ${text}`), []))
  return Pipeline.make("every", { input: Schema.String }).pipe(
    Pipeline.step("first", step(scene, "first"), () => ""),
    Pipeline.nest("deep", inner("d"), () => ""),
    Pipeline.forEach("each", step(scene, "item"), () => ["x", "y", "z/z"], { key: (item) => item }),
    Pipeline.forEach("nests", inner("n"), () => ["x", "y"], { key: (item) => item }),
    Pipeline.repeat("again", step(scene, "try", (text) => Effect.succeed(`${text}!`)), {
      initial: () => "",
      until: (text) => text === "!!!",
      next: (text) => text,
      times: 5
    }),
    Pipeline.catchTag("caught", failing, () => "", "Oops", inner("r"), () => ""),
    Pipeline.when("maybe", inner("w"), () => Option.some("")),
    Pipeline.all((bind) => ({
      left: bind(step(scene, "left"), () => ""),
      right: bind(inner("b"), () => "")
    }), { concurrency: 1 }),
    Pipeline.validate("checked", Validation.all(check("v1"), check("v2")), () => ""),
    Pipeline.step("last", step(scene, "last"), () => "")
  )
}

/** What runs by the names of steps, and of checks. */
const all = [
  "first",
  "d1",
  "d2",
  "item",
  "item",
  "item",
  "n1",
  "n2",
  "n1",
  "n2",
  "try",
  "try",
  "try",
  "f1",
  "f2",
  "r1",
  "r2",
  "w1",
  "w2",
  "left",
  "b1",
  "b2",
  "v1",
  "v2",
  "last"
]

describe("from a path", () => {
  it.effect("what stands there and all that follows it runs again, and nothing else", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = every(scene)
      const names = (): ReadonlyArray<string> => scene.noted().map((note) => note.replace(/ .*$/, ""))
      yield* scene.on(Run.start(pipeline, ""))
      assert.deepStrictEqual(names(), all)
      const id = scene.id()

      const behind = (name: string) => all.slice(all.lastIndexOf(name) + 1)
      const cases: ReadonlyArray<readonly [from: string, again: ReadonlyArray<string>]> = [
        ["first", all],
        ["deep", ["d1", "d2", ...behind("d2")]],
        ["deep/one", ["d1", "d2", ...behind("d2")]],
        ["deep/two", ["d2", ...behind("d2")]],
        ["each", ["item", "item", "item", ...behind("item")]],
        ["each/y", ["item", ...behind("item")]],
        ["each/z%2Fz", ["item", ...behind("item")]],
        ["nests/x", ["n1", "n2", ...behind("n2")]],
        ["nests/y/two", ["n2", ...behind("n2")]],
        ["again/1", ["try", "try", ...behind("try")]],
        ["again/2", ["try", ...behind("try")]],
        ["caught", ["f1", "f2", "r1", "r2", ...behind("r2")]],
        ["caught/two", ["f2", "r1", "r2", ...behind("r2")]],
        ["caught#catch/two", ["r2", ...behind("r2")]],
        ["maybe/two", ["w2", ...behind("w2")]],
        ["left", ["left", ...behind("left")]],
        ["right/two", ["b2", ...behind("b2")]],
        ["checked/v2", ["v2", "last"]],
        ["last", ["last"]]
      ]
      for (const [from, again] of cases) {
        const foretold = yield* scene.on(Run.forecastOf(pipeline, id, { from }))
        assert.deepStrictEqual(names(), [], from)
        yield* scene.on(Run.resume(pipeline, id, { from }))
        assert.deepStrictEqual(names(), again, from)
        const foreseen = scene.shown.findLast((event) => event._tag === "Foreseen")
        assert.deepStrictEqual(foreseen?.forecast, foretold, from)
      }
    }))

  it.effect("of what is not there nothing runs, and nothing is taken back", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = every(scene)
      yield* scene.on(Run.start(pipeline, ""))
      scene.noted()
      const records = [...scene.store.journals.get(scene.id())?.records ?? []]
      const paths = [
        "",
        "/",
        "frist",
        "first/one",
        "first#catch",
        "deep/",
        "deep/three",
        "deep/two/x",
        "each/w",
        "each/x/one",
        "nests/z",
        "nests/x/three",
        "again/one",
        "caught#catch/three",
        "left/x",
        "checked/v3"
      ]
      for (const from of paths) {
        const error = yield* Effect.flip(scene.on(Run.resume(pipeline, scene.id(), { from })))
        assert.strictEqual(error._tag, "StepNotFound", from)
        assert.include(error.message, `has no step "`)
      }
      assert.deepStrictEqual(scene.store.journals.get(scene.id())?.records, records)
      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("a step that runs again says in its record that it was asked for, also where the run was stopped before it did", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const began = yield* Deferred.make<void>()
      let body: Effect.Effect<unknown> = Effect.void
      const pipeline = Pipeline.make("three", { input: Schema.String }).pipe(
        Pipeline.step("one", step(scene, "one"), ({ input }) => input),
        Pipeline.step(
          "two",
          step(scene, "two", (text) => Effect.as(body, text)),
          ({ one }) => one
        ),
        Pipeline.step("three", step(scene, "three"), ({ two }) => two)
      )
      const whys = Effect.map(
        Effect.suspend(() => scene.on(Run.events(scene.id()))),
        (events) => events.flatMap((event) => event._tag === "StepSucceeded" ? [[event.path, event.why]] : [])
      )
      const why = "asked for with --from one"
      yield* scene.on(Run.start(pipeline, "x"))
      body = Effect.zipRight(Deferred.succeed(began, undefined), Effect.never)
      const fiber = yield* Effect.fork(scene.on(Run.resume(pipeline, scene.id(), { from: "one" })))
      yield* Deferred.await(began)
      yield* Fiber.interrupt(fiber)
      body = Effect.void

      const { nodes } = yield* scene.on(Run.forecastOf(pipeline, scene.id()))
      assert.deepStrictEqual(nodes.map(({ why }) => why), [undefined, why, undefined])
      yield* scene.on(Run.resume(pipeline, scene.id()))
      assert.deepStrictEqual(yield* whys, [
        ["one", undefined],
        ["two", undefined],
        ["three", undefined],
        ["one", why],
        ["two", why],
        ["three", why]
      ])
      // What is asked for once is not for ever.
      yield* scene.on(Run.resume(pipeline, scene.id(), { from: "three" }))
      assert.deepStrictEqual((yield* whys).slice(6), [["three", "asked for with --from three"]])
    }))
})
