/** Runs `implement` on cases of the corpus, with nothing written, and says in which of all its facts it differs. */
import { Effect, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as WorkspaceDryRun from "../../src/layers/Workspace/DryRun.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { implement, Input, type Output } from "../../src/programs/implement.ts"
import type { Subtask } from "../../src/steps/tasks/Subtask.ts"
import { fastFolder } from "../fastFolder.ts"

export interface Result {
  readonly name: string
  readonly differences: ReadonlyArray<string>
}

type Json = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- the corpus is JSON of many shapes

const readJson = (path: string): Json => JSON.parse(fs.readFileSync(path, "utf8"))

export const names = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder).filter((name) => fs.existsSync(join(folder, name, "expected.json"))).sort()

/** An empty folder to run in, for one test. */
export const emptyFolder = (): string => {
  const folder = fs.realpathSync(fs.mkdtempSync(join(fastFolder, "implement-")))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What `implement` makes of its input: its output, or the tag of its failure. */
export const outcome = (input: typeof Input.Encoded & { readonly root: string }) =>
  Run.start(implement, Schema.decodeSync(Input)(input)).pipe(
    Effect.catchAll((error) => Effect.succeed(error._tag)),
    Effect.provide([WorkspaceDryRun.layer({ root: input.root }), JournalMemory.layer])
  )

const ofCase = (folder: string, name: string, root: string) =>
  outcome({ report: join(folder, name, "report.md"), task: join(folder, name, "task.json"), root })

/** The fields of a task that do not hang on its place among the others, as the corpus calls them. */
const ownFields: Partial<Record<keyof Subtask, string>> = {
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
  taskType: "task_type",
  estimatedLoc: "estimated_loc",
  estimatedDuration: "estimated_duration"
}

const allFields = {
  ...ownFields,
  id: "id",
  parallelGroup: "parallel_group",
  conductorWorkspace: "conductor_workspace",
  fileName: "file_name"
}

const readmeFields: Record<keyof Output["readmeSections"], string> = {
  overview: "overview",
  problem: "problem",
  solution: "solution",
  inScope: "in_scope",
  outOfScope: "out_of_scope",
  successCriteria: "success_criteria"
}

/** Compares a case with what is expected of it; where a value is recommended, that counts. */
export const check = (folder: string, name: string, root: string): Effect.Effect<Result, unknown> =>
  Effect.gen(function*() {
    const expected = readJson(join(folder, name, "expected.json"))
    const recommended: Json = Object.assign({}, ...(expected.known_differences ?? []))
    const differences: Array<string> = []
    const differ = (what: string, got: unknown, want: unknown) => {
      const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
      if (a !== b) differences.push(`${what}: ${a?.slice(0, 300)} instead of ${b?.slice(0, 300)}`)
    }
    const started = performance.now()
    const actual = yield* ofCase(folder, name, root)
    const seconds = (performance.now() - started) / 1000
    if (seconds > (expected.seconds_at_most ?? Infinity)) differences.push(`took ${seconds} s`)

    const kind = recommended.recommended_error_kind ?? (expected.outcome === "error" ? expected.error_kind : undefined)
    if (kind !== undefined || typeof actual === "string") {
      differ("error", typeof actual === "string" ? actual : "none", kind)
      return { name, differences }
    }
    const { subtasks } = actual
    if (expected.subtask_count !== undefined) differ("count", subtasks.length, expected.subtask_count)
    if (expected.files_by_subtask !== undefined) {
      differ("files of tasks", subtasks.map(({ files }) => files), expected.files_by_subtask)
    }
    const slug = recommended.recommended_slug_from === "task.id"
      ? readJson(join(folder, name, "task.json")).id.toLowerCase()
      : expected.feature_slug
    if (slug !== undefined) {
      differ("featureSlug", actual.featureSlug, slug)
      differ("featureName", actual.featureName, expected.feature_name)
      differ("strategy", actual.strategy, expected.strategy)
      for (const [key, other] of Object.entries(readmeFields)) {
        const got = actual.readmeSections[key as keyof typeof readmeFields]
        differ(`readmeSections.${key}`, got, expected.readme_sections[other])
      }
    }
    const titles: ReadonlyArray<string> | undefined = recommended.recommended_titles
    if (titles !== undefined) {
      differ("titles", subtasks.map(({ title }) => title), titles)
      for (const subtask of subtasks) {
        const want = expected.subtasks?.find(({ title }: Json) => title === subtask.title)
        if (want === undefined) continue
        for (const [key, other] of Object.entries(ownFields)) {
          differ(`${subtask.id}.${key}`, subtask[key as keyof Subtask], want[other])
        }
      }
      return { name, differences }
    }
    if (expected.subtasks === undefined) return { name, differences }

    differ("count", subtasks.length, expected.subtasks.length)
    const moved = (path: string) => path.replace(/^tasks\/backlog\/.*?([^/]*)$/, `tasks/backlog/${slug}/$1`)
    const named = (path: string, id: string) => path.endsWith(`${id}-.md`) ? path.replace(/-\.md$/, ".md") : path
    for (const [index, subtask] of subtasks.entries()) {
      const want = expected.subtasks[index] ?? {}
      for (const [key, other] of Object.entries(allFields)) {
        differ(
          `${subtask.id}.${key}`,
          subtask[key as keyof Subtask],
          key === "fileName"
            ? named(want[other], subtask.id)
            : key === "conductorWorkspace" && want[other] !== null
            ? `${slug}${want[other].slice(expected.feature_slug.length)}`
            : want[other]
        )
      }
    }
    differ("emissionOrder", actual.emissionOrder, expected.emission_order)
    differ("waves", actual.waves, expected.waves)
    differ("modeSummary", actual.modeSummary, { ...expected.mode_summary, manual: expected.mode_summary.manual ?? 0 })
    differ(
      "files",
      actual.files.map(({ change, path }) => `${change} ${path}`).sort(),
      expected.files.map(({ path }: Json) => `created ${named(moved(path), path.split(/\/|-\.md$/).at(-2) ?? "")}`)
        .sort()
    )
    return { name, differences }
  })

const folded = (title: string) => title.replace(/\*\*|__/g, "").replace(/\s+/g, " ").trim()

/** Compares the titles of a report that the original cannot read. */
export const checkExtended = (folder: string, name: string, root: string): Effect.Effect<Result, unknown> =>
  Effect.map(ofCase(folder, name, root), (actual) => {
    const expected: ReadonlyArray<string> = readJson(join(folder, name, "expected.json")).titles
    const got = typeof actual === "string" ? [actual] : actual.subtasks.map(({ title }) => folded(title))
    const [a, b] = [JSON.stringify(got, null, 1), JSON.stringify(expected.map(folded), null, 1)]
    return { name, differences: a === b ? [] : [`titles: ${a} instead of ${b}`] }
  })
