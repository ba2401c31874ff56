import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentCommand from "../../src/layers/Agent/Command.ts"
import { temporary } from "../cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const program = (code: string) => [process.execPath, "-e", code] as const

/** The end of a question to a program of Node that runs this code. */
const asked = (code: string, options: Partial<Parameters<typeof AgentCommand.layer>[0]> = {}) =>
  Effect.either(
    Agent.ask({ name: "color", prompt: "Which color?", answer: Schema.Struct({ color: Schema.String }) }).pipe(
      Effect.provide(AgentCommand.layer({ command: program(code), root: folder, attempts: 1, ...options }))
    )
  )

const blue = { color: "blue" }
const reason = (end: Either.Either<unknown, { readonly message: string }>) =>
  Either.match(end, { onLeft: ({ message }) => message, onRight: () => "it succeeded" })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A zombie has ended; nobody has asked for its exit code yet.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

describe("a command", () => {
  it.live("reads the prompt on stdin and answers on stdout, with words around it or in an envelope", () =>
    Effect.gen(function*() {
      const plain = yield* asked(`
        let prompt = ""
        process.stdin.on("data", (text) => (prompt += text)).on("end", () => {
          console.log("[1/2] Thinking {…}\\n[2/2] Done.\\n" + JSON.stringify({ color: prompt.includes("Which color?") ? "blue" : "none" }))
        })`)
      const envelope = yield* asked(`console.log(JSON.stringify({
        type: "result", result: '{"color":"blue"}', usage: { input_tokens: 3, output_tokens: 4 }, total_cost_usd: 1
      }))`)

      assert.deepStrictEqual([plain, envelope], [Either.right(blue), Either.right(blue)])
    }))

  it.live("that fails, is not there, says too much or is not text is told so", () =>
    Effect.gen(function*() {
      const ends = yield* Effect.all([
        asked("console.error('no credit'); process.exit(3)"),
        asked("", { command: ["no-such-program"] }),
        asked("", { command: ["yes"] }),
        asked("setInterval(() => process.stdout.write('x'.repeat(1000)), 1)", { maxOutput: 1024 * 1024 / 2 }),
        asked("process.exitCode = 1; console.error('\\u001b[31m' + 'x'.repeat(10000))"),
        asked("process.stdout.write(Buffer.from([0xff, 0xfe]))"),
        asked("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10000)")
      ], { concurrency: 2 })

      assert.deepStrictEqual(
        ends.map((end) => reason(end).replace(/^.*?: /, "")),
        [
          "it ended with 3: no credit",
          `there is no program "no-such-program", or no folder ${folder}`,
          "it wrote more than 16 MiB",
          "it wrote more than 0.5 MiB",
          `it ended with 1: ${"x".repeat(500)}`,
          "what it wrote is not UTF-8 text",
          "it was ended by SIGTERM"
        ]
      )
    }))

  it.live("knows harmless variables of the environment, and those that are named", () =>
    Effect.gen(function*() {
      process.env.CAIRN_TEST_SECRET = "secret"
      const code = "console.log(JSON.stringify({ color: String(process.env.CAIRN_TEST_SECRET) + !!process.env.PATH }))"

      assert.deepStrictEqual(yield* asked(code), Either.right({ color: "undefinedtrue" }))
      assert.deepStrictEqual(
        yield* asked(code, { env: ["CAIRN_TEST_SECRET"] }),
        Either.right({ color: "secrettrue" })
      )
      delete process.env.CAIRN_TEST_SECRET
    }))

  it.live("is ended with its children when it takes too long, and when nobody waits any more", () =>
    Effect.gen(function*() {
      yield* Effect.forEach(["time limit", "interrupt"], (how) =>
        Effect.gen(function*() {
          const file = join(folder, `${how}.pid`)
          const code = `
            process.on("SIGTERM", () => {})
            const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setTimeout(()=>{},60000)"])
            require("node:fs").writeFileSync(${JSON.stringify(`${file}.part`)}, child.pid + " " + process.pid)
            require("node:fs").renameSync(${JSON.stringify(`${file}.part`)}, ${JSON.stringify(file)})
            setTimeout(() => {}, 60000)`
          const fiber = yield* Effect.fork(asked(code, how === "interrupt" ? {} : { timeLimit: "3 seconds" }))
          while (!fs.existsSync(file)) yield* Effect.sleep("20 millis")
          const pids = fs.readFileSync(file, "utf8").split(" ").map(Number)

          if (how === "interrupt") yield* Fiber.interrupt(fiber)
          else {
            const end = yield* Fiber.join(fiber)
            assert.isTrue(Either.isLeft(end) && end.left instanceof Agent.AgentTimedOut)
          }

          while (pids.some(isAlive)) yield* Effect.sleep("20 millis")
          assert.strictEqual(pids.length, 2)
        }), { concurrency: 2 })
    }))
})

describe("a command that leaves a child behind", () => {
  const child = "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], OPTIONS)"
  const answers = "console.log(JSON.stringify({ color: String(child.pid) })); process.exit(0)"

  it.live("has its answer taken, and the child ended with it", () =>
    Effect.gen(function*() {
      const end = yield* asked(`const child = ${child.replace("OPTIONS", "{ stdio: 'inherit' }")}; ${answers}`)

      const pid = Number(Either.getOrThrow(end).color)
      while (isAlive(pid)) yield* Effect.sleep("20 millis")
      assert.isAbove(pid, 0)
    }))

  it.live("has its answer taken even where the child went its own way", () =>
    Effect.gen(function*() {
      const end = yield* asked(
        `const child = ${child.replace("OPTIONS", "{ stdio: 'inherit', detached: true }")}; ${answers}`
      )

      process.kill(Number(Either.getOrThrow(end).color), "SIGKILL")
    }))
})

describe("a command that is told to end", () => {
  it.live("may tidy up first", () =>
    Effect.gen(function*() {
      const file = join(folder, "tidied")
      const end = yield* asked(
        `process.on("SIGTERM", () => { require("node:fs").writeFileSync(${JSON.stringify(file)}, ""); process.exit(0) })
         setTimeout(() => {}, 60000)`,
        { timeLimit: "1 second" }
      )

      assert.isTrue(Either.isLeft(end) && end.left instanceof Agent.AgentTimedOut)
      assert.isTrue(fs.existsSync(file))
    }))
})

describe("a coding agent", () => {
  /** A stand-in that writes down how it was called, and does the rest. */
  const standIn = (name: string, code: string) => {
    const bin = fs.mkdtempSync(join(folder, "bin-"))
    fs.writeFileSync(
      join(bin, name),
      `#!${process.execPath}
const fs = require("node:fs")
const args = process.argv.slice(2)
const at = args.indexOf("--output-schema")
const schema = at === -1 ? undefined : fs.readFileSync(args[at + 1], "utf8")
const input = fs.readFileSync(0, "utf8")
fs.writeFileSync(${JSON.stringify(join(bin, "call.json"))}, JSON.stringify({ args, schema, input, env: process.env }))
${code}
`,
      { mode: 0o755 }
    )
    return { bin, call: () => JSON.parse(fs.readFileSync(join(bin, "call.json"), "utf8")) }
  }

  const called = (name: string, code: string, env: Record<string, string> = {}, model?: string) =>
    Effect.gen(function*() {
      const { bin, call } = standIn(name, code)
      const before = { ...process.env }
      Object.assign(process.env, env, { PATH: `${bin}:${process.env.PATH ?? ""}` })
      const command = Option.getOrThrow(AgentCommand.presetOf(name))
      const end = yield* Effect.ensuring(
        asked("", { command, model }),
        Effect.sync(() => {
          for (const name of ["PATH", ...Object.keys(env)]) {
            if (before[name] === undefined) delete process.env[name]
            else process.env[name] = before[name]
          }
        })
      )
      return { end, call: call() }
    })

  const schema = JSON.stringify({
    type: "object",
    required: ["color"],
    properties: { color: { type: "string" } },
    additionalProperties: false
  })

  it.live("is claude: its structured output counts, with what it cost", () =>
    Effect.gen(function*() {
      const said = { type: "result", is_error: false, result: "Blue.", structured_output: blue, total_cost_usd: 0.1 }
      const { call, end } = yield* called(
        "claude",
        `console.log(${JSON.stringify(JSON.stringify(said))})`,
        { ANTHROPIC_API_KEY: "sk-ant-0123456789", OPENAI_API_KEY: "sk-0123456789", CLAUDECODE: "1" },
        "sonnet"
      )

      assert.deepStrictEqual(end, Either.right(blue))
      assert.deepStrictEqual(
        call.args,
        ["-p", "--output-format", "json", "--model", "sonnet", "--json-schema", schema]
      )
      assert.include(call.input, "Which color?")
      assert.deepStrictEqual(
        [call.env.ANTHROPIC_API_KEY, call.env.OPENAI_API_KEY, call.env.CLAUDECODE],
        ["sk-ant-0123456789", undefined, undefined]
      )

      const failed = yield* called(
        "claude",
        "console.log('{\"type\":\"result\",\"is_error\":true,\"result\":\"Out of credit\"}')"
      )
      assert.include(reason(failed.end), "it says: Out of credit")
      const telling = yield* called(
        "claude",
        "console.error('bad key ' + process.env.ANTHROPIC_API_KEY); process.exit(1)",
        { ANTHROPIC_API_KEY: "sk-ant-0123456789" }
      )
      assert.include(reason(telling.end), "it ended with 1: bad key <redacted>")
    }))

  it.live("is codex: it is given the schema in a file, and changes nothing", () =>
    Effect.gen(function*() {
      const { call, end } = yield* called("codex", "console.log('{\"color\":\"blue\"}')")

      assert.deepStrictEqual(end, Either.right(blue))
      const [file] = call.args.splice(5, 1)
      assert.deepStrictEqual(
        call.args,
        ["exec", "--sandbox", "read-only", "--skip-git-repo-check", "--output-schema", "-"]
      )
      assert.strictEqual(call.schema, schema)
      assert.isFalse(fs.existsSync(file))
    }))

  it.live("is opencode: it is told the schema in words", () =>
    Effect.gen(function*() {
      const { call, end } = yield* called("opencode", "console.log('It is {\"color\":\"blue\"}.')", {}, "a/b")

      assert.deepStrictEqual(end, Either.right(blue))
      assert.deepStrictEqual(call.args, ["run", "--model", "a/b"])
      assert.include(call.input, schema)
    }))

  it("is known by these names", () => {
    assert.isTrue(Option.isNone(AgentCommand.presetOf("toString")))
  })
})

describe("the words of a command line", () => {
  it("are split as a shell splits them, and nothing is expanded", () => {
    assert.deepStrictEqual(
      [
        "claude -p",
        "  a 'b c' \"d \\\"e\" f\\ g 'h'i ''  ",
        "echo $HOME `ls` *",
        "open 'quote",
        "  "
      ].map((line) => Option.getOrNull(AgentCommand.words(line))),
      [
        ["claude", "-p"],
        ["a", "b c", "d \"e", "f g", "hi", ""],
        ["echo", "$HOME", "`ls`", "*"],
        null,
        null
      ]
    )
  })
})
