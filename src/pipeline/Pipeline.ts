/**
 * Steps put together by key: a value that can be looked at, numbered and drawn without running anything.
 *
 * Each combinator takes a key, a unit (a step or a whole pipeline) and a pure function from the state so far to the
 * unit's input. The type of a pipeline carries its state, its output, all failures of its steps and all they need.
 *
 * @since 0.1.0
 */
import { Effect, type Option, Pipeable, Schema, type Types } from "effect"
import * as Codec from "./Codec.ts"
import type { Announcement } from "./RunEvent.ts"
import * as Step from "./Step.ts"
import * as Validation from "./Validation.ts"

const TypeId: unique symbol = Symbol.for("effect-cairn/Pipeline")
type TypeId = typeof TypeId

/**
 * A pipeline from `In` to `Out`, with the state `S` between its steps.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pipeline<in In, out S, out E = never, out R = never, out Out = void> extends Pipeable.Pipeable {
  readonly [TypeId]: {
    readonly _In: Types.Contravariant<In>
    readonly _S: Types.Covariant<S>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
    /** In a tuple, since a function that returns something is one that returns void. */
    readonly _Out: Types.Covariant<readonly [Out]>
  }
  readonly name: string
  readonly definition: Definition
}

/**
 * What can stand at a place of a pipeline: a step, or a whole pipeline.
 *
 * @category models
 * @since 0.1.0
 */
export type Unit<I, A, E, R> = Step.Step<I, A, E, R> | Pipeline<I, unknown, E, R, A>

/**
 * Any pipeline at all.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = Pipeline<never, unknown, unknown, unknown, unknown>

/**
 * The state of a pipeline after its last step, as one object type.
 *
 * @category models
 * @since 0.1.0
 */
export type State<P> = P extends Pipeline<never, infer S, unknown, unknown, unknown> ? Types.Simplify<S> : never

/**
 * Tells a pipeline from everything else.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPipeline = (value: unknown): value is Any =>
  typeof value === "object" && value !== null && TypeId in value

/**
 * The nodes of a pipeline as the interpreter and the plan read them. The types of selectors are erased here, and only
 * here; they were checked where the node was added.
 *
 * @category models
 * @since 0.1.0
 */
export type Node =
  | {
    readonly _tag: "Step"
    readonly key: string
    readonly unit: AnyUnit
    readonly select: Select<unknown>
    readonly after: ReadonlyArray<string>
    readonly was: string | undefined
  }
  | {
    readonly _tag: "When"
    readonly key: string
    readonly unit: AnyUnit
    readonly select: Select<Option.Option<unknown>>
  }
  | { readonly _tag: "All"; readonly branches: ReadonlyArray<Branch>; readonly concurrency: number }
  | {
    readonly _tag: "ForEach"
    readonly key: string
    readonly unit: AnyUnit
    readonly items: Select<Iterable<unknown>>
    readonly itemKey: (item: never, index: number) => string
    readonly concurrency: number
    readonly discard: boolean
  }
  | {
    readonly _tag: "Repeat"
    readonly key: string
    readonly unit: AnyUnit
    readonly initial: Select<unknown>
    readonly until: (result: never, state: never) => boolean
    readonly next: (result: never, state: never) => unknown
    readonly times: number
  }
  | {
    readonly _tag: "CatchTag"
    readonly key: string
    readonly unit: AnyUnit
    readonly select: Select<unknown>
    readonly tag: string
    readonly recovery: AnyUnit
    readonly input: (failure: never, state: never) => unknown
  }
  | {
    readonly _tag: "Validate"
    readonly key: string
    readonly validation: Validation.Validation<never, unknown>
    readonly steps: ReadonlyMap<string, Step.Any>
    readonly select: Select<unknown>
  }
  | { readonly _tag: "Announce"; readonly announce: Select<Announcement> }

/**
 * A pure function of the state so far.
 *
 * @category models
 * @since 0.1.0
 */
export type Select<B> = (state: never) => B

/**
 * A step or a pipeline, whatever its types.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyUnit = Step.Any | Any

/**
 * One of the units that stand side by side.
 *
 * @category models
 * @since 0.1.0
 */
export interface Branch {
  readonly key: string
  readonly unit: AnyUnit
  readonly select: Select<unknown>
}

/**
 * What a pipeline is made of. Nodes hang together backwards, so that adding one never copies those before it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition {
  readonly input: Codec.Codec
  /** What the input's schema says: for a command line's options. */
  readonly inputSchema: Schema.Schema.AnyNoContext
  readonly last: Link | undefined
  readonly output: { readonly codec: Codec.Codec; readonly select: Select<unknown> } | undefined
  /** Its units are the checks of a validation chain. */
  readonly isChain: boolean
  /** No key is used twice: it was seen when the pipeline was made. Otherwise it is looked at when it is first used. */
  readonly isUnique: boolean
}

interface Link {
  readonly node: Node
  readonly before: Link | undefined
}

/**
 * The nodes of a pipeline, in order.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nodes = (self: Any): ReadonlyArray<Node> => materialize(self).nodes

/**
 * The node that adds a key, if one does.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nodeOf = (self: Any, key: string): Node | undefined => byKey(self).get(key)

interface Materialized {
  readonly nodes: ReadonlyArray<Node>
  byKey: ReadonlyMap<string, Node> | undefined
}

const materialize = (self: Any): Materialized => {
  const known = materialized.get(self.definition)
  if (known !== undefined) return known
  const nodes: Array<Node> = []
  for (let link = self.definition.last; link !== undefined; link = link.before) nodes.push(link.node)
  nodes.reverse()
  const found = { nodes, byKey: self.definition.isUnique ? undefined : indexed(self, nodes) }
  materialized.set(self.definition, found)
  return found
}

const materialized = new WeakMap<Definition, Materialized>()

const byKey = (self: Any): ReadonlyMap<string, Node> => {
  const found = materialize(self)
  return found.byKey ??= indexed(self, found.nodes)
}

const indexed = (self: Any, nodes: ReadonlyArray<Node>): ReadonlyMap<string, Node> => {
  const byKey = new Map<string, Node>()
  for (const node of nodes) {
    for (const key of keysOf(node)) {
      if (byKey.has(key)) throw new PipelineRefused({ pipeline: self.name, reason: usedTwice(key) })
      byKey.set(key, node)
    }
  }
  return byKey
}

/**
 * A key that is not there yet; the compiler shows the sentence where it is.
 *
 * @category models
 * @since 0.1.0
 */
export type Fresh<K extends string, S> = K extends keyof S ? `"${K}" is a key of this pipeline already` : K

/** Nothing, where there is no clash of keys; otherwise a sentence for the compiler to show. */
type Unused<K extends string> = [K] extends [never] ? unknown
  : { readonly [P in `"${K}" is a key of this pipeline already`]: never }

/** The keys of the units of a pipeline so far, whose state is `S`. */
type KeyOf<S> = Exclude<Extract<keyof S, string>, "input">

/**
 * Begins a pipeline: its name, and the schema of its input, which every selector finds as `input`.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Step } from "effect-cairn"
 *
 * const double = Step.make("double", {
 *   title: "Doubling",
 *   input: Schema.Number,
 *   success: Schema.Number,
 *   run: (n) => Effect.succeed(n * 2)
 * })
 *
 * export const quadruple = Pipeline.make("quadruple", { input: Schema.Struct({ n: Schema.Number }) }).pipe(
 *   Pipeline.step("twice", double, ({ input }) => input.n),
 *   Pipeline.step("fourTimes", double, ({ twice }) => twice),
 *   Pipeline.output(Schema.Number, ({ fourTimes }) => fourTimes)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <In, InI>(
  name: string,
  options: { readonly input: Schema.Schema<In, InI> }
): Pipeline<In, { readonly input: In }> => begin(name, options.input, false)

/**
 * Begins a pipeline that is a validation chain. Each of its units is a check, which passes where the unit succeeds, and
 * hands on what that gave; the first that fails ends the chain, with its own failure. A report of what passed, what
 * failed, and what was skipped for which reason is shown at the end.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Step } from "effect-cairn"
 *
 * class NoNumber extends Schema.TaggedError<NoNumber>()("NoNumber", {}) {}
 *
 * const parse = Step.make("parse", {
 *   title: "Parsing",
 *   input: Schema.String,
 *   success: Schema.Int,
 *   failure: NoNumber,
 *   run: (text) => Effect.mapError(Schema.decode(Schema.NumberFromString)(text), () => new NoNumber())
 * })
 *
 * const halve = Step.make("halve", {
 *   title: "Halving",
 *   input: Schema.Int,
 *   success: Schema.Number,
 *   run: (n) => Effect.succeed(n / 2)
 * })
 *
 * // Of "x": { passed: [], failed: ["number"], skipped: [{ check: "half", reason: "\"number\" found an error" }] }
 * export const halved = Pipeline.chain("halved", { input: Schema.String }).pipe(
 *   Pipeline.step("number", parse, ({ input }) => input),
 *   Pipeline.step("half", halve, ({ number }) => number),
 *   Pipeline.output(Schema.Number, ({ half }) => half)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const chain = <In, InI>(
  name: string,
  options: { readonly input: Schema.Schema<In, InI> }
): Pipeline<In, { readonly input: In }> => begin(name, options.input, true)

const begin = <In, InI>(
  name: string,
  input: Schema.Schema<In, InI>,
  isChain: boolean
): Pipeline<In, { readonly input: In }> =>
  build(name, {
    input: codec(name, "input", input),
    inputSchema: input,
    last: undefined,
    output: undefined,
    isChain,
    isUnique: true
  })

/**
 * The chain that a pipeline is: a check for each node of units, named by its keys, of what was found there.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toValidation = (self: Any): Validation.Validation<Found> =>
  Validation.chain(
    ...nodes(self).filter(({ _tag }) => _tag !== "Announce").map((node) => {
      const name = keysOf(node).join(", ")
      return Validation.check(name, (found: Found) => found(name))
    })
  )

/** What was found where these keys are. */
type Found = (keys: string) => ReadonlyArray<Validation.Issue>

/**
 * A pipeline is put together in a way that cannot be run. Thrown where it is made, since it is a bug there.
 *
 * @category errors
 * @since 0.1.0
 */
export class PipelineRefused extends Schema.TaggedError<PipelineRefused>()("PipelineRefused", {
  pipeline: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Pipeline "${this.pipeline}": ${this.reason}`
  }
  get fix(): string {
    return "Correct the definition of the pipeline."
  }
}

/**
 * Adds one unit. `after` names earlier keys whose results this one needs without reading them; `was` adopts what is
 * recorded under an old key.
 *
 * @category combinators
 * @since 0.1.0
 */
export const step = <const K extends string, S, I, A, E2, R2>(
  key: Fresh<K, NoInfer<S>>,
  unit: Unit<I, A, E2, R2>,
  select: (state: NoInfer<S>) => NoInfer<I>,
  options?: { readonly after?: ReadonlyArray<NoInfer<KeyOf<S>>>; readonly was?: string }
) =>
<In, E, R>(self: Pipeline<In, S, E, R>): Pipeline<In, S & { readonly [P in K]: A }, E | E2, R | R2> =>
  add(self, { _tag: "Step", key, unit, select, after: options?.after ?? [], was: options?.was })

/**
 * Adds a unit that may be skipped: `select` gives its input, or none. Its value is an `Option`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const when = <const K extends string, S, I, A, E2, R2>(
  key: Fresh<K, NoInfer<S>>,
  unit: Unit<I, A, E2, R2>,
  select: (state: NoInfer<S>) => Option.Option<NoInfer<I>>
) =>
<In, E, R>(self: Pipeline<In, S, E, R>): Pipeline<In, S & { readonly [P in K]: Option.Option<A> }, E | E2, R | R2> =>
  add(self, { _tag: "When", key, unit, select })

/**
 * One branch of `all`: made by `bind`, which knows the state.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bound<out A, out E, out R> {
  readonly _A: Types.Covariant<A>
  readonly _E: Types.Covariant<E>
  readonly _R: Types.Covariant<R>
  readonly unit: AnyUnit
  readonly select: Select<unknown>
}

type AnyBound = Bound<unknown, unknown, unknown>
type ValueOf<B> = B extends Bound<infer A, unknown, unknown> ? A : never
type ErrorOf<B> = B extends Bound<unknown, infer E, unknown> ? E : never
type NeedOf<B> = B extends Bound<unknown, unknown, infer R> ? R : never

/**
 * Adds units side by side, none of which sees what the others give. `concurrency` is how many run at once, by default
 * all of them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const all = <S, const B extends Record<string, AnyBound>>(
  branches: (
    bind: <I, A, E2, R2>(unit: Unit<I, A, E2, R2>, select: (state: S) => NoInfer<I>) => Bound<A, E2, R2>
  ) => B,
  options?: { readonly concurrency?: number }
) =>
<In, E, R>(
  self: Pipeline<In, S, E, R> & Unused<Extract<keyof B, KeyOf<S> | "input">>
): Pipeline<In, S & { readonly [K in keyof B]: ValueOf<B[K]> }, E | ErrorOf<B[keyof B]>, R | NeedOf<B[keyof B]>> => {
  const bound: Record<string, AnyBound> = branches((unit, select) => ({
    _A: identity,
    _E: identity,
    _R: identity,
    unit,
    select
  }))
  return add(self, {
    _tag: "All",
    branches: Object.entries(bound).map(([key, { select, unit }]) => ({ key, unit, select })),
    concurrency: options?.concurrency ?? Infinity
  })
}

/**
 * Adds one unit per item, each recorded by itself under the item's key, so that a stopped run goes on where it was and
 * a changed list runs only what is new. The keys must differ and not be empty. With `discard` the results are not kept
 * in the state, so that a list of any length fits into memory. `concurrency` is how many run at once: 1, unless given.
 *
 * @category combinators
 * @since 0.1.0
 */
export const forEach = <const K extends string, S, I, A, E2, R2, const D extends boolean = false>(
  key: Fresh<K, NoInfer<S>>,
  unit: Unit<I, A, E2, R2>,
  items: (state: NoInfer<S>) => Iterable<NoInfer<I>>,
  options: {
    readonly key: (item: NoInfer<I>, index: number) => string
    readonly concurrency?: number
    readonly discard?: D
  }
) =>
<In, E, R>(
  self: Pipeline<In, S, E, R>
): Pipeline<In, S & { readonly [P in K]: D extends true ? void : ReadonlyArray<A> }, E | E2, R | R2> =>
  add(self, {
    _tag: "ForEach",
    key,
    unit,
    items,
    itemKey: options.key,
    concurrency: options.concurrency ?? 1,
    discard: options.discard ?? false
  })

/**
 * The last of the allowed attempts of `repeat` was not good enough either.
 *
 * @category errors
 * @since 0.1.0
 */
export class RepeatExhausted extends Schema.TaggedError<RepeatExhausted>()("RepeatExhausted", {
  key: Schema.String,
  times: Schema.Number,
  /** What the last attempt gave, as its schema encodes it. */
  last: Schema.Unknown
}) {
  override get message(): string {
    return `"${this.key}" was still not good enough after ${this.times} attempt${this.times === 1 ? "" : "s"}`
  }
  get fix(): string {
    return "Correct what it is made from, then repeat the command. The last attempt: cairn show"
  }
}

/**
 * Adds a unit that is repeated until its result is good enough: generate, check, repair. `next` makes the input of the
 * next attempt from the result of the last; `times` is how many attempts there may be.
 *
 * @category combinators
 * @since 0.1.0
 */
export const repeat = <const K extends string, S, I, A, E2, R2>(
  key: Fresh<K, NoInfer<S>>,
  unit: Unit<I, A, E2, R2>,
  options: {
    readonly initial: (state: NoInfer<S>) => NoInfer<I>
    readonly until: (result: NoInfer<A>, state: NoInfer<S>) => boolean
    readonly next: (result: NoInfer<A>, state: NoInfer<S>) => NoInfer<I>
    readonly times: number
  }
) =>
<In, E, R>(
  self: Pipeline<In, S, E, R>
): Pipeline<In, S & { readonly [P in K]: A }, E | E2 | RepeatExhausted, R | R2> => {
  if (!(options.times >= 1)) {
    throw new PipelineRefused({ pipeline: self.name, reason: `"${key}" is tried ${options.times} times` })
  }
  return add(self, { _tag: "Repeat", key, unit, ...options })
}

/**
 * Adds a whole pipeline as one unit; what its steps give is recorded under `key/innerKey`. The same as `step` with a
 * pipeline.
 *
 * @category combinators
 * @since 0.1.0
 */
export const nest = <const K extends string, S, I, A, E2, R2>(
  key: Fresh<K, NoInfer<S>>,
  pipeline: Pipeline<I, unknown, E2, R2, A>,
  select: (state: NoInfer<S>) => NoInfer<I>
) =>
<In, E, R>(self: Pipeline<In, S, E, R>): Pipeline<In, S & { readonly [P in K]: A }, E | E2, R | R2> =>
  add(self, { _tag: "Step", key, unit: pipeline, select, after: [], was: undefined })

/**
 * Adds a unit that has a way out: on a failure with this tag `recovery` runs instead, and the tag leaves the failures
 * of the pipeline. A recorded recovery stands as long as neither its own input nor that of the unit changes.
 *
 * @category combinators
 * @since 0.1.0
 */
export const catchTag = <
  const K extends string,
  S,
  I,
  A,
  E2,
  R2,
  T extends Extract<E2, { readonly _tag: string }>["_tag"],
  I3,
  B,
  E3,
  R3
>(
  key: Fresh<K, NoInfer<S>>,
  unit: Unit<I, A, E2, R2>,
  select: (state: NoInfer<S>) => NoInfer<I>,
  tag: T,
  recovery: Unit<I3, B, E3, R3>,
  input: (failure: Extract<NoInfer<E2>, { readonly _tag: NoInfer<T> }>, state: NoInfer<S>) => NoInfer<I3>
) =>
<In, E, R>(
  self: Pipeline<In, S, E, R>
): Pipeline<In, S & { readonly [P in K]: A | B }, E | Exclude<E2, { readonly _tag: T }> | E3, R | R2 | R3> =>
  add(self, { _tag: "CatchTag", key, unit, select, tag, recovery, input })

/**
 * Adds a gate: the pipeline goes on only where the validation finds no error. Its value is the report. What is
 * selected must be JSON, since each check is recorded.
 *
 * @category combinators
 * @since 0.1.0
 */
export const validate = <const K extends string, S, A, R2>(
  key: Fresh<K, NoInfer<S>>,
  validation: Validation.Validation<A, R2>,
  select: (state: NoInfer<S>) => NoInfer<A>
) =>
<In, E, R>(
  self: Pipeline<In, S, E, R>
): Pipeline<
  In,
  S & { readonly [P in K]: Validation.Report },
  E | Validation.ValidationFailed,
  R | R2
> => {
  const steps = new Map<string, Step.Any>()
  for (const check of Validation.checks(validation)) {
    // Each check is recorded under its name.
    if (steps.has(check.name)) {
      throw new PipelineRefused({ pipeline: self.name, reason: `two checks of "${key}" are named "${check.name}"` })
    }
    steps.set(check.name, checking(check))
  }
  return add(self, { _tag: "Validate", key, validation, steps, select })
}

/** It succeeds with its warnings, and fails where it finds an error, so that it is made again when the run goes on. */
const checking = <A, R>(check: Validation.Check<A, R>) =>
  Step.make(check.name, {
    title: `Checking ${check.name}`,
    input: Schema.Unknown, // whatever is checked; that it is JSON is seen when it is encoded
    success: Issues,
    failure: Validation.CheckFailed,
    hidden: true,
    run: (value) =>
      Effect.filterOrFail(
        check.find(value as A),
        (issues) => !issues.some(({ severity }) => severity === "error"),
        (issues) => new Validation.CheckFailed({ check: check.name, issues })
      )
  })

const Issues = Schema.Array(Validation.Issue)

/**
 * Says something to people at this point: what was found, or what to do next. It is shown, never recorded.
 *
 * @category combinators
 * @since 0.1.0
 */
export const announce =
  <S>(announcement: (state: NoInfer<S>) => Announcement) =>
  <In, E, R>(self: Pipeline<In, S, E, R>): Pipeline<In, S, E, R> =>
    add(self, { _tag: "Announce", announce: announcement })

/**
 * Ends a pipeline with its one typed result. Without it, a pipeline gives nothing.
 *
 * @category combinators
 * @since 0.1.0
 */
export const output = <S, Out, OutI>(
  schema: Schema.Schema<Out, OutI>,
  select: (state: NoInfer<S>) => NoInfer<Out>
) =>
<In, E, R>(self: Pipeline<In, S, E, R>): Pipeline<In, S, E, R, Out> =>
  build(self.name, { ...self.definition, output: { codec: codec(self.name, "output", schema), select } })

/**
 * One of the units of a pipeline that is made from data.
 *
 * @category models
 * @since 0.1.0
 */
export interface Uniform<in In, in out I, in out A, out E, out R> {
  readonly key: string
  readonly unit: Unit<I, A, E, R>
  readonly select: (input: In, results: Readonly<Record<string, A>>) => I
}

/** One, which may name earlier ones that it needs without reading them, or several side by side. */
type OneOrMany<In, I, A, E, R> =
  | (Uniform<In, I, A, E, R> & { readonly after?: ReadonlyArray<string> })
  | ReadonlyArray<Uniform<In, I, A, E, R>>

/**
 * Makes a pipeline from data: units of one type, one after the other; those in an array stand side by side. A selector
 * gets the input of the pipeline and the results so far, by key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSteps = <In, InI, I, A, E, R, Out = void, OutI = void>(
  name: string,
  options: {
    readonly input: Schema.Schema<In, InI>
    readonly steps: Iterable<OneOrMany<In, I, A, E, R>>
    readonly output?: {
      readonly schema: Schema.Schema<Out, OutI>
      readonly select: (results: Readonly<Record<string, A>>, input: In) => Out
    }
  }
): Pipeline<In, { readonly input: In }, E, R, Out> => {
  type State = { readonly input: In } & Readonly<Record<string, A>>
  const refused = (reason: string) => new PipelineRefused({ pipeline: name, reason })
  // An object, since its keys are names of properties from then on, as those of the state have to be.
  const keys: Record<string, true> = Object.create(null)
  const branch = ({ key, select, unit }: Uniform<In, I, A, E, R>) => {
    if (key in keys) throw refused(usedTwice(key))
    keys[checkedKey(name, key)] = true
    return { key, unit, select: (state: State) => select(state.input, state) }
  }
  const nodeOf = (step: OneOrMany<In, I, A, E, R>): Node => {
    if (!("key" in step)) return { _tag: "All", branches: step.map(branch), concurrency: Infinity }
    const { after = [] } = step
    const unknown = after.find((name) => !(name in keys))
    if (unknown !== undefined) throw refused(`"${step.key}" comes after "${unknown}", which no step before it is`)
    return { _tag: "Step", ...branch(step), after, was: undefined }
  }
  let last: Link | undefined
  for (const step of options.steps) last = { node: nodeOf(step), before: last }
  const { output } = options
  return build(name, {
    input: codec(name, "input", options.input),
    inputSchema: options.input,
    last,
    output: output && {
      codec: codec(name, "output", output.schema),
      select: (state: State) => output.select(state, state.input)
    },
    isChain: false,
    isUnique: true
  })
}

/** The codec of a schema of a pipeline. */
const codec = <A, I>(pipeline: string, part: string, schema: Schema.Schema<A, I>): Codec.Codec =>
  Codec.makeKept(schema, (reason) =>
    new PipelineRefused({
      pipeline,
      reason: `the schema of its ${part} ${reason}${
        part === "input" && Codec.hasSecret(schema.ast) ? "; a secret is a setting of its program" : ""
      }`
    }))

const usedTwice = (key: string): string => `the key "${key}" is used twice`

const identity = <A>(a: A): A => a
const variance = { _In: () => {}, _S: identity, _E: identity, _R: identity, _Out: identity }

const Prototype = { [TypeId]: variance, ...Pipeable.Prototype }

const build = <In, S, E, R, Out>(name: string, definition: Definition): Pipeline<In, S, E, R, Out> =>
  Object.assign(Object.create(Prototype), { name, definition })

const add = <In, S, E, R, Out>(self: Any, node: Node): Pipeline<In, S, E, R, Out> => {
  for (const key of keysOf(node)) checkedKey(self.name, key)
  return build(self.name, { ...self.definition, last: { node, before: self.definition.last }, isUnique: false })
}

/**
 * The keys that a node adds to the state.
 *
 * @category accessors
 * @since 0.1.0
 */
export const keysOf = (node: Node): ReadonlyArray<string> =>
  node._tag === "All" ? node.branches.map(({ key }) => key) : node._tag === "Announce" ? [] : [node.key]

const checkedKey = (pipeline: string, key: string): string => {
  if (key !== "" && key !== "__proto__" && key !== "input" && !/[/#]/.test(key)) return key
  throw new PipelineRefused({
    pipeline,
    reason: `${JSON.stringify(key)} cannot be a key: keys are not empty, not "input" or "__proto__", and hold no / or #`
  })
}
