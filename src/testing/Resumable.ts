/**
 * Whether a pipeline comes to the same end however it is stopped: the law that Cairn's own tests try, for pipelines of
 * one's own.
 *
 * @since 0.1.0
 */
import { Clock, Duration, Effect, Either, Exit, Fiber, type Function, Layer, Option, Schema } from "effect"
import * as JournalMemory from "../layers/Journal/Memory.ts"
import { canonicalJson } from "../pipeline/digest.ts"
import { Journal } from "../pipeline/Journal.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { Reporter } from "../pipeline/Reporter.ts"
import * as Run from "../pipeline/Run.ts"
import type { RunError } from "../pipeline/RunError.ts"
import type { DurableEvent, RunEvent } from "../pipeline/RunEvent.ts"
import * as RunRecord from "../pipeline/RunRecord.ts"
import * as RunState from "../pipeline/RunState.ts"
import type { Suspended } from "../pipeline/Suspended.ts"
import * as Process from "./Process.ts"
import * as stopping from "./stopping.ts"
import * as story from "./story.ts"

/**
 * Something that is not as it would have been, had the run not been stopped.
 *
 * @category models
 * @since 0.1.0
 */
export const Problem = Schema.Union(
  /** A step ran although its result was recorded, for another reason than its input. */
  Schema.TaggedStruct("RanAgain", { stopped: Schema.String, path: Schema.String, why: Schema.String }),
  /**
   * What a step is given is not the same when the run goes on: it ran although its result was recorded, or, where it is
   * the key of an item or a condition that is not the same, its result was not used any more.
   */
  Schema.TaggedStruct("UnstableInput", { stopped: Schema.String, path: Schema.String, isGone: Schema.Boolean }),
  /** The run came to another end. */
  Schema.TaggedStruct("AnotherEnd", { stopped: Schema.String, expected: Schema.String, found: Schema.String })
)
export type Problem = typeof Problem.Type

/**
 * A pipeline that is not safe to stop.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotResumable extends Schema.TaggedError<NotResumable>()("NotResumable", {
  pipeline: Schema.String,
  problems: Schema.Array(Problem),
  /** How often the run was stopped and resumed, all in all. */
  stops: Schema.Number
}) {
  override get message(): string {
    const shown = distinct(this.problems)
    return [
      `Pipeline "${this.pipeline}" does not survive ${this.problems.length} of ${this.stops} stops:`,
      ...shown.slice(0, most).map((text) => `- ${text}`),
      ...(shown.length > most ? [`- and ${shown.length - most} more`] : [])
    ].join("\n")
  }
  get fix(): string {
    return "Take times, random values and what is read from the world from a step, so that they are recorded; keep nothing between steps but what the state holds."
  }
}

const most = 10

/** Each problem once, with the first stop at which it was seen. */
const distinct = (problems: ReadonlyArray<Problem>): ReadonlyArray<string> => {
  const found = new Map<string, string>()
  for (const problem of problems) {
    const text = wordsOf(problem)
    if (!found.has(text)) found.set(text, problem.stopped)
  }
  return Array.from(found, ([text, stopped]) => `${stopped}, ${text}`)
}

const wordsOf = (problem: Problem): string => {
  switch (problem._tag) {
    case "RanAgain":
      return `"${problem.path}" runs again although its result is recorded: ${problem.why}${hintOf(problem.why)}`
    case "UnstableInput":
      return problem.isGone
        ? `the result of "${problem.path}" is recorded and nobody asks for it any more. Keys of items, and whether a step is needed at all, must follow from the state alone`
        : `"${problem.path}" runs again although its result is recorded: its input changed. What its selector gives must follow from the state alone`
    case "AnotherEnd":
      return `it comes to another end:\n    undisturbed: ${problem.expected}\n    resumed:     ${problem.found}`
  }
}

const hintOf = (why: string): string =>
  why.includes("what it reads changed")
    ? ". A later step changed what its fingerprint looks at"
    : why.includes("what it left behind")
    ? ". A later step changed what its `holds` looks at"
    : ""

/**
 * What was tried.
 *
 * @category models
 * @since 0.1.0
 */
export interface Checked {
  /** How often the run was stopped and resumed. */
  readonly stops: number
  /** Undisturbed, the run came to this end. */
  readonly end: string
  /**
   * False where two undisturbed runs came to different ends, as they do with random values or times: then the ends of
   * resumed runs cannot be compared with anything.
   */
  readonly isSteady: boolean
}

/**
 * What a pipeline is run with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<ROut, LE, RIn> {
  /** The world: built anew for every stop, and kept while the run goes on behind it. */
  readonly layer?: Layer.Layer<ROut, LE, RIn>
  readonly answers?: NonNullable<Run.Options["answers"]>
  /** At how many records, and at how many places inside of steps, the run is stopped at most, evenly spread; 200 unless given. */
  readonly records?: number
}

/**
 * Stops a pipeline everywhere and resumes it: before and after every record it writes, by a kill and by an interruption, and
 * inside of steps, wherever one has waited for something. Fails where a step then runs although its result is recorded, where
 * what a step is given is not the same any more, or where the run comes to another end. Give a function that makes the
 * pipeline, and what its steps keep in variables is as gone after a kill as it would be.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Step } from "effect-cairn"
 * import { Resumable } from "effect-cairn/testing"
 *
 * const stamp = Step.make("stamp", {
 *   title: "Taking the time",
 *   input: Schema.Void,
 *   success: Schema.Number,
 *   run: () => Effect.clockWith((clock) => clock.currentTimeMillis)
 * })
 * const pipeline = Pipeline.make("stamped", { input: Schema.Void }).pipe(
 *   Pipeline.step("stamp", stamp, () => undefined)
 * )
 *
 * // In a test: fails with what is wrong, and where
 * export const test: Effect.Effect<Resumable.Checked, Resumable.NotResumable> = Resumable.check(pipeline, undefined)
 * ```
 *
 * @category testing
 * @since 0.1.0
 */
export const check = <In, S, E, R, Out, ROut = never, LE = never, RIn = never>(
  pipeline: Pipeline.Pipeline<In, S, E, R, Out> | Function.LazyArg<Pipeline.Pipeline<In, S, E, R, Out>>,
  input: In,
  options: Options<ROut, LE, RIn> = {}
): Effect.Effect<Checked, NotResumable | LE, Exclude<R, ROut> | RIn> => {
  const made = () => Pipeline.isPipeline(pipeline) ? pipeline : pipeline()
  const { name } = made()
  const ended = (exit: Exit.Exit<unknown, unknown>) => endOf(made(), exit)
  const world = options.layer ?? (Layer.empty as unknown as Layer.Layer<ROut, LE, RIn>)

  /** One run that is stopped at one of its records, if it comes to it, and then goes on until it ends. */
  const attempt = (stop: Stop | undefined) =>
    Effect.provide(
      Effect.gen(function*() {
        const store = JournalMemory.make()
        const kept = yield* Effect.provide(Journal, JournalMemory.layerOf(store))
        const started = (journal: Journal["Type"], report: (event: RunEvent) => void) =>
          Effect.suspend(() =>
            Run.start(made(), input, options.answers === undefined ? {} : { answers: options.answers })
          )
            .pipe(
              Effect.provideService(Journal, journal),
              Effect.provideService(Reporter, { report: (event) => Effect.sync(() => report(event)) })
            )
        const { isReached, onRecord, onReport, seen } = watching(stop)
        const first = yield* Process.run(
          (kill) =>
            Effect.gen(function*() {
              const fiber: Fiber.RuntimeFiber<Out, E | RunError | Suspended> = yield* Effect.fork(started(
                stopping.journal(kept, (event) => {
                  const how = onRecord(event)
                  return how === undefined
                    ? undefined
                    : how === "interrupted at"
                    ? { when: "beside", effect: Fiber.interruptFork(fiber) }
                    : { when: how === "killed before" ? "before" : "after", effect: kill }
                }),
                onReport
              ))
              return yield* Effect.flatten(Fiber.await(fiber))
            }),
          isReached
        )
        const { isDone, results } = recordedIn(store)
        if (isDone || seen.stopped === undefined) {
          return {
            ...seen,
            stopped: undefined,
            end: Option.match(first, { onNone: () => "", onSome: ended }),
            problems: []
          }
        }
        for (const journal of store.journals.values()) journal.held = false
        // Where a selector takes the time, it has to be another one.
        yield* anInstant
        const events: Array<RunEvent> = []
        const second = yield* Effect.exit(started(kept, (event) => events.push(event)))
        return {
          ...seen,
          end: ended(second),
          problems: problemsIn(events, results, seen.stopped, Exit.isSuccess(second))
        }
      }),
      world
    )

  return Effect.gen(function*() {
    const { end, records, turns } = yield* attempt(undefined)
    const isSteady = (yield* attempt(undefined)).end === end
    const most = options.records ?? 200
    const problems: Array<Problem> = []
    let stops = 0
    for (
      const stop of [
        ...spread(turns, most).map((at): Stop => ({ at, how: "killed inside" })),
        ...spread(records, most).flatMap((at) => atRecords.map((how): Stop => ({ at, how })))
      ]
    ) {
      const { end: found, problems: seen, stopped } = yield* attempt(stop)
      if (stopped === undefined) continue
      stops++
      problems.push(...seen)
      if (isSteady && seen.length === 0 && found !== end) {
        problems.push({ _tag: "AnotherEnd", stopped, expected: end, found })
      }
    }
    if (problems.length > 0) return yield* new NotResumable({ pipeline: name, problems, stops })
    return { stops, end, isSteady }
  }) as Effect.Effect<Checked, NotResumable | LE, Exclude<R, ROut> | RIn>
}

const atRecords = ["killed before", "killed after", "interrupted at"] as const

interface Stop {
  /** Which record it is; inside of steps, how often one of them has gone on after it had waited. */
  readonly at: number
  readonly how: (typeof atRecords)[number] | "killed inside"
}

/** Counts what a session comes by, and says where it is to be stopped. */
const watching = (stop: Stop | undefined) => {
  const running = new Set<string>()
  const seen: { records: number; turns: number; stopped: string | undefined } = {
    records: 0,
    turns: 0,
    stopped: undefined
  }
  const stopAt = (place: string) => (seen.stopped = `${stop?.how} ${place}`)
  return {
    seen,
    onReport: (event: RunEvent): void => {
      if (event._tag === "StepStarted") running.add(event.path)
      else if (event._tag === "StepSucceeded" || event._tag === "StepFailed") running.delete(event.path)
    },
    /** How to stop at a record, if this is it. */
    onRecord: (event: DurableEvent): (typeof atRecords)[number] | undefined => {
      if (seen.records++ !== stop?.at || stop.how === "killed inside") return undefined
      stopAt(placeOf(event))
      return stop.how
    },
    /** Whether this is the place inside of a step at which to stop. */
    isReached: (): boolean => {
      if (running.size === 0 || seen.turns++ !== stop?.at || stop.how !== "killed inside") return false
      stopAt(Array.from(running, (path) => `"${path}"`).join(" and "))
      return true
    }
  }
}

/** By the clock of the machine, whichever a test provides. */
const anInstant = Clock.make().sleep(Duration.millis(2))

/** What is recorded: the steps that have a result, and whether the run is done, so that there is nothing to go on with. */
const recordedIn = (
  { journals }: JournalMemory.Store
): { readonly isDone: boolean; readonly results: ReadonlySet<string> } => {
  const [state = RunState.empty] = Array.from(
    journals.values(),
    ({ records }) =>
      records.reduce((state, record, position) => {
        const event = RunRecord.decode(record)
        return Either.isRight(event) ? RunState.apply(state, event.right, position) : state
      }, RunState.empty)
  )
  const results = Array.from(state.executions).flatMap(([path, { succeeded }]) => succeeded ? [path] : [])
  return { isDone: state.phase === "done", results: new Set(results) }
}

const problemsIn = (
  events: ReadonlyArray<RunEvent>,
  recorded: ReadonlySet<string>,
  stopped: string,
  isDone: boolean
): ReadonlyArray<Problem> => [
  ...ranAgain(events, recorded).map(({ path, why }): Problem =>
    why.includes("its input changed")
      ? { _tag: "UnstableInput", stopped, path, isGone: false }
      : { _tag: "RanAgain", stopped, path, why }
  ),
  ...(isDone ? leftOut(events, recorded) : []).map((path): Problem => ({
    _tag: "UnstableInput",
    stopped,
    path,
    isGone: true
  }))
]

/** The steps that ran although they had a result, which nobody had taken back. */
const ranAgain = (
  events: ReadonlyArray<RunEvent>,
  recorded: ReadonlySet<string>
): ReadonlyArray<{ readonly path: string; readonly why: string }> => {
  const standing = new Set(recorded)
  return events.flatMap((event) => {
    if (event._tag === "StepVoided") standing.delete(event.path)
    return event._tag === "StepStarted" && standing.has(event.path)
      ? [{ path: event.path, why: event.why ?? "nothing was found of it" }]
      : []
  })
}

/** The steps that had a result which the run, now done, neither used nor took back. */
const leftOut = (events: ReadonlyArray<RunEvent>, recorded: ReadonlySet<string>): ReadonlyArray<string> => {
  const asked = new Set(events.flatMap((event) => "path" in event && event._tag !== "Skipped" ? [event.path] : []))
  return Array.from(recorded).filter((path) => !asked.has(path))
}

/** How a run ended, without ids. */
const endOf = ({ definition: { output } }: Pipeline.Any, exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isFailure(exit)) return `the run ${story.ofExit(exit)}`
  const encoded = output?.codec.encode(exit.value) ?? Either.right(null)
  return Either.isRight(encoded) ? canonicalJson(encoded.right ?? null) : encoded.left
}

const placeOf = (event: DurableEvent): string => {
  switch (event._tag) {
    case "RunStarted":
      return "the start of the run"
    case "RunSucceeded":
    case "RunFailed":
    case "RunSuspended":
    case "RunInterrupted":
      return "the end of the run"
    case "RequestOpened":
      return `the question of "${event.request.path}"`
    case "StepSucceeded":
      return `the result of "${event.path}"`
    case "StepFailed":
      return `the failure of "${event.path}"`
    case "AnswerRecorded":
      return `the answer to "${event.name}" of "${event.path}"`
    case "ChoiceMade":
      return `the choice of "${event.path}"`
    case "RunResumed":
      return "the resumption of the run"
    default:
      return `the ${event._tag} of "${event.path}"`
  }
}

/** So many of the numbers below `count`, evenly spread. */
const spread = (count: number, most: number): ReadonlyArray<number> => {
  const size = Math.min(count, Math.max(1, most))
  return Array.from({ length: size }, (_, index) => Math.floor(index * count / size))
}
