/**
 * The documents of one task: its file and its plan.
 *
 * @since 0.1.0
 */
import { closed } from "./closed.ts"
import { frontMatter } from "./frontMatter.ts"
import * as markdown from "./markdown.ts"
import { outOfTen, type Subtask } from "./Subtask.ts"

/**
 * What is the same for every task: which feature, from which review, when.
 *
 * @category models
 */
export interface About {
  readonly review: string
  readonly slug: string
  /** The time that stands in the documents. */
  readonly created: string
}

/**
 * The file of a task.
 *
 * @category rendering
 * @since 0.1.0
 */
export const taskFile = (task: Subtask, about: About): string =>
  markdown.document([
    frontMatter({
      id: task.id,
      title: task.title,
      status: "backlog",
      created: about.created,
      updated: about.created,
      priority: "medium",
      tags: [about.slug],
      complexity: task.complexity,
      task_type: task.taskType,
      implementation_mode: task.implementationMode,
      parallel_group: task.parallelGroup,
      conductor_workspace: task.conductorWorkspace,
      parent_review: about.review,
      dependencies: task.dependencies
    }, ["title"]),
    `# ${markdown.oneLine(task.title)}`,
    "## Description",
    closed(task.description),
    "## Acceptance Criteria",
    criteria(task).map((text) => `- [ ] ${text}`).join("\n"),
    "## Files to Modify",
    task.files.length === 0 ? "The review names no files." : markdown.bulleted(task.files.map(markdown.code)),
    "## Implementation Details",
    details[task.implementationMode](task.id),
    "## Dependencies",
    task.dependencies.length === 0 ? "This task depends on no other." : markdown.bulleted(task.dependencies),
    "## Notes",
    `Made from the review ${about.review}.`
  ])

const criteria = ({ taskType }: Subtask): ReadonlyArray<string> => [
  "Implementation complete",
  "Tests passing",
  "Code reviewed",
  "Documentation updated",
  ...(["feature", "refactor", "integration"].includes(taskType)
    ? [
      "The primary functions are really implemented, without stubs",
      "At least one test runs a primary function end to end without mocking its core"
    ]
    : [])
]

const details = {
  "task-work": (id: string) => `Work on this task with \`/task-work ${id}\`.`,
  direct: () => "Make this change directly; it is small enough to need no plan of its own.",
  manual: () => "Do this by hand, as IMPLEMENTATION-GUIDE.md says."
}

/**
 * How one task is to be implemented.
 *
 * @category rendering
 * @since 0.1.0
 */
export const plan = (task: Subtask): string => {
  const work = task.implementationMode === "task-work"
  const files = task.files.length
  return markdown.document([
    `# Implementation Plan: ${task.id}`,
    "## Task",
    closed(task.title),
    "## Overview",
    closed(task.description),
    "## Files to Create/Modify",
    files === 0 ? "The review names no files." : markdown.bulleted(task.files.map(markdown.code)),
    "## Implementation Approach",
    markdown.numbered([
      "Review the requirements.",
      files === 0
        ? "Identify the files to change."
        : files === 1
        ? `Implement the change in ${markdown.code(task.files[0] ?? "")}.`
        : `Implement the change across ${files} files.`,
      ...(work
        ? ["Write unit tests.", "Run them.", "Review the quality."]
        : ["Verify the change.", "Run the existing tests."])
    ]),
    "## Dependencies",
    task.dependencies.length === 0 ? "None" : markdown.bulleted(task.dependencies),
    "## Test Strategy",
    markdown.bulleted(
      work
        ? [
          "Unit tests of what is new.",
          "Integration tests, if several components are involved.",
          "80 % coverage of new code.",
          "The full suite."
        ]
        : ["The existing tests.", "A check by hand.", "The edge cases."]
    ),
    "## Estimated Effort",
    markdown.bulleted([
      `LOC: ~${task.estimatedLoc}`,
      `Duration: ${task.estimatedDuration}`,
      `Complexity: ${outOfTen(task.complexity)}`
    ])
  ])
}
