import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { type Asking, goBack, Interviewer } from "../../../src/layers/Interviewer.ts"
import * as InterviewerAnswers from "../../../src/layers/Interviewer/Answers.ts"
import * as InterviewerHandOff from "../../../src/layers/Interviewer/HandOff.ts"
import * as InterviewerNobody from "../../../src/layers/Interviewer/Nobody.ts"
import * as InterviewerScripted from "../../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../../src/layers/Journal/Memory.ts"
import * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import { Given } from "../../../src/pipeline/Question.ts"
import * as Run from "../../../src/pipeline/Run.ts"
import { Suspended } from "../../../src/pipeline/Suspended.ts"
import * as Validation from "../../../src/pipeline/Validation.ts"
import * as agreeing from "../../../src/steps/interview/agreeing.ts"
import * as Interview from "../../../src/steps/interview/Interview.ts"
import * as interviewing from "../../../src/steps/interview/interviewing.ts"

const range = Interview.make("range", {
  title: "A range",
  sections: [{
    title: "A range",
    questions: [
      Interview.text("name", { text: "Of what?" }),
      Interview.text("from", { text: "From?" }),
      Interview.text("to", { text: "To?" })
    ]
  }]
})

type Range = Interview.AnswersOf<typeof range>

const check = Validation.all(
  Validation.check("order", ({ from, to }: Range) =>
    Number(from) <= Number(to)
      ? []
      : [Validation.error("order", "It is less", { path: "/to", hint: "Say more." })]),
  Validation.check(
    "bounds",
    ({ from }: Range) => Number(from) < 0 ? [Validation.error("bounds", "It is negative", { path: "/from" })] : []
  ),
  Validation.check(
    "name",
    ({ name }: Range) => name === "nothing" ? [Validation.error("name", "There is no range of nothing")] : []
  ),
  Validation.check(
    "wide",
    ({ from, to }: Range) => Number(to) - Number(from) > 100 ? [Validation.warning("wide", "It is wide")] : []
  )
)

/** Runs the interview in a store of its own, as often as it is called, and remembers what was asked, and below what. */
const desk = () => {
  const store = JournalMemory.make()
  const asked: Array<Asking> = []
  const pipeline = Pipeline.make("desk", { input: Schema.Struct({}) }).pipe(
    Pipeline.step("range", agreeing.toPipeline(range, { check, times: 2 }), () => interviewing.nothing),
    Pipeline.output(Schema.Unknown, ({ range }) => range)
  )
  const watched = (interviewer: Layer.Layer<Interviewer>) =>
    Layer.effect(
      Interviewer,
      Effect.map(Interviewer, (inner) => ({
        ...inner,
        ask: (asking: Asking) => {
          asked.push(asking)
          return inner.ask(asking)
        }
      }))
    ).pipe(Layer.provide(interviewer))
  const on = (interviewer: Layer.Layer<Interviewer>) => Layer.merge(watched(interviewer), JournalMemory.layerOf(store))
  return {
    start: (interviewer: Layer.Layer<Interviewer>) => Effect.provide(Run.start(pipeline, {}), on(interviewer)),
    answer: (request: string, value: unknown) =>
      Effect.gen(function*() {
        const [run] = yield* Run.list
        return yield* Run.resume(pipeline, run?.id ?? "", { answers: new Map([[request, Given.Json({ value })]]) })
      }).pipe(Effect.provide(on(InterviewerHandOff.layer))),
    asked: () =>
      asked.splice(0).map(({ before, question }) => [
        question.id,
        question._tag === "Text" ? question.default : "",
        before
      ])
  }
}

const says = (...lines: ReadonlyArray<readonly [id: string, typed: string]>) =>
  InterviewerScripted.layer(lines.map(([id, typed]) => ({ id, typed })))

describe("answers that have to agree", () => {
  it.effect("are given with the report, where they do", () =>
    Effect.gen(function*() {
      const { start } = desk()

      const output = yield* start(says(["name", "x"], ["from", "1"], ["to", "200"]))

      assert.deepStrictEqual(output, {
        answers: { name: "x", from: "1", to: "200" },
        asked: ["name", "from", "to"],
        report: {
          passed: ["order", "bounds", "name", "wide"],
          failed: [],
          warnings: [Validation.warning("wide", "It is wide")],
          skipped: []
        }
      })
    }))

  it.effect("are asked again where they do not: those that are named, below the reason, with the answer as default", () =>
    Effect.gen(function*() {
      const { asked, start } = desk()

      const output = yield* start(says(["name", "x"], ["from", "-1"], ["to", "-2"], ["from", "3"], ["to", "4"]))

      assert.deepInclude(output, { answers: { name: "x", from: "3", to: "4" } })
      assert.deepStrictEqual(asked().slice(3), [
        ["from", "-1", ["It is negative"]],
        ["to", "-2", ["It is less (Say more.)"]]
      ])
    }))

  it.effect("are all asked again where no question is named", () =>
    Effect.gen(function*() {
      const { asked, start } = desk()

      yield* start(says(["name", "nothing"], ["from", "1"], ["to", "2"], ["name", "x"], ["from", ""], ["to", ""]))

      assert.deepStrictEqual(asked().slice(3), [
        ["name", "nothing", ["There is no range of nothing"]],
        ["from", "1", []],
        ["to", "2", []]
      ])
    }))

  it.effect("can be gone back to while they are asked again", () =>
    Effect.gen(function*() {
      const { start } = desk()

      const output = yield* start(InterviewerScripted.layer([
        { id: "name", typed: "x" },
        { id: "from", typed: "5" },
        { id: "to", typed: "4" },
        { id: "to", does: goBack },
        { id: "from", typed: "3" },
        { id: "to", typed: "" }
      ]))

      assert.deepInclude(output, { answers: { name: "x", from: "3", to: "4" } })
    }))

  it.effect("fail after so many times with what is wrong, and the run goes on with those questions", () =>
    Effect.gen(function*() {
      const { asked, start } = desk()
      const wrong = says(["name", "x"], ["from", "5"], ["to", "4"], ["to", "3"])

      const error = yield* Effect.flip(start(wrong))
      assert.deepStrictEqual(
        error._tag === "ValidationFailed" && [error.issues.map(({ code }) => code), error.report.failed],
        [["order"], ["order"]]
      )
      asked()

      const output = yield* start(says(["to", "6"]))
      assert.deepInclude(output, { answers: { name: "x", from: "5", to: "6" } })
      assert.deepStrictEqual(asked(), [["to", "3", ["It is less (Say more.)"]]])
    }))

  it.effect("fail where nobody can correct what was given, and are corrected by whoever can", () =>
    Effect.gen(function*() {
      const given = (to: string) => InterviewerAnswers.layer(new Map([["name", "x"], ["from", "5"], ["to", to]]))
      const { start } = desk()

      const error = yield* Effect.flip(start(Layer.provide(given("4"), InterviewerNobody.layer)))
      assert.strictEqual(error._tag, "ValidationFailed")

      const again = yield* start(Layer.provide(given("4"), says(["to", "7"])))
      assert.deepInclude(again, { answers: { name: "x", from: "5", to: "7" } })
    }))

  it.effect("are a further request to whoever calls", () =>
    Effect.gen(function*() {
      const { answer, start } = desk()
      const path = (round: number) => `range/rounds/round/${round}/interview/prepared`
      yield* Effect.flip(start(InterviewerHandOff.layer))

      const second = yield* Effect.flip(answer(path(0), { name: "x", from: "5", to: "4" }))
      assert.instanceOf(second, Suspended)
      const [request] = second instanceof Suspended ? second.requests : []
      assert.deepInclude(request?.answerSchema, { required: ["to"] })
      assert.include(request?.prompt, "- to: To?\n  Note: It is less (Say more.)\n  It must be: any text\n  Default: 4")

      assert.deepInclude(yield* answer(path(1), { to: "6" }), { answers: { name: "x", from: "5", to: "6" } })
    }))
})
