/**
 * What a body may know about the step that it is running in. Empty outside a run, where a step is an ordinary Effect.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option } from "effect"
import type { Progress } from "./RunEvent.ts"
import { NotInARun, type Question, Suspended } from "./Suspended.ts"

/**
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
  /** Answers a question from what is recorded, or by running `answer` and recording what it gives. */
  readonly ask: <A, I, E, R>(
    question: Question<A, I>,
    answer: Effect.Effect<A, E | Suspended, R>
  ) => Effect.Effect<A, E | Suspended, R>
  /** Says that this attempt only pretended to change the world, so that its result is not recorded. */
  readonly simulated: Effect.Effect<void>
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
 * Asks a question. In a run, an answer that was accepted before is returned without asking again; otherwise `answer`
 * is run, and what it gives is checked and durable before this returns. Where `answer` is `suspended`, the question
 * becomes an open request of the run.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask = <A, I, E, R>(
  question: Question<A, I>,
  answer: Effect.Effect<A, E | Suspended, R>
): Effect.Effect<A, E | Suspended, R> =>
  Effect.flatMap(
    CurrentStep,
    Option.match({
      onNone: () =>
        Effect.catchIf(
          answer,
          (error): error is Extract<E | Suspended, Suspended> => error instanceof Suspended,
          () => Effect.die(new NotInARun({ name: question.name }))
        ),
      onSome: (step) => step.ask(question, answer)
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
