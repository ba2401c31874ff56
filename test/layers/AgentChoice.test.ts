import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Redacted, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentChoice from "../../src/layers/Agent/Choice.ts"
import * as Field from "../../src/pipeline/Field.ts"
import { NotInARun } from "../../src/pipeline/Suspended.ts"
import { temporary } from "../cli/command.ts"
import * as Server from "./agent/server.ts"

const Settings = Schema.Struct(AgentChoice.fields)
const decode = Schema.decodeSync(Settings)
type Given = Parameters<typeof decode>[0]

const asked = (given: Given, root?: string) =>
  Agent.ask({ name: "n", prompt: "How many?", answer: Schema.Number }).pipe(
    Effect.provide(AgentChoice.layer(decode(given), root === undefined ? {} : { root }))
  )

describe("the choice of an agent", () => {
  it.effect("is a hand-off, whatever keys there are", () =>
    Effect.gen(function*() {
      const defect = yield* asked({ anthropicKey: "a", openaiKey: "b", model: "claude" }).pipe(
        Effect.catchAllDefect((defect) => Effect.succeed(defect))
      )
      assert.instanceOf(defect, NotInARun)
    }))

  it.scopedLive("is the one that is named", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([
        Server.says.compatible("42"),
        Server.says.openai("{\"answer\": 43}"),
        Server.says.anthropic("{\"answer\": 44}")
      ])
      const compatible = { agent: "compatible", model: "local", baseUrl: `${server.url}/v1` }

      assert.strictEqual(yield* asked({ ...compatible, compatibleKey: "local-key\n", maxTokens: 77 }), 42)
      assert.strictEqual(yield* asked({ ...compatible, agent: "openai", openaiKey: "openai-key" }), 43)
      assert.strictEqual(
        yield* asked({ ...compatible, agent: "anthropic", baseUrl: server.url, anthropicKey: " anthropic-key" }),
        44
      )
      assert.deepStrictEqual(
        server.requests.map(({ headers, path }) => [path.split("?")[0], headers.authorization ?? headers["x-api-key"]]),
        [
          ["/v1/chat/completions", "Bearer local-key"],
          ["/v1/responses", "Bearer openai-key"],
          ["/v1/messages", "anthropic-key"]
        ]
      )
      assert.strictEqual(JSON.parse(server.requests[0]?.body ?? "").max_tokens, 77)

      const root = temporary()
      assert.strictEqual(
        yield* asked({ agent: `command:${process.execPath} -p process.cwd().length`, agentEnv: ["HOME"] }, root),
        fs.realpathSync(root).length
      )
      const cassette = join(root, "cassette.json")
      const program = (code: string) => ({ agent: `command:${process.execPath} -p ${code}` })
      assert.strictEqual(yield* asked({ ...program("6*7"), cassette }), 42)
      for (const offline of [{ agent: `replay:${cassette}` }, { cassette, cassetteMode: "strict" as const }]) {
        assert.strictEqual(yield* asked(offline), 42)
      }
      assert.strictEqual(yield* asked({ ...program("7*7"), cassette, cassetteMode: "record" }), 49)
      fs.rmSync(root, { recursive: true })
    }))

  it.effect("says what is missing or wrong, and what to do", () =>
    Effect.gen(function*() {
      const wrong = (given: Given) =>
        Effect.map(Effect.either(asked(given)), (end) =>
          Either.isLeft(end) && "fix" in end.left
            ? `${end.left.message.replace(/(not JSON: ).*/, "$1…")} ${end.left.fix}`
            : "it was taken")

      assert.deepStrictEqual(
        yield* Effect.all([
          wrong({ agent: "oracle" }),
          wrong({ agent: "command:" }),
          wrong({ agent: "anthropic", anthropicKey: "key" }),
          wrong({ agent: "anthropic", model: "claude" }),
          wrong({ agent: "anthropic", model: "claude", anthropicKey: " \n" }),
          wrong({ agent: "openai", model: "gpt", openaiKey: "one two" }),
          wrong({ agent: "compatible", model: "local" }),
          wrong({ agent: "compatible", model: "local", baseUrl: "http://example.com" }),
          wrong({ agent: "compatible", model: "local", baseUrl: "https://10.0.0.1" }),
          wrong({ agent: "compatible", model: "local", baseUrl: "http://localhost", budgetUsd: 1 }),
          wrong({ agent: "codex", budgetUsd: 1 }),
          wrong({ agent: "replay:" }),
          wrong({ agent: "replay:a.json", cassette: "b.json" }),
          wrong({ cassetteMode: "strict" }),
          wrong({ deadline: "soon" }),
          wrong({ defaultAnswer: "1" }),
          wrong({ deadline: "1 hour", defaultAnswer: "{" }),
          wrong({ agent: "claude", price: "cheap" }),
          wrong({ agent: "claude", timeLimit: "0 seconds" })
        ]),
        [
          "There is no agent \"oracle\". Choose one of handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE.",
          "--agent command:: that is no command line. Write the program and its arguments, such as --agent 'command:claude -p'",
          "--agent anthropic needs --model: which one? Add --model NAME",
          "--agent anthropic needs a key, and ANTHROPIC_API_KEY is not set. export ANTHROPIC_API_KEY=…",
          "--agent anthropic needs a key, and ANTHROPIC_API_KEY is not set. export ANTHROPIC_API_KEY=…",
          "OPENAI_API_KEY holds what no key can hold, such as a space or a line end. Set OPENAI_API_KEY anew.",
          "--agent compatible needs --base-url: where is the model's API? Add --base-url http://localhost:11434/v1 (Ollama), or where your server is.",
          "--base-url http://example.com: only https is safe beyond this machine. Give an https address (http only on this machine), such as --base-url https://api.example.com/v1",
          "--base-url https://10.0.0.1: it leads into a private network. If that is meant, add --allow-private-host",
          "The price of \"local\" is not known (October 2026), so that --budget-usd could not hold. Add --price IN,OUT: US dollars for a million tokens in and out.",
          "What codex costs is not known, so that --budget-usd could not hold. Add --price IN,OUT, or use --budget-requests or --budget-tokens.",
          "--agent replay: names no cassette. Write --agent replay:FILE",
          "--agent replay: and --cassette name a cassette each. Leave one of them out: --agent replay:FILE is the same as --cassette FILE --cassette-mode strict.",
          "--cassette-mode strict needs a cassette. Add --cassette FILE.",
          "--deadline \"soon\" is no length of time. Write --deadline '90 seconds'",
          "--default-answer counts after a deadline, and there is none. Add --deadline '2 hours'.",
          "--default-answer: it is not JSON: … Give the answer as JSON, such as --default-answer '{\"title\": \"none\"}'",
          "--price cheap is no price. Write two numbers: --price 3,15",
          "--time-limit \"0 seconds\" is no length of time. Write --time-limit '90 seconds'"
        ]
      )
    }))

  it("leaves nothing in a checkpoint that would be obeyed: no key, no command, no address", () => {
    const given = {
      agent: ["handoff", "command:rm -rf /"],
      model: ["claude"],
      baseUrl: ["https://example.com"],
      allowPrivateHost: [true],
      agentEnv: [["SECRET"]],
      anthropicKey: [Redacted.make("key")],
      openaiKey: [Redacted.make("key")],
      compatibleKey: [Redacted.make("key")],
      budgetUsd: [1]
    }
    const fields = new Map(Field.of(Settings).map((field) => [field.name, field]))

    assert.deepStrictEqual(
      Object.entries(given).flatMap(([name, values]) => values.filter((value) => fields.get(name)?.isRecorded(value))),
      ["handoff", "claude", 1]
    )
    assert.deepStrictEqual(
      [...fields.values()].filter(({ secret }) => secret).map(({ name }) => name),
      ["anthropicKey", "openaiKey", "compatibleKey"]
    )
  })
})
