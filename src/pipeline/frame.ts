// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * A pipeline that is under way: its state so far, and what selectors find there.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { canonicalJson, digest as digestOf } from "./digest.ts"
import { Ahead, died, type Executor, type Place, type Stop } from "./Executor.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import type { Running } from "./ready.ts"
import type { At, Mode } from "./runStep.ts"

/**
 * One pipeline that is under way: the run's own, or one that is nested in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Frame {
  readonly executor: Executor
  /** What stands before its keys in a path: nothing, or `key/`. */
  readonly prefix: string
  /** The same for the path under which it was recorded before, if that was another. */
  readonly was: string | undefined
  readonly state: Record<string, unknown>
  /** Numbers for its keys, where people see them. */
  readonly numbering: Plan.Numbering | undefined
  readonly mode: Mode
  /** The part of every digest that stands for what the whole pipeline comes after. */
  readonly after: string
  /** By key: what its value was made from, where a later node may name the key in `after`. */
  readonly digests: Map<string, Map<string, string>> | undefined
  /**
   * The keys whose values come from a step that only pretended, in a dry run; where it is only foretold what would run,
   * those whose values are not there yet.
   */
  readonly pretended: Set<string> | undefined
  /** Told of every node that is over, where somebody counts them; in a foretelling, also of why it would not be yet. */
  readonly passed: ((node: Pipeline.Node, stop?: Stop) => Effect.Effect<void>) | undefined
}

/**
 * Calls a function of the state; one that throws is a bug of the pipeline. `after` is what it needs without reading it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const look = <B>(
  frame: Frame,
  key: string,
  f: (state: never) => B,
  after: ReadonlyArray<string> = []
): Running<{ readonly value: B; readonly pretended: boolean }> => {
  const { mode: { foretelling }, pretended, state } = frame
  const path = () => `${frame.prefix}${key}`.replace(/\/$/, "")
  let touched = pretended === undefined ? undefined : after.find((name) => pretended.has(name))
  try {
    if (pretended === undefined || pretended.size === 0) {
      return Effect.succeed({ value: f(state as never), pretended: false })
    }
    const watched = new Proxy(state, {
      get: (target, property) => {
        if (typeof property === "string" && pretended.has(property)) {
          touched ??= property
          if (foretelling) throw new Error(`${property} is not there yet`)
        }
        return Reflect.get(target, property)
      }
    })
    const value = f(watched as never)
    if (!foretelling || touched === undefined) return Effect.succeed({ value, pretended: touched !== undefined })
  } catch (defect) {
    if (!foretelling || touched === undefined) return Effect.fail(died(path(), defect))
  }
  return Effect.fail(new Ahead(path(), touched))
}

/**
 * Adds the value of a key to the state.
 *
 * @category changing
 * @since 0.1.0
 */
export const give = (frame: Frame, key: string, value: unknown): Running => {
  frame.state[key] = value
  return Effect.void
}

/**
 * The place of a key of the frame, and how what stands there is run. `before` numbered keys are before it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const at = (
  frame: Frame,
  key: string,
  unit: Pipeline.AnyUnit | undefined,
  before: number | undefined,
  pretended: boolean,
  options?: { readonly alone?: boolean; readonly after?: ReadonlyArray<string>; readonly was?: string | undefined }
): At => {
  const { digests, executor, mode, numbering, prefix, was } = frame
  const path = `${prefix}${key}`
  const isUnseen = unit !== undefined && Plan.isHidden(unit)
  const title = unit === undefined ? `Checking ${key}` : Plan.titleOf(unit)
  if (pretended) frame.pretended?.add(key)
  return {
    executor,
    place: isUnseen
      ? { path, title, hidden: true }
      : before === undefined || numbering === undefined
      ? { path, title }
      : { path, title, number: before + 1, of: numbering.of },
    was: options?.was !== undefined ? `${was ?? prefix}${options.was}` : was === undefined ? undefined : `${was}${key}`,
    after: options?.after === undefined || options.after.length === 0 ? frame.after : behind(frame, options.after),
    mode: digests === undefined && frame.pretended === undefined && options?.alone === undefined ? mode : {
      alone: mode.alone && (options?.alone ?? true),
      dryRun: mode.dryRun,
      record: mode.record && !pretended,
      simulated: frame.pretended === undefined ? mode.simulated : () => {
        frame.pretended?.add(key)
        mode.simulated()
      },
      made: digests === undefined ? mode.made : (at, digest) => {
        const made = digests.get(key) ?? new Map<string, string>()
        digests.set(key, made.set(at, digest))
        mode.made(at, digest)
      },
      foretelling: mode.foretelling,
      looks: mode.looks,
      stands: mode.stands
    }
  }
}

/** The part of a digest that stands for the keys that are named in `after`. */
const behind = (frame: Frame, after: ReadonlyArray<string>): string => {
  const made = after.map((name) => madeFrom(frame.digests, name))
  return `~${digestOf([...(frame.after === "" ? [] : [frame.after]), ...made].join("\n"))}`
}

/**
 * The place of one of several units of a node.
 *
 * @category accessors
 * @since 0.1.0
 */
export const below = (at: At, key: string, shown: Omit<Place, "path">): At => ({
  ...at,
  place: { ...shown, path: `${at.place.path}/${key}` },
  was: at.was === undefined ? undefined : `${at.was}/${key}`
})

/**
 * The same place, where what is run there may be fed by a step that only pretended.
 *
 * @category accessors
 * @since 0.1.0
 */
export const fedBy = (frame: Frame, at: At, key: string, pretended: boolean): At => {
  if (!pretended) return at
  frame.pretended?.add(key)
  return { ...at, mode: { ...at.mode, record: false } }
}

/**
 * Only a pipeline in which `after` is used needs to remember what each key was made from.
 *
 * @category constructors
 * @since 0.1.0
 */
export const digestsFor = (pipeline: Pipeline.Any): Map<string, Map<string, string>> | undefined =>
  Pipeline.nodes(pipeline).some((node) => node._tag === "Step" && node.after.length > 0) ? new Map() : undefined

const madeFrom = (digests: Map<string, Map<string, string>> | undefined, key: string): string => {
  const made = [...(digests?.get(key) ?? [])]
  if (made.length === 0) return "skipped"
  const [only] = made
  if (made.length === 1 && only !== undefined) return only[1]
  return digestOf(canonicalJson(made.sort(([a], [b]) => (a < b ? -1 : 1))))
}
