import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Result } from "../../src/cli/result.ts"
import { type Said } from "./calling.ts"
import { isJson, temporary } from "./command.ts"
import { call } from "./within.ts"

const made = temporary()
let folder = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const said = (args: string, input = "") => Effect.suspend(() => call(args.split(" "), { cwd: folder, input }))

/** The one run there is. */
const journal = () => join(folder, ".cairn/runs", fs.readdirSync(join(folder, ".cairn/runs"))[0] ?? "", "journal")

const damage = Effect.sync(() =>
  fs.writeFileSync(journal(), fs.readFileSync(journal(), "utf8").replace("first nobody", "f1rst nobody"))
)

/** Does something while another run of the same command is under way. */
const held = (args: string) =>
  Effect.gen(function*() {
    const other = yield* Effect.fork(said("fixture --how wait --json"))
    while (!fs.existsSync(join(folder, "first.log"))) yield* Effect.sleep("5 millis")
    const ended = yield* said(args)
    yield* Fiber.interrupt(other)
    return ended
  })

interface Case {
  readonly args: string
  readonly code: number
  /** What the document is, or the tag of its error. */
  readonly is: string
  readonly before?: Effect.Effect<unknown>
  readonly input?: string
  readonly ended?: Effect.Effect<Said>
}

const asked = said("fixture --how ask")
const done = said("fixture --how done")
const failed = said("fixture --how fail")

const cases: ReadonlyArray<readonly [outcome: string, Case]> = [
  // A program.
  ["done", { args: "fixture --how done --json", code: 0, is: "done" }],
  ["failed", { args: "fixture --how fail --json", code: 1, is: "Refused" }],
  ["a bug", { args: "fixture --how bug --json", code: 70, is: "Defect" }],
  ["waiting", { args: "fixture --how ask --json", code: 42, is: "waiting" }],
  ["waiting for many", { args: "many --count 3 --json", code: 42, is: "waiting" }],
  ["large", { args: "fixture --how large --json", code: 0, is: "done" }],
  ["what it has to have is missing", { args: "fixture --json", code: 2, is: "UsageError" }],
  ["no such option", { args: "fixture --json --hwo done", code: 2, is: "UsageError" }],
  ["no such choice", { args: "fixture --json --how dome", code: 2, is: "UsageError" }],
  ["not a number", { args: "many --count x --json", code: 2, is: "UsageError" }],
  ["a value that is missing", { args: "--json fixture --how", code: 2, is: "UsageError" }],
  ["a switch with a value", { args: "fixture --how done --json=yes", code: 2, is: "UsageError" }],
  ["too many words", { args: "fixture x --json", code: 2, is: "UsageError" }],
  ["input that is not JSON", { args: "fixture --input - --json", input: "{", code: 65, is: "InputInvalid" }],
  ["input that is empty", { args: "fixture --input - --json", code: 65, is: "InputInvalid" }],
  ["input that does not fit", { args: "fixture --input - --json", input: "{}", code: 65, is: "InputInvalid" }],
  ["input that is not there", { args: "fixture --input no.json --json", code: 65, is: "InputInvalid" }],
  ["held", { args: "", ended: held("fixture --how wait --json"), code: 75, is: "RunHeld" }],
  ["damaged", {
    args: "fixture --how fail --json",
    before: Effect.zipRight(failed, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["the disk failed", {
    args: "fixture --how done --home file/home --json",
    before: Effect.sync(() => fs.writeFileSync(join(folder, "file"), "")),
    code: 74,
    is: "JournalError"
  }],
  // runs
  ["runs", { args: "runs --json", before: done, code: 0, is: "cairn.runs/1" }],
  ["no runs", { args: "runs --json", code: 0, is: "cairn.runs/1" }],
  ["runs, one of them damaged", {
    args: "runs --json",
    before: Effect.zipRight(done, damage),
    code: 0,
    is: "cairn.runs/1"
  }],
  ["runs that are chosen", {
    args: "runs --program fixture --status done --since 2d --older-than 2999-01-01 --limit 1 --json",
    before: done,
    code: 0,
    is: "cairn.runs/1"
  }],
  ["runs of no program", { args: "runs --program fixtrue --json", before: done, code: 2, is: "UsageError" }],
  ["runs in no state", { args: "runs --status dnoe --json", code: 2, is: "UsageError" }],
  ["runs since when", { args: "runs --since yesterday --json", code: 2, is: "UsageError" }],
  ["too few runs", { args: "runs --limit 0 --json", code: 2, is: "UsageError" }],
  ["runs, wrongly", { args: "runs it --json", code: 2, is: "UsageError" }],
  ["runs of a disk that fails", { args: "runs --home /dev/null/x --json", code: 74, is: "JournalError" }],
  // show
  ["show", { args: "show --json", before: done, code: 0, is: "cairn.show/1" }],
  ["show a failure", { args: "show --json", before: failed, code: 0, is: "cairn.show/1" }],
  ["show a step", { args: "show --step second --json", before: done, code: 0, is: "cairn.step/1" }],
  ["show a step that failed", { args: "show --step 2 --json", before: failed, code: 0, is: "cairn.step/1" }],
  ["show no such step", { args: "show --step secnd --json", before: done, code: 2, is: "UsageError" }],
  ["show nothing", { args: "show --json", code: 2, is: "RunNotFound" }],
  ["show no such run", { args: "show nothing --json", before: done, code: 2, is: "RunNotFound" }],
  ["show a damaged one", {
    args: "show --json",
    before: Effect.zipRight(done, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["show a held one", { args: "", ended: held("show --json"), code: 0, is: "cairn.show/1" }],
  // report
  ["report", { args: "report --json", before: done, code: 0, is: "cairn.report/1" }],
  ["report what waits", { args: "report -o run.html --json", before: asked, code: 0, is: "cairn.report/1" }],
  ["report into a folder", { args: "report -o . --json", before: done, code: 2, is: "UsageError" }],
  ["report to nowhere", { args: "report -o no/run.html --json", before: done, code: 74, is: "WriteFailed" }],
  ["report nothing", { args: "report --json", code: 2, is: "RunNotFound" }],
  ["report a damaged one", {
    args: "report --json",
    before: Effect.zipRight(done, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["report a held one", { args: "", ended: held("report --json"), code: 0, is: "cairn.report/1" }],
  // resume
  ["resume", { args: "resume --json", before: failed, code: 1, is: "Refused" }],
  ["resume from a step", { args: "resume --from first --json", before: failed, code: 1, is: "Refused" }],
  ["resume from no such step", { args: "resume --from frist --json", before: failed, code: 2, is: "StepNotFound" }],
  ["resume what waits", { args: "resume --json", before: asked, code: 42, is: "waiting" }],
  ["resume nothing", { args: "resume --json", code: 2, is: "RunNotFound" }],
  ["resume no such run", { args: "resume nothing --json", before: failed, code: 2, is: "RunNotFound" }],
  ["resume a held one", { args: "", ended: held("resume @last --json"), code: 75, is: "RunHeld" }],
  ["resume a damaged one", {
    args: "resume @last --json",
    before: Effect.zipRight(failed, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  // plan
  ["plan a program", { args: "plan fixture --how done --json", code: 0, is: "cairn.plan/1" }],
  ["plan a run", { args: "plan @last --from first --json", before: failed, code: 0, is: "cairn.plan/1" }],
  ["plan a held one", { args: "", ended: held("plan @last --json"), code: 0, is: "cairn.plan/1" }],
  ["plan input that is empty", { args: "plan fixture --input - --json", code: 65, is: "InputInvalid" }],
  ["plan what it has to have", { args: "plan fixture --json", code: 2, is: "UsageError" }],
  ["plan from no such step", { args: "plan @last --from frist --json", before: failed, code: 2, is: "StepNotFound" }],
  ["plan a damaged one", {
    args: "plan @last --json",
    before: Effect.zipRight(failed, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["plan nothing", { args: "plan nothing --json", code: 2, is: "RunNotFound" }],
  // fork
  ["fork", { args: "fork @last --from second --json", before: failed, code: 0, is: "cairn.fork/1" }],
  ["fork with another input", {
    args: "fork @last --input - --json",
    input: "{\"how\":\"done\"}",
    before: failed,
    code: 0,
    is: "cairn.fork/1"
  }],
  ["fork with what is no input", {
    args: "fork @last --input - --json",
    input: "{\"hwo\":\"done\"}",
    before: failed,
    code: 65,
    is: "InputInvalid"
  }],
  ["fork from no such step", { args: "fork @last --from x --json", before: failed, code: 2, is: "StepNotFound" }],
  ["fork a held one", { args: "", ended: held("fork @last --json"), code: 0, is: "cairn.fork/1" }],
  ["fork a damaged one", {
    args: "fork @last --json",
    before: Effect.zipRight(failed, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["fork nothing", { args: "fork nothing --json", code: 2, is: "RunNotFound" }],
  // export and import
  ["export", { args: "export @last --output run.jsonl --json", before: done, code: 0, is: "cairn.exported/1" }],
  ["export to stdout", { args: "export @last --json", before: done, code: 2, is: "UsageError" }],
  ["export to nowhere", { args: "export @last -o no/run.jsonl --json", before: done, code: 74, is: "WriteFailed" }],
  ["export a damaged one", {
    args: "export @last -o run.jsonl --json",
    before: Effect.zipRight(done, damage),
    code: 65,
    is: "JournalDamaged"
  }],
  ["export nothing", { args: "export nothing -o run.jsonl --json", code: 2, is: "RunNotFound" }],
  ["import", {
    args: "import run.jsonl --home there --json",
    before: Effect.zipRight(done, said("export @last -o run.jsonl")),
    code: 0,
    is: "cairn.imported/1"
  }],
  ["import what is here", {
    args: "import run.jsonl --json",
    before: Effect.zipRight(done, said("export @last -o run.jsonl")),
    code: 65,
    is: "RunExists"
  }],
  ["import something else", { args: "import - --json", input: "{}", code: 65, is: "ArchiveRefused" }],
  ["import what is not there", { args: "import run.jsonl --json", code: 65, is: "InputInvalid" }],
  // rm and gc
  ["rm", { args: "rm @last --json", before: done, code: 0, is: "cairn.removed/1" }],
  ["rm what is not finished", { args: "rm @last --json", before: failed, code: 2, is: "RunUnfinished" }],
  ["rm it all the same", { args: "rm @last --unfinished --json", before: failed, code: 0, is: "cairn.removed/1" }],
  ["rm a damaged one", {
    args: "rm @last --unfinished --json",
    before: Effect.zipRight(done, damage),
    code: 0,
    is: "cairn.removed/1"
  }],
  ["rm a held one", { args: "", ended: held("rm @last --unfinished --json"), code: 75, is: "RunHeld" }],
  ["rm no such run", { args: "rm nothing --json", before: done, code: 2, is: "RunNotFound" }],
  ["rm which", { args: "rm --json", code: 2, is: "UsageError" }],
  ["gc", { args: "gc --keep 0 --older-than 2999-01-01 --json", before: done, code: 0, is: "cairn.removed/1" }],
  ["gc of what", { args: "gc --json", before: done, code: 2, is: "UsageError" }],
  ["gc, how many", { args: "gc --keep few --json", code: 2, is: "UsageError" }],
  // answer
  ["answer", { args: "answer @last --file - --json", input: "\"red\"", before: asked, code: 0, is: "done" }],
  ["answer wrongly", {
    args: "answer @last --file - --json",
    input: "1",
    before: asked,
    code: 65,
    is: "AnswerInvalid"
  }],
  ["answer another question", {
    args: "answer @last other --file - --json",
    input: "\"red\"",
    before: asked,
    code: 65,
    is: "WrongRequest"
  }],
  ["answer which", { args: "answer @last --file - --json", before: said("many --count 2"), code: 2, is: "UsageError" }],
  ["answer with what", { args: "answer @last --json", before: asked, code: 2, is: "UsageError" }],
  ["answer what was not asked", { args: "answer @last --file - --json", before: failed, code: 2, is: "UsageError" }],
  ["answer whom", { args: "answer --json", code: 2, is: "UsageError" }],
  ["answer no such run", { args: "answer nothing --file - --json", code: 2, is: "RunNotFound" }],
  // The command line itself.
  ["graph", { args: "graph fixture --json", code: 0, is: "cairn.graph/1" }],
  ["graph of nothing", { args: "graph fixtrue --json", code: 2, is: "UsageError" }],
  ["graph of what", { args: "graph --json", code: 2, is: "UsageError" }],
  ["the schema of a program", { args: "schema fixture --json", code: 0, is: "cairn.schema/1" }],
  ["the schema of results", { args: "schema result --json", code: 0, is: "cairn.schema/1" }],
  ["the schema of nothing", { args: "schema fixtrue --json", code: 2, is: "UsageError" }],
  ["help", { args: "help --json", code: 0, is: "cairn.help/1" }],
  ["help of a command", { args: "fixture --help --json", code: 0, is: "cairn.help/1" }],
  ["help of no command", { args: "help fixtrue --json", code: 2, is: "UsageError" }],
  ["help of the exit codes", { args: "help exit-codes --json", code: 0, is: "cairn.exit-codes/1" }],
  ["completions", { args: "completions bash --json", code: 0, is: "cairn.completions/1" }],
  ["completions of no shell", { args: "completions csh --json", code: 2, is: "UsageError" }],
  ["the version", { args: "--version --json", code: 0, is: "cairn.version/1" }],
  ["no command", { args: "--json", code: 0, is: "cairn.help/1" }],
  ["no such command", { args: "nothing --json", code: 2, is: "UsageError" }]
]

describe("--json", () => {
  it.live.each(cases)(
    "prints exactly one document: %s",
    ([, { args, before, code, ended, input, is }]) =>
      Effect.gen(function*() {
        if (before !== undefined) yield* before

        const { stderr, stdout, ...rest } = yield* ended ?? said(args, input)

        assert.match(stdout, /^[^\n]+\n$/)
        assert.notInclude(stderr, "\u001B")
        const document = isJson(stdout) as Record<string, unknown>
        const error = document.error as Record<string, unknown> | undefined
        assert.deepStrictEqual(
          [rest.code, document.schema === "cairn.result/1" ? error?.tag ?? document.status : document.schema],
          [code, is],
          stdout
        )
        if (document.schema !== "cairn.result/1") return
        // It is what `schema result` says, and nothing beside that.
        const result = yield* Schema.decodeUnknown(Result, { onExcessProperty: "error" })(document)
        if (result.status === "waiting") {
          assert.match(result.next, /^fixture resume \S+-1 --json$/)
          for (const { file } of result.requests) assert.isTrue(fs.existsSync(file))
        }
        if (result.status === "failed") {
          assert.isNotEmpty(result.error.message)
          assert.isNotEmpty(result.error.fix)
        }
      })
  )
})
