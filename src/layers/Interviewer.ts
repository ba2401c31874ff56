/**
 * Whoever asks a person: at a terminal, through a pipe, or by handing the questions to whoever calls.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option, Schema } from "effect"
import * as CurrentStep from "../pipeline/CurrentStep.ts"
import { Given, type Question } from "../pipeline/Question.ts"
import type { Suspended } from "../pipeline/Suspended.ts"
import * as Validation from "../pipeline/Validation.ts"
import * as Asked from "./Asked.ts"

/**
 * A question that is asked now, and what belongs to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asking {
  readonly question: Asked.Asked
  readonly rule: Asked.Rule
  /** What a person should have read before they answer. */
  readonly before: ReadonlyArray<string>
  /** What was answered so far, in lines for one who comes back. */
  readonly answered: ReadonlyArray<string>
  /** It was answered, and the person took that back. */
  readonly isTakenBack: boolean
  /** There is an earlier question to go back to. */
  readonly mayGoBack: boolean
  /** What stands where nobody can be asked; without it the question needs an answer. */
  readonly otherwise: Option.Option<Asked.Answer>
}

/**
 * The answer is wanted and cannot be had: there is nobody to ask, and it was not given with the command.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerMissing extends Schema.TaggedError<AnswerMissing>()("AnswerMissing", {
  /** What was not answered, with the default where there is one. */
  questions: Schema.Array(
    Schema.Struct({ id: Schema.String, text: Schema.String, default: Schema.NullOr(Asked.Answer) })
  )
}) {
  override get message(): string {
    const count = this.questions.length
    return `${count === 1 ? "An answer is" : `${count} answers are`} missing, and there is no terminal to ask on:\n${
      this.questions.map(({ default: otherwise, id, text }) =>
        `  ${id}: ${text}${otherwise === null ? "" : ` (default: ${inWords(otherwise)})`}`
      ).join("\n")
    }`
  }
  get fix(): string {
    const named = this.questions.filter(({ default: otherwise }) => otherwise === null)
    const needed = (named.length === 0 ? [] : named.slice(0, 3)).map(({ id }) => `--answer ${id}=…`)
    return [
      `Add ${
        [...needed, ...(named.length > 3 ? ["…"] : []), ...(named.length < this.questions.length ? ["--defaults"] : [])]
          .join(" ")
      }, or name a file with --answers FILE (--print-questions writes one).`,
      "Or let whoever calls answer with --agent handoff, or read typed lines from a pipe with --lines."
    ].join(" ")
  }
}

const inWords = (answer: Asked.Answer): string =>
  typeof answer === "boolean" ? answer ? "yes" : "no" : answer.length === 0 ? "none" : [answer].flat().join(", ")

/**
 * Answers that were given with the command are none. All of them are named, and nothing was asked.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswersRefused extends Schema.TaggedError<AnswersRefused>()("AnswersRefused", {
  refusals: Schema.Array(
    Schema.Struct({ question: Schema.String, reason: Schema.String, wanted: Schema.NullOr(Schema.String) })
  )
}) {
  override get message(): string {
    const count = this.refusals.length
    return `${count === 1 ? "An answer that was given does" : `${count} answers that were given do`} not fit:\n${
      this.refusals.map(({ question, reason, wanted }) =>
        `  ${question}: ${reason}${wanted === null ? "" : ` (${wanted})`}`
      ).join("\n")
    }`
  }
  get fix(): string {
    return "Correct them and repeat the command. Nothing was saved."
  }
}

/**
 * What was typed came to its end before the question was answered.
 *
 * @category errors
 * @since 0.1.0
 */
export class InputEnded extends Schema.TaggedError<InputEnded>()("InputEnded", {
  question: Schema.String
}) {
  override get message(): string {
    return `The input ended before "${this.question}" was answered`
  }
  get fix(): string {
    return "Repeat the command: it goes on with this question, and what was answered is kept."
  }
}

/**
 * Every way in which a person may not answer: what a step that asks declares as its failure.
 *
 * @category errors
 * @since 0.1.0
 */
export const Failure = Schema.Union(AnswerMissing, AnswersRefused, InputEnded)
export type Failure = typeof Failure.Type

/**
 * The person wants to go back to the question before this one. That is no error, and nothing is recorded of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface GoneBack {
  readonly _tag: "GoneBack"
}

/**
 * Goes back.
 *
 * @category constructors
 * @since 0.1.0
 */
export const goBack: Effect.Effect<never, GoneBack> = Effect.fail({ _tag: "GoneBack" })

/**
 * All questions that may come, before the first is asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Questionnaire {
  readonly title: string
  readonly questions: ReadonlyArray<Possible>
  /** The ids of all that may be answered beforehand, beside the questions. */
  readonly ids: ReadonlyArray<string>
  /**
   * Says what certain answers come to, beside those that are known already. With `defaults`, every other question that has
   * a default is answered with it.
   */
  readonly judge: (
    given: ReadonlyMap<string, unknown>,
    options?: { readonly defaults?: boolean }
  ) => Effect.Effect<Judgement>
}

/**
 * What belongs to a question, whatever is answered to the others.
 *
 * @category models
 * @since 0.1.0
 */
export interface Possible {
  readonly id: string
  readonly rule: Asked.Rule
  /** When it is asked; nothing where that is always. */
  readonly condition: Option.Option<string>
  /** What a person should have read before they answer. */
  readonly notes: ReadonlyArray<string>
}

/**
 * What becomes of answers that were given all at once, before anybody is asked for the rest.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judgement {
  readonly refusals: AnswersRefused["refusals"]
  /** The questions that will be asked, whatever is answered to the others. */
  readonly missing: ReadonlyArray<Asked.Asked>
  /** Those, and the questions that may come to be asked after them, with all choices that there may be. */
  readonly open: ReadonlyArray<Asked.Asked>
  /** What stands already, or was accepted now. */
  readonly answers: Readonly<Record<string, Asked.Answer>>
}

/**
 * Asks questions of a person. In a run, an answer is durable before `ask` returns, and is never asked for again; where
 * nobody can answer at once, the run is suspended. Without a terminal nothing waits for somebody to type, unless typed
 * lines were asked for.
 *
 * @category services
 * @since 0.1.0
 */
export class Interviewer extends Context.Tag("effect-cairn/layers/Interviewer")<Interviewer, {
  /** Whether there is somebody who reads what is asked, and may change their mind. */
  readonly isAttended: boolean
  /** Stands for the answers that were given with the command: where they change, what was prepared does not hold. */
  readonly fingerprint: string
  /**
   * Told of all questions before the first: gives the answers that can be had at once, all together, and fails where some
   * are wrong, or missing for good.
   */
  readonly prepare: (
    questionnaire: Questionnaire
  ) => Effect.Effect<Readonly<Record<string, Asked.Answer>>, Failure | Suspended>
  readonly ask: (asking: Asking) => Effect.Effect<Asked.Answer, Failure | GoneBack | Suspended>
}>() {}

/**
 * Makes an interviewer of whoever answers one question. By default nothing is prepared.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly isAttended: boolean
  readonly fingerprint?: string
  readonly prepare?: typeof Interviewer.Service.prepare
  readonly answer: (asking: Asking) => Effect.Effect<Asked.Answer, Failure | GoneBack | Suspended>
}): typeof Interviewer.Service => ({
  isAttended: options.isAttended,
  fingerprint: options.fingerprint ?? "",
  prepare: options.prepare ?? (() => Effect.succeed({})),
  ask: (asking) => record(asking, options.answer(asking))
})

/**
 * Makes an answer durable, unless one is: then that counts, and nobody is asked.
 *
 * @category combinators
 * @since 0.1.0
 */
export const record = <E, R>(
  asking: Asking,
  answer: Effect.Effect<Asked.Answer, E, R>
): Effect.Effect<Asked.Answer, E | Suspended, R> =>
  CurrentStep.ask(questionOf(asking), () => Effect.map(answer, (value) => Given.Json({ value })))

/**
 * The question as a run knows it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const questionOf = ({ before, question, rule }: Asking): Question<Asked.Answer, Asked.Answer> => {
  const { help, id, text } = question
  const otherwise = Asked.fallback(question)
  return {
    name: id,
    ask: "user",
    prompt: [
      ...(before.length === 0 ? [] : [...before, ""]),
      text,
      ...(help === undefined ? [] : [`(${help})`]),
      ...("choices" in question ? question.choices.map(({ label, value }) => `- ${value}: ${label}`) : []),
      ...Option.match(otherwise, { onNone: () => [], onSome: (answer) => [`Default: ${[answer].flat().join(", ")}`] }),
      ...(question._tag === "Text" || question._tag === "Lines" ? [`It must be: ${rule.says}`] : [])
    ].join("\n"),
    answer: Asked.schema(question),
    ...Option.match(otherwise, { onNone: () => ({}), onSome: (example) => ({ example }) })
  }
}

/**
 * The rule of a question as a check of its answer.
 *
 * @category conversions
 * @since 0.1.0
 */
export const checkOf = ({ question, rule }: Asking): Validation.Validation<Asked.Answer> =>
  Validation.chain(
    Validation.check("rule", (answer) =>
      Effect.match(Asked.accept(question, rule, answer), {
        onFailure: (issues): ReadonlyArray<Validation.Issue> => issues,
        onSuccess: () => []
      }))
  )
