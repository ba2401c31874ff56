import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Line } from "../../src/cli/result.ts"
import { bundle, type Child, type Ended, isJson, type Options, run, temporary } from "./command.ts"

const made = temporary()
let script = ""
let folder = ""

beforeAll(async () => {
  script = await bundle("test/cli/fixture.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string, options: Partial<Options> = {}): Promise<Ended> =>
  run(script, args.split(" "), { cwd: folder, ...options })

const document = ({ stdout }: Ended) => isJson(stdout) as Record<string, unknown>

const lines = (file: string): number => fs.readFileSync(join(folder, file), "utf8").split("\n").length - 1

/** Once the second step is under way. */
const inTheMiddle = (child: Child): Promise<void> => child.until(() => child.stderr().includes("second thing..."))

const killed = (signal: NodeJS.Signals) => async (child: Child) => {
  await inTheMiddle(child)
  child.kill(signal)
}

/** The end of every command, in the order of the codes. */
describe("exit codes", { timeout: 60_000 }, () => {
  it("is 0 when it is done, with the result on stdout and everything else on stderr", async () => {
    const { code, stderr, stdout } = await call("fixture --how done")

    assert.strictEqual(code, 0)
    assert.strictEqual(stdout, "first nobody\n")
    assert.include(stderr, "Step 1/2: Doing the first thing...\n   ✓ first nobody\n")
    assert.notInclude(stderr, "\u001B")
  })

  it("is 1 when a step fails: what, why, the way on, and where", async () => {
    const { code, stderr, stdout } = await call("fixture --how fail")

    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.match(
      stderr,
      /\nerror {2}It was refused by the door\nwhy {4}Nobody gave a reason\.\nfix {4}Try --how done\nwhere {2}step "Doing the second thing" of run fixture-\w+-1\n {7}details: fixture show fixture-\w+-1 --step second\n$/
    )
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

  it("is 65 for an answer that does not fit, and nothing is stored", async () => {
    await call("fixture --how ask")

    assert.strictEqual((await call("answer @last --file -", { input: "\"\"" })).code, 65)
    assert.strictEqual((await call("answer @last --file -", { input: "not json" })).code, 65)
    assert.strictEqual((await call("answer @last --file -", { input: "\"good\"" })).code, 0)
  })

  it("is 65 for a damaged checkpoint, which is left as it is", async () => {
    const { run: id } = document(await call("fixture --how fail --json"))
    const journal = join(folder, ".cairn/runs", String(id), "journal")
    const damaged = fs.readFileSync(journal, "utf8").replace("the door", "the do0r")
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

  it("is 74 when the disk under the checkpoint is full, and the same command goes on when it is not", async () => {
    // No file may grow beyond a mebibyte: the result of three does not fit.
    const full = await call("fixture --how large --json", { shell: "ulimit -f 1024;" })

    assert.strictEqual(full.code, 74)
    assert.strictEqual((document(full).error as Record<string, unknown>).tag, "JournalError")

    const { code, stderr } = await call("fixture --how large")

    assert.strictEqual(code, 0)
    assert.include(stderr, "Step 1 of 2: done before, kept")
    assert.strictEqual(lines("first.log"), 1)
  })

  it("is 74 when the result cannot be written", async () => {
    const { code, stderr } = await call("runs", { shell: "exec > /dev/full;" })

    assert.strictEqual(code, 74)
    assert.include(stderr, "error  The result could not be written to stdout: ENOSPC")
  })

  it("is 75 when another process holds the run, and the other one is not disturbed", async () => {
    let second: Ended | undefined
    const held = await call("fixture --how wait --json", {
      started: async (child) => {
        await inTheMiddle(child)
        second = await call("fixture --how wait --json")
        child.kill("SIGTERM")
      }
    })

    assert.strictEqual(second?.code, 75)
    assert.strictEqual(held.code, 143)
  })

  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 143]] as const) {
    it(`is ${code} after ${signal}: finalizers ran, and the same command goes on`, async () => {
      const ended = await call("fixture --how wait", { started: killed(signal) })

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

  it("is not cut short by the same signal at the same time, as `timeout` sends it", async () => {
    // From within, since the system makes one of two that come before the first is heard.
    const preload = join(folder, "twice.cjs")
    fs.writeFileSync(
      preload,
      "process.once('SIGTERM', () => process.nextTick(() => process.emit('SIGTERM', 'SIGTERM')))"
    )
    const ended = await call("fixture --how wait", {
      started: killed("SIGTERM"),
      env: { NODE_OPTIONS: `--require ${preload}` }
    })

    assert.strictEqual(ended.code, 143)
    assert.include(ended.stderr, "Stopped at \"Doing the second thing\". 1 of 2 saved.")
    assert.strictEqual(lines("finalizer.log"), 1)
    const [shown] = document(await call("runs --json")).runs as ReadonlyArray<Record<string, unknown>>
    assert.deepInclude(shown, { status: "interrupted", done: 1, of: 2 })
  })

  it("is 130 at once after a second signal, with its one document, and nothing that was saved is lost", async () => {
    const ended = await call("fixture --how hang --json", {
      started: async (child) => {
        await inTheMiddle(child)
        child.kill("SIGINT")
        // The finalizer does not end by itself.
        await child.until(() => fs.existsSync(join(folder, "finalizer.log")))
        // As long as it takes a person to press a key again.
        await new Promise((resolve) => setTimeout(resolve, 100))
        child.kill("SIGINT")
      }
    })

    assert.strictEqual(ended.code, 130)
    assert.deepInclude(document(ended), { status: "interrupted", program: "fixture" })
    const [shown] = document(await call("runs --json")).runs as ReadonlyArray<Record<string, unknown>>
    assert.deepInclude(shown, { done: 1, of: 2 })
  })
})

describe("stdout and stderr", { timeout: 60_000 }, () => {
  it("deliver three megabytes through a pipe", async () => {
    const { code, stdout } = await call("fixture --how large")

    assert.deepStrictEqual([code, stdout.length], [0, 3_000_001])
  })

  it("deliver all of a document to a slow reader, although the code is 42", async () => {
    // Asking takes some questions more than a pipe holds.
    const { stdout } = await run(script, [], {
      cwd: folder,
      shell:
        `f() { { "$@"; echo "$?" > code; } | { sleep 0.3; cat; }; }; f '${process.execPath}' '${script}' many --count 200 --json;`
    })
    const [first = ""] = stdout.split("\n")

    assert.isAbove(first.length, 3 * 131_072)
    assert.strictEqual((isJson(first) as { readonly requests: ReadonlyArray<unknown> }).requests.length, 200)
    assert.strictEqual(fs.readFileSync(join(folder, "code"), "utf8"), "42\n")
  })

  it("leave no trace when the reader goes away", async () => {
    const { stderr, stdout } = await run(script, [], {
      cwd: folder,
      shell: `'${process.execPath}' '${script}' fixture --how large -q | head -c 1; echo "\${PIPESTATUS[0]}" >&2; exit;`
    })

    assert.deepStrictEqual([stdout, stderr], ["x", "0\n"])
  })

  it("keep what anybody logs or prints off stdout", async () => {
    const logged = await call("fixture --how log")
    const printed = await call("fixture --how print --json")

    assert.strictEqual(logged.stdout, "first nobody\n")
    assert.match(logged.stderr, /^Warning: a warning of the step$/m)
    assert.match(printed.stderr, /^printed from within$/m)
    assert.strictEqual(document(printed).status, "done")
  })

  it("carry nothing but events with --progress json, and the result at the end", async () => {
    const { stderr } = await call("fixture --how log --progress json")
    const [hello, ...events] = stderr.trim().split("\n").map((line) => isJson(line) as Record<string, unknown>)

    for (const line of stderr.trim().split("\n")) {
      Schema.decodeUnknownSync(Schema.parseJson(Line), { onExcessProperty: "error" })(line)
    }
    assert.strictEqual(hello?.schema, "cairn.events/1")
    assert.deepStrictEqual(events.map(({ _tag }) => _tag), [
      "RunStarted",
      "StepStarted",
      "StepSucceeded",
      "StepStarted",
      "Logged",
      "StepSucceeded",
      "RunSucceeded",
      "Result"
    ])
    assert.deepInclude(events.at(-1)?.result, { schema: "cairn.result/1", status: "done" })
  })

  it("are coloured only where they are told to", async () => {
    assert.notInclude((await call("fixture --how fail", { env: { NO_COLOR: "1" } })).stderr, "\u001B")
    assert.include((await call("fixture --how fail", { env: { FORCE_COLOR: "1" } })).stderr, "\u001B[31m")
    assert.notInclude((await call("fixture --how fail --color never", { env: { FORCE_COLOR: "1" } })).stderr, "\u001B")
  })
})

describe("stdin", { timeout: 60_000 }, () => {
  it("is waited for while it is a pipe that stays open", async () => {
    const { code, stdout } = await call("fixture --input -", {
      input: null,
      started: (child) => {
        // Not before the command has looked for it once.
        setTimeout(() => child.write("{\"how\":"), 400)
        setTimeout(() => child.write("\"done\"}"), 500)
        setTimeout(() => child.end(), 600)
      }
    })

    assert.deepStrictEqual([code, stdout], [0, "first nobody\n"])
  })

  it("may be closed", async () => {
    for (const args of ["runs", "fixture --how done", "resume", "fixture --how ask"]) {
      const { code } = await call(args, { shell: "exec <&-;" })
      assert.oneOf(code, [0, 2, 42], args)
    }
    assert.strictEqual((await call("answer @last --file -", { shell: "exec <&-;" })).code, 65)
  })
})

describe("the same command", { timeout: 60_000 }, () => {
  it("goes on after kill -9 without doing anything twice", async () => {
    await call("fixture --how wait", { started: killed("SIGKILL") })
    const [stopped] = document(await call("runs --json")).runs as ReadonlyArray<Record<string, unknown>>
    assert.deepInclude(stopped, { status: "stopped", done: 1 })

    const ended = await call("fixture --how wait", { started: killed("SIGINT") })

    assert.include(ended.stderr, "Step 1 of 2: done before, kept")
    assert.strictEqual(lines("first.log"), 1)
  })
})
