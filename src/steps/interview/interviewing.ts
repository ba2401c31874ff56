/**
 * An interview as a part of a pipeline: a step for each question, whose answer is durable the moment it is given.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Option, Schema } from "effect"
import * as Asked from "../../layers/Asked.ts"
import * as Interviewer from "../../layers/Interviewer.ts"
import * as CurrentStep from "../../pipeline/CurrentStep.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Step from "../../pipeline/Step.ts"
import type { Suspended } from "../../pipeline/Suspended.ts"
import * as Interview from "./Interview.ts"
import { judge, suggestion } from "./judge.ts"
import * as rules from "./rules.ts"
import { toStored } from "./stored.ts"
import { summary } from "./summary.ts"

const Answers = Schema.Record({ key: Schema.String, value: Asked.Answer })

/**
 * What is known before an interview: answers that need not be asked for, as long as they fit, others to be offered as
 * defaults, and what a person should read before they answer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Known = Schema.Struct({
  given: Answers,
  suggested: Answers,
  notes: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }), { exact: true })
})
export type Known = typeof Known.Type

/**
 * Nothing is known.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nothing: Known = { given: {}, suggested: {} }

/**
 * What an interview came to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Interviewed<A> {
  /** By question; null where it was not asked. */
  readonly answers: A
  /** The questions that were answered, in their order, and `proceed` where that was asked. */
  readonly asked: ReadonlyArray<string>
}

/**
 * The answers were not confirmed. They were taken back, and are offered when the interview is repeated.
 *
 * @category errors
 * @since 0.1.0
 */
export class Cancelled extends Schema.TaggedError<Cancelled>()("Cancelled", { interview: Schema.String }) {
  override get message(): string {
    return "The answers were not confirmed. Nothing was written with them"
  }
  get fix(): string {
    return "Repeat the command to correct them: every question is asked again, with your answer as its default."
  }
}

type Answer = Asked.Answer
type Answered = Readonly<Record<string, Answer>>

/** Told of the answers so far, and whether the interview stops here. */
type Keep<R> = (answers: Answered, stops: boolean) => Effect.Effect<void, never, R>

/**
 * What else may be said of how it is done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<out R> {
  /** The ids of questions that are asked outside of the interview, by the same interviewer. */
  readonly besides?: ReadonlyArray<string>
  readonly keep?: (stored: Readonly<Record<string, Answer | null>>, stops: boolean) => Effect.Effect<void, never, R>
}

/**
 * Makes a pipeline of an interview. `keep` is told of the answers so far, as they are stored, whenever a section is over
 * and whenever the interview stops.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import { Pipeline } from "effect-cairn"
 * import { Interview, Interviewing } from "effect-cairn/steps"
 *
 * const greeting = Interview.make("greeting", {
 *   title: "Greeting",
 *   sections: [{ title: "You", questions: [Interview.text("name", { text: "Who are you?" })] }]
 * })
 *
 * export const greet = Pipeline.make("greet", { input: Schema.Struct({}) }).pipe(
 *   Pipeline.step("interview", Interviewing.toPipeline(greeting), () => Interviewing.nothing),
 *   Pipeline.output(Schema.String, ({ interview }) => `Hello, ${interview.answers.name}!`)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const toPipeline = <A, R, R2 = never>(
  interview: Interview.Interview<A, R>,
  options: Options<R2> = {}
) => {
  const { keep = () => Effect.void } = options
  const told: Keep<R2> = (answers, stops) => keep(toStored(interview, answers), stops)
  return Pipeline.make(interview.name, { input: Known }).pipe(
    Pipeline.step("prepared", prepare(interview, options.besides ?? []), ({ input }) => input),
    Pipeline.step("answers", questions(interview, told), ({ input, prepared }) => ({
      ...input,
      given: { ...input.given, ...prepared.answers }
    })),
    Pipeline.step(
      "proceed",
      confirm(interview, told),
      ({ answers }) => Option.isSome(interview.confirm) ? summary(interview, answers) : null
    ),
    Pipeline.output(schemaOf<A>(), ({ answers, prepared, proceed }) => ({
      answers: answers as A, // each was asked by a step of its own question, whose types are those of the interview
      asked: [
        ...Object.entries(answers).filter(([, answer]) => answer !== null).map(([id]) => id),
        ...(proceed !== null && prepared.isAttended ? [proceedId] : [])
      ]
    }))
  )
}

const ByQuestion = Schema.Record({ key: Schema.String, value: Schema.NullOr(Asked.Answer) })

/** Answers are JSON as they are. */
const schemaOf = <A>(): Schema.Schema<Interviewed<A>> =>
  Schema.make(Schema.Struct({ answers: ByQuestion, asked: Schema.Array(Schema.String) }).ast)

// --- where an interview stands

interface Standing {
  readonly pathOf: (id: string) => string
  readonly answers: Answered
  /** Answers that were taken back, and not given anew. */
  readonly takenBack: Answered
}

/** What the run knows of the answers, seen from a step of the interview. */
const standing: Effect.Effect<Standing> = Effect.gen(function*() {
  const path = yield* Effect.map(
    CurrentStep.CurrentStep,
    Option.match({ onNone: () => "", onSome: ({ path }) => path })
  )
  const pathOf = (id: string) => path.replace(/(^|\/)(prepared|answers\/[^/]*|proceed)$/, `$1answers/${id}`)
  const { standing, takenBack } = yield* CurrentStep.answers
  const ofInterview = (all: ReadonlyArray<CurrentStep.Answer>): Answered =>
    Object.fromEntries(
      all.flatMap(({ name, path, value }) => path === pathOf(name) && isAnswer(value) ? [[name, value]] : [])
    )
  return { pathOf, answers: ofInterview(standing), takenBack: ofInterview(takenBack) }
})

const isAnswer = Schema.is(Asked.Answer)

// --- before the first question

/** All answers that can be had at once. */
const prepare = <A, R>(interview: Interview.Interview<A, R>, besides: ReadonlyArray<string>) =>
  Step.make("prepare", {
    title: "Looking for answers",
    hidden: true,
    input: Known,
    success: Schema.Struct({ answers: Answers, isAttended: Schema.Boolean }),
    failure: Interviewer.Failure,
    fingerprint: () =>
      Effect.map(Interviewer.Interviewer, ({ fingerprint, isAttended }) => `${isAttended} ${fingerprint}`),
    run: ({ given, notes = {}, suggested }) =>
      Effect.gen(function*() {
        const interviewer = yield* Interviewer.Interviewer
        const context = yield* Effect.context<R>()
        const { answers, takenBack } = yield* standing
        return {
          answers: yield* interviewer.prepare({
            title: interview.title,
            ids: [...Interview.placed(interview).map(({ question }) => question.id), proceedId, ...besides],
            questions: Interview.placed(interview).map((place) => ({
              id: place.question.id,
              rule: Asked.provide(place.question.rule, context),
              condition: Interview.condition(place),
              notes: notes[place.question.id] ?? []
            })),
            judge: (more, { defaults = false } = {}) =>
              Effect.provide(
                judge(interview, {
                  known: { ...given, ...answers },
                  given: more,
                  suggested: { ...suggested, ...takenBack },
                  defaults
                }),
                context
              )
          }),
          isAttended: interviewer.isAttended
        }
      })
  })

// --- one question after the other

const Asking = Schema.Struct({
  /** Nothing, where the question is not asked. */
  asked: Schema.NullOr(Asked.Asked),
  given: Schema.NullOr(Asked.Answer),
  suggested: Schema.NullOr(Asked.Answer),
  /** Why it is asked again, where its answer was refused. */
  notes: Schema.NullOr(Schema.Array(Schema.String))
})
type Asking = typeof Asking.Type

const questions = <A, R, R2>(interview: Interview.Interview<A, R>, keep: Keep<R2>) => {
  const all = Interview.placed(interview)
  return Pipeline.fromSteps("answers", {
    input: Known,
    steps: all.map((place, index) => ({
      key: place.question.id,
      unit: ask(interview, place, all[index - 1]?.section !== place.section, keep),
      select: (known: Known, answers: Interview.Answers) => asking(place, known, answers)
    })),
    output: {
      schema: ByQuestion,
      select: (answers) => Object.fromEntries(all.map(({ question: { id } }) => [id, answers[id] ?? null]))
    }
  })
}

const asking = <R>(
  place: Interview.Placed<R>,
  { given, notes = {}, suggested }: Known,
  answers: Interview.Answers
): Asking => {
  const { id } = place.question
  const resolved = Interview.resolve(place, answers)
  return {
    asked: resolved._tag === "Asked" ? resolved.asked : null,
    given: given[id] ?? null,
    suggested: Option.getOrNull(suggestion(place, suggested, answers)),
    notes: notes[id] ?? null
  }
}

/** The step that asks a question. What is known and fits is not asked for again, unless a person has taken it back. */
const ask = <A, R, R2>(
  interview: Interview.Interview<A, R>,
  { question }: Interview.Placed<R>,
  opensSection: boolean,
  keep: Keep<R2>
): Step.Step<Asking, Answer | null, Interviewer.Failure, Interviewer.Interviewer | R | R2> =>
  Step.make(question.id, {
    title: question.text.replace(/:$/, ""),
    hidden: true,
    input: Asking,
    success: Schema.NullOr(Asked.Answer),
    failure: Interviewer.Failure,
    summary: (answer) => answer === null ? "not asked" : [answer].flat().join(", "),
    run: ({ asked, given, notes, suggested }) =>
      asked === null ? Effect.succeed(null) : Effect.gen(function*() {
        const { isAttended } = yield* Interviewer.Interviewer
        const { answers, takenBack } = yield* standing
        const rule = Asked.provide(question.rule, yield* Effect.context<R>())
        const fitting = (candidates: ReadonlyArray<Answer | null | undefined>) =>
          Effect.option(Effect.firstSuccessOf([
            ...candidates.flatMap((answer) =>
              answer === null || answer === undefined ? [] : [Asked.accept(asked, rule, answer)]
            ),
            Effect.fail("none fits")
          ]))
        const back = takenBack[question.id]
        const isTakenBack = isAttended && (back !== undefined || notes !== null)

        const known = yield* fitting(isTakenBack ? [] : [given, answers[question.id]])
        if (Option.isSome(known)) {
          const about = {
            question: asked,
            rule,
            before: [],
            answered: [],
            isTakenBack: false,
            mayGoBack: false,
            otherwise: Option.none()
          }
          return yield* Interviewer.record(about, Effect.succeed(known.value))
        }
        const offered = Option.match(yield* fitting([back, given, suggested]), {
          onNone: () => asked,
          onSome: (answer) => Asked.withDefault(asked, answer)
        })
        if (opensSection) yield* keep(answers, false)
        const answer = yield* put(
          interview,
          { question: offered, rule, before: notes ?? [], isTakenBack, otherwise: Option.none() },
          keep
        )
        return yield* Effect.orElseSucceed(Asked.accept(asked, rule, answer), () => answer)
      })
  })

/** Asks a person, who may go back to the question that was answered before this one. */
const put = <A, R, R2>(
  interview: Interview.Interview<A, R>,
  asking: Pick<Interviewer.Asking, "question" | "rule" | "before" | "isTakenBack" | "otherwise">,
  keep: Keep<R2>
): Effect.Effect<Answer, Interviewer.Failure | Suspended, Interviewer.Interviewer | R2> =>
  Effect.gen(function*() {
    const interviewer = yield* Interviewer.Interviewer
    const { answers, pathOf } = yield* standing
    const ids = Interview.placed(interview).map(({ question }) => question.id)
    const own = ids.indexOf(asking.question.id)
    const before = ids.slice(0, own < 0 ? ids.length : own).filter((id) => answers[id] !== undefined)
    const previous = before.at(-1)
    return yield* interviewer.ask({
      ...asking,
      answered: summary(interview, Object.fromEntries(before.map((id) => [id, answers[id]]))),
      mayGoBack: previous !== undefined
    }).pipe(
      Effect.catchTag("GoneBack", () =>
        previous === undefined
          ? Effect.dieMessage("there is no question to go back to")
          : CurrentStep.goBack(pathOf(previous), "gone back")),
      Effect.onError((cause) => Cause.isDie(cause) ? Effect.void : keep(answers, true))
    )
  })

// --- after the last question

const proceedId = "proceed"

/** Asks whether the answers are right. A no takes all of them back. */
const confirm = <A, R, R2>(interview: Interview.Interview<A, R>, keep: Keep<R2>) =>
  Step.make(proceedId, {
    title: Option.getOrElse(interview.confirm, () => "Proceed?"),
    hidden: true,
    /** The summary of the answers; nothing, where they need not be confirmed. */
    input: Schema.NullOr(Schema.Array(Schema.String)),
    success: Schema.NullOr(Schema.Literal(true)),
    failure: Schema.Union(Interviewer.Failure, Cancelled),
    run: (before) =>
      before === null ? Effect.succeed(null) : Effect.gen(function*() {
        const { isAttended } = yield* Interviewer.Interviewer
        const { answers, pathOf, takenBack } = yield* standing
        yield* keep(answers, false)
        const isConfirmed = yield* put(interview, {
          question: {
            _tag: "Confirm",
            id: proceedId,
            section: "Summary",
            text: Option.getOrElse(interview.confirm, () => "Proceed?"),
            default: true
          },
          rule: rules.line,
          before,
          isTakenBack: isAttended && takenBack[proceedId] !== undefined,
          otherwise: Option.some(true)
        }, keep)
        if (isConfirmed === true) return true as const
        const [first] = Interview.placed(interview)
        if (first !== undefined) yield* CurrentStep.takeBack(pathOf(first.question.id), "not confirmed")
        return yield* new Cancelled({ interview: interview.name })
      })
  })
