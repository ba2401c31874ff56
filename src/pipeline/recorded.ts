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
 * Decodes every result that a pipeline may use, except what is to run again: after a change of the code, so that nothing
 * is found out late.
 *
 * @category running
 * @since 0.1.0
 */
export const stillDecodes = (
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
 * The paths of all that is recorded of a node and of those that follow it, under the keys that they had before too.
 *
 * @category accessors
 * @since 0.1.0
 */
export const from = (
  pipeline: Pipeline.Any,
  { answers, choices, executions, requests }: RunState,
  key: string
): Either.Either<ReadonlyArray<string>, StepNotFound> => {
  const nodes = Pipeline.nodes(pipeline)
  const keys = nodes.flatMap(Pipeline.keysOf)
  const first = keys.indexOf(key)
  if (first < 0) return Either.left(new StepNotFound({ pipeline: pipeline.name, key, keys }))
  const again = new Set(keys.slice(first))
  for (const node of nodes) {
    if (node._tag !== "Step" || node.was === undefined || !again.has(node.key)) continue
    if (!keys.includes(node.was)) again.add(node.was)
  }
  const paths = new Set(
    [executions, answers, choices, requests].flatMap((all) => Array.from<readonly [string, unknown]>(all)).map((
      [path]
    ) => path)
  )
  return Either.right([...paths].filter((path) => again.has(path.replace(/[/#].*$/, ""))))
}
