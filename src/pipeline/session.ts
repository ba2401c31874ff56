// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * One run, held open: it begins or goes on, and its end is written down, whatever that is.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Either, type Exit, HashMap, Option, Schema } from "effect"
import { Answers } from "./Answers.ts"
import { givenDigest } from "./asking.ts"
import * as checkpoint from "./checkpoint.ts"
import * as Codec from "./Codec.ts"
import { compensate } from "./compensation.ts"
import { DryRun } from "./CurrentStep.ts"
import { died, type Executor, gravity, Stop } from "./Executor.ts"
import { forecast } from "./forecast.ts"
import { interpret } from "./interpret.ts"
import * as JournalExecutor from "./JournalExecutor.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import * as problem from "./problem.ts"
import type { Given } from "./Question.ts"
import * as recorded from "./recorded.ts"
import { Reporter, silent } from "./Reporter.ts"
import { RecordedResultInvalid } from "./RunError.ts"
import type { OpenRequest, RunEvent } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import * as RunState from "./RunState.ts"
import { type Remembered, Secrets } from "./Secrets.ts"
import { Suspended, WrongRequest } from "./Suspended.ts"
import * as tracing from "./tracing.ts"

/**
 * What a session is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly checkpoint: checkpoint.Checkpoint
  /** The finished run that this one comes after. */
  readonly follows: string | undefined
  readonly input: unknown
  /** The input as it is recorded. */
  readonly json: unknown
  readonly identity: string
  readonly settings: unknown
  readonly compensate: boolean
  readonly answers: ReadonlyMap<string, Given>
  readonly from: string | undefined
}

/**
 * How a session ended, and whether nothing of its run is worth keeping: it was begun to look only, and nobody has
 * answered anything.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ended {
  readonly exit: Exit.Exit<unknown, unknown>
  readonly isDiscarded: boolean
}

/**
 * Runs a pipeline in its checkpoint.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (pipeline: Pipeline.Any, session: Session): Effect.Effect<Ended, never, unknown> =>
  Effect.gen(function*() {
    const { ref } = session.checkpoint
    const dryRun = yield* DryRun
    const before = yield* ref.get
    const traced = yield* tracing.installed({
      run: session.checkpoint.id,
      program: pipeline.name,
      isResumed: Option.isSome(before.started),
      isDryRun: dryRun,
      secrets: yield* Secrets
    })
    const going = goOn(pipeline, session, before, dryRun, traced)
    const exit = yield* Effect.exit(traced === undefined ? going : traced.session(going))
    const { answers, choices, requests } = yield* ref.get
    const isUnanswered = HashMap.isEmpty(answers) && HashMap.isEmpty(choices) && HashMap.isEmpty(requests)
    return { exit, isDiscarded: dryRun && Option.isNone(before.started) && isUnanswered }
  })

const goOn = (
  pipeline: Pipeline.Any,
  session: Session,
  state: RunState.RunState,
  dryRun: boolean,
  traced: tracing.Tracing | undefined
) =>
  Effect.gen(function*() {
    const { answers, from, identity, input, json, settings } = session
    const { id, ref } = session.checkpoint
    const mailbox = yield* Answers
    const reporter = yield* Reporter
    const secrets = yield* Secrets
    const isShown = reporter.report !== silent.report
    const open = RunState.openRequests(state)
    const handedIn = byRequest(open, answers)
    const left = yield* mailbox.left(id, open.filter((request) => !handedIn.has(request.id)))
    const shown = isShown ? reported(reporter.report, secrets) : undefined
    const local = JournalExecutor.make({
      checkpoint: session.checkpoint,
      pipeline,
      state,
      report: traced === undefined ? shown : seenBy(traced, shown),
      answers: new Map([...left, ...handedIn]),
      settled: (request, accepted) => left.has(request) ? mailbox.settled(id, request, accepted) : Effect.succeedNone,
      dryRun,
      secrets,
      clock: yield* Effect.clock
    })
    const executor = traced === undefined ? local : traced.executor(local)
    const now = Effect.clockWith((clock) => clock.currentTimeMillis)
    // In a dry run nothing is undone: whoever goes on for real does that first, and until then nothing is recorded.
    const leftUndone = dryRun && state.undoing > 0
    let pretended = leftUndone

    const begin = Effect.gen(function*() {
      yield* offered(id, state, handedIn)
      const why = recorded.askedFor(from ?? "")
      const again = from === undefined ? [] : yield* recorded.from(pipeline, state, from)
      const plan = Plan.shape(pipeline)
      const { of } = Plan.numbering(pipeline)
      const { started } = state
      if (Option.isNone(started)) {
        const { follows } = session
        return yield* executor.record({
          _tag: "RunStarted",
          at: yield* now,
          format: RunRecord.format,
          run: id,
          program: pipeline.name,
          identity,
          input: json,
          settings: secrets.scrub(settings),
          plan,
          of,
          ...(follows === undefined ? {} : { follows })
        }, true)
      }
      yield* recorded.stillFits(session.checkpoint, pipeline, state, new Set(again))
      yield* executor.record(
        { _tag: "RunResumed", at: yield* now, settings, plan, of, was: state.phase, run: id, program: pipeline.name },
        true
      )
      if (state.undoing > 0 && !dryRun) {
        yield* undoables(executor, pipeline, input)
        yield* compensate(executor)
      }
      yield* Effect.forEach(
        again,
        (path) => Effect.flatMap(now, (at) => executor.record({ _tag: "StepVoided", at, path, why })),
        { concurrency: "unbounded", discard: true }
      )
      if (isShown) {
        const foreseen = yield* forecast(executor, yield* ref.get, pipeline, input)
        yield* executor.show((at) => ({ _tag: "Foreseen", at, forecast: foreseen }))
      }
    })

    /** Runs the pipeline, and again from its beginning where a step goes back: what was not taken back is there. */
    const interpreted = (by: Executor): Effect.Effect<unknown, Stop, unknown> =>
      interpret(by, pipeline, input, {
        dryRun,
        record: !leftUndone,
        simulated: () => {
          pretended = true
        }
      }).pipe(
        Effect.catchIf((stop) => stop.gravity === gravity.goingBack, () => {
          executor.undoables.length = 0
          return interpreted(quietAtFirst(executor))
        })
      )

    const body = Effect.gen(function*() {
      yield* begin
      const output = yield* interpreted(executor)
      const encoded = yield* Either.mapLeft(
        outputCodec(pipeline).encode(output),
        (issues) => died("", new Error(`the output of "${pipeline.name}" does not fit its schema\n${issues}`))
      )
      if (!pretended) yield* executor.record({ _tag: "RunSucceeded", at: yield* now, output: encoded ?? null }, true)
      // What only pretended has come to no end. That is written down for whoever looks at the run, and said to nobody.
      else yield* Effect.ignore(ref.update(checkpoint.entry({ _tag: "RunInterrupted", at: yield* now })))
      return output
    })

    const waits = (requests: ReadonlyArray<OpenRequest>) =>
      Effect.flatMap(now, (at) => executor.record({ _tag: "RunSuspended", at, requests: requests.map(({ id }) => id) }))
    const failed = (stop: Stop, undo = 0) =>
      Effect.flatMap(now, (at) =>
        executor.record({
          _tag: "RunFailed",
          at,
          ...(stop.path === "" ? {} : { path: stop.path }),
          problem: problem.fromCause(stop.cause, secrets),
          ...(undo === 0 ? {} : { undo })
        }))

    const end = (stop: Stop): Effect.Effect<never, unknown, unknown> =>
      Effect.gen(function*() {
        const open = RunState.openRequests(yield* ref.get)
        if (stop.gravity === gravity.asking) {
          const requests = inOrder(open, stop.asking)
          yield* waits(requests)
          return yield* new Suspended({ run: id, requests })
        }
        if (stop.gravity === gravity.broken) {
          if (open.length > 0) yield* waits(open)
          else if (Option.getOrNull(Cause.failureOption(stop.cause)) instanceof RecordedResultInvalid) {
            yield* failed(stop)
          }
        } else if (stop.gravity === gravity.failed && session.compensate && !dryRun) {
          yield* failed(stop, executor.undoables.length)
          yield* compensate(executor)
        } else yield* failed(stop, dryRun ? state.undoing : 0)
        return yield* Effect.failCause(stop.cause)
      }).pipe(
        // The disk failed while the end was written down: that is what there is to say now.
        Effect.catchIf((error) => error instanceof Stop, (stop) => Effect.failCause(stop.cause))
      )

    return yield* body.pipe(
      Effect.catchIf((error): error is Stop => error instanceof Stop, end),
      Effect.onInterrupt(() =>
        Effect.flatMap(ref.get, ({ phase, started }) =>
          // It may have come to its end just before.
          Option.isSome(started) && phase === "running"
            ? Effect.flatMap(
              now,
              (at) => Effect.ignore(executor.record({ _tag: "RunInterrupted", at, ...executor.unsaid() }))
            )
            : Effect.void)
      )
    )
  })

/**
 * Passes again what a run has passed that can be undone, from its records alone, and gives that.
 *
 * @category running
 * @since 0.1.0
 */
export const undoables = (
  { past, undoables }: JournalExecutor.JournalExecutor,
  pipeline: Pipeline.Any,
  input: unknown
): Effect.Effect<JournalExecutor.JournalExecutor["undoables"], Stop, unknown> =>
  interpret(past, pipeline, input, { dryRun: false, looks: false }).pipe(
    Effect.catchAll((stop) => stop.gravity === gravity.broken ? Effect.fail(stop) : Effect.void),
    Effect.as(undoables)
  )

/** What was passed before is not shown once more: only what comes from the first step on that runs. */
const quietAtFirst = (executor: Executor): Executor => {
  let isQuiet = true
  return {
    ...executor,
    execute: (task) => {
      isQuiet = false
      return executor.execute(task)
    },
    show: (event) => Effect.suspend(() => isQuiet ? Effect.void : executor.show(event))
  }
}

/** What is shown is never worth more than the run: a reporter with a bug shows nothing. */
const reported =
  (report: (event: RunEvent) => Effect.Effect<void>, secrets: Remembered) => (event: RunEvent): Effect.Effect<void> =>
    Effect.catchAllCause(
      Effect.suspend(() => report(secrets.scrub(event))),
      (cause) => Effect.logDebug("The reporter has a bug", cause)
    )

/** What is traced is told before it is shown. */
const seenBy = (traced: tracing.Tracing, shown: ((event: RunEvent) => Effect.Effect<void>) | undefined) =>
  shown === undefined ? traced.seen : (event: RunEvent) => Effect.zipRight(traced.seen(event), shown(event))

/** Questions in the order in which the pipeline comes to them; those that it did not come to now are last. */
const inOrder = (open: ReadonlyArray<OpenRequest>, asking: ReadonlyArray<string>): ReadonlyArray<OpenRequest> => {
  const order = new Map(asking.map((path, index) => [path, index]))
  const placeOf = ({ path }: OpenRequest) => order.get(path) ?? asking.length
  return [...open].sort((a, b) => placeOf(a) - placeOf(b))
}

const outputCodec = (pipeline: Pipeline.Any): Codec.Codec => pipeline.definition.output?.codec ?? nothing
const nothing = Codec.make(Schema.Void)

/**
 * Answers by the id of their request, where they were given for a step that asks one question.
 *
 * @category accessors
 * @since 0.1.0
 */
export const byRequest = (
  open: ReadonlyArray<OpenRequest>,
  answers: ReadonlyMap<string, Given>
): ReadonlyMap<string, Given> =>
  new Map(Array.from(answers, ([key, given]) => {
    const [only, ...others] = open.filter(({ path }) => path === key)
    return [only === undefined || others.length > 0 ? key : only.id, given]
  }))

/** An answer for a question that is not open was meant for another run, or another answer was given before. */
const offered = (
  run: string,
  state: RunState.RunState,
  answers: ReadonlyMap<string, Given>
): Effect.Effect<void, WrongRequest> => {
  const open = RunState.openRequests(state)
  const given = (key: string) =>
    Array.from(HashMap.values(state.answers)).flat().filter(({ id, path }) => id === key || path === key)
  // The very answer that was accepted may be handed in again; that changes nothing.
  const [stray] =
    [...answers].find(([key, answer]) =>
      !open.some(({ id }) => id === key) && !given(key).some((before) => before.given === givenDigest(answer))
    ) ?? []
  return stray === undefined ? Effect.void : new WrongRequest({
    run,
    id: stray,
    open: open.map(({ id, path }) => ({ id, path })),
    answered: given(stray).at(-1)?.path.replace(/[/#].*$/, "")
  })
}
