/**
 * What the interpreter of a pipeline asks of the place where it runs: to recall results and to execute steps. The local
 * one keeps them in a journal; another may hand them to a cluster.
 *
 * @since 0.1.0
 */
import { Cause, type Effect, type Option } from "effect"
import type { RunEvent } from "./RunEvent.ts"
import type * as Step from "./Step.ts"

/**
 * Why a pipeline cannot go on, and how much that matters: where several units end side by side, the gravest decides.
 *
 * @category models
 * @since 0.1.0
 */
export class Stop {
  readonly gravity: (typeof gravity)[keyof typeof gravity]
  readonly path: string
  readonly cause: Cause.Cause<unknown>
  /** All that wait for an answer, in the order of the pipeline. */
  readonly asking: ReadonlyArray<string>
  constructor(
    kind: keyof typeof gravity,
    path: string,
    cause: Cause.Cause<unknown>,
    asking: ReadonlyArray<string> = []
  ) {
    this.gravity = gravity[kind]
    this.path = path
    this.cause = cause
    this.asking = asking
  }
}

/**
 * Something cannot be foretold: it reads the key of what would run first.
 *
 * @category models
 * @since 0.1.0
 */
export class Ahead extends Stop {
  readonly first: string
  constructor(path: string, first: string) {
    super("asking", path, Cause.empty)
    this.first = first
  }
}

/**
 * A question waits for its answer < the run goes back to an earlier step < a step failed < a step has a bug < the
 * checkpoint itself cannot be used.
 *
 * @category constants
 * @since 0.1.0
 */
export const gravity = { asking: 1, goingBack: 2, failed: 3, died: 4, broken: 5 } as const

/** @category constructors */
export const failed = (path: string, error: unknown): Stop => new Stop("failed", path, Cause.fail(error))

/** @category constructors */
export const died = (path: string, defect: unknown): Stop => new Stop("died", path, Cause.die(defect))

/** @category constructors */
export const asking = (paths: ReadonlyArray<string>): Stop => new Stop("asking", paths[0] ?? "", Cause.empty, paths)

/** @category constructors */
export const goingBack = (path: string): Stop => new Stop("goingBack", path, Cause.empty)

/** @category constructors */
export const broken = (path: string, error: unknown): Stop => new Stop("broken", path, Cause.fail(error))

/**
 * What people call a place in a pipeline, and its number there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly path: string
  readonly title: string
  readonly number?: number
  readonly of?: number
  readonly hidden?: boolean
}

/**
 * One execution of a step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Task {
  readonly place: Place
  readonly step: Step.Definition
  readonly input: unknown
  readonly digest: string
  /** Why it runs although there is an earlier result. */
  readonly why: string | undefined
  /** True when nothing else of this run is under way. */
  readonly alone: boolean
  /** False where the input comes from a step that only pretended. */
  readonly record: boolean
  /** Told when the step only pretended to change the world. */
  readonly simulated: () => void
  /** What is run; the step's own body unless it failed before it began. */
  readonly body: (watch: Step.Watch) => Effect.Effect<unknown, unknown, unknown>
}

/**
 * What is known of an earlier execution.
 *
 * @category models
 * @since 0.1.0
 */
export type Recalled =
  | { readonly _tag: "Hit"; readonly value: unknown }
  /** Nothing that still fits; `why` says what does not, where there is something. */
  | { readonly _tag: "Miss"; readonly why: string | undefined }
  /** There is a result, but it has to be fetched. */
  | { readonly _tag: "Far"; readonly fetch: Effect.Effect<Recalled, Stop> }

/**
 * @category models
 * @since 0.1.0
 */
export interface Executor {
  /** The recorded success of a step at a path (or at the path it was recorded under before), where it still fits. */
  readonly recall: (path: string, was: string | undefined, step: Step.Definition, digest: string) => Recalled
  /** The recorded failure of a step, where it still fits. */
  readonly recallFailure: (
    path: string,
    was: string | undefined,
    step: Step.Definition,
    digest: string
  ) => Effect.Effect<Option.Option<unknown>, Stop>
  /** True where what is recorded at a path, a result, a question or an answer, was made from this. */
  readonly isFrom: (path: string, was: string | undefined, step: Step.Definition, digest: string) => boolean
  /** True where at a path, or under it, a recovery came to a result, a question or an answer. */
  readonly hasRecovery: (path: string, was: string | undefined) => boolean
  /** Runs a step and makes its end durable. */
  readonly execute: (task: Task) => Effect.Effect<unknown, Stop, unknown>
  /** Told of each result, new or recalled, that a run goes on with and that can be undone. */
  readonly passed: (
    path: string,
    was: string | undefined,
    step: Step.Definition,
    input: unknown,
    value: unknown
  ) => void
  /** Runs a group of units: those of one node, or of a nested pipeline. */
  readonly within: (
    place: Place,
    name: string,
    running: Effect.Effect<unknown, Stop, unknown>
  ) => Effect.Effect<unknown, Stop, unknown>
  /** Shows something; `event` is only made where anybody looks. */
  readonly show: (event: (at: number) => RunEvent) => Effect.Effect<void>
}
