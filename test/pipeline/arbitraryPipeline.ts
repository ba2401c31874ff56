/**
 * Pipelines as data: made at random, changed at random, built with the real combinators, and worked out by a model
 * that knows nothing of runs.
 *
 * What a step does follows from its name and version alone, as it does in honest code: a step that does something else
 * has another name or another version.
 */
import { Effect, Option, Schema } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import { canonicalJson, digest } from "../../src/pipeline/digest.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"

// --- the data

export const behaviours = [
  "gives",
  "text",
  "fails",
  "picky",
  "flaky",
  "asks",
  "asksTwice",
  "asksThenFlaky",
  "asksThenPicky",
  "reads",
  "writes"
] as const

/** What a step does. */
type Does = (typeof behaviours)[number]

export interface StepSpec {
  readonly _tag: "Step"
  readonly does: Does
  readonly letter: string
  readonly version: number
}

export interface PipelineSpec {
  readonly _tag: "Pipeline"
  readonly name: string
  /** `fromSteps` takes the nodes that are steps, and no others. */
  readonly made: "combinators" | "fromSteps"
  readonly nodes: ReadonlyArray<NodeSpec>
}

export type UnitSpec = StepSpec | PipelineSpec

/** What a selector reads: a constant, and the values of earlier keys; keys that are not there yet are left out. */
interface From {
  readonly c: number
  readonly keys: ReadonlyArray<string>
}

interface CheckSpec {
  readonly does: "passes" | "warns" | "errs" | "picky"
  readonly letter: string
}

export type NodeSpec =
  | {
    readonly _tag: "Step"
    readonly key: string
    readonly unit: UnitSpec
    readonly from: From
    readonly after: ReadonlyArray<string>
    readonly was?: string
  }
  | { readonly _tag: "Nest"; readonly key: string; readonly unit: PipelineSpec; readonly from: From }
  | {
    readonly _tag: "All"
    readonly branches: ReadonlyArray<{ readonly key: string; readonly unit: UnitSpec; readonly from: From }>
    readonly concurrency: number
  }
  | {
    readonly _tag: "ForEach"
    readonly key: string
    readonly unit: UnitSpec
    readonly items: ReadonlyArray<{ readonly id: string; readonly x: number }>
    readonly from: From
    readonly concurrency: number
    readonly discard: boolean
  }
  | {
    readonly _tag: "When"
    readonly key: string
    readonly unit: UnitSpec
    readonly from: From
    readonly on: "always" | "never" | "odd"
  }
  | {
    readonly _tag: "Repeat"
    readonly key: string
    readonly unit: UnitSpec
    readonly from: From
    readonly goal: number
    readonly times: number
  }
  | {
    readonly _tag: "CatchTag"
    readonly key: string
    readonly unit: UnitSpec
    readonly from: From
    readonly recovery: UnitSpec
  }
  | {
    readonly _tag: "Validate"
    readonly key: string
    readonly from: From
    readonly checks: ReadonlyArray<CheckSpec>
    readonly rest: ReadonlyArray<CheckSpec>
    readonly stopsEarly: boolean
  }
  | { readonly _tag: "Announce"; readonly from: From }

/** What every unit is applied to. */
export const Input = Schema.Struct({ id: Schema.String, xs: Schema.Array(Schema.Number) })
export type Input = typeof Input.Type

export class Boom extends Schema.TaggedError<Boom>()("Boom", { by: Schema.String, of: Schema.Number }) {}

export type Failure = Boom | Pipeline.RepeatExhausted | Validation.ValidationFailed

export type Built = Pipeline.Pipeline<Input, { readonly input: Input }, Failure, never, number>

// --- making it

const keyNames = ["a", "b", "c", "d", "e", "f", "g"]
const anyKey = FastCheck.constantFrom(...keyNames)
const anyLetter = FastCheck.constantFrom("p", "q")
const concurrency = FastCheck.constantFrom(1, 2, 3, Infinity)

const from: FastCheck.Arbitrary<From> = FastCheck.record({
  c: FastCheck.nat({ max: 2 }),
  keys: FastCheck.uniqueArray(anyKey, { maxLength: 2 })
})

/** Most steps succeed, or a pipeline of any length would hardly ever get to its end. */
const step: FastCheck.Arbitrary<StepSpec> = FastCheck.record({
  _tag: FastCheck.constant("Step" as const),
  does: FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constantFrom<Does>("gives", "text", "reads") },
    {
      weight: 5,
      arbitrary: FastCheck.constantFrom<Does>("asks", "asksTwice", "asksThenFlaky", "flaky", "writes")
    },
    { weight: 2, arbitrary: FastCheck.constantFrom<Does>("fails", "picky", "asksThenPicky") }
  ),
  letter: anyLetter,
  version: FastCheck.integer({ min: 1, max: 2 })
})

const risky: FastCheck.Arbitrary<StepSpec> = FastCheck.record({
  _tag: FastCheck.constant("Step" as const),
  does: FastCheck.constantFrom<Does>("fails", "picky", "asksThenPicky"),
  letter: anyLetter,
  version: FastCheck.integer({ min: 1, max: 2 })
})

const check: FastCheck.Arbitrary<CheckSpec> = FastCheck.record({
  does: FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constantFrom<CheckSpec["does"]>("passes", "warns") },
    { weight: 1, arbitrary: FastCheck.constantFrom<CheckSpec["does"]>("errs", "picky") }
  ),
  letter: anyLetter
})

const checks = FastCheck.uniqueArray(check, { maxLength: 3, selector: ({ does, letter }) => `${does}-${letter}` })

const item = FastCheck.record({
  id: FastCheck.constantFrom("x", "y", "z/1", "#catch", "%2F", "0"),
  x: FastCheck.nat({ max: 3 })
})

const nodeOf = (depth: number): FastCheck.Arbitrary<NodeSpec> => {
  const unit: FastCheck.Arbitrary<UnitSpec> = depth === 0
    ? step
    : FastCheck.oneof({ weight: 4, arbitrary: step }, { weight: 1, arbitrary: pipelineOf(depth - 1) })
  const tag = <T extends string>(name: T) => FastCheck.constant(name)
  const leaves: ReadonlyArray<{ readonly weight: number; readonly arbitrary: FastCheck.Arbitrary<NodeSpec> }> = [
    {
      weight: 4,
      arbitrary: FastCheck.record({
        _tag: tag("Step"),
        key: anyKey,
        unit,
        from,
        after: FastCheck.oneof(
          { weight: 1, arbitrary: FastCheck.constant([]) },
          { weight: 2, arbitrary: FastCheck.uniqueArray(anyKey, { minLength: 1, maxLength: 3 }) }
        )
      })
    },
    {
      weight: 2,
      arbitrary: FastCheck.record({
        _tag: tag("All"),
        branches: FastCheck.uniqueArray(FastCheck.record({ key: anyKey, unit, from }), {
          minLength: 1,
          maxLength: 3,
          selector: ({ key }) => key
        }),
        concurrency
      })
    },
    {
      weight: 3,
      arbitrary: FastCheck.record({
        _tag: tag("ForEach"),
        key: anyKey,
        unit,
        items: FastCheck.uniqueArray(item, { maxLength: 4, selector: ({ id }) => id }),
        from,
        concurrency,
        discard: FastCheck.boolean()
      })
    },
    {
      weight: 1,
      arbitrary: FastCheck.record({
        _tag: tag("When"),
        key: anyKey,
        unit,
        from,
        on: FastCheck.constantFrom("always" as const, "never" as const, "odd" as const)
      })
    },
    {
      weight: 1,
      arbitrary: FastCheck.record({
        _tag: tag("Repeat"),
        key: anyKey,
        unit,
        from,
        goal: FastCheck.integer({ min: 1, max: 4 }),
        times: FastCheck.integer({ min: 1, max: 3 })
      })
    },
    {
      weight: 2,
      arbitrary: FastCheck.record({
        _tag: tag("CatchTag"),
        key: anyKey,
        unit: FastCheck.oneof({ weight: 2, arbitrary: risky }, { weight: 1, arbitrary: unit }),
        from,
        recovery: depth === 0
          ? step
          : FastCheck.oneof({ weight: 2, arbitrary: step }, { weight: 1, arbitrary: pipelineOf(depth - 1) })
      })
    },
    {
      weight: 1,
      arbitrary: FastCheck.record({
        _tag: tag("Validate"),
        key: anyKey,
        from,
        checks,
        rest: checks,
        stopsEarly: FastCheck.boolean()
      })
    },
    { weight: 1, arbitrary: FastCheck.record({ _tag: tag("Announce"), from }) }
  ]
  return depth === 0
    ? FastCheck.oneof(...leaves)
    : FastCheck.oneof(
      ...leaves,
      {
        weight: 1,
        arbitrary: FastCheck.record({ _tag: tag("Nest"), key: anyKey, unit: pipelineOf(depth - 1), from })
      }
    )
}

const pipelineOf = (depth: number): FastCheck.Arbitrary<PipelineSpec> =>
  FastCheck.record({
    _tag: FastCheck.constant("Pipeline" as const),
    name: FastCheck.constantFrom("inner", "other"),
    made: FastCheck.oneof(
      { weight: 3, arbitrary: FastCheck.constant("combinators" as const) },
      { weight: 1, arbitrary: FastCheck.constant("fromSteps" as const) }
    ),
    nodes: FastCheck.array(nodeOf(depth), { minLength: 1, maxLength: 3 })
  })

/** A whole program, always under the same name. */
export const anyPipeline: FastCheck.Arbitrary<PipelineSpec> = FastCheck.record({
  _tag: FastCheck.constant("Pipeline" as const),
  name: FastCheck.constant("generated"),
  made: FastCheck.constant("combinators" as const),
  nodes: FastCheck.array(nodeOf(2), { minLength: 1, maxLength: 6 })
}).map(sound)

export const anyInput: FastCheck.Arbitrary<Input> = FastCheck.record({
  id: FastCheck.constantFrom("", "i"),
  xs: FastCheck.array(FastCheck.nat({ max: 3 }), { maxLength: 2 })
})

/**
 * The same without what cannot be: a key that is there twice, a check of the same name, a step that is not one. Units
 * side by side either ask or fail, since which of several failures a run ends with may depend on what is answered by
 * then.
 */
function sound(spec: PipelineSpec): PipelineSpec {
  const used = new Set<string>()
  const free = (key: string) => !used.has(key) && used.add(key) !== undefined
  const names = new Set<string>()
  const unique = ({ does, letter }: CheckSpec) =>
    !names.has(`${does}-${letter}`) && names.add(`${does}-${letter}`) !== undefined
  const nodes = spec.nodes.flatMap((node): ReadonlyArray<NodeSpec> => {
    if (spec.made === "fromSteps" && node._tag !== "Step") return []
    names.clear()
    switch (node._tag) {
      case "Announce":
        return [node]
      case "All": {
        const asks = node.branches.some(({ unit }) => isAsking(unit))
        const branches = node.branches.filter(({ key }) => free(key)).map((branch) => ({
          ...branch,
          unit: asks ? unfailing(soundUnit(branch.unit)) : soundUnit(branch.unit)
        }))
        return branches.length === 0 ? [] : [{ ...node, branches }]
      }
      case "Validate":
        return free(node.key) ? [{ ...node, checks: node.checks.filter(unique), rest: node.rest.filter(unique) }] : []
      case "ForEach": {
        const unit = isAsking(node.unit) ? unfailing(soundUnit(node.unit)) : soundUnit(node.unit)
        return free(node.key) ? [{ ...node, unit }] : []
      }
      case "CatchTag":
        return free(node.key) ? [{ ...node, unit: soundUnit(node.unit), recovery: soundUnit(node.recovery) }] : []
      case "Nest":
        return free(node.key) ? [{ ...node, unit: sound(node.unit) }] : []
      default:
        return free(node.key) ? [{ ...node, unit: soundUnit(node.unit) }] : []
    }
  })
  return { ...spec, nodes }
}

const soundUnit = (unit: UnitSpec): UnitSpec => (unit._tag === "Step" ? unit : sound(unit))

const isAsking = (unit: UnitSpec): boolean =>
  unit._tag === "Step" ? questionsOf(unit).length > 0 : unit.nodes.flatMap(unitsOf).some(isAsking)

const unfailing = (unit: UnitSpec): UnitSpec => {
  if (unit._tag === "Step") {
    const does = unit.does === "asksThenPicky" ? "asks" : failing.has(unit.does) ? "gives" : unit.does
    return { ...unit, does }
  }
  const nodes = unit.nodes.map((node) => {
    const safe = withUnits(node, unfailing)
    return safe._tag === "Repeat"
      ? { ...safe, goal: 1 }
      : safe._tag === "Validate"
      ? { ...safe, checks: [], rest: [] }
      : safe
  })
  return { ...unit, nodes }
}

const failing: ReadonlySet<Does> = new Set(["fails", "picky"])

// --- changing it

const rename = (key: string) => `${key}2`

/** One change of the code, at one node of one of its pipelines. */
export const anyChange = FastCheck.record({
  pipeline: FastCheck.nat({ max: 7 }),
  node: FastCheck.nat({ max: 7 }),
  what: FastCheck.constantFrom(
    "selector",
    "version",
    "body",
    "unit",
    "remove",
    "add",
    "rename",
    "adopt",
    "reorder",
    "list",
    "branch",
    "recovery",
    "after"
  ),
  from,
  step,
  added: nodeOf(1),
  item
})
export type Change = typeof anyChange extends FastCheck.Arbitrary<infer A> ? A : never

export const changed = (spec: PipelineSpec, changes: ReadonlyArray<Change>): PipelineSpec =>
  sound(changes.reduce((spec, change) => {
    const count = pipelinesIn(spec)
    return atPipeline(spec, { left: change.pipeline % count }, (inner) => changedHere(inner, change))
  }, spec))

const pipelinesIn = (spec: PipelineSpec): number =>
  1 + spec.nodes.flatMap(unitsOf).reduce((sum, unit) => sum + (unit._tag === "Pipeline" ? pipelinesIn(unit) : 0), 0)

const unitsOf = (node: NodeSpec): ReadonlyArray<UnitSpec> => {
  switch (node._tag) {
    case "Announce":
    case "Validate":
      return []
    case "All":
      return node.branches.map(({ unit }) => unit)
    case "CatchTag":
      return [node.unit, node.recovery]
    default:
      return [node.unit]
  }
}

const atPipeline = (
  spec: PipelineSpec,
  counter: { left: number },
  f: (spec: PipelineSpec) => PipelineSpec
): PipelineSpec => {
  if (counter.left-- === 0) return f(spec)
  const unit = (unit: UnitSpec): UnitSpec => unit._tag === "Pipeline" ? atPipeline(unit, counter, f) : unit
  return { ...spec, nodes: spec.nodes.map((node) => withUnits(node, unit)) }
}

const withUnits = (node: NodeSpec, f: (unit: UnitSpec) => UnitSpec): NodeSpec => {
  switch (node._tag) {
    case "Announce":
    case "Validate":
      return node
    case "All":
      return { ...node, branches: node.branches.map((branch) => ({ ...branch, unit: f(branch.unit) })) }
    case "CatchTag":
      return { ...node, unit: f(node.unit), recovery: f(node.recovery) }
    case "Nest": {
      const unit = f(node.unit)
      return unit._tag === "Pipeline" ? { ...node, unit } : { ...node, _tag: "Step", unit, after: [] }
    }
    default:
      return { ...node, unit: f(node.unit) }
  }
}

const changedHere = (spec: PipelineSpec, change: Change): PipelineSpec => {
  const index = spec.nodes.length === 0 ? 0 : change.node % spec.nodes.length
  const node = spec.nodes[index]
  const nodes = [...spec.nodes]
  if (node === undefined || change.what === "add") nodes.splice(index, 0, change.added)
  else if (change.what === "remove") nodes.splice(index, 1)
  else if (change.what === "reorder") {
    nodes.splice(index, 1)
    nodes.splice(change.pipeline % (nodes.length + 1), 0, node)
  } else nodes[index] = changedNode(node, change)
  return { ...spec, nodes }
}

const changedNode = (node: NodeSpec, { from, item, step, what }: Change): NodeSpec => {
  const first = <A>(all: ReadonlyArray<A>, f: (a: A) => A) => all.map((a, index) => (index === 0 ? f(a) : a))
  switch (what) {
    case "selector":
      return node._tag === "All"
        ? { ...node, branches: first(node.branches, (branch) => ({ ...branch, from })) }
        : { ...node, from }
    case "version":
      return withUnits(node, (unit) => unit._tag === "Step" ? { ...unit, version: unit.version + 1 } : unit)
    case "body":
      return withUnits(
        node,
        (unit) => unit._tag === "Step" ? { ...unit, does: step.does, version: unit.version + 2 } : unit
      )
    case "unit":
      return withUnits(node, () => step)
    case "rename":
    case "adopt":
      return node._tag === "Announce"
        ? node
        : node._tag === "All"
        ? { ...node, branches: first(node.branches, (branch) => ({ ...branch, key: rename(branch.key) })) }
        : node._tag === "Step" && what === "adopt"
        ? { ...node, key: rename(node.key), was: node.key }
        : { ...node, key: rename(node.key) }
    case "list":
      return node._tag === "ForEach"
        ? { ...node, items: [item, ...node.items.filter(({ id }) => id !== item.id).reverse()] }
        : node
    case "branch":
      return node._tag === "When"
        ? { ...node, on: node.on === "never" ? "always" : "never" }
        : node._tag === "All"
        ? { ...node, branches: node.branches.slice(1) }
        : node._tag === "Repeat"
        ? { ...node, goal: (node.goal % 3) + 1, times: node.times + 1 }
        : node._tag === "Validate"
        ? { ...node, checks: node.rest, rest: [], stopsEarly: !node.stopsEarly }
        : node
    case "recovery":
      return node._tag === "CatchTag" ? { ...node, recovery: step } : node
    case "after":
      return node._tag === "Step" ? { ...node, after: from.keys } : node
    default:
      return node
  }
}

/** By key: the keys that its selector reads or that it comes after, as a plan has to say it. */
export const feedsOf = (spec: PipelineSpec): ReadonlyArray<readonly [key: string, feeds: ReadonlyArray<string>]> => {
  const there = new Set<string>()
  return spec.nodes.flatMap((node) => {
    const read = (from: From) => selector(from, there).keys
    const feeds = node._tag === "Announce"
      ? []
      : node._tag === "All"
      ? node.branches.map(({ from, key }) => [key, read(from)] as const)
      : node._tag === "Step"
      ? [[node.key, [...new Set([...read(node.from), ...node.after.filter((key) => there.has(key))])]] as const]
      : [[node.key, node._tag === "ForEach" && node.items.length === 0 ? [] : read(node.from)] as const]
    for (const key of keysOf(node)) there.add(key)
    return feeds
  })
}

// --- what its steps compute

/** A small number that depends on all that it is made from. */
export const mixed = (...parts: ReadonlyArray<unknown>): number => {
  let hash = 0x811c9dc5
  for (const c of JSON.stringify(parts)) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193) >>> 0
  return (hash >>> 7) % 101
}

export const nameOf = ({ does, letter }: StepSpec): string => `${does}-${letter}`

/** What a body gives for an input, where it gives anything. `reads` is what the world holds. */
const result = (spec: StepSpec, input: Input, reads: number): number =>
  mixed(
    nameOf(spec),
    spec.version,
    input,
    spec.does === "reads" ? reads : 0,
    questionsOf(spec).map((question) => answerTo(spec, input, question))
  )

const failsOn = (spec: StepSpec, input: Input): boolean =>
  spec.does === "fails" ||
  ((spec.does === "picky" || spec.does === "asksThenPicky") &&
    mixed("picky", nameOf(spec), spec.version, input) % 2 === 0)

const boom = (spec: StepSpec, input: Input) => new Boom({ by: nameOf(spec), of: mixed("boom", spec.version, input) })

const questionsOf = ({ does }: StepSpec): ReadonlyArray<string> =>
  does === "asksTwice" ? ["one", "two"] : does.startsWith("asks") ? ["one"] : []

const answerTo = (spec: StepSpec, input: Input, question: string): number =>
  mixed("answer", nameOf(spec), spec.version, input, question)

/** The answer to a request, from nothing but what it says. */
export const answerFrom = (prompt: string): number => {
  const [spec, input, question] = JSON.parse(prompt) as [StepSpec, Input, string]
  return answerTo(spec, input, question)
}

const numberOf = (value: unknown): number =>
  typeof value === "number"
    ? value
    : value === undefined
    ? -1
    : Option.isOption(value)
    ? Option.match(value, { onNone: () => -2, onSome: (some) => mixed("some", numberOf(some)) })
    : Array.isArray(value)
    ? mixed("list", value.map(numberOf))
    : mixed(value)

const keysOf = (node: NodeSpec): ReadonlyArray<string> =>
  node._tag === "Announce" ? [] : node._tag === "All" ? node.branches.map(({ key }) => key) : [node.key]

type State = Readonly<Record<string, unknown>>

/** A selector that reads its keys, in so far as they are there by then. */
const selector = (from: From, there: ReadonlySet<string>) => {
  const keys = from.keys.filter((key) => there.has(key))
  const numbers = (state: State) => [from.c, ...keys.map((key) => numberOf(state[key]))]
  return { keys, numbers, input: (state: State): Input => ({ id: "", xs: numbers(state) }) }
}

const isOdd = (on: "always" | "never" | "odd", input: Input) =>
  on === "always" || (on === "odd" && mixed("odd", input) % 2 === 1)

const isEnough = (goal: number, value: number) => mixed("enough", value) % goal === 0

const validationOf = (
  { checks, rest, stopsEarly }: Extract<NodeSpec, { _tag: "Validate" }>,
  checked: (name: string) => void = () => {}
) => {
  const check = ({ does, letter }: CheckSpec) =>
    Validation.check<number>(`${does}-${letter}`, (value) => {
      checked(`${does}-${letter}`)
      return does === "passes" || (does === "picky" && mixed(letter, value) % 2 === 0)
        ? []
        : [(does === "warns" ? Validation.warning : Validation.error)(letter, `${does} of ${value}`)]
    })
  const inner = Validation.all(...rest.map(check))
  return stopsEarly
    ? Validation.chain<number>(...checks.map(check), inner)
    : Validation.all<number>(...checks.map(check), inner)
}

// --- building it

/** What the bodies of a pipeline tell, and are told. */
export interface World {
  readonly reads: number
  /** Told that a body begins. */
  readonly began: (spec: StepSpec) => Effect.Effect<void>
  /** Told that a body that began has come to its end, however it ends; a body may be stopped here, too. */
  readonly ended: Effect.Effect<void>
  /** Told that a body has what it gives. */
  readonly finished: Effect.Effect<void>
  /** Where a body may be stopped. */
  readonly inside: Effect.Effect<void>
  /** Asked whether a question has its answer at once. */
  readonly consulted: (prompt: string) => Effect.Effect<boolean>
  /** Told that a body has its answer. */
  readonly answered: (prompt: string) => Effect.Effect<void>
  /** Where a bug of the executor may be planted into a step. */
  readonly planted: <In, A, E>(step: Step.Step<In, A, E>) => Step.Step<In, A, E>
}

/** A world in which nothing is stopped, and every answer is there. */
export const calm = (reads: number): World => ({
  reads,
  began: () => Effect.void,
  ended: Effect.void,
  finished: Effect.void,
  inside: Effect.void,
  consulted: () => Effect.succeed(true),
  answered: () => Effect.void,
  planted: (step) => step
})

export const build = (spec: PipelineSpec, world: World): Built => {
  const there = new Set<string>()
  if (spec.made === "fromSteps") {
    return Pipeline.fromSteps<Input, Input, Input, number, Failure, never, number, number>(spec.name, {
      input: Input,
      steps: spec.nodes.flatMap((node) => {
        if (node._tag !== "Step") return []
        const { input } = selector(node.from, there)
        const after = node.after.filter((key) => there.has(key))
        there.add(node.key)
        return [{
          key: node.key,
          unit: unit(node.unit, world),
          select: (_: Input, results: Readonly<Record<string, number>>) => input(results),
          after
        }]
      }),
      output: { schema: Schema.Number, select: (results) => summed(spec, results) }
    })
  }
  type Building = Pipeline.Pipeline<Input, { readonly input: Input }, Failure>
  // One that is a validation chain obeys the same laws.
  const begin = spec.nodes.length % 2 === 0 ? Pipeline.chain : Pipeline.make
  let built: Building = begin(spec.name, { input: Input })
  for (const node of spec.nodes) {
    built = grown(built, node, there, world)
    for (const key of keysOf(node)) there.add(key)
  }
  return built.pipe(Pipeline.output(Schema.Number, (state) => summed(spec, state)))
}

const grown = (
  built: Pipeline.Pipeline<Input, { readonly input: Input }, Failure>,
  node: NodeSpec,
  there: ReadonlySet<string>,
  world: World
): Pipeline.Pipeline<Input, { readonly input: Input }, Failure> => {
  const here = (from: From) => selector(from, there)
  switch (node._tag) {
    case "Step": {
      const after = node.after.filter((key): key is never => there.has(key))
      return built.pipe(Pipeline.step(node.key, unit(node.unit, world), here(node.from).input, {
        after,
        ...(node.was === undefined ? {} : { was: node.was })
      }))
    }
    case "Nest":
      return built.pipe(Pipeline.nest(node.key, build(node.unit, world), here(node.from).input))
    case "All":
      return built.pipe(Pipeline.all((bind) =>
        Object.fromEntries(
          node.branches.map(({ from, key, unit: branch }) => [key, bind(unit(branch, world), here(from).input)])
        ), { concurrency: node.concurrency }))
    case "ForEach": {
      const { numbers } = here(node.from)
      const items = (state: State) => node.items.map(({ id, x }): Input => ({ id, xs: [x, ...numbers(state)] }))
      const options = { key: ({ id }: Input) => id, concurrency: node.concurrency }
      return node.discard
        ? built.pipe(Pipeline.forEach(node.key, unit(node.unit, world), items, { ...options, discard: true }))
        : built.pipe(Pipeline.forEach(node.key, unit(node.unit, world), items, options))
    }
    case "When": {
      const { input } = here(node.from)
      return built.pipe(Pipeline.when(node.key, unit(node.unit, world), (state) => {
        const selected = input(state)
        return isOdd(node.on, selected) ? Option.some(selected) : Option.none()
      }))
    }
    case "Repeat": {
      const { input, numbers } = here(node.from)
      return built.pipe(Pipeline.repeat(node.key, unit(node.unit, world), {
        initial: input,
        until: (value) => isEnough(node.goal, value),
        next: (value, state) => ({ id: "next", xs: [value, ...numbers(state)] }),
        times: node.times
      }))
    }
    case "CatchTag": {
      const { input, numbers } = here(node.from)
      return built.pipe(Pipeline.catchTag(
        node.key,
        unit(node.unit, world),
        input,
        "Boom",
        unit(node.recovery, world),
        (failure: Boom, state): Input => ({ id: failure.by, xs: [failure.of, ...numbers(state)] })
      ))
    }
    case "Validate": {
      const { numbers } = here(node.from)
      return built.pipe(Pipeline.validate(node.key, validationOf(node), (state) => mixed(numbers(state))))
    }
    case "Announce": {
      const { numbers } = here(node.from)
      return built.pipe(Pipeline.announce((state) => ({ title: "So far", lines: numbers(state).map(String) })))
    }
  }
}

/** The output of a pipeline: it depends on the value of every key. */
const summed = (spec: PipelineSpec, state: State): number =>
  mixed(spec.nodes.flatMap(keysOf).map((key) => [key, numberOf(state[key])]))

const unit = (spec: UnitSpec, world: World): Pipeline.Unit<Input, number, Failure, never> =>
  spec._tag === "Pipeline" ? build(spec, world) : world.planted(stepOf(spec, world))

const stepOf = (spec: StepSpec, world: World): Step.Step<Input, number, Boom> => {
  const flaky = spec.does === "flaky" || spec.does === "asksThenFlaky"
  const ask = (input: Input) => (question: string) => {
    const prompt = JSON.stringify([spec, input, question])
    return CurrentStep.ask(
      { name: question, ask: "user", prompt, answer: Schema.Number },
      () =>
        Effect.flatMap(
          world.consulted(prompt),
          (atOnce) => (atOnce ? Effect.succeed(Given.Json({ value: answerTo(spec, input, question) })) : suspended())
        )
    ).pipe(Effect.tap(() => world.answered(prompt)))
  }
  return Step.make(nameOf(spec), {
    title: `Doing ${nameOf(spec)}`,
    input: Input,
    success: (spec.does === "text" ? Schema.NumberFromString : Schema.Number) as Schema.Schema<number, unknown>,
    failure: Boom,
    version: spec.version,
    writes: spec.does === "writes",
    ...(flaky ? { retry: { times: 1 } } : {}),
    ...(spec.does === "reads" ? { fingerprint: () => Effect.succeed(String(world.reads)) } : {}),
    run: (input) =>
      Effect.gen(function*() {
        yield* Effect.acquireRelease(world.began(spec), () => world.ended)
        yield* world.inside
        for (let n = mixed("yields", nameOf(spec), input) % 3; n > 0; n--) yield* Effect.yieldNow()
        const answers = yield* Effect.forEach(questionsOf(spec), ask(input))
        const current = yield* CurrentStep.CurrentStep
        const attempt = Option.match(current, { onNone: () => 2, onSome: ({ attempt }) => attempt })
        if ((flaky && attempt === 1) || failsOn(spec, input)) return yield* boom(spec, input)
        yield* world.finished
        return mixed(nameOf(spec), spec.version, input, spec.does === "reads" ? world.reads : 0, answers)
      })
  })
}

// --- working it out without a run

/** One result, as it has to be recorded. */
export interface Recorded {
  readonly step: string
  readonly version: number
  readonly digest: string
  readonly value: unknown
}

export interface Worked {
  readonly output: number | undefined
  /** The failure that ends it, if one does. */
  readonly failure: Failure | undefined
  /** By path: what there may be in the checkpoint at the end; all of it is there where there is an output. */
  readonly records: ReadonlyMap<string, Recorded>
  /** By path: the digest of whatever is run there. */
  readonly made: ReadonlyMap<string, string>
  /** Beginnings of paths under which more or less may be recorded, because a failure is caught from within. */
  readonly loose: ReadonlyArray<string>
  /** Paths whose records may stand under the path that they had before. */
  readonly adopted: ReadonlyMap<string, string>
  /** What it came through: each kind of node, and each way through one. */
  readonly ways: ReadonlySet<string>
}

export const work = (spec: PipelineSpec, input: Input, reads: number): Worked => {
  const context = {
    reads,
    records: new Map<string, Recorded>(),
    made: new Map<string, string>(),
    loose: [],
    adopted: new Map<string, string>(),
    ways: new Set<string>()
  }
  const end = workPipeline(spec, "", input, "", context)
  return {
    ...context,
    output: end._tag === "Value" ? Number(end.value) : undefined,
    failure: end._tag === "Failure" ? end.failure : undefined
  }
}

interface Working {
  readonly reads: number
  readonly records: Map<string, Recorded>
  readonly made: Map<string, string>
  readonly loose: Array<string>
  readonly adopted: Map<string, string>
  readonly ways: Set<string>
}

type End = { readonly _tag: "Value"; readonly value: unknown } | { readonly _tag: "Failure"; readonly failure: Failure }

const value = (value: unknown): End => ({ _tag: "Value", value })
const failure = (failure: Failure): End => ({ _tag: "Failure", failure })

const workUnit = (spec: UnitSpec, path: string, input: Input, after: string, context: Working): End => {
  if (spec._tag === "Pipeline") return workPipeline(spec, `${path}/`, input, after, context)
  context.ways.add(spec.does)
  const fingerprint = spec.does === "reads" ? `.${digest(String(context.reads))}` : ""
  const made = `${digest(canonicalJson(input))}${fingerprint}${after}`
  context.made.set(path, made)
  if (failsOn(spec, input)) return failure(boom(spec, input))
  const number = result(spec, input, context.reads)
  context.records.set(path, {
    step: nameOf(spec),
    version: spec.version,
    digest: made,
    value: spec.does === "text" ? String(number) : number
  })
  return value(number)
}

const workPipeline = (spec: PipelineSpec, prefix: string, input: Input, after: string, context: Working): End => {
  const state: Record<string, unknown> = { input }
  const there = new Set<string>()
  if (spec.made === "fromSteps" && spec.nodes.length > 0) context.ways.add("fromSteps")
  for (const node of spec.nodes) {
    context.ways.add(node._tag)
    const ends = workNode(node, { prefix, state, there, after }, context)
    const failed = ends.find(([, end]) => end._tag === "Failure")
    if (failed !== undefined) return failed[1]
    for (const [key, end] of ends) {
      if (end._tag === "Value") state[key] = end.value
      there.add(key)
    }
  }
  return value(summed(spec, state))
}

interface Place {
  readonly prefix: string
  readonly state: State
  readonly there: ReadonlySet<string>
  readonly after: string
}

const workNode = (
  node: NodeSpec,
  { after, prefix, state, there }: Place,
  context: Working
): ReadonlyArray<readonly [key: string, End]> => {
  const pathOf = (key: string) => `${prefix}${key}`
  if (node._tag === "Announce") return []
  if (node._tag === "All") {
    return node.branches.map(({ from, key, unit }) => [
      key,
      workUnit(unit, pathOf(key), selector(from, there).input(state), after, context)
    ])
  }
  const { key } = node
  const path = pathOf(key)
  const { input, numbers } = selector(node.from, there)
  switch (node._tag) {
    case "Step": {
      if (node.was !== undefined) context.adopted.set(path, pathOf(node.was))
      const names = node.after.filter((key) => there.has(key))
      if (names.length > 0) context.ways.add("Step after others")
      if (node.unit._tag === "Pipeline") context.ways.add("Step of a pipeline")
      const made = names.length === 0
        ? after
        : `~${
          digest(
            [after, ...names.map((name) => madeAt(pathOf(name), context))].filter((text) => text !== "").join("\n")
          )
        }`
      return [[key, workUnit(node.unit, path, input(state), made, context)]]
    }
    case "Nest":
      return [[key, workUnit(node.unit, path, input(state), after, context)]]
    case "ForEach": {
      const ends = node.items.map(({ id, x }) =>
        workUnit(node.unit, `${path}/${encodedKey(id)}`, { id, xs: [x, ...numbers(state)] }, after, context)
      )
      const failed = ends.find(({ _tag }) => _tag === "Failure")
      const values = ends.map((end) => (end._tag === "Value" ? end.value : undefined))
      return [[key, failed ?? value(node.discard ? undefined : values)]]
    }
    case "When": {
      const selected = input(state)
      if (!isOdd(node.on, selected)) {
        context.ways.add("When not needed")
        return [[key, value(Option.none())]]
      }
      context.ways.add("When needed")
      const end = workUnit(node.unit, path, selected, after, context)
      return [[key, end._tag === "Value" ? value(Option.some(end.value)) : end]]
    }
    case "Repeat": {
      let selected = input(state)
      for (let attempt = 0;; attempt++) {
        const end = workUnit(node.unit, `${path}/${attempt}`, selected, after, context)
        if (end._tag === "Failure" || isEnough(node.goal, Number(end.value))) return [[key, end]]
        context.ways.add("Repeat once more")
        if (attempt + 1 >= node.times) {
          context.ways.add("Repeat exhausted")
          const last = node.unit._tag === "Step" && node.unit.does === "text" ? String(end.value) : end.value
          return [[key, failure(new Pipeline.RepeatExhausted({ key, times: node.times, last }))]]
        }
        selected = { id: "next", xs: [Number(end.value), ...numbers(state)] }
      }
    }
    case "CatchTag": {
      const end = workUnit(node.unit, path, input(state), after, context)
      if (end._tag === "Value" || end.failure._tag !== "Boom") return [[key, end]]
      context.ways.add(`CatchTag recovered by a ${node.recovery._tag}`)
      if (node.unit._tag === "Pipeline") context.loose.push(`${path}/`)
      const { by, of } = end.failure
      return [[key, workUnit(node.recovery, `${path}#catch`, { id: by, xs: [of, ...numbers(state)] }, after, context)]]
    }
    case "Validate": {
      const checked = mixed(numbers(state))
      const made = `${digest(canonicalJson(checked))}${after}`
      const validation = validationOf(node, (name) => void context.made.set(`${path}/${name}`, made))
      const end = Effect.runSync(Effect.either(Validation.validate(validation, checked)))
      context.ways.add(`Validate ${end._tag === "Right" ? "passed" : "failed"}`)
      return [[key, end._tag === "Right" ? value(end.right) : failure(end.left)]]
    }
  }
}

/** What a key was made from: the digests of all that was run for it. */
const madeAt = (path: string, { made }: Working): string => {
  const all = [...made].filter(([at]) => at === path || at.startsWith(`${path}/`) || at.startsWith(`${path}#`))
  const [only] = all
  if (only === undefined) return "skipped"
  return all.length === 1 ? only[1] : digest(canonicalJson(all.sort(([a], [b]) => (a < b ? -1 : 1))))
}

const encodedKey = (id: string) => id.replaceAll("%", "%25").replaceAll("/", "%2F").replaceAll("#", "%23")
