// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * One execution of a step: what its body may ask of the run, and what the run sees of its attempts.
 *
 * A class, since every step of a run makes one: its methods are there once.
 *
 * @since 0.1.0
 */
import { type Clock, Context, Duration, Effect, Exit, FiberRef, HashMap, Option, Scope } from "effect"
import { ask, type Desk, Signal } from "./asking.ts"
import { type Answer, type Answers, type Choice, CurrentStep, type StepInRun } from "./CurrentStep.ts"
import { asking, goingBack, type Task } from "./Executor.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as problem from "./problem.ts"
import type { Answerer, Failing, Question } from "./Question.ts"
import * as recorded from "./recorded.ts"
import type { DurableEvent, Progress, Usage } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"
import type { Remembered } from "./Secrets.ts"
import type { Watch } from "./Step.ts"
import { Suspended } from "./Suspended.ts"
import * as Usages from "./usage.ts"

/**
 * What the steps of a run share.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings extends Desk {
  readonly pipeline: Pipeline.Any
  readonly secrets: Remembered
  readonly clock: Clock.Clock
  /** What all answers of the run have cost. */
  spent: Usage
  /** What of that no step will record, since it was interrupted. */
  unsaid: Usage | undefined
}

/**
 * A step that is running.
 *
 * @category models
 * @since 0.1.0
 */
export class RunningStep implements StepInRun, Watch {
  readonly run: string
  readonly path: string
  readonly task: Task
  /** How often its body was begun. */
  attempts = 0
  /** True where it only pretended to change the world. */
  isPretended: boolean
  /** True where a question of it has to wait. */
  isWaiting = false
  /** What the body gave, where only an interruption can still come between it and its record. */
  finished: { readonly result: unknown } | undefined = undefined

  private readonly shared: Surroundings
  private asked: Set<string> | undefined = undefined
  private unsaid: Usage | undefined = undefined

  constructor(shared: Surroundings, task: Task, isPretended: boolean) {
    this.shared = shared
    this.task = task
    this.run = shared.run
    this.path = task.place.path
    this.isPretended = isPretended
  }

  // --- what its body may ask for

  get attempt(): number {
    return Math.max(this.attempts, 1)
  }

  report(progress: Progress): Effect.Effect<void> {
    return this.shared.show((at) => ({ _tag: "StepProgressed", at, ...this.task.place, progress }))
  }

  ask<A, I, E, E2, R>(
    question: Question<A, I>,
    answerer: Answerer<E2 | Suspended, R>,
    failing: Failing<E> | undefined
  ): Effect.Effect<A, E | E2 | Suspended, R> {
    return Effect.suspend(() => {
      const { name } = question
      if (this.asked?.has(name) === true) {
        const { step } = this.task
        return Effect.die(
          new Error(`step "${step.name}" asks "${name}" twice; each question needs a name of its own`)
        )
      }
      this.asked = new Set(this.asked).add(name)
      return ask(this.shared, this, question, answerer, failing)
    })
  }

  spend(usage: Usage): Effect.Effect<void> {
    return Effect.sync(() => {
      this.unsaid = Usages.add(this.unsaid ?? Usages.none, usage)
      this.shared.spent = Usages.add(this.shared.spent, usage)
    })
  }

  get spent(): Effect.Effect<Usage> {
    return Effect.sync(() => this.shared.spent)
  }

  chosen(member: string): Option.Option<Choice> {
    return HashMap.get(this.shared.state().choices, this.path).pipe(
      Option.flatMapNullable((all) =>
        all.findLast((choice) => choice.member === member && choice.digest === this.task.digest)
      )
    )
  }

  choose(choice: Choice): Effect.Effect<void> {
    const { path, task: { digest, step } } = this
    return this.record((at) => ({
      _tag: "ChoiceMade",
      at,
      path,
      step: step.name,
      version: step.version,
      digest,
      ...choice,
      ...this.usage()
    }))
  }

  get answers(): Effect.Effect<Answers> {
    return Effect.sync(() => {
      const { answers, takenBack } = this.shared.state()
      return { standing: told(answers), takenBack: told(takenBack) }
    })
  }

  takeBack(to: string, why: string): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.flatMap(
        Effect.orDie(recorded.from(this.shared.pipeline, this.shared.state(), to)),
        (paths) =>
          Effect.forEach(
            // What a person sees of this step is taken back too, although nothing is recorded of it yet.
            new Set([...paths, this.path]),
            (path) => this.record((at) => ({ _tag: "StepVoided", at, path, why })),
            { concurrency: "unbounded", discard: true }
          )
      )
    )
  }

  goBack(to: string, why: string): Effect.Effect<never> {
    return Effect.zipRight(this.takeBack(to, why), Effect.die(new Signal(goingBack(to))))
  }

  get simulated(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.isPretended = true
    })
  }

  // --- what its questions use

  /** What its answers have cost since the last record. */
  usage(): { readonly usage?: Usage } {
    if (this.unsaid === undefined) return {}
    const usage = this.unsaid
    this.unsaid = undefined
    return { usage }
  }

  /** Leaves what no record of it will say to the end of the run. */
  interrupted(): void {
    const { usage } = this.usage()
    if (usage !== undefined) this.shared.unsaid = Usages.add(usage, this.shared.unsaid)
  }

  waits(): void {
    this.isWaiting = true
  }

  // --- what the run sees of it

  around(effect: Effect.Effect<unknown, unknown, unknown>): Effect.Effect<unknown, unknown, unknown> {
    return Effect.provideService(effect, CurrentStep, Option.some(this))
  }

  /** Runs the body in a scope of its own, which is changed together with the step: a change of the context is dear. */
  runOnce(body: Effect.Effect<unknown, unknown, unknown>): Effect.Effect<unknown, unknown, unknown> {
    const inScope = Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Scope.make(), (scope) => {
        this.attempts++
        this.asked = undefined
        this.finished = undefined
        return Effect.flatMap(
          FiberRef.modify(FiberRef.currentContext, (outer) => [outer, this.inside(outer, scope)]),
          (outer) =>
            Effect.onExit(restore(body), (exit) => {
              if (Exit.isSuccess(exit) && !this.task.step.transformed) this.finished = { result: exit.value }
              return Effect.zipRight(FiberRef.set(FiberRef.currentContext, outer), Scope.close(scope, exit))
            })
        )
      })
    )
    return Effect.catchIf(inScope, (error) => error instanceof Suspended, () => this.suspended())
  }

  retrying(error: unknown, delay: Duration.Duration): Effect.Effect<void> {
    this.finished = undefined
    return this.shared.show((at) => ({
      _tag: "Retrying",
      at,
      ...this.task.place,
      attempt: this.attempts,
      problem: problem.fromError(error, this.shared.secrets),
      delay: Math.round(Duration.toMillis(delay))
    }))
  }

  private inside(outer: Context.Context<never>, scope: Scope.Scope): Context.Context<never> {
    return Context.unsafeMake(
      new Map(outer.unsafeMap).set(Scope.Scope.key, scope).set(CurrentStep.key, Option.some(this))
    )
  }

  private suspended(): Effect.Effect<never> {
    return Effect.die(
      this.isWaiting ? new Signal(asking([this.path])) : new Error("it waits for an answer and asked nothing")
    )
  }

  /** Makes an event durable from within the body, which ends where that is not possible. */
  private record(event: (at: number) => DurableEvent): Effect.Effect<void> {
    return Effect.catchAll(
      Effect.suspend(() => this.shared.record(event(this.shared.clock.unsafeCurrentTimeMillis()))),
      (stop) => Effect.die(new Signal(stop))
    )
  }
}

/** Answers as a body may know them, by path and in the order in which they were given there. */
const told = (answers: RunState["answers"]): ReadonlyArray<Answer> =>
  Array.from(answers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, all]) => all.map(({ name, value }) => ({ path, name, value })))
