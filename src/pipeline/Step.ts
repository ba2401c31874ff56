// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * One named, typed unit of work.
 *
 * Applied to an input, a step is an ordinary Effect: no pipeline, journal or reporter is needed. In a pipeline its
 * result is recorded, and found again when the run goes on.
 *
 * @since 0.1.0
 */
import {
  Clock,
  Duration,
  Effect,
  type Either,
  Option,
  Pipeable,
  Schedule,
  ScheduleDecision,
  ScheduleIntervals,
  Schema,
  type Scope
} from "effect"
import { dual, identity } from "effect/Function"
import * as Codec from "./Codec.ts"
import { NotInARun, Suspended } from "./Suspended.ts"

const TypeId: unique symbol = Symbol.for("effect-cairn/Step")
type TypeId = typeof TypeId

/**
 * A step from `In` to `A` that may fail with `E` and needs `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Step<in In, out A, out E = never, out R = never> extends Pipeable.Pipeable {
  (input: In): Effect.Effect<A, E, R>
  readonly [TypeId]: TypeId
  readonly title: string
  readonly definition: Definition
}

/**
 * What the interpreter of a pipeline reads. Inputs and results are erased here; the types are on the step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition {
  readonly name: string
  readonly version: number
  readonly writes: boolean
  readonly hidden: boolean
  readonly input: Codec.Codec
  readonly success: Codec.Codec
  readonly failure: Codec.Codec
  readonly migrate: Option.Option<Migrate<unknown>>
  readonly summary: Option.Option<(result: never) => string>
  readonly fingerprint: Option.Option<(input: never) => Effect.Effect<string, unknown, unknown>>
  readonly holds: Option.Option<(result: never, input: never) => Effect.Effect<boolean, never, unknown>>
  readonly compensate: Option.Option<(result: never, input: never) => Effect.Effect<void, unknown, unknown>>
  readonly execute: (input: never, watch: Watch) => Effect.Effect<unknown, unknown, unknown>
  /** Something else is around its attempts, and has the last word on what it gives. */
  readonly transformed: boolean
}

/**
 * Turns a result that an older version of a step recorded into one that this version would have recorded, as its schema
 * encodes it, or says why that cannot be. It is pure, and is called each time that the result is needed.
 *
 * @category models
 * @since 0.1.0
 */
export type Migrate<AI> = (recorded: unknown, version: number) => Either.Either<AI, string>

/**
 * Where a run looks into the execution of a step: around all of it, around each attempt of its body, and before it
 * tries again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Watch {
  /** Lets what is not the body know the step that it belongs to. */
  readonly around: (effect: Effect.Effect<unknown, unknown, unknown>) => Effect.Effect<unknown, unknown, unknown>
  /** Runs the body once, in a scope of its own. */
  readonly runOnce: (body: Effect.Effect<unknown, unknown, unknown>) => Effect.Effect<unknown, unknown, unknown>
  readonly retrying: (error: unknown, delay: Duration.Duration) => Effect.Effect<void>
}

/**
 * Any step at all.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Step<never, unknown, unknown, unknown>

/**
 * Tells a step from everything else.
 *
 * @category guards
 * @since 0.1.0
 */
export const isStep = (value: unknown): value is Any => typeof value === "function" && TypeId in value

/**
 * An attempt took longer than the step allows.
 *
 * @category errors
 * @since 0.1.0
 */
export class StepTimedOut extends Schema.TaggedError<StepTimedOut>()("StepTimedOut", {
  step: Schema.String,
  /** How long an attempt may take. */
  timeout: Schema.Duration
}) {
  override get message(): string {
    return `Step "${this.step}" took longer than ${Duration.format(this.timeout)}`
  }
  get fix(): string {
    return "Repeat the command: finished steps are kept, and this one is tried again."
  }
}

/**
 * A step is defined in a way that no checkpoint could keep. Thrown where the step is made, since it is a bug there.
 *
 * @category errors
 * @since 0.1.0
 */
export class StepRefused extends Schema.TaggedError<StepRefused>()("StepRefused", {
  step: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Step "${this.step}": ${this.reason}`
  }
  get fix(): string {
    return "Correct the definition of the step."
  }
}

/**
 * What a step that has a timeout may fail with, beside its own failures.
 *
 * @category models
 * @since 0.1.0
 */
export type TimedOut<T> = [T] extends [undefined] ? never : StepTimedOut

/** Turns a failure that the step does not declare into a sentence, where the compiler shows it. */
type Declared<X, E> = [X] extends [E] ? unknown
  : { readonly "`run` fails with what `failure` does not declare": Exclude<X, E> }

/**
 * Defines a step. `input`, `success` and `failure` are schemas whose encoded side is JSON and which need no services:
 * they are what the checkpoint keeps. Name them as constants: where one is written inside the call, the compiler takes
 * `"direct"` in what `run` returns for any string.
 *
 * - `version` (from 1): count it up when the meaning of the step changes, and recorded results are not reused.
 * - `migrate`: reuses results of older versions all the same, in the form that it gives them.
 * - `timeout` is for each attempt, `retry` for typed failures and time-outs; attempts count anew on resume.
 * - `fingerprint` stands for what the step reads from the world: where it changed, the step runs again.
 * - `holds` says whether what the step left in the world is still there: where not, the step runs again.
 * - `writes`: the step writes into the user's tree. `hidden`: it is recorded, but neither numbered nor shown.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Step } from "effect-cairn"
 *
 * const shout = Step.make("shout", {
 *   title: "Shouting",
 *   input: Schema.String,
 *   success: Schema.String,
 *   run: (text) => Effect.succeed(`${text.toUpperCase()}!`)
 * })
 *
 * // An ordinary Effect, wherever it is used
 * const effect: Effect.Effect<string> = shout("hello")
 * ```
 *
 * @example
 * ```ts
 * import { Effect, Either, Schema } from "effect"
 * import { Step } from "effect-cairn"
 *
 * const Price = Schema.Struct({ amount: Schema.Number, currency: Schema.String })
 * const isNumber = Schema.is(Schema.Number)
 *
 * // Version 1 gave a number, of euros.
 * export const price = Step.make("price", {
 *   title: "Finding the price",
 *   input: Schema.String,
 *   success: Price,
 *   version: 2,
 *   migrate: (recorded) =>
 *     isNumber(recorded)
 *       ? Either.right({ amount: recorded, currency: "EUR" })
 *       : Either.left("a price that is no number"),
 *   run: (name) => Effect.succeed({ amount: name.length, currency: "EUR" })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <
  In,
  InI,
  A,
  AI,
  E = never,
  EI = never,
  X = never,
  R = never,
  FR = never,
  HR = never,
  SR = never,
  T extends Duration.DurationInput | undefined = undefined
>(name: string, options: {
  readonly title: string
  readonly input: Schema.Schema<In, InI>
  readonly success: Schema.Schema<A, AI>
  readonly failure?: Schema.Schema<E, EI>
  readonly version?: number
  readonly migrate?: Migrate<NoInfer<AI>>
  readonly timeout?: T
  readonly retry?: {
    readonly schedule?: Schedule.Schedule<unknown, NoInfer<E | TimedOut<T>>, SR>
    readonly while?: (error: NoInfer<E | TimedOut<T>>) => boolean
    readonly times?: number
  }
  readonly summary?: (result: NoInfer<A>) => string
  readonly fingerprint?: (input: NoInfer<In>) => Effect.Effect<string, NoInfer<E>, FR>
  readonly holds?: (result: NoInfer<A>, input: NoInfer<In>) => Effect.Effect<boolean, never, HR>
  readonly writes?: boolean
  readonly hidden?: boolean
  readonly run: (
    input: NoInfer<In>
  ) => Effect.Effect<NoInfer<A>, X, R> & Declared<NoInfer<Exclude<X, Suspended>>, NoInfer<E>>
}): Step<In, A, E | TimedOut<T>, Exclude<R | FR | HR, Scope.Scope> | SR> => {
  const { retry, run } = options
  const timeout = options.timeout === undefined ? undefined : Duration.decode(options.timeout)
  const retries = retry === undefined ? undefined : policy(retry)

  const execute = (input: In, watch: Watch) => {
    const attempt = watch.runOnce(Effect.suspend(() => run(input)))
    const timed = timeout === undefined ? attempt : Effect.timeoutFail(attempt, {
      duration: timeout,
      onTimeout: () => new StepTimedOut({ step: name, timeout })
    })
    return retries === undefined ? timed : watch.around(retried(timed, retries, watch))
  }

  return build({
    name,
    version: options.version ?? 1,
    writes: options.writes ?? false,
    hidden: options.hidden ?? false,
    input: codec(name, "input", options.input),
    success: codec(name, "success", options.success),
    failure: failureCodec(name, options.failure, timeout !== undefined),
    migrate: Option.fromNullable(options.migrate),
    summary: Option.fromNullable(options.summary),
    fingerprint: Option.map(Option.fromNullable(options.fingerprint), scoping),
    holds: Option.map(Option.fromNullable(options.holds), scoping),
    compensate: Option.none(),
    execute,
    transformed: false
  }, options.title)
}

/**
 * Wraps the whole step, outside its retry and timeout: a span, a permit, a requirement. The failure stays what the
 * step declares, since nothing could record another.
 *
 * @category combinators
 * @since 0.1.0
 */
export const transform: {
  <A, E, R, R2>(
    f: (effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R2>
  ): <In>(self: Step<In, A, E, R>) => Step<In, A, E, R2>
  <In, A, E, R, R2>(
    self: Step<In, A, E, R>,
    f: (effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R2>
  ): Step<In, A, E, R2>
} = dual(2, <In, A, E, R, R2>(
  self: Step<In, A, E, R>,
  f: (effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R2>
): Step<In, A, E, R2> => {
  const execute = (input: never, watch: Watch) =>
    watch.around(f(self.definition.execute(input, watch) as Effect.Effect<A, E, R>))
  return build({ ...self.definition, execute, transformed: true }, self.title)
})

/**
 * Adds the undo of a step: what to do about its result when the run fails later on and is asked to compensate.
 *
 * @category combinators
 * @since 0.1.0
 */
export const compensate: {
  <In, A, E2, R2>(
    undo: (result: NoInfer<A>, input: NoInfer<In>) => Effect.Effect<void, E2, R2>
  ): <E, R>(self: Step<In, A, E, R>) => Step<In, A, E, R | Exclude<R2, Scope.Scope>>
  <In, A, E, R, E2, R2>(
    self: Step<In, A, E, R>,
    undo: (result: A, input: In) => Effect.Effect<void, E2, R2>
  ): Step<In, A, E, R | Exclude<R2, Scope.Scope>>
} = dual(2, <In, A, E, R, E2, R2>(
  self: Step<In, A, E, R>,
  undo: (result: A, input: In) => Effect.Effect<void, E2, R2>
): Step<In, A, E, R | Exclude<R2, Scope.Scope>> =>
  build({ ...self.definition, compensate: Option.some(scoping(undo)) }, self.title))

/** Each use has a scope of its own; what throws before it gives an effect dies like one. */
const scoping =
  <Args extends ReadonlyArray<unknown>, A, E, R>(f: (...args: Args) => Effect.Effect<A, E, R>) =>
  (...args: Args): Effect.Effect<A, E, Exclude<R, Scope.Scope>> => Effect.scoped(Effect.suspend(() => f(...args)))

/** Outside a run nothing watches, and a question without an answer has nobody to wait for it. */
const unwatched: Watch = {
  around: identity,
  runOnce: (body) =>
    Effect.catchIf(
      Effect.scoped(body),
      (error): error is Suspended => error instanceof Suspended,
      () => Effect.die(new NotInARun({ name: "a question" }))
    ),
  retrying: () => Effect.void
}

const build = <In, A, E, R>(definition: Definition, title: string): Step<In, A, E, R> =>
  Object.assign(
    (input: In) => definition.execute(input as never, unwatched) as Effect.Effect<A, E, R>,
    Pipeable.Prototype,
    { [TypeId]: TypeId, title, definition } as const
  )

const codec = <A, I>(step: string, part: string, schema: Schema.Schema<A, I>): Codec.Codec =>
  Codec.makeKept(schema, (reason) => new StepRefused({ step, reason: `the schema of its ${part} ${reason}` }))

const failureCodec = <E, EI>(step: string, schema: Schema.Schema<E, EI> | undefined, timed: boolean): Codec.Codec => {
  if (schema === undefined) return timed ? timedOut : nothing
  return timed
    ? codec(step, "failure", Schema.Union(schema, StepTimedOut))
    : codec(step, "failure", schema)
}

const nothing = Codec.make(Schema.Never)
const timedOut = Codec.make(StepTimedOut)

/** What is retried, when and how often; the type of the failures it looks at is on the step. */
type Policy = Schedule.Schedule<unknown, never, unknown>

const policy = <E, SR>(retry: {
  readonly schedule?: Schedule.Schedule<unknown, E, SR>
  readonly while?: (error: E) => boolean
  readonly times?: number
}): Policy => {
  const base: Schedule.Schedule<unknown, E, SR> = retry.schedule ?? Schedule.forever
  const wanted = retry.while === undefined ? base : Schedule.whileInput(base, retry.while)
  return retry.times === undefined ? wanted : Schedule.intersect(wanted, Schedule.recurs(retry.times))
}

const retried = (effect: Effect.Effect<unknown, unknown, unknown>, policy: Policy, watch: Watch) =>
  Effect.suspend(() => {
    let last: unknown
    const watched = (policy as Schedule.Schedule<unknown, unknown, unknown>).pipe(
      Schedule.tapInput((error) => Effect.sync(() => (last = error))),
      Schedule.onDecision((_, decision) =>
        ScheduleDecision.isContinue(decision)
          ? Effect.flatMap(Clock.currentTimeMillis, (now) =>
            watch.retrying(last, Duration.millis(ScheduleIntervals.start(decision.intervals) - now)))
          : Effect.void
      )
    )
    return Effect.retry(effect, watched)
  })
