import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Redacted, Schedule, Schema, TestClock } from "effect"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import type { Journal } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Secrets from "../../src/pipeline/Secrets.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as RecordingTracer from "./recordingTracer.ts"
import * as Scene from "./scene.ts"

const attributesOf = (span: RecordingTracer.Told) => Object.fromEntries(span.attributes)

/** A step whose body is a span of its own. */
const inside = (scene: Scene.Scene, name: string) =>
  Scene.step(scene, name, (text) => Effect.withSpan(Effect.succeed(`${name}(${text})`), `in ${name}`))

const book = (scene: Scene.Scene) => {
  const chapter = Pipeline.make("chapter", { input: Schema.String }).pipe(
    Pipeline.step("draft", inside(scene, "draft"), ({ input }) => input),
    Pipeline.step("review", Scene.step(scene, "review"), ({ draft }) => draft),
    Pipeline.output(Schema.String, ({ review }) => review)
  )
  return Pipeline.make("book", { input: Schema.Array(Schema.String) }).pipe(
    Pipeline.step("plan", inside(scene, "plan"), ({ input }) => input.join()),
    Pipeline.all((bind) => ({
      cover: bind(Scene.step(scene, "cover"), ({ plan }) => plan),
      index: bind(Scene.step(scene, "index"), ({ plan }) => plan)
    })),
    Pipeline.forEach("chapters", chapter, ({ input }) => input, { key: (name) => name }),
    Pipeline.validate(
      "checked",
      Validation.chain(
        Validation.check(
          "some",
          (texts: ReadonlyArray<string>) => texts.length === 0 ? [Validation.error("none", "there is no chapter")] : []
        )
      ),
      ({ chapters }) => chapters
    ),
    Pipeline.output(Schema.String, ({ chapters }) => chapters.join())
  )
}

/** Asks who it is for, after a first step. */
const letter = (scene: Scene.Scene) =>
  Pipeline.make("letter", { input: Schema.String }).pipe(
    Pipeline.step("text", Scene.step(scene, "write"), ({ input }) => input),
    Pipeline.step(
      "to",
      Step.make("address", {
        title: "Asking for whom",
        input: Schema.String,
        success: Schema.String,
        run: () => CurrentStep.ask({ name: "whom", ask: "user", prompt: "For whom?", answer: Schema.String }, suspended)
      }),
      ({ text }) => text
    ),
    Pipeline.output(Schema.String, ({ to }) => to)
  )

describe("the trace of a run", () => {
  it.effect("is a span of the run, in it one for each group and each step, and in these what bodies do", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()

      yield* Effect.withTracer(scene.on(Run.start(book(scene), ["one", "two"])), tracer.tracer)

      assert.deepStrictEqual(tracer.trees(), [
        "book ok",
        "  plan ok",
        "    in plan ok",
        "  cover ok",
        "  index ok",
        "  chapters ok",
        "    chapter ok",
        "      draft ok",
        "        in draft ok",
        "      review ok",
        "    chapter ok",
        "      draft ok",
        "        in draft ok",
        "      review ok",
        "  checked ok",
        "    some ok"
      ])
      assert.deepStrictEqual(attributesOf(tracer.span("book")), {
        "cairn.run": scene.id(),
        "cairn.program": "book",
        "cairn.resumed": false,
        "cairn.executed": 8,
        "cairn.reused": 0,
        "cairn.outcome": "done"
      })
      assert.deepStrictEqual(attributesOf(tracer.span("index")), {
        "cairn.run": scene.id(),
        "cairn.path": "index",
        "cairn.title": "Doing index",
        "cairn.number": 3,
        "cairn.version": 1,
        "cairn.attempts": 1,
        "cairn.outcome": "done"
      })
      assert.deepStrictEqual(attributesOf(tracer.spans.filter(({ name }) => name === "chapter")[1] ?? assert.fail()), {
        "cairn.run": scene.id(),
        "cairn.path": "chapters/two",
        "cairn.title": "chapter: two",
        "cairn.outcome": "done"
      })
    }))

  it.effect("is below the span in which the run was started", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()

      yield* scene.on(Run.start(book(scene), [])).pipe(
        Effect.withSpan("request"),
        Effect.exit,
        Effect.withTracer(tracer.tracer)
      )

      assert.deepStrictEqual(tracer.trees().slice(0, 3), ["request error", "  book error", "    plan ok"])
    }))

  it.effect("tells each retry, and of a failure only what it is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const failing = Step.make("fetch", {
        title: "Fetching",
        input: Schema.String,
        success: Schema.String,
        failure: Scene.Oops,
        retry: { schedule: Schedule.spaced("2 seconds"), times: 2 },
        run: () => new Scene.Oops({ why: "it rains" })
      })
      const pipeline = Pipeline.make("fetching", { input: Schema.String }).pipe(
        Pipeline.step("page", failing, ({ input }) => input)
      )

      const running = yield* Effect.fork(
        Effect.withTracer(Effect.exit(scene.on(Run.start(pipeline, "a"))), tracer.tracer)
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(running)

      assert.deepStrictEqual(tracer.trees(), ["fetching error", "  fetch error retry retry"])
      assert.deepStrictEqual(
        tracer.span("fetch").events,
        [1, 2].map((attempt) => [
          "retry",
          { "cairn.attempt": attempt, "cairn.delay": 2000, "error.type": "Oops" }
        ])
      )
      const { "cairn.attempts": attempts, "cairn.outcome": outcome, "error.type": type } = attributesOf(
        tracer.span("fetch")
      )
      assert.deepStrictEqual([attempts, outcome, type], [3, "failed", "Oops"])
      assert.strictEqual(attributesOf(tracer.span("fetching"))["cairn.outcome"], "failed")
      assert.notInclude(tracer.all(), "rains")
    }))

  it.effect("says where a bug is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const buggy = Scene.step(scene, "divide", () =>
        Effect.sync(() => {
          throw new TypeError("the words of a bug")
        }))
      const pipeline = Pipeline.make("dividing", { input: Schema.String }).pipe(
        Pipeline.step("a", buggy, ({ input }) => input)
      )

      yield* Effect.withTracer(Effect.exit(scene.on(Run.start(pipeline, "a"))), tracer.tracer)

      assert.deepStrictEqual(tracer.trees(), ["dividing error", "  divide error"])
      assert.strictEqual(attributesOf(tracer.span("divide"))["error.type"], "TypeError")
      assert.include(tracer.all(), "tracing.test.ts")
      assert.notInclude(tracer.all(), "the words")
    }))

  it.effect("is one for each session: a question is no error, and what is reused is counted", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const first = RecordingTracer.make()
      const second = RecordingTracer.make()

      yield* Effect.withTracer(Effect.exit(scene.on(Run.start(letter(scene), "Hello"))), first.tracer)
      const to = yield* Effect.withTracer(
        scene.on(Run.resume(letter(scene), scene.id(), { answers: new Map([["to", Given.Json({ value: "Ada" })]]) })),
        second.tracer
      )

      assert.strictEqual(to, "Ada")
      assert.deepStrictEqual(first.trees(), ["letter ok", "  write ok", "  address ok"])
      assert.deepStrictEqual(
        ["letter", "write", "address"].map((name) => attributesOf(first.span(name))["cairn.outcome"]),
        ["waiting", "done", "waiting"]
      )
      assert.deepStrictEqual(second.trees(), ["letter ok", "  address ok"])
      assert.deepStrictEqual(attributesOf(second.span("letter")), {
        "cairn.run": scene.id(),
        "cairn.program": "letter",
        "cairn.resumed": true,
        "cairn.executed": 1,
        "cairn.reused": 1,
        "cairn.outcome": "done"
      })
    }))

  it.effect("has no group in which nothing runs, and says why a step runs again", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const pipeline = Pipeline.make("parts", { input: Schema.String }).pipe(
        Pipeline.forEach("all", Scene.step(scene, "part"), ({ input }) => input.split(""), { key: (part) => part }),
        Pipeline.step("last", Scene.step(scene, "bind", () => new Scene.Oops({ why: "no glue" })), ({ input }) => input)
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "abc")))

      yield* Effect.withTracer(Effect.exit(scene.on(Run.start(pipeline, "abc"))), tracer.tracer)

      assert.deepStrictEqual(tracer.trees(), ["parts error", "  bind error"])
      assert.strictEqual(attributesOf(tracer.span("bind"))["cairn.why"], "it failed before")
      assert.strictEqual(attributesOf(tracer.span("parts"))["cairn.reused"], 3)
    }))

  it.effect("ends everywhere when the run is interrupted", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const begun = yield* Effect.makeLatch()
      const endless = Scene.step(
        scene,
        "wait",
        () => Effect.suspend(() => Effect.zipRight(scene.log.length < 2 ? Effect.void : begun.open, Effect.never))
      )
      const pipeline = Pipeline.make("waiting", { input: Schema.String }).pipe(
        Pipeline.forEach("all", endless, ({ input }) => input.split(""), { key: (text) => text, concurrency: 2 })
      )

      const running = yield* Effect.fork(Effect.withTracer(scene.on(Run.start(pipeline, "ab")), tracer.tracer))
      yield* begun.await
      yield* Fiber.interrupt(running)

      assert.deepStrictEqual(tracer.trees(), [
        "waiting interrupted",
        "  all interrupted",
        "    wait interrupted",
        "    wait interrupted"
      ])
      assert.deepStrictEqual(
        tracer.spans.map((span) => attributesOf(span)["cairn.outcome"]),
        ["interrupted", "interrupted", "interrupted", "interrupted"]
      )
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "RunInterrupted"])
    }))

  it.effect("shows a step that goes back, and what runs once more", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      let times = 0
      const back = Scene.step(scene, "look", (text) =>
        times++ === 0 ? CurrentStep.goBack("a", "once more") : Effect.succeed(text))
      const pipeline = Pipeline.make("again", { input: Schema.String }).pipe(
        Pipeline.step("a", Scene.step(scene, "first"), ({ input }) =>
          input),
        Pipeline.forEach("b", back, ({ a }) => [a], {
          key: () =>
            "it"
        })
      )

      yield* Effect.withTracer(scene.on(Run.start(pipeline, "x")), tracer.tracer)

      assert.deepStrictEqual(tracer.trees(), [
        "again ok",
        "  first ok",
        "  b ok",
        "    look ok",
        "  first ok",
        "  b ok",
        "    look ok"
      ])
      assert.deepStrictEqual(
        tracer.spans.map((span) => attributesOf(span)["cairn.outcome"]),
        ["done", "done", "went back", "went back", "done", "done", "done"]
      )
      assert.strictEqual(attributesOf(tracer.spans[4] ?? assert.fail())["cairn.why"], "once more")
    }))

  it.effect("holds a run that a step of another one starts", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("deep", Scene.step(scene, "deep"), ({ input }) => input)
      )
      const starting = Scene.step(scene, "start", (text) =>
        Effect.as(Effect.orDie(scene.on(Run.start(inner, text))), text))
      const outer = Pipeline.make("outer", { input: Schema.String }).pipe(
        Pipeline.forEach("each", starting, ({ input }) => [input], {
          key: (text) =>
            text
        })
      )

      yield* Effect.withTracer(scene.on(Run.start(outer, "x")), tracer.tracer)

      assert.deepStrictEqual(tracer.trees(), [
        "outer ok",
        "  each ok",
        "    start ok",
        "      inner ok",
        "        deep ok"
      ])
    }))

  it.effect("says that a run only pretended", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()

      yield* Effect.withTracer(scene.dry(Run.start(book(scene), ["one"])), tracer.tracer)

      assert.strictEqual(attributesOf(tracer.span("book"))["cairn.dry_run"], true)
    }))
})

describe("a run without a tracer", () => {
  it.effect("has no span", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const named = Step.make("name", {
        title: "Naming",
        input: Schema.Void,
        success: Schema.String,
        run: () =>
          Effect.map(
            Effect.option(Effect.currentSpan),
            Option.match({ onNone: () => "none", onSome: ({ name }) => name })
          )
      })
      const pipeline = Pipeline.make("naming", { input: Schema.Void }).pipe(
        Pipeline.step("name", named, () => undefined),
        Pipeline.output(Schema.String, ({ name }) => name)
      )

      const alone = yield* scene.on(Run.start(pipeline, undefined))
      const within = yield* Effect.withSpan(scene.on(Run.start(pipeline, undefined)), "of the user")

      assert.deepStrictEqual([alone, within], ["none", "of the user"])
    }))
})

describe("what a trace cannot do", () => {
  const canary = "canary-7c1f"

  it.effect("is to tell inputs, results, answers, errors or secrets", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const tracer = RecordingTracer.make()
      const secrets = Secrets.make()
      secrets.remember(Redacted.make("the secret words"))
      const failing = (name: string, end: Effect.Effect<never, Scene.Oops>) =>
        Step.make(name, {
          title: "Using the secret words",
          input: Schema.String,
          success: Schema.String,
          failure: Scene.Oops,
          retry: { times: 1 },
          run: () => end
        })
      const pipeline = (last: Step.Step<string, string, Scene.Oops>) =>
        Pipeline.make("telling", { input: Schema.String }).pipe(
          Pipeline.step(
            "a",
            Scene.step(scene, "give", (text) => Effect.succeed(`${text} ${canary}`)),
            ({ input }) => input
          ),
          Pipeline.step("b", last, ({ a }) => a)
        )
      const traced = <A, E>(running: Effect.Effect<A, E, Journal>) =>
        Effect.exit(scene.on(running)).pipe(
          Effect.provideService(Secrets.Secrets, secrets),
          Effect.withTracer(tracer.tracer)
        )
      const bug = Effect.die(new Error(`${canary}\n  ${canary}`, { cause: canary }))

      yield* traced(Run.start(pipeline(failing("fail", new Scene.Oops({ why: canary }))), canary))
      yield* traced(Run.start(pipeline(failing("die", bug)), canary))
      yield* traced(Run.start(letter(scene), canary))
      const answers = new Map([["to", Given.Json({ value: canary })]])
      const answered = yield* traced(Run.resume(letter(scene), scene.id(), { answers }))

      assert.deepStrictEqual(tracer.trees(), [
        "telling error",
        "  give ok",
        "  fail error retry",
        "telling error",
        "  die error",
        "letter ok",
        "  write ok",
        "  address ok",
        "letter ok",
        "  address ok"
      ])
      assert.deepStrictEqual(answered, Exit.succeed(canary))
      assert.notInclude(tracer.all(), canary)
      assert.notInclude(JSON.stringify(tracer.spans.map(({ exit }) => exit)), canary)
      assert.notInclude(tracer.all(), "the secret words")
      assert.include(tracer.all(), "Using <redacted>")
    }))

  it.effect("is to change what is recorded, or how a run ends, even where the tracer has a bug", () =>
    Effect.gen(function*() {
      const recordsWith = (tracer: RecordingTracer.Recording | undefined) =>
        Effect.gen(function*() {
          const scene = yield* Scene.make
          const flaky = Step.make("flaky", {
            title: "Trying",
            input: Schema.String,
            success: Schema.String,
            failure: Scene.Oops,
            retry: { times: 1 },
            run: (text) =>
              scene.log.length % 2 === 0
                ? Effect.zipRight(scene.note("failed"), new Scene.Oops({ why: text }))
                : Effect.zipRight(scene.note("went well"), Effect.succeed(text))
          })
          const pipeline = Pipeline.make("steady", { input: Schema.Array(Schema.String) }).pipe(
            Pipeline.forEach("each", flaky, ({ input }) => input, { key: (text) => text }),
            Pipeline.step(
              "last",
              Scene.step(scene, "last", (why) => new Scene.Oops({ why })),
              ({ input }) => input.join()
            )
          )
          const running = Effect.exit(
            Run.start(pipeline, ["a", "b"]).pipe(Effect.provide(JournalMemory.layerOf(scene.store)))
          )
          const exit = yield* tracer === undefined ? running : Effect.withTracer(running, tracer.tracer)
          return {
            exit: Cause.pretty(Exit.isFailure(exit) ? exit.cause : Cause.empty).split("\n")[0],
            events: yield* Effect.orDie(scene.on(Run.events(scene.id()))),
            log: scene.log
          }
        })
      const untraced = yield* recordsWith(undefined)

      const traced = RecordingTracer.make()
      assert.deepStrictEqual(yield* recordsWith(traced), untraced)
      assert.include(traced.trees(), "    flaky ok retry")
      for (const bug of ["span", "attribute", "event", "end"] as const) {
        const told = yield* recordsWith(RecordingTracer.make((what) => {
          if (what === bug) throw new Error("the tracer has a bug")
        }))
        assert.deepStrictEqual(told, untraced, bug)
      }
    }))
})
