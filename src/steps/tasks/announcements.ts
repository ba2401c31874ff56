/**
 * What people are told about the tasks: before anything is written, and afterwards.
 *
 * @since 0.1.0
 */
import { isUnchanged, type PlacedFile } from "../../layers/Workspace.ts"
import type { Announcement } from "../../pipeline/RunEvent.ts"
import { within } from "../../pipeline/within.ts"
import type { Strategy, Warning } from "../review/Draft.ts"
import type { Feature } from "../review/Feature.ts"
import type { Planned } from "./planned.ts"
import { methodName, plural, type Subtask } from "./Subtask.ts"

const forms: Readonly<Record<Strategy, string>> = {
  "phase-table": "the tables of its phases",
  numbered: "a numbered list",
  bulleted: "a bulleted list",
  table: "a table (recognised by its columns)",
  headings: "headings (recognised by their numbers)"
}

/**
 * What was found in a report.
 *
 * @category rendering
 * @since 0.1.0
 */
export const found = (
  feature: Feature,
  { strategy, warnings }: { readonly strategy: Strategy; readonly warnings: ReadonlyArray<Warning> },
  { modes, tasks, waves }: Planned
): Announcement => ({
  title: "Found",
  rows: [
    ["Feature", feature.name],
    ["Folder", feature.slug],
    ["Tasks", `${tasks.length}, from ${forms[strategy]}`],
    ["Waves", String(waves.length)],
    ["Modes", `/task-work: ${modes["task-work"]}, direct: ${modes.direct}, manual: ${modes.manual}`],
    ...warnings.map(({ message, where }) => ["Note", where === undefined ? message : `${where}: ${message}`] as const)
  ]
})

/**
 * The folder that was written, or would be, and what to do with it.
 *
 * @category rendering
 * @since 0.1.0
 */
export const placed = (
  folder: string,
  files: ReadonlyArray<PlacedFile>,
  { inOrder, waves }: Planned
): Announcement => {
  const diffs = files.flatMap(({ diff }) => diff === undefined ? [] : [...diff.trimEnd().split("\n"), ""])
  if (diffs.length > 0) return { title: "A dry run: nothing was written. It would change this:", lines: diffs }
  return {
    title: isUnchanged({ files }) ? `Nothing to do: ${folder}/ is as it should be` : `${folder}/`,
    lines: [
      "├── README.md",
      "├── IMPLEMENTATION-GUIDE.md",
      ...folded(inOrder.map(({ fileName }) => fileName), "files").map((file, index, { length }) =>
        `${index === length - 1 ? "└──" : "├──"} ${file}`
      ),
      ...files.filter(({ change }) => change === "removed").map(({ path }) =>
        `removed: ${within(folder, path)}, of an earlier run`
      ),
      ...kept(files).map(({ path }) => `kept: ${within(folder, path)}, which you made or changed`),
      "",
      ...folded(waves.map((wave, index) => waveLines(wave, index + 1)), "waves").flat()
    ],
    next: [
      `Read the guide: ${folder}/IMPLEMENTATION-GUIDE.md`,
      `Read the README: ${folder}/README.md`,
      "Begin with wave 1",
      ...(waves.length > 1 && (waves[0]?.length ?? 0) > 1 ? ["Use a workspace for each of its tasks, in parallel"] : [])
    ]
  }
}

/**
 * The files that belong to the user and were not touched.
 *
 * @category accessors
 * @since 0.1.0
 */
export const kept = (files: ReadonlyArray<PlacedFile>): ReadonlyArray<PlacedFile> =>
  files.filter(({ change }) => change === "kept")

const waveLines = (wave: ReadonlyArray<Subtask>, number: number): ReadonlyArray<string> => [
  `Wave ${number}: ${plural(wave.length, "task")}, ${wave.length > 1 ? "in parallel" : "sequential"}`,
  ...folded(
    wave.map(({ conductorWorkspace, id, implementationMode, title }) => [
      `${id}: ${title} (${methodName(implementationMode)})`,
      ...(conductorWorkspace === null ? [] : [`  in workspace ${conductorWorkspace}`])
    ]),
    "tasks"
  ).flat().map((line) => `  ${line}`)
]

/** As much of a long list as a person reads; what it was all made of is in the documents and in the result. */
const folded = <A>(all: ReadonlyArray<A>, what: string): ReadonlyArray<A | string> =>
  all.length <= most + few
    ? all
    : [...all.slice(0, most), `… and ${(all.length - most).toLocaleString("en-US")} more ${what}`]

const most = 30
/** So few that it takes no less to show them. */
const few = 10
