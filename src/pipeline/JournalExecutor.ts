// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Runs the steps of a pipeline here, and keeps what they give in the run's checkpoint.
 *
 * @since 0.1.0
 */
import { Cause, type Clock, Effect, Either, Exit, HashMap, Option } from "effect"
import { type Desk, Signal } from "./asking.ts"
import { type Checkpoint, type Entry, entry } from "./checkpoint.ts"
import { asking, broken, died, type Executor, failed, type Stop, type Task } from "./Executor.ts"
import { handedOn, isSecret, refused } from "./handedOn.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as problem from "./problem.ts"
import type { Given } from "./Question.ts"
import * as recall from "./recall.ts"
import type { DurableEvent, RunEvent, Usage } from "./RunEvent.ts"
import { RunningStep, type Surroundings } from "./RunningStep.ts"
import * as RunRecord from "./RunRecord.ts"
import type { RunState } from "./RunState.ts"
import type { Remembered } from "./Secrets.ts"
import * as Step from "./Step.ts"
import { summaryOf } from "./summaryOf.ts"

/**
 * What the executor of one run works on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly checkpoint: Checkpoint
  /** What the run has come to. */
  readonly state: RunState
  readonly report: ((event: RunEvent) => Effect.Effect<void>) | undefined
  /** Answers that were handed in, by the id of the request. */
  readonly answers: ReadonlyMap<string, Given>
  /** Told what became of an answer that was handed in. */
  readonly settled: Desk["settled"]
  readonly pipeline: Pipeline.Any
  readonly dryRun: boolean
  readonly secrets: Remembered
  readonly clock: Clock.Clock
}

/** A step that ran or was recalled, and can be undone. */
interface Undoable {
  readonly path: string
  readonly step: Step.Definition
  readonly input: unknown
  readonly value: unknown
}

/**
 * @category models
 * @since 0.1.0
 */
export interface JournalExecutor extends Executor {
  /** Makes an event of the run durable, then shows it. */
  readonly record: (event: DurableEvent, alone?: boolean) => Effect.Effect<void, Stop>
  /** What answers have cost that no step has recorded, once all of them have ended. */
  readonly unsaid: () => { readonly usage?: Usage }
  /** In the order in which they were passed. */
  readonly undoables: Array<Undoable>
  /**
   * The same run, in which nothing is run or shown any more: what it passes is what there is to undo. The world may be
   * half undone, so that a record counts whatever the step would find there.
   */
  readonly past: Executor
  /** The same run, in which nothing is run or shown yet, and what is recalled stays where it is. */
  readonly future: Executor
  /** Whether a step waits for the answer to what it has asked, and none was handed in. */
  readonly waits: (task: Task) => boolean
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): JournalExecutor => {
  const { answers, checkpoint: { id: run, ref }, clock, dryRun, pipeline, report, secrets, settled } = options
  const undoables: Array<Undoable> = []
  // What the ref holds, at hand without an effect.
  let state = options.state
  let recoveries: Set<string> | undefined

  /** Makes an event durable, then does the rest. */
  const update = <A>(entry: Entry, alone: boolean, rest: Effect.Effect<A>): Effect.Effect<A, Stop> =>
    Effect.matchEffect(ref.update(entry, { alone }), {
      onFailure: (error) => Effect.fail(broken("", error)),
      onSuccess: (after) => {
        state = after
        return rest
      }
    })
  const show = (event: (at: number) => RunEvent): Effect.Effect<void> =>
    report === undefined ? Effect.void : Effect.suspend(() => report(event(clock.unsafeCurrentTimeMillis())))
  const record = (event: DurableEvent, alone = false): Effect.Effect<void, Stop> => {
    const clean = valued.has(event._tag) ? event : secrets.scrub(event)
    const made = entry(clean)
    const reason = refused(made.text, secrets)
    if (reason !== undefined) {
      const path = "path" in event ? event.path ?? "" : ""
      return Effect.fail(died(path, new Error(`${event._tag} ${path} ${reason}`)))
    }
    return update(made, alone, report === undefined ? Effect.void : report(clean))
  }

  const records = { checkpoint: options.checkpoint, state: () => state }
  const surroundings: Surroundings = {
    run,
    answers,
    settled,
    state: () => state,
    record,
    pipeline,
    secrets,
    clock,
    show,
    spent: options.state.usage,
    unsaid: undefined
  }

  const hasRecovery: Executor["hasRecovery"] = (path, was) => {
    recoveries ??= recall.recoveriesIn(options.state)
    return recoveries.has(path) || (was !== undefined && recoveries.has(was))
  }

  const execute = (task: Task): Effect.Effect<unknown, Stop, unknown> =>
    Effect.uninterruptibleMask((restore) => {
      const { digest, place, step, why } = task
      const { path } = place
      if (secrets.isIn(path)) {
        return Effect.fail(died("", new Error(`the key of an item of "${step.name}" ${isSecret}`)))
      }
      const at = clock.unsafeCurrentTimeMillis()
      const began = clock.unsafeCurrentTimeNanos()
      const running = new RunningStep(surroundings, task, dryRun && step.writes)

      /** What is recorded of every end. */
      const end = () => ({
        path,
        step: step.name,
        version: step.version,
        digest,
        at,
        ms: Math.round(Number(clock.unsafeCurrentTimeNanos() - began) / 1e6),
        attempts: running.attempt,
        ...(why === undefined ? undefined : { why }),
        ...running.usage()
      })

      const onSuccess = (result: unknown): Effect.Effect<unknown, Stop> => {
        if (running.isWaiting) {
          return fails(Cause.die(new Error("the step went on although its question is still open")))
        }
        const handed = handedOn(step, result, secrets)
        if (Either.isLeft(handed)) return fails(Cause.die(new Error(handed.left)))
        const { json, text, value } = handed.right
        const event = { _tag: "StepSucceeded", ...end(), value: json } as const
        if (running.isPretended) task.simulated()
        const rest = report === undefined
          ? Effect.succeed(value)
          : Effect.as(show(() => ({ ...event, ...place, ...summaryOf(step, value) })), value)
        return running.isPretended || !task.record
          ? rest
          : update({ event, text: RunRecord.succeeded(event, text) }, task.alone, rest)
      }

      const onFailure = (cause: Cause.Cause<unknown>): Effect.Effect<unknown, Stop> => {
        for (const defect of Cause.defects(cause)) {
          if (defect instanceof Signal) return Effect.fail(defect.stop)
        }
        if (running.isWaiting) {
          // Its time was up while the question was written down: it has still been asked.
          return Option.getOrUndefined(Cause.failureOption(cause)) instanceof Step.StepTimedOut
            ? Effect.fail(asking([path]))
            : fails(Cause.die(new Error("the step failed although its question is still open")))
        }
        if (!Cause.isInterruptedOnly(cause)) return fails(cause)
        return Effect.flatMap(Effect.exit(restore(Effect.void)), (run) => {
          if (Exit.isSuccess(run)) return fails(Cause.die(new Error("the step interrupted itself")))
          if (running.finished !== undefined) return onSuccess(running.finished.result)
          running.interrupted()
          return Effect.interrupt
        })
      }

      const fails = (cause: Cause.Cause<unknown>): Effect.Effect<never, Stop> => {
        const error = Cause.failureOption(cause)
        const event = {
          _tag: "StepFailed",
          ...end(),
          problem: problem.fromCause(cause, secrets, step.failure)
        } as const
        const shown = show(() => ({ ...event, ...place }))
        return Effect.zipRight(
          task.record && !running.isPretended ? update(entry(event), task.alone, shown) : shown,
          Effect.fail(
            Option.isSome(error)
              ? failed(path, error.value)
              : died(path, Option.getOrElse(Cause.dieOption(cause), () => new Error("the step interrupted itself")))
          )
        )
      }

      const ended = Effect.matchCauseEffect(restore(task.body(running)), { onFailure, onSuccess })
      return report === undefined
        ? ended
        : Effect.zipRight(
          show(() => ({ _tag: "StepStarted", at, ...place, ...(why === undefined ? {} : { why }) })),
          ended
        )
    })

  const executor: Executor = {
    ...recall.recalling(records, recall.changed, false),
    hasRecovery,
    execute,
    passed: (path, was, step, input, value) => {
      // What was adopted is undone where it is recorded.
      const at = was !== undefined && !state.executions.has(path) ? was : path
      undoables.push({ path: at, step, input, value })
    },
    within: (_place, _name, running) => running,
    show
  }
  return {
    ...executor,
    record,
    unsaid: () => surroundings.unsaid === undefined ? {} : { usage: surroundings.unsaid },
    undoables,
    past: { ...executor, ...still, ...recall.recalling(records, recall.changedInput, false) },
    future: { ...executor, ...still, ...recall.recalling(records, recall.changed, true), passed: () => {} },
    waits: ({ digest, place: { path }, step }) =>
      Option.exists(
        HashMap.get(state.requests, path),
        (open) =>
          open.some((request) => !answers.has(request.id) && recall.changed(request, step, digest) === undefined)
      )
  }
}

/** Runs and shows nothing. Like a question, what would be run stops nothing beside it. */
const still: Pick<Executor, "execute" | "show"> = {
  execute: ({ place: { path } }) => Effect.fail(asking([path])),
  show: () => Effect.void
}

/** Events that hold what somebody goes on with: nothing is changed in them. */
const valued: ReadonlySet<DurableEvent["_tag"]> = new Set(["RunStarted", "AnswerRecorded", "RunSucceeded"])
