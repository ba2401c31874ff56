import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, FastCheck, Layer, Option, Schema } from "effect"
import { expectTypeOf } from "vitest"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Field from "../../src/pipeline/Field.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Strategy from "../../src/pipeline/Strategy.ts"
import { Suspended, suspended } from "../../src/pipeline/Suspended.ts"
import * as Scene from "./scene.ts"

class Writer extends Context.Tag("test/Writer")<Writer, {
  readonly write: (text: string) => Effect.Effect<string, Scene.Oops | Suspended>
  readonly sign: Effect.Effect<string, Scene.Oops>
}>() {}

const question = { name: "text", ask: "agent", prompt: "?", answer: Schema.String } as const

type Behaviour = "succeeds" | "fails" | "dies" | "is interrupted" | "asks"

/** Counts how often it was called. */
const writer = (name: string, behaviour: Behaviour, calls: Array<string> = []) => {
  const does = (what: string): Effect.Effect<string, Scene.Oops | Suspended> =>
    Effect.suspend((): Effect.Effect<string, Scene.Oops | Suspended> => {
      calls.push(`${name} ${what}`)
      switch (behaviour) {
        case "succeeds":
          return Effect.succeed(`${name}: ${what}`)
        case "fails":
          return new Scene.Oops({ why: `${name} cannot ${what}` })
        case "dies":
          return Effect.dieMessage(`${name} broke`)
        case "is interrupted":
          return Effect.interrupt
        case "asks":
          return CurrentStep.ask(question, suspended)
      }
    })
  return Layer.succeed(Writer, {
    write: does,
    sign: Effect.catchTag(does("sign"), "Suspended", Effect.die)
  })
}

const behaviour = FastCheck.constantFrom<Behaviour>("succeeds", "fails", "dies", "is interrupted")

const write = (text: string) => Effect.flatMap(Writer, (writer) => writer.write(text))

/** One step that writes, with a strategy. */
const writing = (layer: Layer.Layer<Writer, Scene.Oops>) =>
  Pipeline.make("writing", { input: Schema.String }).pipe(
    Pipeline.step(
      "text",
      Step.make("write", {
        title: "Writing",
        input: Schema.String,
        success: Schema.String,
        failure: Scene.Oops,
        run: (text) => Effect.provide(write(text), layer)
      }),
      ({ input }) => input
    ),
    Pipeline.output(Schema.String, ({ text }) => text)
  )

describe("a strategy", () => {
  it("has the names of its layers, and a schema of them", () => {
    const strategy = Strategy.make({ ai: writer("ai", "fails"), static: writer("static", "succeeds") })

    assert.deepStrictEqual(strategy.names, ["ai", "static"])
    assert.strictEqual(Schema.decodeUnknownSync(strategy.Name)("static"), "static")
    expectTypeOf(strategy).toEqualTypeOf<Strategy.Strategy<"ai" | "static", Writer>>()
    // @ts-expect-error: it has no such layer
    Strategy.make({ ai: writer("ai", "fails"), hybrid: Strategy.fallback("ai", "human") })
  })

  it("says what its names stand for, and a fallback says it by itself", () => {
    const strategy = Strategy.make(
      { ai: writer("ai", "fails"), static: writer("static", "succeeds"), hybrid: Strategy.fallback("ai", "static") },
      { ai: "an agent is asked" }
    )
    const help = "ai: an agent is asked; static; hybrid: ai, and static where that fails"

    assert.strictEqual(strategy.help, help)
    assert.deepStrictEqual(strategy.names.map(strategy.helpOf), [
      "an agent is asked",
      "",
      "ai, and static where that fails"
    ])
    const [field] = Field.of(Schema.Struct({ strategy: Schema.optional(strategy.Name) }))
    assert.deepStrictEqual([field?.description, field?.choices], [help, ["ai", "static", "hybrid"]])
  })

  it.effect("takes more layers, which fall back on those that were there", () =>
    Effect.gen(function*() {
      const theirs = Strategy.make(
        { ai: writer("ai", "fails"), static: writer("static", "succeeds"), hybrid: Strategy.fallback("ai", "static") },
        { ai: "an agent is asked", static: "keywords" }
      )
      const mine = Strategy.add(
        theirs,
        {
          book: writer("book", "fails"),
          static: writer("mine", "succeeds"),
          careful: Strategy.fallback("book", "hybrid")
        },
        { book: "the book" }
      )

      assert.deepStrictEqual(mine.names, ["ai", "static", "hybrid", "book", "careful"])
      assert.strictEqual(
        mine.help,
        "ai: an agent is asked; static: keywords; hybrid: ai, and static where that fails; book: the book; " +
          "careful: book, and hybrid where that fails"
      )
      assert.strictEqual(yield* Effect.provide(write("it"), mine.layer("static")), "mine: it")
      assert.strictEqual(yield* Effect.provide(write("it"), mine.layer("careful")), "static: it")
      expectTypeOf(mine).toEqualTypeOf<Strategy.Strategy<"ai" | "static" | "hybrid" | "book" | "careful", Writer>>()
      // @ts-expect-error: neither has such a layer
      Strategy.add(theirs, { careful: Strategy.fallback("none", "ai") })
      // @ts-expect-error: that is no Writer
      Strategy.add(theirs, { none: Layer.empty })
    }))

  it.effect("gives the layer of a name", () =>
    Effect.gen(function*() {
      const strategy = Strategy.make({ ai: writer("ai", "succeeds"), static: writer("static", "succeeds") })

      assert.strictEqual(yield* Effect.provide(write("a poem"), strategy.layer("static")), "static: a poem")
    }))
})

describe("a fallback", () => {
  it.effect.prop(
    "is the first where that does not fail, and the second where it does",
    [behaviour, behaviour],
    ([one, other]) =>
      Effect.gen(function*() {
        const layers = { a: writer("a", one), b: writer("b", other), c: Strategy.fallback("a", "b") }
        const strategy = Strategy.make(layers)
        for (const use of [write("it"), Effect.flatMap(Writer, ({ sign }) => sign)]) {
          const exits = yield* Effect.forEach(["a", "b", "c"] as const, (name) =>
            Effect.exit(Effect.provide(use, strategy.layer(name))))
          const [a, b, c] = exits.map((exit) =>
            Exit.mapBoth(exit, { onFailure: String, onSuccess: String })
          )
          const tags = (exit: Exit.Exit<string, string> | undefined) =>
            exit === undefined ? [] : Exit.isSuccess(exit) ? exit.value : Cause.pretty(exit.cause).split("\n")[0]
          assert.deepStrictEqual(tags(c), tags(one === "fails" ? b : a))
        }
      })
  )

  it.effect.prop(
    "records in a run which of the two gave the value, and the failure of the first where it was the second",
    [behaviour, behaviour],
    ([one, other]) =>
      Effect.gen(function*() {
        const scene = yield* Scene.make
        const layer = Strategy.make({
          a: writer("a", one),
          b: writer("b", other),
          c: Strategy.fallback("a", "b")
        }).layer("c")

        yield* Effect.exit(scene.on(Run.start(writing(layer), "it")))

        const events = yield* Effect.orDie(scene.on(Run.events(scene.id())))
        assert.deepStrictEqual(
          events.flatMap((event) => event._tag === "ChoiceMade" ? [[event.chose, event.reason]] : []),
          one === "succeeds"
            ? [["a", undefined]]
            : one === "fails"
            ? [["b", "Oops: Oops: a cannot it"]]
            : []
        )
      })
  )

  it.effect("takes the second where the first cannot be built", () =>
    Effect.gen(function*() {
      const strategy = Strategy.make({
        a: Layer.fail(new Scene.Oops({ why: "no key" })) as Layer.Layer<Writer, Scene.Oops>,
        b: writer("b", "succeeds"),
        c: Strategy.fallback("a", "b")
      })

      assert.strictEqual(yield* Effect.provide(write("it"), strategy.layer("c")), "b: it")
    }))

  it.effect("is recorded and shown with its reason, and holds when the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const calls: Array<string> = []
      const layer = (second: Behaviour) =>
        Strategy.make({
          a: writer("a", "fails", calls),
          b: writer("b", second, calls),
          c: Strategy.fallback("a", "b")
        }).layer("c")

      const error = yield* Effect.flip(scene.on(Run.start(writing(layer("fails")), "it")))
      assert.deepStrictEqual(error, new Scene.Oops({ why: "b cannot it" }))
      assert.strictEqual(yield* scene.on(Run.start(writing(layer("succeeds")), "it")), "b: it")

      assert.deepStrictEqual(calls, ["a it", "b it", "b it"])
      const choices = (yield* Effect.orDie(scene.on(Run.events(scene.id())))).filter((event) =>
        event._tag === "ChoiceMade"
      )
      assert.deepStrictEqual(
        choices.map(({ chose, member, path, reason }) => ({ chose, member, path, reason })),
        [{ chose: "b", member: "Writer.write", path: "text", reason: "Oops: Oops: a cannot it" }]
      )
      assert.include(yield* scene.told, "ChoiceMade text")
    }))

  it.effect("that was not needed is recorded too, and is not taken when the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const calls: Array<string> = []
      const run = (first: Behaviour) => {
        const layer = Strategy.make({
          a: writer("a", first, calls),
          b: writer("b", "succeeds", calls),
          c: Strategy.fallback("a", "b")
        }).layer("c")
        const step = Step.make("write", {
          title: "Writing",
          input: Schema.String,
          success: Schema.String,
          failure: Scene.Oops,
          run: (text) =>
            Effect.flatMap(Effect.provide(write(text), layer), (text) => new Scene.Oops({ why: `${text} is no good` }))
        })
        return Effect.flip(scene.on(
          Run.start(
            Pipeline.make("writing", { input: Schema.String }).pipe(Pipeline.step("text", step, ({ input }) => input)),
            "it"
          )
        ))
      }

      assert.deepStrictEqual(yield* run("succeeds"), new Scene.Oops({ why: "a: it is no good" }))
      assert.deepStrictEqual(yield* run("fails"), new Scene.Oops({ why: "a cannot it" }))

      assert.deepStrictEqual(calls, ["a it", "a it"])
      const choices = (yield* Effect.orDie(scene.on(Run.events(scene.id())))).filter((event) =>
        event._tag === "ChoiceMade"
      )
      assert.deepStrictEqual(
        choices.map(({ chose, member, path, reason }) => ({ chose, member, path, reason })),
        [{ chose: "a", member: "Writer.write", path: "text", reason: undefined }]
      )
    }))

  it.effect("does not stand in for what is final, and chooses anew when the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      class Limit extends Scene.Oops {
        readonly [Strategy.Final] = true
      }
      const run = (first: Layer.Layer<Writer>) =>
        scene.on(Run.start(
          writing(Strategy.make({ a: first, b: writer("b", "succeeds"), c: Strategy.fallback("a", "b") }).layer("c")),
          "it"
        ))
      const limited = Layer.succeed(Writer, {
        write: () => new Limit({ why: "enough" }),
        sign: Effect.succeed("")
      })

      assert.strictEqual((yield* Effect.flip(run(limited)))._tag, "Oops")
      assert.strictEqual(yield* run(writer("a", "succeeds")), "a: it")
    }))

  it.effect("tells the step what it chose and why", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const layer = Strategy.make({
        a: writer("a", "fails"),
        b: writer("b", "succeeds"),
        c: Strategy.fallback("a", "b")
      }).layer("c")
      const told: Array<unknown> = []
      const tell = (member: "write" | "sign") =>
        Effect.map(Strategy.chosen(Writer, member), (choice) =>
          told.push(Option.getOrNull(Option.map(choice, ({ chose, reason }) => ({ chose, reason })))))
      const step = Step.make("write", {
        title: "Writing",
        input: Schema.String,
        success: Schema.String,
        failure: Scene.Oops,
        run: (text) =>
          tell("write").pipe(
            Effect.zipRight(write(text)),
            Effect.tap(() =>
              tell("write")
            ),
            Effect.tap(() => tell("sign"))
          )
            .pipe(Effect.provide(layer))
      })

      yield* scene.on(
        Run.start(
          Pipeline.make("writing", { input: Schema.String }).pipe(Pipeline.step("text", step, ({ input }) => input)),
          "it"
        )
      )
      yield* tell("write")

      assert.deepStrictEqual(told, [null, { chose: "b", reason: "Oops: Oops: a cannot it" }, null, null])
    }))

  it.effect("does not fall for a question that is open, and takes its answer", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const layer = Strategy.make({
        a: writer("a", "asks"),
        b: writer("b", "succeeds"),
        c: Strategy.fallback("a", "b")
      }).layer("c")

      const waiting = yield* Effect.flip(scene.on(Run.start(writing(layer), "it")))
      assert.instanceOf(waiting, Suspended)
      const answers = new Map([["text", Given.Json({ value: "an answer" })]])
      assert.strictEqual(yield* scene.on(Run.start(writing(layer), "it", { answers })), "an answer")
      const { state } = yield* scene.info
      assert.deepStrictEqual(Option.getOrNull(state.problem), null)
    }))
})
