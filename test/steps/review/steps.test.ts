import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ReviewSteps } from "effect-cairn/steps"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { emptyFolder, outcome } from "../corpus.ts"

it.effect("what is named as a report or a task and is none is refused as such, and never waited for", () =>
  Effect.gen(function*() {
    const root = emptyFolder()
    const path = (name: string) => join(root, name)
    const file = (name: string, content: string | Uint8Array) => fs.writeFileSync(path(name), content)
    file("report.md", "## Recommendations\n\n1. Fix it\n")
    file("task.json", JSON.stringify({ id: "R", title: "Review x" }))
    file("utf16", Buffer.from("\uFEFF## Recommendations\n\n1. x\n", "utf16le"))
    file("latin1", Buffer.from("## Recommendations\n\n1. Gr\u00F6\u00DFe\n", "latin1"))
    file("nul", "## Recommendations\n\n1. a\0b\n")
    file("large", "x".repeat(2 * 1024 * 1024 + 1))
    file("blank", "\uFEFF \n\u200B\n")
    fs.mkdirSync(path("folder"))
    fs.symlinkSync("loop", path("loop"))
    fs.symlinkSync("/dev/zero", path("zero"))
    fs.symlinkSync("report.md", path("link"))
    execFileSync("mkfifo", [path("pipe")])
    file("sparse", "")
    fs.truncateSync(path("sparse"), 3 * 1024 ** 3)
    const attempt = (report: string, task: string) =>
      Effect.map(
        outcome({ report: path(report), task: path(task), root }),
        (result) => typeof result === "string" ? result : result.strategy
      )

    const reports = yield* Effect.forEach(
      [
        "none",
        "folder",
        "pipe",
        "zero",
        "loop",
        "report.md/x",
        "utf16",
        "latin1",
        "nul",
        "large",
        "sparse",
        "blank",
        "link"
      ],
      (report) => Effect.map(attempt(report, "task.json"), (result) => `${report}: ${result}`)
    )
    const tasks = yield* Effect.forEach(
      ["none", "folder", "pipe", "zero", "loop", "utf16", "latin1", "nul", "large", "sparse", "blank", "report.md"],
      (task) => attempt("report.md", task)
    )

    assert.deepStrictEqual(reports, [
      "none: ReportNotFound",
      "folder: ReportNotFound",
      "pipe: ReportNotFound",
      "zero: ReportNotFound",
      "loop: ReportNotFound",
      "report.md/x: ReportNotFound",
      "utf16: ReportNotText",
      "latin1: ReportNotText",
      "nul: ReportNotText",
      "large: ReportTooLarge",
      "sparse: ReportTooLarge",
      "blank: ReportEmpty",
      "link: numbered"
    ])
    assert.deepStrictEqual([...new Set(tasks)], ["InvalidTask"])
  }))

it.effect("a larger report is read where that is allowed, up to what a run can keep", () =>
  Effect.gen(function*() {
    const root = emptyFolder()
    const report = join(root, "report.md")
    const read = (text: string, maxBytes: number) => {
      fs.writeFileSync(report, text)
      return Effect.map(outcome({ report, id: "R", title: "Review x", root, maxBytes }), (result) =>
        typeof result === "string" ? result : result.subtasks.length)
    }
    const long = `${"x".repeat(3_000_000)}\n\n## Recommendations\n\n- a\n`

    assert.strictEqual(yield* read(long, 4_000_000), 1)
    assert.strictEqual(yield* read(long, 3_000_000), "ReportTooLarge")
    assert.strictEqual(yield* read("x".repeat(17_000_000), 1e9), "ReportTooLarge")
    assert.strictEqual(yield* read(`## Recommendations\n\n${"- a\n".repeat(100_000)}`, 1e9), "ReportTooLarge")
    // Every one of these becomes two and more in JSON and in YAML.
    assert.strictEqual(yield* read(`## Recommendations\n\n- ${"\\".repeat(1_900_000)}\n`, 1e9), "ReportTooLarge")
  }))

it.effect("a step is an ordinary effect outside of any run", () =>
  Effect.gen(function*() {
    const given = { report: "r.md", words: "log-in", components: "", commands: "" }

    const found = yield* ReviewSteps.parseSubtasks({ ...given, text: "## Action Items\n\n- Fix src/a.ts\n" })
    const error = yield* Effect.flip(ReviewSteps.parseSubtasks({ ...given, text: "Nothing.\n" }))

    assert.deepStrictEqual(found.subtasks.map(({ files, id }) => [id, ...files]), [["TASK-LIN-001", "src/a.ts"]])
    assert.strictEqual(error._tag, "NoRecommendations")
  }))
