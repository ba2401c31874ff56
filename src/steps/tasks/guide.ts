/**
 * The guide: in which order, and how, the tasks of a feature are done.
 *
 * @since 0.1.0
 */
import type { Mode } from "../review/Draft.ts"
import type { Feature } from "../review/Feature.ts"
import * as markdown from "./markdown.ts"
import { methodName, outOfTen, plural, type Subtask } from "./Subtask.ts"

/**
 * The guide of a feature: its waves in order, each with its tasks. `folder` is where the task files lie, from the root.
 *
 * @category rendering
 * @since 0.1.0
 */
export const guide = (feature: Feature, waves: ReadonlyArray<ReadonlyArray<Subtask>>, folder: string): string => {
  const tasks = waves.flat()
  return markdown.document([
    `# ${markdown.oneLine(feature.name)} Implementation Guide`,
    "## Overview",
    `This feature has ${plural(tasks.length, "task")} in ${plural(waves.length, "wave")}.`,
    "## Methods",
    markdown.table(["Method", "What", "When"], [
      [methodName("task-work"), "The full workflow: plan, implement, test, review", "Complex or risky changes"],
      [methodName("direct"), "A change made at once", "Small changes that are plain"],
      [methodName("manual"), "Work by hand", "What no tool can do, such as a decision or an access"]
    ]),
    "## Parallel Execution",
    "Tasks of one wave share no file and can be done side by side; a wave begins when the one before is done. A task " +
    "beside others has a workspace of its own, a git worktree next to this folder: commit these files first, so that " +
    "each of them has them. The commands are for the folder that `tasks/` lies in.",
    `\`\`\`\n${tree(waves)}\n\`\`\``,
    ...waves.flatMap((wave, index) => section(wave, index + 1, folder)),
    "## Summary",
    "### Task Matrix",
    markdown.table(
      ["ID", "Title", "Method", "Complexity", "Effort", "Wave"],
      tasks.map((task) => [
        task.id,
        task.title,
        methodName(task.implementationMode),
        outOfTen(task.complexity),
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
    markdown.numbered(
      waves.map((wave, index) =>
        `Wave ${index + 1}${wave.length > 1 ? " (PARALLEL)" : ""}: ${wave.map(({ id }) => id).join(", ")}`
      )
    )
  ])
}

const section = (wave: ReadonlyArray<Subtask>, number: number, folder: string): ReadonlyArray<string> => {
  const longest = wave.reduce((days, task) => Math.max(days, task.effortDays), 0)
  return [
    `## Wave ${number}`,
    markdown.bulleted([
      `Duration: ${duration(longest)}${
        wave.length > 1 ? ` side by side, ${duration(sum(wave))} one after the other` : ""
      }`,
      `Workspaces: ${wave.length}`
    ]),
    ...wave.flatMap((task) => [
      `### ${task.id}: ${markdown.oneLine(task.title)}`,
      markdown.table(["Method", "Complexity", "Effort", "Parallel"], [[
        methodName(task.implementationMode),
        outOfTen(task.complexity),
        effort(task.effortDays),
        task.conductorWorkspace === null ? "no" : `yes (${task.conductorWorkspace})`
      ]]),
      `Why ${methodName(task.implementationMode)}: ${reason(task)}`,
      howTo(task, folder)
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

const howTo = ({ conductorWorkspace, fileName, id, implementationMode }: Subtask, folder: string): string => {
  if (implementationMode === "manual") return `By hand; what to do stands in ${markdown.code(fileName)}.`
  return markdown.commands([
    ...(conductorWorkspace === null
      ? []
      : [`git worktree add ../${conductorWorkspace}`, `cd ../${conductorWorkspace}`]),
    implementationMode === "task-work" ? `claude "/task-work ${id}"` : `claude "Implement ${folder}/${fileName}"`
  ])
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
