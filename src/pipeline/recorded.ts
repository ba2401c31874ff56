/**
 * Looks at what is recorded of a run before any of its steps runs.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import type { Checkpoint } from "./checkpoint.ts"
import type { JournalDamaged, JournalError } from "./Journal.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import { RecordedResultInvalid, StepNotFound } from "./RunError.ts"
import * as RunRecord from "./RunRecord.ts"
import type { RunState } from "./RunState.ts"

/**
 * Where the code changed since a run was last under way, decodes every result that it may use, except what is to run
 * again: so that nothing is found out late.
 *
 * @category running
 * @since 0.1.0
 */
export const stillFits = (
  checkpoint: Checkpoint,
  pipeline: Pipeline.Any,
  state: RunState,
  except: ReadonlySet<string>
): Effect.Effect<void, JournalDamaged | JournalError | RecordedResultInvalid> => {
  const before = Option.orElse(state.resumed, () => state.started)
  return Option.exists(before, ({ plan }) => plan !== Plan.shape(pipeline))
    ? stillDecodes(checkpoint, pipeline, state, except)
    : Effect.void
}

const stillDecodes = (
  { id, journal, values }: Checkpoint,
  pipeline: Pipeline.Any,
  state: RunState,
  except: ReadonlySet<string>
): Effect.Effect<void, JournalDamaged | JournalError | RecordedResultInvalid> =>
  Effect.forEach(state.executions, ([path, { position, step, succeeded, version }]) => {
    if (except.has(path)) return Effect.void
    const { definition } = Option.getOrUndefined(Plan.stepAt(pipeline, path)) ?? {}
    if (!succeeded || definition?.name !== step || definition.version !== version) return Effect.void
    const json = values.has(position) ? Effect.succeed(values.get(position)) : Effect.map(
      journal.read(position),
      (text) =>
        Either.match(RunRecord.decode(text), {
          onLeft: () => undefined,
          onRight: (event) => (event._tag === "StepSucceeded" ? event.value : undefined)
        })
    )
    return Effect.flatMap(json, (json) =>
      Either.match(definition.success.decode(json), {
        onLeft: (issues) => new RecordedResultInvalid({ run: id, path, step, issues }),
        onRight: () => Effect.void
      }))
  }, { discard: true })

/**
 * The paths of all that is recorded of the step at a path and of those that follow it, under the keys that they had
 * before too. The path may lead into nested pipelines.
 *
 * @category accessors
 * @since 0.1.0
 */
export const from = (
  pipeline: Pipeline.Any,
  { answers, choices, executions, requests }: RunState,
  path: string
): Either.Either<ReadonlyArray<string>, StepNotFound> =>
  Either.map(following(pipeline, path), (follows) => {
    const paths = [executions, answers, choices, requests].flatMap((all) =>
      Array.from<readonly [string, unknown]>(all).map(([path]) => path)
    )
    return [...new Set(paths)].filter(follows)
  })

/** Whether a recorded path is that of the step at `path`, or of one that follows it. */
const following = (
  pipeline: Pipeline.Any,
  path: string
): Either.Either<(recorded: string) => boolean, StepNotFound> => {
  const [key, inner] = split(path)
  const nodes = Pipeline.nodes(pipeline)
  const keys = nodes.flatMap(Pipeline.keysOf)
  const first = keys.indexOf(key)
  const node = nodes.find((node) => Pipeline.keysOf(node).includes(key))
  const inside = inner === "" ? Option.some(Either.right(() => false)) : insideOf(node, key, inner)
  if (first < 0 || Option.isNone(inside)) {
    return Either.left(new StepNotFound({ pipeline: pipeline.name, key: path, keys }))
  }
  const again = new Set(keys.slice(inner === "" ? first : first + 1))
  for (const node of nodes) {
    if (node._tag !== "Step" || node.was === undefined || !again.has(node.key)) continue
    if (!keys.includes(node.was)) again.add(node.was)
  }
  return Either.map(inside.value, (follows) => (recorded) => {
    const [head, rest] = split(recorded)
    // What recovers from a unit follows all that is in it.
    return again.has(head.replace(/#.*$/, "")) || (head === key ? follows(rest) : head === `${key}#catch`)
  })
}

/** Whether what is recorded below a node follows a path there; nothing where a path cannot lead into it. */
const insideOf = (
  node: Pipeline.Node | undefined,
  key: string,
  inner: string
): Option.Option<Either.Either<(rest: string) => boolean, StepNotFound>> => {
  switch (node?._tag) {
    case "Step":
    case "When":
    case "CatchTag":
      return Pipeline.isPipeline(node.unit) ? Option.some(following(node.unit, inner)) : Option.none()
    case "All": {
      const unit = node.branches.find((branch) => branch.key === key)?.unit
      return unit !== undefined && Pipeline.isPipeline(unit) ? Option.some(following(unit, inner)) : Option.none()
    }
    case "Repeat": {
      const [attempt, within] = split(inner)
      const { unit } = node
      if (!/^\d+$/.test(attempt) || (within !== "" && !Pipeline.isPipeline(unit))) return Option.none()
      const inAttempt = within === "" || !Pipeline.isPipeline(unit)
        ? Either.right(() => true)
        : following(unit, within)
      return Option.some(Either.map(inAttempt, (follows) => (recorded) => {
        const [other, rest] = split(recorded)
        return Number(other) > Number(attempt) || (other === attempt && follows(rest))
      }))
    }
    default:
      return Option.none()
  }
}

const split = (path: string): readonly [key: string, rest: string] => {
  const slash = path.indexOf("/")
  return slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)]
}
