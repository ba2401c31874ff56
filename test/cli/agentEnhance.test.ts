import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { bare, isKept, type Json, names, placed, readJson } from "../steps/agents/corpus.ts"
import { at, bundle, type Ended, isJson, temporary } from "./command.ts"
import * as enhancing from "./enhancing.ts"

const whole = at("../shared/corpus/agent-enhance")
const corpus = fs.existsSync(whole) ? whole : at("test/corpus/agent-enhance")

const made = fs.realpathSync(temporary())
let folder = ""

afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const document = ({ stdout }: Ended): Json => isJson(stdout) as Json

/** A template's folder with one agent in it, and a way to call the command beside it. */
const place = (
  template: string,
  stem: string,
  text: string,
  { caller = enhancing.within, extended = null }: {
    readonly caller?: typeof enhancing.within
    readonly extended?: string | null
  } = {}
) => {
  const cwd = fs.mkdtempSync(join(folder, "case-"))
  fs.cpSync(join(corpus, template, "templates"), join(cwd, "template", "templates"), { recursive: true })
  const core = join(cwd, "template", "agents", `${stem}.md`)
  const beside = join(cwd, "template", "agents", `${stem}-ext.md`)
  fs.mkdirSync(join(core, ".."))
  fs.writeFileSync(core, text)
  if (extended !== null) fs.writeFileSync(beside, extended)
  const read = (path: string) => fs.existsSync(path) ? fs.readFileSync(path, "utf8") : null
  const call = (args: ReadonlyArray<string>, options: { readonly input?: string } = {}) =>
    Effect.runPromise(caller(args, { cwd, ...options }))
  return {
    files: () => ({ core: read(core) ?? "", extended: read(beside) }),
    call: (...args: ReadonlyArray<string>) => call(args),
    enhance: (...args: ReadonlyArray<string>) =>
      call(["agent-enhance", `template/agents/${stem}.md`, ...args, "--json"]),
    answer: (text: string, ...args: ReadonlyArray<string>) =>
      call(["answer", "@last", "content", "--file", "-", ...args, "--json"], { input: text }),
    cwd
  }
}

const agent =
  "---\nname: api-tester\ndescription: Checks the state of forms\n---\n\n# Tester\n\n## Purpose\n\nTests.\n\n## Notes\n\nText.\n"
const simple = (caller = enhancing.within) => place("templates/fastapi-python", "api-tester", agent, { caller })

const built = async () => enhancing.built(await bundle("src/main.ts"))

const response = (name: string, id: string): string =>
  fs.readFileSync(join(corpus, "responses", name), "utf8").replaceAll("{{REQUEST_ID}}", id)

const idOf = (ended: Ended): string => document(ended).requests[0].id

describe("agent-enhance", { timeout: 240_000 }, () => {
  it("agrees with every static case of the corpus, and changes nothing the second time", async () => {
    for (const name of names(corpus)) {
      const { agent: stem, template, variant } = readJson(join(corpus, "cases", name, "case.json"))
      const expected = readJson(join(corpus, "cases", name, "expected.json"))
      const text = fs.readFileSync(join(corpus, "cases", name, "agent.md"), "utf8")
      const beside = join(corpus, template, "agents", `${stem}-ext.md`)
      const extended = variant === "as-is" && fs.existsSync(beside) ? fs.readFileSync(beside, "utf8") : null
      const { enhance, files } = place(template, stem, text, { extended })

      const ended = await enhance("--static")

      const { output, status } = document(ended)
      assert.deepStrictEqual([ended.code, status, output.fellBack], [0, "done", false], name)
      assert.deepStrictEqual(output.templates, expected.discovered_templates, name)
      assert.deepStrictEqual(output.relatedTemplates, expected.related_templates, name)
      assert.deepStrictEqual(output.sections, expected.sections, name)
      assert.strictEqual(output.boundarySet, expected.boundary_category, name)
      assert.deepStrictEqual(output.boundaryPlacement, placed(text, expected.boundaries_placed), name)
      assert.strictEqual(output.coreFile, expected.split.core, name)
      const once = files()
      assert.isTrue(isKept(text, once.core) && isKept(extended ?? "", once.extended ?? ""), name)

      const again = document(await enhance("--static")).output
      assert.deepStrictEqual([again.changed, again.diff], [false, ""], name)
      assert.deepStrictEqual(files(), once, name)
    }
  })

  it("ends with every answer of the corpus as it should, asking an agent or falling back", async () => {
    const cases: ReadonlyArray<Json> = readJson(join(corpus, "responses", "index.json")).cases
    const both = cases.flatMap((one) => ["ai", "hybrid"].map((strategy) => ({ one, strategy })))
    for (const { one, strategy } of both) {
      const name = `${one.response} under ${strategy}`
      const text = bare(fs.readFileSync(join(corpus, one.template, "agents", `${one.agent}.md`), "utf8"))
      const { answer, enhance, files } = place(one.template, one.agent, text)
      const waiting = await enhance("--strategy", strategy, "--attempts", "1")
      assert.strictEqual(waiting.code, 42, name)
      const id = idOf(waiting)

      const ended = await answer(response(one.response, id))

      const { error, output, status } = document(ended)
      const end = status === "done"
        ? output.fellBack ? "static-fallback" : "enhanced"
        : ["InvalidResponse", "InvalidContent", "InvalidBoundaries"].includes(error.tag)
        ? "validation-error"
        : ["WrongRequest", "AgentFailed", "AgentTimedOut"].includes(error.tag)
        ? "agent-error"
        : error.tag
      assert.strictEqual(end, one.expected[strategy], name)
      if (status !== "done") {
        assert.deepStrictEqual(files(), { core: text, extended: null }, name)
        continue
      }
      const { core, extended } = files()
      assert.isTrue(isKept(text, core), name)
      if (end !== "enhanced") continue
      for (const part of one.checks?.must_contain_ext ?? []) assert.include(extended ?? "", part, name)
      for (const [field, value] of Object.entries(one.checks?.metadata ?? {})) {
        assert.deepStrictEqual(output.metadata[field], value, name)
      }
    }
  })

  it("bears so many refused answers, each with all that is wrong with it", async () => {
    const { answer, enhance, files } = simple()
    const id = idOf(await enhance())

    const refused = await answer("{\"sections\": [\"boundaries\"], \"boundaries\": \"## Boundaries\"}")
    assert.strictEqual(refused.code, 65)
    assert.deepInclude(document(refused).error, { tag: "AnswerInvalid" })
    assert.strictEqual(document(refused).error.details.issues.length, 3)
    const stray = await answer(response("wrong-request-id.json", id))
    assert.deepStrictEqual([stray.code, document(stray).error.tag], [65, "WrongRequest"])
    assert.strictEqual(files().core, agent)

    const last = await answer("no JSON")
    assert.deepStrictEqual([last.code, document(last).error.tag], [1, "InvalidResponse"])
  })

  it("says where an answer file is kept that was one refusal too many", async () => {
    const { enhance } = simple()
    const wrong = {
      InvalidResponse: "no JSON",
      InvalidContent: "{\"sections\": [\"boundaries\"]}",
      InvalidBoundaries: "{\"sections\": [\"boundaries\"], \"boundaries\": \"## Boundaries\"}",
      AgentTimedOut: "timeout.json",
      AgentFailed: "error.json"
    }
    for (const [tag, text] of Object.entries(wrong)) {
      const [{ answer, id }] = document(await enhance("--attempts", "1")).requests
      fs.writeFileSync(answer.file, text.endsWith(".json") ? response(text, id) : text)

      const ended = await enhance("--attempts", "1")

      const { error } = document(ended)
      assert.deepStrictEqual([ended.code, error.tag], [1, tag])
      assert.include(error.message, `It is now ${error.details.kept}`)
      assert.isTrue(fs.existsSync(error.details.kept), error.details.kept)
    }
  })

  it("asks again after an agent ran out of time, and gives up when the agent does", async () => {
    const { answer, enhance } = simple()
    const id = idOf(await enhance("--attempts", "2"))

    assert.strictEqual((await answer(response("timeout.json", id))).code, 42)
    const late = await answer(response("timeout.json", id))
    assert.deepStrictEqual([late.code, document(late).error.tag], [1, "AgentTimedOut"])

    const next = idOf(await enhance("--attempts", "2"))
    const failed = await answer(response("error.json", next))
    assert.deepStrictEqual([failed.code, document(failed).error.tag], [1, "AgentFailed"])
    assert.include(document(failed).error.message, "agent is not installed")
  })

  it("writes both files, and asks for nothing twice when it goes on after a dry run", async () => {
    const { answer, enhance, files } = simple(await built())
    const id = idOf(await enhance("--dry-run"))

    const shown = await answer(response("valid-envelope.json", id), "--dry-run")

    assert.strictEqual(shown.code, 0)
    assert.include(shown.stderr, "+++ b/agents/api-tester-ext.md")
    assert.include(document(shown).output.diff, "+## Boundaries")
    assert.deepStrictEqual(files(), { core: agent, extended: null })
    const ended = await enhance()
    assert.strictEqual(ended.code, 0)
    assert.deepStrictEqual(document(ended).output.boundaryPlacement, {
      afterHeading: "## Purpose",
      beforeHeading: "## Notes"
    })
    const { core, extended } = files()
    assert.include(core, "stack: [python]\nphase: implementation\n")
    assert.include(core, "Tests.\n\n## Boundaries\n\n### ALWAYS\n- ✅ Parse")
    assert.include(core, "## Extended Documentation")
    assert.include(extended ?? "", "## Code Examples")
  })

  it("asks a command at once, and falls back on keywords where that fails", async () => {
    const { cwd, enhance, files } = simple(await built())
    const content = JSON.parse(response("valid-envelope.json", "")).response as string
    fs.writeFileSync(
      join(cwd, "says.mjs"),
      `console.log("Here:\\n\\n\`\`\`json\\n" + ${JSON.stringify(content)} + "\\n\`\`\`")`
    )
    const agent = (script: string) => ["--agent", `command:${process.execPath} ${script}`, "--attempts", "1"]

    const failed = await enhance("--hybrid", ...agent("none.mjs"), "--dry-run")
    assert.strictEqual(document(failed).output.fellBack, true)
    assert.include(document(failed).output.warnings.map(({ code }: Json) => code), "fell-back")
    const alone = await enhance(...agent("none.mjs"))
    assert.deepStrictEqual([alone.code, document(alone).error.tag], [1, "AgentFailed"])

    const asked = await enhance(...agent("says.mjs"))
    assert.deepStrictEqual([asked.code, document(asked).output.fellBack], [0, false])
    assert.include(files().core, "- ✅ Parse every inbound payload")
  })

  it("needs no agent where keywords decide, whatever agent is named", async () => {
    const { cwd } = simple()
    const call = (strategy: string) =>
      Effect.runPromise(
        enhancing.within(["agent-enhance", "template/agents/api-tester.md", "--strategy", strategy, "--json"], {
          cwd,
          env: { CAIRN_AGENT: "anthropic" }
        })
      )

    assert.strictEqual((await call("static")).code, 0)
    const { code, stdout } = await call("ai")
    assert.deepStrictEqual([code, (isJson(stdout) as Json).error.tag], [2, "AgentMisconfigured"])
  })

  it("keeps what was changed while it waited", async () => {
    const { answer, cwd, enhance, files } = simple()
    const id = idOf(await enhance())
    const edited = agent.replace("Text.", "Text.\n\n## Mine\n\nWritten meanwhile.")
    fs.writeFileSync(join(cwd, "template/agents/api-tester.md"), edited)

    const ended = await answer(response("valid-envelope.json", id))

    assert.strictEqual(ended.code, 0)
    assert.isTrue(isKept(edited, files().core))
    assert.include(files().core, "## Boundaries")
  })

  it("keeps everything in one file when it is not to be split", async () => {
    const { enhance, files } = simple()

    const { output } = document(await enhance("--static", "--no-split"))

    assert.strictEqual(output.extendedFile, null)
    assert.strictEqual(files().extended, null)
    assert.include(files().core, "## Related Templates\n\n")
  })

  it("finds an agent by its template and its name", async () => {
    const { call, cwd } = simple(await built())
    fs.mkdirSync(join(cwd, "roots"))
    fs.renameSync(join(cwd, "template"), join(cwd, "roots", "api"))

    const ended = await call("agent-enhance", "api/api-tester", "--roots", "roots", "--static")

    assert.deepStrictEqual([ended.code, ended.stdout.trim()], [0, join(cwd, "roots/api/agents/api-tester.md")])
    const failure = async (...args: ReadonlyArray<string>) => {
      const ended = await call("agent-enhance", ...args, "--json")
      return [ended.code, document(ended).error.tag]
    }
    assert.deepStrictEqual(await failure("none/api-tester", "--roots", "roots"), [1, "TemplateNotFound"])
    assert.deepStrictEqual(await failure("api/none", "--roots", "roots"), [1, "AgentNotFound"])
    assert.deepStrictEqual(await failure("roots/api/agents/none.md"), [1, "AgentNotFound"])
    assert.deepStrictEqual(await failure("roots"), [1, "AgentNotFound"])
    assert.deepStrictEqual(await failure("../y", "--roots", "roots"), [1, "InvalidAgentPath"])
    assert.deepStrictEqual(await failure("roots/api/agents/api-tester-ext.md", "--static"), [1, "InvalidAgentPath"])
    assert.deepStrictEqual(
      await failure("roots/api/agents/api-tester.md", "--template", "roots/none", "--static"),
      [1, "TemplateNotFound"]
    )
    assert.deepStrictEqual(await failure("api/api-tester", "--static", "--hybrid"), [2, "UsageError"])
  })

  it("refuses what is no agent, and writes through no link", async () => {
    const { cwd, enhance } = simple()
    const file = join(cwd, "template/agents/api-tester.md")
    const failure = async (content: string | Uint8Array) => {
      fs.writeFileSync(file, content)
      const ended = await enhance("--static")
      return [ended.code, document(ended).error.tag]
    }
    assert.deepStrictEqual(await failure(new Uint8Array([0x23, 0xFF])), [1, "UnreadableAgent"])
    assert.deepStrictEqual(await failure(`---\nname: x\n\n${agent.slice(4)}`.replaceAll("\n---", "")), [
      1,
      "UnreadableAgent"
    ])

    fs.writeFileSync(join(cwd, "real.md"), agent)
    fs.rmSync(file)
    fs.symlinkSync(join(cwd, "real.md"), file)
    const linked = await enhance("--static")
    assert.deepStrictEqual([linked.code, document(linked).error.tag], [1, "UnsafePath"])
    assert.strictEqual(fs.readFileSync(join(cwd, "real.md"), "utf8"), agent)
    assert.deepStrictEqual(fs.readdirSync(join(cwd, "template/agents")), ["api-tester.md"])
  })
})
