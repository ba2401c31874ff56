import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { fallback } from "../../../src/layers/Asked.ts"
import { type Asking, goBack, Interviewer, make } from "../../../src/layers/Interviewer.ts"
import * as InterviewerScripted from "../../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../../src/layers/Journal/Memory.ts"
import * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Run from "../../../src/pipeline/Run.ts"
import * as Interview from "../../../src/steps/interview/Interview.ts"
import * as interviewing from "../../../src/steps/interview/interviewing.ts"

const lunch = Interview.make("lunch", {
  title: "Lunch",
  confirm: "Is that right?",
  sections: [
    {
      title: "Food",
      questions: [
        Interview.choice("dish", { text: "Which dish?", choices: { soup: "Soup", salad: "Salad" }, default: "soup" }),
        Interview.text("kind", { text: "Which soup?", when: { dish: ["soup"] }, default: "leek" })
      ]
    },
    { title: "Drinks", questions: [Interview.text("drink", { text: "Which drink?", default: "water" })] }
  ]
})

interface Told {
  readonly kept: Array<readonly [stored: unknown, stops: boolean]>
  readonly asked: Array<Asking>
}

/** Runs the interview in a store of its own, as often as it is called. */
const table = (known: interviewing.Known = interviewing.nothing) => {
  const store = JournalMemory.make()
  const told: Told = { kept: [], asked: [] }
  const pipeline = Pipeline.make("table", { input: Schema.Struct({}) }).pipe(
    Pipeline.step(
      "interview",
      interviewing.toPipeline(lunch, {
        keep: (stored, stops) => Effect.sync(() => void told.kept.push([stored, stops]))
      }),
      () => known
    ),
    Pipeline.output(Schema.Unknown, ({ interview }) => interview)
  )
  const start = (interviewer: Layer.Layer<Interviewer>) =>
    Run.start(pipeline, {}).pipe(
      Effect.provide(Layer.merge(watched(interviewer, told), JournalMemory.layerOf(store)))
    )
  const say = (...lines: ReadonlyArray<InterviewerScripted.Line>) => start(InterviewerScripted.layer(lines))
  return { ...told, start, say, ids: () => told.asked.splice(0).map(({ question }) => question.id) }
}

/** An interviewer whose questions are looked at. */
const watched = (interviewer: Layer.Layer<Interviewer>, told: Told): Layer.Layer<Interviewer> =>
  Layer.effect(
    Interviewer,
    Effect.map(Interviewer, (inner) => ({
      ...inner,
      ask: (asking: Asking) => {
        told.asked.push(asking)
        return inner.ask(asking)
      }
    }))
  ).pipe(Layer.provide(interviewer))

const typed = (id: string, line: string): InterviewerScripted.Line => ({ id, typed: line })
const back = (id: string): InterviewerScripted.Line => ({ id, does: goBack })

describe("an interview in a pipeline", () => {
  it.effect("asks what is to be asked, and gives the answers", () =>
    Effect.gen(function*() {
      const { ids, say } = table()

      const output = yield* say(typed("dish", "2"), typed("drink", " juice "), typed("proceed", ""))

      assert.deepStrictEqual(output, {
        answers: { dish: "salad", kind: null, drink: "juice" },
        asked: ["dish", "drink", "proceed"]
      })
      assert.deepStrictEqual(ids(), ["dish", "drink", "proceed"])
    }))

  it.effect("goes on with the first question that was not answered, and tells what was", () =>
    Effect.gen(function*() {
      const { asked, ids, kept, say } = table()
      const error = yield* Effect.flip(say(typed("dish", "soup"), typed("kind", "onion")))
      assert.strictEqual(error._tag, "InputEnded")
      assert.deepStrictEqual(kept, [
        [{ dish: null, kind: null, drink: null }, false],
        [{ dish: "soup", kind: "onion", drink: null }, false],
        [{ dish: "soup", kind: "onion", drink: null }, true]
      ])
      ids()

      const output = yield* say(typed("drink", ""), typed("proceed", "y"))

      assert.deepStrictEqual(output, {
        answers: { dish: "soup", kind: "onion", drink: "water" },
        asked: ["dish", "kind", "drink", "proceed"]
      })
      const [drink, proceed] = asked
      assert.deepStrictEqual(drink?.answered, ["Food", "  Dish: Soup", "  Kind: onion"])
      assert.deepStrictEqual(proceed?.before, ["Food", "  Dish: Soup", "  Kind: onion", "Drinks", "  Drink: water"])
    }))

  it.effect("goes back to the question that was answered before, and offers what was answered", () =>
    Effect.gen(function*() {
      const { asked, say } = table()

      const output = yield* say(
        typed("dish", "salad"),
        back("drink"),
        typed("dish", "soup"),
        typed("kind", "onion"),
        typed("drink", "juice"),
        back("proceed"),
        back("drink"),
        typed("kind", ""),
        typed("drink", ""),
        typed("proceed", "yes")
      )

      assert.deepInclude(output, { answers: { dish: "soup", kind: "onion", drink: "juice" } })
      assert.deepStrictEqual(
        asked.map(({ isTakenBack, mayGoBack, question }) =>
          [question.id, Option.getOrNull(fallback(question)), mayGoBack, isTakenBack] as const
        ),
        [
          ["dish", "soup", false, false],
          ["drink", "water", true, false],
          ["dish", "salad", false, true],
          ["kind", "leek", true, false],
          ["drink", "water", true, false],
          ["proceed", true, true, false],
          ["drink", "juice", true, true],
          ["kind", "onion", true, true],
          ["drink", "juice", true, true],
          ["proceed", true, true, false]
        ]
      )
    }))

  it.effect("takes all answers back on a no, and offers them when it is repeated", () =>
    Effect.gen(function*() {
      const { asked, kept, say } = table()
      const error = yield* Effect.flip(
        say(typed("dish", "salad"), typed("drink", "juice"), typed("proceed", "maybe"), typed("proceed", "no"))
      )
      assert.strictEqual(error._tag, "Cancelled")
      assert.deepStrictEqual(kept.at(-1), [{ dish: "salad", kind: null, drink: "juice" }, false])
      asked.length = 0

      const output = yield* say(typed("dish", ""), typed("drink", "tea"), typed("proceed", ""))

      assert.deepInclude(output, { answers: { dish: "salad", kind: null, drink: "tea" } })
      assert.deepStrictEqual(asked[0]?.answered, [])
    }))

  it.effect("does not ask for what is known, as long as it fits", () =>
    Effect.gen(function*() {
      const { ids, say } = table({ given: { dish: "pizza", drink: "juice" }, suggested: {} })

      const output = yield* say(typed("dish", "salad"), typed("proceed", ""))

      assert.deepInclude(output, { answers: { dish: "salad", kind: null, drink: "juice" } })
      assert.deepStrictEqual(ids(), ["dish", "proceed"])
    }))

  it.effect("asks again for what was known, where a person goes back to it", () =>
    Effect.gen(function*() {
      const { say } = table({ given: { dish: "salad", drink: "juice" }, suggested: {} })

      const output = yield* say(back("proceed"), typed("drink", "tea"), typed("proceed", ""))

      assert.deepInclude(output, { answers: { dish: "salad", kind: null, drink: "tea" } })
    }))

  it.effect("offers what was answered earlier, unless it was asked after another answer", () =>
    Effect.gen(function*() {
      const suggested = { dish: "soup", kind: "onion", drink: "juice" }
      const alike = table({ given: {}, suggested })
      const same = yield* alike.say(typed("dish", ""), typed("kind", ""), typed("drink", ""), typed("proceed", ""))
      assert.deepInclude(same, { answers: suggested })

      const { say } = table({ given: {}, suggested: { dish: "pizza", kind: "onion", drink: "juice" } })
      const other = yield* say(typed("dish", ""), typed("kind", ""), typed("drink", ""), typed("proceed", ""))
      assert.deepInclude(other, { answers: { dish: "soup", kind: "leek", drink: "juice" } })
    }))

  it.effect("is not confirmed where nobody is asked", () =>
    Effect.gen(function*() {
      const { start } = table()
      const nobody = make({
        isAttended: false,
        answer: ({ otherwise, question }) =>
          Option.match(Option.orElse(otherwise, () => fallback(question)), {
            onNone: () => Effect.dieMessage(question.id),
            onSome: Effect.succeed
          })
      })

      assert.deepStrictEqual(yield* start(Layer.succeed(Interviewer, nobody)), {
        answers: { dish: "soup", kind: "leek", drink: "water" },
        asked: ["dish", "kind", "drink"]
      })
    }))
})
