/**
 * Looks at what is recorded of a run before any of its steps runs.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import type { Checkpoint } from "./checkpoint.ts"
import { unescaped } from "./itemKey.ts"
import type { JournalDamaged, JournalError } from "./Journal.ts"
import * as migrated from "./migrated.ts"
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
  { id, journal, kept }: Checkpoint,
  pipeline: Pipeline.Any,
  state: RunState,
  except: ReadonlySet<string>
): Effect.Effect<void, JournalDamaged | JournalError | RecordedResultInvalid> =>
  Effect.forEach(state.executions, ([path, { position, step, succeeded, version }]) => {
    if (except.has(path)) return Effect.void
    const { definition } = Option.getOrUndefined(Plan.stepAt(pipeline, path)) ?? {}
    if (!succeeded || definition?.name !== step) return Effect.void
    if (definition.version !== version && !migrated.isMigrated({ version }, definition)) return Effect.void
    const here = kept.get(position)
    const json = here !== undefined ? Effect.succeed(here.value) : Effect.map(
      journal.read(position),
      (text) =>
        Either.match(RunRecord.decode(text), {
          onLeft: () => undefined,
          onRight: (event) => (event._tag === "StepSucceeded" ? event.value : undefined)
        })
    )
    return Effect.flatMap(json, (json) =>
      Either.match(migrated.decode(definition, version, json), {
        onLeft: (issues) =>
          new RecordedResultInvalid({ run: id, path, step, version, now: definition.version, issues }),
        onRight: () => Effect.void
      }))
  }, { discard: true })

/**
 * The paths of all that is recorded of the step at a path and of those that follow it, under the keys that they had
 * before too. The path may lead into nested pipelines, and to an item, an attempt, a check or a recovery.
 *
 * @category accessors
 * @since 0.1.0
 */
export const from = (
  pipeline: Pipeline.Any,
  { answers, choices, executions, requests }: RunState,
  path: string
): Either.Either<ReadonlyArray<string>, StepNotFound> => {
  const paths = [executions, answers, choices, requests].flatMap((all) =>
    Array.from<readonly [string, unknown]>(all).map(([path]) => path)
  )
  const known = [...new Set(paths)]
  const isRecorded = (part: string) => known.some((path) => path === part || path.startsWith(`${part}/`))
  return Either.map(following(pipeline, path, isRecorded), (follows) => known.filter(follows))
}

/**
 * Why what is recorded from a path on counts no more.
 *
 * @category accessors
 * @since 0.1.0
 */
export const askedFor = (path: string): string => `asked for with --from ${path}`

/** Tells of a recorded path whether it is meant. */
type Meant = (recorded: string) => boolean

/** Whether a recorded path is that of the step at `path`, or of one that follows it. */
const following = (
  pipeline: Pipeline.Any,
  path: string,
  isRecorded: (path: string) => boolean
): Either.Either<Meant, StepNotFound> => {
  const [head] = split(path)
  const key = head.replace(/#.*$/, "")
  const nodes = Pipeline.nodes(pipeline)
  const keys = nodes.flatMap(Pipeline.keysOf)
  const node = nodes.find((node) => Pipeline.keysOf(node).includes(key))
  const isWhole = path === key
  const inside = node === undefined
    ? undefined
    : isWhole
    ? Either.right(() => false)
    : within(node, key, path, isRecorded)
  if (inside === undefined) return Either.left(new StepNotFound({ pipeline: pipeline.name, key: path, keys }))
  const first = keys.indexOf(key)
  const again = new Set(keys.slice(isWhole ? first : first + 1))
  for (const node of nodes) {
    if (node._tag !== "Step" || node.was === undefined || !again.has(node.key)) continue
    if (!keys.includes(node.was)) again.add(node.was)
  }
  // What is adopted is recorded under the key that it had before.
  const was = node?._tag === "Step" && node.was !== undefined && !keys.includes(node.was) ? node.was : key
  return Either.map(inside, (follows) => (recorded) => {
    const [head, rest] = split(recorded)
    const here = head.replace(/#.*$/, "")
    return again.has(here) || ((here === key || here === was) && follows(`${head.slice(here.length)}/${rest}`))
  })
}

/**
 * The same inside of one node, of which `#catch/…` or `/…` is what stands behind its key. Nothing where it has no such
 * part.
 */
const within = (
  node: Pipeline.Node,
  key: string,
  path: string,
  isRecorded: (path: string) => boolean
): Either.Either<Meant, StepNotFound> | undefined => {
  const [head, rest] = split(path)
  const suffix = `${head.slice(key.length)}/`
  if (path.endsWith("/")) return undefined
  const under = (prefix: string, meant: Meant): Meant => (recorded) =>
    recorded.startsWith(prefix) && meant(recorded.slice(prefix.length))
  const nested = (unit: Pipeline.AnyUnit, rest: string): Either.Either<Meant, StepNotFound> | undefined =>
    rest === ""
      ? Either.right(() => true)
      : Pipeline.isPipeline(unit)
      ? following(unit, rest, (inner) => isRecorded(path.slice(0, path.length - rest.length) + inner))
      : undefined
  const map = (inner: ReturnType<typeof nested>, f: (meant: Meant) => Meant) => inner && Either.map(inner, f)
  const [part, inner] = split(rest)
  switch (node._tag) {
    case "Step":
    case "When":
      return suffix === "/" ? map(nested(node.unit, rest), (meant) => under("/", meant)) : undefined
    case "All": {
      const branch = node.branches.find((branch) => branch.key === key)
      return branch && suffix === "/" ? map(nested(branch.unit, rest), (meant) => under("/", meant)) : undefined
    }
    case "CatchTag":
      return suffix === "#catch/"
        ? map(nested(node.recovery, rest), (meant) => under(suffix, meant))
        // What recovers from it follows it.
        : map(
          nested(node.unit, rest),
          (meant) => (recorded) => recorded.startsWith("#catch/") || under("/", meant)(recorded)
        )
    case "ForEach":
      // An item is there where something is recorded of it, and its other items do not follow it.
      return isRecorded(`${key}/${part}`) ?
        map(nested(node.unit, inner), (meant) => (recorded) => {
          const [item, rest] = split(recorded.slice(1))
          return item === part && meant(rest)
        }) :
        undefined
    case "Repeat":
      return /^\d+$/.test(part)
        ? map(nested(node.unit, inner), (meant) => (recorded) => {
          const [attempt, rest] = split(recorded.slice(1))
          return Number(attempt) > Number(part) || (attempt === part && meant(rest))
        })
        : undefined
    case "Validate":
      return node.steps.has(unescaped(rest)) ? Either.right((recorded) => recorded === `/${rest}`) : undefined
    case "Announce":
      return undefined
  }
}

const split = (path: string): readonly [key: string, rest: string] => {
  const slash = path.indexOf("/")
  return slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)]
}
