import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import * as agentEnvironment from "../../src/cli/agentEnvironment.ts"
import { definition } from "./asking.ts"
import { at, bundle, isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
let folder = ""

afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string) => Effect.runPromise(callOf(definition, args.split(" "), { cwd: folder }))
const read = (path: string) => fs.readFileSync(join(folder, path), "utf8")
const write = (path: string, text: string) => {
  fs.mkdirSync(dirname(join(folder, path)), { recursive: true })
  fs.writeFileSync(join(folder, path), text)
}

const claude = ".claude/skills/asking/SKILL.md"
const shared = ".agents/skills/asking/SKILL.md"
const all = [claude, shared, "AGENTS.md"]

describe("agent-setup", { timeout: 60_000 }, () => {
  it("writes what each agent reads, and nothing the second time", async () => {
    const first = await call("agent-setup --json")
    const texts = all.map(read)
    const second = await call("agent-setup --json")

    const said = (change: string) => ({
      schema: "cairn.agent-setup/1",
      files: all.map((path) => ({ path, change }))
    })
    assert.deepStrictEqual([first.code, isJson(first.stdout)], [0, said("created")])
    assert.deepStrictEqual([second.code, isJson(second.stdout)], [0, said("unchanged")])
    assert.deepStrictEqual(all.map(read), texts)
    for (const text of texts) assert.include(text, "`asking book --parts TEXT [options]`: Writes a book of parts.")
    assert.match(texts[0] ?? "", /^---\n# asking:begin\nname: asking\ndescription: "/)
  })

  it("writes only for the agents that are named", async () => {
    const files = async (args: string) =>
      (isJson((await call(`agent-setup ${args} --print --json`)).stdout) as {
        readonly files: ReadonlyArray<{ readonly path: string }>
      }).files.map(({ path }) => path)

    assert.deepStrictEqual(await files("--claude"), [claude])
    assert.deepStrictEqual(await files("--codex"), [shared, "AGENTS.md"])
    assert.deepStrictEqual(await files("--opencode"), [shared, "AGENTS.md"])
    assert.deepStrictEqual(await files("--claude --opencode"), all)
    assert.deepStrictEqual(fs.readdirSync(folder), [])
  })

  it("shows what would change with --print, and fails for it with --check, writing nothing", async () => {
    const printed = await call("agent-setup --print")
    const stale = await call("agent-setup --check --codex")

    assert.strictEqual(printed.code, 0)
    for (const path of all) assert.include(printed.stdout, `+++ b/${path}\n`)
    assert.strictEqual(stale.code, 1)
    assert.include(stale.stderr, `error  Not up to date: ${shared}, AGENTS.md\nfix    asking agent-setup --codex\n`)
    assert.deepStrictEqual(fs.readdirSync(folder), [])

    await call("agent-setup")
    assert.strictEqual((await call("agent-setup --check")).code, 0)
    assert.strictEqual((await call("agent-setup --print")).stdout, "")
    write("AGENTS.md", read("AGENTS.md").replace("the user", "nobody"))
    assert.strictEqual((await call("agent-setup --check")).code, 1)
  })

  it("never touches what is outside of its marks", async () => {
    const front = "---\nname: mine\ndescription: x\n---\n"
    for (const [before, after] of [["# Mine\r\n\r\nA line", ""], ["\uFEFF# Mine\n", "\n\nMore\n"], ["", ""]] as const) {
      write("AGENTS.md", before)
      write(claude, front)
      await call("agent-setup")
      const [part = ""] = /<!-- asking:begin -->[^]*<!-- asking:end -->/.exec(read("AGENTS.md")) ?? []
      assert.isTrue(read("AGENTS.md").startsWith(before))
      assert.strictEqual(part.includes("\r\n"), before.includes("\r\n"))
      assert.isTrue(read(claude).startsWith(front))

      const around = (part: string) => `${before}\n${part}\n${after}A line with <!-- asking:begin -->`
      write("AGENTS.md", around(part.replace("## asking", "## old")))
      assert.strictEqual((await call("agent-setup")).code, 0)
      assert.strictEqual(read("AGENTS.md"), around(part))
    }
  })

  it("writes nothing where its marks are not clear, or a link is in the way", async () => {
    await call("agent-setup --claude")
    for (
      const [from, to] of [["<!-- asking:end -->", ""], ["<!-- asking:begin -->", "<!-- asking:begin -->\n".repeat(2)]]
    ) {
      const broken = read(claude).replace(from ?? "", to ?? "")
      write("AGENTS.md", broken)
      const refused = await call("agent-setup")
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "error  AGENTS.md: the marks")
      assert.strictEqual(read("AGENTS.md"), broken)
      assert.isFalse(fs.existsSync(join(folder, shared)))
    }
    fs.rmSync(join(folder, "AGENTS.md"))
    fs.symlinkSync(made, join(folder, ".agents"))
    assert.strictEqual((await call("agent-setup")).code, 1)
    assert.isFalse(fs.existsSync(join(made, "skills")))
    assert.isFalse(fs.existsSync(join(folder, "AGENTS.md")))
  })
})

describe("the skill", { timeout: 60_000 }, () => {
  const bin = join(made, "bin")
  beforeAll(async () => {
    fs.mkdirSync(bin)
    for (
      const [name, entry] of [
        ["asking", "test/cli/askingCommand.ts"],
        ["tea-house", "examples/13-a-command-line.ts"],
        ["cairn", "src/main.ts"]
      ] as const
    ) {
      const script = await bundle(entry)
      fs.writeFileSync(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 })
    }
  }, 60_000)

  interface Said {
    readonly code: number | null
    readonly status: string
    readonly output: unknown
    readonly requests: ReadonlyArray<{ readonly file: string; readonly answer: { readonly command: string } }>
    readonly error: { readonly message: string }
  }

  const sh = (command: string, input = "") =>
    spawnSync("sh", ["-c", command], {
      cwd: folder,
      input,
      encoding: "utf8",
      env: { PATH: `${bin}:${process.env.PATH}` }
    })

  const said = (command: string, input?: string): Said => {
    const { status, stdout } = sh(command, input)
    return { code: status, ...(isJson(stdout) as Omit<Said, "code">) }
  }

  /** Plays the loop, knowing the skill and what is printed; it answers wrongly first, then as the example shows. */
  const play = (skill: string, program: string, args: string): Said => {
    const [, called = "", options = ""] =
      new RegExp(`^- \`(.+?) ${program}.* \\[options\\](.*?)\`: `, "m").exec(skill) ??
        assert.fail(`the skill does not name ${program}`)
    let document = said(`${called} ${program} ${args}${options} --json`)
    while (document.status === "waiting") {
      assert.strictEqual(document.code, 42)
      for (const { file } of document.requests) {
        const request = isJson(fs.readFileSync(file, "utf8")) as {
          readonly example: unknown
          readonly answer: { readonly command: string }
        }
        const refused = said(request.answer.command, "{\"not\": \"asked for\"}")
        assert.deepStrictEqual([refused.code, refused.status], [65, "failed"])
        document = said(request.answer.command, JSON.stringify(request.example))
      }
    }
    return document
  }

  for (
    const [command, program, args] of [
      ["asking", "book", "--parts one --parts two"],
      ["tea-house", "tea", "--guests 3"],
      ["cairn", "agent-enhance", "template/agents/api-tester.md"],
      ["cairn", "template-qa", "--path settings"],
      ["cairn", "implement", "report.md --task task.json"]
    ] as const
  ) {
    it(`of ${command} is enough to finish ${program}`, () => {
      fs.cpSync(at("test/corpus/agent-enhance/templates/fastapi-python"), join(folder, "template"), { recursive: true })
      for (const file of ["task.json", "report.md"]) {
        fs.cpSync(at(`test/corpus/implement/code/${file}`), join(folder, file))
      }
      write(
        "template/agents/api-tester.md",
        "---\nname: api-tester\ndescription: Tests\n---\n\n# Tester\n\n## Purpose\n\nTests.\n"
      )
      assert.strictEqual(sh(`${command} agent-setup --claude`).status, 0)

      const ended = play(read(`.claude/skills/${command}/SKILL.md`), program, args)

      assert.deepStrictEqual([ended.code, ended.status], [0, "done"])
      assert.isNotNull(ended.output)
    })
  }
})

describe("a coding agent", () => {
  it("is known by what it leaves in the environment", () => {
    for (
      const [env, agent] of [
        [{ CLAUDECODE: "1", AI_AGENT: "other" }, "Claude Code"],
        [{ CODEX_THREAD_ID: "0199" }, "Codex"],
        [{ CODEX_SANDBOX: "seatbelt" }, "Codex"],
        [{ OPENCODE: "1" }, "opencode"],
        [{ GEMINI_CLI: "1" }, "Gemini CLI"],
        [{ AGENT: "goose" }, "goose"]
      ] as const
    ) assert.deepStrictEqual(agentEnvironment.of(env), Option.some(agent))
    for (const env of [{}, { CLAUDECODE: "0" }, { OPENCODE: "" }, { CODEX_HOME: "/x", CURSOR_TRACE_ID: "1" }]) {
      assert.deepStrictEqual(agentEnvironment.of(env), Option.none())
    }
  })

  it("is shown plain lines on a terminal too, and given the same result", async () => {
    const seen = (env: Readonly<Record<string, string>>) =>
      Effect.runPromise(callOf(definition, ["book", "--parts", "one"], { cwd: folder, columns: 80, env }))

    const agent = await seen({ CLAUDECODE: "1" })
    const person = await seen({})

    assert.include(agent.stderr, "Step 1/1: Writing a part...")
    assert.notInclude(agent.stderr, "\u001B[?25l")
    assert.include(person.stderr, "\u001B")
    assert.deepStrictEqual([agent.code, agent.stdout], [person.code, person.stdout])
  })
})
