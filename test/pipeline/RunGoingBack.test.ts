import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "./scene.ts"

/** What somebody says: an answer, or where to go back to. */
type Word = { readonly says: string } | { readonly back: string } | { readonly gives: "up"; readonly from: string }

/** Whoever is asked says the next word, whatever the question is. */
const person = (...words: ReadonlyArray<Word>) => {
  const left = [...words]
  return () => left.shift() ?? assert.fail("there is nothing left to say")
}

const asking = (scene: Scene.Scene, name: string, next: () => Word) =>
  Step.make(name, {
    title: `Asking ${name}`,
    input: Schema.String,
    success: Schema.String,
    failure: Scene.Oops,
    run: (about) =>
      Effect.gen(function*() {
        const { standing, takenBack } = yield* CurrentStep.answers
        const shown = (all: ReadonlyArray<CurrentStep.Answer>) =>
          all.map(({ path, value }) => `${path}=${String(value)}`).join()
        yield* scene.note(`${name} of ${about}, knows ${shown(standing)}, took back ${shown(takenBack)}`)
        return yield* CurrentStep.ask(
          { name: "word", ask: "user", prompt: name, answer: Schema.String },
          () => {
            const word = next()
            return "says" in word
              ? Effect.succeed(Given.Json({ value: word.says }))
              : "back" in word
              ? CurrentStep.goBack(word.back, "gone back")
              : Effect.zipRight(
                CurrentStep.takeBack(word.from, "given up"),
                new Scene.Oops({ why: "given up" })
              )
          }
        )
      })
  })

/** Three questions in a row, the second and third in a pipeline of their own. */
const three = (scene: Scene.Scene, next: () => Word) =>
  Pipeline.make("three", { input: Schema.String }).pipe(
    Pipeline.step("before", Scene.step(scene, "before"), ({ input }) => input),
    Pipeline.step("one", asking(scene, "one", next), ({ before }) => before),
    Pipeline.step(
      "rest",
      Pipeline.make("rest", { input: Schema.String }).pipe(
        Pipeline.step("two", asking(scene, "two", next), ({ input }) => input),
        Pipeline.step("three", asking(scene, "three", next), ({ two }) => two),
        Pipeline.output(Schema.String, ({ three, two }) => `${two}, ${three}`)
      ),
      ({ one }) => one
    ),
    Pipeline.output(Schema.String, ({ one, rest }) => `${one}, ${rest}`)
  )

describe("going back", () => {
  it.effect("asks an earlier question again, and all that follow it, with what was answered before", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const next = person({ says: "a" }, { says: "b" }, { back: "one" }, { says: "c" }, { says: "d" }, { says: "e" })

      const output = yield* scene.on(Run.start(three(scene, next), "x"))

      assert.strictEqual(output, "c, d, e")
      assert.deepStrictEqual(scene.noted(), [
        "before x",
        "one of before(x), knows , took back ",
        "two of a, knows one=a, took back ",
        "three of b, knows one=a,rest/two=b, took back ",
        "one of before(x), knows , took back one=a,rest/two=b",
        "two of c, knows one=c, took back rest/two=b",
        "three of d, knows one=c,rest/two=d, took back "
      ])
      assert.deepStrictEqual(yield* scene.told, [
        "RunStarted",
        "StepSucceeded before",
        "AnswerRecorded one",
        "StepSucceeded one",
        "AnswerRecorded rest/two",
        "StepSucceeded rest/two",
        "StepVoided one",
        "StepVoided rest/two",
        "StepVoided rest/three",
        "AnswerRecorded one",
        "StepSucceeded one",
        "AnswerRecorded rest/two",
        "StepSucceeded rest/two",
        "AnswerRecorded rest/three",
        "StepSucceeded rest/three",
        "RunSucceeded"
      ])
      // What was passed already is not told of once more.
      assert.isFalse(scene.shown.some(({ _tag }) => _tag === "Reused"))
    }))

  it.effect("leads to a step of a nested pipeline, and leaves what came before it", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const next = person({ says: "a" }, { says: "b" }, { back: "rest/two" }, { says: "c" }, { says: "d" })

      assert.strictEqual(yield* scene.on(Run.start(three(scene, next), "x")), "a, c, d")
      assert.deepStrictEqual(
        (yield* scene.told).filter((told) => told.startsWith("StepVoided")),
        ["StepVoided rest/two", "StepVoided rest/three"]
      )
    }))

  it.effect("leads into an attempt of what is repeated, and into what has a way out", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const next = person(
        { says: "a" },
        { says: "b" },
        { says: "c" },
        { back: "tries/round/1/one" },
        { says: "d" },
        { says: "e" },
        { back: "tries/round/0/two" },
        { says: "ok" }
      )
      const round = Pipeline.make("round", { input: Schema.String }).pipe(
        Pipeline.step("one", asking(scene, "one", next), ({ input }) => input),
        Pipeline.step("two", asking(scene, "two", next), ({ one }) => one),
        Pipeline.output(Schema.String, ({ one, two }) => `${one} ${two}`)
      )
      const rounds = Pipeline.make("rounds", { input: Schema.String }).pipe(
        Pipeline.repeat("round", round, {
          initial: ({ input }) => input,
          until: (words) => words.endsWith("ok"),
          next: (words) => words,
          times: 3
        }),
        Pipeline.output(Schema.String, ({ round }) => round)
      )
      const pipeline = Pipeline.make("tried", { input: Schema.String }).pipe(
        Pipeline.catchTag(
          "tries",
          rounds,
          ({ input }) => input,
          "RepeatExhausted",
          Scene.step(scene, "way out"),
          ({ key }) => key
        ),
        Pipeline.output(Schema.String, ({ tries }) => tries)
      )

      assert.strictEqual(yield* scene.on(Run.start(pipeline, "x")), "a ok")
      assert.deepStrictEqual((yield* scene.told).filter((told) => told.startsWith("StepVoided")), [
        "StepVoided tries/round/1/one",
        "StepVoided tries/round/1/two",
        "StepVoided tries/round/0/two",
        "StepVoided tries/round/1/one",
        "StepVoided tries/round/1/two",
        "StepVoided tries/round/2/one"
      ])
    }))

  it.effect("survives the process: whoever goes on asks from there", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const first = person({ says: "a" }, { says: "b" }, { back: "rest/two" })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(scene.on(Run.start(three(scene, first), "x")))))
      scene.noted()

      const output = yield* scene.on(Run.start(three(scene, person({ says: "c" }, { says: "d" })), "x"))

      assert.strictEqual(output, "a, c, d")
      assert.deepStrictEqual(scene.noted(), [
        "two of a, knows one=a, took back rest/two=b",
        "three of c, knows one=a,rest/two=c, took back "
      ])
    }))

  it.effect("takes back without going on, where a step then fails", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const first = person({ says: "a" }, { says: "b" }, { gives: "up", from: "one" })
      const failure = yield* Effect.flip(scene.on(Run.start(three(scene, first), "x")))
      assert.instanceOf(failure, Scene.Oops)
      assert.strictEqual((yield* scene.info).status, "failed")
      scene.noted()

      const output = yield* scene.on(
        Run.start(three(scene, person({ says: "c" }, { says: "d" }, { says: "e" })), "x")
      )

      assert.strictEqual(output, "c, d, e")
      assert.strictEqual(scene.noted()[0], "one of before(x), knows , took back one=a,rest/two=b")
    }))

  it.effect("undoes nothing twice", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const next = person({ says: "a" }, { back: "one" }, { says: "b" }, { gives: "up", from: "two" })
      const pipeline = Pipeline.make("undone", { input: Schema.String }).pipe(
        Pipeline.step(
          "made",
          Step.compensate(Scene.step(scene, "made"), (result) => scene.note(`undoes ${result}`)),
          ({ input }) => input
        ),
        Pipeline.step("one", asking(scene, "one", next), ({ made }) => made),
        Pipeline.step("two", asking(scene, "two", next), ({ one }) => one)
      )

      yield* Effect.flip(scene.on(Run.start(pipeline, "x", { compensate: true })))

      assert.deepStrictEqual(
        scene.noted().filter((note) => note.startsWith("undoes")),
        ["undoes made(x)"]
      )
    }))

  it.effect("is a bug where there is no such step, and outside a run", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const nowhere = Run.start(three(scene, person({ says: "a" }, { back: "rest/four" })), "x")
      assert.strictEqual(yield* Scene.bug(scene.on(nowhere)), "\"rest\" has no step \"four\"")

      const outside = asking(scene, "alone", person({ back: "one" }))("x")
      assert.strictEqual(yield* Scene.bug(outside), "outside a run there is no way back to \"one\"")
      const givenUp = yield* Effect.exit(asking(scene, "alone", person({ gives: "up", from: "one" }))("x"))
      assert.deepStrictEqual(
        Exit.causeOption(givenUp).pipe(Option.flatMap(Cause.failureOption)),
        Option.some(new Scene.Oops({ why: "given up" }))
      )
    }))

  it.effect("is what --from does as well, into nested pipelines", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const next = person({ says: "a" }, { says: "b" }, { says: "c" }, { says: "d" })
      yield* scene.on(Run.start(three(scene, next), "x"))

      const output = yield* scene.on(Run.resume(three(scene, next), scene.id(), { from: "rest/three" }))

      assert.strictEqual(output, "a, b, d")
    }))
})
