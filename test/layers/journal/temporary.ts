/** Folders for the length of one test. */
import * as NodeFs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

export const temporary = (): string => {
  const path = NodeFs.realpathSync(NodeFs.mkdtempSync(join(tmpdir(), "journal-")))
  onTestFinished(() => NodeFs.rmSync(path, { recursive: true, force: true }))
  return path
}
