import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import {
  type ElicitRequestFormParams,
  ElicitRequestSchema,
  type ElicitResult
} from "@modelcontextprotocol/sdk/types.js"
import * as fs from "node:fs"
import { join } from "node:path"
import { version } from "../../src/cli/version.ts"
import { bundle, temporary } from "./command.ts"
import { agent, content, rule } from "./enhancing.ts"

const made = temporary()
let cairn = ""
let asking = ""
let folder = ""

beforeAll(async () => {
  cairn = await bundle("src/main.ts")
  asking = await bundle("test/cli/askingCommand.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(made, "run-")))
  fs.mkdirSync(join(folder, "api/agents"), { recursive: true })
  fs.writeFileSync(core(), agent)
})

const core = () => join(folder, "api/agents/api-tester.md")

interface Json {
  // oxlint-disable-next-line typescript/no-explicit-any -- what a server says, looked at field by field
  readonly [key: string]: any
}

type Elicit = (form: ElicitRequestFormParams) => ElicitResult

interface Session {
  readonly client: Client
  readonly call: (name: string, args?: Record<string, unknown>) => Promise<Json>
  /** What the client could not make sense of, and what the server said beside the protocol. */
  readonly complaints: ReadonlyArray<string>
}

/** Lets the official client start the command and speak to it. */
const speaking = async (script: string, use: (session: Session) => Promise<void>, elicit?: Elicit): Promise<void> => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [script, "mcp", "--quiet"],
    cwd: folder,
    stderr: "pipe"
  })
  const client = new Client(
    { name: "official", version: "1.0.0" },
    elicit === undefined ? {} : { capabilities: { elicitation: {} } }
  )
  if (elicit !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      ({ params }) => "requestedSchema" in params ? elicit(params) : { action: "decline" }
    )
  }
  const complaints: Array<string> = []
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the client has no other way
  client.onerror = ({ message }) => complaints.push(message)
  await client.connect(transport)
  try {
    await use({
      client,
      complaints,
      call: async (name, args) => await client.callTool({ name, ...(args === undefined ? {} : { arguments: args }) })
    })
  } finally {
    await client.close()
  }
}

/** Texts for whoever has tools and no shell. */
const namesNoCommand = (value: unknown): void => {
  for (const text of [JSON.stringify(value)]) {
    assert.notMatch(text, /\bcairn (?:answer|resume|show|runs|agent-enhance)\b|--[a-z]/)
  }
}

describe("mcp, with the official client", { timeout: 60_000 }, () => {
  it("introduces itself and its tools", async () => {
    await speaking(cairn, async ({ client, complaints }) => {
      assert.deepStrictEqual(client.getServerVersion(), { name: "cairn", version })
      await client.ping()
      const { tools } = await client.listTools()
      assert.deepStrictEqual(
        tools.map(({ annotations, name }) => [name, annotations?.readOnlyHint]),
        [["run_start", false], ["run_status", true], ["run_answer", false], ["run_list", true], ["run_output", true]]
      )
      assert.deepStrictEqual(complaints, [])
    })
  })

  it("starts a run, refuses a wrong answer, takes the right one, and gives the result", async () => {
    await speaking(cairn, async ({ call, complaints }) => {
      const { isError, structuredContent: waiting } = await call("run_start", {
        program: "agent-enhance",
        input: { agent: "api/agents/api-tester.md" }
      })
      assert.deepStrictEqual([isError, waiting.status, waiting.requests.length], [false, "waiting", 1])
      const { run } = waiting
      const [request] = waiting.requests
      const answering = { tool: "run_answer", arguments: { run, request: request.id } }
      assert.deepStrictEqual([request.ask, request.answer, waiting.next], ["agent", answering, answering])

      const wrong = await call("run_answer", { run, answer: { sections: ["boundaries"], boundaries: "## Boundaries" } })
      assert.isTrue(wrong.isError)
      assert.match(
        wrong.content[0].text,
        /^error {2}The answer to "content" does not fit the question \(3 problems, attempt 1 of 3\); nothing was stored\.\n/
      )
      assert.match(
        wrong.content[0].text,
        /\nfix {4}Correct the answer and send it again: run_answer with "request": content$/
      )
      namesNoCommand(wrong.structuredContent.error.fix)
      assert.strictEqual(wrong.structuredContent.requests[0].attempt, 2)
      assert.strictEqual(fs.readFileSync(core(), "utf8"), agent)

      const status = (await call("run_status", { run })).structuredContent
      assert.deepStrictEqual(
        [status.status, status.next, status.requests[0].previousErrors.length],
        ["waiting", answering, 3]
      )
      const early = await call("run_output", { run })
      assert.deepStrictEqual([early.isError, early.structuredContent.error.tag], [true, "UsageError"])

      const { arguments: args } = status.next
      const done = (await call(status.next.tool, { ...args, answer: JSON.parse(content) })).structuredContent
      assert.deepStrictEqual([done.status, done.output.fellBack], ["done", false])
      assert.include(fs.readFileSync(core(), "utf8"), rule)
      assert.deepStrictEqual((await call("run_output", { run })).structuredContent.output, done.output)
      const { runs } = (await call("run_list")).structuredContent
      assert.deepStrictEqual(
        runs.map(({ next, run, status }: Json) => [run, status, next]),
        [[run, "done", { tool: "run_output", arguments: { run } }]]
      )
      assert.deepStrictEqual(complaints, [])
    })
  })

  it("says what to do next with tools and fields", async () => {
    await speaking(cairn, async ({ call }) => {
      const start = (input: Json, settings: Json = {}) =>
        call("run_start", { program: "agent-enhance", input, settings })
      const input = { agent: "api/agents/api-tester.md" }
      const fixOf = async (calling: Promise<Json>) => {
        const { content: [{ text }], isError, structuredContent: { error } } = await calling
        assert.isTrue(isError)
        assert.strictEqual(text, `error  ${error.message}\nfix    ${error.fix}`)
        return error.fix
      }

      assert.strictEqual(await fixOf(start(input, { agent: "anthropic" })), "Add \"model\" NAME")
      assert.strictEqual(await fixOf(start({})), "What run_start takes is in its inputSchema.")
      assert.strictEqual(
        await fixOf(start(input, { attempts: "many" })),
        "What run_start takes is in its inputSchema."
      )
      assert.strictEqual(
        await fixOf(start({ ...input, template: "none" })),
        "Name the folder of the agent's template with \"template\", or the folders that hold your templates with \"roots\"."
      )
      assert.strictEqual(await fixOf(call("run_status", { run: "none" })), "Begin one: run_start")
      assert.strictEqual(
        await fixOf(start(input, { agent: "command:false", attempts: 1 })),
        "Correct what it names, or let the agent that calls you answer: call run_start again with \"agent\" handoff"
      )
      assert.strictEqual(await fixOf(call("run_status", { run: "none" })), "List the runs: run_list")
      const { runs: [{ run }] } = (await call("run_list")).structuredContent
      const { next, problem, status } = (await call("run_status", { run })).structuredContent
      assert.deepStrictEqual([status, next.tool, next.arguments.program, next.arguments.input.agent], [
        "failed",
        "run_start",
        "agent-enhance",
        core()
      ])
      namesNoCommand(problem.fix)
      const again = (await call(next.tool, { ...next.arguments, settings: { agent: "handoff" } })).structuredContent
      assert.deepStrictEqual([again.run, again.status], [run, "waiting"])
    })
  })

  it("hears nothing more of a call that it has given up, and finds the run where it stood", async () => {
    await speaking(asking, async ({ call, client, complaints }) => {
      const { structuredContent: { run } } = await call("run_start", { program: "poem", input: { after: "go" } })
      const giving = new AbortController()
      const answer = { topic: "rain", verses: 1, rhymes: false }
      const given = client.callTool({ name: "run_answer", arguments: { run, answer } }, undefined, {
        signal: giving.signal
      })
      // It goes on only with the file that it waits for.
      const status = async (): Promise<Json> => (await call("run_status", { run })).structuredContent
      while ((await status()).done === 0);
      giving.abort("no time")
      assert.isTrue(await given.then(() => false, () => true))

      assert.deepInclude(await status(), { status: "running", next: { tool: "run_status", arguments: { run } } })
      fs.writeFileSync(join(folder, "go"), "")
      while ((await status()).status === "running");
      assert.deepStrictEqual((await call("run_output", { run })).structuredContent.output, { text: "1 verses on rain" })
      assert.deepStrictEqual(complaints, [])
    })
  })

  it("asks the person in front of it what is for a person, and its agent what is for an agent", async () => {
    const forms: Array<ElicitRequestFormParams> = []
    fs.writeFileSync(join(folder, "go"), "")
    await speaking(asking, async ({ call, complaints }) => {
      const poem = (await call("run_start", { program: "poem", input: { after: "go" } })).structuredContent
      assert.deepStrictEqual([poem.status, poem.output], ["done", { text: "2 verses on snow" }])
      const book = (await call("run_start", { program: "book", input: { parts: ["one"] } })).structuredContent
      assert.deepStrictEqual([book.status, book.requests[0].ask, forms.length], ["waiting", "agent", 2])
      assert.deepStrictEqual(complaints, [])
    }, (form) => {
      forms.push(form)
      return { action: "accept", content: { topic: forms.length === 1 ? "x" : "snow", verses: 2, rhymes: false } }
    })
    assert.deepStrictEqual(forms.map(({ message }) => message), [
      "What is it to be about?",
      "What is it to be about?\nNot accepted: /topic: Expected a string at least 3 character(s) long, actual \"x\""
    ])
  })

  it("asks a person no more than three times in one call, and leaves the question open", async () => {
    let count = 0
    await speaking(asking, async ({ call }) => {
      const { structuredContent: { requests: [request], status } } = await call("run_start", {
        program: "poem",
        input: { after: "go" }
      })
      assert.deepStrictEqual([status, request.attempt], ["failed", 4])
    }, () => {
      count++
      return { action: "accept", content: { topic: "x", verses: 2, rhymes: false } }
    })
    assert.strictEqual(count, 3)
  })

  it("asks a whole interview through forms", async () => {
    const asked: Array<ReadonlyArray<string>> = []
    await speaking(cairn, async ({ call, complaints }) => {
      const { structuredContent: { output, status } } = await call("run_start", {
        program: "template-qa",
        input: { path: "out" }
      })
      assert.strictEqual(status, "done")
      assert.deepInclude(output.config, {
        template_name: "my-template",
        primary_language: "Elixir",
        standard_folders: ["src", "docs"],
        has_documentation: false
      })
      assert.deepStrictEqual(complaints, [])
    }, ({ requestedSchema: { properties, required = [] } }) => {
      asked.push(Object.keys(properties))
      const answers: Record<string, string> = {
        description: "For services that listen",
        primary_language: "other: Elixir",
        standard_folders: "src, docs"
      }
      const usual = required.map((key) => {
        const field: Json = properties[key] ?? {}
        return [key, answers[key] ?? field.default ?? field.enum?.[0] ?? "phoenix"]
      })
      return { action: "accept", content: { ...Object.fromEntries(usual), documentation_urls: "" } }
    })
    assert.isAbove(asked[0]?.length ?? 0, 30)
  })
})
