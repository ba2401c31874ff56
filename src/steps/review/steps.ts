/**
 * Steps that read a review.
 *
 * @since 0.1.0
 */
import { DateTime, Effect, Schema } from "effect"
import { Workspace } from "../../layers/Workspace.ts"
import * as Step from "../../pipeline/Step.ts"
import { relative } from "../tasks/relative.ts"
import * as Draft from "./Draft.ts"
import * as errors from "./errors.ts"
import * as Feature from "./Feature.ts"
import { keepable } from "./keepable.ts"
import * as source from "./source.ts"
import * as subtasks from "./subtasks.ts"

const SourceInput = Schema.Struct({
  report: Schema.String,
  /** The file of the task; where there is none, its id and title are given. */
  task: Schema.NullOr(Schema.String),
  id: Schema.NullOr(Schema.String),
  title: Schema.NullOr(Schema.String),
  root: Schema.String,
  /** In bytes. */
  limit: Schema.Number
})

/** @category models */
const Source = Schema.Struct({
  task: Schema.Struct({ id: Schema.String, title: Schema.String }),
  /** The time that stands in every document. */
  created: Schema.String,
  /** The report as people call it. */
  reportName: Schema.String,
  report: Schema.String
})

const SourceFailure = Schema.Union(
  errors.InvalidTask,
  errors.ReportNotFound,
  errors.ReportNotText,
  errors.ReportEmpty,
  errors.ReportTooLarge
)

/** No task file that says what it should is larger. */
const taskLimit = 1024 * 1024

/**
 * Reads the review's task and its report, and fixes the time: everything after it is a function of what it gives.
 *
 * @category steps
 * @since 0.1.0
 */
export const readSource = Step.make("read-review", {
  title: "Reading the review",
  hidden: true,
  input: SourceInput,
  success: Source,
  failure: SourceFailure,
  fingerprint: ({ report, task }) =>
    Effect.gen(function*() {
      const workspace = yield* Workspace
      return `${yield* workspace.fingerprint(report)} ${task === null ? "" : yield* workspace.fingerprint(task)}`
    }),
  run: (input) =>
    Effect.gen(function*() {
      const name = called(input.root, input.report)
      const task = yield* readTask(input)
      const report = yield* readReport(input, name)
      const now = yield* DateTime.now
      return yield* keepable({
        task: { id: task.id, title: task.title },
        created: task.created ?? DateTime.formatIso(now),
        reportName: name,
        report
      }, { report: name, what: "its text" })
    })
})

/** What people call a file: its path from the root, or the whole of it where it lies elsewhere. */
const called = (root: string, path: string): string => {
  const way = relative(root, path)
  return way.startsWith("../") ? path : way
}

const readTask = ({ id, root, task, title }: typeof SourceInput.Type) =>
  Effect.gen(function*() {
    if (task === null) {
      return yield* source.checked(
        { id: id ?? undefined, title: title ?? undefined, created: undefined },
        "--id, --title"
      )
    }
    const where = called(root, task)
    const refused = (reason: string) => new errors.InvalidTask({ where, reason })
    const { bytes } = yield* Effect.flatMap(Workspace, (workspace) => workspace.read(task, { limit: taskLimit })).pipe(
      Effect.catchTags({
        FileNotFound: () => refused("there is no such file"),
        FileNotRegular: ({ kind }) => refused(`it is ${kind}, not a file`),
        FileTooLarge: ({ limit }) => refused(`it is larger than ${limit} bytes`),
        FileUnreadable: ({ reason }) => refused(`it cannot be read: ${reason}`)
      })
    )
    return yield* source.task(bytes, where)
  })

const readReport = ({ limit, report }: typeof SourceInput.Type, name: string) =>
  Effect.gen(function*() {
    const refused = (reason: string) => new errors.ReportNotFound({ report: name, reason })
    const { bytes } = yield* Effect.flatMap(Workspace, (workspace) => workspace.read(report, { limit })).pipe(
      Effect.catchTags({
        FileNotFound: () => refused("there is no such file"),
        FileNotRegular: ({ kind }) => refused(`it is ${kind}, not a file`),
        FileTooLarge: () => new errors.ReportTooLarge({ report: name, what: "the file", limit }),
        FileUnreadable: ({ reason }) => refused(`it cannot be read: ${reason}`)
      })
    )
    return yield* source.report(bytes, name, limit)
  })

/**
 * Finds out what a review is about.
 *
 * @category steps
 * @since 0.1.0
 */
export const extractFeature = Step.make("extract-feature", {
  title: "Naming the feature",
  input: Schema.Struct({ id: Schema.String, title: Schema.String }),
  success: Feature.Feature,
  run: (task) => Effect.succeed(Feature.fromTask(task)),
  summary: ({ slug }) => slug
})

/**
 * Finds what a report recommends.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ReviewSteps } from "effect-cairn/steps"
 *
 * const found = ReviewSteps.parseSubtasks({
 *   report: "review.md",
 *   text: "## Recommendations\n\n1. Fix src/login.ts\n",
 *   words: "login",
 *   components: "",
 *   commands: ""
 * })
 *
 * const titles = Effect.map(found, ({ subtasks }) => subtasks.map(({ title }) => title))
 * ```
 *
 * @category steps
 * @since 0.1.0
 */
export const parseSubtasks = Step.make("parse-subtasks", {
  title: "Reading the recommendations",
  input: Schema.Struct({
    report: Schema.String,
    text: Schema.String,
    words: Schema.String,
    components: Schema.String,
    commands: Schema.String
  }),
  success: Draft.Found,
  failure: Schema.Union(
    errors.NoRecommendations,
    errors.NoSubtasks,
    errors.UnsafeIdentifier,
    errors.ReportTooLarge
  ),
  run: ({ commands, components, report, text, words }) =>
    Effect.flatMap(
      subtasks.fromReport({ report, text, slug: words, layout: { commands, components } }),
      (found) =>
        keepable(found, {
          report,
          what: `what it recommends (${found.subtasks.length} tasks)`,
          // What is decided about a task later, and the names of its files.
          later: found.subtasks.length * (600 + 3 * words.length)
        })
    ),
  summary: ({ strategy, subtasks }) => `${subtasks.length} task${subtasks.length === 1 ? "" : "s"} (${strategy})`
})
