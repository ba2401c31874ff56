/**
 * What a body may know about the step that it is running in. Empty outside a run, where a step is an ordinary Effect.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option } from "effect"
import type { Progress } from "./RunEvent.ts"

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
  readonly report: (progress: typeof Progress.Type) => Effect.Effect<void>
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
