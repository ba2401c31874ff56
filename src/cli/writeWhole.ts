/**
 * Files for the user that are there whole or not at all.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import { dirname } from "node:path"
import { WriteFailed } from "../layers/Workspace.ts"
import { randomId } from "../pipeline/digest.ts"
import { messageOf } from "../pipeline/messageOf.ts"

/**
 * Writes a file whole or not at all, with the rights of `mode` that the umask leaves.
 *
 * @category running
 * @since 0.1.0
 */
export const writeWhole = (path: string, text: string, mode: number): Effect.Effect<void, WriteFailed> =>
  Effect.suspend(() => {
    const draft = `${path}.${randomId().slice(0, 8)}`
    return Effect.try({
      try: () => {
        const descriptor = fs.openSync(draft, "wx", mode)
        try {
          fs.writeFileSync(descriptor, text)
          fs.fsyncSync(descriptor)
        } finally {
          fs.closeSync(descriptor)
        }
        fs.renameSync(draft, path)
        const folder = fs.openSync(dirname(path), "r")
        try {
          fs.fsyncSync(folder)
        } finally {
          fs.closeSync(folder)
        }
      },
      catch: (error) => {
        fs.rmSync(draft, { force: true })
        return new WriteFailed({ path, reason: messageOf(error), undone: true })
      }
    })
  })
