/**
 * The README of a feature's folder.
 *
 * @since 0.1.0
 */
import type { Feature } from "../review/Feature.ts"
import type { ReadmeSections } from "../review/readmeSections.ts"
import { closed } from "./closed.ts"
import * as markdown from "./markdown.ts"
import { methodName, type Subtask } from "./Subtask.ts"

/** @category rendering */
export const readme = (
  feature: Feature,
  sections: ReadmeSections,
  tasks: ReadonlyArray<Subtask>,
  review: {
    readonly id: string
    /** The folder of the README, the file of the review's task if there is one, and the report, all absolute. */
    readonly folder: string
    readonly task: string | null
    readonly report: string
    /** The report as people call it. */
    readonly reportName: string
  }
): string =>
  markdown.document([
    `# Feature: ${markdown.oneLine(feature.name)}`,
    "## Overview",
    closed(sections.overview) || "The review has no summary.",
    markdown.bulleted([
      `**Parent review**: ${review.task === null ? review.id : markdown.link(review.id, review.folder, review.task)}`,
      `**Report**: ${markdown.link(review.reportName, review.folder, review.report)}`
    ]),
    "## Problem Statement",
    closed(sections.problem) || "The review does not describe the problem in a section of its own.",
    "## Solution",
    closed(sections.solution) || "The tasks below are the solution.",
    "## Scope",
    "### In Scope",
    closed(sections.inScope) || "The tasks below.",
    "### Out of Scope",
    closed(sections.outOfScope) || "The review excludes nothing.",
    "## Success Criteria",
    closed(sections.successCriteria) || "All tasks are done and their acceptance criteria hold.",
    "## Subtasks",
    markdown.table(
      ["ID", "Title", "Method", "Status"],
      tasks.map((task) => [task.id, task.title, methodName(task.implementationMode), "backlog"])
    ),
    "## Related Documents",
    markdown.bulleted([
      "[IMPLEMENTATION-GUIDE.md](IMPLEMENTATION-GUIDE.md): the order of the tasks and how to do them",
      markdown.link("The review report", review.folder, review.report)
    ])
  ])
