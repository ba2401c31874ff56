/**
 * Programs of a file of the user's own, without a build: the file is loaded by the `effect-cairn` of the project that it is
 * in, so that its programs and what runs them share one `effect`.
 *
 * @since 0.1.0
 */
import { type Cause, Effect, Option, Schema } from "effect"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { extname } from "node:path"
import { pathToFileURL } from "node:url"
import * as Pipeline from "../pipeline/Pipeline.ts"
import * as Program from "../pipeline/Program.ts"
import type { AnyProgram, Parts } from "./App.ts"
import * as Command from "./Command.ts"
import { install } from "./version.ts"

/**
 * A file cannot be run. Nothing of it was run but its own top level.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileUnusable extends Schema.TaggedError<FileUnusable>()("FileUnusable", {
  /** As it was named. */
  file: Schema.String,
  reason: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.reason}`
  }
}

/** What a file is, as it was named and where it is. */
export interface UserFile {
  readonly name: string
  readonly path: string
}

/**
 * The command line of the project that a file is in.
 *
 * @category accessors
 * @since 0.1.0
 */
export const commandLineOf = (
  { name, path }: UserFile
): Effect.Effect<{ readonly runFile: (file: UserFile, args: ReadonlyArray<string>) => void }, FileUnusable> =>
  Effect.gen(function*() {
    if (fs.statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      return yield* new FileUnusable({ file: name, reason: "there is no such file", fix: "Name a file of programs." })
    }
    const found = yield* Effect.try({
      try: () => createRequire(path).resolve("effect-cairn/cli"),
      catch: () =>
        new FileUnusable({
          file: name,
          reason: "its project has no effect-cairn, which it is run with",
          fix: install
        })
    })
    const module = yield* imported(name, install, Effect.tryPromise(() => import(pathToFileURL(found).href)))
    return isCommandLine(module) ? module.Cli : yield* new FileUnusable({
      file: name,
      reason: "the effect-cairn of its project runs no files",
      fix: "npm install effect-cairn@latest"
    })
  })

const isCommandLine = Schema.is(
  Schema.Struct({
    Cli: Schema.Struct({
      runFile: Schema.declare((value): value is (file: UserFile, args: ReadonlyArray<string>) => void =>
        typeof value === "function"
      )
    })
  })
)

/**
 * What a file exports to be run: its programs, its pipelines that need nothing more, and its commands.
 *
 * @category accessors
 * @since 0.1.0
 */
export const exportsOf = (
  { name, path }: UserFile
): Effect.Effect<Pick<Parts, "commands"> & { readonly programs: ReadonlyArray<AnyProgram> }, FileUnusable> =>
  Effect.gen(function*() {
    const module = yield* imported(name, "Correct it and repeat the command.", load(path))
    const exported = [...new Set(typeof module === "object" && module !== null ? Object.values(module).flat() : [])]
    const named = new Set(exported.filter(Program.isProgram).map(({ name }) => name))
    // A pipeline that is exported beside its program, for a test, is not another one.
    const programs = exported.flatMap((value) =>
      Pipeline.isPipeline(value) && named.has(value.name) ? [] : Option.toArray(programOf(value))
    )
    const commands = exported.filter(Command.isCommand)
    return programs.length + commands.length > 0 ? { programs, commands } : yield* new FileUnusable({
      file: name,
      reason: "it exports no pipeline and no program",
      fix: "Export what Pipeline.make or Program.make gives."
    })
  })

const programOf = (value: unknown): Option.Option<AnyProgram> =>
  Program.isProgram(value)
    ? Option.some(value)
    : Pipeline.isPipeline(value)
    ? Option.some(Program.make(value as never, { description: `Runs ${value.name}.`, print: plainly }))
    : Option.none()

/** A text as it is, anything else as JSON. */
const plainly = (output: unknown): string => typeof output === "string" ? output : JSON.stringify(output, null, 2)

/** Node strips types by itself, from 22.18; before that somebody else does. Either way, packages are loaded once. */
const load = (path: string): Effect.Effect<unknown, Cause.UnknownException> => {
  const isTyped = [".ts", ".mts"].includes(extname(path))
  return !isTyped || "typescript" in process.features
    ? Effect.tryPromise(() => import(pathToFileURL(path).href))
    : Effect.flatMap(
      Effect.tryPromise(() => import("jiti")),
      ({ createJiti }) => Effect.tryPromise(() => createJiti(path, { fsCache: false }).import(path))
    )
}

const imported = <A>(name: string, fix: string, module: Effect.Effect<A, { readonly error: unknown }>) =>
  Effect.mapError(module, ({ error }) =>
    new FileUnusable({
      file: name,
      reason: `it cannot be loaded: ${String(error)}`,
      fix
    }))
