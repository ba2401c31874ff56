/**
 * A pipeline as data: its nodes in order, numbered, with what feeds them. For showing, drawing and foretelling; what is
 * reused is never decided by it.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import { digest } from "./digest.ts"
import { unescaped } from "./itemKey.ts"
import * as Pipeline from "./Pipeline.ts"
import * as printable from "./printable.ts"
import * as Step from "./Step.ts"

/**
 * What one node adds: a key, and what is done for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface PlanNode {
  readonly key: string
  readonly title: string
  readonly kind: "step" | "pipeline" | "when" | "branch" | "forEach" | "repeat" | "catchTag" | "validate"
  /** The name of the step, or of the pipeline. */
  readonly unit: string
  readonly version: number
  readonly hidden: boolean
  readonly writes: boolean
  /** The place among the numbered nodes, from 1; absent for hidden ones. */
  readonly number: Option.Option<number>
  /** The earlier keys that its selector reads, or that it names in `after`. */
  readonly feeds: ReadonlyArray<string>
  /** The nodes of a pipeline that stands here. */
  readonly inner: ReadonlyArray<PlanNode>
}

/**
 * A pipeline as it is shown and drawn.
 *
 * @category models
 * @since 0.1.0
 */
export interface Plan {
  readonly name: string
  /** How many nodes are numbered. */
  readonly of: number
  readonly nodes: ReadonlyArray<PlanNode>
}

/**
 * Looks at a pipeline without running any of its steps. Each selector is called once, with a state that remembers what
 * was read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (pipeline: Pipeline.Any): Plan => {
  const { before, of: count } = numbering(pipeline)
  const nodes = Pipeline.nodes(pipeline).flatMap((node, index) => {
    const numbers = numbersOf(node, before[index] ?? 0)
    return partsOf(node).map(({ key, kind, unit }, part): PlanNode => ({
      key,
      title: unit === undefined ? `Checking ${key}` : titleOf(unit),
      kind,
      unit: unit === undefined ? "validation" : nameOf(unit),
      version: unit !== undefined && Step.isStep(unit) ? unit.definition.version : 1,
      hidden: unit !== undefined && isHidden(unit),
      writes: unit !== undefined && Step.isStep(unit) && unit.definition.writes,
      number: numbers[part] ?? Option.none(),
      feeds: [...new Set([...selectsOf(node, key).flatMap(readsOf), ...(node._tag === "Step" ? node.after : [])])],
      inner: unit !== undefined && Pipeline.isPipeline(unit) ? of(unit).nodes : []
    }))
  })
  return { name: pipeline.name, of: count, nodes }
}

/**
 * Counts the keys of a pipeline that people see.
 *
 * @category accessors
 * @since 0.1.0
 */
export const numbering = (pipeline: Pipeline.Any): Numbering => {
  const known = numberings.get(pipeline)
  if (known !== undefined) return known
  let of = 0
  const before = Pipeline.nodes(pipeline).map((node) => {
    const count = of
    of += seenIn(node)
    return count
  })
  const numbered = { before, of }
  numberings.set(pipeline, numbered)
  return numbered
}

/**
 * How many keys that people see come before each node of a pipeline, and in all.
 *
 * @category models
 * @since 0.1.0
 */
export interface Numbering {
  readonly before: ReadonlyArray<number>
  readonly of: number
}

const numberings = new WeakMap<Pipeline.Any, Numbering>()

/**
 * How many keys of a node people see.
 *
 * @category accessors
 * @since 0.1.0
 */
export const seenIn = (node: Pipeline.Node): number => {
  switch (node._tag) {
    case "Announce":
      return 0
    case "All":
      return node.branches.filter(({ unit }) => !isHidden(unit)).length
    case "Validate":
      return 1
    default:
      return isHidden(node.unit) ? 0 : 1
  }
}

/**
 * The number of each key of a node, where people see it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const numbersOf = (node: Pipeline.Node, before: number): ReadonlyArray<Option.Option<number>> => {
  let number = before
  return partsOf(node).map(({ unit }) => unit !== undefined && isHidden(unit) ? Option.none() : Option.some(++number))
}

/**
 * A digest of keys, kinds, names, versions and schemas: where it changed, the code changed.
 *
 * @category accessors
 * @since 0.1.0
 */
export const shape = (pipeline: Pipeline.Any): string => {
  const known = shapes.get(pipeline)
  if (known !== undefined) return known
  const found = digest(describe(pipeline, new Map()))
  shapes.set(pipeline, found)
  return found
}

const shapes = new WeakMap<Pipeline.Any, string>()

/** `units` has those that were described before, each with its number: one that is used again is only named. */
const describe = (pipeline: Pipeline.Any, units: Map<Pipeline.AnyUnit, number>): string => {
  const ofUnit = (unit: Pipeline.AnyUnit): string => {
    const number = units.get(unit)
    if (number !== undefined) return `#${number}`
    units.set(unit, units.size)
    return Pipeline.isPipeline(unit) ? `{${describe(unit, units)}}` : shapeOf(unit)
  }
  const lines = [pipeline.name]
  for (const node of Pipeline.nodes(pipeline)) {
    for (const { key, kind, unit } of partsOf(node)) {
      lines.push(`${key} ${kind} ${unit === undefined ? "" : ofUnit(unit)}`)
    }
    if (node._tag === "CatchTag") lines.push(`or ${ofUnit(node.recovery)}`)
  }
  return lines.join("\n")
}

const shapeOf = ({ definition: { failure, input, name, success, version } }: Step.Any): string =>
  `${name}@${version} ${input.shape()} ${success.shape()} ${failure.shape()}`

/**
 * The step whose results are recorded under a path, if there is one.
 *
 * @category accessors
 * @since 0.1.0
 */
export const stepAt = (pipeline: Pipeline.Any, path: string): Option.Option<Step.Any> => {
  const slash = path.indexOf("/")
  const first = slash < 0 ? path : path.slice(0, slash)
  const rest = slash < 0 ? "" : path.slice(slash + 1)
  const key = first.replace(/#.*$/, "")
  const node = Pipeline.nodeOf(pipeline, key)
  if (node === undefined) return Option.none()
  switch (node._tag) {
    case "Announce":
      return Option.none()
    case "Validate":
      return Option.fromNullable(node.steps.get(unescaped(rest)))
    case "All":
      return Option.flatMap(
        Option.fromNullable(node.branches.find((branch) => branch.key === key)),
        ({ unit }) => within(unit, rest)
      )
    case "ForEach":
    case "Repeat": {
      const inner = rest.indexOf("/")
      return rest === "" ? Option.none() : within(node.unit, inner < 0 ? "" : rest.slice(inner + 1))
    }
    case "CatchTag":
      return within(first.endsWith("#catch") ? node.recovery : node.unit, rest)
    default:
      return within(node.unit, rest)
  }
}

const within = (unit: Pipeline.AnyUnit, rest: string): Option.Option<Step.Any> =>
  Step.isStep(unit) ? (rest === "" ? Option.some(unit) : Option.none()) : stepAt(unit, rest)

/**
 * Draws a plan as the text of a Mermaid flowchart.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toMermaid = (plan: Plan): string => {
  const lines = ["flowchart TD", "  input([input])"]
  const draw = (nodes: ReadonlyArray<PlanNode>, prefix: string, indent: string) => {
    for (const node of nodes) {
      const id = `${prefix}${node.key}`
      const label = `${
        Option.match(node.number, { onNone: () => "", onSome: (n) => prefix === "" ? `${n}. ` : "" })
      }${node.title}`
      const text = `"${printable.line(`${label}${suffix[node.kind]}`).replaceAll("\"", "#quot;")}"`
      if (node.inner.length === 0) lines.push(`${indent}${idOf(id)}${node.hidden ? `(${text})` : `[${text}]`}`)
      else {
        lines.push(`${indent}subgraph ${idOf(id)} [${text}]`)
        draw(node.inner, `${id}/`, `${indent}  `)
        lines.push(`${indent}end`)
      }
      for (const feed of node.feeds) {
        const from = feed === "input" && prefix !== ""
          ? undefined
          : feed === "input"
          ? "input"
          : idOf(`${prefix}${feed}`)
        if (from !== undefined) lines.push(`${indent}${from} --> ${idOf(id)}`)
      }
    }
  }
  draw(plan.nodes, "", "  ")
  return `${lines.join("\n")}\n`
}

const suffix: Record<PlanNode["kind"], string> = {
  step: "",
  pipeline: "",
  branch: "",
  when: " (if needed)",
  forEach: " (each)",
  repeat: " (until good)",
  catchTag: " (with a way out)",
  validate: ""
}

/** A Mermaid id: what is not a plain letter or digit is written as its code. */
const idOf = (path: string): string =>
  `n_${path.replace(/[^A-Za-z0-9]/g, (c) => `_${c.codePointAt(0)?.toString(16)}_`)}`

interface Part {
  readonly key: string
  readonly kind: PlanNode["kind"]
  readonly unit: Pipeline.AnyUnit | undefined
}

const partsOf = (node: Pipeline.Node): ReadonlyArray<Part> => {
  switch (node._tag) {
    case "Announce":
      return []
    case "All":
      return node.branches.map(({ key, unit }) => ({ key, kind: "branch", unit }))
    case "Validate":
      return [{ key: node.key, kind: "validate", unit: undefined }]
    case "Step":
      return [{ key: node.key, kind: Step.isStep(node.unit) ? "step" : "pipeline", unit: node.unit }]
    default:
      return [{ key: node.key, kind: kinds[node._tag], unit: node.unit }]
  }
}

/** What reads the state for the unit of a key. */
const selectsOf = (node: Pipeline.Node, key: string): ReadonlyArray<Looked> => {
  switch (node._tag) {
    case "Announce":
      return []
    case "All":
      return node.branches.flatMap((branch) => branch.key === key ? [branch.select] : [])
    case "ForEach":
      return [node.items]
    case "Repeat":
      return [
        node.initial,
        (state, anything) => node.until(anything, state),
        (state, anything) => node.next(anything, state)
      ]
    case "CatchTag":
      return [node.select, (state, anything) => node.input(anything, state)]
    default:
      return [node.select]
  }
}

const kinds = { When: "when", ForEach: "forEach", Repeat: "repeat", CatchTag: "catchTag" } as const

/**
 * What people call a unit.
 *
 * @category accessors
 * @since 0.1.0
 */
export const titleOf = (unit: Pipeline.AnyUnit): string => Step.isStep(unit) ? unit.title : unit.name

const nameOf = (unit: Pipeline.AnyUnit): string => Step.isStep(unit) ? unit.definition.name : unit.name

/**
 * Whether a unit is not to be seen: a hidden step, or a pipeline of which every unit is hidden.
 *
 * @category guards
 * @since 0.1.0
 */
export const isHidden = (unit: Pipeline.AnyUnit): boolean => {
  if (Step.isStep(unit)) return unit.definition.hidden
  const inner = Pipeline.nodes(unit).flatMap(partsOf)
  return inner.length > 0 && inner.every(({ unit }) => unit !== undefined && isHidden(unit))
}

/** A function of the state, and of a value that stands for a result or a failure. */
type Looked = (state: never, anything: never) => unknown

/** The keys of the state that a selector reads, as far as it comes with values that stand for anything. */
const readsOf = (select: Looked): ReadonlyArray<string> => {
  const keys = new Set<string>()
  let left = 10_000
  const anything: unknown = new Proxy(function() {}, {
    get: (_, property) => {
      if (left-- === 0) throw new RangeError("a selector that does not end")
      if (property === Symbol.iterator) return () => [][Symbol.iterator]()
      if (property === Symbol.toPrimitive) return () => ""
      if (property === "length" || property === "size") return 0
      return anything
    },
    apply: () => anything,
    construct: () => Object(anything)
  })
  const state = new Proxy({}, {
    get: (_, property) => {
      if (typeof property === "string") keys.add(property)
      return anything
    }
  })
  try {
    select(state as never, anything as never)
  } catch {
    // It wanted more than a stand-in can give; what it read before counts.
  }
  return [...keys]
}
