/**
 * A workspace that decides all that the one on the disk would, shows it as diffs and writes nothing.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import { CurrentStep, DryRun } from "../../pipeline/CurrentStep.ts"
import { type PlacedFile, type RootUnusable, Workspace, WriteFailed } from "../Workspace.ts"
import * as decide from "./decide.ts"
import { diff } from "./diff.ts"
import * as DiskWorld from "./DiskWorld.ts"
import * as Written from "./Written.ts"

const simulated = Effect.flatMap(
  CurrentStep,
  Option.match({ onNone: () => Effect.void, onSome: (step) => step.simulated })
)

const withDiff = (operations: ReadonlyArray<decide.Operation>) => {
  const changes = new Map(operations.map((operation) => [operation.path, operation]))
  return (file: PlacedFile): PlacedFile => {
    const operation = changes.get(file.path)
    return operation === undefined ? file : { ...file, diff: diff(operation) }
  }
}

/**
 * Looks below `root`, and says through `DryRun` that nothing is written. Takes the options of the real workspace.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: {
  readonly root: string
  readonly runs?: string | undefined
}): Layer.Layer<Workspace | DryRun, RootUnusable | WriteFailed> =>
  Layer.merge(
    Layer.succeed(DryRun, true),
    Layer.effect(
      Workspace,
      Effect.gen(function*() {
        const root = yield* DiskWorld.resolveRoot(options.root)
        const records = options.runs === undefined ? Written.memory() : Written.folder(options.runs)
        const world = DiskWorld.make(root, records)
        const refused = (path: string) => ({ reason }: { readonly reason: string }) =>
          Effect.fail(new WriteFailed({ path, reason, undone: true }))

        return Workspace.of({
          root,
          ...DiskWorld.reading(root, records),
          place: (tree) =>
            Effect.gen(function*() {
              yield* simulated
              const { operations, result } = yield* decide.place(world, yield* DiskWorld.currentRun, tree)
              return { ...result, files: result.files.map(withDiff(operations)) }
            }).pipe(Effect.catchTag("SystemError", refused(tree.owner))),
          write: (files) =>
            Effect.gen(function*() {
              yield* simulated
              const { operations, result } = yield* decide.write(world, yield* DiskWorld.currentRun, files)
              return result.map(withDiff(operations))
            }).pipe(Effect.catchTag("SystemError", (error) => refused(error.path)(error)))
        })
      })
    )
  )
