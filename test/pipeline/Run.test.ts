import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Option, Schema, TestClock } from "effect"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as checkpoint from "../../src/pipeline/checkpoint.ts"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import { Journal, JournalError } from "../../src/pipeline/Journal.ts"
import { Kept } from "../../src/pipeline/Kept.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as recorded from "../../src/pipeline/recorded.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { InputTooLong, RecordedInputInvalid, RecordedResultInvalid, StepNotFound } from "../../src/pipeline/RunError.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

/** Why each step ran again, as it was recorded. */
const whys = (scene: Scene.Scene) =>
  scene.shown.flatMap((event) => event._tag === "StepSucceeded" ? [[event.path, event.why ?? "new"]] : [])

describe("start", () => {
  it.effect("gives the output, and records each result before the next step", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("letters", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a),
        Pipeline.output(Schema.Struct({ text: Schema.String }), ({ b }) => ({ text: b }))
      )

      assert.deepStrictEqual(yield* scene.on(Run.start(pipeline, "x")), { text: "second(first(x))" })

      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepSucceeded a", "StepSucceeded b", "RunSucceeded"])
      assert.match(scene.id(), /^letters-[0-9a-f]{8}-1$/)
      assert.strictEqual((yield* scene.info).status, "done")
    }))

  it.effect("continues the run of the same input, and begins another one of another", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = true
      const pipeline = Pipeline.make("letters", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step(
          "b",
          step(scene, "second", (text) => broken ? Effect.fail(new Scene.Oops({ why: text })) : Effect.succeed(text)),
          ({ a }) => a
        )
      )

      assert.deepStrictEqual(
        yield* Effect.flip(scene.on(Run.start(pipeline, "x"))),
        new Scene.Oops({ why: "first(x)" })
      )
      assert.deepStrictEqual(scene.noted(), ["first x", "second first(x)"])
      assert.strictEqual((yield* scene.info).status, "failed")

      broken = false
      yield* scene.on(Run.start(pipeline, "x"))
      assert.deepStrictEqual(scene.noted(), ["second first(x)"])
      assert.deepStrictEqual(whys(scene), [["a", "new"], ["b", "it failed before"]])

      yield* scene.on(Run.start(pipeline, "y"))
      assert.deepStrictEqual(scene.noted(), ["first y", "second first(y)"])
      assert.strictEqual(scene.store.journals.size, 2)
    }))

  it.effect("begins anew where the last run is finished, or where that is asked for", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = false
      const pipeline = Pipeline.make("Two Words!", { input: Schema.Number }).pipe(
        Pipeline.step(
          "a",
          step(scene, "first", (text) => broken ? Effect.fail(new Scene.Oops({ why: "" })) : Effect.succeed(text)),
          String
        )
      )

      yield* scene.on(Run.start(pipeline, 1))
      broken = true
      yield* Effect.exit(scene.on(Run.start(pipeline, 1)))
      broken = false
      yield* scene.on(Run.start(pipeline, 1, { new: true }))

      const runs = yield* scene.on(Run.list)
      assert.deepStrictEqual(
        runs.map(({ id, program, status }) => [id.replace(/-[0-9a-f]{8}-/, " "), program, status]),
        [
          ["two-words 3", "Two Words!", "done"],
          ["two-words 2", "Two Words!", "failed"],
          ["two-words 1", "Two Words!", "done"]
        ]
      )
    }))

  it.effect("says of which finished run a new one comes after", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("letters", { input: Schema.String })
      const follows = () =>
        scene.shown.splice(0).flatMap((event) => event._tag === "RunStarted" ? [event.follows ?? "nothing"] : [])

      yield* scene.on(Run.start(pipeline, "x"))
      const first = scene.id()
      assert.deepStrictEqual(follows(), ["nothing"])
      yield* scene.on(Run.start(pipeline, "x"))
      assert.deepStrictEqual(follows(), [first])
      yield* scene.on(Run.start(pipeline, "x", { new: true }))
      assert.deepStrictEqual(follows(), ["nothing"])
    }))

  it.effect("passes over a run of something else, and one that is a fork, and takes one that never began", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("letters", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first", () => Effect.fail(new Scene.Oops({ why: "" }))), ({ input }) => input)
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
      const first = scene.id()
      const [header = ""] = scene.store.journals.get(first)?.records ?? []
      const sibling = (number: number) => first.replace(/1$/, String(number))
      const put = (number: number, change: (header: Record<string, unknown>) => Record<string, unknown>) =>
        scene.store.journals.set(sibling(number), {
          records: [JSON.stringify(change(JSON.parse(header)))],
          held: false
        })
      const resumed = Effect.map(
        Effect.zipRight(Effect.exit(scene.on(Run.start(pipeline, "x"))), Effect.sync(() => scene.shown.splice(0))),
        (shown) =>
          shown.flatMap((event) => event._tag === "RunResumed" || event._tag === "RunStarted" ? [event.run] : [])
      )
      scene.shown.splice(0)

      // The same first eight digits, and the same input, but made from another run.
      put(2, (header) => ({ ...header, identity: `${first.slice(8, 16)}ffff` }))
      put(3, (header) => ({ ...header, parent: first }))
      assert.deepStrictEqual(yield* resumed, [first])

      scene.store.journals.set(sibling(4), { records: [], held: false })
      assert.deepStrictEqual(yield* resumed, [sibling(4)])
    }))

  it.effect("has its input as the checkpoint gives it back, whether it begins or goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const Rounded = Schema.transform(Schema.Number, Schema.Number, {
        decode: (n) => n,
        encode: (n) => Math.round(n),
        strict: true
      })
      const pipeline = Pipeline.make("rounding", {
        input: Schema.Struct({ n: Rounded, note: Schema.optional(Schema.String) })
      }).pipe(
        Pipeline.output(Schema.String, ({ input }) => `${input.n} ${Object.keys(input).join()}`)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, { n: 2.6, note: undefined })), "3 n")
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id())), "3 n")
    }))

  it.effect("refuses an input that is more than a checkpoint keeps, and makes no run of it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("long", { input: Schema.String })
      const limit = 16 * 1024 * 1024

      const error = yield* Effect.flip(scene.on(Run.start(pipeline, "☃".repeat(6 * 1024 * 1024))))

      assert.deepStrictEqual(error, new InputTooLong({ program: "long", bytes: 18 * 1024 * 1024 + 2, limit }))
      assert.strictEqual(scene.store.journals.size, 0)
    }))

  it.effect("is told who holds the run that is under way, and leaves it alone", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const go = yield* Deferred.make<void>()
      const pipeline = Pipeline.make("slow", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first", (text) => Effect.as(Deferred.await(go), text)), ({ input }) => input)
      )

      const first = yield* Effect.fork(scene.on(Run.start(pipeline, "x")))
      yield* Effect.yieldNow()
      yield* Effect.yieldNow()
      assert.strictEqual((yield* scene.info).status, "running")
      const error = yield* Effect.flip(scene.on(Run.start(pipeline, "x")))
      yield* Deferred.succeed(go, undefined)

      assert.strictEqual(error._tag, "RunHeld")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(first)))
      assert.deepStrictEqual(scene.noted(), ["first x"])
    }))

  it.effect("records the settings of each session and the shape of its code", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("settled", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first", () => Effect.fail(new Scene.Oops({ why: "" }))), ({ input }) => input)
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "x", { settings: { agent: "one" } })))
      yield* Effect.exit(scene.on(Run.resume(pipeline, scene.id(), { settings: { agent: "two" } })))

      const { state } = yield* scene.info
      assert.deepStrictEqual(Option.map(state.started, ({ settings }) => settings), Option.some({ agent: "one" }))
      assert.deepStrictEqual(Option.map(state.resumed, ({ settings }) => settings), Option.some({ agent: "two" }))
      assert.deepStrictEqual(
        Option.map(state.started, ({ plan }) => plan),
        Option.map(state.resumed, ({ plan }) => plan)
      )
    }))
})

describe("resume", () => {
  it.effect("knows only the runs that are there, and only with their own pipeline", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const one = Pipeline.make("one", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input)
      )
      const other = Pipeline.make("other", { input: Schema.String })
      yield* scene.on(Run.start(one, "x"))

      const absent = yield* Effect.flip(scene.on(Run.resume(one, "one-00000000-1")))
      const wrong = yield* Effect.flip(scene.on(Run.resume(other, scene.id())))

      assert.deepStrictEqual(
        [absent._tag, absent.message, wrong._tag, wrong.message],
        [
          "RunNotFound",
          `There is no run "one-00000000-1"`,
          "RunNotFound",
          `Run "${scene.id()}" is a run of "one", not of "other"`
        ]
      )
    }))

  it.effect("runs what was made from something else, says why, and nothing more", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let world = "w1"
      const looking = (version: number) =>
        Step.make("looking", {
          title: "Looking",
          input: Schema.String,
          success: Schema.String,
          version,
          fingerprint: () => Effect.succeed(world),
          run: (text) => Effect.as(scene.note(`looking ${text}`), text)
        })
      const pipeline = (options: { readonly extra: string; readonly version: number; readonly name: string }) =>
        Pipeline.make("why", { input: Schema.String }).pipe(
          Pipeline.step("a", step(scene, "first", () => Effect.succeed("same")), ({ input }) => input + options.extra),
          Pipeline.step("b", looking(options.version), ({ a }) => a),
          Pipeline.step("c", step(scene, "third"), ({ b }) => b),
          Pipeline.step("d", step(scene, options.name), ({ input }) => input, { after: ["a"] }),
          Pipeline.output(Schema.String, ({ c, d }) => `${c} ${d}`)
        )
      const again = (options: { readonly extra: string; readonly version: number; readonly name: string }) =>
        Effect.gen(function*() {
          scene.shown.splice(0)
          const output = yield* scene.on(Run.resume(pipeline(options), scene.id()))
          return { output, whys: whys(scene) }
        })

      yield* scene.on(Run.start(pipeline({ extra: "", version: 1, name: "fourth" }), "x"))

      assert.deepStrictEqual(yield* again({ extra: "", version: 1, name: "fourth" }), {
        output: "third(same) fourth(x)",
        whys: []
      })
      // `a` gives the same as before, so that `b` stays; only `d` comes after `a` itself.
      assert.deepStrictEqual(yield* again({ extra: "!", version: 1, name: "fourth" }), {
        output: "third(same) fourth(x)",
        whys: [["a", "its input changed"], ["d", "what it comes after changed"]]
      })
      world = "w2"
      assert.deepStrictEqual(yield* again({ extra: "!", version: 1, name: "fourth" }), {
        output: "third(same) fourth(x)",
        whys: [["b", "what it reads changed"]]
      })
      assert.deepStrictEqual(yield* again({ extra: "!", version: 2, name: "fifth" }), {
        output: "third(same) fifth(x)",
        whys: [["b", "version 1 became 2"], ["d", `step "fourth" became "fifth"`]]
      })
    }))

  it.effect("runs a nested pipeline again that comes after something else now", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("one", step(scene, "one"), ({ input }) => input),
        Pipeline.forEach("two", step(scene, "two"), () => ["p", "q"], { key: (item) => item }),
        Pipeline.output(Schema.String, ({ one }) => one)
      )
      const pipeline = (extra: string) =>
        Pipeline.make("outer", { input: Schema.String }).pipe(
          Pipeline.step("a", step(scene, "first"), ({ input }) => input + extra),
          Pipeline.step("b", inner, ({ input }) => input, { after: ["a"] })
        )

      yield* scene.on(Run.start(pipeline(""), "x"))
      scene.noted()
      yield* scene.on(Run.resume(pipeline("!"), scene.id()))

      assert.deepStrictEqual(scene.noted(), ["first x!", "one x", "two p", "two q"])
    }))

  it.effect("runs a step again whose work in the world is gone", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const files = new Set<string>()
      const write = Step.make("write", {
        title: "Writing",
        input: Schema.String,
        success: Schema.String,
        holds: (path, text) => Effect.sync(() => files.has(path) && text === "x"),
        run: (text) =>
          Effect.as(Effect.zipRight(scene.note("write"), Effect.sync(() => files.add(`${text}.txt`))), `${text}.txt`)
      })
      const pipeline = Pipeline.make("files", { input: Schema.String }).pipe(
        Pipeline.step("a", write, ({ input }) => input)
      )

      yield* scene.on(Run.start(pipeline, "x"))
      yield* scene.on(Run.resume(pipeline, scene.id()))
      assert.deepStrictEqual(scene.noted(), ["write"])

      files.clear()
      yield* scene.on(Run.resume(pipeline, scene.id()))
      assert.deepStrictEqual(scene.noted(), ["write"])
      assert.deepStrictEqual(whys(scene), [["a", "new"], ["a", "what it left behind is gone or changed"]])
    }))

  it.effect("runs a step again, once, whose world has changed while it ran", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let world = 0
      let taken = 0
      const changing = Step.make("changing", {
        title: "Reading",
        input: Schema.String,
        success: Schema.Number,
        fingerprint: () =>
          Effect.sync(() => {
            taken++
            return String(world)
          }),
        run: () =>
          Effect.sync(() => {
            const read = world
            if (world === 0) world++
            return read
          })
      })
      const pipeline = Pipeline.make("changing", { input: Schema.String }).pipe(
        Pipeline.step("a", changing, ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ a }) => String(a))
      )
      const silently = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
        Effect.provide(effect, JournalMemory.layerOf(scene.store))

      yield* silently(Run.start(pipeline, "x"))
      for (const _ of [1, 2]) yield* silently(Run.resume(pipeline, scene.id()))

      // What was read is never taken for what is there now, and everything after it follows.
      assert.deepStrictEqual(scene.noted(), ["second 0", "second 1"])
      assert.strictEqual(taken, 3)
    }))

  it.effect("adopts what is recorded under the key that a step had before", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.forEach("each", step(scene, "item"), () => ["p/q", "r"], { key: (item) => item }),
        Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
      )
      const before = Pipeline.make("renamed", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", inner, ({ input }) => input)
      )
      const after = Pipeline.make("renamed", { input: Schema.String }).pipe(
        Pipeline.step("letters", step(scene, "first"), ({ input }) => input, { was: "a" }),
        Pipeline.step("words", inner, ({ input }) => input, { was: "b" }),
        Pipeline.output(Schema.Array(Schema.String), ({ letters, words }) => [letters, ...words])
      )

      yield* scene.on(Run.start(before, "x"))
      scene.noted()

      assert.deepStrictEqual(yield* scene.on(Run.resume(after, scene.id())), ["first(x)", "item(p/q)", "item(r)"])
      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("begins again from a step, and forgets its answers too", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let consulted = 0
      const asking = Step.make("asking", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        run: () =>
          CurrentStep.ask(
            { name: "n", ask: "user", prompt: "How many?", answer: Schema.Number },
            () => Effect.sync(() => Given.Json({ value: ++consulted }))
          )
      })
      const pipeline = Pipeline.make("going-back", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", asking, ({ a }) => a),
        Pipeline.step("c", step(scene, "third"), ({ b }) => String(b)),
        Pipeline.output(Schema.String, ({ c }) => c)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "third(1)")
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id(), { from: "c" })), "third(1)")
      assert.deepStrictEqual(scene.noted(), ["first x", "third 1", "third 1"])
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, scene.id(), { from: "b" })), "third(2)")
      assert.deepStrictEqual(scene.noted(), ["third 2"])

      const error = yield* Effect.flip(scene.on(Run.resume(pipeline, scene.id(), { from: "z" })))
      assert.deepStrictEqual(error, new StepNotFound({ pipeline: "going-back", key: "z", keys: ["a", "b", "c"] }))
    }))

  it.effect("begins again from whatever stands under a key, and from all that follow it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const failing = step(scene, "failing", (why) => Effect.fail(new Scene.Oops({ why })))
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("one", step(scene, "one"), ({ input }) => input),
        Pipeline.output(Schema.String, ({ one }) => one)
      )
      const pipeline = Pipeline.make("going-back", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.all((bind) => ({ x: bind(step(scene, "x"), ({ a }) => a), y: bind(inner, ({ a }) => a) })),
        Pipeline.forEach("each", step(scene, "item"), () => ["p/q", "r"], { key: (item) => item }),
        Pipeline.repeat("again", step(scene, "again"), {
          initial: ({ input }) => input,
          until: (text) => text.length > 10,
          next: (text) => text,
          times: 3
        }),
        Pipeline.catchTag("c", failing, ({ input }) => input, "Oops", inner, ({ why }) => why),
        Pipeline.validate("v", Validation.all(Validation.check<string>("fine", () => [])), ({ c }) => c)
      )
      yield* scene.on(Run.start(pipeline, "i"))
      const all = scene.noted()
      const from = (key: string) =>
        Effect.zipRight(scene.on(Run.resume(pipeline, scene.id(), { from: key })), Effect.sync(scene.noted))

      assert.deepStrictEqual(all.map((note) => note.split(" ")[0]), [
        "first",
        "x",
        "one",
        "item",
        "item",
        "again",
        "again",
        "failing",
        "one"
      ])
      assert.deepStrictEqual(yield* from("a"), all)
      assert.deepStrictEqual(yield* from("y"), all.slice(2))
      assert.deepStrictEqual(yield* from("each"), all.slice(3))
      assert.deepStrictEqual(yield* from("c"), all.slice(7))
      assert.deepStrictEqual(yield* from("v"), [])
      const voided = (yield* scene.told).filter((event) => event.startsWith("StepVoided"))
      assert.deepStrictEqual(voided.slice(-4).sort(), [
        "StepVoided c",
        "StepVoided c#catch/one",
        "StepVoided v/fine",
        "StepVoided v/fine"
      ])
    }))

  it.effect("begins again from a step that was adopted, and forgets what it had under its old key", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (key: "old" | "new", was: "old" | undefined) =>
        Pipeline.make("renamed", { input: Schema.String }).pipe(
          Pipeline.step("a", step(scene, "first"), ({ input }) => input),
          Pipeline.step(key, step(scene, "second"), ({ a }) => a, was === undefined ? {} : { was })
        )
      yield* scene.on(Run.start(pipeline("old", undefined), "x"))
      scene.noted()

      yield* scene.on(Run.resume(pipeline("new", "old"), scene.id()))
      assert.deepStrictEqual(scene.noted(), [])
      yield* scene.on(Run.resume(pipeline("new", "old"), scene.id(), { from: "new" }))
      assert.deepStrictEqual(scene.noted(), ["second first(x)"])
    }))

  it.effect("says that what it began with does not fit its program any more", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* scene.on(Run.start(Pipeline.make("input", { input: Schema.Struct({ a: Schema.String }) }), { a: "x" }))
      const before = yield* scene.told

      const changed = Pipeline.make("input", { input: Schema.Struct({ a: Schema.Number }) })
      const error = yield* Effect.flip(scene.on(Run.resume(changed, scene.id())))

      assert.deepStrictEqual(
        error,
        new RecordedInputInvalid({ run: scene.id(), program: "input", issues: `/a: Expected number, actual "x"` })
      )
      assert.deepStrictEqual(yield* scene.told, before)
    }))

  it.effect("says before any step runs that a result does not fit its step any more", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = <A>(schema: Schema.Schema<A, string>, run: (text: string) => Effect.Effect<A>) =>
        Pipeline.make("schemas", { input: Schema.String }).pipe(
          Pipeline.step("a", step(scene, "first"), ({ input }) => `${input}!`),
          Pipeline.step(
            "b",
            Step.make("typed", { title: "Typed", input: Schema.String, success: schema, run }),
            ({ input }) => input
          )
        )
      yield* scene.on(Run.start(pipeline(Schema.String, Effect.succeed), "x"))
      scene.noted()

      const changed = Pipeline.make("schemas", { input: Schema.String }).pipe(
        Pipeline.step("new", step(scene, "new"), ({ input }) => input),
        Pipeline.step(
          "b",
          Step.make("typed", {
            title: "Typed",
            input: Schema.String,
            success: Schema.NumberFromString,
            run: () => Effect.succeed(1)
          }),
          ({ input }) => input
        )
      )
      const before = yield* scene.told

      // The second time as well, and also where results are not in memory.
      for (const _ of [1, 2]) {
        const error = yield* Effect.flip(scene.on(Run.resume(changed, scene.id())))
        assert.deepStrictEqual(
          error,
          new RecordedResultInvalid({
            run: scene.id(),
            path: "b",
            step: "typed",
            version: 1,
            now: 1,
            issues: `/: Unable to decode "x" into a number`
          })
        )
      }
      const error = yield* Effect.flip(scene.on(Effect.scoped(Effect.gen(function*() {
        const opened = yield* checkpoint.open(scene.id())
        return yield* recorded.stillFits({ ...opened, kept: new Kept() }, changed, yield* opened.ref.get, new Set())
      }))))
      assert.strictEqual(error._tag, "RecordedResultInvalid")
      assert.deepStrictEqual(scene.noted(), [])
      assert.deepStrictEqual(yield* scene.told, before)

      // One of the ways out that it names.
      yield* scene.on(Run.resume(changed, scene.id(), { from: "b" }))
      assert.deepStrictEqual(scene.noted(), ["new x"])
    }))
})

describe("a result", () => {
  it.effect("is handed on as the journal would give it back", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const Rounded = Schema.transform(Schema.Number, Schema.Number, {
        decode: (n) => n,
        encode: (n) => Math.round(n),
        strict: true
      })
      const half = Step.make("half", {
        title: "Halving",
        input: Schema.Number,
        success: Schema.Struct({ half: Rounded, note: Schema.optional(Schema.String) }),
        run: (n) => Effect.succeed({ half: n / 2, note: undefined })
      })
      const pipeline = Pipeline.make("rounding", { input: Schema.Number }).pipe(
        Pipeline.step("a", half, ({ input }) => input),
        Pipeline.output(Schema.Struct({ half: Schema.Number, keys: Schema.Array(Schema.String) }), ({ a }) => ({
          half: a.half,
          keys: Object.keys(a)
        }))
      )

      const first = yield* scene.on(Run.start(pipeline, 5))
      const second = yield* scene.on(Run.resume(pipeline, scene.id()))

      assert.deepStrictEqual(first, { half: 3, keys: ["half"] })
      assert.deepStrictEqual(second, first)
    }))

  it.effect("that cannot be kept is a defect of its step, which it names, and recorded as one", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const mebi = 1024 * 1024
      const results: ReadonlyArray<readonly [unknown, string]> = [
        [Number.NaN, `the result of step "keeping" does not fit its schema\n/: NaN is not a JSON number`],
        [{ a: [1, -Infinity] }, "/a/1: -Infinity is not a JSON number"],
        [{ f: () => 1 }, "/f: function is not JSON"],
        [[undefined], "/0: undefined is not JSON"],
        [new Date(0), "/: Date is not a plain object"],
        ["x".repeat(16 * mebi - 1), `the result of step "keeping" takes 16777217 bytes`],
        // Fewer characters than bytes.
        ["☃".repeat(6 * mebi), `the result of step "keeping" takes ${18 * mebi + 2} bytes`]
      ]
      for (const [index, [result, reason]] of results.entries()) {
        const keeping = Step.make("keeping", {
          title: "Keeping",
          input: Schema.Number,
          success: Schema.Unknown,
          run: () => Effect.succeed(result)
        })
        const pipeline = Pipeline.make("unkept", { input: Schema.Number }).pipe(
          Pipeline.step("a", keeping, ({ input }) => input)
        )

        assert.include(yield* Scene.bug(scene.on(Run.start(pipeline, index))), reason)

        assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
        const { state } = yield* scene.info
        assert.include(Option.match(state.problem, { onNone: () => "", onSome: ({ message }) => message }), reason)
      }
    }))

  it.effect("that is nothing is kept as nothing", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const quiet = Step.make("quiet", {
        title: "Saying nothing",
        input: Schema.Void,
        success: Schema.Void,
        run: () => scene.note("quiet")
      })
      const pipeline = Pipeline.make("quiet", { input: Schema.Void }).pipe(
        Pipeline.step("a", quiet, () => undefined),
        Pipeline.output(Schema.Boolean, ({ a }) => a === undefined)
      )

      assert.isTrue(yield* scene.on(Run.start(pipeline, undefined)))
      assert.isTrue(yield* scene.on(Run.resume(pipeline, scene.id())))
      assert.deepStrictEqual(scene.noted(), ["quiet"])
    }))

  it.effect("is there however many characters its path has", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const keys = ["a/b", "#catch", "%2F", "é", "\"", " ", "..", "\n"]
      const pipeline = Pipeline.make("paths", { input: Schema.String }).pipe(
        Pipeline.forEach("each", step(scene, "item"), () => keys, { key: (item) => item, concurrency: 3 }),
        Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
      )

      const first = yield* scene.on(Run.start(pipeline, "x"))
      scene.noted()

      assert.deepStrictEqual(yield* scene.on(Run.resume(pipeline, scene.id())), first)
      assert.deepStrictEqual(scene.noted(), [])
    }))
})

describe("the combinators", () => {
  it.effect("run only what is new in a list", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (items: ReadonlyArray<string>) =>
        Pipeline.make("list", { input: Schema.String }).pipe(
          Pipeline.forEach("each", step(scene, "item"), () => items, { key: (item) => item.slice(0, 1) }),
          Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
        )

      yield* scene.on(Run.start(pipeline(["a", "b", "c"]), "x"))
      scene.noted()
      const output = yield* scene.on(Run.resume(pipeline(["d", "c", "b2", "a"]), scene.id()))

      assert.deepStrictEqual(output, ["item(d)", "item(c)", "item(b2)", "item(a)"])
      assert.deepStrictEqual(scene.noted(), ["item d", "item b2"])
    }))

  it.effect("begin no item where two have the same key, or one has none", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("list", { input: Schema.Array(Schema.String) }).pipe(
        Pipeline.forEach("each", step(scene, "item"), ({ input }) => input, { key: (item) => item })
      )

      for (const items of [["a", "b", "a"], ["a", ""]]) {
        const exit = yield* Effect.exit(scene.on(Run.start(pipeline, items)))
        assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause))
      }
      assert.deepStrictEqual(scene.noted(), [])
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "RunFailed each"])
    }))

  it.effect("keep no results of a list that is discarded", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("list", { input: Schema.String }).pipe(
        Pipeline.forEach("each", step(scene, "item"), () => ["a", "b"], { key: (item) => item, discard: true }),
        Pipeline.output(Schema.Boolean, ({ each }) => each === undefined)
      )

      assert.isTrue(yield* scene.on(Run.start(pipeline, "x")))
      assert.isTrue(yield* scene.on(Run.resume(pipeline, scene.id())))
      assert.deepStrictEqual(scene.noted(), ["item a", "item b"])
    }))

  it.effect("repeat until it is good enough, each attempt recorded, or say that it never was", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (times: number) =>
        Pipeline.make("repeat", { input: Schema.String }).pipe(
          Pipeline.repeat("draft", step(scene, "draft", (text) => Effect.succeed(`${text}.`)), {
            initial: ({ input }) => input,
            until: (text) => text.endsWith("..."),
            next: (text) => text,
            times
          }),
          Pipeline.output(Schema.String, ({ draft }) => draft)
        )

      const error = yield* Effect.flip(scene.on(Run.start(pipeline(2), "x")))
      assert.deepStrictEqual(error, new Pipeline.RepeatExhausted({ key: "draft", times: 2, last: "x.." }))
      assert.deepStrictEqual(scene.noted(), ["draft x", "draft x."])

      assert.strictEqual(yield* scene.on(Run.start(pipeline(3), "x")), "x...")
      assert.deepStrictEqual(scene.noted(), ["draft x.."])
    }))

  it.effect("say of a whole pipeline that was never good enough what it gave last, as it is kept", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.output(Schema.OptionFromNullOr(Schema.Date), () => Option.some(new Date(0)))
      )
      const pipeline = Pipeline.make("repeat", { input: Schema.String }).pipe(
        Pipeline.repeat("draft", inner, {
          initial: ({ input }) => input,
          until: () => false,
          next: () => "",
          times: 2
        })
      )

      assert.deepStrictEqual(
        yield* Effect.flip(scene.on(Run.start(pipeline, "x"))),
        new Pipeline.RepeatExhausted({ key: "draft", times: 2, last: "1970-01-01T00:00:00.000Z" })
      )
    }))

  it.effect("skip what is not needed, and run it when it is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (needed: boolean) =>
        Pipeline.make("when", { input: Schema.String }).pipe(
          Pipeline.when("a", step(scene, "first"), ({ input }) => needed ? Option.some(input) : Option.none()),
          Pipeline.step("b", step(scene, "second"), () => "b", { after: ["a"] }),
          Pipeline.output(Schema.OptionFromNullOr(Schema.String), ({ a }) => a)
        )

      assert.deepStrictEqual(yield* scene.on(Run.start(pipeline(false), "x")), Option.none())
      assert.deepStrictEqual(scene.noted(), ["second b"])
      assert.deepStrictEqual(yield* scene.on(Run.resume(pipeline(true), scene.id())), Option.some("first(x)"))
      assert.deepStrictEqual(scene.noted(), ["first x", "second b"])
      assert.deepStrictEqual(
        scene.shown.filter(({ _tag }) => _tag === "Skipped"),
        [{ _tag: "Skipped", at: 0, path: "a", title: "Doing first", number: 1, of: 2 }]
      )
    }))
})

describe("what is shown", () => {
  it.effect("is every event in its order, numbered, each durable one after it is durable", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const hidden = step(scene, "hidden", undefined, { hidden: true })
      const pipeline = Pipeline.make("shown", { input: Schema.String }).pipe(
        Pipeline.step("h", hidden, ({ input }) => input),
        Pipeline.step("a", step(scene, "first"), ({ h }) => h),
        Pipeline.announce(({ a }) => ({ title: "So far", lines: [a] })),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a)
      )

      yield* scene.on(Run.start(pipeline, "x"))

      assert.deepStrictEqual(
        scene.shown.map((event) => [
          event._tag,
          "path" in event ? event.path : "",
          "number" in event ? `${event.number}/${event.of}` : "hidden" in event ? "hidden" : ""
        ]),
        [
          ["RunStarted", "", ""],
          ["StepStarted", "h", "hidden"],
          ["StepSucceeded", "h", "hidden"],
          ["StepStarted", "a", "1/2"],
          ["StepSucceeded", "a", "1/2"],
          ["Announced", "", ""],
          ["StepStarted", "b", "2/2"],
          ["StepSucceeded", "b", "2/2"],
          ["RunSucceeded", "", ""]
        ]
      )

      scene.shown.splice(0)
      yield* scene.on(Run.resume(pipeline, scene.id()))
      assert.deepStrictEqual(
        scene.shown.map((event) => ["path" in event ? `${event._tag} ${event.path}` : event._tag][0]),
        ["RunResumed", "Foreseen", "Reused h", "Reused a", "Announced", "Reused b", "RunSucceeded"]
      )
    }))

  it.effect("is each retry with its reason and delay, and how often a step was tried", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const flaky = Step.make("flaky", {
        title: "Trying",
        input: Schema.String,
        success: Schema.String,
        failure: Scene.Oops,
        retry: { times: 3 },
        run: () =>
          Effect.gen(function*() {
            const attempt = Option.match(yield* CurrentStep.CurrentStep, {
              onNone: () => 0,
              onSome: ({ attempt }) => attempt
            })
            if (attempt < 3) return yield* new Scene.Oops({ why: `attempt ${attempt}` })
            return `attempt ${attempt}`
          })
      })
      const pipeline = Pipeline.make("retry", { input: Schema.String }).pipe(
        Pipeline.step("a", flaky, ({ input }) => input),
        Pipeline.output(Schema.String, ({ a }) => a)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "attempt 3")

      const place = { path: "a", title: "Trying", number: 1, of: 1 }
      const problem = (n: number) => ({
        _tag: "Failure" as const,
        tag: "Oops",
        message: `Oops: attempt ${n}`,
        fix: "Try again."
      })
      assert.deepStrictEqual(
        scene.shown.filter(({ _tag }) => _tag === "Retrying"),
        [
          { _tag: "Retrying", at: 0, ...place, attempt: 1, problem: problem(1), delay: 0 },
          { _tag: "Retrying", at: 0, ...place, attempt: 2, problem: problem(2), delay: 0 }
        ]
      )
      const [succeeded] = scene.shown.filter((event) => event._tag === "StepSucceeded")
      assert.strictEqual(succeeded?.attempts, 3)
    }))

  it.effect("is how far a step has come, and a key for outside systems that is the same for every attempt", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const working = Step.make("working", {
        title: "Working",
        input: Schema.String,
        success: Schema.OptionFromNullOr(Schema.String),
        run: () => Effect.zipRight(CurrentStep.report({ done: 1, total: 2 }), CurrentStep.idempotencyKey)
      })
      const pipeline = Pipeline.make("progress", { input: Schema.String }).pipe(
        Pipeline.forEach("each", working, () => ["p"], { key: (item) => item }),
        Pipeline.output(Schema.Array(Schema.OptionFromNullOr(Schema.String)), ({ each }) => each)
      )

      assert.deepStrictEqual(yield* scene.on(Run.start(pipeline, "x")), [Option.some(`${scene.id()}/each/p`)])
      assert.deepStrictEqual(
        scene.shown.filter(({ _tag }) => _tag === "StepProgressed"),
        [{ _tag: "StepProgressed", at: 0, path: "each/p", title: "Working: p", progress: { done: 1, total: 2 } }]
      )
      assert.deepStrictEqual(
        scene.shown.flatMap((event) => event._tag === "GroupProgressed" ? [[event.done, event.total, event.open]] : []),
        [[0, 1, true], [1, 1, true], [1, 1, false]]
      )
    }))
})

describe("a reporter", () => {
  it.effect("with a bug shows nothing, and the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("shown", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.output(Schema.String, ({ a }) => a)
      )
      const reports: ReadonlyArray<() => Effect.Effect<void>> = [
        () => Effect.die(new Error("a bug")),
        () => {
          throw new Error("a bug")
        }
      ]
      for (const report of reports) {
        const run = Effect.provideService(Run.start(pipeline, "x"), Reporter, { report })
        assert.strictEqual(yield* scene.on(run), "first(x)")
      }
    }))
})

describe("looking at runs", () => {
  it.effect("finds one by its name, by a beginning that no other has, or as the last", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (name: string) => Pipeline.make(name, { input: Schema.String })
      const empty = yield* Scene.make
      const none = yield* Effect.flip(scene.on(Run.find("@last")))
      yield* scene.on(Run.start(pipeline("one"), "x"))
      const one = scene.id()
      yield* TestClock.adjust("1 second")
      yield* scene.on(Run.start(pipeline("other"), "x"))
      const other = scene.id()

      assert.deepInclude(none, { message: "There are no runs here yet", fix: "Begin one: cairn help" })
      assert.strictEqual((yield* Effect.flip(empty.on(Run.find("z")))).fix, "Begin one: cairn help")
      assert.strictEqual(yield* scene.on(Run.find(one)), one)
      assert.strictEqual(yield* scene.on(Run.find("on")), one)
      assert.strictEqual(yield* scene.on(Run.find("@last")), other)
      const ambiguous = yield* Effect.flip(scene.on(Run.find("o")))
      const absent = yield* Effect.flip(scene.on(Run.find("z")))
      assert.strictEqual(ambiguous.message, `"o" may mean ${[one, other].sort().join(" or ")}`)
      assert.deepInclude(absent, { message: `There is no run "z"`, fix: "List the runs: cairn runs" })
      assert.strictEqual((yield* Effect.flip(scene.on(Run.find("")))).message, `There is no run ""`)
      yield* Effect.forEach(["1", "2", "3", "4", "5"], (input) => scene.on(Run.start(pipeline("one"), input)))
      assert.match(
        (yield* Effect.flip(scene.on(Run.find("o")))).message,
        /^"o" may mean one-.+( or one-.+){4}, or one of 2 more$/
      )
    }))

  it.effect("gives the same each time, and passes over what is removed meanwhile", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (name: string) => Pipeline.make(name, { input: Schema.String })
      yield* scene.on(Run.start(pipeline("one"), "x"))
      const one = scene.id()
      yield* scene.on(Run.start(pipeline("other"), "x"))
      const events = Run.events(one)
      assert.deepStrictEqual(yield* scene.on(events), yield* scene.on(events))

      const removing = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
        Effect.flatMap(Journal, (journal) =>
          Effect.provideService(effect, Journal, {
            ...journal,
            peek: (name, initial, fold) =>
              Effect.zipRight(
                name === one ? Effect.orDie(journal.remove(one)) : Effect.void,
                journal.peek(name, initial, fold)
              )
          }))
      const left = yield* scene.on(removing(Run.list))
      assert.deepStrictEqual(left.map(({ program }) => program), ["other"])
    }))

  it.effect("says of a checkpoint of a newer version that it is one, and changes nothing", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("future", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first", () => Effect.fail(new Scene.Oops({ why: "" }))), ({ input }) => input)
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
      const records = scene.store.journals.get(scene.id())?.records ?? []
      records.push(`{"k":"FromTheFuture"}`)
      const before = [...records]
      scene.noted()

      const error = yield* Effect.flip(scene.on(Run.start(pipeline, "x")))

      assert.strictEqual(error._tag, "JournalDamaged")
      assert.include(error.message, "is newer than this Cairn")
      assert.deepStrictEqual(records, before)
      assert.deepStrictEqual(scene.noted(), [])
      assert.strictEqual((yield* scene.info).status, "newer")
    }))
})

describe("a disk that fails", () => {
  it.effect("ends the run with that, whatever the steps do, and the same command goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const refused = (name: string) =>
        new JournalError({ operation: "append", journal: name, where: "", reason: "EIO" })
      const failingAt = (nth: number) => <A, E>(effect: Effect.Effect<A, E, Journal>) => {
        let appends = 0
        return Effect.flatMap(Journal, (journal) =>
          Effect.provideService(effect, Journal, {
            ...journal,
            open: (name) =>
              Effect.map(journal.open(name), (opened) => ({
                ...opened,
                append: (records, options) =>
                  appends++ === nth ? Effect.fail(refused(name)) : opened.append(records, options)
              }))
          }))
      }
      const recovery = step(scene, "recovery")
      const pipeline = Pipeline.make("disk", { input: Schema.String }).pipe(
        Pipeline.catchTag("a", step(scene, "first"), ({ input }) => input, "Oops", recovery, ({ why }) => why),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a),
        Pipeline.output(Schema.String, ({ b }) => b)
      )

      for (const nth of [0, 1, 2, 2]) {
        const error = yield* Effect.flip(scene.on(failingAt(nth)(Run.start(pipeline, "x"))))
        assert.deepStrictEqual(error, refused(scene.id()))
      }
      assert.deepStrictEqual(scene.noted(), ["first x", "first x", "second first(x)", "second first(x)"])
      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "second(first(x))")
      assert.deepStrictEqual(scene.noted(), [])
    }))
})

describe("an interruption", () => {
  it.effect("runs the finalizers, is recorded, and the same command goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let stuck = true
      const waiting = Step.make("waiting", {
        title: "Waiting",
        input: Schema.String,
        success: Schema.String,
        run: (text) =>
          Effect.gen(function*() {
            yield* Effect.addFinalizer(() => scene.note("closed"))
            yield* scene.note("opened")
            if (stuck) yield* Effect.never
            return text
          })
      })
      const pipeline = Pipeline.make("stopped", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", waiting, ({ a }) => a),
        Pipeline.output(Schema.String, ({ b }) => b)
      )

      const fiber = yield* Effect.fork(scene.on(Run.start(pipeline, "x")))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      const exit = yield* Fiber.interrupt(fiber)

      assert.isTrue(Exit.isInterrupted(exit))
      assert.deepStrictEqual(scene.noted(), ["first x", "opened", "closed"])
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepSucceeded a", "RunInterrupted"])
      assert.strictEqual((yield* scene.info).status, "interrupted")

      stuck = false
      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "first(x)")
      assert.deepStrictEqual(scene.noted(), ["opened", "closed"])
    }))

  it.effect("does not lose a result that is being written", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const writing = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const slow = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
        Effect.flatMap(Journal, (journal) =>
          Effect.provideService(effect, Journal, {
            ...journal,
            open: (name) =>
              Effect.map(journal.open(name), (opened) => ({
                ...opened,
                append: (records, options) =>
                  records.some((record) => record.startsWith(`{"k":"S"`))
                    ? Effect.zipRight(
                      Effect.zipRight(Deferred.succeed(writing, undefined), Deferred.await(go)),
                      opened.append(records, options)
                    )
                    : opened.append(records, options)
              }))
          }))
      const pipeline = Pipeline.make("finished", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a)
      )

      const fiber = yield* Effect.fork(scene.on(slow(Run.start(pipeline, "x"))))
      yield* Deferred.await(writing)
      const ended = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(ended)

      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepSucceeded a", "RunInterrupted"])
      assert.deepStrictEqual(scene.noted(), ["first x"])
    }))

  it.effect("does not lose a result of a body that has finished and is tidying up", () =>
    Effect.gen(function*() {
      const around = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withSpan(effect, "around")
      for (
        const options of [
          {},
          { timeout: "1 hour" as const },
          { retry: { times: 2 } },
          { timeout: "1 hour" as const, retry: { times: 2 } }
        ]
      ) {
        for (const isTransformed of [false, true]) {
          const scene = yield* Scene.make
          const tidying = yield* Deferred.make<void>()
          const go = yield* Deferred.make<void>()
          const tidy = Step.make("tidy", {
            title: "Tidying",
            input: Schema.String,
            success: Schema.String,
            ...options,
            run: (text) =>
              Effect.as(
                Effect.addFinalizer(() => Effect.zipRight(Deferred.succeed(tidying, undefined), Deferred.await(go))),
                text
              )
          })
          const pipeline = Pipeline.make("finished", { input: Schema.String }).pipe(
            Pipeline.step("a", isTransformed ? Step.transform(tidy, around) : tidy, ({ input }) => input),
            Pipeline.step("b", step(scene, "second"), ({ a }) => a)
          )

          const fiber = yield* Effect.fork(scene.on(Run.start(pipeline, "x")))
          yield* Deferred.await(tidying)
          const ended = yield* Effect.fork(Fiber.interrupt(fiber))
          yield* Effect.yieldNow()
          yield* Deferred.succeed(go, undefined)

          assert.isTrue(Exit.isInterrupted(yield* Fiber.join(ended)))
          // What is around a step has the last word on what it gives.
          const expected = isTransformed ? [] : ["StepSucceeded a"]
          assert.deepStrictEqual(yield* scene.told, ["RunStarted", ...expected, "RunInterrupted"])
          assert.deepStrictEqual(scene.noted(), [])
        }
      }
    }))

  it.effect("that comes when the end is being written down changes nothing about the end", () =>
    Effect.gen(function*() {
      const ends: ReadonlyArray<readonly [kind: string, status: string, body: Effect.Effect<string, Scene.Oops>]> = [
        ["RunSucceeded", "done", Effect.succeed("x")],
        ["RunFailed", "failed", Effect.fail(new Scene.Oops({ why: "" }))]
      ]
      for (const [kind, status, body] of ends) {
        const scene = yield* Scene.make
        const writing = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const slow = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
          Effect.flatMap(Journal, (journal) =>
            Effect.provideService(effect, Journal, {
              ...journal,
              open: (name) =>
                Effect.map(journal.open(name), (opened) => ({
                  ...opened,
                  append: (records, options) =>
                    records.some((record) => record.startsWith(`{"k":"${kind}"`))
                      ? Effect.zipRight(
                        Effect.zipRight(Deferred.succeed(writing, undefined), Deferred.await(go)),
                        opened.append(records, options)
                      )
                      : opened.append(records, options)
                }))
            }))
        const pipeline = Pipeline.make("ending", { input: Schema.String }).pipe(
          Pipeline.step("a", step(scene, "first", () => body), ({ input }) => input)
        )

        const fiber = yield* Effect.fork(scene.on(slow(Run.start(pipeline, "x"))))
        yield* Deferred.await(writing)
        const ended = yield* Effect.fork(Fiber.interrupt(fiber))
        yield* Effect.yieldNow()
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(ended)

        assert.strictEqual((yield* scene.info).status, status)
        assert.notInclude(yield* scene.told, "RunInterrupted")
      }
    }))

  it.effect("from within a body is a bug of that body", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = Pipeline.make("within", { input: Schema.String }).pipe(
        Pipeline.step("a", step(scene, "first", () => Effect.interrupt), ({ input }) => input)
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause))
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
    }))

  it.effect("closes the scope of each attempt before its result is recorded", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const scoped = Step.make("scoped", {
        title: "Scoped",
        input: Schema.String,
        success: Schema.Number,
        failure: Scene.Oops,
        retry: { times: 1 },
        run: () =>
          Effect.gen(function*() {
            const attempt = Option.match(yield* CurrentStep.CurrentStep, {
              onNone: () => 0,
              onSome: ({ attempt }) => attempt
            })
            yield* Effect.acquireRelease(scene.note(`open ${attempt}`), () => scene.note(`close ${attempt}`))
            if (attempt === 1) return yield* new Scene.Oops({ why: "first" })
            return yield* Clock.currentTimeMillis
          })
      })
      const pipeline = Pipeline.make("scopes", { input: Schema.String }).pipe(
        Pipeline.step("a", scoped, ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ a }) => String(a))
      )

      yield* scene.on(Run.start(pipeline, "x"))

      assert.deepStrictEqual(scene.noted(), ["open 1", "close 1", "open 2", "close 2", "second 0"])
    }))
})
