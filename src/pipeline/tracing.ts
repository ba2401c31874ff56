// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * A run as spans, where a tracer is installed: one for the run, one for each step that is executed, and one for each
 * group in which one is.
 *
 * They are beside what is recorded. No input, result or answer is in them, and of an error only what kind it is. A
 * tracer with a bug traces nothing, and changes nothing.
 *
 * @since 0.1.0
 */
import { Cause, Context, DefaultServices, Effect, Exit, FiberId, Option, Tracer } from "effect"
import { gravity, type Place, Stop, type Task } from "./Executor.ts"
import type { JournalExecutor } from "./JournalExecutor.ts"
import * as problem from "./problem.ts"
import type { Problem, RunEvent } from "./RunEvent.ts"
import type { Remembered } from "./Secrets.ts"
import { Suspended } from "./Suspended.ts"

/**
 * How a session of a run is traced.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tracing {
  /** Wraps the session as a whole. */
  readonly session: <A, E, R>(session: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Wraps what it executes. */
  readonly executor: (executor: JournalExecutor) => JournalExecutor
  /** Told of every event. */
  readonly seen: (event: RunEvent) => Effect.Effect<void>
}

/**
 * What the spans of a session say of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Traced {
  readonly run: string
  readonly program: string
  readonly isResumed: boolean
  readonly isDryRun: boolean
  readonly secrets: Remembered
}

/**
 * Absent where no tracer is installed: the spans of Effect's own go nowhere.
 *
 * @category constructors
 * @since 0.1.0
 */
export const installed = (traced: Traced): Effect.Effect<Tracing | undefined> =>
  Effect.map(Effect.tracer, (tracer) => tracer === native ? undefined : make(traced))

const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)

type Attributes = Record<string, string | number | boolean>

/** Makes a span, where the tracer gives one. */
type Beginning = Effect.Effect<Option.Option<Tracer.Span>>

/** The span of the group around, which is made once something in it is executed. */
class Group extends Context.Reference<Group>()("effect-cairn/pipeline/tracing/Group", {
  defaultValue: (): Beginning => Effect.succeedNone
}) {}

const make = ({ isDryRun, isResumed, program, run, secrets }: Traced): Tracing => {
  /** Steps under way, by path. */
  const open = new Map<string, { readonly span: Tracer.Span; attempts: number }>()
  let executed = 0
  let reused = 0

  const begin = (name: string, attributes: Attributes): Beginning =>
    Effect.flatMap(Effect.flatten(Group), (parent) =>
      Effect.asSome(Effect.makeSpan(name, {
        attributes: { "cairn.run": run, ...secrets.scrub(attributes) },
        captureStackTrace: false,
        ...(Option.isNone(parent) ? {} : { parent: parent.value })
      }))).pipe(Effect.catchAllDefect(() => Effect.succeedNone))

  const end = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>, attributes: Attributes = {}) =>
    Effect.clockWith((clock) =>
      safely(() => {
        const last = endOf(exit, secrets)
        for (const [key, value] of Object.entries({ ...attributes, ...last.attributes })) span.attribute(key, value)
        span.end(clock.unsafeCurrentTimeNanos(), last.is)
      })
    )

  const within = <A, E, R>(
    beginning: Beginning,
    effect: Effect.Effect<A, E, R>,
    last: () => Attributes
  ): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(beginning, (span) =>
        Option.isNone(span)
          ? restore(effect)
          : Effect.onExit(
            restore(Effect.withParentSpan(effect, span.value)),
            (exit) => end(span.value, exit, last())
          ))
    )

  const execute = (task: Task, execution: Effect.Effect<unknown, Stop, unknown>) => {
    const { place, step, why } = task
    const { path } = place
    const attributes = {
      ...placed(place),
      "cairn.version": step.version,
      ...(why === undefined ? {} : { "cairn.why": why })
    }
    const beginning = Effect.map(begin(step.name, attributes), (span) => {
      executed++
      if (Option.isSome(span)) open.set(path, { span: span.value, attempts: 1 })
      return span
    })
    return within(beginning, execution, () => {
      const attempts = open.get(path)?.attempts ?? 1
      open.delete(path)
      return { "cairn.attempts": attempts }
    })
  }

  return {
    session: (session) =>
      within(
        begin(program, {
          "cairn.program": program,
          "cairn.resumed": isResumed,
          ...(isDryRun ? { "cairn.dry_run": true } : {})
        }),
        session,
        () => ({ "cairn.executed": executed, "cairn.reused": reused })
        // A run within a step of another one is in no group of that.
      ).pipe(Effect.provideService(Group, Effect.succeedNone)),
    executor: (executor) => ({
      ...executor,
      execute: (task) => execute(task, executor.execute(task)),
      within: (place, name, running) =>
        Effect.gen(function*() {
          const outer = yield* Group
          let made: Option.Option<Tracer.Span> = Option.none()
          const group = yield* Effect.cached(
            Effect.map(Effect.provideService(begin(name, placed(place)), Group, outer), (span) => (made = span))
          )
          return yield* Effect.onExit(
            Effect.provideService(running, Group, group),
            (exit) => Option.match(made, { onNone: () => Effect.void, onSome: (span) => end(span, exit) })
          )
        })
    }),
    seen: (event) => {
      if (event._tag === "Reused") reused++
      if (event._tag !== "Retrying") return Effect.void
      const step = open.get(event.path)
      if (step === undefined) return Effect.void
      step.attempts = event.attempt + 1
      return Effect.clockWith((clock) =>
        safely(() =>
          step.span.event("retry", clock.unsafeCurrentTimeNanos(), {
            "cairn.attempt": event.attempt,
            "cairn.delay": event.delay,
            "error.type": kindOf(event.problem)
          })
        )
      )
    }
  }
}

const placed = ({ number, path, title }: Place): Attributes => ({
  "cairn.path": path,
  "cairn.title": title,
  ...(number === undefined ? {} : { "cairn.number": number })
})

/** How something ended, and as what its span ends. To wait for an answer, or to go back, is no failure. */
const endOf = (
  exit: Exit.Exit<unknown, unknown>,
  secrets: Remembered
): { readonly is: Exit.Exit<void, Error>; readonly attributes: Attributes } => {
  if (Exit.isSuccess(exit)) return { is: Exit.void, attributes: { "cairn.outcome": "done" } }
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  const stop = error instanceof Stop ? error : undefined
  if (error instanceof Suspended || stop?.gravity === gravity.asking) {
    return { is: Exit.void, attributes: { "cairn.outcome": "waiting" } }
  }
  if (stop?.gravity === gravity.goingBack) return { is: Exit.void, attributes: { "cairn.outcome": "went back" } }
  if (Cause.isInterruptedOnly(exit.cause)) {
    return { is: Exit.interrupt(FiberId.none), attributes: { "cairn.outcome": "interrupted" } }
  }
  const failure = problem.fromCause(stop === undefined ? exit.cause : stop.cause, secrets)
  return { is: Exit.fail(wordless(failure)), attributes: { "cairn.outcome": "failed", "error.type": kindOf(failure) } }
}

const kindOf = (failure: Problem): string => failure._tag === "Failure" ? failure.tag : failure.name

/** An error that says its kind, and of a bug where it is: words may hold anything. */
const wordless = (failure: Problem): Error => {
  const kind = kindOf(failure)
  const error = new Error(kind)
  error.name = kind
  error.stack = [kind, ...(failure._tag === "Defect" ? failure.frames : []).map((frame) => `    ${frame}`)].join("\n")
  return error
}

/** Tells the tracer something. */
const safely = (tell: () => void): Effect.Effect<void> => Effect.ignore(Effect.try(tell))
