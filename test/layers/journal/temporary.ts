/** Folders for the length of one test. */
import * as NodeFs from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { fastFolder } from "../../fastFolder.ts"

export const temporary = (): string => {
  const path = NodeFs.realpathSync(NodeFs.mkdtempSync(join(fastFolder, "journal-")))
  onTestFinished(() => NodeFs.rmSync(path, { recursive: true, force: true }))
  return path
}
