/**
 * Files for the user that are there whole or not at all.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as fs from "node:fs"
import { dirname } from "node:path"
import { WriteFailed } from "../layers/Workspace.ts"
import { randomId } from "../pipeline/digest.ts"
import { messageOf } from "../pipeline/messageOf.ts"

/**
 * Writes a file whole or not at all, with the rights of `mode` that the umask leaves. Where a link is, that is the file it
 * leads to; what is there and no file, such as a pipe or a device, is written into.
 *
 * @category running
 * @since 0.1.0
 */
export const writeWhole = (given: string, text: string, mode: number): Effect.Effect<void, WriteFailed> =>
  Effect.suspend(() => {
    const there = Option.getOrUndefined(Option.liftThrowable(() => fs.statSync(given))())
    const isStream = there !== undefined && !there.isFile()
    const path = there === undefined || isStream ? given : fs.realpathSync(given)
    return Effect.try({
      try: () => isStream ? fs.writeFileSync(path, text) : replace(path, text, mode),
      catch: (error) => new WriteFailed({ path: given, reason: messageOf(error), undone: true })
    })
  })

const replace = (path: string, text: string, mode: number): void => {
  const draft = `${path}.${randomId().slice(0, 8)}`
  try {
    written(draft, text, mode)
    fs.renameSync(draft, path)
  } catch (error) {
    fs.rmSync(draft, { force: true })
    throw error
  }
  using(fs.openSync(dirname(path), "r"), fs.fsyncSync)
}

const written = (path: string, text: string, mode: number): void =>
  using(fs.openSync(path, "wx", mode), (descriptor) => {
    fs.writeFileSync(descriptor, text)
    fs.fsyncSync(descriptor)
  })

const using = (descriptor: number, use: (descriptor: number) => void): void => {
  try {
    use(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
