// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Runs the steps of a pipeline here, and keeps what they give in the run's checkpoint.
 *
 * @since 0.1.0
 */
import { Cause, type Clock, Context, Duration, Effect, Either, Exit, FiberRef, HashMap, Option, Scope } from "effect"
import { ask, type Desk, Signal } from "./asking.ts"
import { type Checkpoint, type Entry, entry } from "./checkpoint.ts"
import { type Answer, CurrentStep, type StepInRun } from "./CurrentStep.ts"
import { asking, broken, died, type Executor, failed, goingBack, type Stop, type Task } from "./Executor.ts"
import { handedOn, isSecret, refused } from "./handedOn.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as problem from "./problem.ts"
import type { Given } from "./Question.ts"
import * as recall from "./recall.ts"
import * as recorded from "./recorded.ts"
import type { DurableEvent, RunEvent, Usage } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import type { RunState } from "./RunState.ts"
import type { Remembered } from "./Secrets.ts"
import * as Step from "./Step.ts"
import { summaryOf } from "./summaryOf.ts"
import { Suspended } from "./Suspended.ts"
import * as Usages from "./usage.ts"

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
  /** In the order in which they were passed. */
  readonly undoables: Array<Undoable>
  /**
   * The same run, in which nothing is run or shown any more: what it passes is what there is to undo. The world may be
   * half undone, so that a record counts whatever the step would find there.
   */
  readonly past: Executor
  /** The same run, in which nothing is run or shown yet, and what is recalled stays where it is. */
  readonly future: Executor
  /** Whether a step waits for the answer to what it has asked. */
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
  let spent = options.state.usage

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

  /** Makes an event durable from within a body, which ends where that is not possible. */
  const recordWithin = (event: (at: number) => DurableEvent): Effect.Effect<void> =>
    Effect.catchAll(
      Effect.suspend(() => record(event(clock.unsafeCurrentTimeMillis()))),
      (stop) => Effect.die(new Signal(stop))
    )

  const records = { checkpoint: options.checkpoint, state: () => state }
  const desk: Desk = { run, answers, settled, state: () => state, record }

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
      const identity = { step: step.name, version: step.version, digest }
      let asked: Set<string> | undefined
      let attempts = 0
      let pretended = dryRun && step.writes
      let waits = false
      /** What the body gave, where only an interruption can still come between it and its record. */
      let finished: { readonly result: unknown } | undefined
      let unsaid: Usage | undefined
      const said = (): { readonly usage?: Usage } => {
        if (unsaid === undefined) return {}
        const usage = unsaid
        unsaid = undefined
        return { usage }
      }
      const waited = () => {
        waits = true
      }

      const takeBack = (to: string, why: string): Effect.Effect<void> =>
        Effect.suspend(() =>
          Effect.flatMap(Effect.orDie(recorded.from(pipeline, state, to)), (paths) =>
            Effect.forEach(
              // What a person sees of this step is taken back too, although nothing is recorded of it yet.
              new Set([...paths, path]),
              (path) => recordWithin((at) => ({ _tag: "StepVoided", at, path, why })),
              { concurrency: "unbounded", discard: true }
            ))
        )

      const inRun: StepInRun = {
        run,
        path,
        get attempt() {
          return Math.max(attempts, 1)
        },
        report: (progress) => show((now) => ({ _tag: "StepProgressed", at: now, ...place, progress })),
        get simulated() {
          return Effect.sync(() => {
            pretended = true
          })
        },
        ask: (question, answerer, failing) =>
          Effect.suspend(() => {
            if (asked?.has(question.name) === true) {
              return Effect.die(
                new Error(`step "${step.name}" asks "${question.name}" twice; each question needs a name of its own`)
              )
            }
            asked = new Set(asked).add(question.name)
            return ask(desk, { task, usage: said, waits: waited }, question, answerer, failing)
          }),
        spend: (usage) =>
          Effect.sync(() => {
            unsaid = Usages.add(unsaid ?? Usages.none, usage)
            spent = Usages.add(spent, usage)
          }),
        get spent() {
          return Effect.sync(() => spent)
        },
        chosen: (member) =>
          HashMap.get(state.choices, path).pipe(
            Option.flatMapNullable((all) =>
              all.findLast((choice) => choice.member === member && choice.digest === digest)
            ),
            Option.map(({ chose }) => chose)
          ),
        choose: (choice) => recordWithin((at) => ({ _tag: "ChoiceMade", at, path, ...identity, ...choice, ...said() })),
        answers: Effect.sync(() => ({ standing: told(state.answers), takenBack: told(state.takenBack) })),
        takeBack,
        goBack: (to, why) => Effect.zipRight(takeBack(to, why), Effect.die(new Signal(goingBack(to))))
      }
      const watch: Step.Watch = {
        around: (effect) => Effect.provideService(effect, CurrentStep, Option.some(inRun)),
        attempt: (body) =>
          Effect.suspend(() => {
            attempts++
            asked = undefined
            finished = undefined
            return Effect.catchIf(
              within(body, inRun, (result) => {
                finished = step.transformed ? undefined : { result }
              }),
              (error) => error instanceof Suspended,
              () =>
                Effect.die(waits ? new Signal(asking([path])) : new Error("it waits for an answer and asked nothing"))
            )
          }),
        retrying: (error, delay) => {
          finished = undefined
          return show((now) => ({
            _tag: "Retrying",
            at: now,
            ...place,
            attempt: attempts,
            problem: problem.fromError(error, secrets),
            delay: Math.round(Duration.toMillis(delay))
          }))
        }
      }
      const execution = () => ({
        at,
        ms: Math.round(Number(clock.unsafeCurrentTimeNanos() - began) / 1e6),
        attempts: Math.max(attempts, 1),
        ...(why === undefined ? {} : { why }),
        ...said()
      })

      const onSuccess = (result: unknown): Effect.Effect<unknown, Stop> => {
        if (waits) return fails(Cause.die(new Error("the step went on although its question is still open")))
        return Either.match(handedOn(step, result, secrets), {
          onLeft: (defect) => fails(Cause.die(new Error(defect))),
          onRight: ({ json, text, value }) => {
            const event = { _tag: "StepSucceeded", path, ...identity, ...execution(), value: json } as const
            if (pretended) task.simulated()
            const end = report === undefined
              ? Effect.succeed(value)
              : Effect.as(show(() => ({ ...event, ...place, ...summaryOf(step, value) })), value)
            return pretended || !task.record
              ? end
              : update({ event, text: RunRecord.succeeded(event, text) }, task.alone, end)
          }
        })
      }

      const onFailure = (cause: Cause.Cause<unknown>): Effect.Effect<unknown, Stop> => {
        for (const defect of Cause.defects(cause)) {
          if (defect instanceof Signal) return Effect.fail(defect.stop)
        }
        if (waits) {
          // Its time was up while the question was written down: it has still been asked.
          return Option.getOrUndefined(Cause.failureOption(cause)) instanceof Step.StepTimedOut
            ? Effect.fail(asking([path]))
            : fails(Cause.die(new Error("the step failed although its question is still open")))
        }
        if (!Cause.isInterruptedOnly(cause)) return fails(cause)
        return Effect.flatMap(Effect.exit(restore(Effect.void)), (run) => {
          if (Exit.isSuccess(run)) return fails(Cause.die(new Error("the step interrupted itself")))
          return finished === undefined ? Effect.interrupt : onSuccess(finished.result)
        })
      }

      const fails = (cause: Cause.Cause<unknown>): Effect.Effect<never, Stop> => {
        const error = Cause.failureOption(cause)
        const event = {
          _tag: "StepFailed",
          path,
          ...identity,
          ...execution(),
          problem: problem.fromCause(cause, secrets, step.failure)
        } as const
        const shown = show(() => ({ ...event, ...place }))
        return Effect.zipRight(
          task.record && !pretended ? update(entry(event), task.alone, shown) : shown,
          Effect.fail(
            Option.isSome(error)
              ? failed(path, error.value)
              : died(path, Option.getOrElse(Cause.dieOption(cause), () => new Error("the step interrupted itself")))
          )
        )
      }

      const ended = Effect.matchCauseEffect(restore(task.body(watch)), { onFailure, onSuccess })
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
    show
  }
  return {
    ...executor,
    record,
    undoables,
    past: { ...executor, ...still, ...recall.recalling(records, recall.changedInput, false) },
    future: { ...executor, ...still, ...recall.recalling(records, recall.changed, true), passed: () => {} },
    waits: ({ digest, place: { path }, step }) =>
      Option.exists(
        HashMap.get(state.requests, path),
        (open) => open.some((request) => recall.changed(request, step, digest) === undefined)
      )
  }
}

/** Runs and shows nothing. Like a question, what would be run stops nothing beside it. */
const still: Pick<Executor, "execute" | "show"> = {
  execute: ({ place: { path } }) => Effect.fail(asking([path])),
  show: () => Effect.void
}

/** Answers as a body may know them, by path and in the order in which they were given there. */
const told = (answers: RunState["answers"]): ReadonlyArray<Answer> =>
  Array.from(answers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, all]) => all.map(({ name, value }) => ({ path, name, value })))

/** Runs a body in its step and in a scope of its own; both at once, since a change of the context is what costs most. */
const within = (
  body: Effect.Effect<unknown, unknown, unknown>,
  step: StepInRun,
  finished: (result: unknown) => void
) =>
  Effect.acquireUseRelease(
    Effect.flatMap(Scope.make(), (scope) =>
      FiberRef.modify(FiberRef.currentContext, (outer) => [
        { outer, scope },
        outer.pipe(Context.add(Scope.Scope, scope), Context.add(CurrentStep, Option.some(step)))
      ])),
    () => body,
    ({ outer, scope }, exit) => {
      if (Exit.isSuccess(exit)) finished(exit.value)
      return Effect.zipRight(FiberRef.set(FiberRef.currentContext, outer), Scope.close(scope, exit))
    }
  )

/** Events that hold what somebody goes on with: nothing is changed in them. */
const valued: ReadonlySet<DurableEvent["_tag"]> = new Set(["RunStarted", "AnswerRecorded", "RunSucceeded"])
