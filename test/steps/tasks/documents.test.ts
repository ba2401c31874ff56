import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as yaml from "yaml"
import { plain } from "../../../src/steps/review/Draft.ts"
import { closed } from "../../../src/steps/tasks/closed.ts"
import * as documents from "../../../src/steps/tasks/documents.ts"
import { frontMatter } from "../../../src/steps/tasks/frontMatter.ts"
import { guide } from "../../../src/steps/tasks/guide.ts"
import * as markdown from "../../../src/steps/tasks/markdown.ts"
import { readme } from "../../../src/steps/tasks/readme.ts"
import * as Subtask from "../../../src/steps/tasks/Subtask.ts"

const task = (given: Partial<Subtask.Subtask> = {}): Subtask.Subtask => ({
  ...plain,
  id: "TASK-ABC-001",
  title: "Make it",
  description: "Make it",
  implementationMode: "task-work",
  complexityAnalyzed: 6,
  riskLevel: "high",
  taskType: "feature",
  parallelGroup: 1,
  conductorWorkspace: null,
  fileName: "TASK-ABC-001-make-it.md",
  estimatedLoc: 50,
  estimatedDuration: "1-2 hours",
  ...given
})
const about = { review: "REV-1", slug: "the-login", created: "2026-01-02T03:04:05Z" }

describe("a task's file", () => {
  it("says all that is known of the task", () => {
    assert.strictEqual(
      documents.taskFile(task({ files: ["src/a.ts"], dependencies: ["TASK-ABC-000"] }), about),
      `---
id: TASK-ABC-001
title: "Make it"
status: backlog
created: "2026-01-02T03:04:05Z"
updated: "2026-01-02T03:04:05Z"
priority: medium
tags: [the-login]
complexity: 5
task_type: feature
implementation_mode: task-work
parallel_group: 1
conductor_workspace: null
parent_review: REV-1
dependencies: [TASK-ABC-000]
---

# Make it

## Description

Make it

## Acceptance Criteria

- [ ] Implementation complete
- [ ] Tests passing
- [ ] Code reviewed
- [ ] Documentation updated
- [ ] The primary functions are really implemented, without stubs
- [ ] At least one test runs a primary function end to end without mocking its core

## Files to Modify

- \`src/a.ts\`

## Implementation Details

Work on this task with \`/task-work TASK-ABC-001\`.

## Dependencies

- TASK-ABC-000

## Notes

Made from the review REV-1.
`
    )
  })

  it("has four boxes for a type without functions of its own, and other details for other modes", () => {
    const file = documents.taskFile(task({ taskType: "documentation", implementationMode: "manual" }), about)

    assert.strictEqual(file.match(/- \[ \] /g)?.length, 4)
    assert.include(file, "as IMPLEMENTATION-GUIDE.md says")
    assert.include(file, "The review names no files.")
    assert.include(file, "\ndependencies: []\n")
  })
})

describe("a plan", () => {
  it("has steps and tests by the mode, and an effort", () => {
    const work = documents.plan(task({ files: ["a/b.ts"] }))
    assert.include(work, "# Implementation Plan: TASK-ABC-001\n\n## Task\n\nMake it\n\n## Overview\n\nMake it\n")
    assert.include(
      work,
      "2. Implement the change in `a/b.ts`.\n3. Write unit tests.\n4. Run them.\n5. Review the quality."
    )
    assert.include(work, "## Dependencies\n\nNone\n")
    assert.include(work, "- LOC: ~50\n- Duration: 1-2 hours\n- Complexity: 5/10\n")

    assert.include(documents.plan(task({ complexity: 12 })), "- Complexity: 10/10\n")
    assert.include(documents.plan(task({ complexity: 0 })), "- Complexity: 1/10\n")

    const direct = documents.plan(task({ implementationMode: "direct", files: ["a/b.ts", "a/c.ts"] }))
    assert.include(
      direct,
      "2. Implement the change across 2 files.\n3. Verify the change.\n4. Run the existing tests.\n"
    )
    assert.include(documents.plan(task()), "2. Identify the files to change.")
    assert.strictEqual(work.split("## Test Strategy")[1]?.match(/^- .*\.$/gm)?.length, 4)
    assert.strictEqual(direct.split("## Test Strategy")[1]?.match(/^- .*\.$/gm)?.length, 3)
  })

  it("estimates lines and hours", () => {
    const cases = [[5, 0, 50], [3, 1, 30], [5, 2, 50], [7, 3, 105], [10, 5, 250], [1, 0, 10], [0, 9, 0]] as const
    for (const [complexity, files, lines] of cases) assert.strictEqual(Subtask.estimatedLoc(complexity, files), lines)
    assert.deepStrictEqual([3, 4, 5, 7, 8].map(Subtask.estimatedDuration), [
      "30 minutes - 1 hour",
      "1-2 hours",
      "1-2 hours",
      "2-4 hours",
      "4-8 hours"
    ])
  })
})

it("a task's file is named by its id and the plain letters of its title", () => {
  const name = (title: string) => Subtask.fileName({ id: "TASK-A", title })

  assert.strictEqual(name(" Fix `src/A.ts`: größe! "), "TASK-A-fix-src-a-ts-gr-e.md")
  assert.strictEqual(name("日本語"), "TASK-A.md")
  assert.strictEqual(name(`${"x".repeat(49)} y`), `TASK-A-${"x".repeat(49)}.md`)
  assert.strictEqual(name("../../etc/passwd"), "TASK-A-etc-passwd.md")
})

describe("front matter", () => {
  const values = FastCheck.string({
    unit: FastCheck.oneof(
      FastCheck.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      FastCheck.constantFrom(
        "\n",
        "\u0085",
        "\u2028",
        "\"",
        "\\",
        ":",
        "#",
        "-",
        "---",
        "'",
        "{",
        "&",
        "*",
        "!",
        " ",
        "y",
        "null",
        "1",
        "e",
        "\uFEFF",
        "\u0007"
      )
    )
  })

  it.prop("reads back as it was", { a: values, b: values, c: values }, ({ a, b, c }) => {
    const data = { title: a, other: b, list: [c, a], n: 3, nothing: null, none: [] }

    const text = frontMatter(data, ["title"])

    const [, matter = "", ...rest] = text.split(/^---$/m)
    assert.deepStrictEqual(rest, [""])
    assert.deepStrictEqual(yaml.parse(matter), data)
    assert.deepStrictEqual(yaml.parse(matter, { version: "1.1" }), data)
    assert.isTrue(matter.includes(`\ntitle: "`))
  })

  it("quotes what a parser of an older version would take for something else", () => {
    assert.strictEqual(
      frontMatter({ a: ["yes", "no", "1e3", "0o7", "12_3", "~", "null", "a-b", "2026-01-02", "größe"] }, []),
      "---\na: [\"yes\", \"no\", \"1e3\", \"0o7\", \"12_3\", \"~\", \"null\", a-b, \"2026-01-02\", größe]\n---"
    )
  })
})

describe("text from outside", () => {
  it("is closed where it leaves a fence or a comment open", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["a\n```\nb", "a\n```\nb\n```"],
      ["~~~~ x\n~~~\n````", "~~~~ x\n~~~\n````\n~~~~"],
      ["```\n```x\n ```", "```\n```x\n ```"],
      ["- a\n\n  ```\n  b", "- a\n\n  ```\n  b\n  ```"],
      ["- a\n  ```\nb", "- a\n  ```\nb"],
      ["1. ```\n   b", "1. ```\n   b\n   ```"],
      ["    ```\nb", "    ```\nb"],
      ["```\n    ```", "```\n    ```\n```"],
      ["* * *\n  ```", "* * *\n  ```\n```"],
      ["a <!-- b", "a <!-- b"],
      ["<!-- a\n\nb", "<!-- a\n\nb\n-->"],
      ["<!-- a --> b\n<!--\n-->", "<!-- a --> b\n<!--\n-->"],
      ["``` a`b", "``` a`b"]
    ]
    for (const [text, expected] of cases) assert.strictEqual(closed(text), expected, text)
  })

  it("stays in its cell of a table", () => {
    assert.strictEqual(
      markdown.table(["A"], [["a|b\\|c\\\\|d\n e\\"]]),
      "| A |\n| --- |\n| a\\|b\\|c\\\\\\|d e\\ |"
    )
  })

  it("does not end a link", () => {
    assert.strictEqual(
      markdown.link("a[b]\n", "/r/x/y", "/r/d (1)/ü#.md"),
      "[a\\[b\\] ](../../d%20%281%29/%C3%BC%23.md)"
    )
  })
})

describe("the guide", () => {
  const feature = { slug: "the-login", name: "the login", words: "the-login" }
  const waves = [
    [
      task({ effortDays: 0.5, conductorWorkspace: "the-login-wave1-1" }),
      task({
        id: "TASK-ABC-002",
        title: "A | B",
        fileName: "TASK-ABC-002-a-b.md",
        implementationMode: "direct",
        effortDays: 2,
        conductorWorkspace: "the-login-wave1-2"
      })
    ],
    [task({
      id: "TASK-ABC-003",
      implementationMode: "manual",
      complexityAnalyzed: null,
      riskLevel: null,
      effortDays: 0.25,
      parallelGroup: 2
    })]
  ]
  const text = guide(feature, waves, "tasks/backlog/the-login")

  it("has a section for each wave, with how long it takes side by side and one after the other", () => {
    assert.include(text, "# the login Implementation Guide\n\n## Overview\n\nThis feature has 3 tasks in 2 waves.\n")
    assert.include(
      text,
      "## Wave 1\n\n- Duration: 2.0 days side by side, 2.5 days one after the other\n- Workspaces: 2\n"
    )
    assert.include(text, "## Wave 2\n\n- Duration: 2.0 hours\n- Workspaces: 1\n")
    assert.include(text, "Wave 1 (2 in parallel)\n├── TASK-ABC-001\n└── TASK-ABC-002\nWave 2\n└── TASK-ABC-003\n")
  })

  it("has commands that can be run", () => {
    assert.include(
      text,
      "```bash\ngit worktree add ../the-login-wave1-1\ncd ../the-login-wave1-1\nclaude \"/task-work TASK-ABC-001\"\n```"
    )
    assert.include(text, "claude \"Implement tasks/backlog/the-login/TASK-ABC-002-a-b.md\"\n```")
    assert.include(text, "By hand; what to do stands in `TASK-ABC-001-make-it.md`.")
  })

  it("sums up all tasks", () => {
    assert.include(text, "| TASK-ABC-002 | A \\| B | Direct Claude Code | 5/10 | 2.0 days | 1 |")
    assert.include(
      text,
      "| Direct Claude Code | 1 | 2.0 days |\n| Manual | 1 | 0.3 days |\n| /task-work | 1 | 0.5 days |\n"
    )
    assert.include(text, "1. Wave 1 (PARALLEL): TASK-ABC-001, TASK-ABC-002\n2. Wave 2: TASK-ABC-003\n")
  })
})

it("the README links to what it comes from, and has a sentence for what is missing", () => {
  const none = { overview: "", problem: "", solution: "", inScope: "", outOfScope: "", successCriteria: "" }
  const feature = { slug: "the-login", name: "the login", words: "the-login" }
  const review = {
    id: "REV-1",
    folder: "/r/tasks/backlog/the-login",
    task: "/r/t.json",
    report: "/r/d/r.md",
    reportName: "d/r.md"
  }

  const text = readme(feature, { ...none, solution: "Do it.\n```\nx" }, [task({ title: "A | B" })], review)

  assert.strictEqual(
    text,
    `# Feature: the login

## Overview

The review has no summary.

- **Parent review**: [REV-1](../../../t.json)
- **Report**: [d/r.md](../../../d/r.md)

## Problem Statement

The review does not describe the problem in a section of its own.

## Solution

Do it.
\`\`\`
x
\`\`\`

## Scope

### In Scope

The tasks below.

### Out of Scope

The review excludes nothing.

## Success Criteria

All tasks are done and their acceptance criteria hold.

## Subtasks

| ID | Title | Method | Status |
| --- | --- | --- | --- |
| TASK-ABC-001 | A \\| B | /task-work | backlog |

## Related Documents

- [IMPLEMENTATION-GUIDE.md](IMPLEMENTATION-GUIDE.md): the order of the tasks and how to do them
- [The review report](../../../d/r.md)
`
  )
  assert.include(readme(feature, none, [], { ...review, task: null }), "- **Parent review**: REV-1\n")
})
