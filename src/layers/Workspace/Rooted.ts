/**
 * A workspace on the disk.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import { type RootUnusable, Workspace, WriteFailed } from "../Workspace.ts"
import * as decide from "./decide.ts"
import * as DiskWorld from "./DiskWorld.ts"
import type { SystemError } from "./Fs.ts"
import * as Transaction from "./Transaction.ts"
import * as Written from "./Written.ts"

/**
 * Writes below `root`, which must exist. Where `runs` is given, the folder that holds the folders of the runs, what a
 * run wrote is remembered there and known again by a later process.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: {
  readonly root: string
  readonly runs?: string | undefined
}): Layer.Layer<Workspace, RootUnusable | WriteFailed> =>
  Layer.effect(
    Workspace,
    Effect.gen(function*() {
      const root = yield* DiskWorld.resolveRoot(options.root)
      const records = options.runs === undefined ? Written.memory() : Written.folder(options.runs)
      const world = DiskWorld.make(root, records)
      // One at a time: the calls of one run share the name of their stage.
      const turn = yield* Effect.makeSemaphore(1)

      const perform = <A, E>(decision: (run: string | null) => Effect.Effect<decide.Decision<A>, E>) =>
        Effect.gen(function*() {
          const run = yield* DiskWorld.currentRun
          const stage = `${Transaction.stagePrefix}${run ?? randomBytes(8).toString("hex")}`
          yield* Transaction.heal({ root, stage })
          const { operations, result } = yield* decision(run)
          if (run !== null && operations.length > 0) {
            yield* records.read(run).pipe(
              Effect.flatMap((recorded) => records.write(run, decide.remember(recorded, operations))),
              Effect.catchTag("SystemError", (error) => refused(error.path)(error))
            )
          }
          yield* Transaction.run({ root, stage }, operations)
          return result
        }).pipe(turn.withPermits(1))

      return Workspace.of({
        root,
        ...DiskWorld.reading(root, records),
        place: (tree) =>
          perform((run) => Effect.catchTag(decide.place(world, run, tree), "SystemError", refused(tree.owner))),
        write: (files) =>
          perform((run) =>
            Effect.catchTag(decide.write(world, run, files), "SystemError", (error) => refused(error.path)(error))
          )
      })
    })
  )

/** Tells of a refusal before anything was written. */
const refused = (path: string) => ({ reason }: SystemError) =>
  Effect.fail(new WriteFailed({ path, reason, undone: true }))
