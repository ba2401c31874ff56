// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Runs the steps of a pipeline here, and keeps what they give in the run's checkpoint.
 *
 * @since 0.1.0
 */
import { Cause, type Clock, Context, Effect, Either, Exit, FiberRef, HashMap, Option, Schema, Scope } from "effect"
import { ask, type Desk, Signal } from "./asking.ts"
import { CurrentStep, type StepInRun } from "./CurrentStep.ts"
import { bytesOf } from "./digest.ts"
import { died, type Executor, failed, type Recalled, Stop, type Task } from "./Executor.ts"
import { summaryOf } from "./interpret.ts"
import type { JournalDamaged, JournalError } from "./Journal.ts"
import type { PersistedRef } from "./PersistedRef.ts"
import * as problem from "./problem.ts"
import type { Given } from "./Question.ts"
import type { DurableEvent, RunEvent, Usage } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import type { Execution, RunState } from "./RunState.ts"
import type * as Step from "./Step.ts"
import { Suspended } from "./Suspended.ts"
import * as Usages from "./usage.ts"

/**
 * An event and the text it is stored as, so that a result is turned into text once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly event: DurableEvent
  readonly text: string
}

/** @category constructors */
export const entry = (event: DurableEvent): Entry => ({ event, text: RunRecord.encode(event) })

/**
 * A recorded result does not fit the schema that the step has now.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecordedResultInvalid extends Schema.TaggedError<RecordedResultInvalid>()("RecordedResultInvalid", {
  run: Schema.String,
  path: Schema.String,
  step: Schema.String,
  issues: Schema.String
}) {
  override get message(): string {
    return `The result of "${this.path}" that run "${this.run}" recorded does not fit the step "${this.step}" any more:\n${this.issues}`
  }
  get fix(): string {
    const key = this.path.split("/")[0] ?? this.path
    return `Count up the version of "${this.step}", or run it again: cairn resume ${this.run} --from ${key}`
  }
}

/**
 * What the executor of one run works on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly run: string
  readonly ref: PersistedRef<RunState, Entry>
  readonly state: RunState
  /** Results that were kept in memory while the journal was read, by position. */
  readonly values: Map<number, unknown>
  readonly read: (position: number) => Effect.Effect<string, JournalError | JournalDamaged>
  readonly report: ((event: RunEvent) => Effect.Effect<void>) | undefined
  /** Answers that were given with the command, by the id of the request or the path of the step that asks. */
  readonly answers: ReadonlyMap<string, Given>
  /** Told what became of an answer that was handed in. */
  readonly settled: Desk["settled"]
  readonly dryRun: boolean
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
}

/** A result larger than this has no place in a checkpoint: 16 MiB. */
const maxLength = 16 * 1024 * 1024

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): JournalExecutor => {
  const { answers, clock, dryRun, read, ref, report, run, settled, values } = options
  const undoables: Array<Undoable> = []
  // What the ref holds, at hand without an effect.
  let state = options.state
  let recoveries: Set<string> | undefined
  let spent = options.state.usage

  const broken = (error: unknown) => new Stop("broken", "", Cause.fail(error))
  /** Makes an event durable, then does the rest. */
  const update = <A>(entry: Entry, alone: boolean, rest: Effect.Effect<A>): Effect.Effect<A, Stop> =>
    Effect.matchEffect(ref.update(entry, { alone }), {
      onFailure: (error) => Effect.fail(broken(error)),
      onSuccess: (after) => {
        state = after
        return rest
      }
    })
  const show = (event: (at: number) => RunEvent): Effect.Effect<void> =>
    report === undefined ? Effect.void : Effect.suspend(() => report(event(clock.unsafeCurrentTimeMillis())))
  const record = (event: DurableEvent, alone = false): Effect.Effect<void, Stop> =>
    update(entry(event), alone, report === undefined ? Effect.void : report(event))

  const desk: Desk = { run, answers, settled, state: () => state, record }

  const recordAt = (position: number): Effect.Effect<DurableEvent, Stop> =>
    Effect.flatMap(Effect.mapError(read(position), broken), (text) =>
      Either.match(RunRecord.decode(text), {
        onLeft: ({ reason }) => Effect.fail(broken(new Error(reason))),
        onRight: Effect.succeed
      }))

  const decoded = (path: string, step: Step.Definition, json: unknown): Recalled => {
    const value = step.success.decode(json)
    if (Either.isRight(value)) return { _tag: "Hit", value: value.right }
    const invalid = new RecordedResultInvalid({ run, path, step: step.name, issues: value.left })
    return { _tag: "Far", fetch: Effect.fail(broken(invalid)) }
  }

  const executionAt = (path: string, was: string | undefined): Execution | undefined =>
    state.executions.get(path) ?? (was === undefined ? undefined : state.executions.get(was))

  const recall: Executor["recall"] = (path, was, step, digest) => {
    const execution = executionAt(path, was)
    if (execution === undefined) return { _tag: "Miss", why: undefined }
    const why = execution.succeeded ? changed(execution, step, digest) : "it failed before"
    if (why !== undefined) return { _tag: "Miss", why }
    const { position } = execution
    if (values.has(position)) {
      const json = values.get(position)
      values.delete(position)
      return decoded(path, step, json)
    }
    return {
      _tag: "Far",
      fetch: Effect.map(
        recordAt(position),
        (event): Recalled =>
          event._tag === "StepSucceeded" ? decoded(path, step, event.value) : { _tag: "Miss", why: undefined }
      )
    }
  }

  const recallFailure: Executor["recallFailure"] = (path, was, step, digest) => {
    const execution = executionAt(path, was)
    if (execution === undefined || execution.succeeded || changed(execution, step, digest) !== undefined) {
      return Effect.succeedNone
    }
    return Effect.map(
      recordAt(execution.position),
      (event) =>
        event._tag === "StepFailed" && event.problem._tag === "Failure"
          ? Option.getRight(step.failure.decode(event.problem.value))
          : Option.none()
    )
  }

  const isFrom: Executor["isFrom"] = (path, was, step, digest) => {
    const execution = executionAt(path, was)
    const isSame = (one: Made) => changed(one, step, digest) === undefined
    return execution?.succeeded === true && isSame(execution) ||
      [path, ...(was === undefined ? [] : [was])].some((path) =>
        Option.exists(HashMap.get(state.requests, path), (open) => open.some(isSame)) ||
        Option.exists(HashMap.get(state.answers, path), (answers) => answers.some(isSame))
      )
  }

  const hasRecovery: Executor["hasRecovery"] = (path, was) => {
    recoveries ??= recoveriesIn(options.state)
    return recoveries.has(path) || (was !== undefined && recoveries.has(was))
  }

  const execute = (task: Task): Effect.Effect<unknown, Stop, unknown> =>
    Effect.uninterruptibleMask((restore) => {
      const { digest, place, step, why } = task
      const { path } = place
      const at = clock.unsafeCurrentTimeMillis()
      const began = clock.unsafeCurrentTimeNanos()
      const identity = { step: step.name, version: step.version, digest }
      const asked = new Set<string>()
      let attempts = 0
      let pretended = dryRun && step.writes
      let waits = false
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

      const inRun: StepInRun = {
        run,
        path,
        get attempt() {
          return Math.max(attempts, 1)
        },
        report: (progress) => show((now) => ({ _tag: "StepProgressed", at: now, ...place, progress })),
        simulated: Effect.sync(() => {
          pretended = true
        }),
        ask: (question, answerer, failing) =>
          Effect.suspend(() => {
            if (asked.has(question.name)) {
              return Effect.die(
                new Error(`step "${step.name}" asks "${question.name}" twice; each question needs a name of its own`)
              )
            }
            asked.add(question.name)
            return ask(desk, { task, usage: said, waits: waited }, question, answerer, failing)
          }),
        spend: (usage) =>
          Effect.sync(() => {
            unsaid = Usages.add(unsaid ?? Usages.none, usage)
            spent = Usages.add(spent, usage)
          }),
        spent: Effect.sync(() => spent),
        chosen: (member) =>
          HashMap.get(state.choices, path).pipe(
            Option.flatMapNullable((all) =>
              all.findLast((choice) => choice.member === member && choice.digest === digest)
            ),
            Option.map(({ chose }) => chose)
          ),
        choose: (choice) =>
          Effect.catchAll(
            Effect.suspend(() =>
              record({
                _tag: "ChoiceMade",
                at: clock.unsafeCurrentTimeMillis(),
                path,
                ...identity,
                ...choice,
                ...said()
              })
            ),
            (stop) => Effect.die(new Signal(stop))
          )
      }
      const watch: Step.Watch = {
        around: Effect.provideService(CurrentStep, Option.some(inRun)),
        attempt: (body) =>
          Effect.suspend(() => {
            attempts++
            asked.clear()
            return Effect.catchIf(
              within(body, inRun),
              (error) => error instanceof Suspended,
              () => Effect.die(new Signal(new Stop("asking", path, Cause.empty)))
            )
          }),
        retrying: (error, delay) =>
          show((now) => ({
            _tag: "Retrying",
            at: now,
            ...place,
            attempt: attempts,
            problem: problem.fromError(error),
            delay: Math.round(delay.value._tag === "Millis" ? delay.value.millis : 0)
          }))
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
        return Either.match(handedOn(step, result), {
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

      const onFailure = (cause: Cause.Cause<unknown>): Effect.Effect<never, Stop> => {
        for (const defect of Cause.defects(cause)) {
          if (defect instanceof Signal) return Effect.fail(defect.stop)
        }
        if (waits) return fails(Cause.die(new Error("the step failed although its question is still open")))
        return Cause.isInterruptedOnly(cause)
          ? Effect.flatMap(Effect.exit(restore(Effect.void)), (run) =>
            Exit.isFailure(run)
              ? Effect.interrupt
              : fails(Cause.die(new Error("the step interrupted itself"))))
          : fails(cause)
      }

      const fails = (cause: Cause.Cause<unknown>): Effect.Effect<never, Stop> => {
        const error = Cause.failureOption(cause)
        const event = {
          _tag: "StepFailed",
          path,
          ...identity,
          ...execution(),
          problem: problem.fromCause(cause, step.failure)
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

  return {
    recall,
    recallFailure,
    isFrom,
    hasRecovery,
    execute,
    passed: (path, was, step, input, value) => {
      // What was adopted is undone where it is recorded.
      const at = was !== undefined && !state.executions.has(path) ? was : path
      undoables.push({ path: at, step, input, value })
    },
    show,
    record,
    undoables
  }
}

/** The paths of recoveries that came to something. One may hold another: `a#catch/b#catch` is in both. */
const recoveriesIn = ({ answers, executions, requests }: RunState): Set<string> =>
  new Set(
    [
      ...Array.from(executions).flatMap(([path, { succeeded }]) => succeeded ? [path] : []),
      ...HashMap.keys(requests),
      ...HashMap.keys(answers)
    ].flatMap((path) =>
      Array.from(path.matchAll(/#catch(?=\/|$)/g), ({ 0: { length }, index }) => path.slice(0, index + length))
    )
  )

/** What a record was made from. */
type Made = Pick<Execution, "step" | "version" | "digest">

/** Which of the things that a result depends on is another now. */
const changed = (execution: Made, step: Step.Definition, digest: string): string | undefined => {
  if (execution.step !== step.name) return `step "${execution.step}" became "${step.name}"`
  if (execution.version !== step.version) return `version ${execution.version} became ${step.version}`
  if (execution.digest === digest) return undefined
  const before = parts(execution.digest)
  const after = parts(digest)
  const what = [
    ...(before.input === after.input ? [] : ["its input"]),
    ...(before.fingerprint === after.fingerprint ? [] : ["what it reads"]),
    ...(before.after === after.after ? [] : ["what it comes after"])
  ]
  return `${what.join(" and ")} changed`
}

const parts = (digest: string) => {
  const [, input, fingerprint, after] = /^([^.~]*)(\.[^~]*)?(~.*)?$/.exec(digest) ?? []
  return { input, fingerprint, after }
}

/** Runs a body in its step and in a scope of its own; both at once, since a change of the context is what costs most. */
const within = (body: Effect.Effect<unknown, unknown, unknown>, step: StepInRun) =>
  Effect.acquireUseRelease(
    Effect.flatMap(Scope.make(), (scope) =>
      FiberRef.modify(FiberRef.currentContext, (outer) => [
        { outer, scope },
        outer.pipe(Context.add(Scope.Scope, scope), Context.add(CurrentStep, Option.some(step)))
      ])),
    () => body,
    ({ outer, scope }, exit) => Effect.zipRight(FiberRef.set(FiberRef.currentContext, outer), Scope.close(scope, exit))
  )

/** What the journal would give back: that, and nothing else, is what a step hands on. */
const handedOn = (
  step: Step.Definition,
  result: unknown
): Either.Either<{ readonly json: unknown; readonly text: string; readonly value: unknown }, string> =>
  Either.flatMap(
    Either.mapLeft(step.success.encode(result), (issues) =>
      `the result of step "${step.name}" does not fit its schema\n${issues}`),
    (json) => {
      const text = json === undefined ? "null" : JSON.stringify(json)
      // No character takes more than three bytes.
      if (text.length * 3 > maxLength && bytesOf(text) > maxLength) {
        return Either.left(
          `the result of step "${step.name}" takes ${bytesOf(text)} bytes, and a checkpoint no more than ${maxLength}`
        )
      }
      const back: unknown = json === undefined ? undefined : JSON.parse(text)
      return Either.mapBoth(step.success.decode(back), {
        onLeft: (issues) =>
          `the result of step "${step.name}" cannot be read back\n${issues}`,
        onRight: (value) => ({ json, text, value })
      })
    }
  )
