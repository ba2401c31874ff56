/** A folder for all that is measured, on the disk that the project is on: a file system in memory has nothing to sync. */
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"

export const folder = mkdtempSync(join(import.meta.dirname, "run-"))

process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** A path that nothing is at yet. */
export const fresh = (): string => join(folder, String(count++))
