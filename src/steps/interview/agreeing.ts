/**
 * An interview whose answers have to agree with each other: ask, check, ask again.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import { Answer } from "../../layers/Asked.ts"
import * as CurrentStep from "../../pipeline/CurrentStep.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Step from "../../pipeline/Step.ts"
import * as Validation from "../../pipeline/Validation.ts"
import * as Interview from "./Interview.ts"
import * as interviewing from "./interviewing.ts"

/**
 * What an interview came to whose answers agree.
 *
 * @category models
 * @since 0.1.0
 */
export interface Agreed<A> extends interviewing.Interviewed<A> {
  /** What the checks found out; its warnings may be shown. */
  readonly report: Validation.Report
}

/**
 * Makes a pipeline of an interview and a check of all its answers. Where the check finds errors, the questions that they
 * name by their path (`/street`) are asked again, each below what is wrong and with the answer as its default; without a
 * path, all of them are. After so many `times` it fails with what the check found then; the run goes on with those
 * questions.
 *
 * @example
 * ```ts
 * import { Validation } from "effect-cairn"
 * import { Interview, InterviewAgreeing } from "effect-cairn/steps"
 *
 * const ages = Interview.make("ages", {
 *   title: "Ages",
 *   sections: [{
 *     title: "Ages",
 *     questions: [Interview.text("from", { text: "From?" }), Interview.text("to", { text: "To?" })]
 *   }]
 * })
 *
 * export const pipeline = InterviewAgreeing.toPipeline(ages, {
 *   check: Validation.chain(
 *     Validation.check("order", ({ from, to }) =>
 *       Number(from) <= Number(to) ? [] : [Validation.error("order", "It must not be less than From", { path: "/to" })])
 *   ),
 *   times: 3
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const toPipeline = <A, R, R2 = never, R3 = never>(
  interview: Interview.Interview<A, R>,
  options: Options<A, R2, R3>
) =>
  Pipeline.make(interview.name, { input: interviewing.Known }).pipe(
    Pipeline.catchTag(
      "rounds",
      rounds(interview, options),
      ({ input }) => input,
      "RepeatExhausted",
      refuse(interview, options.times),
      ({ last }) => last
    ),
    Pipeline.output(schemaOf<A>(), ({ rounds: { answers, asked, report } }) => ({
      answers: answers as A, // as they came from the interview
      asked,
      report
    }))
  )

interface Options<A, R2, R3> extends interviewing.Options<R3> {
  readonly check: Validation.Validation<A, R2>
  readonly times: number
}

const Answers = Schema.Record({ key: Schema.String, value: Schema.NullOr(Answer) })

const Checked = Schema.Struct({ issues: Schema.Array(Validation.Issue), report: Validation.Report })

const Round = Schema.Struct({ answers: Answers, asked: Schema.Array(Schema.String), ...Checked.fields })
type Round = typeof Round.Type

/** Answers are JSON as they are. */
const schemaOf = <A>(): Schema.Schema<Agreed<A>> =>
  Schema.make(Schema.Struct({ answers: Answers, asked: Schema.Array(Schema.String), report: Validation.Report }).ast)

const rounds = <A, R, R2, R3>(interview: Interview.Interview<A, R>, options: Options<A, R2, R3>) =>
  Pipeline.make("rounds", { input: interviewing.Known }).pipe(
    Pipeline.repeat("round", round(interview, options), {
      initial: ({ input }) => input,
      until: ({ issues }) => issues.length === 0,
      next: (round) => again(interview, round),
      times: options.times
    }),
    Pipeline.output(Round, ({ round }) => round)
  )

const round = <A, R, R2, R3>(interview: Interview.Interview<A, R>, options: Options<A, R2, R3>) =>
  Pipeline.make("round", { input: interviewing.Known }).pipe(
    Pipeline.step("interview", interviewing.toPipeline(interview, options), ({ input }) => input),
    Pipeline.step("check", checking(options.check), ({ interview }) => interview.answers),
    Pipeline.output(Round, ({ check, interview: { answers, asked } }) => ({
      answers: answers as Round["answers"], // each is an answer, or null
      asked,
      ...check
    }))
  )

const checking = <A, R>(check: Validation.Validation<A, R>) =>
  Step.make("check", {
    title: "Checking the answers",
    hidden: true,
    input: Schema.Unknown,
    success: Checked,
    run: (answers) =>
      Effect.match(Validation.validate(check, answers as A), { // they are those of the interview
        onFailure: ({ issues, report }) => ({ issues: [...issues], report }),
        onSuccess: (report) => ({ issues: [], report })
      })
  })

/** What is known once some answers were refused: the others. */
const again = <A, R>(interview: Interview.Interview<A, R>, { answers, issues }: Round): interviewing.Known => {
  const ids = Interview.placed(interview).map(({ question }) => question.id)
  const wrong = refused(ids, issues)
  const given = ids.flatMap((id) => {
    const answer = answers[id] ?? null
    return answer === null ? [] : [[id, answer] as const]
  })
  return {
    given: Object.fromEntries(given.filter(([id]) => !wrong.has(id))),
    suggested: Object.fromEntries(given),
    notes: Object.fromEntries(wrong)
  }
}

/** What is wrong with the answers to these questions, in their order; with all of them, where nobody says with which. */
const refused = (
  ids: ReadonlyArray<string>,
  issues: ReadonlyArray<Validation.Issue>
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const told = issues.map(({ hint, message, path }) => ({
    id: ids.find((id) => path === id || path === `/${id}` || path?.startsWith(`/${id}/`) === true),
    note: hint === undefined ? message : `${message} (${hint})`
  }))
  const ofAll = told.filter(({ id }) => id === undefined)
  return new Map(
    ids.flatMap((id, index) => {
      const notes = told.filter((issue) => issue.id === id || (index === 0 && issue.id === undefined))
      return notes.length > 0 || ofAll.length > 0 ? [[id, notes.map(({ note }) => note)] as const] : []
    })
  )
}

/** The last round was not good enough. Its answers are taken back, so that the run goes on with its questions. */
const refuse = <A, R>(interview: Interview.Interview<A, R>, times: number) =>
  Step.make("refuse", {
    title: "Refusing the answers",
    hidden: true,
    input: Schema.Unknown,
    success: Schema.Never,
    failure: Validation.ValidationFailed,
    run: (last) =>
      Effect.gen(function*() {
        const { issues: [first, ...others], answers, report } = yield* Effect.orDie(Schema.decodeUnknown(Round)(last))
        if (first === undefined) return yield* Effect.dieMessage("nothing was wrong with the last round")
        const path = yield* Effect.map(CurrentStep.CurrentStep, Option.map(({ path }) => path))
        const ids = Interview.placed(interview).map(({ question }) => question.id)
        const [wrong] = refused(ids, [first, ...others]).keys()
        const open = ids.find((id) => id === wrong && answers[id] !== null)
        if (Option.isSome(path) && open !== undefined) {
          const round = path.value.replace(/#catch$/, `/round/${times - 1}/interview/answers/${open}`)
          yield* CurrentStep.takeBack(round, "refused")
        }
        return yield* new Validation.ValidationFailed({ issues: [first, ...others], report })
      })
  })
