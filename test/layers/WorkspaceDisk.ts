/** Temporary trees on the disk, for tests. */
import * as NodeFs from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"

export const temporary = (): string => {
  const path = NodeFs.realpathSync(NodeFs.mkdtempSync(join(tmpdir(), "workspace-")))
  onTestFinished(() => NodeFs.rmSync(path, { recursive: true, force: true }))
  return path
}

/** Every regular file below a folder with its content, and every other thing with its kind. */
export const files = (root: string): Record<string, string> => {
  const found: Record<string, string> = {}
  const visit = (folder: string) => {
    for (const entry of NodeFs.readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        const before = Object.keys(found).length
        visit(path)
        if (Object.keys(found).length === before) found[`${path}/`] = "an empty folder"
      } else found[path] = entry.isFile() ? NodeFs.readFileSync(join(root, path), "utf8") : "no file"
    }
  }
  visit("")
  return found
}

export const edit = (root: string, path: string, content: string | null): void => {
  if (content === null) return NodeFs.rmSync(join(root, path))
  NodeFs.mkdirSync(dirname(join(root, path)), { recursive: true })
  NodeFs.writeFileSync(join(root, path), content)
}
