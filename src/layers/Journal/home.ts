/**
 * The folder that everything of the runs is in.
 *
 * @since 0.1.0
 */
import { dirname, join } from "node:path"
import * as Disk from "./Disk.ts"

/**
 * Makes a home, unless it is there, in folders whose names are durable. Throws what the system says.
 *
 * @category combinators
 * @since 0.1.0
 */
export const makeHome = (disk: Disk.Operations, home: string): void => {
  const missing: Array<string> = []
  for (let path = home; Disk.unlessAbsent(() => disk.lstat(path)) === undefined; path = dirname(path)) {
    missing.push(path)
  }
  for (const path of missing.reverse()) {
    if (path !== home) Disk.makePlainFolder(disk, path)
    else if (Disk.makeFolder(disk, path)) disk.close(Disk.makeFile(disk, join(home, ".gitignore"), "*\n"))
    Disk.syncFolderAbove(disk, dirname(path))
  }
}
