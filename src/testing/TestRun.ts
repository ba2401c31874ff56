/**
 * Runs in a test: everything a pipeline of one's own may ask for, in memory, and ways to stop a run where a test wants it
 * stopped.
 *
 * @since 0.1.0
 */
import { Cause, Context, Effect, Exit, Layer, Option, Schema } from "effect"
import { Agent } from "../layers/Agent.ts"
import * as AgentHandOff from "../layers/Agent/HandOff.ts"
import * as AgentScripted from "../layers/Agent/Scripted.ts"
import { Interviewer } from "../layers/Interviewer.ts"
import * as InterviewerHandOff from "../layers/Interviewer/HandOff.ts"
import * as InterviewerScripted from "../layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../layers/Journal/Memory.ts"
import * as ReporterRecording from "../layers/Reporter/Recording.ts"
import type { Workspace } from "../layers/Workspace.ts"
import * as WorkspaceMemory from "../layers/Workspace/Memory.ts"
import { CurrentStep } from "../pipeline/CurrentStep.ts"
import { Journal } from "../pipeline/Journal.ts"
import type { DurableEvent, OpenRequest, RunEvent } from "../pipeline/RunEvent.ts"
import { Suspended } from "../pipeline/Suspended.ts"
import * as Process from "./Process.ts"
import * as stopping from "./stopping.ts"
import * as story from "./story.ts"

/**
 * What a test may ask of its runs.
 *
 * @category services
 * @since 0.1.0
 */
export class TestRun extends Context.Tag("effect-cairn/testing/TestRun")<TestRun, {
  /** Everything that was reported, by all runs, in its order. */
  readonly events: ReadonlyArray<RunEvent>
  readonly store: JournalMemory.Store
  /** The paths at which neither the agent nor the person can be reached. */
  readonly unreachable: Set<string>
}>() {}

/**
 * What is scripted, and the files that are there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What the agent says, in this order. */
  readonly agent?: ReadonlyArray<AgentScripted.Line>
  /** What the person does, in this order. */
  readonly person?: ReadonlyArray<InterviewerScripted.Line>
  /** The user's files, by their path below the root. What a run writes is found here. */
  readonly files?: Map<string, string>
}

/**
 * A journal in memory, a reporter that records, an agent and a person who do as they are told, and a tree in memory. What
 * is kept outlives a run that was crashed, so that the same `Run.start` goes on.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Run, Step } from "effect-cairn"
 * import { TestRun } from "effect-cairn/testing"
 *
 * const greet = Step.make("greet", {
 *   title: "Greeting",
 *   input: Schema.String,
 *   success: Schema.String,
 *   run: (name) => Effect.succeed(`Hello ${name}`)
 * })
 * const shout = Step.make("shout", {
 *   title: "Shouting",
 *   input: Schema.String,
 *   success: Schema.String,
 *   run: (text) => Effect.succeed(text.toUpperCase())
 * })
 * const pipeline = Pipeline.make("greeting", { input: Schema.String }).pipe(
 *   Pipeline.step("greet", greet, ({ input }) => input),
 *   Pipeline.step("shout", shout, ({ greet }) => greet),
 *   Pipeline.output(Schema.String, ({ shout }) => shout)
 * )
 *
 * export const test = Effect.gen(function*() {
 *   yield* Run.start(pipeline, "Ada").pipe(TestRun.crashAfter("greet"))
 *   const output = yield* Run.start(pipeline, "Ada")
 *   const ran = yield* TestRun.ran // [["greet"], ["shout"]]
 *   return { output, ran }
 * }).pipe(Effect.provide(TestRun.layer()))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<TestRun | Journal | Agent | Interviewer | Workspace> =>
  Layer.unwrapEffect(Effect.sync(() => {
    const events: Array<RunEvent> = []
    const store = JournalMemory.make()
    const unreachable = new Set<string>()
    /** One or the other, by the step that asks. */
    const reachable = <A, E, R>(
      scripted: Effect.Effect<A, E, R>,
      handedOff: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E, R> =>
      Effect.flatMap(CurrentStep, (step) =>
        Option.exists(step, ({ path }) => unreachable.has(path)) ? handedOff : scripted)

    const agent = Layer.effect(
      Agent,
      Effect.gen(function*() {
        const scripted = yield* Effect.provide(Agent, AgentScripted.layer(options.agent ?? []))
        const handedOff = yield* Effect.provide(Agent, AgentHandOff.layer())
        return {
          ask: (question) =>
            reachable(scripted.ask(question), handedOff.ask(question))
        }
      })
    )
    const person = Layer.effect(
      Interviewer,
      Effect.gen(function*() {
        const scripted = yield* Effect.provide(Interviewer, InterviewerScripted.layer(options.person ?? []))
        const handedOff = yield* Effect.provide(Interviewer, InterviewerHandOff.layer)
        return {
          ...scripted,
          prepare: (all) => reachable(scripted.prepare(all), handedOff.prepare(all)),
          ask: (asking) => reachable(scripted.ask(asking), handedOff.ask(asking))
        }
      })
    )
    return Layer.mergeAll(
      Layer.succeed(TestRun, { events, store, unreachable }),
      JournalMemory.layerOf(store),
      ReporterRecording.layer(events),
      agent,
      person,
      WorkspaceMemory.layer(options.files)
    )
  }))

/**
 * The run was to be stopped at a step, and did not come to it.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotReached extends Schema.TaggedError<NotReached>()("NotReached", {
  key: Schema.String,
  /** The steps that began, by their paths. */
  began: Schema.Array(Schema.String),
  /** What became of the run. */
  end: Schema.String
}) {
  override get message(): string {
    const began = this.began.length === 0 ? "no step began" : `these steps began: ${this.began.join(", ")}`
    return `The run did not come to "${this.key}": ${began}, and the run ${this.end}`
  }
  get fix(): string {
    return "Name the key of a step that runs in this session, or its path: list/item, outer/inner."
  }
}

/**
 * Kills the run as soon as the result of a step is durable: the step at a path, or the first that ends below it. No
 * finalizer runs. The same `Run.start` then goes on.
 *
 * @category combinators
 * @since 0.1.0
 */
export const crashAfter = (key: string) => crash(key, "after")

/**
 * Kills the run when a step has done all it does and nothing of that is recorded: the step at a path, or the first that
 * ends below it. The same `Run.start` then runs it once more.
 *
 * @category combinators
 * @since 0.1.0
 */
export const crashDuring = (key: string) => crash(key, "before")

const crash = (key: string, when: "before" | "after") =>
<A, E, R>(
  run: Effect.Effect<A, E, R>
): Effect.Effect<void, NotReached, Exclude<R, Journal> | Journal | TestRun> =>
  Effect.gen(function*() {
    const { events, store } = yield* TestRun
    const journal = yield* Journal
    const from = events.length
    const ended = yield* Process.run((kill) =>
      Effect.provideService(
        run,
        Journal,
        stopping.journal(journal, (event) => isEndOf(event, key) ? { when, effect: kill } : undefined)
      )
    )
    // Its lock goes with the process.
    for (const kept of store.journals.values()) kept.held = false
    if (Option.isSome(ended)) return yield* notReached(key, events.slice(from), ended.value)
  })

/**
 * Lets the agent and the person be out of reach of a step: the run stops with its question, as it does where nobody can
 * answer at once, and gives what is asked.
 *
 * @category combinators
 * @since 0.1.0
 */
export const suspendAt = (path: string) =>
<A, E, R>(
  run: Effect.Effect<A, E, R>
): Effect.Effect<ReadonlyArray<OpenRequest>, NotReached, R | TestRun> =>
  Effect.gen(function*() {
    const { events, unreachable } = yield* TestRun
    const from = events.length
    const exit = yield* Effect.acquireUseRelease(
      Effect.sync(() => unreachable.add(path)),
      () => Effect.exit(run),
      () => Effect.sync(() => unreachable.delete(path))
    )
    const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
    return error instanceof Suspended && error.requests.some((request) => request.path === path)
      ? error.requests
      : yield* notReached(path, events.slice(from), exit)
  })

const notReached = (key: string, events: ReadonlyArray<RunEvent>, exit: Exit.Exit<unknown, unknown>): NotReached =>
  new NotReached({ key, began: story.begun(events).flat(), end: story.ofExit(exit) })

const isEndOf = (event: DurableEvent, key: string): boolean =>
  (event._tag === "StepSucceeded" || event._tag === "StepFailed") &&
  (event.path === key || event.path.startsWith(`${key}/`))

/**
 * The paths of the steps whose bodies were run: one list for each time that a run began or went on.
 *
 * @category accessors
 * @since 0.1.0
 */
export const ran: Effect.Effect<ReadonlyArray<ReadonlyArray<string>>, never, TestRun> = Effect.map(
  TestRun,
  ({ events }) => story.begun(events)
)

/**
 * All that happened, one line for each thing, without times or ids: made to be kept as a snapshot.
 *
 * @category accessors
 * @since 0.1.0
 */
export const transcript: Effect.Effect<string, never, TestRun> = Effect.map(TestRun, ({ events }) => story.told(events))
