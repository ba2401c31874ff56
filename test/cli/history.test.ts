import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Pipeline, Program, Step } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as Owner from "../../src/layers/Journal/Owner.ts"
import { isJson, temporary } from "./command.ts"
import { call, callOf } from "./within.ts"

const made = temporary()
let cwd = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
})

const said = (args: string, input?: string) =>
  Effect.suspend(() =>
    call(args.split(" "), { cwd, env: { NO_COLOR: "1" }, ...(input === undefined ? {} : { input }) })
  )

/** Lines without what differs from one moment to another. */
const still = (text: string): ReadonlyArray<string> =>
  text.replace(/\d\d:\d\d/g, "00:00").replaceAll(cwd, "CWD").trimEnd().split("\n")

const shown = (args: string) => Effect.map(said(args), ({ stdout }) => still(stdout))

const document = (args: string) => Effect.map(said(`${args} --json`), ({ stdout }) => isJson(stdout))

const [done, failed, waiting] = ["fixture-d840db8f-1", "fixture-e756d750-1", "fixture-319313e0-1"]

const three = Effect.gen(function*() {
  yield* said("fixture --how done -q")
  yield* said("fixture --how fail -q")
  yield* said("fixture --how ask -q")
})

describe("runs", () => {
  it.live("are chosen, and what is left out is counted", () =>
    Effect.gen(function*() {
      yield* three

      assert.deepStrictEqual(yield* shown("runs --status unfinished --since 1h -n 1"), [
        "RUN                 PROGRAM  STATE    STEPS  CHANGED",
        "fixture-319313e0-1  fixture  waiting  1/2    today 00:00",
        "and 1 more",
        "",
        `Go on: fixture answer ${waiting} second --file FILE`
      ])
      assert.deepStrictEqual(yield* shown("runs --older-than 1h"), ["None of the 3 runs in CWD/.cairn is one of these"])
      assert.include(
        (yield* said("runs -p fixtrue")).stderr,
        "error  There is no program \"fixtrue\", and no run of it.\nfix    Did you mean --program fixture?\n"
      )
      const { more, runs } = (yield* document("runs -s done -s failed -n 1")) as {
        readonly more: number
        readonly runs: ReadonlyArray<{ readonly run: string; readonly parent: string | null }>
      }
      assert.deepStrictEqual([more, runs.map(({ parent, run }) => [run, parent])], [1, [[failed, null]]])
    }))
})

describe("rm and gc", () => {
  it.live("remove what is finished, and say what they do", () =>
    Effect.gen(function*() {
      yield* three
      const { stderr } = yield* said(`rm ${done} ${failed}`)

      assert.deepStrictEqual(stderr.trimEnd().split("\n"), [
        `error  Run "${failed}" is not finished (failed), and what it has finished would be lost`,
        `fix    Let it go on: fixture resume ${failed}`,
        `       Remove it all the same: fixture rm ${failed} --unfinished`
      ])
      const listed = [
        "RUN                 PROGRAM  STATE  STEPS  CHANGED",
        "fixture-d840db8f-1  fixture  done   2/2    today 00:00"
      ]
      assert.deepStrictEqual(yield* shown("gc --keep 0 --dry-run"), [
        "Would remove 1 run:",
        "",
        ...listed,
        "",
        "Kept: 2 not finished"
      ])
      assert.deepStrictEqual(yield* shown("gc --older-than 1h"), [
        "Nothing to remove.",
        "Kept: 1 recent, 2 not finished"
      ])
      assert.deepStrictEqual(yield* shown("rm @last fixture-d --unfinished --dry-run"), [
        "Would remove 2 runs:",
        "",
        "RUN                 PROGRAM  STATE    STEPS  CHANGED",
        "fixture-319313e0-1  fixture  waiting  1/2    today 00:00",
        "fixture-d840db8f-1  fixture  done     2/2    today 00:00"
      ])
      assert.strictEqual(fs.readdirSync(join(cwd, ".cairn/runs")).length, 3)

      assert.deepStrictEqual(yield* shown(`rm ${done}`), ["Removed 1 run:", "", ...listed])
      const { removed, ...rest } = (yield* document("gc --keep 0 --unfinished")) as {
        readonly removed: ReadonlyArray<Record<string, unknown>>
      }
      assert.deepStrictEqual(rest, {
        schema: "cairn.removed/1",
        home: join(cwd, ".cairn"),
        dryRun: false,
        kept: []
      })
      assert.deepStrictEqual(removed.map(({ program, run, status }) => ({ run, program, status })), [
        { run: waiting, program: "fixture", status: "waiting" },
        { run: failed, program: "fixture", status: "failed" }
      ])
      assert.deepStrictEqual(fs.readdirSync(join(cwd, ".cairn/runs")), [])
    }))
})

describe("a run that waits", () => {
  it.live("goes on with an answer, whoever is asked how", () =>
    Effect.gen(function*() {
      yield* said("fixture --how ask -q")
      const next = `fixture answer ${waiting} second --file FILE`

      for (const looking of ["runs", "plan @last", "plan fixture --how ask"]) {
        assert.strictEqual((yield* shown(looking)).at(-1), `Go on: ${next}`, looking)
        assert.include(JSON.stringify(yield* document(looking)), `"next":"${next} --json"`, looking)
      }
      assert.strictEqual(
        (yield* shown("plan @last --from first")).at(-1),
        `Go on: fixture resume ${waiting} --from first`
      )
    }))

  it.live("and one that is done goes on only with something to do", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")

      assert.notInclude((yield* shown("plan @last")).join("\n"), "Go on")
      assert.strictEqual((yield* shown("plan @last --from first")).at(-1), `Go on: fixture resume ${done} --from first`)
    }))
})

describe("a step that a run went on from", () => {
  it.live("is said to run again for that", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")

      assert.deepStrictEqual((yield* shown("plan @last --from first")).slice(2, 5), [
        "STEP                          PLAN      WHY",
        "1/2   Doing the first thing   will run  asked for with --from first",
        "2/2   Doing the second thing  will run  step 1 runs first"
      ])
      yield* said("resume --from first -q @last")
      const { steps } = (yield* document("show")) as { readonly steps: ReadonlyArray<{ readonly why: string | null }> }
      assert.deepStrictEqual(steps.map(({ why }) => why), [
        "asked for with --from first",
        "asked for with --from first"
      ])
      assert.match((yield* shown("show"))[3] ?? "", / first nobody {2}\(again: asked for with --from first\)$/)
    }))
})

describe("a run that cannot go on", () => {
  it.live("is not said to, and goes where nothing would be lost with it", () =>
    Effect.gen(function*() {
      yield* three
      const journal = (run: string) => join(cwd, ".cairn/runs", run, "journal")
      // Killed at its birth, and damaged.
      fs.writeFileSync(journal(failed), "")
      fs.writeFileSync(journal(done), `X${fs.readFileSync(journal(done), "utf8").slice(1)}`)

      assert.deepStrictEqual(yield* shown(`show ${failed}`), [
        `fixture ${failed} · stopped`,
        "",
        "It was stopped before it began: repeat the command that started it."
      ])
      const { runs } = (yield* document("runs")) as {
        readonly runs: ReadonlyArray<{ readonly run: string; readonly next: string | null }>
      }
      assert.deepStrictEqual(runs.filter(({ next }) => next !== null).map(({ run }) => run), [waiting])
      assert.include((yield* said("resume")).stderr, waiting)

      assert.deepStrictEqual((yield* said(`rm ${failed} ${done}`)).stderr.trimEnd().split("\n"), [
        `error  Run "${done}" is damaged, and what it has finished would be lost`,
        `fix    Remove it all the same: fixture rm ${done} --unfinished`
      ])
      yield* shown(`rm ${failed}`)
      assert.deepStrictEqual(fs.readdirSync(join(cwd, ".cairn/runs")).sort(), [done, waiting].sort())
    }))
})

describe("rm of a run whose owner nobody here can see", () => {
  it.live("says how it goes all the same, and that is so", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")
      const lock = join(cwd, ".cairn/runs", done, "lock.99")
      const owner = `${JSON.stringify({ ...Owner.self(), pid: 7, host: "elsewhere", boot: "another" })}\n`
      fs.writeFileSync(lock, owner)

      const { code, stderr } = yield* said(`rm ${done}`)
      assert.strictEqual(code, 75)
      assert.deepStrictEqual(still(stderr), [
        `error  Run "${done}" is held by process 7 on elsewhere`,
        "fix    If you are sure that it has ended, repeat the command with --break-lock."
      ])
      assert.strictEqual((yield* shown(`rm ${done} --break-lock --dry-run`))[0], "Would remove 1 run:")
      assert.strictEqual(fs.readFileSync(lock, "utf8"), owner)
      assert.strictEqual((yield* shown(`rm ${done} --break-lock`))[0], "Removed 1 run:")
      assert.deepStrictEqual(fs.readdirSync(join(cwd, ".cairn/runs")), [])
    }))
})

describe("a run that the disk does not let be read", () => {
  /** A disk on which nothing can be looked at whose path begins so. */
  const failing = (beginning: string): Disk.Operations => {
    const { open, lstat } = Disk.real
    const refused = <A extends ReadonlyArray<unknown>, B>(operation: (path: string, ...rest: A) => B) =>
    (
      path: string,
      ...rest: A
    ): B => {
      if (path.startsWith(join(cwd, ".cairn/runs", beginning))) {
        throw Object.assign(new Error("EIO: i/o error, open"), { code: "EIO" })
      }
      return operation(path, ...rest)
    }
    return { ...Disk.real, open: refused(open), lstat: refused(lstat) }
  }
  const on = (args: string, beginning = join(done, "journal")) =>
    Effect.suspend(() => Effect.provideService(said(args), Disk.Disk, failing(beginning)))
  const lines = (args: string) => Effect.map(on(args), ({ stdout }) => still(stdout))

  it.live("is shown among the others, and stays until it is named", () =>
    Effect.gen(function*() {
      yield* three

      assert.deepStrictEqual(yield* lines("runs"), [
        "RUN                 PROGRAM  STATE       STEPS  CHANGED",
        "fixture-319313e0-1  fixture  waiting     1/2    today 00:00",
        "fixture-e756d750-1  fixture  failed      1/2    today 00:00",
        "fixture-d840db8f-1  fixture  unreadable  -      -",
        "",
        `Why ${done} cannot be read: fixture show ${done}`,
        "",
        `Go on: fixture answer ${waiting} second --file FILE`
      ])
      const listed = yield* on("runs --status unreadable --json", done)
      assert.strictEqual(listed.code, 0)
      assert.deepInclude((isJson(listed.stdout) as { readonly runs: ReadonlyArray<unknown> }).runs[0], {
        run: done,
        status: "unreadable",
        next: null
      })
      const { code, stderr } = yield* on(`show ${done}`)
      assert.strictEqual(code, 74)
      assert.deepStrictEqual(still(stderr), [
        `error  Could not read the checkpoint of run "${done}" (CWD/.cairn/runs/${done}/journal): EIO: i/o error`,
        "fix    See that the disk works and that you may read what is there, then repeat the same command: everything acknowledged is kept."
      ])
      assert.include((yield* on("resume -q")).stderr, waiting)
      assert.include((yield* on("show")).stdout, waiting)
      assert.include((yield* on(`resume ${done}`)).stderr, "Could not read")
      assert.deepStrictEqual((yield* lines("gc --keep 0 --unfinished --dry-run")).slice(-1), [
        "Kept: 1 that cannot be read"
      ])
      assert.deepStrictEqual(still((yield* on(`rm ${done}`)).stderr), [
        `error  Run "${done}" cannot be read, and what it has finished would be lost`,
        `fix    Remove it all the same: fixture rm ${done} --unfinished`
      ])
      assert.include((yield* on(`rm ${done}`, done)).stderr, "Could not read the checkpoint")
      assert.include((yield* on("__complete -- show fixture-", done)).stdout, waiting)
      yield* on(`rm ${done} --unfinished`)
      assert.deepStrictEqual(fs.readdirSync(join(cwd, ".cairn/runs")).sort(), [failed, waiting].sort())
    }))
})

/** The bytes of every file of a run. */
const bytesOf = (run: string): Readonly<Record<string, string>> => {
  const folder = join(cwd, ".cairn/runs", run)
  return Object.fromEntries(
    fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => {
      const path = join(folder, name)
      return [name, `${fs.statSync(path, { bigint: true }).mtimeNs} ${fs.readFileSync(path, "hex")}`]
    })
  )
}

describe("fork", () => {
  it.live("has as many steps as its own input leads to, and what has to run again is not done", () =>
    Effect.gen(function*() {
      const same = Step.make("same", { title: "Taking", input: Schema.Int, success: Schema.Int, run: Effect.succeed })
      const Input = Schema.Struct({ count: Schema.Int, from: Schema.Int })
      const program = Program.make({
        name: "counting",
        input: Input,
        pipeline: ({ count }) =>
          Pipeline.fromSteps("counting", {
            input: Input,
            steps: Array.from({ length: count }, (_, n) => ({
              key: `n${n}`,
              unit: same,
              select: ({ from }: typeof Input.Type) => from
            }))
          })
      }, { description: "Counts." })
      const call = (args: string, input = "") =>
        callOf({ name: "app", version: "1", programs: [program] }, args.split(" "), { cwd, input })
      yield* call("counting --count 2 --from 1 -q")

      const more = yield* call("fork @last --input -", "{\"count\":3}")
      assert.include(more.stdout, ": 2 of 3 steps are done")
      const other = yield* call("fork @last --input -", "{\"from\":2}")
      const fork = other.stdout.split(" ")[0] ?? ""

      assert.deepStrictEqual(still((yield* call(`show ${fork}`)).stdout).slice(4, 7), [
        "  · 1/3 Taking",
        "  · 2/3 Taking",
        "  · 3/3 Taking"
      ])
      assert.include((yield* call(`plan ${fork}`)).stdout, "1/3   Taking  will run  its input changed")
    }))

  it.live("makes a run that says whose fork it is, and changes no byte of that one", () =>
    Effect.gen(function*() {
      yield* said("fixture --how fail --name me -q")
      const [source = ""] = fs.readdirSync(join(cwd, ".cairn/runs"))
      // What a step writes beside its result.
      const written = { format: "cairn.written/1", files: [{ path: "/a", sha256: "0", previous: null }] }
      fs.writeFileSync(join(cwd, ".cairn/runs", source, "written.json"), JSON.stringify(written), { mode: 0o600 })
      const before = bytesOf(source)
      const { code, stdout } = yield* said("fork @last --from second --input -", "{\"how\":\"done\"}")
      const fork = stdout.split(" ")[0] ?? ""

      assert.strictEqual(code, 0)
      assert.deepStrictEqual(stdout.trimEnd().split("\n"), [
        `${fork} is a fork of ${source}: 1 of 2 steps are done`,
        "",
        `What it would do: fixture plan ${fork}`,
        `Go on: fixture resume ${fork}`
      ])
      assert.deepStrictEqual(
        isJson(fs.readFileSync(join(cwd, ".cairn/runs", fork, "written.json"), "utf8")),
        written
      )
      assert.include((yield* shown(`show ${fork}`)).join("\n"), `fork of ${source}`)
      assert.deepStrictEqual((yield* shown(`plan ${fork}`)).slice(0, 5), [
        `fixture · would go on with run ${fork} (interrupted)`,
        "",
        "STEP                          PLAN      WHY",
        "1/2   Doing the first thing   cached",
        "2/2   Doing the second thing  will run  forked from second"
      ])
      const ended = yield* said(`resume ${fork} --json`)
      assert.deepInclude(isJson(ended.stdout), { status: "done", run: fork })
      // The first step was not run again: it notes each time that it is.
      assert.strictEqual(fs.readFileSync(join(cwd, "first.log"), "utf8"), "first\n")
      assert.deepStrictEqual(bytesOf(source), before)
    }))
})

describe("export and import", () => {
  it.live("carry a run to another store, where it goes on", () =>
    Effect.gen(function*() {
      yield* said("fixture --how ask -q")
      const piped = yield* said(`export ${waiting}`)
      const file = yield* said(`export @last --output run.jsonl`)

      assert.match(
        file.stdout,
        new RegExp(`^Exported ${waiting} to run.jsonl: \\d+ records, ${piped.stdout.length} bytes\n$`)
      )
      assert.strictEqual(fs.readFileSync(join(cwd, "run.jsonl"), "utf8"), piped.stdout)
      assert.strictEqual(fs.statSync(join(cwd, "run.jsonl")).mode & 0o777, 0o600)
      assert.strictEqual(
        (yield* said(`import run.jsonl`)).stderr.split("\n")[0],
        `error  There is a run "${waiting}" here already`
      )
      const imported = yield* said("import - --home there", piped.stdout)
      assert.deepStrictEqual(still(imported.stdout), [
        `Imported ${waiting} (waiting): 4 records`,
        "",
        `Go on: fixture answer ${waiting} second --file FILE --home CWD/there`
      ])
      assert.deepInclude(
        isJson((yield* said(`answer ${waiting} --file - --json --home there`, "\"red\"")).stdout),
        { status: "done" }
      )
      assert.strictEqual(fs.readFileSync(join(cwd, "first.log"), "utf8"), "first\n")
    }))
})
