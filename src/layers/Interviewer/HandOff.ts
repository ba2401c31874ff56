/**
 * Whoever calls asks the person: the run stops with one request for all questions that are open, and goes on with the
 * answers. The questions that only those have opened are a further request.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option, Schema } from "effect"
import * as CurrentStep from "../../pipeline/CurrentStep.ts"
import { type Suspended, suspended } from "../../pipeline/Suspended.ts"
import * as Validation from "../../pipeline/Validation.ts"
import * as Asked from "../Asked.ts"
import { checkOf, Interviewer, type Questionnaire, questionOf } from "../Interviewer.ts"

/**
 * Suspends the run for the questions.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Interviewer> = Layer.succeed(Interviewer, {
  isAttended: false,
  fingerprint: "handoff",
  prepare: (questionnaire) => {
    const requests = (given: Answers, count: number): Effect.Effect<Answers, Suspended> =>
      Effect.gen(function*() {
        const { answers, missing, open } = yield* questionnaire.judge(new Map(Object.entries(given)))
        if (missing.length === 0) return count === 1 ? {} : answers
        const more = yield* CurrentStep.ask({
          name: count === 1 ? "answers" : `answers-${count}`,
          ask: "user",
          prompt: promptOf(questionnaire, open),
          answer: schemaOf(open, new Set(missing.map(({ id }) => id))),
          check: fitting(questionnaire, given)
        }, suspended)
        return yield* requests({ ...given, ...more }, count + 1)
      })
    return requests({}, 1)
  },
  ask: (asking) =>
    Option.match(asking.otherwise, {
      onNone: () => CurrentStep.ask({ ...questionOf(asking), check: checkOf(asking) }, suspended),
      onSome: Effect.succeed
    })
})

const promptOf = ({ questions, title }: Questionnaire, open: ReadonlyArray<Asked.Asked>): string => {
  const of = new Map(questions.map((possible) => [possible.id, possible]))
  return [
    `Ask the user these questions (${title}). Where there is a default, offer it. Leave out a question that is not to be asked.`,
    ...open.flatMap((question, index) => [
      ...(open[index - 1]?.section === question.section ? [] : ["", question.section]),
      `- ${question.id}: ${question.text}${question.help === undefined ? "" : ` (${question.help})`}`,
      ...(of.get(question.id)?.notes ?? []).map((note) => `  Note: ${note}`),
      ...Option.match(Option.flatMap(Option.fromNullable(of.get(question.id)), ({ condition }) => condition), {
        onNone: () => [],
        onSome: (when) => [`  Only where ${when}.`]
      }),
      ...("choices" in question
        ? question.choices.map(({ label, specify, value }) =>
          `  ${value}: ${label}${specify === true ? `; in the user's own words: "${value}: WORDS"` : ""}`
        )
        : question._tag === "Confirm"
        ? []
        : [`  It must be: ${of.get(question.id)?.rule.says ?? "any text"}`]),
      ...Option.match(Asked.fallback(question), {
        onNone: () => [],
        onSome: (answer) => [answer === "" ? "  It may be empty." : `  Default: ${[answer].flat().join(", ")}`]
      })
    ])
  ].join("\n")
}

type Answers = Readonly<Record<string, Asked.Answer>>

/** Questions that are asked anyhow must be answered; the others may be. */
const schemaOf = (open: ReadonlyArray<Asked.Asked>, required: ReadonlySet<string>): Schema.Schema<Answers> =>
  Schema.make(
    Schema.Struct(Object.fromEntries(open.map((question) => {
      const schema = described(question)
      return [question.id, required.has(question.id) ? schema : Schema.optionalWith(schema, { exact: true })]
    }))).ast
  )

/** For whoever makes a form of the schema. */
const described = (question: Asked.Asked): Schema.Schema<Asked.Answer> =>
  Asked.schema(question).annotations({
    description: question.text,
    ...Option.match(Asked.fallback(question), { onNone: () => ({}), onSome: (answer) => ({ default: answer }) })
  })

/** Every answer keeps the rules, and is possible after the others and those before. */
const fitting = ({ judge }: Questionnaire, before: Answers): Validation.Validation<Answers> =>
  Validation.chain(
    Validation.check("answers", (answers) =>
      Effect.map(judge(new Map(Object.entries({ ...before, ...answers }))), ({ refusals }) =>
        refusals.map(({ question, reason, wanted }) =>
          Validation.error("answer", reason, {
            path: `/${question}`,
            ...(wanted === null ? {} : { hint: wanted })
          })
        )))
  )
