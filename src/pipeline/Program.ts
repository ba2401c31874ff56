// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * A pipeline as people run it: with words that describe it, and with settings that choose its layers.
 *
 * Its input is what a run is about: recorded, and the run's identity. Its settings may differ each time the run goes
 * on. Secrets are settings, never input.
 *
 * @since 0.1.0
 */
import { Effect, type Layer, Option, Schema } from "effect"
import type { Journal } from "./Journal.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Run from "./Run.ts"
import type { RunError } from "./RunError.ts"
import type { Forecast } from "./RunEvent.ts"
import * as Secrets from "./Secrets.ts"
import type { Suspended } from "./Suspended.ts"

const TypeId: unique symbol = Symbol.for("effect-cairn/Program")
type TypeId = typeof TypeId

/**
 * A program that may fail with `E` and whose layers still need `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Program<out E = never, out R = never> {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly description: string
  readonly examples: ReadonlyArray<Example>
  readonly hidden: boolean
  readonly input: Schema.Schema.AnyNoContext
  readonly settings: Schema.Schema.AnyNoContext
  /** The pipeline that an input leads to; the same for every input, where there is no other word. */
  readonly pipeline: (input: never) => Pipeline.Any
  /** The pipeline, where it is the same for every input. */
  readonly fixed: Option.Option<Pipeline.Any>
  readonly start: (
    input: never,
    settings: never,
    options: Run.Options
  ) => Effect.Effect<Finished, E | RunError | Suspended, R | Journal>
  readonly resume: (
    run: string,
    input: never,
    settings: never,
    options: Omit<Run.Options, "new">
  ) => Effect.Effect<Finished, E | RunError | Suspended, R | Journal>
  /** Says what `start` would do, or `resume` of the run that is named, without running any step. */
  readonly forecast: (
    input: never,
    settings: never,
    options: Pick<Run.Options, "new" | "from"> & { readonly run?: string }
  ) => Effect.Effect<Forecasted, E | RunError, R | Journal>
}

/**
 * What is foretold, and of which run: none, where a new one would begin.
 *
 * @category models
 * @since 0.1.0
 */
export interface Forecasted {
  readonly run: Option.Option<string>
  readonly forecast: Forecast
}

/**
 * A command line that shows what a program is for, without the name of the command, and what it does.
 *
 * @category models
 * @since 0.1.0
 */
export interface Example {
  readonly command: string
  readonly description?: string
}

/**
 * Tells a program from everything else.
 *
 * @category guards
 * @since 0.1.0
 */
export const isProgram = (value: unknown): value is Program<unknown> =>
  typeof value === "object" && value !== null && TypeId in value

/**
 * What a program gave: as JSON, and as the text that stands on stdout.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finished {
  readonly output: unknown
  readonly text: string
}

/**
 * What makes a pipeline a program.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<In, Out, Settings, SettingsI, Provided, E, Needed> {
  /** One sentence. */
  readonly description: string
  readonly examples?: ReadonlyArray<Example>
  /** Whether it is left out of lists of programs; it can be run all the same. */
  readonly hidden?: boolean
  readonly settings?: Schema.Schema<Settings, SettingsI>
  /** Provides what the steps need, as the settings say. */
  readonly layer?: (settings: Settings, input: In) => Layer.Layer<Provided, E, Needed>
  /** The result as text for stdout; by default its JSON. */
  readonly print?: (output: Out) => string
  /** What is given without a run, where the settings ask for something else than one: a form to fill in, say. */
  readonly instead?: (settings: Settings, input: In) => Option.Option<Finished>
}

/**
 * Makes a program of a pipeline.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Program, Step } from "effect-cairn"
 *
 * const greet = Step.make("greet", {
 *   title: "Greeting",
 *   input: Schema.String,
 *   success: Schema.String,
 *   run: (name) => Effect.succeed(`Hello, ${name}!`)
 * })
 *
 * export const greeting = Program.make(
 *   Pipeline.make("greeting", { input: Schema.Struct({ name: Schema.String }) }).pipe(
 *     Pipeline.step("text", greet, ({ input }) => input.name),
 *     Pipeline.output(Schema.String, ({ text }) => text)
 *   ),
 *   { description: "Says hello", print: (text) => text }
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: {
  <In, S, E, R, Out, Settings = {}, SettingsI = {}, Provided = never, E2 = never, Needed = never>(
    pipeline: Pipeline.Pipeline<In, S, E, R, Out>,
    options: Options<In, Out, Settings, SettingsI, Provided, E2, Needed>
  ): Program<E | E2, Exclude<R, Provided> | Needed>
  <In, InI, S, E, R, Out, Settings = {}, SettingsI = {}, Provided = never, E2 = never, Needed = never>(
    source: {
      readonly name: string
      readonly input: Schema.Schema<In, InI>
      /** Gives pipelines of the same name. */
      readonly pipeline: (input: In) => Pipeline.Pipeline<In, S, E, R, Out>
    },
    options: Options<In, Out, Settings, SettingsI, Provided, E2, Needed>
  ): Program<E | E2, Exclude<R, Provided> | Needed>
} = <In, S, E, R, Out, Settings, SettingsI, Provided, E2, Needed>(
  source: Pipeline.Pipeline<In, S, E, R, Out> | {
    readonly name: string
    readonly input: Schema.Schema.AnyNoContext
    readonly pipeline: (input: In) => Pipeline.Pipeline<In, S, E, R, Out>
  },
  options: Options<In, Out, Settings, SettingsI, Provided, E2, Needed>
): Program<E | E2, Exclude<R, Provided> | Needed> => {
  const [schema, pipelineOf, fixed] = "definition" in source
    ? [source.definition.inputSchema, () => source, Option.some<Pipeline.Any>(source)] as const
    // An input that cannot be recorded is refused here, and not when the first one is given.
    : [
      Pipeline.make(source.name, source).definition.inputSchema,
      named(source),
      Option.none<Pipeline.Any>()
    ] as const
  const print = options.print ?? ((output: Out) => JSON.stringify(output, null, 2))

  const provided = <A, E3>(
    effect: Effect.Effect<A, E3, R | Journal>,
    settings: Settings,
    input: In
  ): Effect.Effect<A, E3 | E2, Exclude<R | Journal, Provided> | Needed> =>
    Effect.zipRight(
      Secrets.remember(settings),
      options.layer === undefined
        ? effect as Effect.Effect<A, E3, Exclude<R | Journal, Provided>> // nothing is provided
        : Effect.provide(effect, options.layer(settings, input))
    )

  const finished = (pipeline: Pipeline.Any) => (output: Out): Finished => ({
    output: pipeline.definition.output === undefined
      ? null
      : Option.getOrNull(Option.getRight(pipeline.definition.output.codec.encode(output))),
    text: pipeline.definition.output === undefined ? "" : print(output)
  })

  return {
    [TypeId]: TypeId,
    name: source.name,
    description: options.description,
    examples: options.examples ?? [],
    hidden: options.hidden ?? false,
    input: schema,
    settings: options.settings ?? Schema.Struct({}),
    pipeline: pipelineOf,
    fixed,
    start: (input: In, settings: Settings, runOptions) =>
      Effect.suspend(() => {
        const instead = options.instead?.(settings, input) ?? Option.none()
        if (Option.isSome(instead)) return Effect.succeed(instead.value)
        const pipeline = pipelineOf(input)
        return provided(Effect.map(Run.start(pipeline, input, runOptions), finished(pipeline)), settings, input)
      }),
    resume: (run, input: In, settings: Settings, runOptions) =>
      Effect.suspend(() => {
        const pipeline = pipelineOf(input)
        return provided(Effect.map(Run.resume(pipeline, run, runOptions), finished(pipeline)), settings, input)
      }),
    forecast: (input: In, settings: Settings, { run: named, ...runOptions }) =>
      Effect.suspend(() => {
        const pipeline = pipelineOf(input)
        const foretold = Effect.gen(function*() {
          const run = named === undefined
            ? runOptions.new === true ? Option.none() : yield* Run.current(pipeline, input)
            : Option.some(named)
          const forecast = named === undefined
            ? yield* Run.forecast(pipeline, input, runOptions)
            : yield* Run.forecastOf(pipeline, named, runOptions)
          return { run, forecast }
        })
        return provided(foretold, settings, input)
      })
  }
}

/** A run is found again by the name of its program, so that every pipeline has it. */
const named =
  <In, P extends Pipeline.Any>(source: { readonly name: string; readonly pipeline: (input: In) => P }) =>
  (input: In): P => {
    const pipeline = source.pipeline(input)
    if (pipeline.name === source.name) return pipeline
    throw new Pipeline.PipelineRefused({
      pipeline: pipeline.name,
      reason: `the program "${source.name}" makes it, which needs pipelines of its own name`
    })
  }
