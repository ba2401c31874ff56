/**
 * The guide: in which order, and how, the tasks of a feature are done.
 *
 * @since 0.1.0
 */
import type { Mode } from "../review/Draft.ts"
import type { Feature } from "../review/Feature.ts"
import { oneLine } from "./documents.ts"
import * as markdown from "./markdown.ts"
import { methodName, type Subtask } from "./Subtask.ts"

/** The waves in order, each with its tasks. */
export const guide = (feature: Feature, waves: ReadonlyArray<ReadonlyArray<Subtask>>): string => {
  const tasks = waves.flat()
  const count = tasks.length
  return markdown.document(
    `# ${oneLine(feature.name)} Implementation Guide`,
    "## Overview",
    `This feature has ${count} task${count === 1 ? "" : "s"} in ${waves.length} wave${waves.length === 1 ? "" : "s"}.`,
    "## Methods",
    markdown.table(["Method", "What", "When"], [
      [methodName("task-work"), "The full workflow: plan, implement, test, review", "Complex or risky changes"],
      [methodName("direct"), "A change made at once", "Small changes that are plain"],
      [methodName("manual"), "Work by hand", "What no tool can do, such as a decision or an access"]
    ]),
    "## Parallel Execution",
    "Tasks of one wave share no file and can be done side by side; a wave begins when the one before is done.",
    `\`\`\`\n${tree(waves)}\n\`\`\``,
    ...waves.flatMap((wave, index) => section(wave, index + 1)),
    "## Summary",
    "### Task Matrix",
    markdown.table(
      ["ID", "Title", "Method", "Complexity", "Effort", "Wave"],
      tasks.map((task) => [
        task.id,
        task.title,
        methodName(task.implementationMode),
        `${task.complexity}/10`,
        effort(task.effortDays),
        String(task.parallelGroup ?? "-")
      ])
    ),
    "### Method Breakdown",
    markdown.table(
      ["Method", "Tasks", "Effort"],
      modes(tasks).map(([mode, of]) => [methodName(mode), String(of.length), effort(sum(of))])
    ),
    "### Recommended Execution Order",
    waves.map((wave, index) =>
      `${index + 1}. Wave ${index + 1}${wave.length > 1 ? " (PARALLEL)" : ""}: ${wave.map(({ id }) => id).join(", ")}`
    ).join("\n")
  )
}

const section = (wave: ReadonlyArray<Subtask>, number: number): ReadonlyArray<string> => {
  const longest = wave.reduce((days, task) => Math.max(days, task.effortDays), 0)
  return [
    `## Wave ${number}`,
    [
      `- Duration: ${duration(longest)}${
        wave.length > 1 ? ` side by side, ${duration(sum(wave))} one after the other` : ""
      }`,
      `- Workspaces: ${wave.length}`
    ].join("\n"),
    ...wave.flatMap((task) => [
      `### ${task.id}: ${oneLine(task.title)}`,
      markdown.table(["Method", "Complexity", "Effort", "Parallel"], [[
        methodName(task.implementationMode),
        `${task.complexity}/10`,
        `${task.effortDays.toFixed(1)} days`,
        task.conductorWorkspace === null ? "no" : `yes (${task.conductorWorkspace})`
      ]]),
      `Why ${methodName(task.implementationMode)}: ${reason(task)}`,
      ...command(task)
    ])
  ]
}

const reason = (task: Subtask): string =>
  task.complexityAnalyzed === null
    ? "the review asks for it."
    : task.implementationMode === "task-work"
    ? task.riskLevel === "high"
      ? `the risk is high (complexity ${task.complexityAnalyzed}/10).`
      : `the complexity is ${task.complexityAnalyzed}/10, or many files change.`
    : `the complexity is ${task.complexityAnalyzed}/10 and the risk ${task.riskLevel ?? "low"}.`

const command = ({ conductorWorkspace, fileName, id, implementationMode }: Subtask): ReadonlyArray<string> => {
  if (implementationMode === "manual") return [`By hand; what to do stands in ${markdown.code(fileName)}.`]
  const workspace = conductorWorkspace === null ? [] : [`git worktree add ../${conductorWorkspace}`]
  const run = implementationMode === "task-work" ? `/task-work ${id}` : `claude "Implement ${fileName}"`
  return [markdown.block([...workspace, run].join("\n"))]
}

const tree = (waves: ReadonlyArray<ReadonlyArray<Subtask>>): string =>
  waves.flatMap((wave, index) => [
    `Wave ${index + 1}${wave.length > 1 ? ` (${wave.length} in parallel)` : ""}`,
    ...wave.map(({ id }, at) => `${at === wave.length - 1 ? "└──" : "├──"} ${id}`)
  ]).join("\n")

const modes = (tasks: ReadonlyArray<Subtask>): ReadonlyArray<readonly [Mode, ReadonlyArray<Subtask>]> =>
  (["direct", "manual", "task-work"] as const)
    .map((mode) => [mode, tasks.filter((task) => task.implementationMode === mode)] as const)
    .filter(([, of]) => of.length > 0)

const sum = (tasks: ReadonlyArray<Subtask>): number => tasks.reduce((days, task) => days + task.effortDays, 0)

const effort = (days: number): string => `${days.toFixed(1)} days`

const duration = (days: number): string => days < 1 ? `${(days * 8).toFixed(1)} hours` : `${days.toFixed(1)} days`
