import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import { inspect } from "node:util"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentAnthropic from "../../src/layers/Agent/Anthropic.ts"
import * as AgentCompatible from "../../src/layers/Agent/Compatible.ts"
import type * as completing from "../../src/layers/Agent/completing.ts"
import { baseUrl } from "../../src/layers/Agent/http.ts"
import { jsonIn } from "../../src/layers/Agent/jsonIn.ts"
import * as AgentOpenAi from "../../src/layers/Agent/OpenAi.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { AnswerInvalid } from "../../src/pipeline/Suspended.ts"
import * as Scene from "../pipeline/scene.ts"
import * as Server from "./agent/server.ts"

const Summary = Schema.Struct({ title: Schema.String, risks: Schema.Array(Schema.String) })
const good = { title: "Notes", risks: ["rain"] }
const goodText = JSON.stringify(good)

const summarize = (name = "summary") => Agent.ask({ name, prompt: "Summarize it.", answer: Summary, example: good })

const canary = "sk-canary-0123456789"
const apiKey = Redacted.make(canary)

const providers = {
  anthropic: (url: string, options: completing.Options) =>
    AgentAnthropic.layer({ ...options, model: "claude-test", apiKey, baseUrl: url }),
  openai: (url: string, options: completing.Options) =>
    AgentOpenAi.layer({ ...options, model: "gpt-test", apiKey, baseUrl: `${url}/v1` }),
  compatible: (url: string, options: completing.Options) =>
    AgentCompatible.layer({ ...options, model: "local-test", apiKey, baseUrl: `${url}/v1` })
}
const names = ["anthropic", "openai", "compatible"] as const
const paths = { anthropic: "/v1/messages", openai: "/v1/responses", compatible: "/v1/chat/completions" }

/** A server that reacts so, and the model behind it. */
const behind = (
  name: keyof typeof providers,
  reactions: ReadonlyArray<Server.Reaction>,
  options: completing.Options = {}
) =>
  Effect.map(Server.make(reactions), (server) => ({
    server,
    layer: Layer.provide(providers[name](server.url, options), NodeFileSystem.layer)
  }))

/** What came of asking it outside a run. */
const asked = (name: keyof typeof providers, reactions: ReadonlyArray<Server.Reaction>, options?: completing.Options) =>
  Effect.gen(function*() {
    const { layer, server } = yield* behind(name, reactions, options)
    const end = yield* Effect.either(Effect.provide(summarize(), layer))
    return { end, hits: server.requests.length, requests: server.requests }
  })

const now = { "retry-after": "0" }

for (const name of names) {
  describe(`a model behind the wire format of ${name}`, () => {
    it.scopedLive("answers, in prose too", () =>
      Effect.gen(function*() {
        for (const text of [goodText, `Here it is:\n\n\`\`\`json\n${goodText}\n\`\`\`\nAnything else?`]) {
          const { end, requests } = yield* asked(name, [Server.says[name](text)])

          assert.deepStrictEqual(end, Either.right(good))
          assert.strictEqual(requests[0]?.path.split("?")[0], paths[name])
          assert.include(requests[0]?.body, "Summarize it.")
          assert.include(inspect(requests[0]?.headers), canary)
        }
      }))

    it.scopedLive("is asked again once, with what was wrong", () =>
      Effect.gen(function*() {
        const { end, requests } = yield* asked(name, [
          Server.says[name]("{\"title\": 1}"),
          Server.says[name](goodText)
        ])
        assert.deepStrictEqual([end, requests.length], [Either.right(good), 2])
        assert.include(requests[1]?.body, "/risks: is missing")

        const bad = yield* asked(name, [Server.says[name]("I would rather not.")])
        assert.strictEqual(bad.hits, 2)
        assert.isTrue(Either.isLeft(bad.end) && bad.end.left instanceof AnswerInvalid && bad.end.left.isLast)
      }))

    it.scopedLive("is tried again after 429 and 500, as the server asks, and not after 401 and 400", () =>
      Effect.gen(function*() {
        const busy = yield* asked(name, [
          Server.refuses(429, now),
          Server.refuses(500, now),
          Server.says[name](goodText)
        ])
        assert.deepStrictEqual([busy.end, busy.hits], [Either.right(good), 3])

        const down = yield* asked(name, [Server.refuses(503, now)])
        assert.strictEqual(down.hits, 4)
        assert.deepStrictEqual(Either.flip(down.end).pipe(Either.map(transience)), Either.right(true))

        const locked = yield* asked(name, [Server.refuses(401, { "request-id": "req_7" })])
        assert.strictEqual(locked.hits, 1)
        assert.match(messageOf(locked.end), /POST 127\.0\.0\.1:\d+ answered 401 \(request req_7\): \{"type":"error"/)
        assert.deepStrictEqual(Either.flip(locked.end).pipe(Either.map(transience)), Either.right(false))
      }))

    it.scopedLive("that breaks off is tried again, and one that hangs is given up", () =>
      Effect.gen(function*() {
        const [broken, hanging] = yield* Effect.all([
          asked(name, [Server.breaksOff, Server.says[name](goodText)]),
          asked(name, [Server.hangs], { timeLimit: "200 millis" })
        ], { concurrency: "unbounded" })

        assert.deepStrictEqual([broken.end, broken.hits], [Either.right(good), 2])
        assert.isTrue(Either.isLeft(hanging.end) && hanging.end.left instanceof Agent.AgentTimedOut)
        assert.include(messageOf(hanging.end), "200ms")
      }))

    it.scopedLive("that redirects is not followed with the key", () =>
      Effect.gen(function*() {
        const elsewhere = yield* Server.make([Server.says[name](goodText)])
        const { end } = yield* asked(name, [Server.refuses(302, { location: elsewhere.url })])

        assert.include(messageOf(end), "a redirect, which is not followed")
        assert.strictEqual(elsewhere.requests.length, 0)
      }))

    it.scopedLive("whose reply tells back the key is told without it", () =>
      Effect.gen(function*() {
        const { end } = yield* asked(name, [Server.echoes(401)])

        for (const text of [messageOf(end), inspect(end, { depth: 20 }), JSON.stringify(end)]) {
          assert.notInclude(text, canary)
        }
        assert.include(messageOf(end), "<redacted>")
      }))

    it.scopedLive("is never paid twice: not by a step that runs again, nor by one that asks twice", () =>
      Effect.gen(function*() {
        const { layer, server } = yield* behind(name, [Server.says[name](goodText)])
        const scene = yield* Scene.make
        let broken = true
        const twice = Step.make("twice", {
          title: "Asking twice",
          input: Schema.String,
          success: Schema.Array(Summary),
          failure: Schema.Union(Agent.Failure, Scene.Oops),
          run: () =>
            Effect.gen(function*() {
              const answers = yield* Effect.all([summarize("first"), summarize("second")])
              if (broken) return yield* new Scene.Oops({ why: "after the second reply" })
              return answers
            })
        })
        const pipeline = Pipeline.make("paid", { input: Schema.String }).pipe(
          Pipeline.step("a", twice, ({ input }) => input),
          Pipeline.output(Schema.Array(Summary), ({ a }) => a)
        )
        const run = scene.on(Effect.provide(Run.start(pipeline, "x"), layer))

        assert.deepStrictEqual(yield* Effect.flip(run), new Scene.Oops({ why: "after the second reply" }))
        broken = false
        assert.deepStrictEqual(yield* run, [good, good])

        assert.strictEqual(server.requests.length, 2)
        const { state } = yield* scene.info
        assert.deepStrictEqual(
          [state.usage.requests, state.usage.inputTokens, state.usage.outputTokens],
          [2, 22, 14]
        )
      }))
  })
}

describe("a compatible server", () => {
  it.scopedLive("that knows no schema is asked for any JSON, then for nothing, and not for more again", () =>
    Effect.gen(function*() {
      const { layer, server } = yield* behind("compatible", [
        Server.refuses(400),
        Server.refuses(422),
        Server.saysLittle(goodText)
      ])

      const answers = yield* Effect.provide(Effect.all([summarize(), summarize()]), layer)

      assert.deepStrictEqual(answers, [good, good])
      const formats = server.requests.map(({ body }) => JSON.parse(body).response_format?.type ?? "none")
      assert.deepStrictEqual(formats, ["json_schema", "json_object", "none", "none"])
    }))

  it.scopedLive("whose reply is no reply is told so", () =>
    Effect.gen(function*() {
      const { end } = yield* asked("compatible", [(response) => response.end("{\"choices\": []}")])

      assert.include(messageOf(end), "its reply is not what this API gives")
    }))
})

describe("a budget", () => {
  it.scopedLive("refuses what would exceed it before it is asked, also when the run goes on", () =>
    Effect.gen(function*() {
      const { layer, server } = yield* behind("compatible", [Server.says.compatible(goodText)], {
        budget: { requests: 2 }
      })
      const scene = yield* Scene.make
      const step = Step.make("asking", {
        title: "Asking",
        input: Schema.String,
        success: Summary,
        failure: Agent.Failure,
        run: () => summarize()
      })
      const pipeline = Pipeline.make("budget", { input: Schema.Array(Schema.String) }).pipe(
        Pipeline.forEach("each", step, ({ input }) => input, { key: (item) => item, concurrency: 3 })
      )
      const run = scene.on(Effect.provide(Run.start(pipeline, ["a", "b", "c"]), layer))

      for (const spent of [2, 2]) {
        const error = yield* Effect.flip(run)
        assert.deepStrictEqual(
          error,
          new Agent.BudgetExceeded({ question: "summary", limit: "requests", allowed: 2, spent, estimate: 1 })
        )
      }
      assert.strictEqual(server.requests.length, 2)
      assert.strictEqual((yield* scene.told).filter((event) => event.startsWith("StepSucceeded")).length, 2)
    }))

  it.scopedLive("counts tokens, and dollars where the price is given", () =>
    Effect.gen(function*() {
      const price = { input: 1000, output: 1000 }
      for (const budget of [{ tokens: 500 }, { usd: 0.5 }]) {
        const { end, hits } = yield* asked("compatible", [Server.says.compatible(goodText)], { budget, price })
        assert.strictEqual(hits, 0)
        assert.isTrue(Either.isLeft(end) && end.left instanceof Agent.BudgetExceeded)
      }
      const enough = { budget: { tokens: 5000, usd: 5 }, price }
      assert.deepStrictEqual((yield* asked("compatible", [Server.says.compatible(goodText)], enough)).hits, 1)
    }))
})

describe("the address of an API", () => {
  const refused = (url: string, allowPrivate = false) => Option.isSome(Either.getLeft(baseUrl(url, { allowPrivate })))

  it("is https, or on this machine", () => {
    assert.deepStrictEqual(
      ["https://api.example.com/v1/", "http://localhost:11434/v1", "http://127.0.0.1:1/", "http://[::1]:1"].map((url) =>
        Either.getOrNull(baseUrl(url, { allowPrivate: false }))
      ),
      ["https://api.example.com/v1", "http://localhost:11434/v1", "http://127.0.0.1:1", "http://[::1]:1"]
    )
    for (
      const url of [
        "http://example.com",
        "http://127.evil.example",
        "https://user:secret@example.com",
        "https://169.254.169.254/latest",
        "https://10.0.0.1",
        "https://192.168.1.1",
        "https://[fe80::1]",
        "file:///etc/passwd",
        "nonsense"
      ]
    ) assert.isTrue(refused(url), url)
    assert.isFalse(refused("https://10.0.0.1", true))
  })

  it("is told without a password", () => {
    const error = Option.getOrThrow(Either.getLeft(baseUrl("https://me:secret@example.com", { allowPrivate: true })))
    assert.notInclude(error.message, "secret")
  })
})

describe("the JSON in a text", () => {
  it("is the whole text, what is fenced, or what stands between braces", () => {
    assert.deepStrictEqual(
      ["{\"a\":1}", "x\n```\nno\n```\n```json\n[1]\n```", "```\n{}\n```", "So: {\"a\": [1]}. Good?", "nothing"].map(
        jsonIn
      ),
      ["{\"a\":1}", "[1]\n", "{}\n", "{\"a\": [1]}", "nothing"]
    )
  })
})

const messageOf = (end: Either.Either<unknown, { readonly message: string }>): string =>
  Either.match(end, { onLeft: ({ message }) => message, onRight: () => "it succeeded" })

const transience = (error: unknown): unknown => error instanceof Agent.AgentFailed ? error.isTransient : error
