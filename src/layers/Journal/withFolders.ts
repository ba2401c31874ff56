/**
 * A folder for each run whose checkpoint is in a database: questions, answers and manifests are files wherever the
 * checkpoint is.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import { dirname, join } from "node:path"
import { Journal, JournalError } from "../../pipeline/Journal.ts"
import * as Disk from "./Disk.ts"
import { makeHome } from "./home.ts"

/**
 * Makes the folder of a run in `runs`, which is two folders below the `home`, when that is created or opened, and
 * removes it before the run is: whoever makes another run of that name finds nothing there.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withFolders = (
  journal: Journal["Type"],
  { home, runs }: { readonly home: string; readonly runs: string }
): Effect.Effect<Journal["Type"]> =>
  Effect.map(Disk.Disk, (disk) => {
    const attempt = (operation: "create" | "remove", name: string, run: (folder: string) => void) =>
      Effect.suspend(() =>
        Either.mapLeft(
          Disk.attempt(() => run(join(runs, name))),
          ({ reason }) => new JournalError({ operation, journal: name, where: join(runs, name), reason })
        )
      )
    const made = (name: string) =>
      attempt("create", name, (folder) => {
        makeHome(disk, home)
        for (const path of [dirname(runs), runs, folder]) Disk.makeFolder(disk, path)
      })
    return Journal.of({
      ...journal,
      create: (name) => Effect.tap(journal.create(name), () => made(name)),
      createWith: (name, batches) => Effect.tap(journal.createWith(name, batches), () => made(name)),
      open: (name) => Effect.tap(journal.open(name), () => made(name)),
      remove: (name) => {
        const clear = attempt("remove", name, (folder) => disk.removeAll(folder))
        return journal.open(name).pipe(
          Effect.as(true),
          // What is damaged is removed all the same; what cannot be held, `remove` says.
          Effect.catchTags({ JournalDamaged: () => Effect.succeed(true), JournalError: () => Effect.succeed(false) }),
          Effect.flatMap((isHeld) => isHeld ? clear : Effect.void),
          Effect.scoped,
          Effect.zipRight(journal.remove(name)),
          Effect.zipRight(clear),
          Effect.uninterruptible
        )
      }
    })
  })
