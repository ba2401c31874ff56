// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * What a run would do next: said of each node of its pipeline without running any of its steps.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { Ahead, type Executor, gravity, type Stop, type Task } from "./Executor.ts"
import { interpret } from "./interpret.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import type { Forecast, Foretold } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"
import * as Step from "./Step.ts"

type Verdict = Pick<Foretold, "verdict" | "why">

/**
 * Goes through a pipeline and says of each node what would become of it. Fingerprints are taken and steps look whether
 * what they left holds, unless they are not to look at the world; nothing else happens.
 *
 * @category running
 * @since 0.1.0
 */
export const forecast = (
  { future, waits }: { readonly future: Executor; readonly waits: (task: Task) => boolean },
  state: RunState,
  pipeline: Pipeline.Any,
  input: unknown,
  options: { readonly looks?: boolean } = {}
): Effect.Effect<Forecast, Stop, unknown> =>
  Effect.suspend(() => {
    const { of } = Plan.numbering(pipeline)
    const nodes: Array<Foretold> = []
    let seen = 0
    /** What was said of the units of the node that is being looked at. */
    let said: Array<Verdict> = []

    const executor: Executor = {
      ...future,
      execute: (task) => {
        said.push({ verdict: waits(task) ? "asks" : "runs", ...(task.why === undefined ? {} : { why: task.why }) })
        return future.execute(task)
      },
      show: (event) => {
        if (event(0)._tag === "Skipped") said.push({ verdict: "skipped" })
        return Effect.void
      }
    }
    const foretold = (node: Pipeline.Node, stop: Stop | undefined) => {
      const units = said
      said = []
      const numbers = Plan.numbersOf(node, seen)
      seen += Plan.seenIn(node)
      for (const [index, key] of Pipeline.keysOf(node).entries()) {
        const number = numbers[index] ?? Option.none()
        nodes.push({
          key,
          title: titleOf(node),
          ...(Option.isNone(number) ? {} : { number: number.value }),
          ...verdictOf(units, stop, () => isCertain(node, state))
        })
      }
    }
    return interpret(executor, pipeline, input, { dryRun: false, foretold, ...options }).pipe(
      Effect.catchAll((stop) => stop.gravity === gravity.broken ? Effect.fail(stop) : Effect.void),
      Effect.map(() => ({ of, nodes, ...changes(pipeline, state, nodes) }))
    )
  })

/** What is said of a node, from what is said of its units: what is first in this list decides. */
const verdictOf = (
  units: ReadonlyArray<Verdict>,
  stop: Stop | undefined,
  isCertain: () => boolean
): Verdict & Pick<Foretold, "first"> => {
  const found = units.find(({ verdict }) => verdict === "asks") ?? units.find(({ verdict }) => verdict === "runs")
  if (found !== undefined) return found
  if (stop instanceof Ahead) return { verdict: isCertain() ? "runs" : "perhaps", first: stop.first }
  // It has a bug or fails before anything of it runs, which is for the run to say.
  if (stop !== undefined) return { verdict: "runs" }
  return units.find(({ verdict }) => verdict === "skipped") ?? { verdict: "kept" }
}

/** A step that a pipeline does not pass by, and of which no result is recorded, runs whatever it is given. */
const isCertain = (node: Pipeline.Node, { executions }: RunState): boolean => {
  if (node._tag !== "Step" && node._tag !== "Repeat" && node._tag !== "CatchTag") return false
  const keys = [node.key, ...(node._tag === "Step" && node.was !== undefined ? [node.was] : [])]
  return Step.isStep(node.unit) &&
    keys.every((key) => [key, `${key}/0`, `${key}#catch`].every((path) => executions.get(path)?.succeeded !== true))
}

const titleOf = (node: Pipeline.Node): string =>
  "unit" in node ? Plan.titleOf(node.unit) : node._tag === "Validate" ? `Checking ${node.key}` : ""

/** Keys that are gone, and those beside them that are new and under which the same steps would be recorded. */
const changes = (
  pipeline: Pipeline.Any,
  { executions }: RunState,
  nodes: ReadonlyArray<Foretold>
): Pick<Forecast, "renames" | "gone"> => {
  const recorded = new Map<string, Array<readonly [rest: string, step: string]>>()
  for (const [path, { step, succeeded }] of executions) {
    if (!succeeded) continue
    const key = path.replace(/[/#].*$/, "")
    const units = recorded.get(key) ?? []
    units.push([path.slice(key.length), step])
    recorded.set(key, units)
  }
  const there = new Set(
    Pipeline.nodes(pipeline).flatMap((node) => [
      ...Pipeline.keysOf(node),
      ...(node._tag === "Step" && node.was !== undefined ? [node.was] : [])
    ])
  )
  const gone = new Map([...recorded].filter(([key]) => !there.has(key)))
  const renames = nodes.flatMap(({ key, verdict }) => {
    if (recorded.has(key) || verdict === "kept" || verdict === "skipped") return []
    const match = [...gone].find(([, units]) =>
      units.every(([rest, step]) =>
        Option.exists(Plan.stepAt(pipeline, `${key}${rest}`), ({ definition }) => definition.name === step)
      )
    )
    if (match === undefined) return []
    const [was] = match
    gone.delete(was)
    return [{ was, now: key }]
  })
  return { renames, gone: [...gone.keys()] }
}
