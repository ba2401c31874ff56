import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { join } from "node:path"
import { bundle, type Ended, isJson, type Options, run, temporary } from "./command.ts"

const made = temporary()
let script = ""
let folder = ""

beforeAll(async () => {
  script = await bundle("test/cli/fixture.ts", made)
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string, options: Partial<Options> = {}): Promise<Ended> =>
  run(script, args.split(" "), { cwd: folder, ...options })

const document = ({ stdout }: Ended) => isJson(stdout) as Record<string, unknown>

const lines = (file: string): number => fs.readFileSync(join(folder, file), "utf8").split("\n").length - 1

describe("exit codes", { timeout: 60_000 }, () => {
  it("is 0 when it is done, with the result on stdout and everything else on stderr", async () => {
    const { code, stderr, stdout } = await call("fixture --how done")

    assert.strictEqual(code, 0)
    assert.strictEqual(stdout, "first nobody\n")
    assert.include(stderr, "Step 1/2: Doing the first thing...\n   ✓ first nobody\n")
    assert.notInclude(stderr, "\u001B")
  })

  it("is 1 when a step fails, and the message names the way on", async () => {
    const { code, stderr, stdout } = await call("fixture --how fail")

    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "error  It was refused: because\nfix    Try --how done\n")
  })

  it("is 2 for wrong usage and for a run that is not there", async () => {
    assert.strictEqual((await call("fixture --how nothing")).code, 2)
    assert.strictEqual((await call("show nothing")).code, 2)
  })

  it("is 42 when it waits for an answer, and goes on with the answer", async () => {
    const waiting = await call("fixture --how ask --json")
    const requests = document(waiting).requests as ReadonlyArray<Record<string, string>>
    const file = requests[0]?.file ?? ""

    assert.strictEqual(waiting.code, 42)
    assert.strictEqual(document(waiting).status, "waiting")
    assert.strictEqual((isJson(fs.readFileSync(file, "utf8")) as Record<string, string>).prompt, "Which word?")

    const answered = await call("answer @last --file - --json", { input: "\"yes\"" })

    assert.strictEqual(answered.code, 0)
    assert.deepInclude(document(answered), { status: "done" })
    assert.strictEqual((document(answered).output as Record<string, unknown>).text, "yes")
    assert.strictEqual(lines("first.log"), 1)
  })

  it("goes on with an answer that lies beside the checkpoint", async () => {
    const waiting = document(await call("fixture --how ask --json"))
    const [request] = waiting.requests as ReadonlyArray<
      { readonly id: string; readonly answer: { readonly file: string } }
    >
    fs.mkdirSync(join(request?.answer.file ?? "", ".."), { recursive: true })
    fs.writeFileSync(request?.answer.file ?? "", JSON.stringify({ id: request?.id, value: "beside" }))

    const { code, stdout } = await call("resume")

    assert.deepStrictEqual([code, stdout], [0, "beside\n"])
  })

  it("is 65 for an answer that does not fit, and nothing is stored", async () => {
    await call("fixture --how ask")

    assert.strictEqual((await call("answer @last --file -", { input: "\"\"" })).code, 65)
    assert.strictEqual((await call("answer @last --file -", { input: "not json" })).code, 65)
    assert.strictEqual((await call("answer @last --file -", { input: "\"good\"" })).code, 0)
  })

  it("is 65 for a damaged checkpoint, which is left as it is", async () => {
    const { run: id } = document(await call("fixture --how fail --json"))
    const journal = join(folder, ".cairn/runs", String(id), "journal")
    const damaged = fs.readFileSync(journal, "utf8").replace("Doing", "D0ing").replace("because", "becausf")
    fs.writeFileSync(journal, damaged)

    const ended = await call("fixture --how fail --json")

    assert.strictEqual(ended.code, 65)
    assert.strictEqual((document(ended).error as Record<string, unknown>).tag, "JournalDamaged")
    assert.strictEqual(fs.readFileSync(journal, "utf8"), damaged)
  })

  it("is 70 for a bug, without a stack trace unless it is asked for", async () => {
    const { code, stderr } = await call("fixture --how bug")

    assert.strictEqual(code, 70)
    assert.include(stderr, "This is a bug, not something you did: this is a bug")
    assert.notMatch(stderr, /^\s+at /m)
    assert.match((await call("fixture --how bug --verbose")).stderr, /^\s+at /m)
  })

  it("is 74 when the checkpoint cannot be written", async () => {
    fs.writeFileSync(join(folder, "file"), "")

    const ended = await call("fixture --how done --home file/home --json")

    assert.strictEqual(ended.code, 74)
    assert.deepInclude(document(ended), { status: "failed" })
  })

  it("is 75 when another process holds the run, and the other one is not disturbed", async () => {
    const held = await call("fixture --how wait --json", {
      started: (child) => {
        const wait = setInterval(() => {
          if (!child.stderr().includes("second thing...")) return
          clearInterval(wait)
          void call("fixture --how wait --json").then((second) => {
            fs.writeFileSync(join(folder, "second.json"), JSON.stringify(second))
            child.kill("SIGTERM")
          })
        }, 20)
      }
    })
    const second = isJson(fs.readFileSync(join(folder, "second.json"), "utf8")) as Ended

    assert.strictEqual(second.code, 75)
    assert.strictEqual((document(second).error as Record<string, unknown>).tag, "RunHeld")
    assert.strictEqual(held.code, 143)
  })

  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 143]] as const) {
    it(`is ${code} after ${signal}: finalizers ran, and the same command goes on`, async () => {
      const ended = await call("fixture --how wait", {
        started: (child) => {
          const wait = setInterval(() => {
            if (!child.stderr().includes("second thing...")) return
            clearInterval(wait)
            child.kill(signal)
          }, 20)
        }
      })

      assert.strictEqual(ended.code, code)
      assert.match(
        ended.stderr,
        /Stopped at "Doing the second thing"\. 1 of 2 saved\.\nGo on: fixture resume fixture-\w+-1\n$/
      )
      assert.strictEqual(lines("finalizer.log"), 1)
      const [shown] = document(await call("runs --json")).runs as ReadonlyArray<Record<string, unknown>>
      assert.deepInclude(shown, { status: "interrupted", done: 1, of: 2 })
    })
  }
})

describe("stdout and stderr", { timeout: 60_000 }, () => {
  it("holds exactly one JSON document in every outcome with --json", async () => {
    for (
      const args of [
        "fixture --how done --json",
        "fixture --how fail --json",
        "fixture --how bug --json",
        "fixture --how ask --json",
        "fixture --json",
        "--json fixture --how",
        "nothing --json",
        "runs --json",
        "show @last --json",
        "show nothing --json",
        "resume nothing --json",
        "answer @last --json",
        "graph fixture --json",
        "help --json",
        "--version --json"
      ]
    ) {
      const ended = await call(args)
      assert.isString(document(ended).schema, args)
    }
  })

  it("delivers three megabytes through a pipe", async () => {
    const { code, stdout } = await call("fixture --how large")

    assert.deepStrictEqual([code, stdout.length], [0, 3_000_001])
  })

  it("keeps logs off stdout", async () => {
    const { stderr, stdout } = await call("fixture --how log")

    assert.strictEqual(stdout, "first nobody\n")
    assert.strictEqual(stderr.split("a warning of the step").length, 2)
  })

  it("shows nothing but errors with --quiet", async () => {
    assert.strictEqual((await call("fixture --how done -q")).stderr, "")
    assert.include((await call("fixture --how fail -q")).stderr, "error  It was refused")
  })

  it("writes events as JSON lines with --progress json", async () => {
    const { stderr } = await call("fixture --how done --progress json")
    const [hello, ...events] = stderr.trim().split("\n").map((line) => isJson(line) as Record<string, unknown>)

    assert.strictEqual(hello?.schema, "cairn.events/1")
    assert.deepStrictEqual(events.map(({ _tag }) => _tag), [
      "RunStarted",
      "StepStarted",
      "StepSucceeded",
      "StepStarted",
      "StepSucceeded",
      "RunSucceeded",
      "Result"
    ])
  })

  it("colours only where it is told to", async () => {
    assert.notInclude((await call("fixture --how fail", { env: { NO_COLOR: "1" } })).stderr, "\u001B")
    assert.include((await call("fixture --how fail", { env: { FORCE_COLOR: "1" } })).stderr, "\u001B[31m")
    assert.notInclude((await call("fixture --how fail --color never", { env: { FORCE_COLOR: "1" } })).stderr, "\u001B")
  })
})

describe("options", { timeout: 60_000 }, () => {
  const input = async (args: string, options: Partial<Options> = {}) =>
    (document(await call(`fixture --json ${args}`, options)).output as Record<string, unknown>).input

  it("come from the schema: choices, numbers, lists, paths and variables", async () => {
    assert.deepStrictEqual(
      await input("--how=done --many 1 --many -2.5 --file a/b --name x", { env: { FIXTURE_TOKEN: "t" } }),
      {
        how: "done",
        many: [1, -2.5],
        file: join(fs.realpathSync(folder), "a/b"),
        name: "x",
        token: "t"
      }
    )
  })

  it("may all be given as one JSON input, which options override", async () => {
    fs.writeFileSync(join(folder, "input.json"), JSON.stringify({ how: "fail", name: "from the file" }))

    assert.deepStrictEqual(await input("--input input.json --how done"), {
      how: "done",
      many: [],
      name: "from the file"
    })
    assert.deepStrictEqual(await input("--input -", { input: "{\"how\":\"done\"}" }), {
      how: "done",
      many: [],
      name: "nobody"
    })
  })

  it("suggest what was probably meant", async () => {
    assert.include((await call("fixture --hwo done")).stderr, "Did you mean --how?")
    assert.include((await call("fixtrue --how done")).stderr, "Did you mean: fixture fixture")
    assert.include((await call("fixture --how dome")).stderr, "Did you mean --how done?")
  })

  it("say which value is missing or wrong", async () => {
    assert.include((await call("fixture --how")).stderr, "--how needs a value")
    assert.include((await call("fixture")).stderr, "--how is missing")
    assert.include((await call("fixture --how done --many x")).stderr, "--many cannot be \"x\": it is not a number")
    assert.include((await call("fixture --how done --how done")).stderr, "--how is given twice")
  })
})

describe("the same command", { timeout: 60_000 }, () => {
  it("goes on after kill -9 without doing anything twice", async () => {
    await call("fixture --how wait", {
      started: (child) => {
        const wait = setInterval(() => {
          if (!child.stderr().includes("second thing...")) return
          clearInterval(wait)
          child.kill("SIGKILL")
        }, 20)
      }
    })
    const [killed] = document(await call("runs --json")).runs as ReadonlyArray<Record<string, unknown>>
    assert.deepInclude(killed, { status: "stopped", done: 1 })

    const ended = await call("fixture --how wait", {
      started: (child) => {
        const wait = setInterval(() => {
          if (!child.stderr().includes("second thing...")) return
          clearInterval(wait)
          child.kill("SIGINT")
        }, 20)
      }
    })

    assert.include(ended.stderr, "Step 1 of 2: done before, kept")
    assert.strictEqual(lines("first.log"), 1)
  })

  it("begins a new run when the last one is done, or with --new", async () => {
    await call("fixture --how done")
    await call("fixture --how done")
    await call("fixture --how fail")
    await call("fixture --how fail --new")

    const { runs } = document(await call("runs --json")) as { readonly runs: ReadonlyArray<{ readonly run: string }> }
    assert.deepStrictEqual(runs.map(({ run }) => run.slice(-1)).sort(), ["1", "1", "2", "2"])
  })
})

describe("help", { timeout: 60_000 }, () => {
  it("is at most 80 columns wide, and shows an example, defaults and exit codes", async () => {
    for (
      const args of [
        "--help",
        "fixture --help",
        "runs --help",
        "show -h",
        "resume --help",
        "answer --help",
        "graph --help"
      ]
    ) {
      const { code, stdout } = await call(args)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(stdout.split("\n").filter((line) => line.length > 80), [])
      assert.include(stdout, "Examples")
    }
    const { stdout } = await call("fixture --help")
    assert.include(stdout, "[default: nobody]")
    assert.include(stdout, "[env: FIXTURE_TOKEN]")
    assert.include(stdout, "waits for an answer")
  })

  it("completes in each shell", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout } = await call(`completions ${shell}`)
      assert.strictEqual(code, 0)
      assert.include(stdout, "fixture __complete")
    }
  })
})
