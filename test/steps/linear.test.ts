/**
 * Reports that patterns with nested repetition take minutes or hours for. There is no clock in these tests: a scan that is
 * not linear exceeds the time that any test may take.
 */
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { plain } from "../../src/steps/review/Draft.ts"
import { defaultLayout } from "../../src/steps/review/mentionedFiles.ts"
import { readmeSections } from "../../src/steps/review/readmeSections.ts"
import { fromReport } from "../../src/steps/review/subtasks.ts"
import { assess } from "../../src/steps/tasks/assessment.ts"
import * as documents from "../../src/steps/tasks/documents.ts"
import { guide } from "../../src/steps/tasks/guide.ts"
import { planned } from "../../src/steps/tasks/planned.ts"
import { readme } from "../../src/steps/tasks/readme.ts"

const megabyte = 1024 * 1024

/** A text again and again, for a megabyte. */
const many = (text: string) => text.repeat(Math.floor(megabyte / text.length))

/** Reads a report, and renders what its first tasks become. */
const read = (text: string) => {
  readmeSections(text, "brief")
  const sections = readmeSections(text, "whole")
  const found = fromReport({ report: "r.md", text, slug: "a-b", layout: defaultLayout })
  if (Either.isLeft(found)) return found.left._tag
  const subtasks = found.right.subtasks.slice(0, 10)
  const { inOrder, waves } = planned({
    subtasks: { subtasks },
    modes: subtasks.map(assess),
    waves: { emissionOrder: subtasks.map(({ id }) => id), waves: [subtasks.map(({ id }) => id)] },
    workspaces: {}
  })
  const feature = { slug: "a-b", name: "a b", words: "a-b" }
  for (const task of inOrder) {
    documents.taskFile(task, { review: "R", slug: "a-b", created: "2026" })
    documents.plan(task)
  }
  guide(feature, waves, "tasks/backlog/a-b")
  readme(feature, sections, inOrder, { id: "R", folder: "/f", task: null, report: "/r.md", reportName: "r.md" })
  return found.right.subtasks.length
}

const section = (body: string) => `## Recommendations\n\n${body}`
const phase = (rows: string) => `### Phase 1 Subtasks\n\n| ID | Title | Method |\n|---|---|---|\n${rows}`

const cases: Readonly<Record<string, readonly [text: string, outcome: number | string]>> = {
  "the parts of a path": [section(`1. ${many("a/")}`), 1],
  "rows of a table": [phase(many("| ABC-1 | a | direct |\n")), Math.floor(megabyte / 23)],
  "rows of a table that never ends": [`### Phase 1 Subtasks\n\n${many("| a | b | c |\n")}`, "NoRecommendations"],
  "empty lines": [section(`${many("\n")}1. x`), 1],
  "blank lines before an end": [section(many(" \n")), "NoSubtasks"],
  "numbers without text": [section(many("1.\n")), Math.floor(megabyte / 6)],
  "dots and slashes": [section(`1. ${many("./")}`), 1],
  "dots in a path": [section(`1. x/${many("a.")}`), 1],
  "spaces before a word": [section(`1. a${many(" ")}component`), 1],
  "spaces inside a title": [section(`1. a${many(" ")}b`), 1],
  "commands": [section(`1. ${many("/a-b command ")}`), 1],
  "backticks": [section(`1. ${many("`")}`), 1],
  "code spans": [section(`1. ${many("`a.md` ")}`), 1],
  "backslashes": [section(`1. ${many("\\")}`), 1],
  "stars in a cell": [phase(`| ${many("*")}x | a | b |\n`), 1],
  "pipes": [phase(many("|")), "NoSubtasks"],
  "digits": [section(`${many("1")}. x`), "UnsafeIdentifier"],
  "phase headings": [many("### Phase 1 Subtasks\n"), "NoRecommendations"],
  "phase headings inside lines": [many("x ### Phase 1 Subtasks\n"), "NoRecommendations"],
  "accepted headings": [many("## Recommendations\n"), "NoSubtasks"],
  "headings in one another": [
    many("# Recommendations\n## recommendations\n### recommendations\n"),
    "NoRecommendations"
  ],
  "sections beside a long one": [
    `## Recommendations\n${"- a\n".repeat(megabyte / 8)}${"## Key Recommendations\n- b\n".repeat(megabyte / 54)}`,
    megabyte / 8
  ],
  "sections that only sound alike": [many("## Late Recommendations\n- a\n"), Math.floor(megabyte / 28)],
  "underlined headings": [many("\nRecommendations\n---\n"), "NoRecommendations"],
  "numbered headings": [`# Recommendations\n${many("## 1. a\n")}`, Math.floor(megabyte / 8)],
  "spaces in a heading": [`# a${many(" ")}b (`, "NoRecommendations"],
  "spaces behind a number": [`# Recommendations\n## task 1${many(" ")}x`, "NoRecommendations"],
  "parentheses in a heading": [`# Recommendations\n## 1 ${many("(")}`, "NoRecommendations"],
  "fences": [many("```a\n"), "NoRecommendations"],
  "comments": [many("<!--\n"), "NoRecommendations"],
  "causes": [many("**Root Cause**: x\n\n"), "NoRecommendations"],
  "colons of a summary": [`## Executive Summary\n**${many(":")}\n`, "NoRecommendations"]
}

describe("a megabyte is read in a moment, whatever it is made of:", () => {
  for (const [name, [text, outcome]] of Object.entries(cases)) {
    it(name, () => {
      assert.strictEqual(read(text), outcome)
    })
  }
})

it("many files in one task", () => {
  const text = section(`1. ${Array.from({ length: 60_000 }, (_, index) => `a/b${index}.ts`).join(" ")}`)

  assert.strictEqual(read(text), 1)
  assert.strictEqual(assess({ ...plain, id: "T", title: "x", description: "x" }).complexityAnalyzed, 5)
})
