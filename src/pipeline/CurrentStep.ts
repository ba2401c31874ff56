/**
 * What a body may know about the step that it is running in. Empty outside a run, where a step is an ordinary Effect.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option } from "effect"
import { type Answerer, type Failing, type Question, settle } from "./Question.ts"
import type { Progress, Usage } from "./RunEvent.ts"
import { NotInARun, Suspended } from "./Suspended.ts"

/**
 * What a body may know of, and ask of, the run that it is in.
 *
 * @category models
 * @since 0.1.0
 */
export interface StepInRun {
  readonly run: string
  /** Where the step stands in its pipeline: `tasks`, `files/a.ts`, `draft/2`. */
  readonly path: string
  /** The number of the attempt, from 1; counted anew on every resume. */
  readonly attempt: number
  readonly report: (progress: Progress) => Effect.Effect<void>
  /** Answers a question from what is recorded or handed in, or by asking; an accepted answer is durable. */
  readonly ask: <A, I, E, E2, R>(
    question: Question<A, I>,
    answerer: Answerer<E2 | Suspended, R>,
    failing: Failing<E> | undefined
  ) => Effect.Effect<A, E | E2 | Suspended, R>
  /** Counts what an answer cost. It is durable with the next record of the step. */
  readonly spend: (usage: Usage) => Effect.Effect<void>
  /** What all answers of the run have cost so far. */
  readonly spent: Effect.Effect<Usage>
  /** Which layer a strategy chose for a member of its service, where that is recorded. */
  readonly chosen: (member: string) => Option.Option<Choice>
  /** Records which layer a strategy chose, and why it was not the first. */
  readonly choose: (choice: Choice) => Effect.Effect<void>
  readonly answers: Effect.Effect<Answers>
  /** Takes back a step and all that follow it, this one too. */
  readonly takeBack: (path: string, why: string) => Effect.Effect<void>
  /** The same, and ends this step: the run goes on there. */
  readonly goBack: (path: string, why: string) => Effect.Effect<never>
  /** Says that this attempt only pretended to change the world, so that its result is not recorded. */
  readonly simulated: Effect.Effect<void>
}

/**
 * The answers that a run has been given, in the order of their steps' paths: those that stand, and those that were taken
 * back and have not been given anew.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answers {
  readonly standing: ReadonlyArray<Answer>
  readonly takenBack: ReadonlyArray<Answer>
}

/**
 * An answer as it is recorded: of which step, to which of its questions, as JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly path: string
  readonly name: string
  readonly value: unknown
}

/**
 * What a strategy chose for a member of its service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Choice {
  readonly member: string
  readonly chose: string
  /** Why it was not the first. */
  readonly reason?: string | undefined
}

/**
 * The step that is running, if any.
 *
 * @category services
 * @since 0.1.0
 */
export class CurrentStep extends Context.Reference<CurrentStep>()("effect-cairn/pipeline/CurrentStep", {
  defaultValue: (): Option.Option<StepInRun> => Option.none()
}) {}

/**
 * True when nothing in the user's tree may change: steps that write then run against a Workspace that only shows what
 * it would do, and neither they nor what they feed is recorded.
 *
 * @category services
 * @since 0.1.0
 */
export class DryRun extends Context.Reference<DryRun>()("effect-cairn/pipeline/CurrentStep/DryRun", {
  defaultValue: () => false
}) {}

/**
 * Asks a question. In a run, an answer that was accepted before is returned without asking again; otherwise `answerer`
 * is asked, and what it gives is checked and durable before this returns. Where it is `suspended`, the question becomes
 * an open request of the run. `failing` says which refused answer is one too many, and what the question fails with then.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import { CurrentStep, Step, Suspended } from "effect-cairn"
 *
 * const Color = Schema.Literal("red", "blue")
 *
 * const choose = Step.make("choose", {
 *   title: "Asking for a color",
 *   input: Schema.String,
 *   success: Color,
 *   run: (what) =>
 *     CurrentStep.ask(
 *       { name: "color", ask: "user", prompt: `Which color for ${what}?`, answer: Color, example: "red" },
 *       Suspended.suspended
 *     )
 * })
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask: {
  <A, I, E2, R>(
    question: Question<A, I>,
    answerer: Answerer<E2 | Suspended, R>
  ): Effect.Effect<A, E2 | Suspended, R>
  <A, I, E2, R, E>(
    question: Question<A, I>,
    answerer: Answerer<E2 | Suspended, R>,
    failing: Failing<E>
  ): Effect.Effect<A, E | E2 | Suspended, R>
} = <A, I, E2, R, E>(
  question: Question<A, I>,
  answerer: Answerer<E2 | Suspended, R>,
  failing?: Failing<E>
): Effect.Effect<A, E | E2 | Suspended, R> =>
  Effect.flatMap(
    CurrentStep,
    Option.match({
      onNone: () =>
        settle(question, answerer, failing, {
          where: {},
          before: { count: 0, last: Option.none() },
          refused: () => Effect.void
        }).pipe(
          Effect.map(({ value }) => value),
          Effect.catchIf(
            (error): error is Extract<E | E2 | Suspended, Suspended> => error instanceof Suspended,
            () => Effect.die(new NotInARun({ name: question.name }))
          )
        ),
      onSome: (step) => step.ask(question, answerer, failing)
    })
  )

/**
 * Counts what an answer cost: durable with the next record of the step that is running. Outside a run nobody counts.
 *
 * @category combinators
 * @since 0.1.0
 */
export const spend = (usage: Usage): Effect.Effect<void> =>
  Effect.flatMap(CurrentStep, Option.match({ onNone: () => Effect.void, onSome: (step) => step.spend(usage) }))

/**
 * The answers of the run so far; outside a run there are none.
 *
 * @category accessors
 * @since 0.1.0
 */
export const answers: Effect.Effect<Answers> = Effect.flatMap(
  CurrentStep,
  Option.match({
    onNone: () => Effect.succeed<Answers>({ standing: [], takenBack: [] }),
    onSome: (step) => step.answers
  })
)

/**
 * Takes back what is recorded of the step at a path and of all that follow it, for a step that then fails: when the run
 * goes on, they run again. Outside a run there is nothing to take back.
 *
 * @category combinators
 * @since 0.1.0
 */
export const takeBack = (path: string, why: string): Effect.Effect<void> =>
  Effect.flatMap(
    CurrentStep,
    Option.match({ onNone: () => Effect.void, onSome: (step) => step.takeBack(path, why) })
  )

/**
 * Takes back what is recorded of an earlier step and of all that follow it, and lets the run go on there. The step that
 * is running ends here, and nothing is recorded of it. Outside a run it is a defect.
 *
 * @category combinators
 * @since 0.1.0
 */
export const goBack = (path: string, why: string): Effect.Effect<never> =>
  Effect.flatMap(
    CurrentStep,
    Option.match({
      onNone: () => Effect.dieMessage(`outside a run there is no way back to "${path}"`),
      onSome: (step) => step.goBack(path, why)
    })
  )

/**
 * Tells how far the running step has come. Outside a run nobody listens.
 *
 * @category combinators
 * @since 0.1.0
 */
export const report = (progress: Progress): Effect.Effect<void> =>
  Effect.flatMap(CurrentStep, Option.match({ onNone: () => Effect.void, onSome: (step) => step.report(progress) }))

/**
 * The key under which an outside system should file what this step asks of it: the same for every attempt, so that a
 * request that is sent twice counts once. Absent outside a run.
 *
 * @category accessors
 * @since 0.1.0
 */
export const idempotencyKey: Effect.Effect<Option.Option<string>> = Effect.map(
  CurrentStep,
  Option.map(({ path, run }) => `${run}/${path}`)
)
