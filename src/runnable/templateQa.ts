/**
 * `template-qa`, with the layers that its settings choose.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Layer, Schema } from "effect"
import * as InterviewerChoice from "../layers/Interviewer/Choice.ts"
import { RunFolder } from "../layers/RunFolder.ts"
import { RootUnusable, WriteFailed } from "../layers/Workspace.ts"
import * as WorkspaceRooted from "../layers/Workspace/Rooted.ts"
import * as Program from "../pipeline/Program.ts"
import * as TemplateQa from "../programs/templateQa.ts"

/**
 * Asks what a template of a project should be like, and saves the answers.
 *
 * @category programs
 * @since 0.1.0
 */
export const templateQa = Program.make(TemplateQa.templateQa, {
  description: "Asks what the template of a project should be like, and saves the answers for the template creator.",
  examples: [
    { command: "template-qa", description: "asks at the terminal" },
    { command: "template-qa --print-questions > answers.yaml" },
    { command: "template-qa --answers answers.yaml --defaults" },
    { command: "template-qa --path templates/api --from-config", description: "begins from saved settings" }
  ],
  settings: Schema.Struct({ ...InterviewerChoice.fields, ...TemplateQa.Settings.fields }).pipe(
    Schema.filter((settings) =>
      InterviewerChoice.isOneWay(settings) || "one way at a time: --lines, --defaults or --agent"
    )
  ),
  print: TemplateQa.print,
  instead: TemplateQa.instead,
  layer: (settings, { path }) =>
    Layer.merge(
      InterviewerChoice.layer(settings),
      Layer.unwrapEffect(Effect.map(RunFolder, (runs) => WorkspaceRooted.layer({ root: path, runs })))
    ).pipe(
      Layer.provide(Layer.effectDiscard(makeFolder(path))),
      Layer.provideMerge(Layer.merge(NodeFileSystem.layer, NodePath.layer))
    )
})

/** The folder of the settings is made where it is missing. */
const makeFolder = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeDirectory(path, { recursive: true })).pipe(
    Effect.mapError((error) =>
      error._tag === "BadArgument" || isMisnamed.has(error.reason)
        ? new RootUnusable({ root: path, reason: error.message })
        : new WriteFailed({ path, reason: error.message, undone: true })
    )
  )

/** Something else is there, or on the way. With any other reason it is the disk that refuses. */
const isMisnamed: ReadonlySet<string> = new Set(["AlreadyExists", "BadResource", "NotFound"])
