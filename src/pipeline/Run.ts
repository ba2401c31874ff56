// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * A pipeline that runs, stops at any instant, and goes on.
 *
 * Every result is durable before the next step sees it. The same program on the same input is the same run: `start`
 * continues where it was left, or begins.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Either, Exit, HashMap, Option, Schema, type Scope } from "effect"
import { Answers } from "./Answers.ts"
import { givenDigest } from "./asking.ts"
import * as Codec from "./Codec.ts"
import { DryRun } from "./CurrentStep.ts"
import { canonicalJson, sha256 } from "./digest.ts"
import { type Executor, failed, gravity, Stop } from "./Executor.ts"
import { interpret } from "./interpret.ts"
import { Journal, type JournalDamaged, type JournalError, type OpenJournal, type RunHeld } from "./Journal.ts"
import * as JournalExecutor from "./JournalExecutor.ts"
import * as PersistedRef from "./PersistedRef.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import * as problem from "./problem.ts"
import type { Given } from "./Question.ts"
import { Reporter, silent } from "./Reporter.ts"
import type { DurableEvent } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import * as RunState from "./RunState.ts"
import { type AnswerInvalid, type AnswerUnreadable, Suspended, WrongRequest } from "./Suspended.ts"

/**
 * There is no such run, or none that this command could continue.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", {
  run: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
  get fix(): string {
    return "List the runs: cairn runs"
  }
}

/**
 * A run has no step of this name to begin again from.
 *
 * @category errors
 * @since 0.1.0
 */
export class StepNotFound extends Schema.TaggedError<StepNotFound>()("StepNotFound", {
  pipeline: Schema.String,
  key: Schema.String,
  keys: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `"${this.pipeline}" has no step "${this.key}"`
  }
  get fix(): string {
    return `Name one of its steps: ${this.keys.join(", ")}`
  }
}

/**
 * What a run may fail with, beside the failures of its steps.
 *
 * @category errors
 * @since 0.1.0
 */
export type RunError =
  | AnswerInvalid
  | JournalDamaged
  | JournalError
  | AnswerUnreadable
  | JournalExecutor.RecordedResultInvalid
  | RunHeld
  | RunNotFound
  | StepNotFound
  | WrongRequest

/**
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
    const json = yield* Either.match(pipeline.definition.input.encode(input), {
      onLeft: (issues) => Effect.dieMessage(`the input of "${pipeline.name}" does not fit its schema\n${issues}`),
      onRight: Effect.succeed
    })
    const identity = identityOf(pipeline.name, json)
    return yield* claimed(stemOf(pipeline.name, identity), identity, options.new ?? false, (opened) =>
      run(pipeline, { opened, input, json, identity, options }))
  }) as Effect.Effect<Out, E | RunError | Suspended, R | Journal>

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
    const opened = yield* open(yield* existing(id))
    const state = yield* opened.ref.get
    if (Option.isNone(state.started)) {
      return yield* new RunNotFound({
        run: id,
        reason: `Run "${id}" was stopped before it began; repeat the command that started it`
      })
    }
    const { identity, input: json, program } = state.started.value
    if (program !== pipeline.name) {
      return yield* new RunNotFound({
        run: id,
        reason: `Run "${id}" is a run of "${program}", not of "${pipeline.name}"`
      })
    }
    const input = yield* Either.match(pipeline.definition.input.decode(json), {
      onLeft: (issues) => new JournalExecutor.RecordedResultInvalid({ run: id, path: "input", step: program, issues }),
      onRight: Effect.succeed
    })
    return yield* run(pipeline, { opened, input, json, identity, options })
  })) as Effect.Effect<Out, E | RunError | Suspended, R | Journal>

// --- which run

const identityOf = (program: string, input: unknown): string => sha256(`${program}\n${canonicalJson(input)}`)

const stemOf = (program: string, identity: string): string =>
  `${program.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "run"}-${identity.slice(0, 8)}-`

interface Opened {
  readonly id: string
  readonly journal: OpenJournal
  readonly ref: PersistedRef.PersistedRef<RunState.RunState, JournalExecutor.Entry>
  readonly values: Map<number, unknown>
  /** Set where nothing is worth keeping: the run was begun to look only, and nobody has answered anything. */
  discarded: boolean
}

/** Results are kept while a journal is read, up to so many characters; the others are read again when they are needed. */
const kept = 64 * 1024 * 1024

const open = (id: string): Effect.Effect<Opened, JournalError | JournalDamaged | RunHeld, Journal | Scope.Scope> =>
  Effect.gen(function*() {
    const journal = yield* Effect.flatMap(Journal, (journal) => journal.open(id))
    const values = new Map<number, unknown>()
    let room = kept
    const ref = yield* PersistedRef.fromJournal<RunState.RunState, JournalExecutor.Entry>(id, journal, {
      ...fold,
      decode: (text, position) =>
        Either.map(RunRecord.decode(text), (event) => {
          if (event._tag === "StepSucceeded" && text.length <= room) {
            room -= text.length
            values.set(position, event.value)
          }
          return { event, text: "" }
        })
    })
    return { id, journal, ref, values, discarded: false }
  })

const fold: PersistedRef.Fold<RunState.RunState, JournalExecutor.Entry> = {
  initial: RunState.empty,
  apply: (state, { event }, position) => RunState.apply(state, event, position),
  encode: ({ text }) => text,
  decode: (text) => Either.map(RunRecord.decode(text), (event) => ({ event, text }))
}

/** Finds, or makes, the run that a command means, and holds it while it is used. */
const claimed = <A, E, R>(
  stem: string,
  identity: string,
  anew: boolean,
  use: (opened: Opened) => Effect.Effect<A, E, R | Scope.Scope>
) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const numbers = (yield* journal.list)
      .filter((name) => name.startsWith(stem))
      .map((name) => Number(name.slice(stem.length)))
      .filter((number) => Number.isSafeInteger(number) && number > 0)
      .sort((a, b) => b - a)

    const attempt = (number: number) =>
      Effect.scoped(Effect.gen(function*() {
        const id = `${stem}${number}`
        const found = yield* Effect.catchTag(Effect.asSome(open(id)), "RunHeld", (held) =>
          Effect.flatMap(
            Effect.orElseSucceed(PersistedRef.peek(id, fold), () => RunState.empty),
            ({ started }) => isOf(started, identity) ? Effect.fail(held) : Effect.succeedNone
          ))
        if (Option.isNone(found)) return { _tag: "Another" } as const
        const opened = found.value
        const { phase, started } = yield* opened.ref.get
        if (!isOf(started, identity)) return { _tag: "Another" } as const
        if (phase === "done") return { _tag: "Finished" } as const
        const exit = yield* Effect.exit(use(opened))
        return { _tag: "Used", id, exit, discarded: opened.discarded } as const
      }))
    const ended = <A, E>(id: string, discarded: boolean, exit: Exit.Exit<A, E>) =>
      Effect.zipRight(discarded ? journal.remove(id) : Effect.void, exit)

    for (const number of anew ? [] : numbers) {
      const outcome = yield* attempt(number)
      if (outcome._tag === "Used") return yield* ended(outcome.id, outcome.discarded, outcome.exit)
      if (outcome._tag === "Finished") break
    }
    // Whoever loses the race to make it opens the winner's.
    for (let number = (numbers[0] ?? 0) + 1;; number++) {
      yield* journal.create(`${stem}${number}`)
      const outcome = yield* attempt(number)
      if (outcome._tag === "Used") return yield* ended(outcome.id, outcome.discarded, outcome.exit)
    }
  })

/** A run without a header was killed at birth, and is as good as ours. */
const isOf = (started: RunState.RunState["started"], identity: string): boolean =>
  Option.isNone(started) || started.value.identity === identity

const existing = (id: string): Effect.Effect<string, JournalError | RunNotFound, Journal> =>
  Effect.flatMap(Effect.flatMap(Journal, (journal) => journal.list), (names) =>
    names.includes(id)
      ? Effect.succeed(id)
      : new RunNotFound({ run: id, reason: `There is no run "${id}"` }))

// --- one run, held open

interface Session {
  readonly opened: Opened
  readonly input: unknown
  /** The input as it is recorded. */
  readonly json: unknown
  readonly identity: string
  readonly options: Options
}

const run = (pipeline: Pipeline.Any, session: Session) =>
  Effect.gen(function*() {
    const { identity, input, json, opened, options } = session
    const { id, journal, ref, values } = opened
    const dryRun = yield* DryRun
    const mailbox = yield* Answers
    const reporter = yield* Reporter
    const state = yield* ref.get
    const shape = Plan.shape(pipeline)
    const left = yield* mailbox.left(id, RunState.openRequests(state))
    const executor = JournalExecutor.make({
      run: id,
      ref,
      state,
      values,
      read: journal.read,
      report: reporter.report === silent.report ? undefined : reporter.report,
      answers: new Map([...left, ...options.answers ?? []]),
      settled: (request, accepted) => left.has(request) ? mailbox.settled(id, request, accepted) : Effect.void,
      dryRun,
      clock: yield* Effect.clock
    })
    const now = Effect.clockWith((clock) => clock.currentTimeMillis)
    let pretended = false

    const begin = Effect.gen(function*() {
      const at = yield* now
      const { of } = Plan.numbering(pipeline)
      const settings = options.settings ?? {}
      const { started } = state
      if (Option.isNone(started)) {
        return yield* executor.record({
          _tag: "RunStarted",
          at,
          format: RunRecord.format,
          run: id,
          program: pipeline.name,
          identity,
          input: json,
          settings,
          plan: shape,
          of
        }, true)
      }
      yield* executor.record(
        { _tag: "RunResumed", at, settings, plan: shape, of, was: state.phase, run: id, program: pipeline.name },
        true
      )
      const { plan: before } = Option.getOrElse(state.resumed, () => started.value)
      if (before !== shape) yield* stillDecodes(id, pipeline, state, values)
      if (state.compensating) {
        yield* compensated(executor, interpret(recallOnly(executor), pipeline, input, { dryRun, simulated: () => {} }))
      }
    })

    const body = Effect.gen(function*() {
      yield* offered(id, state, options.answers)
      yield* begin
      if (options.from !== undefined) yield* voided(executor, pipeline, state, options.from)
      const output = yield* interpret(executor, pipeline, input, {
        dryRun,
        simulated: () => {
          pretended = true
        }
      })
      const encoded = yield* Either.match(outputCodec(pipeline).encode(output), {
        onLeft: (issues) =>
          Effect.fail(
            new Stop(
              "died",
              "",
              Cause.die(new Error(`the output of "${pipeline.name}" does not fit its schema\n${issues}`))
            )
          ),
        onRight: Effect.succeed
      })
      if (!pretended) yield* executor.record({ _tag: "RunSucceeded", at: yield* now, output: encoded ?? null }, true)
      return output
    })

    const end = (stop: Stop): Effect.Effect<never, unknown, unknown> =>
      Effect.gen(function*() {
        const cause = stop.cause
        if (stop.gravity === gravity.asking) {
          const requests = RunState.openRequests(yield* ref.get)
          yield* executor.record({ _tag: "RunSuspended", at: yield* now, requests: requests.map(({ id }) => id) })
          return yield* new Suspended({ run: id, requests })
        }
        if (stop.gravity === gravity.broken) {
          const waits = RunState.openRequests(yield* ref.get)
          if (waits.length > 0) {
            yield* executor.record({ _tag: "RunSuspended", at: yield* now, requests: waits.map(({ id }) => id) })
          }
          return yield* Effect.failCause(cause)
        }
        if (stop.gravity === gravity.failed && options.compensate === true) yield* compensated(executor, Effect.void)
        yield* executor.record({
          _tag: "RunFailed",
          at: yield* now,
          ...(stop.path === "" ? {} : { path: stop.path }),
          problem: problem.fromCause(cause)
        })
        return yield* Effect.failCause(cause)
      }).pipe(
        // The disk failed while the end was written down: that is what there is to say now.
        Effect.catchIf((error) => error instanceof Stop, (stop) => Effect.failCause(stop.cause))
      )

    return yield* body.pipe(
      Effect.catchIf((error): error is Stop => error instanceof Stop, end),
      Effect.ensuring(Effect.map(ref.get, (left) => {
        opened.discarded = dryRun && Option.isNone(state.started) && isUnanswered(left)
      })),
      Effect.onInterrupt(() =>
        Effect.flatMap(now, (at) => Effect.ignore(executor.record({ _tag: "RunInterrupted", at })))
      )
    )
  })

const isUnanswered = ({ answers, choices, requests }: RunState.RunState): boolean =>
  HashMap.isEmpty(answers) && HashMap.isEmpty(choices) && HashMap.isEmpty(requests)

const outputCodec = (pipeline: Pipeline.Any): Codec.Codec => pipeline.definition.output?.codec ?? nothing
const nothing = Codec.make(Schema.Void)

/** An answer for a question that is not open was meant for another run, or another answer was given before. */
const offered = (
  run: string,
  state: RunState.RunState,
  answers: ReadonlyMap<string, Given> = new Map()
): Effect.Effect<void, WrongRequest> => {
  const open = RunState.openRequests(state)
  const isOpen = (key: string) => open.some(({ id, path }) => id === key || path === key)
  const [stray] = [...answers].find(([key, given]) => !isOpen(key) && !isAccepted(state, key, given)) ?? []
  return stray === undefined
    ? Effect.void
    : new WrongRequest({ run, id: stray, open: open.map(({ id, path }) => ({ id, path })) })
}

/** The very answer that was accepted may be handed in again; that changes nothing. */
const isAccepted = ({ answers }: RunState.RunState, key: string, given: Given): boolean =>
  Array.from(HashMap.values(answers)).flat().some((answer) =>
    (answer.id === key || answer.path === key) && answer.given === givenDigest(given)
  )

/** After a change of the code every recorded value is read before any step runs, so that nothing is found out late. */
const stillDecodes = (
  run: string,
  pipeline: Pipeline.Any,
  state: RunState.RunState,
  values: ReadonlyMap<number, unknown>
): Effect.Effect<void, JournalExecutor.RecordedResultInvalid> =>
  Effect.forEach(state.executions, ([path, { position, step, succeeded, version }]) => {
    const now = Plan.stepAt(pipeline, path)
    if (Option.isNone(now) || !succeeded || !values.has(position)) return Effect.void
    const { definition } = now.value
    if (definition.name !== step || definition.version !== version) return Effect.void
    return Either.match(definition.success.decode(values.get(position)), {
      onLeft: (issues) => new JournalExecutor.RecordedResultInvalid({ run, path, step, issues }),
      onRight: () => Effect.void
    })
  }, { discard: true })

/** Voids what is recorded of a node and of all that follow it. */
const voided = (
  executor: JournalExecutor.JournalExecutor,
  pipeline: Pipeline.Any,
  state: RunState.RunState,
  from: string
) =>
  Effect.gen(function*() {
    const keys = Pipeline.nodes(pipeline).flatMap(Pipeline.keysOf)
    const first = keys.indexOf(from)
    if (first < 0) return yield* new StepNotFound({ pipeline: pipeline.name, key: from, keys })
    const again = new Set(keys.slice(first))
    const paths = new Set([
      ...Array.from(state.executions, ([path]) => path),
      ...HashMap.keys(state.answers),
      ...HashMap.keys(state.requests)
    ])
    for (const path of paths) {
      const key = path.replace(/[/#].*$/, "")
      if (!again.has(key)) continue
      const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      yield* executor.record({ _tag: "StepVoided", at, path, why: `asked for with --from ${from}` })
    }
  })

/** Recalls, and stops where something would have to run: what it has passed by then is what there is to undo. */
const recallOnly = (executor: Executor): Executor => ({
  ...executor,
  execute: ({ place }) => Effect.fail(failed(place.path, "nothing runs before the compensation is done"))
})

/**
 * Undoes the finished steps, the last one first, each undo durable before the next. One that fails is recorded and
 * stops the rest.
 */
const compensated = (executor: JournalExecutor.JournalExecutor, before: Effect.Effect<unknown, Stop, unknown>) =>
  Effect.gen(function*() {
    yield* Effect.catchAll(before, (stop) => stop.gravity === gravity.broken ? Effect.fail(stop) : Effect.void)
    for (const { input, path, step, value } of executor.undoables.splice(0).reverse()) {
      if (Option.isNone(step.compensate)) continue
      const exit = yield* Effect.exit(step.compensate.value(value as never, input as never))
      const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const ended = Exit.isSuccess(exit) ? {} : { problem: problem.fromCause(exit.cause) }
      yield* executor.record({ _tag: "Compensated", at, path, ...ended })
      if (Exit.isFailure(exit)) break
    }
  })

// --- looking at runs

/**
 * What there is to say of a run without opening it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Info {
  readonly id: string
  readonly program: string
  /** `stopped`: it was killed, and nobody runs it now. */
  readonly status: RunState.Phase | "stopped" | "damaged"
  readonly state: RunState.RunState
  readonly damage: Option.Option<JournalDamaged>
}

/**
 * Looks at a run, which may be under way.
 *
 * @category accessors
 * @since 0.1.0
 */
export const info = (id: string): Effect.Effect<Info, JournalError, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const { damage, state } = yield* PersistedRef.peek(id, fold).pipe(
      Effect.map((state) => ({ state, damage: Option.none<JournalDamaged>() })),
      Effect.catchTag(
        "JournalDamaged",
        (error) => Effect.succeed({ state: RunState.empty, damage: Option.some(error) })
      )
    )
    const { phase, started } = state
    const status = Option.isSome(damage)
      ? "damaged"
      : phase === "running" && !(yield* journal.isHeld(id))
      ? "stopped"
      : phase
    const program = Option.match(started, {
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
export const list: Effect.Effect<ReadonlyArray<Info>, JournalError, Journal> = Effect.flatMap(
  Journal,
  (journal) =>
    Effect.map(
      Effect.flatMap(journal.list, (ids) => Effect.forEach(ids, info)),
      (infos) => [...infos].sort((a, b) => b.state.at - a.state.at || (a.id < b.id ? 1 : -1))
    )
)

/**
 * Everything that is recorded of a run, oldest first.
 *
 * @category accessors
 * @since 0.1.0
 */
export const events = (
  id: string
): Effect.Effect<ReadonlyArray<DurableEvent>, JournalDamaged | JournalError, Journal> =>
  PersistedRef.peek<Array<DurableEvent>, DurableEvent>(id, {
    initial: [],
    apply: (all, event) => (all.push(event), all),
    encode: RunRecord.encode,
    decode: RunRecord.decode
  })

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
      return last === undefined ? yield* new RunNotFound({ run: name, reason: "There are no runs here yet" }) : last.id
    }
    const [only, ...others] = ids.filter((id) => id.startsWith(name))
    if (only === undefined) return yield* new RunNotFound({ run: name, reason: `There is no run "${name}"` })
    if (others.length === 0) return only
    return yield* new RunNotFound({ run: name, reason: `"${name}" may mean ${[only, ...others].sort().join(" or ")}` })
  })
