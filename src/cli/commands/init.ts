/**
 * `init`: a small project that works, to begin with.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import * as fs from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import * as Field from "../../pipeline/Field.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import { make } from "../Command.ts"
import * as Manifest from "../manifest.ts"

/**
 * Files of the project are there already. Nothing was written.
 *
 * @category errors
 * @since 0.1.0
 */
export class FilesExist extends Schema.TaggedError<FilesExist>()("FilesExist", {
  folder: Schema.String,
  files: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `There are files in ${this.folder} that would be overwritten: ${this.files.join(", ")}`
  }
  get fix(): string {
    return "Name another folder, or move them away. Nothing was written."
  }
}

/**
 * The project could not be written.
 *
 * @category errors
 * @since 0.1.0
 */
export class InitFailed extends Schema.TaggedError<InitFailed>()("InitFailed", {
  folder: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.folder} cannot be filled: ${this.reason}`
  }
  get fix(): string {
    return "Name a folder that can be written. Nothing was left in this one."
  }
}

/** @category commands */
export const command = make("init", {
  description: "Writes a small project: a pipeline, its test, and what both need.",
  examples: [{ command: "init my-pipelines" }],
  options: Schema.Struct({
    dir: Schema.optionalWith(
      Schema.String.annotations({ description: "The folder of the project; made if missing" }).pipe(
        Field.path,
        Field.argument
      ),
      { default: () => "." }
    )
  }),
  output: Schema.Struct({
    folder: Schema.String,
    files: Schema.Array(Schema.String),
    next: Schema.Array(Schema.String)
  }),
  document: "cairn.init/1",
  run: ({ dir }, { cwd }) =>
    Effect.gen(function*() {
      const { files: filesOf, nameOf } = yield* Effect.promise(() => import("../init/project.ts"))
      const manifest = yield* Option.match(Manifest.read(), {
        onNone: () => new InitFailed({ folder: dir, reason: "effect-cairn is not installed beside this command" }),
        onSome: Effect.succeed
      })
      const files = filesOf(nameOf(basename(dir)), manifest)
      const there = files.filter(({ path }) => Option.isSome(Option.liftThrowable(fs.lstatSync)(join(dir, path))))
      if (there.length > 0) return yield* new FilesExist({ folder: dir, files: there.map(({ path }) => path) })
      yield* write(dir, files)
      const folder = relative(cwd, dir)
      return {
        folder: dir,
        files: files.map(({ path }) => path),
        next: [
          ...(folder === "" ? [] : [`cd ${quote(folder)}`]),
          "npm install",
          "npm start -- --text \"a stone and a stone\"",
          "npm test"
        ]
      }
    }),
  print: ({ files, folder, next }, { cwd }) =>
    [
      ...files.map((file) => `created  ${printable.line(relative(cwd, join(folder, file)))}`),
      "",
      "Next",
      ...next.map((command) => `  ${command}`),
      ""
    ].join("\n")
})

/** All of them or none: what was written is removed where one cannot be. */
const write = (
  folder: string,
  files: ReadonlyArray<{ readonly path: string; readonly content: string }>
): Effect.Effect<void, InitFailed> =>
  Effect.suspend(() => {
    const made: Array<string> = []
    try {
      const missing: Array<string> = []
      for (let path = folder; !fs.existsSync(path); path = dirname(path)) missing.push(path)
      for (const path of missing.reverse()) {
        fs.mkdirSync(path)
        made.push(path)
      }
      for (const { content, path } of files) {
        fs.writeFileSync(join(folder, path), content, { flag: "wx" })
        made.push(join(folder, path))
      }
      return Effect.void
    } catch (error) {
      for (const path of made.reverse()) fs.rmSync(path, { force: true, recursive: true })
      return new InitFailed({ folder, reason: messageOf(error) })
    }
  })
