import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Layer, Option, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentCommand from "../../src/layers/Agent/Command.ts"
import { temporary } from "../cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** The end of a question to a program of Node that runs this code. */
const asked = (code: string, options: Partial<Parameters<typeof AgentCommand.layer>[0]> = {}) =>
  Effect.either(
    Agent.ask({ name: "color", prompt: "Which color?", answer: Schema.Struct({ color: Schema.String }) }).pipe(
      Effect.provide(
        Layer.provide(
          AgentCommand.layer({ words: [process.execPath, "-e", code], cwd: folder, attempts: 1, ...options }),
          NodeFileSystem.layer
        )
      )
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
          console.log("Thinking…\\n" + JSON.stringify({ color: prompt.includes("Which color?") ? "blue" : "none" }))
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
        asked("", { words: ["no-such-program"] }),
        asked("const line = 'x'.repeat(1e6); for (let i = 0; i < 20; i++) process.stdout.write(line)"),
        asked("process.stdout.write(Buffer.from([0xff, 0xfe]))"),
        asked("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10000)")
      ], { concurrency: 2 })

      assert.deepStrictEqual(
        ends.map((end) => reason(end).replace(/^.*?: /, "")),
        [
          "it ended with 3: no credit",
          "there is no program \"no-such-program\"",
          "it wrote more than 16 MiB",
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
      for (const how of ["time limit", "interrupt"]) {
        const file = join(folder, `${how}.pid`)
        const code = `
          process.on("SIGTERM", () => {})
          const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setTimeout(()=>{},60000)"])
          require("node:fs").writeFileSync(${JSON.stringify(`${file}.part`)}, child.pid + " " + process.pid)
          require("node:fs").renameSync(${JSON.stringify(`${file}.part`)}, ${JSON.stringify(file)})
          setTimeout(() => {}, 60000)`
        const fiber = yield* Effect.fork(asked(code, how === "interrupt" ? {} : { timeLimit: "2 seconds" }))
        while (!fs.existsSync(file)) yield* Effect.sleep("20 millis")
        const pids = fs.readFileSync(file, "utf8").split(" ").map(Number)

        if (how === "interrupt") yield* Fiber.interrupt(fiber)
        else {
          const end = yield* Fiber.join(fiber)
          assert.isTrue(Either.isLeft(end) && end.left instanceof Agent.AgentTimedOut)
        }

        while (pids.some(isAlive)) yield* Effect.sleep("20 millis")
        assert.strictEqual(pids.length, 2)
      }
    }))
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
