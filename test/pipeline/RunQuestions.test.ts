import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Schema, TestClock } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given, type Question } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as RunState from "../../src/pipeline/RunState.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { AnswerInvalid, Suspended, suspended, WrongRequest } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "./scene.ts"

const json = (value: unknown) => Given.Json({ value })

const question: Question<number, string> = {
  name: "age",
  ask: "user",
  prompt: "How old?",
  answer: Schema.NumberFromString,
  check: Validation.all(
    Validation.check(
      "age",
      (age) => age < 0 ? [Validation.error("too-young", "nobody is that young", { path: "/" })] : []
    )
  ),
  files: ["people.txt"],
  example: 7
}

/** A step that asks how old somebody is, and has nobody to answer at once. */
const asking = (scene: Scene.Scene, options: { readonly version?: number; readonly name?: string } = {}) =>
  Step.make("asking", {
    title: "Asking",
    input: Schema.String,
    success: Schema.String,
    version: options.version ?? 1,
    run: (who) =>
      Effect.gen(function*() {
        yield* scene.note(`asks for ${who}`)
        const age = yield* CurrentStep.ask({ ...question, name: options.name ?? "age" }, suspended)
        yield* scene.note(`${who} is ${age}`)
        return `${who} ${age}`
      })
  })

const people = (scene: Scene.Scene) =>
  Pipeline.make("people", { input: Schema.Array(Schema.String) }).pipe(
    Pipeline.forEach("each", asking(scene), ({ input }) => input, { key: (who) => who, concurrency: 2 }),
    Pipeline.output(Schema.Array(Schema.String), ({ each }) => each)
  )

const one = (scene: Scene.Scene) =>
  Pipeline.make("one", { input: Schema.String }).pipe(
    Pipeline.step("a", asking(scene), ({ input }) => input),
    Pipeline.output(Schema.String, ({ a }) => a)
  )

/** What a run waits for. */
const waiting = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.flatMap(
    Effect.flip(effect),
    (error) => error instanceof Suspended ? Effect.succeed(error.requests) : Effect.die(error)
  )

describe("a question", () => {
  it.effect("stops the run, which waits with all that somebody needs to answer it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const error = yield* Effect.flip(scene.on(Run.start(one(scene), "Ada")))

      assert.instanceOf(error, Suspended)
      const { requests, run } = error
      const [{ digest, id, ...request }] = [requests[0] ?? assert.fail("nothing is open")]
      assert.strictEqual(run, scene.id())
      assert.match(id, /^[0-9a-f]{32}$/)
      assert.match(digest, /^[\w-]{22}$/)
      assert.deepStrictEqual(request, {
        path: "a",
        step: "asking",
        version: 1,
        name: "age",
        ask: "user",
        prompt: "How old?",
        files: ["people.txt"],
        answerSchema: {
          $schema: "http://json-schema.org/draft-07/schema#",
          $defs: { NumberFromString: { type: "string", description: "a string to be decoded into a number" } },
          $ref: "#/$defs/NumberFromString"
        },
        example: "7",
        attempt: 1,
        previousErrors: []
      })
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "RequestOpened", "RunSuspended"])
      assert.strictEqual((yield* scene.info).status, "waiting")
      assert.deepStrictEqual(scene.noted(), ["asks for Ada"])
    }))

  it.effect("shows an example that is accepted: its own, or one made from its schema", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const Notes = Schema.Struct({ title: Schema.NonEmptyString, pages: Schema.NumberFromString })
      const exampleOf = (question: Partial<Question<typeof Notes.Type, typeof Notes.Encoded>>) =>
        Effect.gen(function*() {
          const step = Step.make("noting", {
            title: "Asking",
            input: Schema.Null,
            success: Notes,
            run: () =>
              CurrentStep.ask({ name: "notes", ask: "agent", prompt: "?", answer: Notes, ...question }, suspended)
          })
          const pipeline = Pipeline.make("noting", { input: Schema.Null }).pipe(Pipeline.step("a", step, () => null))
          const [request] = yield* waiting(scene.on(Run.start(pipeline, null, { new: true })))
          return request?.example
        })
      const long = Validation.all(
        Validation.check(
          "title",
          ({ title }: typeof Notes.Type) => title.length > 100 ? [] : [Validation.error("short", "is short")]
        )
      )

      assert.deepStrictEqual(yield* exampleOf({ example: { title: "Rain", pages: 2 } }), { title: "Rain", pages: "2" })
      assert.deepStrictEqual(yield* exampleOf({}), { title: "1", pages: "1" })
      assert.deepStrictEqual(yield* exampleOf({ example: { title: "", pages: 2 } }), { title: "1", pages: "1" })
      assert.strictEqual(yield* exampleOf({ check: long }), undefined)
    }))

  it.effect("beside another one of its step is answered by its id", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const both = Step.make("both", {
        title: "Asking twice",
        input: Schema.Null,
        success: Schema.Number,
        run: () =>
          Effect.map(
            Effect.all([
              CurrentStep.ask({ ...question, name: "a" }, suspended),
              CurrentStep.ask({ ...question, name: "b" }, suspended)
            ], { concurrency: "unbounded", mode: "validate" }).pipe(Effect.catchAll(suspended)),
            ([a, b]) => a - b
          )
      })
      const pipeline = Pipeline.make("both", { input: Schema.Null }).pipe(
        Pipeline.step("a", both, () => null),
        Pipeline.output(Schema.Number, ({ a }) => a)
      )
      const requests = yield* waiting(scene.on(Run.start(pipeline, null)))
      assert.deepStrictEqual(requests.map(({ name, path }) => [name, path]), [["a", "a"], ["b", "a"]])

      const unclear = yield* Effect.flip(
        scene.on(Run.start(pipeline, null, { answers: new Map([["a", json("1")]]) }))
      )
      assert.strictEqual(
        unclear instanceof WrongRequest ? unclear.fix : "",
        `Answer one of these: ${requests.map(({ id }) => id).join(", ")}`
      )
      const answers = new Map(requests.map(({ id, name }) => [id, json(name === "a" ? "5" : "3")]))
      assert.strictEqual(yield* scene.on(Run.start(pipeline, null, { answers })), 2)
    }))

  it.effect("is the same one until it is answered, by its id or by the path of its step", () =>
    Effect.gen(function*() {
      for (const by of ["id", "path"] as const) {
        const scene = yield* Scene.make
        const [first] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
        const [again] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
        assert.deepStrictEqual(again, first)
        scene.noted()

        const answers = new Map([[first?.[by] ?? "", json("36")]])
        assert.strictEqual(yield* scene.on(Run.resume(one(scene), scene.id(), { answers })), "Ada 36")

        assert.deepStrictEqual(scene.noted(), ["asks for Ada", "Ada is 36"])
        assert.deepStrictEqual(yield* scene.told, [
          "RunStarted",
          "RequestOpened",
          "RunSuspended",
          "RunResumed",
          "RunSuspended",
          "RunResumed",
          "AnswerRecorded a",
          "StepSucceeded a",
          "RunSucceeded"
        ])
      }
    }))

  it.effect("of a fan-out is open beside all others, in their order", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const requests = yield* waiting(scene.on(Run.start(people(scene), ["Ada", "Bob", "Cy"])))
      assert.deepStrictEqual(requests.map(({ path }) => path), ["each/Ada", "each/Bob", "each/Cy"])

      const left = yield* waiting(
        scene.on(Run.start(people(scene), ["Ada", "Bob", "Cy"], { answers: new Map([["each/Bob", json("2")]]) }))
      )
      assert.deepStrictEqual(left.map(({ path }) => path), ["each/Ada", "each/Cy"])

      const answers = new Map(left.map(({ id }, index) => [id, json(String(index))]))
      assert.deepStrictEqual(
        yield* scene.on(Run.start(people(scene), ["Ada", "Bob", "Cy"], { answers })),
        ["Ada 0", "Bob 2", "Cy 1"]
      )
    }))

  it.effect("stands in its place among all that are open, however many and however deep, each time", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const names = Array.from({ length: 40 }, (_, index) => `${(index * 7) % 40}`)
      const deep = Pipeline.make("deep", { input: Schema.Array(Schema.String) }).pipe(
        Pipeline.all((bind) => ({
          z: bind(people(scene), () => names),
          m: bind(asking(scene), () => "m"),
          a: bind(people(scene), () => [...names].reverse())
        }))
      )
      const expected = [
        ...names.map((name) => `z/each/${name}`),
        "m",
        ...[...names].reverse().map((name) => `a/each/${name}`)
      ]

      for (const left of [expected, expected, expected.slice(1)]) {
        const [first] = expected
        const answers = new Map(left.length < expected.length ? [[first ?? "", json("1")]] : [])
        const requests = yield* waiting(scene.on(Run.start(deep, names, { answers })))
        assert.deepStrictEqual(requests.map(({ path }) => path), left)
        const { state } = yield* scene.info
        assert.deepStrictEqual(RunState.openRequests(state).map(({ path }) => path), left)
      }
    }))

  it.effect("that is answered at once is recorded, and not asked again when its step runs again", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      let broken = true
      let consulted = 0
      const step = Step.make("asking", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        failure: Scene.Oops,
        retry: { times: 1 },
        run: () =>
          Effect.gen(function*() {
            const age = yield* CurrentStep.ask(question, () => Effect.sync(() => json(String(30 + consulted++))))
            if (broken) return yield* new Scene.Oops({ why: `at ${age}` })
            return age
          })
      })
      const pipeline = Pipeline.make("paid", { input: Schema.String }).pipe(
        Pipeline.step("a", step, ({ input }) => input),
        Pipeline.output(Schema.Number, ({ a }) => a)
      )

      assert.deepStrictEqual(
        yield* Effect.flip(scene.on(Run.start(pipeline, "Ada"))),
        new Scene.Oops({ why: "at 30" })
      )
      broken = false
      assert.strictEqual(yield* scene.on(Run.start(pipeline, "Ada")), 30)
      assert.strictEqual(consulted, 1)
    }))

  it.effect("is asked anew where the step's input is another, and the old one is closed", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const pipeline = (suffix: string, version: number) =>
        Pipeline.make("anew", { input: Schema.String }).pipe(
          Pipeline.step("a", asking(scene, { version }), ({ input }) => input + suffix),
          Pipeline.output(Schema.String, ({ a }) => a)
        )
      const [first] = yield* waiting(scene.on(Run.start(pipeline("", 1), "Ada")))

      const second = yield* waiting(scene.on(Run.start(pipeline("!", 1), "Ada")))
      const third = yield* waiting(scene.on(Run.start(pipeline("!", 2), "Ada")))
      assert.deepStrictEqual([second.length, third.length], [1, 1])
      assert.strictEqual(new Set([first?.id, second[0]?.id, third[0]?.id]).size, 3)

      const stray = yield* Effect.flip(
        scene.on(Run.start(pipeline("!", 2), "Ada", { answers: new Map([[first?.id ?? "", json("1")]]) }))
      )
      assert.instanceOf(stray, WrongRequest)
      const answers = new Map([[third[0]?.id ?? "", json("1")]])
      assert.strictEqual(yield* scene.on(Run.start(pipeline("!", 2), "Ada", { answers })), "Ada! 1")
    }))

  it.effect("of one attempt needs a name of its own", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const twice = Step.make("twice", {
        title: "Asking twice",
        input: Schema.String,
        success: Schema.Number,
        run: () =>
          Effect.zipWith(
            CurrentStep.ask(question, () => Effect.succeed(json("1"))),
            CurrentStep.ask(question, () => Effect.succeed(json("2"))),
            (a, b) => a + b
          )
      })
      const pipeline = Pipeline.make("twice", { input: Schema.String }).pipe(
        Pipeline.step("a", twice, ({ input }) => input)
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause))
      const { state } = yield* scene.info
      assert.include(JSON.stringify(Option.getOrNull(state.problem)), "asks \\\"age\\\" twice")
    }))

  it.effect("must have been asked by whoever waits for its answer", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const idle = Step.make("idle", {
        title: "Waiting for nothing",
        input: Schema.String,
        success: Schema.Number,
        run: () => Effect.zipRight(scene.note("idle"), suspended())
      })
      const pipeline = Pipeline.make("idle", { input: Schema.String }).pipe(
        Pipeline.step("a", idle, ({ input }) => input)
      )

      assert.strictEqual(
        yield* Scene.bug(scene.on(Run.start(pipeline, "x"))),
        "it waits for an answer and asked nothing"
      )
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
    }))

  it.effect("has been asked although the time of its step is up before that has tidied up", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const slow = Step.make("slow", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        timeout: "1 minute",
        run: () =>
          Effect.zipRight(Effect.addFinalizer(() => Effect.sleep("2 minutes")), CurrentStep.ask(question, suspended))
      })
      const pipeline = Pipeline.make("slow", { input: Schema.String }).pipe(
        Pipeline.step("a", slow, ({ input }) => input)
      )

      const fiber = yield* Effect.fork(Effect.flip(scene.on(Run.start(pipeline, "x"))))
      yield* TestClock.adjust("2 minutes")

      assert.instanceOf(yield* Fiber.join(fiber), Suspended)
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "RequestOpened", "RunSuspended"])
    }))

  it.effect("that is open cannot be passed over by its step", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const deaf = (fails: boolean) =>
        Step.make("deaf", {
          title: "Not listening",
          input: Schema.String,
          success: Schema.Number,
          failure: Scene.Oops,
          run: () =>
            Effect.catchAll(
              CurrentStep.ask(question, suspended),
              () => fails ? Effect.fail(new Scene.Oops({ why: "" })) : Effect.succeed(0)
            )
        })

      for (const fails of [true, false]) {
        const pipeline = Pipeline.make(`deaf${fails}`, { input: Schema.String }).pipe(
          Pipeline.step("a", deaf(fails), ({ input }) => input)
        )
        const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
        assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause))
      }
    }))

  it.effect("is neither retried nor timed out nor caught by what is around the body", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const guarded = Step.make("guarded", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        failure: Scene.Oops,
        timeout: "1 minute",
        retry: { times: 3 },
        run: () => Effect.zipRight(scene.note("asks"), CurrentStep.ask(question, suspended))
      }).pipe(Step.transform(Effect.catchAll((error) => Effect.as(scene.note(`caught ${String(error)}`), 0))))
      const pipeline = Pipeline.make("guarded", { input: Schema.String }).pipe(
        Pipeline.step("a", guarded, ({ input }) => input),
        Pipeline.output(Schema.Number, ({ a }) => a)
      )

      const [request] = yield* waiting(scene.on(Run.start(pipeline, "x")))
      assert.deepStrictEqual(scene.noted(), ["asks"])
      const answers = new Map([[request?.id ?? "", json("5")]])
      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x", { answers })), 5)
    }))
})

describe("an answer", () => {
  it.effect("to what is not open is refused, and nothing is recorded", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const [request] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
      const before = yield* scene.told
      scene.noted()

      const error = yield* Effect.flip(
        scene.on(Run.resume(one(scene), scene.id(), { answers: new Map([["b", json("1")]]) }))
      )

      const open = [{ id: request?.id ?? "", path: "a" }]
      assert.deepStrictEqual(error, new WrongRequest({ run: scene.id(), id: "b", open }))
      assert.deepStrictEqual(yield* scene.told, before)
      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("that does not fit is refused with all that is wrong, and the question stays open", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const [request] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
      const id = request?.id ?? ""
      const given = (answer: unknown) =>
        Effect.flip(scene.on(Run.resume(one(scene), scene.id(), { answers: new Map([[id, json(answer)]]) })))

      const number = yield* given(36)
      const word = yield* given("old")
      const negative = yield* given("-1")

      assert.deepStrictEqual([number, word].map((error) => error instanceof AnswerInvalid ? error.issues.length : 0), [
        1,
        1
      ])
      assert.deepStrictEqual(
        negative,
        new AnswerInvalid({
          run: scene.id(),
          id,
          path: "a",
          question: "age",
          isLast: false,
          reason: "too-young",
          issues: ["/: nobody is that young"]
        })
      )
      assert.strictEqual((yield* scene.info).status, "waiting")
      const events = yield* scene.told
      assert.deepStrictEqual(events.filter((event) => event.startsWith("Answer")), [
        "AnswerRefused a",
        "AnswerRefused a",
        "AnswerRefused a"
      ])

      const [still] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
      assert.deepStrictEqual(still, {
        ...(request ?? assert.fail()),
        attempt: 4,
        previousErrors: ["/: nobody is that young"]
      })
      assert.strictEqual(
        yield* scene.on(Run.start(one(scene), "Ada", { answers: new Map([[id, json("36")]]) })),
        "Ada 36"
      )
    }))

  it.effect("is told what is wrong with it in so many words, however much that is", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const step = Step.make("choosing", {
        title: "Asking",
        input: Schema.Null,
        success: Schema.Array(Schema.String),
        run: () =>
          CurrentStep.ask(
            { name: "choice", ask: "user", prompt: "?", answer: Schema.Array(Schema.Literal("red", "green", "blue")) },
            suspended
          )
      })
      const pipeline = Pipeline.make("choosing", { input: Schema.Null }).pipe(Pipeline.step("a", step, () => null))
      yield* waiting(scene.on(Run.start(pipeline, null)))

      const error = yield* Effect.flip(
        scene.on(Run.start(pipeline, null, {
          answers: new Map([["a", json(["pink", "red", "x".repeat(5000), ...Array.from({ length: 500 }, () => 1)])]])
        }))
      )

      const issues = error instanceof AnswerInvalid ? error.issues : []
      assert.strictEqual(issues[0], "/0: Expected \"red\" | \"green\" | \"blue\", actual \"pink\"")
      assert.strictEqual(issues[1]?.length, 1001)
      assert.deepStrictEqual([issues.length, issues[100]], [101, "and 402 more"])
    }))

  it.effect("given twice counts once, and another one is refused then", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const [request] = yield* waiting(scene.on(Run.start(one(scene), "Ada")))
      const answers = new Map([[request?.id ?? "", json("36")]])
      yield* scene.on(Run.resume(one(scene), scene.id(), { answers }))

      assert.strictEqual(yield* scene.on(Run.resume(one(scene), scene.id(), { answers })), "Ada 36")
      const other = new Map([[request?.id ?? "", json("37")]])
      const error = yield* Effect.flip(scene.on(Run.resume(one(scene), scene.id(), { answers: other })))
      assert.deepStrictEqual(
        error,
        new WrongRequest({ run: scene.id(), id: request?.id ?? "", open: [], answered: "a" })
      )
      assert.strictEqual(
        error instanceof WrongRequest ? error.fix : "",
        `To be asked again: cairn resume ${scene.id()} --from a`
      )
    }))

  it.effect("from a layer that does not fit its own schema is a bug, and not recorded", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const wrong = Step.make("wrong", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        run: () =>
          CurrentStep.ask(
            { name: "n", ask: "agent", prompt: "n?", answer: Schema.Number.pipe(Schema.positive()) },
            () => Effect.succeed(json(-1))
          )
      })
      const pipeline = Pipeline.make("wrong", { input: Schema.String }).pipe(
        Pipeline.step("a", wrong, ({ input }) => input)
      )

      const exit = yield* Effect.exit(scene.on(Run.start(pipeline, "x")))

      assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause))
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
    }))
})
