/**
 * Whoever calls asks the person: the run stops with one request for all questions that are open, and goes on with the
 * answers. A question that only an answer opens is a further request.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option, Schema } from "effect"
import * as CurrentStep from "../../pipeline/CurrentStep.ts"
import { suspended } from "../../pipeline/Suspended.ts"
import * as Validation from "../../pipeline/Validation.ts"
import * as Asked from "../Asked.ts"
import { checkOf, Interviewer, type Possible, type Questionnaire, questionOf } from "../Interviewer.ts"

/**
 * Suspends the run for the questions.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Interviewer> = Layer.succeed(Interviewer, {
  isAttended: false,
  fingerprint: "handoff",
  prepare: (questionnaire) =>
    Effect.gen(function*() {
      const { answers, missing } = yield* questionnaire.judge(new Map())
      if (missing.length === 0) return {}
      const open = questionnaire.questions.filter(({ question }) => !Object.hasOwn(answers, question.id))
      const required = new Set(missing.map(({ id }) => id))
      const given = yield* CurrentStep.ask({
        name: "answers",
        ask: "user",
        prompt: promptOf(questionnaire, open),
        answer: schemaOf(open, required),
        check: fitting(questionnaire)
      }, suspended)
      const { answers: accepted } = yield* questionnaire.judge(new Map(Object.entries(given)))
      return accepted
    }),
  ask: (asking) =>
    Option.match(asking.otherwise, {
      onNone: () => CurrentStep.ask({ ...questionOf(asking), check: checkOf(asking) }, suspended),
      onSome: Effect.succeed
    })
})

const promptOf = ({ title }: Questionnaire, open: ReadonlyArray<Possible>): string =>
  [
    `Ask the user these questions (${title}). Where there is a default, offer it. Leave out a question that is not to be asked.`,
    ...open.flatMap(({ condition, question, rule }, index) => [
      ...(open[index - 1]?.question.section === question.section ? [] : ["", question.section]),
      `- ${question.id}: ${question.text}${question.help === undefined ? "" : ` (${question.help})`}`,
      ...Option.match(condition, { onNone: () => [], onSome: (when) => [`  Only where ${when}.`] }),
      ...("choices" in question
        ? question.choices.map(({ label, specify, value }) =>
          `  ${value}: ${label}${specify === true ? ", or in the user's own words" : ""}`
        )
        : question._tag === "Confirm"
        ? []
        : [`  It must be: ${rule.says}`]),
      ...Option.match(Asked.fallback(question), {
        onNone: () => [],
        onSome: (answer) => answer === "" ? [] : [`  Default: ${[answer].flat().join(", ")}`]
      })
    ])
  ].join("\n")

type Answers = Readonly<Record<string, Asked.Answer>>

/** Questions that are asked anyhow must be answered; the others may be. */
const schemaOf = (open: ReadonlyArray<Possible>, required: ReadonlySet<string>): Schema.Schema<Answers> =>
  Schema.make(
    Schema.Struct(Object.fromEntries(open.map(({ question }) => [
      question.id,
      required.has(question.id)
        ? Asked.schema(question)
        : Schema.optionalWith(Asked.schema(question), { exact: true })
    ]))).ast
  )

/** Every answer keeps the rules, and is possible after the others. */
const fitting = ({ judge }: Questionnaire): Validation.Validation<Answers> =>
  Validation.chain(
    Validation.check("answers", (answers) =>
      Effect.map(judge(new Map(Object.entries(answers))), ({ refusals }) =>
        refusals.map(({ question, reason, wanted }) =>
          Validation.error("answer", reason, {
            path: `/${question}`,
            ...(wanted === null ? {} : { hint: wanted })
          })
        )))
  )
