/** Runs cases of the corpus through the rules of `implement` and says what differs. */
import { Either } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Feature from "../../src/steps/review/Feature.ts"
import { defaultLayout } from "../../src/steps/review/mentionedFiles.ts"
import { readmeSections } from "../../src/steps/review/readmeSections.ts"
import * as source from "../../src/steps/review/source.ts"
import { fromReport } from "../../src/steps/review/subtasks.ts"
import { decided } from "../../src/steps/tasks/decided.ts"
import type { Subtask } from "../../src/steps/tasks/Subtask.ts"
import { emissionOrder, waves } from "../../src/steps/tasks/waves.ts"

export interface Result {
  readonly name: string
  readonly differences: ReadonlyArray<string>
}

type Json = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- the corpus is JSON of many shapes

const readJson = (path: string): Json => JSON.parse(fs.readFileSync(path, "utf8"))

export const names = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder).filter((name) => fs.existsSync(join(folder, name, "expected.json"))).sort()

/** What the pure core makes of a case, without any file being written. */
export const outcome = (folder: string, name: string) => {
  const report = join(folder, name, "report.md")
  const task = source.task(fs.readFileSync(join(folder, name, "task.json"), "utf8"), "task.json")
  if (Either.isLeft(task)) return { error: task.left._tag }
  if (!fs.existsSync(report)) return { error: "ReportNotFound" }
  const text = source.report(fs.readFileSync(report), "report.md", source.defaultLimit)
  if (Either.isLeft(text)) return { error: text.left._tag }
  const feature = Feature.fromTask(task.right)
  const found = fromReport({ report: "report.md", text: text.right, slug: feature.words, layout: defaultLayout })
  if (Either.isLeft(found)) return { error: found.left._tag }
  const order = emissionOrder(found.right.subtasks)
  const grouped = waves(order, { sequential: false })
  if (Either.isLeft(grouped)) return { error: grouped.left._tag }
  const subtasks = decided(found.right.subtasks, grouped.right.map((wave) => wave.map(({ id }) => id)), feature.slug)
  return {
    feature,
    found: found.right,
    subtasks,
    order,
    waves: grouped.right,
    readme: readmeSections(text.right, "brief")
  }
}

const snake: Readonly<Record<keyof Subtask, string>> = {
  id: "id",
  title: "title",
  description: "description",
  files: "files",
  complexity: "complexity",
  effortEstimate: "effort_estimate",
  effortDays: "effort_days",
  explicitMode: "explicit_mode",
  dependencies: "dependencies",
  implementationMode: "implementation_mode",
  complexityAnalyzed: "complexity_analyzed",
  riskLevel: "risk_level",
  parallelGroup: "parallel_group",
  conductorWorkspace: "conductor_workspace",
  taskType: "task_type",
  fileName: "file_name",
  estimatedLoc: "estimated_loc",
  estimatedDuration: "estimated_duration"
}

const readmeNames = {
  overview: "overview",
  problem: "problem",
  solution: "solution",
  inScope: "in_scope",
  outOfScope: "out_of_scope",
  successCriteria: "success_criteria"
} as const

/** Compares a case with what is expected of it, the recommended values first. */
export const check = (folder: string, name: string): Result => {
  const expected = readJson(join(folder, name, "expected.json"))
  const recommended: Json = Object.assign({}, ...(expected.known_differences ?? []))
  const differences: Array<string> = []
  const differ = (what: string, got: unknown, want: unknown) => {
    if (JSON.stringify(got) === JSON.stringify(want)) return
    differences.push(`${what}: ${JSON.stringify(got)?.slice(0, 300)} instead of ${JSON.stringify(want)?.slice(0, 300)}`)
  }
  const started = performance.now()
  const actual = outcome(folder, name)
  const seconds = (performance.now() - started) / 1000
  if (expected.seconds_at_most !== undefined && seconds > expected.seconds_at_most) {
    differences.push(`took ${seconds} s`)
  }
  const kind = recommended.recommended_error_kind ?? (expected.outcome === "error" ? expected.error_kind : undefined)
  if (kind !== undefined || actual.error !== undefined) {
    differ("error", actual.error, kind)
    return { name, differences }
  }
  if (expected.subtask_count !== undefined) {
    differ("count", actual.subtasks.length, expected.subtask_count)
    if (expected.files_by_subtask) differ("files", actual.subtasks.map(({ files }) => files), expected.files_by_subtask)
    return { name, differences }
  }
  const titles = recommended.recommended_titles
  if (titles !== undefined) {
    differ("titles", actual.subtasks.map(({ title }) => title), titles)
    return { name, differences }
  }
  const slug = recommended.recommended_slug_from === "task.id"
    ? readJson(join(folder, name, "task.json")).id.toLowerCase()
    : expected.feature_slug
  differ("slug", actual.feature.slug, slug)
  differ("name", actual.feature.name, expected.feature_name)
  differ("strategy", actual.found.strategy, expected.strategy)
  differ("count", actual.subtasks.length, expected.subtasks.length)
  actual.subtasks.forEach((subtask, index) => {
    const want = expected.subtasks[index] ?? {}
    for (const [key, other] of Object.entries(snake)) {
      const got = subtask[key as keyof Subtask]
      if (key === "fileName" && want[other] === `${subtask.id}-.md`) {
        differ(`${subtask.id} fileName`, got, `${subtask.id}.md`)
      } else if (key === "conductorWorkspace" && want[other] !== null) {
        differ(`${subtask.id} ${key}`, got, `${slug}${want[other].slice(expected.feature_slug.length)}`)
      } else differ(`${subtask.id} ${key}`, got, want[other])
    }
  })
  differ("order", actual.order.map(({ id }) => id), expected.emission_order)
  differ(
    "waves",
    actual.waves.map((wave, index) => ({ wave: index + 1, tasks: wave.map(({ id }) => id) })),
    expected.waves
  )
  for (const [key, other] of Object.entries(readmeNames)) {
    differ(`readme ${key}`, actual.readme[key as keyof typeof readmeNames], expected.readme_sections?.[other] ?? "")
  }
  return { name, differences }
}

const folded = (title: string) => title.replace(/\*\*|__/g, "").replace(/\s+/g, " ").trim()

/** Compares the titles of a report that the original cannot read. */
export const checkExtended = (folder: string, name: string): Result => {
  const { titles } = readJson(join(folder, name, "expected.json"))
  const actual = outcome(folder, name)
  const got = actual.error === undefined ? actual.subtasks.map(({ title }) => folded(title)) : [actual.error]
  const want: ReadonlyArray<string> = titles.map(folded)
  return {
    name,
    differences: JSON.stringify(got) === JSON.stringify(want)
      ? []
      : [`titles: ${JSON.stringify(got, null, 1)} instead of ${JSON.stringify(want, null, 1)}`]
  }
}
