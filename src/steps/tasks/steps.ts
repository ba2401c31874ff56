/**
 * Steps that plan tasks and render their documents.
 *
 * @since 0.1.0
 */
import { Effect, Either, Schema } from "effect"
import * as Step from "../../pipeline/Step.ts"
import { Draft } from "../review/Draft.ts"
import { DependencyCycle, DependencyUnknown, ReportTooLarge } from "../review/errors.ts"
import { Feature } from "../review/Feature.ts"
import { keepable } from "../review/keepable.ts"
import { readmeSections } from "../review/readmeSections.ts"
import { assess, Assessment } from "./assessment.ts"
import * as documents from "./documents.ts"
import { guide } from "./guide.ts"
import { readme } from "./readme.ts"
import { plural, Subtask } from "./Subtask.ts"
import { emissionOrder, waves, workspaces } from "./waves.ts"

/**
 * Decides how each recommendation is to be done, how hard it is, and of what kind.
 *
 * @category steps
 * @since 0.1.0
 */
export const assignModes = Step.make("assign-modes", {
  title: "Assigning implementation modes",
  input: Schema.Array(Draft),
  success: Schema.Array(Assessment),
  run: (drafts) => Effect.succeed(drafts.map(assess)),
  summary: (assessments) =>
    (["task-work", "direct", "manual"] as const)
      .map((mode) =>
        [mode, assessments.filter(({ implementationMode }) => implementationMode === mode).length] as const
      )
      .filter(([mode, count]) => count > 0 || mode !== "manual")
      .map(([mode, count]) => `${mode === "task-work" ? "/task-work" : mode}: ${count}`)
      .join(", ")
})

/** @category models */
const Schedule = Schema.Struct({
  emissionOrder: Schema.Array(Schema.String),
  waves: Schema.Array(Schema.Array(Schema.String))
})

/**
 * Puts tasks in order, and into waves of those that can be done side by side.
 *
 * @category steps
 * @since 0.1.0
 */
export const planWaves = Step.make("plan-waves", {
  title: "Planning waves of parallel work",
  input: Schema.Struct({
    tasks: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        files: Schema.Array(Schema.String),
        dependencies: Schema.Array(Schema.String)
      })
    ),
    sequential: Schema.Boolean,
    /** Where the tasks come from, for messages. */
    report: Schema.String
  }),
  success: Schedule,
  failure: Schema.Union(DependencyUnknown, DependencyCycle),
  run: ({ report, sequential, tasks }) => {
    const order = emissionOrder(tasks)
    return Either.match(waves(order, { sequential, report }), {
      onLeft: Effect.fail,
      onRight: (waves) =>
        Effect.succeed({
          emissionOrder: order.map(({ id }) => id),
          waves: waves.map((wave) => wave.map(({ id }) => id))
        })
    })
  },
  summary: ({ waves }) => plural(waves.length, "wave")
})

/**
 * Names a workspace for each task that others are done beside.
 *
 * @category steps
 * @since 0.1.0
 */
export const nameWorkspaces = Step.make("name-workspaces", {
  title: "Naming workspaces",
  input: Schema.Struct({ waves: Schema.Array(Schema.Array(Schema.String)), slug: Schema.String }),
  success: Schema.Record({ key: Schema.String, value: Schema.String }),
  run: ({ slug, waves }) => Effect.succeed(workspaces(waves, slug)),
  summary: (names) => plural(Object.keys(names).length, "workspace")
})

/** @category models */
const Target = Schema.Struct({ folder: Schema.String, plans: Schema.String })

/**
 * Chooses the folders that everything is written into.
 *
 * @category steps
 * @since 0.1.0
 */
export const chooseTarget = Step.make("choose-target", {
  title: "Choosing the folder",
  input: Schema.String,
  success: Target,
  run: (slug) => Effect.succeed({ folder: `tasks/backlog/${slug}`, plans: ".claude/task-plans" }),
  summary: ({ folder }) => `${folder}/`
})

/** @category models */
const Document = Schema.Struct({ path: Schema.String, content: Schema.String })

const About = Schema.Struct({ review: Schema.String, slug: Schema.String, created: Schema.String })

/**
 * The file of one task, and its plan.
 *
 * @category steps
 * @since 0.1.0
 */
export const renderTask = Step.make("render-task", {
  title: "Writing task files and plans",
  input: Schema.Struct({ task: Subtask, about: About, target: Target, report: Schema.String }),
  success: Schema.Array(Document),
  failure: ReportTooLarge,
  run: ({ about, report, target, task }) =>
    keepable([
      { path: `${target.folder}/${task.fileName}`, content: documents.taskFile(task, about) },
      { path: `${target.plans}/${task.id}-implementation-plan.md`, content: documents.plan(task) }
    ], { report, what: `the documents of ${task.id}` })
})

/**
 * The guide to all tasks.
 *
 * @category steps
 * @since 0.1.0
 */
export const renderGuide = Step.make("render-guide", {
  title: "Writing the guide",
  input: Schema.Struct({
    feature: Feature,
    waves: Schema.Array(Schema.Array(Subtask)),
    target: Target,
    report: Schema.String
  }),
  success: Document,
  failure: ReportTooLarge,
  run: ({ feature, report, target, waves }) =>
    keepable(
      { path: `${target.folder}/IMPLEMENTATION-GUIDE.md`, content: guide(feature, waves, target.folder) },
      { report, what: "the guide" }
    ),
  summary: () => "IMPLEMENTATION-GUIDE.md"
})

/**
 * The README of the feature.
 *
 * @category steps
 * @since 0.1.0
 */
export const renderReadme = Step.make("render-readme", {
  title: "Writing the README",
  input: Schema.Struct({
    feature: Feature,
    tasks: Schema.Array(Subtask),
    target: Target,
    root: Schema.String,
    review: Schema.Struct({
      id: Schema.String,
      text: Schema.String,
      task: Schema.NullOr(Schema.String),
      report: Schema.String,
      reportName: Schema.String
    })
  }),
  success: Document,
  failure: ReportTooLarge,
  run: ({ feature, review, root, target, tasks }) =>
    keepable({
      path: `${target.folder}/README.md`,
      content: readme(feature, readmeSections(review.text, "whole"), tasks, {
        id: review.id,
        folder: `${root}/${target.folder}`,
        task: review.task,
        report: review.report,
        reportName: review.reportName
      })
    }, { report: review.reportName, what: "the README" }),
  summary: () => "README.md"
})
