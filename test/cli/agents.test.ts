import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Server from "../layers/agent/server.ts"
import type { Json } from "../steps/agents/corpus.ts"
import { at, bundle, contents, type Ended, isJson, run, temporary } from "./command.ts"
import * as Enhancing from "./enhancing.ts"

const made = temporary()
let script = ""
let twice = ""
beforeAll(async () => {
  script = await bundle("src/main.ts")
  twice = await bundle("test/cli/twice.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))

const within = Enhancing.place(Enhancing.within)
const built = Effect.suspend(() => Enhancing.place(Enhancing.built(script)))
type Child = Parameters<NonNullable<Parameters<typeof run>[2]["started"]>>[0]

const isAlive = (pid: number): boolean => {
  try {
    // A zombie has ended; nobody has asked for its exit code yet.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

const document = ({ stdout }: Ended): Json => isJson(stdout) as Json
const local = ({ url }: Pick<Server.Server, "url">) => `--agent compatible --model local --base-url ${url}/v1`
const down = local({ url: "http://127.0.0.1:9" })
const good = Server.says.compatible(Enhancing.content)

const canary = "sk-canary-0123456789"
const keys = { ANTHROPIC_API_KEY: canary, OPENAI_API_KEY: canary, CAIRN_API_KEY: canary }

describe("what answers have cost", { timeout: 60_000 }, () => {
  it.scopedLive("is shown of each step and of the whole run, as far as it is known", () =>
    Effect.gen(function*() {
      const { call, enhance } = yield* within
      const server = yield* Server.make([Server.says.compatible("no"), good])
      const spent = { requests: 2, inputTokens: 22, outputTokens: 14, usd: 0.000276 }

      yield* enhance(`${local(server)} --price 3,15`)

      const shown = document(yield* call("show --json"))
      assert.deepStrictEqual(
        shown.steps.map(({ path, usage }: Json) => [path, usage]),
        [["templates", null], ["content", shown.usage], ["enhanced", null], ["files", null]]
      )
      assert.deepStrictEqual(shown.usage, { ...spent, ms: shown.usage.ms })
      assert.deepStrictEqual(document(yield* call("show --step content --json")).usage, shown.usage)
      const { stdout } = yield* call("show")
      assert.match(
        stdout,
        /Writing the content .*\n +2 requests, 22 tokens in, 14 tokens out, .*, 0.000276 US dollars\n/
      )
      assert.match(stdout, /^Answers took 2 requests, 22 tokens in, 14 tokens out, .*, 0.000276 US dollars$/m)

      const lean = yield* Server.make([Server.saysLittle(Enhancing.content)])
      yield* enhance(`${local(lean)} --new`)
      const { usage } = document(yield* call("show --json"))
      assert.deepStrictEqual(usage, { requests: 1, ms: usage.ms, inputTokens: null, outputTokens: null, usd: null })
      assert.match((yield* call("show")).stdout, /^Answers took 1 request, [\d.]+s$/m)

      yield* enhance("--static --new")
      assert.isNull(document(yield* call("show --json")).usage)
      assert.notInclude((yield* call("show")).stdout, "request")
    }))

  it.scopedLive("is held within a budget, however often the run goes on", () =>
    Effect.gen(function*() {
      const { call, core, enhance } = yield* within
      const server = yield* Server.make([Server.says.compatible("no"), good])

      for (const _ of [1, 2]) {
        const ended = yield* enhance(`${local(server)} --budget-requests 1 --json`)

        assert.deepStrictEqual([ended.code, document(ended).error.tag], [1, "BudgetExceeded"])
        assert.strictEqual(server.requests.length, 1)
      }
      const { status, steps, usage } = document(yield* call("show --json"))
      assert.deepStrictEqual(
        [status, usage.requests, steps.map(({ status }: Json) => status)],
        ["failed", 1, ["done", "failed", "ahead", "ahead"]]
      )
      assert.strictEqual(core(), Enhancing.agent)

      const resumed = yield* enhance(`${local(server)} --budget-requests 2 --progress json --json`)
      assert.strictEqual(resumed.code, 0)
      assert.include(resumed.stderr, "Reused")
      assert.strictEqual(server.requests.length, 2)
      assert.include(core(), Enhancing.rule)
    }))

  it.scopedLive("stops under hybrid too, so that a larger one goes on where it was", () =>
    Effect.gen(function*() {
      const { core, enhance } = yield* within
      const server = yield* Server.make([Server.says.compatible("no"), good])

      const ended = yield* enhance(`--hybrid ${local(server)} --budget-requests 1 --json`)
      assert.deepStrictEqual([ended.code, document(ended).error.tag], [1, "BudgetExceeded"])
      assert.strictEqual(core(), Enhancing.agent)

      const resumed = yield* enhance(`--hybrid ${local(server)} --budget-requests 2 --json`)
      assert.deepStrictEqual([resumed.code, document(resumed).output.fellBack], [0, false])
      assert.strictEqual(server.requests.length, 2)
      assert.include(core(), Enhancing.rule)
    }))
})

describe("an answer that was paid for", { timeout: 60_000 }, () => {
  it.scopedLive("is asked for once, although the process was killed with the next question under way", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([
        Server.says.compatible("\"blue\""),
        Server.hangs,
        Server.says.compatible("\"round\"")
      ])
      const cwd = fs.mkdtempSync(join(made, "paid-"))
      const called = (started?: (child: Child) => void) =>
        Effect.promise(() =>
          run(twice, ["twice", ...local(server).split(" "), "--json"], {
            cwd,
            ...(started === undefined ? {} : { started })
          })
        )

      const killed = yield* called((child) => void Server.asked(server, 2).then(() => child.kill("SIGKILL")))
      assert.isNull(killed.code)
      const ended = yield* called()

      assert.deepStrictEqual(document(ended).output, ["blue", "round"], ended.stderr)
      assert.deepStrictEqual(
        server.requests.map(({ body }) => /Which (\w+)\?/.exec(body)?.[1]),
        ["color", "shape", "shape"]
      )
    }))
})

describe("a command that is asked", { timeout: 60_000 }, () => {
  it.scopedLive("does not outlive the run, not even where that is ended by force", () =>
    Effect.gen(function*() {
      const cwd = fs.mkdtempSync(join(made, "stubborn-"))
      const pids = join(cwd, "pids")
      fs.writeFileSync(
        join(cwd, "stubborn.cjs"),
        `process.on("SIGTERM", () => {})
         const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60000)"])
         require("node:fs").writeFileSync("pids.part", process.pid + " " + child.pid)
         require("node:fs").renameSync("pids.part", "pids")
         setTimeout(() => {}, 60000)`
      )

      const ended = yield* Effect.promise(() =>
        run(twice, ["twice", "--agent", `command:${process.execPath} stubborn.cjs`], {
          cwd,
          started: (child) => {
            const twiceOver = () => {
              if (!fs.existsSync(pids)) return void setTimeout(twiceOver, 20)
              child.kill("SIGINT")
              setTimeout(() => child.kill("SIGINT"), 100)
            }
            twiceOver()
          }
        })
      )

      assert.strictEqual(ended.code, 130)
      const started = fs.readFileSync(pids, "utf8").split(" ").map(Number)
      assert.strictEqual(started.length, 2)
      while (started.some(isAlive)) yield* Effect.sleep("20 millis")
    }))
})

describe("a run that goes on", { timeout: 60_000 }, () => {
  it.scopedLive("obeys no command and sends no key anywhere because its checkpoint says so", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([Server.refuses(401)])
      const { call, cwd, enhance } = yield* within
      yield* enhance(local(server), [], { env: keys })
      assert.notInclude(contents(cwd), server.url)
      const resumed = yield* call("resume @last --json", [], { env: keys })
      assert.deepStrictEqual(
        [resumed.code, document(resumed).error.tag, server.requests.length],
        [2, "AgentMisconfigured", 1]
      )

      yield* enhance("--new --agent", ["command:node none.mjs"])
      const handedOff = yield* call("resume @last --json")
      assert.strictEqual(handedOff.code, 42)
    }))
})

describe("a hybrid strategy whose server is down", { timeout: 60_000 }, () => {
  it.scopedLive("falls back on keywords, says why, and stays with them when the run goes on", () =>
    Effect.gen(function*() {
      const { call, core, enhance } = yield* within
      const reason = "could not be reached"

      const first = yield* enhance(`--hybrid ${down} --dry-run --json --progress json`)

      const { output } = document(first)
      assert.deepStrictEqual([first.code, output.fellBack, output.strategy], [0, true, "hybrid"])
      assert.include(output.warnings.map(({ code }: Json) => code), "fell-back")
      const events = first.stderr.trim().split("\n").map(isJson) as ReadonlyArray<Json>
      const [choice, ...others] = events.filter(({ _tag }) => _tag === "ChoiceMade")
      assert.deepStrictEqual([choice?.path, choice?.chose, others], ["content", "static", []])
      assert.include(choice?.reason, reason)
      const shown = document(yield* call("show --json"))
      assert.deepStrictEqual(
        shown.steps.map(({ choices }: Json) => choices),
        [[], [{ member: "Author.write", chose: "static", reason: choice?.reason }], [], []]
      )
      assert.match(
        (yield* call("show")).stdout,
        /Writing the content .*\n +static \(AgentFailed: .* could not be reached \(ECONNREFUSED\)\)\n/
      )

      const server = yield* Server.make([good])
      const second = yield* enhance(`--hybrid ${local(server)} --json`)
      assert.deepStrictEqual([second.code, document(second).output.fellBack], [0, true])
      assert.strictEqual(document(second).run, document(first).run)
      assert.strictEqual(server.requests.length, 0)
      assert.notInclude(core(), Enhancing.rule)
    }))
})

describe("a deadline", { timeout: 60_000 }, () => {
  it.scopedLive("is there only where one is given; after it the step fails, or keywords decide, or the answer that was agreed on counts", () =>
    Effect.gen(function*() {
      const late = ["--deadline", "1 millis"]
      const agreed = [...late, "--default-answer", Enhancing.content]
      /** What comes of a question that is left open, and of going on after that. */
      const left = (strategy: string, options: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const { call, core, enhance } = yield* within
          const waiting = yield* enhance(`--strategy ${strategy} --json`, options)
          const ended = yield* call("resume @last --json")
          const { error, output } = document(ended)
          return [waiting.code, ended.code, error?.message ?? output?.fellBack, core().includes(Enhancing.rule)]
        })
      const message = "The agent (handoff) did not answer \"content\" in time: there was no answer within 1ms"

      assert.deepStrictEqual(yield* left("ai", []), [42, 42, undefined, false])
      assert.deepStrictEqual(yield* left("ai", late), [42, 1, message, false])
      assert.deepStrictEqual(yield* left("hybrid", late), [42, 0, true, false])
      assert.deepStrictEqual(yield* left("ai", agreed), [42, 0, false, true])
      assert.deepStrictEqual(yield* left("hybrid", agreed), [42, 0, false, true])
      assert.deepStrictEqual(yield* left("ai", [...late, "--default-answer", "1"]), [
        42,
        1,
        `${message}, and the one that counts then does not fit: The answer: it is not a JSON object`,
        false
      ])
    }))
})

const providers = ["anthropic", "openai", "compatible"] as const
const troubles: ReadonlyArray<readonly [name: string, reaction: Server.Reaction, tag: string]> = [
  ["401", Server.echoes(401), "AgentFailed"],
  ["429", Server.echoes(429), "AgentFailed"],
  ["500", Server.echoes(500), "AgentFailed"],
  ["a time-out", Server.hangs, "AgentTimedOut"],
  ["what is no reply of the API", Server.echoes(200), "AgentFailed"]
]

describe("the key of a model", { timeout: 120_000 }, () => {
  for (const [index, [name, reaction, tag]] of troubles.entries()) {
    it.scopedLive(`is in no file and in no stream where its server answers with ${name}`, () =>
      Effect.forEach(["--json --progress json", "-v --progress lines"], (options, other) =>
        Effect.gen(function*() {
          const { cwd, enhance } = yield* built
          const server = yield* Server.make([reaction])
          const provider = providers[(index + other) % 3] ?? "compatible"
          const base = provider === "anthropic" ? server.url : `${server.url}/v1`

          const ended = yield* enhance(
            `--agent ${provider} --model m --base-url ${base} ${options} --time-limit`,
            [tag === "AgentTimedOut" ? "300 millis" : "1 minute"],
            { env: keys }
          )

          const all = `${ended.stdout}\n${ended.stderr}\n${contents(cwd)}`
          assert.strictEqual(ended.code, 1, all)
          assert.include(all, tag)
          assert.include(JSON.stringify(server.requests[0]?.headers), canary)
          assert.notInclude(all, canary)
        }), { concurrency: 2 }))
  }

  it.scopedLive("causes no call", () =>
    Effect.gen(function*() {
      const { enhance } = yield* built
      const server = yield* Server.make([good])

      const ended = yield* enhance(`--base-url ${server.url} --json`, [], { env: keys })

      assert.deepStrictEqual([ended.code, document(ended).status, server.requests.length], [42, "waiting", 0])
    }))
})

/** Lets a process connect to nothing and start no other. */
const alone = {
  NODE_OPTIONS: `--import=data:text/javascript,${
    encodeURIComponent(
      `import net from "node:net"; import child from "node:child_process";
      const no = () => { process.stderr.write("called out"); process.exit(99) };
      net.Socket.prototype.connect = no; child.ChildProcess.prototype.spawn = no`
    )
  }`
}

describe("a cassette", { timeout: 60_000 }, () => {
  const shipped = at("test/cli/agentEnhance.cassette.json")

  it.scopedLive("is what an agent's answers make of it", () =>
    Effect.gen(function*() {
      const { cwd, enhance } = yield* built
      fs.writeFileSync(join(cwd, "says.mjs"), `console.log(${JSON.stringify(Enhancing.content)})`)

      const ended = yield* enhance("--model scripted --cassette made.json --cassette-mode record --agent", [
        "command:node says.mjs"
      ])

      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(
        isJson(fs.readFileSync(join(cwd, "made.json"), "utf8")),
        isJson(fs.readFileSync(shipped, "utf8"))
      )
    }))

  it.scopedLive("is all that a whole program needs, and nobody is called", () =>
    Effect.gen(function*() {
      const { core, enhance } = yield* built
      const options = { env: { ...keys, ...alone } }

      const ended = yield* enhance(`--agent replay:${shipped} --json`, [], options)

      assert.deepStrictEqual([ended.code, document(ended).output.fellBack], [0, false], ended.stderr)
      assert.include(core(), Enhancing.rule)
    }))

  it.scopedLive("that misses a question calls nobody either, and shows what is nearest", () =>
    Effect.gen(function*() {
      const { core, cwd, enhance } = yield* built
      const options = { env: { ...keys, ...alone } }
      fs.rmSync(join(cwd, "template/templates"), { recursive: true })

      const ended = yield* enhance(`--agent replay:${shipped} --json`, [], options)

      const { error } = document(ended)
      assert.deepStrictEqual([ended.code, error.tag], [1, "AgentFailed"], ended.stderr)
      assert.match(error.message, /no recording of it\. The nearest one: its prompt differs:/)
      assert.include(error.message, "-")
      assert.strictEqual(core(), Enhancing.agent)
    }))
})
