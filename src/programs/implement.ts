/**
 * From the report of a review to a folder of tasks, plans, a guide and a README.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { isUnchanged, PlacedFile } from "../layers/Workspace.ts"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import type { Announcement } from "../pipeline/RunEvent.ts"
import { placeTree } from "../steps/files/placeTree.ts"
import { Strategy, Warning } from "../steps/review/Draft.ts"
import { defaultLayout } from "../steps/review/mentionedFiles.ts"
import { ReadmeSections, readmeSections } from "../steps/review/readmeSections.ts"
import { defaultLimit } from "../steps/review/source.ts"
import { extractFeature, parseSubtasks, readSource } from "../steps/review/steps.ts"
import { decided } from "../steps/tasks/decided.ts"
import {
  assignModes,
  chooseTarget,
  nameWorkspaces,
  planWaves,
  renderGuide,
  renderReadme,
  renderTasks,
  waveLines
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
  Pipeline.step("waves", planWaves, ({ input, subtasks }) => ({
    tasks: subtasks.subtasks.map(({ dependencies, files, id }) => ({ id, files, dependencies })),
    sequential: input.sequential
  })),
  Pipeline.step("workspaces", nameWorkspaces, ({ feature, waves }) => ({ waves: waves.waves, slug: feature.slug })),
  Pipeline.announce((state) => found(state)),
  Pipeline.step("target", chooseTarget, ({ feature }) => feature.slug),
  Pipeline.all((bind) => ({
    tasks: bind(renderTasks, (state) => ({
      tasks: inOrder(state),
      about: { review: state.source.task.id, slug: state.feature.slug, created: state.source.created },
      target: state.target
    })),
    guide: bind(renderGuide, (state) => ({
      feature: state.feature,
      waves: inWaves(state),
      target: state.target
    })),
    readme: bind(renderReadme, (state) => ({
      feature: state.feature,
      tasks: inOrder(state),
      target: state.target,
      root: state.input.root,
      review: {
        id: state.source.task.id,
        text: state.source.report,
        report: state.input.report,
        reportName: state.source.reportName
      }
    }))
  })),
  Pipeline.step("tree", placeTree, ({ guide, readme, target, tasks }) => ({
    owner: target.folder,
    files: [readme, guide, ...tasks]
  })),
  Pipeline.announce((state) => placed(state)),
  Pipeline.output(Output, (state) => ({
    root: state.input.root,
    readme: state.readme.path,
    featureSlug: state.feature.slug,
    featureName: state.feature.name,
    strategy: state.subtasks.strategy,
    subtasks: all(state),
    emissionOrder: state.waves.emissionOrder,
    waves: state.waves.waves.map((tasks, index) => ({ wave: index + 1, tasks })),
    modeSummary: modeSummary(all(state)),
    readmeSections: readmeSections(state.source.report, "brief"),
    warnings: [...state.subtasks.warnings, ...kept(state.tree.files)],
    files: state.tree.files
  }))
)

/** The path that stands on stdout. */
export const print = ({ readme, root }: Output): string => `${root}/${readme}`

// --- the tasks, as the stages together decided them

interface Decided {
  readonly feature: { readonly slug: string }
  readonly subtasks: { readonly subtasks: Parameters<typeof decided>[0] }
  readonly modes: NonNullable<NonNullable<Parameters<typeof decided>[3]>["assessments"]>
  readonly waves: {
    readonly emissionOrder: ReadonlyArray<string>
    readonly waves: ReadonlyArray<ReadonlyArray<string>>
  }
  readonly workspaces: Readonly<Record<string, string>>
}

const all = ({ feature, modes, subtasks, waves, workspaces }: Decided): ReadonlyArray<Subtask> =>
  decided(subtasks.subtasks, waves.waves, feature.slug, { assessments: modes, workspaces })

const pick = (state: Decided): (id: string) => ReadonlyArray<Subtask> => {
  const byId = new Map(all(state).map((task) => [task.id, task]))
  return (id) => {
    const task = byId.get(id)
    return task === undefined ? [] : [task]
  }
}

const inOrder = (state: Decided): ReadonlyArray<Subtask> => state.waves.emissionOrder.flatMap(pick(state))

const inWaves = (state: Decided): ReadonlyArray<ReadonlyArray<Subtask>> => {
  const task = pick(state)
  return state.waves.waves.map((wave) => wave.flatMap(task))
}

const modeSummary = (tasks: ReadonlyArray<Subtask>) => {
  const count = (mode: Subtask["implementationMode"]) =>
    tasks.filter(({ implementationMode }) => implementationMode === mode).length
  return { "task-work": count("task-work"), direct: count("direct"), manual: count("manual") }
}

const kept = (files: ReadonlyArray<PlacedFile>): ReadonlyArray<Warning> =>
  files.filter(({ change }) => change === "kept").map(({ path }) => ({
    code: "file-kept",
    message: "This file was made or changed by you and was not touched",
    where: path
  }))

// --- what people are told

const found = (
  state: Decided & {
    readonly feature: { readonly name: string }
    readonly subtasks: { readonly strategy: string; readonly warnings: ReadonlyArray<Warning> }
  }
): Announcement => {
  const modes = modeSummary(all(state))
  const { strategy, warnings } = state.subtasks
  return {
    title: "Found",
    rows: [
      ["Feature", state.feature.name],
      ["Folder", state.feature.slug],
      ["Tasks", `${state.subtasks.subtasks.length}, from ${forms[strategy] ?? strategy}`],
      ["Waves", String(state.waves.waves.length)],
      ["Modes", `/task-work: ${modes["task-work"]}, direct: ${modes.direct}, manual: ${modes.manual}`],
      ...warnings.map(({ message, where }) => ["Note", where === undefined ? message : `${where}: ${message}`] as const)
    ]
  }
}

const forms: Readonly<Record<string, string>> = {
  "phase-table": "the tables of its phases",
  numbered: "a numbered list",
  bulleted: "a bulleted list",
  table: "a table (recognised by its columns)",
  headings: "headings (recognised by their numbers)"
}

const placed = (
  state: Decided & {
    readonly target: { readonly folder: string }
    readonly tree: { readonly files: ReadonlyArray<PlacedFile> }
  }
): Announcement => {
  const tasks = inOrder(state)
  const waves = inWaves(state)
  const { folder } = state.target
  const { files } = state.tree
  const diffs = files.flatMap(({ diff }) => diff === undefined ? [] : [...diff.trimEnd().split("\n"), ""])
  if (files.some(({ diff }) => diff !== undefined)) {
    return { title: "A dry run: nothing was written. It would change this:", lines: diffs }
  }
  return {
    title: isUnchanged(state.tree) ? `Nothing to do: ${folder}/ is as it should be` : `${folder}/`,
    lines: [
      "├── README.md",
      "├── IMPLEMENTATION-GUIDE.md",
      ...tasks.map(({ fileName }, index) => `${index === tasks.length - 1 ? "└──" : "├──"} ${fileName}`),
      ...kept(files).map(({ where }) => `kept: ${where ?? ""}, which you made or changed`),
      "",
      ...waves.flatMap((wave, index) => waveLines(wave, index + 1))
    ],
    next: [
      `Read the guide: ${folder}/IMPLEMENTATION-GUIDE.md`,
      `Read the README: ${folder}/README.md`,
      "Begin with wave 1",
      ...(waves.length > 1 && (waves[0]?.length ?? 0) > 1 ? ["Use a workspace for each of its tasks, in parallel"] : [])
    ]
  }
}
