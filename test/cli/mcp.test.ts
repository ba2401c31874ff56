import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { join } from "node:path"
import { bundle, type Ended, isJson, run, temporary } from "./command.ts"
import * as mcp from "./mcpServing.ts"
import type { Client, Json } from "./mcpServing.ts"

const made = temporary()
let script = ""
let folder = ""

beforeAll(async () => {
  script = await bundle("test/cli/askingCommand.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const serving = (use: (client: Client) => Promise<void>, options: mcp.Options = {}): Promise<Ended> =>
  mcp.serving(script, folder, use, options)

const good = { title: "Rain", pages: 3 }

describe("mcp", { timeout: 60_000 }, () => {
  it("introduces itself and its tools, in the form of the programs", async () => {
    const { code, stderr, stdout } = await serving(async ({ messages, request }) => {
      const [hello] = messages()
      assert.deepStrictEqual(hello, {
        jsonrpc: "2.0",
        id: 0,
        result: {
          protocolVersion: "2025-06-18",
          capabilities: { completions: {}, tools: { listChanged: true } },
          serverInfo: { name: "asking", version: "1.2.3" }
        }
      })
      const { result: { tools } } = await request("tools/list", undefined, "a name")
      const hintsOf = (tool: Json) => [tool.name, ...Object.values({ ...tool.annotations, title: undefined }).slice(1)]
      assert.deepStrictEqual(tools.map(hintsOf), [
        ["run_start", false, true, false, true],
        ["run_status", true, false, true, false],
        ["run_answer", false, true, false, true],
        ["run_list", true, false, true, false],
        ["run_output", true, false, true, false]
      ])
      const { input, program, settings } = tools[0].inputSchema.properties
      assert.deepStrictEqual(program.enum, ["book", "poem"])
      assert.deepStrictEqual(
        input.anyOf.map(({ properties, required, title }: Json) => [title, properties, required]),
        [
          ["book", { parts: { type: "array", items: { type: "string" } } }, ["parts"]],
          ["poem", { after: { type: "string", description: "The file that it waits for" } }, ["after"]]
        ]
      )
      assert.deepStrictEqual(settings.anyOf.map(({ properties }: Json) => Object.keys(properties)), [["attempts"], []])
      assert.notInclude(JSON.stringify(tools), "\"$id\"")
      for (const { inputSchema } of tools) assert.strictEqual(inputSchema.type, "object")
    })

    assert.deepStrictEqual([code, stderr], [0, ""])
    for (const line of stdout.trim().split("\n")) assert.deepInclude(isJson(line), { jsonrpc: "2.0" })
  })

  it("starts a run, is told what is wrong with an answer, and finishes it with the right ones", async () => {
    const { code } = await serving(async ({ call }) => {
      const waiting = await call("run_start", { program: "book", input: { parts: ["one", "two"] } })
      assert.isFalse(waiting.isError)
      const { requests, run: id, status } = waiting.structuredContent
      assert.strictEqual(status, "waiting")
      assert.deepStrictEqual(isJson(waiting.content[0].text), waiting.structuredContent)
      const file = isJson(
        fs.readFileSync(join(folder, ".cairn/runs", id, "requests", `${requests[0].id}.json`), "utf8")
      ) as Json
      assert.deepStrictEqual(requests[0], {
        ...file,
        answer: { tool: "run_answer", arguments: { run: id, request: requests[0].id } }
      })
      assert.deepStrictEqual(waiting.structuredContent.next, { tool: "run_answer", arguments: { run: id } })

      const refused = await call("run_answer", { run: id, request: "parts/two", answer: { title: "" } })
      assert.isTrue(refused.isError)
      assert.strictEqual(
        refused.content[0].text,
        [
          "error  The answer to \"parts/two\" does not fit the question (2 problems, attempt 1 of 3); nothing was stored.",
          "  /title: Expected a non empty string, actual \"\"",
          "  /pages: is missing",
          "fix    Correct the answer and send it again: run_answer with \"request\": parts/two"
        ].join("\n")
      )
      assert.strictEqual(refused.structuredContent.requests[1].attempt, 2)

      const left = await call("run_answer", { run: id, request: requests[1].id, answer: good })
      assert.deepStrictEqual(left.structuredContent.requests.map(({ step }: Json) => step), ["parts/one"])
      const unclear = await call("run_output", { run: id })
      assert.isTrue(unclear.isError)
      assert.include(unclear.content[0].text, "is not done: its status is \"waiting\"")
      const done = await call("run_answer", { run: id, answer: { id: requests[0].id, value: good } })
      const output = { schema: "cairn.result/1", status: "done", run: id, program: "book", output: [good, good] }
      assert.deepStrictEqual([done.isError, done.structuredContent], [false, output])
      assert.deepStrictEqual((await call("run_output", { run: "@last" })).structuredContent, output)
      const { runs } = (await call("run_list")).structuredContent
      assert.deepStrictEqual(runs.map(({ done, of, run, status }: Json) => [run, status, done, of]), [[
        id,
        "done",
        1,
        1
      ]])
    })
    assert.strictEqual(code, 0)
  })

  it("says of a run that takes long that it is running, and how it ended", async () => {
    const { code } = await serving(async ({ call, child }) => {
      const { structuredContent: { run: id } } = await call("run_start", { program: "poem", input: { after: "go" } })
      const running = await call("run_answer", { run: id, answer: { topic: "rain", verses: 2, rhymes: true } })
      assert.deepStrictEqual(running.structuredContent, {
        schema: "cairn.result/1",
        run: id,
        program: "poem",
        status: "running",
        next: { tool: "run_status", arguments: { run: id } }
      })
      assert.deepInclude((await call("run_status", { run: id })).structuredContent, {
        status: "running",
        done: 1,
        of: 2
      })
      const again = await call("run_start", { program: "poem", input: { after: "go" } })
      assert.deepStrictEqual(again.structuredContent, running.structuredContent)

      fs.writeFileSync(join(folder, "go"), "")
      let status = "running"
      while (status === "running") status = (await call("run_status", { run: id })).structuredContent.status
      assert.deepStrictEqual((await call("run_output", { run: id })).structuredContent.output, {
        text: "2 verses on rain, rhymed"
      })
      assert.strictEqual(child.stderr(), "")
    })
    assert.strictEqual(code, 0)
  })

  it("asks a person through the client that offers it, and says so where an answer does not fit", async () => {
    const asked: Array<Json> = []
    const answers = [{ topic: "x", verses: 2, rhymes: false }, { topic: "snow", verses: 2, rhymes: false }]
    fs.writeFileSync(join(folder, "go"), "")
    await serving(async ({ call }) => {
      const done = await call("run_start", { program: "poem", input: { after: "go" } })
      assert.deepStrictEqual(done.structuredContent.output, { text: "2 verses on snow" })
    }, {
      capabilities: { elicitation: {} },
      ask: (params) => {
        asked.push(params)
        return { action: "accept", content: answers[asked.length - 1] }
      }
    })

    assert.deepStrictEqual(asked[0], {
      message: "What is it to be about?",
      requestedSchema: {
        type: "object",
        properties: {
          topic: {
            type: "string",
            title: "minLength(3)",
            description: "a string at least 3 character(s) long",
            minLength: 3
          },
          verses: {
            type: "integer",
            title: "between(1, 9)",
            description: "a number between 1 and 9",
            minimum: 1,
            maximum: 9
          },
          rhymes: { type: "boolean" }
        },
        required: ["topic", "verses", "rhymes"]
      }
    })
    assert.include(asked[1]?.message, "Not accepted: /topic: Expected a string at least 3 character(s) long")
  })

  it("leaves the question open when the person declines, and asks no agent through the client", async () => {
    let count = 0
    await serving(async ({ call }) => {
      const poem = await call("run_start", { program: "poem", input: { after: "go" } })
      assert.deepStrictEqual([poem.structuredContent.status, count], ["waiting", 1])
      const book = await call("run_start", { program: "book", input: { parts: ["one"] } })
      assert.deepStrictEqual([book.structuredContent.status, count], ["waiting", 1])
    }, {
      capabilities: { elicitation: {} },
      ask: () => {
        count++
        return { action: "decline" }
      }
    })
    assert.strictEqual(count, 1)
  })

  it("says in its own words what it cannot do", async () => {
    await serving(async ({ call, child, messages, request }) => {
      const words = async (name: string, args?: unknown) => (await call(name, args)).content[0].text
      assert.strictEqual(
        await words("run_status", { runs: 1 }),
        "error  run_status cannot be called with these arguments:\n/runs: is unexpected, expected: \"run\"\n/run: is missing\n" +
          "fix    Call run_status again with arguments that fit its inputSchema."
      )
      assert.include(await words("run_start", { program: "nook", input: {} }), "/program: Expected \"book\" | \"poem\"")
      assert.strictEqual(
        await words("run_start", { program: "book", input: { part: [] } }),
        "error  There is no \"part\" to give.\nfix    Did you mean \"parts\"?"
      )
      assert.include(
        await words("run_start", { program: "poem", input: { after: "x" }, settings: { key: "k" } }),
        "The setting \"key\" is a secret"
      )
      assert.include(await words("run_status", { run: "none" }), "fix    Begin one: run_start")

      assert.deepStrictEqual((await request("tools/call", { name: "nope", arguments: {} })).error, {
        code: -32602,
        message: "Tool 'nope' not found"
      })
      assert.deepStrictEqual((await request("nope")).error.code, -32601)
      assert.deepStrictEqual((await request("tools/call", { arguments: 1 })).error.code, -32602)
      child.write("no json\n[]\n{}\n")
      await child.until(() => messages().filter(({ id }) => id === null).length === 3)
      assert.deepStrictEqual(messages().filter(({ id }) => id === null).map(({ error }) => error.code), [
        -32700,
        -32600,
        -32600
      ])
      assert.deepStrictEqual((await request("ping")).result, {})
    })
  })

  it("answers everything that was asked before its stdin ended, and stops what is under way", async () => {
    const line = (message: Json) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`
    const answer = { run: "@last", answer: { topic: "rain", verses: 1, rhymes: false } }
    const initialize = line({
      id: "first",
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } }
    })
    const first = await run(script, ["mcp"], {
      cwd: folder,
      input: initialize +
        line({
          id: "start",
          method: "tools/call",
          params: { name: "run_start", arguments: { program: "poem", input: { after: "go" } } }
        })
    })
    assert.deepStrictEqual(first.stdout.trim().split("\n").map((line) => (isJson(line) as Json).id), ["first", "start"])

    const second = await run(script, ["mcp"], {
      cwd: folder,
      input: initialize +
        line({ id: "answer", method: "tools/call", params: { name: "run_answer", arguments: answer } })
    })
    assert.strictEqual(second.code, 0)
    assert.include(second.stdout, "\"status\":\"running\"")
    const runs = isJson((await run(script, ["runs", "--json"], { cwd: folder })).stdout) as Json
    assert.strictEqual(runs.runs[0].status, "interrupted")
  })
})
