/**
 * The file that a SQLite database is in.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import { constants } from "node:fs"
import { dirname } from "node:path"
import type { JournalDamaged, JournalError } from "../../pipeline/Journal.ts"
import { attemptChecked, checkOwner, kind, odd } from "./checked.ts"
import * as Disk from "./Disk.ts"

/**
 * Makes the file, which only its owner may read whatever the umask; SQLite gives its mode to those that it makes beside
 * it. One that is there is refused where somebody else could have written it.
 *
 * @category effects
 * @since 0.1.0
 */
export const prepared = (path: string, where: string): Effect.Effect<void, JournalError | JournalDamaged> =>
  Effect.flatMap(Disk.Disk, (disk) =>
    attemptChecked("open", "*", where, () => {
      if (Disk.unlessAbsent(() => disk.lstat(path)) === undefined) make(disk, path)
      Disk.withOpen(disk, path, constants.O_RDONLY | constants.O_NONBLOCK, (descriptor) => {
        const stats = disk.stat(descriptor)
        if (!stats.isFile()) throw odd(`it is ${kind(stats)}, not a file`)
        checkOwner(stats)
      })
    }))

const make = (disk: Disk.Operations, path: string): void => {
  const missing: Array<string> = []
  for (
    let folder = dirname(path);
    Disk.unlessAbsent(() => disk.lstat(folder)) === undefined;
    folder = dirname(folder)
  ) {
    missing.push(folder)
  }
  for (const folder of missing.reverse()) {
    Disk.makeFolder(disk, folder)
    Disk.syncFolderAbove(disk, dirname(folder))
  }
  const made = Disk.attempt(() => Disk.makeFile(disk, path, ""))
  if (Either.isRight(made)) disk.close(made.right)
  // Whoever was faster makes the same.
  else if (made.left.code !== "EEXIST") throw Disk.toError(made.left)
  Disk.syncFolderAbove(disk, dirname(path))
}
