import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Either, Layer, Schema } from "effect"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentChoice from "../../src/layers/Agent/Choice.ts"
import { NotInARun } from "../../src/pipeline/Suspended.ts"
import * as Server from "./agent/server.ts"

const decode = Schema.decodeSync(Schema.Struct(AgentChoice.fields))
type Given = Parameters<typeof decode>[0]

const asked = (given: Given, environment: Readonly<Record<string, string>> = {}) =>
  Agent.ask({ name: "n", prompt: "How many?", answer: Schema.Number }).pipe(
    Effect.provide(Layer.provide(AgentChoice.layer(decode(given)), NodeFileSystem.layer)),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
  )

describe("the choice of an agent", () => {
  it.effect("is a hand-off, whatever keys there are", () =>
    Effect.gen(function*() {
      const defect = yield* asked({}, { ANTHROPIC_API_KEY: "a", OPENAI_API_KEY: "b" }).pipe(
        Effect.catchAllDefect((defect) => Effect.succeed(defect))
      )
      assert.instanceOf(defect, NotInARun)
    }))

  it.scopedLive("is the one that is named", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([Server.says.compatible("42")])
      const compatible = { agent: "compatible", model: "local", baseUrl: `${server.url}/v1` }

      assert.strictEqual(yield* asked(compatible, { CAIRN_API_KEY: "local-key\n" }), 42)
      assert.strictEqual(server.requests[0]?.headers.authorization, "Bearer local-key")
      assert.strictEqual(yield* asked({ agent: `command:${process.execPath} -p 6*7` }), 42)
    }))

  it.effect("says what is missing or wrong, and what to do", () =>
    Effect.gen(function*() {
      const wrong = (given: Given, environment?: Readonly<Record<string, string>>) =>
        Effect.map(Effect.either(asked(given, environment)), (end) =>
          Either.isLeft(end) && "fix" in end.left
            ? `${end.left.message.replace(/(not JSON: ).*/, "$1…")} ${end.left.fix}`
            : "it was taken")

      assert.deepStrictEqual(
        yield* Effect.all([
          wrong({ agent: "oracle" }),
          wrong({ agent: "anthropic" }),
          wrong({ agent: "anthropic", model: "claude" }),
          wrong({ agent: "openai", model: "gpt" }, { OPENAI_API_KEY: "one two" }),
          wrong({ agent: "compatible", model: "local" }),
          wrong({ agent: "compatible", model: "local", baseUrl: "http://example.com" }),
          wrong({ agent: "compatible", model: "local", baseUrl: "http://localhost", budgetUsd: 1 }),
          wrong({ agent: "claude", budgetUsd: 1 }),
          wrong({ agent: "replay:" }),
          wrong({ deadline: "soon" }),
          wrong({ defaultAnswer: "1" }),
          wrong({ deadline: "1 hour", defaultAnswer: "{" }),
          wrong({ price: "cheap" })
        ]),
        [
          "There is no agent \"oracle\". Choose one of handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE.",
          "--agent anthropic needs --model: which one? Add --model NAME.",
          "--agent anthropic needs a key, and ANTHROPIC_API_KEY is not set. export ANTHROPIC_API_KEY=…",
          "OPENAI_API_KEY holds what no key can hold, such as a space or a line end. Set OPENAI_API_KEY anew.",
          "--agent compatible needs --base-url: where is the model's API? Add --base-url http://localhost:11434/v1 (Ollama), or where your server is.",
          "--base-url http://example.com: only https is safe beyond this machine Give an https:// address (http:// only on this machine), without a user name in it.",
          "The price of \"local\" is not known, so that --budget-usd could not hold. Add --price IN,OUT: US dollars for a million tokens in and out.",
          "What a command costs is not known, so that --budget-usd could not hold. Leave it out, or use --budget-requests.",
          "--agent replay: names no cassette. Write --agent replay:FILE.",
          "--deadline \"soon\" is no length of time. Write --deadline '90 seconds'.",
          "--default-answer counts after a deadline, and there is none. Add --deadline '2 hours'.",
          "--default-answer: it is not JSON: … Give the answer as JSON, such as --default-answer '{\"title\": \"none\"}'.",
          "--price cheap is no price. Write two numbers: --price 3,15"
        ]
      )
    }))
})
