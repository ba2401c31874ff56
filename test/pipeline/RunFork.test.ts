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

const asking = (name: string) =>
  Step.make(name, {
    title: "Asking",
    input: Schema.String,
    success: Schema.String,
    run: (prompt) => CurrentStep.ask({ name: "q", ask: "user", prompt, answer: Schema.String }, suspended)
  })

const chain = (scene: Scene.Scene, last: (text: string) => Effect.Effect<string, Scene.Oops> = Effect.succeed) =>
  Pipeline.make("chain", { input: Schema.Struct({ a: Schema.String, c: Schema.String }) }).pipe(
    Pipeline.step("a", step(scene, "a"), ({ input }) => input.a),
    Pipeline.step("b", step(scene, "b"), ({ a }) => a),
    Pipeline.step("c", step(scene, "c"), ({ b, input }) => b + input.c),
    Pipeline.step("d", step(scene, "d", last), ({ c }) => c),
    Pipeline.output(Schema.String, ({ d }) => d)
  )

const input = { a: "x", c: "y" }

/** The records of a run, as bytes would stand. */
const bytes = (scene: Scene.Scene, id: string) => JSON.stringify(scene.store.journals.get(id)?.records)

const parentOf = (scene: Scene.Scene, id: string) =>
  Effect.map(
    scene.on(Run.info(id)),
    ({ state, status }) => [status, Option.getOrUndefined(state.started)?.parent] as const
  )

describe("a fork", () => {
  it.effect("begins with what the other run has come to, goes on by its id, and leaves that one as it is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const output = yield* scene.on(Run.start(chain(scene), input))
      const source = scene.id()
      const before = bytes(scene, source)
      scene.noted()

      const fork = yield* scene.on(Run.fork(chain(scene), source, { from: "c" }))

      assert.notStrictEqual(fork, source)
      assert.deepStrictEqual(yield* parentOf(scene, fork), ["interrupted", source])
      assert.deepStrictEqual(scene.noted(), [])
      assert.strictEqual(yield* scene.on(Run.resume(chain(scene), fork)), output)
      assert.deepStrictEqual(scene.noted(), ["c b(a(x))y", "d c(b(a(x))y)"])
      assert.deepStrictEqual(yield* parentOf(scene, fork), ["done", source])
      assert.strictEqual(bytes(scene, source), before)

      // The same command is not the fork, whatever its number.
      yield* scene.on(Run.start(chain(scene), input))
      assert.strictEqual(scene.store.journals.size, 3)
      assert.deepStrictEqual(yield* scene.on(Run.current(chain(scene), input)), Option.none())
    }))

  it.effect("keeps everything where no step is named, and runs again what depends on another input", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failing = chain(scene, () => Effect.fail(new Scene.Oops({ why: "" })))
      yield* Effect.exit(scene.on(Run.start(failing, input)))
      const source = scene.id()
      scene.noted()

      const copy = yield* scene.on(Run.fork(failing, source))
      const other = yield* scene.on(Run.fork(failing, source, { input: { a: "x", c: "z" } }))

      yield* scene.on(Run.resume(chain(scene), copy))
      assert.deepStrictEqual(scene.noted(), ["d c(b(a(x))y)"])
      yield* scene.on(Run.resume(chain(scene), other))
      assert.deepStrictEqual(scene.noted(), ["c b(a(x))z", "d c(b(a(x))z)"])
      assert.strictEqual(new Set([source, copy, other]).size, 3)
      // A fork can be forked.
      const third = yield* scene.on(Run.fork(chain(scene), other, { from: "d" }))
      assert.deepStrictEqual(yield* parentOf(scene, third), ["interrupted", other])
      yield* scene.on(Run.resume(chain(scene), third))
      assert.deepStrictEqual(scene.noted(), ["d c(b(a(x))z)"])
    }))

  it.effect("has the answers of the other run, but not its open questions", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("asking", { input: Schema.String }).pipe(
        Pipeline.step("one", asking("one"), ({ input }) => input),
        Pipeline.step("two", asking("two"), ({ one }) => one)
      )
      const given = (path: string, value: string) => ({ answers: new Map([[path, Given.Json({ value })]]) })
      yield* Effect.exit(scene.on(Run.start(pipeline, "i")))
      const source = scene.id()
      yield* Effect.exit(scene.on(Run.resume(pipeline, source, given("one", "first"))))
      const before = bytes(scene, source)

      const fork = yield* scene.on(Run.fork(pipeline, source))
      const again = yield* Effect.flip(scene.on(Run.resume(pipeline, fork)))

      assert.strictEqual(again._tag, "Suspended")
      const ids = (yield* Effect.forEach([source, fork], (id) => scene.on(Run.info(id)))).map(({ state }) =>
        Array.from(state.requests).flatMap(([path, requests]) =>
          requests.map(({ id, prompt }) => ({ path, id, prompt }))
        )
      )
      assert.deepStrictEqual(ids.map((open) => open.map(({ path, prompt }) => [path, prompt])), [
        [["two", "first"]],
        [["two", "first"]]
      ])
      assert.notStrictEqual(ids[0]?.[0]?.id, ids[1]?.[0]?.id)
      yield* scene.on(Run.resume(pipeline, fork, given("two", "second")))
      assert.strictEqual(bytes(scene, source), before)

      // What is asked again there is what was answered before.
      const back = yield* scene.on(Run.fork(pipeline, fork, { from: "one" }))
      const { state } = yield* scene.on(Run.info(back))
      assert.deepStrictEqual(
        Array.from(state.takenBack, ([path, all]) => [path, ...all.map(({ value }) => value)]).sort(),
        [
          ["one", "first"],
          ["two", "second"]
        ]
      )
    }))

  it.effect("is not made of what is not there", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* scene.on(Run.start(chain(scene), input))
      const source = scene.id()
      const other = Pipeline.make("other", { input: Schema.String })

      const tags = yield* Effect.forEach([
        scene.on(Run.fork(chain(scene), "nothing")),
        scene.on(Run.fork(chain(scene), source, { from: "e" })),
        scene.on(Run.fork(other, source))
      ], (fork) => Effect.map(Effect.flip(fork), ({ _tag }) => _tag))

      assert.deepStrictEqual(tags, ["RunNotFound", "StepNotFound", "RunNotFound"])
      assert.strictEqual(scene.store.journals.size, 1)
    }))
})
