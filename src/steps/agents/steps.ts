/**
 * Steps that read, enhance and write an agent.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Array, Effect, Either, Option, Schema } from "effect"
import {
  FileChanged,
  isUnchanged,
  PlacedFile,
  UnsafePath,
  Workspace,
  type WriteFailed
} from "../../layers/Workspace.ts"
import * as Step from "../../pipeline/Step.ts"
import * as Strategy from "../../pipeline/Strategy.ts"
import { Warning } from "../review/Draft.ts"
import { relative } from "../tasks/relative.ts"
import { About } from "./About.ts"
import * as AgentFile from "./AgentFile.ts"
import { extendedEnding } from "./AgentPath.ts"
import { Author, Authored, Failure as AuthorFailure } from "./Author.ts"
import { BoundarySet, choose } from "./boundarySets.ts"
import { textOf } from "./Content.ts"
import { diff } from "./diff.ts"
import { enhance } from "./enhance.ts"
import * as Enhancement from "./Enhancement.ts"
import { AgentNotFound, NotWritable, UnreadableAgent } from "./errors.ts"
import { locate, Located, LocateFailure, Named } from "./locate.ts"
import * as metadata from "./metadata.ts"
import { Placement } from "./placement.ts"
import { blocksOf } from "./sections.ts"
import * as templates from "./templates.ts"

/**
 * A file as it was read.
 *
 * @category schemas
 */
const Read = Schema.Struct({ text: Schema.String, sha256: Schema.String })

/** @category schemas */
export const Source = Schema.Struct({
  ...Located.fields,
  name: Schema.String,
  description: Schema.String,
  /** The boundaries of its kind. */
  set: BoundarySet,
  core: Read,
  /** The file beside it, where there is one. */
  extended: Schema.NullOr(Read),
  warnings: Schema.Array(Warning)
})
export type Source = typeof Source.Type

const extendedOf = (file: string): string => file.replace(/\.md$/, extendedEnding)

/**
 * Reads an agent's file and the one beside it.
 *
 * @category steps
 * @since 0.1.0
 */
export const readAgent = Step.make("read-agent", {
  title: "Reading the agent",
  hidden: true,
  input: Named,
  success: Source,
  failure: Schema.Union(LocateFailure, UnreadableAgent),
  fingerprint: (named) =>
    Effect.gen(function*() {
      const workspace = yield* Workspace
      const { file } = yield* locate(named)
      return `${yield* workspace.fingerprint(file)} ${yield* workspace.fingerprint(extendedOf(file))}`
    }),
  run: (named) =>
    Effect.gen(function*() {
      const located = yield* locate(named)
      const core = yield* Effect.flatMap(read(located.file), (found) =>
        Effect.mapError(found, () =>
          new AgentNotFound({ path: located.file, reason: "there is no such file" })))
      const { description, name, warnings } = yield* AgentFile.parse(core.text, located.file, located.stem)
      const extended = Option.getOrNull(yield* read(extendedOf(located.file)))
      return { ...located, name, description, set: choose(name, description), core, extended, warnings }
    })
})

/** The text of a file; none where there is none. */
const read = (file: string): Effect.Effect<Option.Option<typeof Read.Type>, UnreadableAgent, Workspace> => {
  const refused = (reason: string, fix: string) => new UnreadableAgent({ path: file, reason, fix })
  return Effect.flatMap(Workspace, (workspace) => workspace.read(file, { limit: AgentFile.limit })).pipe(
    Effect.flatMap(({ bytes, sha256 }) => Effect.map(AgentFile.decode(bytes, file), (text) => ({ text, sha256 }))),
    Effect.asSome,
    Effect.catchTags({
      FileNotFound: () => Effect.succeedNone,
      FileNotRegular: ({ fix, kind }) => refused(`it is ${kind}`, fix),
      FileTooLarge: ({ limit }) => refused(...AgentFile.tooLarge(limit)),
      FileUnreadable: ({ fix, reason }) => refused(reason, fix)
    })
  )
}

/** @category schemas */
export const Templates = Schema.Struct({
  /** Relative to the template folder. */
  all: Schema.Array(Schema.String),
  related: Schema.Array(Schema.String)
})

/**
 * Finds the templates of an agent's folder, and those that its name fits.
 *
 * @category steps
 * @since 0.1.0
 */
export const discoverTemplates = Step.make("discover-templates", {
  title: "Finding templates",
  input: Schema.Struct({ template: Schema.String, name: Schema.String }),
  success: Templates,
  fingerprint: ({ template }) => Effect.map(listTemplates(template), (paths) => paths.join("\n")),
  run: ({ name, template }) =>
    Effect.map(listTemplates(template), (all) => ({ all, related: templates.related(name, all) })),
  summary: ({ all, related }) => `${all.length}, ${related.length} of them related by name`
})

/** Every template below the folder. Links to folders are not followed, and what cannot be read holds none. */
const listTemplates = (template: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const isLink = (name: string) => Effect.isSuccess(fs.readLink(path.join(template, name)))
    const below = (folder: string): Effect.Effect<ReadonlyArray<string>> =>
      fs.readDirectory(path.join(template, folder)).pipe(
        Effect.orElseSucceed((): ReadonlyArray<string> => []),
        Effect.flatMap(Effect.forEach((name) => at(`${folder}/${name}`), { concurrency: 8 })),
        Effect.map(Array.flatten)
      )
    const at = (name: string): Effect.Effect<ReadonlyArray<string>> =>
      Effect.gen(function*() {
        const { type } = yield* fs.stat(path.join(template, name))
        if (type === "File") return templates.isTemplate(name) ? [name] : []
        return type === "Directory" && !(yield* isLink(name)) ? yield* below(name) : []
      }).pipe(Effect.orElseSucceed(() => []))
    return templates.sorted(yield* below("templates"))
  })

/** @category schemas */
export const Written = Schema.Struct({
  ...Authored.fields,
  /** What a strategy fell back on and why; null where it did not. */
  fellBack: Schema.NullOr(Schema.Struct({ on: Schema.String, reason: Schema.String }))
})
export type Written = typeof Written.Type

/**
 * Gets the content for an agent's file, as the strategy says.
 *
 * @category steps
 * @since 0.1.0
 */
export const writeContent = Step.make("write-content", {
  title: "Writing the content",
  input: About,
  success: Written,
  failure: AuthorFailure,
  run: (about) =>
    Effect.gen(function*() {
      const authored = yield* Effect.flatMap(Author, (author) => author.write(about))
      const chosen = Option.getOrUndefined(yield* Strategy.chosen(Author, "write"))
      return {
        ...authored,
        fellBack: chosen?.reason === undefined ? null : { on: chosen.chose, reason: chosen.reason }
      }
    }),
  summary: ({ by, content }) => `${content.sections.length} sections, by ${by}`
})

/** @category schemas */
export const Enhanced = Schema.Struct({
  sections: Schema.Array(Schema.String),
  /** The templates that the content names. */
  templates: Schema.Array(Schema.String),
  /** How many blocks of code the examples have. */
  examples: Schema.Number,
  boundaryPlacement: Schema.NullOr(Placement),
  /** The answer's, in its form; null where it brought none. */
  metadata: Schema.NullOr(metadata.Metadata),
  /** What keeps the agent from being found well. */
  problems: Schema.Array(Schema.String),
  /** Relative to the folder above the agent's. */
  coreFile: Schema.String,
  /** Null where there is no second file. */
  extendedFile: Schema.NullOr(Schema.String),
  /** What is to be written into the agent's folder: nothing, where all is as it should be. */
  files: Schema.Array(Schema.Struct({ path: Schema.String, content: Schema.String, expected: Schema.String })),
  diff: Schema.String,
  warnings: Schema.Array(Warning)
})
export type Enhanced = typeof Enhanced.Type

/**
 * Puts content into an agent's files, without writing them.
 *
 * @category steps
 * @since 0.1.0
 */
export const enhanceAgent = Step.make("enhance-agent", {
  title: "Placing the content",
  input: Schema.Struct({ source: Source, templates: Templates, authored: Authored, split: Schema.Boolean }),
  success: Enhanced,
  failure: UnreadableAgent,
  run: ({ authored: { bringsMetadata, content }, source, split, templates: { all } }) =>
    Either.map(AgentFile.parse(source.core.text, source.file, source.stem), (file) => {
      const enhancement = Enhancement.fromContent(content, { set: source.set, bringsMetadata })
      const enhanced = enhance(file, enhancement, {
        stem: source.stem,
        extended: source.extended?.text ?? null,
        split
      })
      const files = [
        { file: source.file, before: source.core, after: enhanced.core },
        { file: extendedOf(source.file), before: source.extended, after: enhanced.extended }
      ].flatMap(({ after, before, file }) =>
        after === null
          ? []
          : [{ name: relative(source.folder, file), shown: relative(source.root, file), before, after }]
      )
      const listed = Option.getOrElse(textOf(content, "related_templates"), () => "")
      return {
        sections: enhancement.sections.map(({ name }) => name),
        templates: templates.named(listed, all),
        examples: enhancement.sections.filter(({ name }) => name.includes("examples")).flatMap(blocksOf).length,
        boundaryPlacement: enhanced.placement,
        metadata: enhancement.metadata,
        problems: metadata.problems(enhanced.fields),
        coreFile: relative(source.root, source.file),
        extendedFile: files[1]?.shown ?? null,
        files: files.filter(({ after, before }) => after !== before?.text).map(({ after, before, name }) => ({
          path: name,
          content: after,
          expected: before?.sha256 ?? "absent"
        })),
        diff: files.map(({ after, before, shown }) => diff(shown, before?.text ?? null, after)).join(""),
        warnings: [
          ...source.warnings,
          ...enhancement.warnings,
          ...enhanced.warnings,
          ...templates.unknown(listed, all)
        ]
      }
    }),
  summary: ({ files }) => files.length === 0 ? "nothing to change" : files.map(({ path }) => path).join(", ")
})

/**
 * Writes an agent's files, together or not at all.
 *
 * @category steps
 * @since 0.1.0
 */
export const writeAgent = Step.make("write-agent", {
  title: "Writing the files",
  writes: true,
  input: Enhanced.fields.files,
  success: Schema.Array(PlacedFile),
  failure: Schema.Union(NotWritable, UnsafePath, FileChanged),
  holds: (files) => Effect.flatMap(Workspace, (workspace) => workspace.holds({ files })),
  run: (files) =>
    Effect.flatMap(Workspace, (workspace) => workspace.write(files)).pipe(
      Effect.catchTag("WriteFailed", (error) => new NotWritable(refusal(error)))
    ),
  summary: (files) => isUnchanged({ files }) ? "nothing to do" : files.map(({ path }) => path).join(", ")
})

const refusal = ({ path, reason, undone }: WriteFailed) => ({ path, reason, undone })
