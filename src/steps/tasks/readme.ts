/**
 * The README of a feature's folder.
 *
 * @since 0.1.0
 */
import type { Feature } from "../review/Feature.ts"
import type { ReadmeSections } from "../review/readmeSections.ts"
import { oneLine } from "./documents.ts"
import * as markdown from "./markdown.ts"
import { methodName, type Subtask } from "./Subtask.ts"

/** @category rendering */
export const readme = (
  feature: Feature,
  sections: ReadmeSections,
  tasks: ReadonlyArray<Subtask>,
  review: {
    readonly id: string
    /** The folder of the README, and the report, both absolute. */
    readonly folder: string
    readonly report: string
    /** The report as people call it. */
    readonly reportName: string
  }
): string =>
  markdown.document(
    `# Feature: ${oneLine(feature.name)}`,
    "## Overview",
    sections.overview || "The review has no summary.",
    `**Parent review**: ${review.id}\n**Report**: ${markdown.link(review.reportName, review.folder, review.report)}`,
    "## Problem Statement",
    sections.problem || "The review does not describe the problem in a section of its own.",
    "## Solution",
    sections.solution || "The tasks below are the solution.",
    "## Scope",
    "### In Scope",
    sections.inScope || "The tasks below.",
    "### Out of Scope",
    sections.outOfScope || "The review excludes nothing.",
    "## Success Criteria",
    sections.successCriteria || "All tasks are done and their acceptance criteria hold.",
    "## Subtasks",
    markdown.table(
      ["ID", "Title", "Method", "Status"],
      tasks.map((task) => [task.id, task.title, methodName(task.implementationMode), "backlog"])
    ),
    "## Related Documents",
    [
      "- [IMPLEMENTATION-GUIDE.md](IMPLEMENTATION-GUIDE.md): the order of the tasks and how to do them",
      `- ${markdown.link("The review report", review.folder, review.report)}`
    ].join("\n")
  )
