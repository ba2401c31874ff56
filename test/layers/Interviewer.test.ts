import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Option, Ref, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { Interviewer } from "../../src/layers/Interviewer.ts"
import * as InterviewerAnswers from "../../src/layers/Interviewer/Answers.ts"
import * as InterviewerChoice from "../../src/layers/Interviewer/Choice.ts"
import * as InterviewerDefaults from "../../src/layers/Interviewer/Defaults.ts"
import * as InterviewerHandOff from "../../src/layers/Interviewer/HandOff.ts"
import * as InterviewerLines from "../../src/layers/Interviewer/Lines.ts"
import * as InterviewerNobody from "../../src/layers/Interviewer/Nobody.ts"
import * as InterviewerScripted from "../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { Surroundings } from "../../src/layers/Surroundings.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { Suspended } from "../../src/pipeline/Suspended.ts"
import * as Interview from "../../src/steps/interview/Interview.ts"
import * as interviewing from "../../src/steps/interview/interviewing.ts"
import * as rules from "../../src/steps/interview/rules.ts"
import { fastFolder } from "../fastFolder.ts"

const interview = Interview.make("trip", {
  title: "A trip",
  confirm: "Book it?",
  sections: [
    {
      title: "Where",
      questions: [
        Interview.text("town", { text: "Which town?", help: "Anywhere", rule: rules.atLeast(3, "A town") }),
        Interview.choice("by", {
          text: "How?",
          choices: { train: "By train", bike: "By bike", other: { label: "Otherwise", specify: true } },
          default: "train"
        }),
        Interview.many("days", { text: "When?", choices: { sat: "Saturday", sun: "Sunday" }, default: ["sat"] })
      ]
    },
    {
      title: "Train",
      when: { by: ["train"] },
      questions: [
        Interview.confirm("first", { text: "First class?", default: false }),
        Interview.lines("notes", { text: "Notes", when: { first: true }, ends: "dot" })
      ]
    }
  ]
})

const pipeline = Pipeline.make("trip", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("interview", interviewing.toPipeline(interview), () => interviewing.nothing),
  Pipeline.output(
    Schema.Struct({ answers: Schema.Unknown, asked: Schema.Array(Schema.String) }),
    ({ interview }) => interview
  )
)

/** A place where the trip is planned, as often as it takes. */
const desk = () => {
  const store = JournalMemory.make()
  return {
    plan: (interviewer: Layer.Layer<Interviewer>) =>
      Run.start(pipeline, {}).pipe(Effect.provide(Layer.merge(interviewer, JournalMemory.layerOf(store)))),
    answer: (interviewer: Layer.Layer<Interviewer>, path: string, value: unknown) =>
      Run.start(pipeline, {}, { answers: new Map([[path, Given.Json({ value })]]) }).pipe(
        Effect.provide(Layer.merge(interviewer, JournalMemory.layerOf(store)))
      )
  }
}

const plan = (interviewer: Layer.Layer<Interviewer>) => desk().plan(interviewer)

const answers = (given: Record<string, unknown>, rest: Layer.Layer<Interviewer>) =>
  Layer.provide(InterviewerAnswers.layer(new Map(Object.entries(given))), rest)

describe("defaults", () => {
  it.effect("are the answers to all questions, none of which is asked", () =>
    Effect.gen(function*() {
      const output = yield* plan(answers({ town: "Ulm" }, InterviewerDefaults.layer))

      assert.deepStrictEqual(output, {
        answers: { town: "Ulm", by: "train", days: ["sat"], first: false, notes: null },
        asked: ["town", "by", "days", "first"]
      })
    }))

  it.effect("are missing where there are none", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(plan(answers({ first: "yes" }, InterviewerDefaults.layer)))

      assert.strictEqual(error._tag, "AnswerMissing")
      assert.strictEqual(
        error.message,
        "2 answers are missing, and there is no terminal to ask on:\n  town: Which town?\n  notes: Notes"
      )
      assert.include("fix" in error ? error.fix : "", "Add --answer town=… --answer notes=…, or")
    }))
})

describe("nobody", () => {
  it.effect("says everything that is missing for sure before anything is asked", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(plan(InterviewerNobody.layer))

      assert.deepStrictEqual(error._tag === "AnswerMissing" && error.questions, [
        { id: "town", text: "Which town?", default: null },
        { id: "by", text: "How?", default: "train" },
        { id: "days", text: "When?", default: ["sat"] }
      ])
      assert.include("fix" in error ? error.fix : "", "Add --answer town=… --defaults, or")
    }))

  it.effect("is enough where every answer was given", () =>
    Effect.gen(function*() {
      const given = { town: "Ulm", by: "3: by boat", days: "2, 1" }

      const output = yield* plan(answers(given, InterviewerNobody.layer))

      assert.deepStrictEqual(output.answers, {
        town: "Ulm",
        by: "by boat",
        days: ["sun", "sat"],
        first: null,
        notes: null
      })
    }))
})

describe("answers that are given", () => {
  it.effect("are refused all together, before anything is asked", () =>
    Effect.gen(function*() {
      const given = { town: "X", By: "train", days: ["mon"], first: "perhaps", where: "there", notes: ["a"] }

      const error = yield* Effect.flip(plan(answers(given, InterviewerScripted.layer([]))))

      assert.strictEqual(
        error.message,
        [
          "4 answers that were given do not fit:",
          "  By: there is no such question (was it by?)",
          "  where: there is no such question",
          "  town: A town must be at least 3 characters long",
          "  days: \"mon\" is not one of the choices (numbers from 1 to 2 with commas between them, or sat, sun)"
        ].join("\n")
      )
    }))

  it.effect("are refused when they come up, where that depended on another answer", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        plan(answers(
          { first: "perhaps" },
          InterviewerScripted.layer([
            { id: "town", typed: "Ulm" },
            { id: "by", typed: "train" },
            { id: "days", typed: "1" }
          ])
        ))
      )

      assert.deepStrictEqual(error._tag === "AnswersRefused" && error.refusals, [
        { question: "first", reason: "\"perhaps\" is neither yes nor no", wanted: "yes or no" }
      ])
    }))

  it.effect("leave the rest to be asked, and count anew where they change", () =>
    Effect.gen(function*() {
      const { plan } = desk()
      const lines = (...ids: ReadonlyArray<string>) =>
        InterviewerScripted.layer(ids.map((id) => ({ id, typed: id === "town" ? "Bonn" : "" })))
      yield* Effect.flip(plan(answers({ town: "Ulm" }, lines("by"))))

      const other = yield* Effect.flip(plan(answers({ town: "Aalen" }, lines())))
      assert.strictEqual(other._tag, "InputEnded")
      const output = yield* plan(lines("days", "first", "proceed"))

      assert.deepInclude(output.answers, { town: "Aalen", by: "train" })
      assert.deepStrictEqual(output.asked, ["town", "by", "days", "first", "proceed"])
    }))

  it.effect("say no at the end, too", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(plan(answers({ town: "Ulm", proceed: "no" }, InterviewerDefaults.layer)))

      assert.strictEqual(error._tag, "Cancelled")
    }))

  it.effect("are read from pairs and files", () =>
    Effect.gen(function*() {
      const folder = fs.mkdtempSync(join(fastFolder, "answers-"))
      onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
      const file = (text: string | Uint8Array) => {
        const path = join(folder, "answers")
        fs.writeFileSync(path, text)
        return Effect.either(InterviewerAnswers.fromFile(path))
      }
      const read = (text: string) => Effect.map(file(text), Either.map((given) => Object.fromEntries(given)))

      assert.deepStrictEqual(
        [...InterviewerAnswers.fromPairs(["a=b=c", " d = e"]).given],
        [["a", "b=c"], ["d", " e"]]
      )
      assert.deepStrictEqual(
        InterviewerAnswers.fromPairs(["x", "=y", "a=b"]).refusals.map(({ question }) => question),
        ["x", "=y"]
      )
      assert.deepStrictEqual(
        [
          yield* read("{\"a\": [\"x\"], \"b\": null, \"c\": \"\"}"),
          yield* read("# words\nversion: 1.10\nyes: no\nlist: [a, b]\nempty:\nnone: \"\"\n")
        ],
        [Either.right({ a: ["x"], c: "" }), Either.right({ version: "1.10", yes: "no", list: ["a", "b"], none: "" })]
      )
      const refused = (text: string | Uint8Array) =>
        Effect.map(file(text), Either.match({ onLeft: ({ reason }) => reason, onRight: () => "nothing" }))
      assert.match(yield* refused("{"), /^it is not JSON/)
      assert.match(yield* refused("a: b: c"), /Nested mappings/)
      assert.strictEqual(yield* refused("[1]"), "it is no object")
      assert.strictEqual(yield* refused("just words"), "it is no object")
      assert.match(yield* refused("a: &a [1]\nb: [*a, *a]\n__proto__: x"), /no key may have this name/)
      const missing = yield* Effect.flip(InterviewerAnswers.fromFile(join(folder, "nothing")))
      assert.include(missing.message, "there is no such file")
      assert.include((yield* Effect.flip(InterviewerAnswers.fromFile(folder))).message, "it is no file")
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a hand-off", () => {
  const handOff = InterviewerHandOff.layer

  it.effect("asks for all that is open as one request, and for what an answer opens as another", () =>
    Effect.gen(function*() {
      const { answer, plan } = desk()

      const first = yield* Effect.flip(plan(handOff))
      assert.instanceOf(first, Suspended)
      const [request, ...others] = first instanceof Suspended ? first.requests : []
      assert.deepStrictEqual([request?.path, request?.ask, others.length], ["interview/prepared", "user", 0])
      assert.deepInclude(request?.answerSchema, { required: ["town", "by", "days"], additionalProperties: false })
      assert.include(
        request?.prompt,
        "- notes: Notes\n  Only where by is train and first is yes.\n  It must be: any text"
      )
      assert.include(
        request?.prompt,
        "- by: How?\n  train: By train\n  bike: By bike\n  other: Otherwise; in the user's own words: \"other: WORDS\"\n  Default: train"
      )

      const second = yield* Effect.flip(
        answer(handOff, "interview/prepared", { town: "Ulm", by: "train", days: ["sun"], first: true })
      )
      const [open] = second instanceof Suspended ? second.requests : []
      assert.deepStrictEqual([open?.path, open?.name], ["interview/prepared", "answers-2"])
      assert.deepInclude(open?.answerSchema, {
        required: ["notes"],
        properties: { notes: { type: "array", items: { type: "string" }, description: "Notes" } }
      })

      const output = yield* answer(handOff, "interview/prepared", { notes: ["one", "two"] })
      assert.deepStrictEqual(output, {
        answers: { town: "Ulm", by: "train", days: ["sun"], first: true, notes: ["one", "two"] },
        asked: ["town", "by", "days", "first", "notes"]
      })
    }))

  it.effect("refuses answers that do not keep the rules, or are not possible together", () =>
    Effect.gen(function*() {
      const { answer, plan } = desk()
      yield* Effect.flip(plan(handOff))

      const error = yield* Effect.flip(
        answer(handOff, "interview/prepared", { town: "X", by: "train", days: ["sun"], first: true, notes: [] })
      )

      assert.deepStrictEqual(error._tag === "AnswerInvalid" && error.issues, [
        "/town: A town must be at least 3 characters long"
      ])
    }))

  it.effect("asks for nothing that was given", () =>
    Effect.gen(function*() {
      const given = { town: "Ulm", by: "bike", days: "1" }

      const output = yield* plan(answers(given, handOff))

      assert.deepStrictEqual(output.asked, ["town", "by", "days"])
    }))

  it.effect("goes on with what was answered otherwise", () =>
    Effect.gen(function*() {
      const { answer, plan } = desk()
      yield* Effect.flip(plan(InterviewerScripted.layer([{ id: "town", typed: "Ulm" }])))

      const waiting = yield* Effect.flip(plan(handOff))
      const [request] = waiting instanceof Suspended ? waiting.requests : []
      assert.deepInclude(request?.answerSchema, { required: ["by", "days"] })

      const output = yield* answer(handOff, "interview/prepared", { by: "bike", days: ["sat"] })
      assert.deepInclude(output.answers, { town: "Ulm", by: "bike" })
    }))
})

describe("lines", () => {
  const typed = (lines: ReadonlyArray<string>, isEchoed = true) =>
    Effect.gen(function*() {
      const left = yield* Ref.make(lines)
      let written = ""
      const interviewer = InterviewerLines.layer({
        next: Ref.modify(left, ([first, ...rest]) => [Option.fromNullable(first), rest]),
        write: (text) => {
          written += text
        },
        isEchoed
      })
      const exit = yield* Effect.either(plan(interviewer))
      return { exit, written }
    })

  it.effect("are read one for each answer, below the question", () =>
    Effect.gen(function*() {
      const { exit, written } = yield* typed(
        ["X", "Ulm", "4", "", "1,,2", "y", "  one", "", " two \t", " . ", "maybe", ""],
        false
      )

      assert.deepStrictEqual(
        Either.map(exit, ({ answers }) => answers),
        Either.right({
          town: "Ulm",
          by: "train",
          days: ["sat", "sun"],
          first: true,
          notes: ["  one", "", " two \t"]
        })
      )
      assert.strictEqual(
        written,
        `
Section: Where

Which town? (Anywhere)
Enter value: X
Error: A town must be at least 3 characters long
Enter value: Ulm

How?
  1. By train [DEFAULT]
  2. By bike
  3. Otherwise - other: WORDS
Enter number (default: By train): 4
Error: "4" is not one of the choices: a number from 1 to 3, or train, bike, other, or other: WORDS
Enter number (default: By train): 

When?
  1. Saturday [DEFAULT]
  2. Sunday
Enter numbers separated by commas (default: 1): 1,,2

Section: Train

First class?
Confirm (y/N): y

Notes
Line (a line with only a dot ends):   one
Line (a line with only a dot ends): 
Line (a line with only a dot ends):  two  
Line (a line with only a dot ends):  . 

Section: Summary

Where
  Town: Ulm
  By: By train
  Days: Saturday, Sunday
Train
  First: yes
  Notes: 3 lines

Book it?
Confirm (Y/n): maybe
Error: "maybe" is neither yes nor no: yes or no
Confirm (Y/n): 
`
      )
    }))

  it.effect("end with the input, which a text of many lines may end with", () =>
    Effect.gen(function*() {
      const { exit } = yield* typed(["Ulm", "train", "", "y", "one"])

      assert.deepStrictEqual(
        Either.mapLeft(exit, (error) => error.message),
        Either.left("The input ended before \"proceed\" was answered")
      )
    }))

  it.effect("are refused where nobody can have typed them", () =>
    Effect.gen(function*() {
      const { exit, written } = yield* typed(["x".repeat(65_537), "a\u0007b\u001B[2J"])

      assert.isTrue(Either.isLeft(exit))
      assert.include(written, "Error: The line has more than 65536 characters")
      assert.include(written, "Error: It holds a control character")
      assert.notInclude(written, "\u001B")
    }))
})

describe("the way of asking", () => {
  const off = { answers: undefined, answer: [], defaults: false, lines: false, agent: undefined }
  const chosen = (
    settings: Partial<InterviewerChoice.Settings>,
    surroundings: Partial<typeof Surroundings.Service> = {}
  ) =>
    Effect.map(Interviewer, ({ fingerprint, isAttended }) => `${isAttended} ${fingerprint}`.trim()).pipe(
      Effect.provide(InterviewerChoice.layer({ ...off, ...settings })),
      Effect.provide(NodeFileSystem.layer),
      Effect.provideService(Surroundings, {
        caller: "nobody",
        isPlain: false,
        colors: false,
        columns: () => 80,
        rows: () => 24,
        write: () => {},
        ...surroundings
      })
    )

  it.effect("is what was asked for, and else what the surroundings allow", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        [
          yield* chosen({}),
          yield* chosen({}, { caller: "agent" }),
          yield* chosen({}, { caller: "person" }),
          yield* chosen({}, { caller: "person", isPlain: true }),
          yield* chosen({ agent: "handoff" }, { caller: "person" }),
          yield* chosen({ defaults: true }, { caller: "person" }),
          yield* chosen({ lines: true })
        ],
        ["false", "false handoff", "true", "true", "false handoff", "false defaults", "true"]
      )
      assert.match(yield* chosen({ answer: ["a=b"] }), /^false {2}[\w-]{22}$/)
      assert.isTrue(InterviewerChoice.isOneWay({ ...off, lines: true }))
      assert.isFalse(InterviewerChoice.isOneWay({ ...off, lines: true, agent: "handoff" }))
    }))
})
