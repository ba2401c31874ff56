import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Option, Schema, TestClock } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import * as yaml from "yaml"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as WorkspaceMemory from "../../src/layers/Workspace/Memory.ts"
import * as Plan from "../../src/pipeline/Plan.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { RunEvent } from "../../src/pipeline/RunEvent.ts"
import { implement, Input, type Output } from "../../src/programs/implement.ts"
import { Replace } from "../../src/steps/files/placeTree.ts"
import { normalized } from "../../src/steps/review/text.ts"

const root = "/workspace"

/** Runs the program in a workspace in memory: its output, or the tag of its failure, and what the workspace holds. */
const attempt = (
  report: string,
  given: Partial<typeof Input.Encoded> = {},
  { files, journals } = { files: new Map<string, string>(), journals: JournalMemory.make() }
) =>
  Effect.gen(function*() {
    files.set("docs/report.md", report)
    files.set("docs/task.json", JSON.stringify({ id: "REV-1", title: "Review of the login", created: "2026-01-02" }))
    const input = yield* Schema.decode(Input)({
      report: `${root}/docs/report.md`,
      task: `${root}/docs/task.json`,
      root,
      ...given
    })
    const result = yield* Run.start(implement, input).pipe(
      Effect.provide([WorkspaceMemory.layer(files), JournalMemory.layerOf(journals)]),
      Effect.catchAll((error) => Effect.succeed(error))
    )
    return { result, files, journals }
  })

it("reads like a table of contents", () => {
  assert.deepStrictEqual(
    Plan.of(implement).nodes.map(({ key, number, title }) => [Option.getOrNull(number), key, title]),
    [
      [null, "source", "Reading the review"],
      [1, "feature", "Naming the feature"],
      [2, "subtasks", "Reading the recommendations"],
      [3, "modes", "Assigning implementation modes"],
      [4, "waves", "Planning waves of parallel work"],
      [5, "workspaces", "Naming workspaces"],
      [6, "target", "Choosing the folder"],
      [7, "tasks", "Writing task files and plans"],
      [8, "guide", "Writing the guide"],
      [9, "readme", "Writing the README"],
      [10, "tree", "Placing the files"]
    ]
  )
})

it.effect("says of a thousand tasks the first, and how many more there are", () =>
  Effect.gen(function*() {
    const shown: Array<RunEvent> = []
    const report = (count: number) =>
      `# Review of the login\n\n## Recommendations\n\n${
        Array.from({ length: count }, (_, index) => `${index + 1}. Fix src/f${index}.ts\n`).join("")
      }`
    const told = (count: number) =>
      Effect.map(
        Effect.provideService(attempt(report(count)), Reporter, {
          report: (event) => Effect.sync(() => void shown.push(event))
        }),
        ({ result }) => {
          const last = shown.splice(0).findLast((event) => event._tag === "Announced")
          return { lines: last?.announcement.lines ?? [], files: "files" in result ? result.files.length : 0 }
        }
      )

    const some = yield* told(40)
    assert.strictEqual(some.lines.filter((line) => /^[├└]── TASK/.test(line)).length, 40)
    assert.notInclude(some.lines.join("\n"), "more")

    const { files, lines } = yield* told(1200)
    assert.isAbove(files, 1200)
    assert.isBelow(lines.length, 120)
    assert.deepStrictEqual(lines.filter((line) => line.includes("more")), [
      "└── … and 1,170 more files",
      "  … and 1,170 more tasks"
    ])
  }))

describe("whatever is done to a report", () => {
  const corpus = fileURLToPath(new URL("../corpus/implement", import.meta.url))
  const reports = fs.readdirSync(corpus)
    .map((name) => `${corpus}/${name}/report.md`)
    .filter((path) => fs.existsSync(path) && fs.statSync(path).size < 60_000)
    .map((path) => normalized(fs.readFileSync(path, "utf8")).replaceAll("\0", "").split("\n"))

  const line = FastCheck.oneof(
    FastCheck.constantFrom(
      ..."|```|~~~~|```md|<!--|-->|## Recommendations|### Recommendations|## Action Items|# 3. Key recommendations|##|---"
        .split("|"),
      ..."1. Fix src/a.ts#- [ ] `b.py`#   2) x#- - -#٣. z#1.#*#- a | b \\| c#> - q#\t- t#- ../../etc/passwd#- \u202Ex\u001B[2J"
        .split("#"),
      "### Phase 2 Subtasks",
      "| ID | Title | Method | C | E | Depends on |",
      "| --- | --- | --- | --- | --- | --- |",
      "| ABC-1 | a (b) | direct | 3 | 2h | - |",
      "| ABC-../x | a | direct | 3 | 2h | ABC-1 |",
      "| # | Action | File |",
      "**Root Cause**: x",
      "## Executive Summary",
      "### In Scope"
    ),
    FastCheck.string({ unit: "grapheme", maxLength: 40 })
  )
  const place = FastCheck.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const edit = FastCheck.oneof(
    FastCheck.record({ how: FastCheck.constantFrom("insert"), at: place, to: place, line }),
    FastCheck.record({
      how: FastCheck.constantFrom("cut", "double", "fence", "comment", "truncate", "mix"),
      at: place,
      to: place,
      line
    })
  )

  const mutated = FastCheck.tuple(
    FastCheck.nat(reports.length - 1),
    FastCheck.nat(reports.length - 1),
    FastCheck.array(edit, { maxLength: 8 })
  ).map(([first, second, edits]) => {
    let lines: ReadonlyArray<string> = reports[first] ?? []
    const other = reports[second] ?? []
    for (const { at, how, line, to } of edits) {
      const from = Math.floor(at * (lines.length + 1))
      const until = Math.min(lines.length, from + Math.floor(to * 40))
      const [before, inside, after] = [lines.slice(0, from), lines.slice(from, until), lines.slice(until)]
      const text = inside[0] ?? ""
      const middle = {
        insert: [line, ...inside],
        cut: [],
        double: [...inside, ...inside],
        fence: ["```", ...inside, "```"],
        comment: ["<!--", ...inside, "-->"],
        truncate: [text.slice(0, Math.floor(to * text.length)), ...inside.slice(1)],
        mix: inside.flatMap((text, index) => [text, other[Math.floor(at * other.length) + index] ?? ""])
      }[how] ?? []
      lines = [...before, ...middle, ...after]
    }
    return lines.join("\n")
  })

  const failures = [
    "ReportEmpty",
    "NoRecommendations",
    "NoSubtasks",
    "UnsafeIdentifier",
    "DependencyUnknown",
    "DependencyCycle"
  ]
  const folder = "tasks/backlog/the-login"

  it.effect.prop(
    "there is a whole tree of documents that can be read, or a failure that says why and nothing else",
    { report: mutated },
    ({ report }) =>
      Effect.gen(function*() {
        const { files, result } = yield* attempt(report)

        if ("_tag" in result) {
          assert.include(failures, result._tag)
          assert.include(result.message, "docs/report.md")
          assert.deepStrictEqual([...files.keys()], ["docs/report.md", "docs/task.json"])
          return
        }
        assert.deepStrictEqual(
          [...files.keys()].sort(),
          [
            ...result.files.map(({ path }) => path),
            "docs/report.md",
            "docs/task.json",
            `${folder}/.cairn-manifest.json`
          ].sort()
        )
        for (const { bytes, change, path, sha256 } of result.files) {
          const content = files.get(path) ?? ""
          assert.match(path, /^(tasks\/backlog\/the-login|\.claude\/task-plans)\/[A-Za-z0-9._-]+$/)
          assert.strictEqual(change, "created")
          assert.strictEqual(Buffer.byteLength(content), bytes)
          assert.strictEqual(createHash("sha256").update(content).digest("hex"), sha256)
        }
        checkTasks(result, files)
        checkDocuments(result, files)
      }),
    { fastCheck: { numRuns: 80 } }
  )

  const checkTasks = ({ emissionOrder, subtasks, waves }: Output, files: ReadonlyMap<string, string>) => {
    const ids = subtasks.map(({ id }) => id)
    assert.strictEqual(new Set(ids.map((id) => id.toLowerCase())).size, ids.length)
    assert.deepStrictEqual([...emissionOrder].sort(), [...ids].sort())
    assert.deepStrictEqual(waves.flatMap(({ tasks }) => tasks).sort(), [...ids].sort())
    for (const task of subtasks) {
      const [, matter = ""] = (files.get(`${folder}/${task.fileName}`) ?? "").split(/^---$/m)
      assert.deepStrictEqual(yaml.parse(matter), {
        id: task.id,
        title: task.title,
        status: "backlog",
        created: "2026-01-02",
        updated: "2026-01-02",
        priority: "medium",
        tags: ["the-login"],
        complexity: task.complexity,
        task_type: task.taskType,
        implementation_mode: task.implementationMode,
        parallel_group: task.parallelGroup,
        conductor_workspace: task.conductorWorkspace,
        parent_review: "REV-1",
        dependencies: task.dependencies
      })
    }
  }

  const checkDocuments = ({ subtasks }: Output, files: ReadonlyMap<string, string>) => {
    const readme = files.get(`${folder}/README.md`) ?? ""
    const own = readme.slice(readme.lastIndexOf("\n## Subtasks\n"))
    const rows = own.split("\n").filter((line) => line.startsWith("|"))
    assert.strictEqual(rows.length, subtasks.length + 2)
    for (const row of rows) assert.strictEqual(row.replace(/\\./g, "").split("|").length, 6, row)
    for (const [, target = ""] of own.matchAll(/\]\(([^)]*)\)/g)) {
      assert.isTrue(files.has(posix.join(folder, decodeURIComponent(target))), target)
    }
  }
})

it.effect("the time of the run stands in every document where the task has none", () =>
  Effect.gen(function*() {
    yield* TestClock.adjust("2 days")
    const report = "## Recommendations\n\n1. a\n2. b\n"

    const { files } = yield* attempt(report, { task: undefined, id: "R", title: "Review x" })

    const tasks = [...files].filter(([path]) => path.startsWith("tasks/backlog/x/TASK-"))
    assert.strictEqual(tasks.length, 2)
    for (const [, content] of tasks) {
      assert.include(content, "\ncreated: \"1970-01-03T00:00:00.000Z\"\nupdated: \"1970-01-03T00:00:00.000Z\"\n")
    }
  }))

it.effect("one task at a time, and a layout of the project's own, where that is asked for", () =>
  Effect.gen(function*() {
    const report = "## Recommendations\n\n1. The Nav component\n2. The /x command\n"
    const given = { sequential: true, componentPath: "app/*.vue", commandPath: "" }

    const { result } = yield* attempt(report, given)

    assert.isTrue("waves" in result)
    if (!("waves" in result)) return
    assert.deepStrictEqual(result.waves, [{ wave: 1, tasks: ["TASK-TLO-001"] }, { wave: 2, tasks: ["TASK-TLO-002"] }])
    assert.deepStrictEqual(result.subtasks.map(({ conductorWorkspace, files }) => [conductorWorkspace, ...files]), [
      [null, "app/Nav.vue"],
      [null]
    ])
  }))

it.effect("two runs in one workspace give the same, and a second feature with the same ids harms none", () =>
  Effect.gen(function*() {
    const report = "## Recommendations\n\n1. Fix src/a.ts\n2. Test it\n"
    const place = yield* attempt(report)
    const { files } = place
    const before = new Map(files)

    const again = yield* attempt(report, {}, place)
    assert.deepStrictEqual(files, before)
    assert.isTrue("files" in again.result && again.result.files.every(({ change }) => change === "unchanged"))

    const other = { task: undefined, id: "REV-2", title: "Review the lookout" }
    const refused = yield* attempt("## Recommendations\n\n1. Look out\n", other, place)
    assert.deepInclude(refused.result, { _tag: "FeatureExists", path: "tasks/backlog/the-lookout", others: true })
    files.set("docs/report.md", report)
    assert.deepStrictEqual(files, before)

    const forced = yield* attempt("## Recommendations\n\n1. Look out\n", other, place).pipe(
      Effect.provideService(Replace, true)
    )
    assert.isTrue("warnings" in forced.result && forced.result.warnings.some(({ code }) => code === "file-kept"))
    for (const [path, content] of before) {
      if (!path.startsWith("docs/")) assert.strictEqual(files.get(path), content)
    }
  }))
