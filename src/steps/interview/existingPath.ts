/**
 * The rule for a path that leads somewhere.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Config, Effect } from "effect"
import type { Rule } from "../../layers/Asked.ts"
import * as Validation from "../../pipeline/Validation.ts"
import { must, visible } from "./rules.ts"

/**
 * The path of something that is there. It is kept as an absolute path.
 *
 * @category rules
 * @since 0.1.0
 */
export const existingPath: Rule<FileSystem.FileSystem | Path.Path> = {
  says: "the path of something that is there",
  prepare: (text) =>
    Effect.gen(function*() {
      const path = yield* Path.Path
      if (text === "") return text
      const home = /^~(?=\/|$)/.test(text) ? yield* Effect.orElseSucceed(Config.string("HOME"), () => "~") : ""
      return path.resolve(home === "" ? text : home + text.slice(1))
    }),
  check: Validation.chain<string, FileSystem.FileSystem>(
    must("empty", (text) => text !== "", "The path is empty"),
    visible,
    Validation.check("there", (path) =>
      FileSystem.FileSystem.pipe(
        Effect.flatMap((fs) => fs.exists(path)),
        Effect.orElseSucceed(() => false),
        Effect.map((exists) => exists ? [] : [Validation.error("not-there", `There is nothing at ${path}`)])
      ))
  )
}
