/**
 * Where an agent's file lies, and the template folder that it belongs to.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Config, Effect, Either, Option, Schema } from "effect"
import { relative } from "../tasks/relative.ts"
import * as AgentPath from "./AgentPath.ts"
import { AgentNotFound, InvalidAgentPath, TemplateNotFound } from "./errors.ts"

/** @category schemas */
export const Named = Schema.Struct({
  /** A file, or a template and an agent in it, taken as a path from the current folder. Absolute. */
  agent: Schema.String,
  /** The template folder; null where it is the one above the folder of the agent. */
  template: Schema.NullOr(Schema.String),
  /** The folders that hold templates; the usual ones where there are none. */
  roots: Schema.Array(Schema.String)
})

/** @category schemas */
export const Located = Schema.Struct({
  file: Schema.String,
  /** The name of the file without `.md`. */
  stem: Schema.String,
  template: Schema.String,
  /** The folder of the file, in which everything is written. */
  folder: Schema.String,
  /** The folder above it. */
  root: Schema.String
})
export type Located = typeof Located.Type

/** @category errors */
export const LocateFailure = Schema.Union(InvalidAgentPath, AgentNotFound, TemplateNotFound)

/**
 * Finds an agent by the name that a person gave.
 *
 * @category effects
 * @since 0.1.0
 */
export const locate = Effect.fn("locate")(function*({ agent, roots, template }: typeof Named.Type) {
  const path = yield* Path.Path
  const kind = yield* kindOf(agent)
  if (Option.isSome(kind) && kind.value !== "File") {
    return yield* new AgentNotFound({ path: agent, reason: `it is a ${kind.value.toLowerCase()}, not a file` })
  }
  const found = Option.isSome(kind)
    ? { file: agent, template: undefined }
    : yield* inTemplate(agent, roots)
  const stem = yield* AgentPath.stemOf(found.file)
  const folder = path.dirname(found.file)
  const root = path.dirname(folder)
  const templateFolder = template ?? found.template ?? root
  if (!(yield* isKind(templateFolder, "Directory"))) {
    return yield* new TemplateNotFound({ template: templateFolder, searched: [] })
  }
  return { file: found.file, stem, template: templateFolder, folder, root }
})

/** The file of an agent that is named by its template. */
const inTemplate = Effect.fnUntraced(function*(given: string, roots: ReadonlyArray<string>) {
  const path = yield* Path.Path
  const missing = (file: string) => new AgentNotFound({ path: file, reason: "there is no such file" })
  // What ends with `.md` and leads nowhere was meant as a path.
  const isPath = given.endsWith(".md")

  const { agent, template } = yield* Either.mapLeft(
    AgentPath.inTemplate(relative(path.resolve("."), given)),
    (invalid) => isPath ? missing(given) : invalid
  )
  const searched = roots.length > 0 ? roots : yield* usualRoots
  const root = yield* Effect.findFirst(searched, (root) => isKind(path.join(root, template), "Directory"))
  if (Option.isNone(root)) return yield* isPath ? missing(given) : new TemplateNotFound({ template, searched })
  const folder = path.join(root.value, template)
  const file = path.join(folder, "agents", `${agent}.md`)
  return (yield* isKind(file, "File")) ? { file, template: folder } : yield* missing(file)
})

/** The templates of the person, then those of the project. */
const usualRoots = Effect.gen(function*() {
  const path = yield* Path.Path
  const home = yield* Effect.option(Config.string("HOME"))
  return [
    ...Option.toArray(Option.map(home, (home) => path.join(home, ".agentecflow", "templates"))),
    path.resolve("installer", "core", "templates")
  ]
})

const kindOf = (path: string): Effect.Effect<Option.Option<FileSystem.File.Type>, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.stat(path)),
    Effect.map(({ type }) => type),
    Effect.option
  )

const isKind = (path: string, kind: FileSystem.File.Type) => Effect.map(kindOf(path), Option.contains(kind))
