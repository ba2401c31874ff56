/**
 * From the report of a review to a folder of tasks, plans, a guide and a README.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { PlacedFile } from "../layers/Workspace.ts"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { placeTree } from "../steps/files/placeTree.ts"
import { Strategy, Warning } from "../steps/review/Draft.ts"
import { defaultLayout } from "../steps/review/mentionedFiles.ts"
import { ReadmeSections, readmeSections } from "../steps/review/readmeSections.ts"
import { defaultLimit } from "../steps/review/source.ts"
import { extractFeature, parseSubtasks, readSource } from "../steps/review/steps.ts"
import { found, kept, placed } from "../steps/tasks/announcements.ts"
import { planned } from "../steps/tasks/planned.ts"
import {
  assignModes,
  chooseTarget,
  nameWorkspaces,
  planWaves,
  renderGuide,
  renderReadme,
  renderTask
} from "../steps/tasks/steps.ts"
import { Subtask } from "../steps/tasks/Subtask.ts"

const text = (description: string) => Schema.String.annotations({ description })

/**
 * What a run of `implement` is about.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Input = Schema.Struct({
  report: text("The report of the review, a markdown file").pipe(Field.path, Field.argument),
  task: Schema.optional(text("The review's task: JSON with id and title").pipe(Field.path)),
  id: Schema.optional(text("The id of the review, in place of a task file")),
  title: Schema.optional(text("The title of the review, in place of a task file")),
  root: Schema.optionalWith(text("The folder below which everything is written").pipe(Field.path), {
    default: () => "."
  }),
  sequential: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "One task at a time: each a wave of its own" }),
    {
      default: () => false
    }
  ),
  componentPath: Schema.optionalWith(text("Where a component that is only named lives; empty: nowhere"), {
    default: () => defaultLayout.components
  }),
  commandPath: Schema.optionalWith(text("Where a command that is only named lives; empty: nowhere"), {
    default: () => defaultLayout.commands
  }),
  maxBytes: Schema.optionalWith(Schema.Positive.annotations({ description: "The largest report that is read" }), {
    default: () => defaultLimit
  })
}).pipe(
  Schema.filter(({ id, task, title }) =>
    task !== undefined
      ? id === undefined && title === undefined || "give --task, or --id and --title, not both"
      : id !== undefined && title !== undefined || "whose review is it? Give --task FILE, or --id and --title"
  )
)

/**
 * How it is done this time.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Settings = Schema.Struct({
  dryRun: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Show what would be written, and write nothing" }),
    {
      default: () => false
    }
  ),
  force: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Replace what an earlier run wrote; your own files are kept" }),
    { default: () => false }
  )
})

/**
 * What `implement` found and wrote. Paths are relative to the root.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = Schema.Struct({
  root: Schema.String,
  readme: Schema.String,
  featureSlug: Schema.String,
  featureName: Schema.String,
  strategy: Strategy,
  subtasks: Schema.Array(Subtask),
  emissionOrder: Schema.Array(Schema.String),
  waves: Schema.Array(Schema.Struct({ wave: Schema.Number, tasks: Schema.Array(Schema.String) })),
  modeSummary: Schema.Struct({ "task-work": Schema.Number, direct: Schema.Number, manual: Schema.Number }),
  readmeSections: ReadmeSections,
  warnings: Schema.Array(Warning),
  files: Schema.Array(PlacedFile)
})
export type Output = typeof Output.Type

/**
 * The pipeline: everything is computed and rendered before the last step writes it, as a whole.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const implement = Pipeline.make("implement", { input: Input }).pipe(
  Pipeline.step("source", readSource, ({ input }) => ({
    report: input.report,
    task: input.task ?? null,
    id: input.id ?? null,
    title: input.title ?? null,
    root: input.root,
    limit: input.maxBytes
  })),
  Pipeline.step("feature", extractFeature, ({ source }) => source.task),
  Pipeline.step("subtasks", parseSubtasks, ({ feature, input, source }) => ({
    report: source.reportName,
    text: source.report,
    words: feature.words,
    components: input.componentPath,
    commands: input.commandPath
  })),
  Pipeline.step("modes", assignModes, ({ subtasks }) => subtasks.subtasks),
  Pipeline.step("waves", planWaves, ({ input, source, subtasks }) => ({
    tasks: subtasks.subtasks.map(({ dependencies, files, id }) => ({ id, files, dependencies })),
    sequential: input.sequential,
    report: source.reportName
  })),
  Pipeline.step("workspaces", nameWorkspaces, ({ feature, waves }) => ({ waves: waves.waves, slug: feature.slug })),
  Pipeline.announce((state) => found(state.feature, state.subtasks, planned(state))),
  Pipeline.step("target", chooseTarget, ({ feature }) => feature.slug),
  Pipeline.forEach("tasks", renderTask, (state) =>
    planned(state).inOrder.map((task) => ({
      task,
      about: { review: state.source.task.id, slug: state.feature.slug, created: state.source.created },
      target: state.target,
      report: state.source.reportName
    })), { key: ({ task }) => task.id, concurrency: 16 }),
  Pipeline.step("guide", renderGuide, (state) => ({
    feature: state.feature,
    waves: planned(state).waves,
    target: state.target,
    report: state.source.reportName
  })),
  Pipeline.step("readme", renderReadme, (state) => ({
    feature: state.feature,
    tasks: planned(state).inOrder,
    target: state.target,
    root: state.input.root,
    review: {
      id: state.source.task.id,
      text: state.source.report,
      task: state.input.task ?? null,
      report: state.input.report,
      reportName: state.source.reportName
    }
  })),
  Pipeline.step("tree", placeTree, ({ guide, readme, target, tasks }) => ({
    owner: target.folder,
    files: [readme, guide, ...tasks.flat()]
  })),
  Pipeline.announce((state) => placed(state.target.folder, state.tree.files, planned(state))),
  Pipeline.output(Output, (state) => ({
    root: state.input.root,
    readme: state.readme.path,
    featureSlug: state.feature.slug,
    featureName: state.feature.name,
    strategy: state.subtasks.strategy,
    subtasks: planned(state).tasks,
    emissionOrder: state.waves.emissionOrder,
    waves: state.waves.waves.map((tasks, index) => ({ wave: index + 1, tasks })),
    modeSummary: planned(state).modes,
    readmeSections: readmeSections(state.source.report, "brief"),
    warnings: [
      ...state.subtasks.warnings,
      ...kept(state.tree.files).map(({ path }) => ({
        code: "file-kept",
        message: "This file was made or changed by you and was not touched",
        where: path
      }))
    ],
    files: state.tree.files
  }))
)

/** What stands on stdout: the path of the README, unless it was only to be shown. */
export const print = ({ files, readme, root }: Output): string =>
  files.some(({ diff }) => diff !== undefined) ? "" : `${root}/${readme}`
