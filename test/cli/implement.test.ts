import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { implement } from "effect-cairn/programs"
import * as fs from "node:fs"
import { join, relative } from "node:path"
import * as yaml from "yaml"
import { at, bundle, type Ended, isJson, type Options, run, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = fs.realpathSync(temporary())
let script = ""
let folder = ""

beforeAll(async () => {
  script = await bundle("src/main.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: ReadonlyArray<string>, options: Partial<Options> = {}): Promise<Ended> =>
  run(script, args, { cwd: folder, ...options })

/** The same in this process, which takes a tenth of the time. */
const within = (args: ReadonlyArray<string>): Promise<Ended> =>
  Effect.runPromise(callOf({ name: "cairn", version: "1.0.0", programs: [implement] }, args, { cwd: folder }))

const document = ({ stdout }: Ended) => isJson(stdout) as Record<string, unknown>

const write = (path: string, content: string) => {
  fs.mkdirSync(join(folder, path, ".."), { recursive: true })
  fs.writeFileSync(join(folder, path), content)
}

const tree = (path = folder): ReadonlyArray<string> =>
  fs.readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.name === ".cairn"
      ? []
      : entry.isDirectory()
      ? tree(join(path, entry.name))
      : [relative(folder, join(path, entry.name))]
  ).sort()

const task = ["--id", "REV-1", "--title", "Review of the login"]
const report = "# Review\n\n## Recommendations\n\n1. Fix src/login.ts\n2. Document the API in docs/api.md\n"

describe("implement", { timeout: 60_000 }, () => {
  it("writes the feature of a real report and prints the path of its README", async () => {
    fs.cpSync(at("examples/reports"), join(folder, "in"), { recursive: true })

    const { code, stdout } = await call(["implement", "in/feature-workflow.md", "--task", "in/feature-workflow.json"])

    assert.strictEqual(code, 0)
    assert.isTrue(fs.existsSync(stdout.trim()))
    const files = tree()
    assert.strictEqual(files.filter((file) => file.includes("/TASK-FWN-") && file.startsWith("tasks/")).length, 9)
    assert.strictEqual(files.filter((file) => file.startsWith(".claude/task-plans/")).length, 9)
    assert.isFalse(files.some((file) => file.includes("stage")))
  })

  it("gives every fact of the plan as JSON", async () => {
    write("report.md", report)

    const ended = await within(["implement", "report.md", ...task, "--json"])

    const output = document(ended).output as Record<string, unknown>
    assert.deepInclude(output, {
      featureSlug: "the-login",
      featureName: "the login",
      strategy: "numbered",
      emissionOrder: ["TASK-TLO-001", "TASK-TLO-002"],
      waves: [{ wave: 1, tasks: ["TASK-TLO-001", "TASK-TLO-002"] }],
      modeSummary: { "task-work": 1, direct: 1, manual: 0 },
      warnings: []
    })
    const files = output.files as ReadonlyArray<Record<string, unknown>>
    assert.deepStrictEqual(
      files.map(({ change, path }) => `${String(change)} ${String(path)}`).sort(),
      [
        "created .claude/task-plans/TASK-TLO-001-implementation-plan.md",
        "created .claude/task-plans/TASK-TLO-002-implementation-plan.md",
        "created tasks/backlog/the-login/IMPLEMENTATION-GUIDE.md",
        "created tasks/backlog/the-login/README.md",
        "created tasks/backlog/the-login/TASK-TLO-001-fix-src-login-ts.md",
        "created tasks/backlog/the-login/TASK-TLO-002-document-the-api-in-docs-api-md.md"
      ]
    )
    for (const { bytes, path } of files) assert.strictEqual(fs.statSync(join(folder, String(path))).size, bytes)
  })

  it("has nothing to do when it is repeated, and refuses what a person changed", async () => {
    write("report.md", report)
    await within(["implement", "report.md", ...task])

    const again = await within(["implement", "report.md", ...task])
    assert.strictEqual(again.code, 0)
    assert.include(again.stderr, "nothing to do")

    const mine = "tasks/backlog/the-login/README.md"
    write(mine, "mine\n")
    write("report.md", report.replace("2. Document the API in docs/api.md\n", "2. Test the login\n"))
    const refused = await within(["implement", "report.md", ...task, "--json"])
    assert.strictEqual(refused.code, 1)
    const { message, tag } = document(refused).error as Record<string, unknown>
    assert.strictEqual(tag, "FeatureExists")
    // The folder is named once.
    assert.include(message, "README.md")
    assert.notMatch(String(message), /[(,] ?tasks\//)

    const forced = await within(["implement", "report.md", ...task, "--force", "--json"])
    assert.strictEqual(forced.code, 0)
    assert.include(forced.stderr, "kept: README.md, which you made or changed")
    assert.strictEqual(fs.readFileSync(join(folder, mine), "utf8"), "mine\n")
    assert.deepStrictEqual(
      ((document(forced).output as Record<string, unknown>).warnings as ReadonlyArray<unknown>).length,
      1
    )
    const files = tree()
    assert.include(files, "tasks/backlog/the-login/TASK-TLO-002-test-the-login.md")
    assert.notInclude(files, "tasks/backlog/the-login/TASK-TLO-002-document-the-api-in-docs-api-md.md")
  })

  it("writes nothing in a dry run, shows the diff, and leaves no run behind", async () => {
    write("report.md", report)

    const { code, stderr, stdout } = await within(["implement", "report.md", ...task, "--dry-run"])

    assert.deepStrictEqual([code, stdout], [0, ""])
    assert.include(stderr, "+++ b/tasks/backlog/the-login/README.md")
    assert.deepStrictEqual(tree(), ["report.md"])
    assert.deepStrictEqual(document(await within(["runs", "--json"])).runs, [])
  })

  it("refuses a folder to work in that is not there", async () => {
    write("report.md", report)

    const { code, stderr } = await within(["implement", "report.md", ...task, "--root", "there"])

    assert.strictEqual(code, 2)
    assert.include(stderr, `${join(folder, "there")}: there is no such folder`)
    assert.notInclude(stderr, "ENOENT")
  })

  it("works at once when the report is corrected after an error", async () => {
    write("report.md", "# Review\n\nNothing yet.\n\n## Next steps\n")
    const failed = await within(["implement", "report.md", ...task])
    assert.strictEqual(failed.code, 1)
    assert.include(failed.stderr, "report.md has no section with recommendations")
    assert.include(failed.stderr, "\"## Next steps\", line 5")

    write("report.md", report)
    const { code, stderr } = await within(["implement", "report.md", ...task])

    assert.strictEqual(code, 0)
    assert.include(stderr, "going on with run implement-")
  })

  it("names each kind of error, and leaves nothing behind", async () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, string | undefined]> = [
      ["ReportNotFound", task, undefined],
      ["ReportEmpty", task, " \n\t\n"],
      ["ReportNotText", task, "## Recommendations\n\n1. a\0b\n"],
      ["ReportTooLarge", task, "x".repeat(2 * 1024 * 1024 + 1)],
      ["NoRecommendations", task, "# Review\n\nAll is well.\n"],
      ["NoSubtasks", task, "## Recommendations\n\nAll is well.\n"],
      [
        "UnsafeIdentifier",
        task,
        "### Phase 1 Subtasks\n\n| ID | Title | Method |\n|---|---|---|\n| ABC-../../x | y | direct |\n"
      ],
      [
        "DependencyUnknown",
        task,
        "### Phase 1 Subtasks\n\n| ID | Title | Method | C | E | Depends on |\n|---|---|---|---|---|---|\n| ABC-1 | y | direct | 1 | 1d | ABC-9 |\n"
      ],
      [
        "DependencyCycle",
        task,
        "### Phase 1 Subtasks\n\n| ID | Title | Method | C | E | Depends on |\n|---|---|---|---|---|---|\n| ABC-1 | y | direct | 1 | 1d | ABC-2 |\n| ABC-2 | z | direct | 1 | 1d | ABC-1 |\n"
      ],
      ["InvalidTask", ["--id", "../x", "--title", "Review"], report]
    ]
    for (const [tag, options, content] of cases) {
      fs.rmSync(join(folder, "report.md"), { force: true })
      if (content !== undefined) write("report.md", content)

      const ended = await within(["implement", "report.md", ...options, "--json", "--new"])

      const error = document(ended).error as Record<string, string>
      assert.deepStrictEqual([error.tag, ended.code], [tag, 1])
      assert.isAbove(error.fix?.length ?? 0, 20)
      assert.notMatch(ended.stderr, /^\s+at /m)
      assert.deepStrictEqual(tree(), content === undefined ? [] : ["report.md"])
    }
  })

  it("keeps hostile titles inside their documents and below the root", async () => {
    const titles = [
      "a: b # c",
      "--- \"quoted\" '{{x}}' !!js",
      "../../../../etc/passwd",
      "```",
      "| pipe | pipe |",
      "\u202Ereversed \u001B[2J",
      "*anchor &alias",
      "null",
      "x".repeat(5000)
    ]
    write("report.md", `## Recommendations\n\n${titles.map((title, index) => `${index + 1}. ${title}`).join("\n")}\n`)

    const { code, stderr } = await within(["implement", "report.md", ...task])

    assert.strictEqual(code, 0)
    assert.notInclude(stderr, "\u001B")
    assert.notInclude(stderr, "\u202E")
    const files = tree().filter((file) => file.includes("TASK-TLO-0") && file.startsWith("tasks/backlog/the-login/"))
    const read = files.map((file) => {
      const [, matter = ""] = fs.readFileSync(join(folder, file), "utf8").split(/^---$/m)
      return (yaml.parse(matter) as Record<string, unknown>).title
    })
    assert.deepStrictEqual(read, titles.map((title) => title.trim()))
  })

  /** Sends a signal to the command itself at one of the calls that change the disk, counted from 1. */
  const signalled = (signal: string, calls: ReadonlyArray<string>, at: number): Record<string, string> => {
    write(
      "signal.cjs",
      `const fs = require("node:fs")
      let left = ${at}
      for (const call of ${JSON.stringify(calls)}) {
        const original = fs[call]
        fs[call] = (...args) => {
          if (--left === 0) process.kill(process.pid, "${signal}")
          return original(...args)
        }
      }
      require("node:module").syncBuiltinESMExports()`
    )
    return { NODE_OPTIONS: `--require ${join(folder, "signal.cjs")}` }
  }

  const snapshot = () =>
    tree().filter((file) => !/signal|manifest/.test(file)).map((file) => [
      file,
      fs.readFileSync(join(folder, file), "utf8")
    ])

  const fixed = ["implement", "report.md", "--task", "task.json"]
  const prepare = () => {
    for (const path of ["tasks", ".claude", ".cairn"]) fs.rmSync(join(folder, path), { recursive: true, force: true })
    write("report.md", report)
    write("task.json", JSON.stringify({ id: "REV-2", title: "Review of the login", created: "2026-01-01" }))
  }

  it("goes on from a kill -9 at any call, to the same files", async () => {
    const calls = ["linkSync", "renameSync", "unlinkSync", "mkdirSync", "rmdirSync", "fsyncSync", "fdatasyncSync"]
    prepare()
    await call(fixed)
    const undisturbed = snapshot()

    for (const at of [3, 14, 27, 40, 50]) {
      prepare()
      const killed = await call(fixed, { env: signalled("SIGKILL", calls, at) })
      const { code } = await call(fixed)

      assert.strictEqual(killed.code, null, `at ${at}`)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(snapshot(), undisturbed, `at ${at}`)
    }
  })

  it("finishes placing when it is interrupted in the middle of it, and only then ends", async () => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      prepare()

      const ended = await call([...fixed, "--json"], { env: signalled(signal, ["linkSync"], 3) })

      assert.strictEqual(ended.code, code)
      assert.strictEqual(document(ended).status, "interrupted")
      const placed = snapshot()
      assert.strictEqual(placed.filter(([file = ""]) => /^(tasks|\.claude)/.test(file)).length, 6)
      assert.strictEqual((await call(fixed)).code, 0)
      assert.deepStrictEqual(snapshot(), placed)
    }
  })

  it("leaves nothing of what it placed where the disk refuses a file, and says what to do", async () => {
    prepare()
    write(
      "full.cjs",
      `const fs = require("node:fs")
      const link = fs.linkSync
      let left = 4
      const full = () => Object.assign(new Error("ENOSPC: no space left on device, link"), { code: "ENOSPC" })
      fs.linkSync = (...args) => { if (--left === 0) throw full(); return link(...args) }
      require("node:module").syncBuiltinESMExports()`
    )
    const before = tree()

    const ended = await call([...fixed, "--json"], { env: { NODE_OPTIONS: `--require ${join(folder, "full.cjs")}` } })

    const error = document(ended).error as Record<string, string>
    assert.deepStrictEqual([error.tag, ended.code], ["WriteFailed", 74])
    assert.include(error.message, "no space left on device (everything is as it was before)")
    assert.deepStrictEqual(tree(), before)
    assert.deepStrictEqual(fs.readdirSync(folder).filter((name) => name.includes("stage")), [])
    assert.strictEqual((await call(fixed)).code, 0)
  })
})
