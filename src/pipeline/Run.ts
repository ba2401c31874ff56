// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * A pipeline that runs, stops at any instant, and goes on.
 *
 * Every result is durable before the next step sees it. The same program on the same input is the same run: `start`
 * continues where it was left, or begins.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import { Answers } from "./Answers.ts"
import * as checkpoint from "./checkpoint.ts"
import { claim, identityOf, nextId, unfinished } from "./claim.ts"
import { bytesOf } from "./digest.ts"
import { fill } from "./fill.ts"
import { forecast as foretell } from "./forecast.ts"
import { Journal, type JournalDamaged, type JournalError } from "./Journal.ts"
import * as JournalExecutor from "./JournalExecutor.ts"
import { isTooLong, limit } from "./limit.ts"
import * as PersistedRef from "./PersistedRef.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import type { Given } from "./Question.ts"
import * as recorded from "./recorded.ts"
import {
  InputTooLong,
  RecordedInputInvalid,
  type RecordedResultInvalid,
  type RunError,
  RunNotFound,
  type StepNotFound
} from "./RunError.ts"
import type { DurableEvent, Forecast, Foretold, RunStarted } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import * as RunState from "./RunState.ts"
import { Secrets } from "./Secrets.ts"
import * as session from "./session.ts"
import { standing } from "./standing.ts"
import type { Suspended } from "./Suspended.ts"

/**
 * How a run begins, or goes on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Begins anew, although there is an unfinished run of the same program on the same input. */
  readonly new?: boolean
  /** Undoes what finished steps did, where the run fails. */
  readonly compensate?: boolean
  /** What is recorded of the settings in force: JSON without secrets. */
  readonly settings?: unknown
  /** Answers to open questions, by the id of the request or the path of the step that asks. */
  readonly answers?: ReadonlyMap<string, Given>
  /** Runs this step and all that follow it again, whatever is recorded of them. */
  readonly from?: string
}

/**
 * Continues the run of a pipeline on an input, or begins one.
 *
 * @category running
 * @since 0.1.0
 */
export const start = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  input: In,
  options: Options = {}
): Effect.Effect<Out, E | RunError | Suspended, R | Journal> =>
  Effect.gen(function*() {
    const { json, value } = yield* asRecorded(pipeline, input)
    const identity = identityOf(pipeline.name, json)
    return yield* claim(pipeline.name, identity, options.new ?? false, ({ follows, ...checkpoint }) =>
      session.run(pipeline, sessionOf(options, { checkpoint, follows, input: value, json, identity })))
  }) as Effect.Effect<Out, E | RunError | Suspended, R | Journal>

/**
 * Says what `start` would do, of each node of the pipeline, without running any step or making any run. Fingerprints are
 * taken, and steps look whether what they left holds.
 *
 * @category running
 * @since 0.1.0
 */
export const forecast = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  input: In,
  options: Pick<Options, "new" | "from" | "answers"> = {}
): Effect.Effect<
  Forecast,
  JournalDamaged | JournalError | InputTooLong | RecordedResultInvalid | StepNotFound,
  R | Journal
> =>
  Effect.gen(function*() {
    const { value } = yield* asRecorded(pipeline, input)
    const run = options.new === true ? Option.none() : yield* current(pipeline, input)
    return yield* foretold(pipeline, yield* checkpoint.peek(run), value, options)
  })

/**
 * Says the same of what `resume` would do.
 *
 * @category running
 * @since 0.1.0
 */
export const forecastOf = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  id: string,
  options: Pick<Options, "from" | "answers"> = {}
): Effect.Effect<
  Forecast,
  JournalDamaged | JournalError | RecordedInputInvalid | RecordedResultInvalid | RunNotFound | StepNotFound,
  R | Journal
> =>
  Effect.gen(function*() {
    const looked = yield* checkpoint.peek(Option.some(yield* existing(id)))
    const input = yield* inputOf(pipeline, yield* begun(pipeline, id, yield* looked.ref.get))
    return yield* foretold(pipeline, looked, input, options)
  })

/**
 * The run that `start` would continue, where there is one.
 *
 * @category accessors
 * @since 0.1.0
 */
export const current = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  input: In
): Effect.Effect<Option.Option<string>, JournalDamaged | JournalError | InputTooLong, Journal> =>
  Effect.flatMap(asRecorded(pipeline, input), ({ json }) => unfinished(pipeline.name, identityOf(pipeline.name, json)))

/** What a run would do next, from what it has come to and would do before anything runs: undo, and take back. */
const foretold = <R>(
  pipeline: Pipeline.Pipeline<never, unknown, unknown, R, unknown>,
  looked: checkpoint.Checkpoint,
  input: unknown,
  { answers: handedIn = new Map(), from }: Pick<Options, "from" | "answers">
): Effect.Effect<Forecast, JournalDamaged | JournalError | RecordedResultInvalid | StepNotFound, R | Journal> =>
  Effect.gen(function*() {
    const before = yield* looked.ref.get
    const open = RunState.openRequests(before)
    const left = yield* Effect.flatMap(Answers, (mailbox) => mailbox.seen(looked.id, open))
    const answers = new Map([...left, ...session.byRequest(open, handedIn)])
    const executorOn = yield* watching(pipeline, looked, answers)
    const again = from === undefined ? [] : yield* recorded.from(pipeline, before, from)
    yield* recorded.stillFits(looked, pipeline, before, new Set(again))
    const undone = before.undoing === 0 ? [] : yield* session.undoables(executorOn(before), pipeline, input)
    const state = [
      ...undone.map(({ path }) => ({ _tag: "Compensated", at: before.at, path }) as const),
      ...again.map((path) => ({ _tag: "StepVoided", at: before.at, path, why: recorded.askedFor(from ?? "") }) as const)
    ].reduce((state, event) => RunState.apply(state, event, -1), before)
    return yield* Effect.catchAll(
      foretell(executorOn(state), state, pipeline, input),
      (stop) => Effect.failCause(stop.cause)
    )
  }) as Effect.Effect<Forecast, JournalDamaged | JournalError | RecordedResultInvalid | StepNotFound, R | Journal>

/** Executors of a run that is only looked at. */
const watching = (
  pipeline: Pipeline.Any,
  looked: checkpoint.Checkpoint,
  answers: ReadonlyMap<string, Given>
): Effect.Effect<(state: RunState.RunState) => JournalExecutor.JournalExecutor> =>
  Effect.gen(function*() {
    const secrets = yield* Secrets
    const clock = yield* Effect.clock
    return (state) =>
      JournalExecutor.make({
        checkpoint: looked,
        pipeline,
        state,
        report: undefined,
        answers,
        settled: () => Effect.succeedNone,
        dryRun: false,
        secrets,
        clock
      })
  })

/**
 * Says of each node of a pipeline what becomes of it as far as the records of a run tell, which has come so far: the
 * world is not looked at. Empty where the records do not fit the pipeline.
 *
 * @category accessors
 * @since 0.1.0
 */
export const verdicts = (
  pipeline: Pipeline.Any,
  id: string
): Effect.Effect<ReadonlyMap<string, Foretold["verdict"]>, JournalDamaged | JournalError, Journal> =>
  Effect.gen(function*() {
    const looked = yield* checkpoint.peek(Option.some(id))
    const state = yield* looked.ref.get
    const input = Option.flatMap(state.started, (started) => Either.getRight(inputOf(pipeline, started)))
    if (Option.isNone(input)) return new Map()
    const { past: future, waits } = (yield* watching(pipeline, looked, new Map()))(state)
    const { nodes } = yield* Effect.orElseSucceed(
      foretell({ future, waits }, state, pipeline, input.value, { looks: false }),
      () => ({ nodes: [] })
    )
    return new Map(nodes.map(({ key, verdict }) => [key, verdict]))
  }) as Effect.Effect<ReadonlyMap<string, Foretold["verdict"]>, JournalDamaged | JournalError, Journal>

/**
 * Continues a run by its id, with the input that it began with.
 *
 * @category running
 * @since 0.1.0
 */
export const resume = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  id: string,
  options: Omit<Options, "new"> = {}
): Effect.Effect<Out, E | RunError | Suspended, R | Journal> =>
  Effect.scoped(Effect.gen(function*() {
    const opened = yield* checkpoint.open(yield* existing(id))
    const started = yield* begun(pipeline, id, yield* opened.ref.get)
    const { identity, input: json } = started
    const input = yield* inputOf(pipeline, started)
    const { exit } = yield* session.run(
      pipeline,
      sessionOf(options, { checkpoint: opened, follows: undefined, input, json, identity })
    )
    return yield* exit
  })) as Effect.Effect<Out, E | RunError | Suspended, R | Journal>

/**
 * Makes a run that begins with what another one has come to: with its results, answers and choices, but for those of the
 * step that `from` names and of all that follow it. The other one, which may be under way, stays as it is; its questions
 * that are open stay with it. Gives the id of the new run, which goes on by that alone.
 *
 * @category running
 * @since 0.1.0
 */
export const fork = <In, S, E, R, Out>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
  id: string,
  options: Pick<Options, "from"> & {
    /** Another input than that of the run that is forked: what depends on what is another in it runs again. */
    readonly input?: In
  } = {}
): Effect.Effect<
  string,
  InputTooLong | JournalDamaged | JournalError | RecordedInputInvalid | RunNotFound | StepNotFound,
  Journal
> =>
  Effect.gen(function*() {
    const { records, state } = yield* standing(yield* existing(id))
    const started = yield* begun(pipeline, id, state)
    const input = "input" in options ? options.input : yield* inputOf(pipeline, started)
    const { json } = yield* asRecorded(pipeline, input)
    const identity = identityOf(pipeline.name, json)
    const { plan, settings } = Option.getOrElse(state.resumed, () => started)
    const again = new Set(options.from === undefined ? [] : yield* recorded.from(pipeline, state, options.from))
    const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    const why = `forked from ${options.from}`
    // Answers that are taken back are known to whoever asks anew.
    const kept = records.filter(({ event }) => !again.has(event.path) || event._tag === "AnswerRecorded")
    const textsOf = (run: string) => [
      RunRecord.encode({
        ...started,
        at,
        format: RunRecord.format,
        run,
        identity,
        parent: id,
        input: json,
        settings,
        plan,
        of: Plan.numbering(pipeline).of
      }),
      ...kept.map(({ text }) => text),
      ...Array.from(again, (path) => RunRecord.encode({ _tag: "StepVoided", at, path, why })),
      RunRecord.encode({ _tag: "RunInterrupted", at })
    ]
    while (true) {
      const run = yield* nextId(pipeline.name, identity)
      if (yield* fill(run, textsOf(run))) return run
    }
  })

/** What a run began with, where it is one of this pipeline. */
const begun = (
  { name }: Pipeline.Any,
  run: string,
  { started }: RunState.RunState
): Effect.Effect<typeof RunStarted.Type, RunNotFound> => {
  if (Option.isNone(started)) {
    return new RunNotFound({
      run,
      reason: `Run "${run}" was stopped before it began; repeat the command that started it`
    })
  }
  const { program } = started.value
  return program === name
    ? Effect.succeed(started.value)
    : new RunNotFound({ run, reason: `Run "${run}" is a run of "${program}", not of "${name}"` })
}

/** The input of a run as its pipeline takes it now. */
const inputOf = (
  { definition }: Pipeline.Any,
  { input, program, run }: typeof RunStarted.Type
): Either.Either<unknown, RecordedInputInvalid> =>
  Either.mapLeft(definition.input.decode(input), (issues) => new RecordedInputInvalid({ run, program, issues }))

const sessionOf = (
  { answers = new Map(), compensate = false, from, settings = {} }: Options,
  rest: Pick<session.Session, "checkpoint" | "follows" | "input" | "json" | "identity">
): session.Session => ({ answers, compensate, from, settings, ...rest })

/** An input as the checkpoint would give it back, so that a run that goes on later has the same. */
const asRecorded = (
  { definition, name }: Pipeline.Any,
  input: unknown
): Effect.Effect<{ readonly json: unknown; readonly value: unknown }, InputTooLong> =>
  Effect.gen(function*() {
    const unfit = (issues: string) => Effect.dieMessage(`the input of "${name}" does not fit its schema\n${issues}`)
    const json = yield* Either.match(definition.input.encode(input), { onLeft: unfit, onRight: Effect.succeed })
    const text = JSON.stringify(json) ?? "null"
    if (isTooLong(text)) {
      return yield* new InputTooLong({ program: name, bytes: bytesOf(text), limit })
    }
    const value = yield* Either.match(definition.input.decode(JSON.parse(text)), {
      onLeft: unfit,
      onRight: Effect.succeed
    })
    return { json, value }
  })

const existing = (id: string): Effect.Effect<string, JournalError | RunNotFound, Journal> =>
  Effect.flatMap(Effect.flatMap(Journal, (journal) => journal.list), (names) =>
    names.includes(id)
      ? Effect.succeed(id)
      : new RunNotFound({ run: id, reason: `There is no run "${id}"` }))

// --- looking at runs

/**
 * How a run stands. `stopped`: it was killed, and nobody runs it now. `unreadable`: the disk does not let it be read.
 *
 * @category constants
 * @since 0.1.0
 */
export const statuses = [
  "running",
  "waiting",
  "failed",
  "interrupted",
  "stopped",
  "done",
  "damaged",
  "newer",
  "unreadable"
] as const

/**
 * One of them.
 *
 * @category models
 * @since 0.1.0
 */
export type Status = (typeof statuses)[number]

/**
 * What there is to say of a run without opening it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Info {
  readonly id: string
  readonly program: string
  readonly status: Status
  readonly state: RunState.RunState
  /** Why nothing of it can be read, where that is so: its state is empty then. */
  readonly damage: Option.Option<JournalDamaged | JournalError>
}

/**
 * Looks at a run, which may be under way. It fails where there is none; one that cannot be read says so itself.
 *
 * @category accessors
 * @since 0.1.0
 */
export const info = (id: string): Effect.Effect<Info, JournalError, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const unread = (status: Status, damage: JournalDamaged | JournalError) => ({
      status,
      state: RunState.empty,
      damage: Option.some(damage)
    })
    const { damage, state, status } = yield* PersistedRef.peek(id, checkpoint.fold).pipe(
      Effect.flatMap((state) =>
        Effect.map(state.phase === "running" ? journal.isHeld(id) : Effect.succeed(true), (isHeld) => ({
          status: isHeld ? state.phase : "stopped" as const,
          state,
          damage: Option.none<JournalDamaged | JournalError>()
        }))
      ),
      Effect.catchTags({
        JournalDamaged: (error) => Effect.succeed(unread(error.newer ? "newer" : "damaged", error)),
        JournalError: (error) =>
          Effect.flatMap(
            journal.list,
            (ids) => ids.includes(id) ? Effect.succeed(unread("unreadable", error)) : Effect.fail(error)
          )
      })
    )
    const program = Option.match(state.started, {
      onNone: () => id.replace(/-[0-9a-f]{8}-\d+$/, ""),
      onSome: ({ program }) => program
    })
    return { id, program, status, state, damage }
  })

/**
 * All runs, the one that changed last first.
 *
 * @category accessors
 * @since 0.1.0
 */
export const list: Effect.Effect<ReadonlyArray<Info>, JournalError, Journal> = Effect.gen(function*() {
  const { list } = yield* Journal
  const infos = yield* Effect.forEach(yield* list, (id) =>
    // One that somebody removed meanwhile is none.
    Effect.catchAll(Effect.asSome(info(id)), () => Effect.as(list, Option.none())))
  return infos.flatMap(Option.toArray).sort((a, b) => b.state.at - a.state.at || (a.id < b.id ? 1 : -1))
})

/**
 * Everything that is recorded of a run, oldest first.
 *
 * @category accessors
 * @since 0.1.0
 */
export const events = (
  id: string
): Effect.Effect<ReadonlyArray<DurableEvent>, JournalDamaged | JournalError, Journal> =>
  Effect.suspend(() =>
    PersistedRef.peek<Array<DurableEvent>, DurableEvent>(id, {
      initial: [],
      apply: (all, event) => (all.push(event), all),
      encode: RunRecord.encode,
      decode: RunRecord.decode
    })
  )

/**
 * The run that a person means: its id, any beginning of it that no other run has, or `@last`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const find = (name: string): Effect.Effect<string, JournalError | RunNotFound, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const ids = yield* journal.list
    if (ids.includes(name)) return name
    if (name === "@last") {
      const [last] = yield* list
      return last === undefined
        ? yield* RunNotFound.none(name, "There are no runs here yet")
        : last.id
    }
    const [only, ...others] = ids.filter((id) => name !== "" && id.startsWith(name)).sort()
    if (only === undefined) {
      const reason = `There is no run "${name}"`
      return yield* ids.length === 0 ? RunNotFound.none(name, reason) : new RunNotFound({ run: name, reason })
    }
    if (others.length === 0) return only
    const shown = [only, ...others.slice(0, 4)].join(" or ")
    const more = others.length > 4 ? `, or one of ${others.length - 4} more` : ""
    return yield* new RunNotFound({ run: name, reason: `"${name}" may mean ${shown}${more}` })
  })
