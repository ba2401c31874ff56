import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Pipeline, Program, Step } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"
import { isJson, temporary } from "./command.ts"
import { call, callOf } from "./within.ts"

const made = temporary()
let cwd = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
})

/** Lines without what differs from one moment to another. */
const still = (text: string): ReadonlyArray<string> =>
  text.replace(/\d\d:\d\d/g, "00:00").replace(/\d\.\ds/g, "0.0s").replaceAll(cwd, "CWD")
    .replaceAll(/requests\/[0-9a-f]+/g, "requests/ID").trimEnd().split("\n")

const said = (args: string, columns?: number) =>
  Effect.suspend(() =>
    call(args.split(" "), { cwd, env: { NO_COLOR: "1" }, ...(columns === undefined ? {} : { columns }) })
  )

const shown = (args: string, columns?: number) => Effect.map(said(args, columns), ({ stdout }) => still(stdout))

describe("runs", () => {
  it.live("are in columns, the one that changed last first, with the way to go on", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* shown("runs"), ["There are no runs in CWD/.cairn"])
      yield* said("fixture --how done -q")
      yield* said("fixture --how fail -q")
      yield* said("fixture --how ask -q")

      assert.deepStrictEqual(yield* shown("runs"), [
        "RUN                 PROGRAM  STATE    STEPS  CHANGED",
        "fixture-319313e0-1  fixture  waiting  1/2    today 00:00",
        "fixture-e756d750-1  fixture  failed   1/2    today 00:00",
        "fixture-d840db8f-1  fixture  done     2/2    today 00:00",
        "",
        "Go on: fixture answer fixture-319313e0-1 second --file FILE"
      ])
    }))
})

describe("a run of a program that this command line does not have", () => {
  it.live("goes on with the file that has it, where files can be run", () =>
    Effect.gen(function*() {
      yield* said("fixture --how fail -q")
      const of = (words: string, runsFiles: boolean) =>
        Effect.map(
          callOf({ name: "other", version: "1.0.0", programs: [], runsFiles }, words.split(" "), { cwd }),
          ({ stdout }) => still(stdout).at(-1)
        )

      for (const words of ["runs", "show @last"]) {
        assert.strictEqual(yield* of(words, true), "Go on: other run FILE resume fixture-e756d750-1", words)
        assert.notInclude(yield* of(words, false), "Go on", words)
      }
    }))
})

describe("the folder for checkpoints", () => {
  it.live("is refused where it is a file", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "file"), "")

      const named = yield* said("fixture --how done --home file")
      const set = yield* call(["runs"], { cwd, env: { NO_COLOR: "1", CAIRN_HOME: "file" } })

      const none = "error  The folder for checkpoints is none: CWD/file"
      assert.deepStrictEqual([named.code, still(named.stderr)], [2, [none, "fix    Give --home DIR"]])
      assert.deepStrictEqual(
        [set.code, still(set.stderr)],
        [2, [none, "fix    Set CAIRN_HOME to a folder, or give --home DIR"]]
      )
    }))
})

describe("a table", () => {
  it.live("is told line by line where it does not fit", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* shown("plan fixture --how done", 34), [
        "fixture · would begin a run",
        "",
        "1/2 Doing the first thing",
        "  will run",
        "2/2 Doing the second thing",
        "  will run · step 1 runs first"
      ])
    }))
})

describe("a run that is not there", () => {
  it.live("is begun where there is none at all, and looked for where there are some", () =>
    Effect.gen(function*() {
      const told = (args: string) =>
        Effect.map(said(args), ({ code, stderr }) => {
          assert.strictEqual(code, 2, args)
          return still(stderr)
        })
      const begin = "fix    Begin one: fixture help"
      for (
        const args of ["show", "show @last", "answer @last", "fork @last", "rm @last", "export @last", "plan @last"]
      ) {
        assert.deepStrictEqual(yield* told(args), ["error  There are no runs here yet", begin], args)
      }
      assert.deepStrictEqual(yield* told("resume"), ["error  There are no runs in CWD/.cairn yet", begin])
      assert.deepStrictEqual(yield* told("show x"), ["error  There is no run \"x\"", begin])

      yield* said("fixture --how done -q")

      const list = "fix    List the runs: fixture runs"
      assert.deepStrictEqual(yield* told("resume"), ["error  No run is unfinished in CWD/.cairn", list])
      assert.deepStrictEqual(yield* told("show x"), ["error  There is no run \"x\"", list])
    }))
})

describe("show", () => {
  it.live("says what each step did, what failed, and what to do", () =>
    Effect.gen(function*() {
      yield* said("fixture --how fail -q")

      assert.deepStrictEqual(yield* shown("show"), [
        "fixture fixture-e756d750-1 · failed · 1 of 2 steps",
        "started today 00:00 · input {\"how\":\"fail\",\"name\":\"nobody\",\"many\":[]}",
        "",
        "  ✓ 1/2 Doing the first thing     0.0s  first nobody",
        "  ✗ 2/2 Doing the second thing    0.0s  It was refused by the door",
        "",
        "fix    Try --how done",
        "",
        "What a step gave: fixture show fixture-e756d750-1 --step NUMBER",
        "Go on: fixture resume fixture-e756d750-1"
      ])
      assert.deepStrictEqual(yield* shown("show --step 2"), [
        "Refused: It was refused by the door",
        "",
        "fix    Try --how done"
      ])
      assert.deepStrictEqual(yield* shown("show --step first"), ["\"first nobody\""])
    }))

  it.live("says what is asked, and what has not begun", () =>
    Effect.gen(function*() {
      yield* said("fixture --how ask -q")

      assert.deepStrictEqual((yield* shown("show")).slice(3), [
        "  ✓ 1/2 Doing the first thing     0.0s  first nobody",
        "  ? 2/2 Doing the second thing    0.0s  waits for an answer",
        "",
        "  A person is asked by second:",
        "    Which word?",
        "  Answer    fixture answer fixture-319313e0-1 second --file FILE",
        "            such as \"blue\"",
        "  Question  CWD/.cairn/runs/fixture-319313e0-1/requests/ID.json",
        "",
        "What a step gave: fixture show fixture-319313e0-1 --step NUMBER"
      ])
    }))

  it.live("tells the parts of a group as one row, and one by one where they are asked for", () =>
    Effect.gen(function*() {
      for (const name of ["left", "right", "count", "move", "beside"]) fs.writeFileSync(join(cwd, name), "")
      yield* said("views -q")

      assert.deepStrictEqual((yield* shown("show")).slice(3, 8), [
        "  ✓ 1/5 Waiting on the left    0.0s  left is there",
        "  ✓ 2/5 右側で待っています     0.0s  right is there",
        "  ✓ 3/5 Counting               0.0s  6 done",
        "  ✓ 4/5 Standing still         0.0s",
        "  ✓ 5/5 Waiting beside it      0.0s  beside is there"
      ])
      assert.deepStrictEqual(
        yield* shown("show --step items"),
        [1, 2, 3, 4, 5, 6].map((item) => `✓ items/${item}    0.0s`)
      )
      assert.deepStrictEqual(yield* shown("show --step items/3"), ["3"])
    }))

  it.live("says everything there is where that is asked for: times, attempts, sizes, what is kept, bugs in full", () =>
    Effect.gen(function*() {
      yield* said("fixture --how bug -q")
      yield* said("resume -q")
      const lines = yield* shown("show -v")

      assert.deepStrictEqual(lines.slice(3, 5), [
        "  ✓ 1/2 Doing the first thing     0.0s  first nobody",
        "        began today 00:00 · 1 attempt · 14 bytes · kept from before the run last went on"
      ])
      assert.include(lines[5], "✗ 2/2 Doing the second thing    0.0s  a bug: RuntimeException: this is a bug")
      assert.include(lines[5], "(again: it failed before)")
      assert.strictEqual(lines[6], "        this is a bug")
      assert.match(lines[7] ?? "", /^ {8}at .*/)
      const { bytes, steps, undoing } = isJson((yield* said("show --json")).stdout) as {
        readonly bytes: number
        readonly undoing: number
        readonly steps: ReadonlyArray<Record<string, unknown>>
      }
      assert.deepStrictEqual([bytes, undoing], [14, 0])
      assert.deepStrictEqual(
        steps.map(({ attempts, bytes, kept, undo, why }) => ({ attempts, bytes, kept, undo, why })),
        [
          { attempts: 1, bytes: 14, kept: true, undo: null, why: null },
          { attempts: 1, bytes: 0, kept: false, undo: null, why: "it failed before" }
        ]
      )
      yield* said("fixture --how large -q")
      assert.include((yield* shown("show")).join("\n"), "\n        3.0 MB\n")
    }))

  it.live("shows what recovered from a failure, and what was undone or could not be", () =>
    Effect.gen(function*() {
      class Bad extends Schema.TaggedError<Bad>()("Bad", { why: Schema.String }) {
        override get message() {
          return `It is bad:\n${this.why}`
        }
        get fix() {
          return "Be good."
        }
      }
      const step = (name: string, run: (text: string) => Effect.Effect<string, Bad> = Effect.succeed) =>
        Step.make(name, { title: `Doing ${name}`, input: Schema.String, success: Schema.String, failure: Bad, run })
      const fails = (name: string) => step(name, () => new Bad({ why: `${name} cannot` }))
      const program = Program.make(
        Pipeline.make("undoing", { input: Schema.Struct({}) }).pipe(
          Pipeline.step(
            "stuck",
            Step.compensate(step("stuck"), () => Effect.fail(new Bad({ why: "it sticks" }))),
            () => ""
          ),
          Pipeline.step("undone", Step.compensate(step("undone"), () => Effect.void), () => ""),
          Pipeline.catchTag("caught", fails("caught"), () => "", "Bad", step("instead"), ({ why }) => why),
          Pipeline.step("last", fails("last"), ({ caught }) => caught)
        ),
        { description: "Is undone." }
      )
      const call = (args: string) =>
        callOf({ name: "app", version: "1", programs: [program] }, args.split(" "), { cwd, env: { NO_COLOR: "1" } })
      yield* call("undoing --compensate -q")
      const lines = still((yield* call("show")).stdout)

      assert.deepStrictEqual(lines.slice(3, 15), [
        "  ✓ 1/4 Doing stuck      0.0s",
        "        could not be undone: It is bad: ⏎ it sticks",
        "  ↶ 2/4 Doing undone     0.0s  undone",
        "  ✗ 3/4 Doing caught     0.0s  It is bad: ⏎ caught cannot",
        "        It is bad:",
        "        caught cannot",
        "  ✓ 3/4 Doing instead    0.0s",
        "  ✗ 4/4 Doing last       0.0s  It is bad: ⏎ last cannot",
        "        It is bad:",
        "        last cannot",
        "",
        "fix    Be good."
      ])

      const undone = (name: string, undo: () => Effect.Effect<void, Bad>) => Step.compensate(step(name), undo)
      const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
        Pipeline.step("stuck", undone("stuck", () => Effect.fail(new Bad({ why: "it sticks" }))), ({ input }) => input),
        Pipeline.step("loose", undone("loose", () => Effect.void), ({ input }) => input)
      )
      const nested = Program.make(
        Pipeline.make("nested", { input: Schema.Struct({}) }).pipe(
          Pipeline.step("in", inner, () => ""),
          Pipeline.step("last", fails("last"), () => "")
        ),
        { description: "Is undone in part." }
      )
      const callNested = (args: string) =>
        callOf({ name: "app", version: "1", programs: [nested] }, args.split(" "), { cwd, env: { NO_COLOR: "1" } })
      yield* callNested("nested --compensate -q")
      const { steps: [group] } = JSON.parse((yield* callNested("show --json")).stdout)

      assert.deepStrictEqual(still((yield* callNested("show")).stdout).slice(3, 5), [
        "  ↶ 1/2 inner         0.0s  2 done  undone",
        "        in/stuck could not be undone: It is bad: ⏎ it sticks"
      ])
      assert.deepInclude(group.undo.problem, { tag: "Bad" })
    }))

  it.live("names the steps there are, where there is no such step", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")
      const near = yield* said("show --step frist")
      const far = yield* said("show --step zzzzzz")

      assert.include(near.stderr, "fix    Did you mean --step first?\n")
      assert.include(far.stderr, "fix    It has: first, second\n")
    }))
})

describe("what comes from outside", () => {
  const evil = "\u001B[2J\u202Eevil\u0007\n"
  const step = Step.make("step", {
    title: `Title ${evil}`,
    input: Schema.String,
    success: Schema.Unknown,
    run: (text) => Effect.succeed({ text }),
    summary: () => `Summary ${evil}`
  })
  const program = Program.make(
    Pipeline.make("evil", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Pipeline.step("step", step, ({ input }) => input.text),
      Pipeline.forEach("each", step, () => [evil], { key: (text) => text }),
      Pipeline.output(Schema.String, () => evil)
    ),
    { description: `Does ${evil}`, print: (text) => text }
  )
  class Evil extends Schema.TaggedError<Evil>()(evil, {}) {
    override get message(): string {
      return evil
    }
    get fix(): string {
      return evil
    }
  }
  /** Fails, or has a bug. */
  const failing = Program.make(
    Pipeline.make("failing", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Pipeline.step(
        "step",
        Step.make("step", {
          title: "Failing",
          input: Schema.String,
          success: Schema.Void,
          failure: Evil,
          run: (text) =>
            text === "bug" ? Effect.die(Object.assign(new Error(evil), { name: evil })) : Effect.fail(new Evil({}))
        }),
        ({ input }) => input.text
      )
    ),
    { description: "Fails." }
  )

  it.live("cannot reach the terminal", () =>
    Effect.gen(function*() {
      const definition = { name: "evil", version: "1", programs: [program, failing] }
      const all = [
        ["evil", "--text", evil],
        ["evil", "--text", evil, "--progress", "lines"],
        ["show"],
        ["show", "--step", "1"],
        ["show", "--step", "each"],
        ["show", "--step", evil],
        ["show", "--json"],
        ["show", evil],
        ["report"],
        ["report", "--json"],
        ["report", evil],
        ["report", "-o", evil],
        ["runs"],
        ["runs", "--home", evil],
        ["runs", "--home", `/dev/null/${evil}`],
        ["graph", "evil"],
        ["evil", "--help"],
        ["evil", evil],
        ["evil", "--text", "x", `--${evil}`],
        ...["bug", "failure"].flatMap((text) => [
          ["failing", "--text", text],
          ["failing", "--text", text, "--verbose", "--progress", "lines"],
          ["show"],
          ["show", "--verbose"],
          ["show", "--step", "1"]
        ]),
        [evil],
        []
      ]
      for (const words of all) {
        const { stderr, stdout } = yield* callOf(definition, words, { cwd, columns: 80, env: { NO_COLOR: "1" } })
        // The view itself moves the cursor, and no more.
        // oxlint-disable-next-line no-control-regex -- that is what a sequence begins with
        const seen = (stdout + stderr).replaceAll(/\r?\u001B\[(?:\d*A|J|K)/g, "")
        // oxlint-disable-next-line no-control-regex -- and these are what a terminal obeys
        assert.notMatch(seen, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/, JSON.stringify(words))
      }
    }))
})
