import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { templateQa } from "effect-cairn/programs"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Asked, read as readTyped } from "../../src/layers/Asked.ts"
import { catalogue } from "../../src/steps/interview/catalogue.ts"
import * as Interview from "../../src/steps/interview/Interview.ts"
import * as rules from "../../src/steps/interview/rules.ts"
import * as corpus from "../steps/interview/corpus.ts"
import { at, type Child, type Ended, isJson, noTerminal, onTerminal, type Options, run, temporary } from "./command.ts"
import * as mcp from "./mcpServing.ts"
import * as Terminal from "./Terminal.ts"
import { callOf } from "./within.ts"

const made = temporary()
/** The command as it is published. */
const script = at("dist/bin/cairn.mjs")
let folder = ""

afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(made, "run-")))
})

const all = fileURLToPath(new URL("../../../shared/corpus/template-qa", import.meta.url))
const cases = fs.existsSync(all) ? all : fileURLToPath(new URL("../corpus/template-qa", import.meta.url))

const call = (args: ReadonlyArray<string>, options: Partial<Options> = {}): Promise<Ended> =>
  run(script, ["template-qa", ...args], { cwd: folder, ...options })

/** The same in this process, with nobody at it. */
const within = (...args: ReadonlyArray<string>) =>
  Effect.runPromise(callOf({ name: "cairn", version: "1.0.0", programs: [templateQa] }, args, { cwd: folder }))

const document = ({ stdout }: { readonly stdout: string }) => isJson(stdout) as Record<string, unknown>
const outputOf = (ended: { readonly stdout: string }) => document(ended).output as Record<string, unknown>
const errorOf = (ended: { readonly stdout: string }) => document(ended).error as Record<string, string>

const configFile = ".template-create-config.json"
const sessionFile = ".template-init-session.json"
const write = (file: string, content: unknown) =>
  fs.writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content))
const read = (file: string) => isJson(fs.readFileSync(join(folder, file), "utf8")) as Record<string, unknown>

/** Where the first round of the interview is recorded. */
const interview = "session/interview/rounds/round/0/interview"

const answers = ["--answer", "description=A template for tests"]

describe("template-qa, typed line by line", { timeout: 60_000 }, () => {
  for (const name of corpus.names(cases)) {
    it(`agrees with ${name}`, async () => {
      const { expected, folder, script: { resume, steps } } = corpus.open(cases, name)
      const typed = steps.filter((step) => step.typed !== corpus.interrupt)
      const input = typed.map((step) => `${step.typed}\n`).join("")
      const last = typed.length < steps.length ? textOf(steps.at(-1)?.id ?? "") : undefined

      const ended = await call(["--lines", "--json", ...(resume ? ["--resume"] : [])], {
        cwd: folder,
        input: last === undefined ? input : null,
        ...(last === undefined ? {} : {
          started: async ({ kill, stderr, until, write }: Child) => {
            write(input)
            await until(() => stderr().includes(last))
            kill("SIGINT")
          }
        })
      })

      assert.deepStrictEqual(corpus.saved(folder), corpus.right(expected))
      assert.strictEqual(ended.code, last === undefined ? expected.exit_code : 130)
      if (expected.config === null) assert.strictEqual(document(ended).status, "interrupted")
      else assert.deepStrictEqual(outputOf(ended).asked, [...new Set(expected.questions_asked)])
    })
  }

  it("goes on with the next question after its input has ended", async () => {
    const first = await call(["--lines"], { input: "demo\n2\n" })
    assert.deepStrictEqual([first.code, Object.keys(read(sessionFile).answers as object)], [
      1,
      ["template_name", "template_purpose"]
    ])
    assert.include(first.stderr, "Every answer is kept")

    const second = await call(["--lines"], { input: `A template for tests\n${"\n".repeat(30)}` })

    assert.strictEqual(second.code, 0)
    assert.include(second.stderr, "Answered before:\n  Template Identity\n    Template name: demo")
    assert.deepInclude(read(configFile).config, { template_name: "demo", template_purpose: "team_standards" })
    assert.isFalse(fs.existsSync(join(folder, sessionFile)))
  })

  it("begins anew with --new, and takes the answers of a run that is gone from its session, after asking", async () => {
    await call(["--lines"], { input: "demo\n" })
    const anew = await call(["--lines", "--new"], { input: "other\n" })
    assert.notInclude(anew.stderr, "Go on with it?")
    assert.deepStrictEqual(read(sessionFile).answers, { template_name: "other" })

    fs.rmSync(join(folder, ".cairn"), { recursive: true })
    const gone = await call(["--lines"], { input: "y\n" })

    assert.include(gone.stderr, "after 1 answers. Go on with it?")
    assert.notInclude(gone.stderr, "What should this template be called?")
  })

  /** A whole interview, with a list of lines as one line, since only the whole list is an answer. */
  const whole = [
    ..."demo|4|A template for kills||Ada|3|2|specific|1.2.3|2||1|1,3|specify|||pytest|2||||y||1|y|paths|1".split("|"),
    "/\n",
    "yes"
  ]
  const typed = (from: number, to?: number) => whole.slice(from, to).map((line) => `${line}\n`).join("")
  const prompts = (text: string) => text.match(/^(?:Enter |Confirm |Line )[^\n]*: /gm)?.length ?? 0

  it("comes to the same when it is killed at a question", async () => {
    const undisturbed = await call(["--lines", "--json"], { input: typed(0) })
    const { asked, config } = outputOf(undisturbed)
    assert.lengthOf(asked as ReadonlyArray<string>, whole.length)

    for (const count of [1, 17, 28]) {
      const before = typed(0, count)
      fs.rmSync(folder, { recursive: true })
      fs.mkdirSync(folder)
      await call(["--lines"], {
        input: null,
        started: async ({ kill, stderr, until, write }: Child) => {
          write(before)
          await until(() => prompts(stderr()) === before.split("\n").length)
          kill("SIGKILL")
        }
      })

      const again = await call(["--lines", "--json"], { input: typed(count) })

      assert.deepStrictEqual([again.code, outputOf(again).config, outputOf(again).asked], [0, config, asked])
    }
  })

  it("takes everything back on a no, keeps it in the session, and offers it the next time", async () => {
    const enter = "\n".repeat(26)
    const first = await call(["--lines", "--json"], { input: `demo\n4\nA template for tests\n${"\n".repeat(22)}no\n` })
    assert.deepStrictEqual([first.code, errorOf(first).tag], [1, "Cancelled"])
    assert.isFalse(fs.existsSync(join(folder, configFile)))
    assert.deepInclude(read(sessionFile).answers, { template_name: "demo", author: "" })

    const second = await call(["--lines", "--json"], { input: enter })

    assert.strictEqual(second.code, 0)
    assert.deepInclude(outputOf(second).config, {
      template_name: "demo",
      template_purpose: "production",
      description: "A template for tests"
    })
  })
})

describe("template-qa, with nobody at it", () => {
  it("says what is missing and how to give it, and ends", async () => {
    const ended = await call(["--json"], { input: null, started: () => {} })

    assert.deepStrictEqual([ended.code, errorOf(ended).tag], [2, "AnswerMissing"])
    assert.include(errorOf(ended).message, "description: Briefly describe this template's purpose:\n")
    assert.include(errorOf(ended).fix, "--answer description=… --defaults")
  })

  it("takes every default, and answers for the rest", async () => {
    const ended = await within(
      "template-qa",
      "--defaults",
      "--json",
      ...answers,
      "--answer",
      "framework_version=specific"
    )
    assert.deepStrictEqual([ended.code, errorOf(ended).message], [
      2,
      "An answer is missing, and there is no terminal to ask on:\n  framework_version_specific: Specify version"
    ])

    const again = await within(
      "template-qa",
      "--defaults",
      "--json",
      ...answers,
      "--answer",
      "framework_version=specific",
      "--answer",
      "framework_version_specific=1.2",
      "--answer",
      "primary_language=other: Elixir"
    )

    assert.strictEqual(again.code, 0)
    const { config, notAsked } = outputOf(again)
    assert.deepInclude(config, {
      description: "A template for tests",
      primary_language: "Elixir",
      framework: "other",
      framework_version: "1.2",
      ui_architecture: null
    })
    assert.includeMembers(notAsked as Array<string>, ["ui_architecture", "documentation_paths"])
    assert.deepStrictEqual(read(configFile).config, config)
  })

  it("reads a file of answers, which it prints to be filled in", async () => {
    const printed = await within("template-qa", "--print-questions")
    assert.strictEqual(printed.code, 0)
    write("answers.yaml", printed.stdout.replace("description:", "description: A template for tests"))
    assert.deepStrictEqual(fs.readdirSync(folder), ["answers.yaml"])

    const ended = await within("template-qa", "--answers", "answers.yaml", "--defaults", "--json")

    assert.strictEqual(ended.code, 0)
    assert.deepInclude(outputOf(ended).config, {
      framework: "maui",
      standard_folders: ["src", "tests"],
      version: "1.0.0"
    })
  })

  it("refuses answers all together, and one way of asking beside another", async () => {
    const refused = await within(
      "template-qa",
      "--json",
      "--answer",
      "version=1",
      "--answer",
      "author",
      "--answer",
      "x=y"
    )
    assert.deepStrictEqual([refused.code, errorOf(refused).tag], [65, "AnswersRefused"])
    assert.strictEqual(
      errorOf(refused).message,
      "3 answers that were given do not fit:\n" +
        "  author: it is not of the form NAME=ANSWER\n" +
        "  x: there is no such question\n" +
        "  version: Version must be a semantic version, such as 1.0, 1.0.0 or 2.1.0-beta"
    )
    const both = await within("template-qa", "--json", "--lines", "--defaults")
    assert.deepStrictEqual([both.code, errorOf(both).message], [2, "one way at a time: --lines, --defaults or --agent"])
    const file = await within("template-qa", "--json", "--answers", "nothing.json")
    assert.deepStrictEqual([file.code, errorOf(file).tag], [65, "AnswersFileInvalid"])
  })

  it("hands the questions to whoever calls, and goes on with the answers", async () => {
    const waiting = await within("template-qa", "--agent", "handoff", "--json")
    assert.strictEqual(waiting.code, 42)
    const [request] = document(waiting).requests as ReadonlyArray<Record<string, string>>
    const asked = isJson(fs.readFileSync(request?.file ?? "", "utf8")) as Record<string, Record<string, unknown>>
    assert.deepStrictEqual([asked.ask, asked.step], ["user", `${interview}/prepared`])
    const { properties, required } = asked.answerSchema as Record<string, Record<string, unknown>>
    const given = Object.fromEntries(
      (required as unknown as ReadonlyArray<string>).map((id) => [id, possible(id)?.default ?? "A template for tests"])
    )
    assert.includeMembers(Object.keys(properties ?? {}), ["framework", "documentation_urls"])

    write("answer.json", { ...given, primary_language: "python", framework: "cli" })
    const done = await within("answer", "@last", "--file", "answer.json", "--json")

    assert.strictEqual(done.code, 0)
    assert.deepInclude(outputOf(done).config, { primary_language: "python", framework: "cli", api_pattern: null })
  })
})

describe("template-qa, begun by a coding agent", () => {
  it("goes on with what was handed in, whoever does that, and with what lies where the request says", async () => {
    const begin = async () => {
      const waiting = await call(["--new", "--json"], { env: { CLAUDECODE: "1" }, input: "" })
      assert.strictEqual(waiting.code, 42)
      const [request] = document(waiting).requests as ReadonlyArray<Record<string, Record<string, string>>>
      return request?.answer ?? assert.fail("nothing is asked")
    }
    const given = Object.fromEntries(
      Interview.placed(catalogue).filter(({ conditions }) => conditions.length === 0).map(({ question: { id } }) => [
        id,
        possible(id)?.default ?? "A template for tests"
      ])
    )
    const words = { ...given, primary_language: "other: Elixir", framework: "other" }

    await begin()
    write("answer.json", words)
    const handedIn = await run(script, ["answer", "@last", "--file", "answer.json", "--json"], {
      cwd: folder,
      input: ""
    })
    assert.deepStrictEqual([handedIn.code, errorOf(handedIn)], [0, undefined])
    assert.deepInclude(outputOf(handedIn).config, { primary_language: "Elixir", framework: "other" })

    const { file } = await begin()
    fs.writeFileSync(file ?? "", JSON.stringify(words))
    const lies = await run(script, ["resume", "@last", "--json"], { cwd: folder, input: "" })
    assert.deepInclude(outputOf(lies).config, { primary_language: "Elixir", framework: "other" })
  })
})

describe("template-qa, from what was saved", () => {
  const config = () => {
    const { config } = isJson(
      fs.readFileSync(join(cases, "react-vite-with-urls", "expected.json"), "utf8")
    ) as { readonly config: Record<string, unknown> }
    return config
  }
  const saved = (changes: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
    write(configFile, {
      version: "1.0",
      created_at: "2025-01-01T00:00:00Z",
      updated_at: "2025-01-02T00:00:00Z",
      config: { ...config(), ...changes },
      ...more
    })

  it("offers every saved value, and keeps when it was made and what it does not know", async () => {
    saved({ colour: "red" }, { tool: "other" })

    const ended = await call(["--resume", "--lines", "--json"], { input: "\n".repeat(40) })

    assert.strictEqual(ended.code, 0)
    assert.include(ended.stderr, "react_front-1, typescript, react-vite, vertical-slice, saved 2025-01-02T00:00:00Z")
    const { config: after, created_at, tool, updated_at } = read(configFile)
    assert.deepStrictEqual(after, { ...config(), colour: "red" })
    assert.deepStrictEqual([created_at, tool], ["2025-01-01T00:00:00Z", "other"])
    assert.match(String(updated_at), /^20\d\d-.*Z$/)
    assert.notStrictEqual(updated_at, "2025-01-02T00:00:00Z")
  })

  it("takes saved values for defaults where nobody is asked, and offers them to whoever calls", async () => {
    saved()
    const waiting = await within("template-qa", "--from-config", "--agent", "handoff", "--json")
    const [request] = document(waiting).requests as ReadonlyArray<Record<string, string>>
    // oxlint-disable-next-line typescript/no-explicit-any -- a schema, looked at field by field
    const { answerSchema } = isJson(fs.readFileSync(request?.file ?? "", "utf8")) as Record<string, any>
    const { author, framework, standard_folders } = answerSchema.properties
    assert.deepStrictEqual(
      [author.default, framework.default, standard_folders.default],
      ["UI guild", "react-vite", ["tests"]]
    )

    const ended = await within("template-qa", "--from-config", "--defaults", "--json")

    assert.strictEqual(ended.code, 0)
    assert.deepStrictEqual(outputOf(ended).config, config())
  })

  it("offers the defaults of the catalogue where a saved value belongs to another language or is no choice", async () => {
    saved({ template_purpose: "fun", description: "short" })
    const enter = (lines: number) => "\n".repeat(lines)

    const ended = await call(["--from-config", "--lines", "--json"], {
      input: `${enter(2)}A template for tests\n${enter(2)}python\n${enter(40)}`
    })

    assert.strictEqual(ended.code, 0)
    const { config, warnings } = outputOf(ended)
    assert.deepInclude(config, {
      template_name: "react_front-1",
      template_purpose: "quick_start",
      primary_language: "python",
      framework: "fastapi",
      framework_version: "18.2.0",
      ui_architecture: null,
      state_management: null,
      needs_data_access: true,
      documentation_urls: ["https://docs.example.org/style?v=2", "http://localhost:8080/guide"]
    })
    assert.deepStrictEqual(
      (warnings as ReadonlyArray<Record<string, string>>).map(({ code, message }) => [code, message]),
      [[
        "not-a-choice",
        "template_purpose is not offered as it was saved: \"fun\" cannot be an answer (a number from 1 to 4, or " +
        "quick_start, team_standards, prototype, production)"
      ], [
        "too-short",
        "description is not offered as it was saved: Description must be at least 10 characters long"
      ]]
    )
  })

  it("names each thing that can be wrong with the file, and leaves it as it is", async () => {
    const cases: ReadonlyArray<readonly [tag: string, content: string | undefined]> = [
      ["ConfigNotFound", undefined],
      ["ConfigCorrupt", "{"],
      ["ConfigCorrupt", "{\"config\":{}}"],
      ["ConfigInvalid", "{\"version\":\"1.0\",\"config\":{}}"]
    ]
    for (const [tag, content] of cases) {
      if (content !== undefined) write(configFile, content)
      const ended = await within("template-qa", "--from-config", "--defaults", "--json", "--new")
      assert.deepStrictEqual([ended.code, errorOf(ended).tag], [1, tag])
      if (content !== undefined) assert.strictEqual(fs.readFileSync(join(folder, configFile), "utf8"), content)
    }
    const found = fs.readdirSync(folder)
    assert.deepStrictEqual(found.filter((name) => name !== ".cairn"), [configFile])
  })

  it("goes on with a session of an earlier program, after asking", async () => {
    const session = { answers: { template_name: "halfway", description: "Something to try out", version: "x" } }
    write(sessionFile, session)

    const ended = await call(["--lines", "--json"], { input: `\n${"\n".repeat(40)}` })

    assert.strictEqual(ended.code, 0)
    assert.include(ended.stderr, "An interview was interrupted after 3 answers. Go on with it?\nConfirm (Y/n): \n")
    assert.notInclude(ended.stderr, "What should this template be called?")
    assert.include(ended.stderr, "Initial version:")
    assert.deepInclude(outputOf(ended).config, { template_name: "halfway", version: "1.0.0" })
    assert.isFalse(fs.existsSync(join(folder, sessionFile)))
  })

  it("does not use a session where nobody can be asked whether to, and says so", async () => {
    write(sessionFile, { template_name: "halfway" })
    const plain = await within("template-qa", "--defaults", "--json", ...answers)
    assert.deepInclude(outputOf(plain).config, { template_name: "my-template" })
    assert.deepInclude((outputOf(plain).warnings as ReadonlyArray<object>)[0], { code: "session-not-used" })

    write(sessionFile, { template_name: "halfway" })
    const asked = await within("template-qa", "--defaults", "--json", ...answers, "--answer", "resume_session=yes")
    assert.deepInclude(outputOf(asked).config, { template_name: "halfway" })
  })

  it("sets a session aside that cannot be read", async () => {
    write(sessionFile, "{ nothing")
    write(`${sessionFile}.broken`, "an older one")

    const ended = await within("template-qa", "--defaults", "--json", ...answers)

    assert.strictEqual(ended.code, 0)
    assert.deepInclude((outputOf(ended).warnings as ReadonlyArray<object>)[0], { code: "session-broken" })
    assert.strictEqual(fs.readFileSync(join(folder, `${sessionFile}.broken-2`), "utf8"), "{ nothing")
  })
})

describe("template-qa, over MCP", { timeout: 60_000 }, () => {
  const given = {
    ...Object.fromEntries(
      Interview.placed(catalogue).filter(({ dependsOn }) => dependsOn.length === 0)
        .map(({ question: { id } }) => [id, possible(id)?.default ?? "A template for tests"])
    ),
    primary_language: "python",
    framework_version: "specific"
  }
  const opened = { framework: "fastapi", framework_version_specific: "0.115", api_pattern: "none" }
  const expected = { ...opened, framework_version: "0.115", needs_data_access: false, ui_architecture: null }
  const { framework_version_specific: _, ...config } = expected

  it("waits for the person's answers, says what is wrong with one, and saves them", async () => {
    const { code } = await mcp.serving(script, folder, async ({ call }) => {
      const waiting = await call("run_start", { program: "template-qa", input: { path: "." } })
      const { requests: [request], run, status } = waiting.structuredContent
      assert.deepStrictEqual([status, request.ask], ["waiting", "user"])
      assert.sameMembers(request.answerSchema.required, Object.keys(given))

      const refused = await call("run_answer", { run, answer: { ...given, version: "1" } })
      assert.isTrue(refused.isError)
      assert.include(refused.content[0].text, "/version: Version must be a semantic version")

      const further = await call("run_answer", { run, answer: given })
      assert.deepStrictEqual(further.structuredContent.requests[0].answerSchema.required, [
        "framework",
        "framework_version_specific"
      ])
      const done = await call("run_answer", { run, answer: { ...opened, needs_data_access: false } })
      assert.deepStrictEqual([done.isError, done.structuredContent.status], [false, "done"])
      assert.deepInclude(done.structuredContent.output.config, config)
    })

    assert.strictEqual(code, 0)
    assert.deepInclude(read(configFile).config, config)
  })

  it("shows the questions that answers have opened as a form, to a client that offers forms", async () => {
    const forms: Array<mcp.Json> = []
    const ask = (params: mcp.Json) => {
      // What is asked first is left to the call that answers.
      if ("template_name" in params.requestedSchema.properties) return { action: "decline" }
      forms.push(params)
      return { action: "accept", content: { ...opened, needs_data_access: false } }
    }
    await mcp.serving(script, folder, async ({ call }) => {
      const { structuredContent: { run } } = await call("run_start", { program: "template-qa", input: { path: "." } })
      const done = await call("run_answer", { run, answer: given })
      assert.strictEqual(done.structuredContent.status, "done")
    }, { capabilities: { elicitation: {} }, ask })

    assert.deepInclude(forms[0]?.requestedSchema.properties.framework, {
      description: "Framework:",
      default: "fastapi",
      enum: ["fastapi", "django", "flask", "data-science", "cli"]
    })
    assert.deepInclude(read(configFile).config, config)
  })
})

const size = { columns: 80, rows: 200 }

/** A person at a terminal, who waits for each question and answers it with keys. */
const person = (child: Child, columns = size.columns) => {
  const screen = () => {
    const terminal = Terminal.make({ columns, rows: size.rows })
    terminal.write(child.stdout())
    return terminal.all()
  }
  const until = (isSo: (lines: ReadonlyArray<string>) => boolean) => child.until(() => isSo(screen()))
  /** The question that is asked now, unwrapped. */
  const asked = (lines: ReadonlyArray<string>) => {
    const from = lines.findLastIndex((line) => line.startsWith("? "))
    return lines.slice(from).map((line) => line.trim()).join(" ")
  }
  const isAsked = (text: string) => until((lines) => asked(lines).startsWith(`? ${text}`))
  /** Does something, and waits until the screen shows it. */
  const press = async (keys: string) => {
    const before = child.stdout()
    child.write(keys)
    await child.until(() => child.stdout() !== before)
  }
  return { screen, until, isAsked, press }
}

/** The keys for what a script types. */
const keysOf = (asked: Asked, typed: string): string => {
  const values = "choices" in asked ? asked.choices.map(({ value }) => value) : []
  const place = (piece: string) => /^\d+$/.test(piece) ? Number(piece) - 1 : values.indexOf(piece)
  switch (asked._tag) {
    case "Choice":
      return typed === "" ? "\r" : `${place(typed) + 1}\r`
    case "Confirm":
      return typed === "" ? "\r" : `${typed.charAt(0)}\r`
    case "Many": {
      const wanted = typed === "" ? undefined : new Set(typed.split(",").map((piece) => place(piece.trim())))
      const toggles = values.map((value, index) =>
        `${wanted !== undefined && wanted.has(index) !== asked.default.includes(value) ? " " : ""}\u001B[B`
      )
      return `${toggles.join("")}\r`
    }
    default:
      return `${typed}\r`
  }
}

describe(`template-qa, at a terminal${noTerminal === undefined ? "" : ` (${noTerminal})`}`, { timeout: 60_000 }, () => {
  const onOne = it.skipIf(noTerminal !== undefined)

  for (const name of ["maui-mostly-defaults", "python-fastapi-service", "react-vite-with-urls"]) {
    onOne(`agrees with ${name}`, async () => {
      const { expected, folder, script: { steps } } = corpus.open(cases, name)

      const ended = await onTerminal(script, ["template-qa"], {
        ...size,
        cwd: folder,
        started: async (child) => {
          const { isAsked, press, until } = person(child)
          let language: string | undefined
          for (const [index, { id, typed }] of steps.entries()) {
            const asked = possible(id, language) ??
              { _tag: "Confirm", id, section: "", text: textOf(id), default: true }
            if (steps[index - 1]?.id !== id) await isAsked(asked.text)
            await press(keysOf(asked, typed))
            if (id === "primary_language") {
              language = String(Effect.runSync(Effect.orDie(readTyped(asked, rules.line, typed))))
            }
            // A line that was kept, or the reason that it was not, is there before the next one is typed.
            if (asked._tag === "Lines" && typed !== "") {
              await until((lines) => lines.some((line) => line.trim() === `✓ ${typed}` || line.includes("✗ URL")))
            }
            if (asked._tag === "Lines" && typed.startsWith("ftp")) await press("\u0015")
          }
        }
      })

      assert.strictEqual(ended.code, 0)
      assert.deepStrictEqual(corpus.saved(folder), corpus.right(expected))
    })
  }

  onOne("keeps everything on Ctrl-C, and shows it when it goes on; Esc goes back", async () => {
    const first = await onTerminal(script, ["template-qa"], {
      ...size,
      cwd: folder,
      started: async (child) => {
        const { isAsked, press, until } = person(child)
        await isAsked("What should this template be called?")
        await press("x\r")
        await until((lines) =>
          lines.some((line) => line.includes("✗ Template name must be at least 3 characters long"))
        )
        await press("\u007Fdemo\r")
        await isAsked("What is the primary purpose of this template?")
        await press("3\r")
        await isAsked("Briefly describe")
        await press("\u001B")
        await isAsked("What is the primary purpose of this template?")
        await until((lines) => lines.includes("› Prototype/experiment (default)"))
        await press("4\r")
        await isAsked("Briefly describe")
        child.write("\u0003")
      }
    })
    assert.strictEqual(first.code, 130)
    assert.include(
      first.stdout.replaceAll("\r\n", " "),
      "Stopped at \"The interview: Briefly describe this template's purpose\". 2 answers and 1 of 3 steps saved. Go on: "
    )
    assert.deepStrictEqual(read(sessionFile).answers, { template_name: "demo", template_purpose: "production" })

    let shown: ReadonlyArray<string> = []
    const second = await onTerminal(script, ["template-qa"], {
      ...size,
      cwd: folder,
      columns: 40,
      env: { NO_COLOR: "1" },
      started: async (child) => {
        const { screen, until } = person(child, 40)
        await until((lines) => lines.at(-1)?.endsWith("Esc goes back") ?? false)
        shown = screen()
        child.write("\u0004")
      }
    })

    assert.strictEqual(second.code, 1)
    // oxlint-disable-next-line no-control-regex -- that is what a colour begins with
    assert.notMatch(second.stdout, /\u001B\[[1-9][0-9;]*m/)
    assert.deepStrictEqual(shown.slice(shown.indexOf("Answered before:")), [
      "Answered before:",
      "  Template Identity",
      "    Template name: demo",
      "    Template purpose: Production-ready",
      "      scaffold",
      "",
      "Template Identity",
      "? Briefly describe this template's",
      "  purpose:",
      "  What will developers use this",
      "  template for?",
      "  › _",
      "  Enter answers · Esc goes back"
    ])
  })

  onOne("takes what is typed ahead, and shows none of it before its question", async () => {
    const ended = await onTerminal(script, ["template-qa"], {
      ...size,
      cwd: folder,
      started: async (child) => {
        const { isAsked } = person(child)
        await isAsked("What should this template be called?")
        child.write("demo\r4\rA template for demos\r\r\r")
        await isAsked("Primary programming language:")
        child.write("\u0003")
      }
    })

    const terminal = Terminal.make(size)
    terminal.write(ended.stdout)
    const lines = terminal.all()
    assert.deepStrictEqual(lines.slice(lines.indexOf("Template Identity") + 1, lines.indexOf("Technology Stack")), [
      "✓ What should this template be called?  demo",
      "✓ What is the primary purpose of this template?  Production-ready scaffold",
      "✓ Briefly describe this template's purpose  A template for demos",
      "✓ Initial version  1.0.0",
      "✓ Author or team name  none",
      ""
    ])
  })

  onOne("is drawn anew after a Ctrl-Z, below what the shell has said, and goes on", async () => {
    write("inputrc", "set enable-bracketed-paste off")
    let shown: ReadonlyArray<string> = []
    await onTerminal(script, [], {
      ...size,
      cwd: folder,
      env: { INPUTRC: join(folder, "inputrc") },
      // It takes the place of the command, which is typed into it.
      shell: "exec bash --norc --noprofile -i;",
      started: async (child) => {
        const { isAsked, press, screen, until } = person(child)
        child.write(`PS1='% '; '${process.execPath}' '${script}' template-qa\r`)
        await isAsked("What should this template be called?")
        await press("de\u001A")
        await until((lines) => lines.at(-1) === "%")
        child.write("echo meanwhile\rfg\r")
        await until((lines) => lines.slice(lines.indexOf("meanwhile")).includes("  › de"))
        await press("mo\r")
        await isAsked("What is the primary purpose of this template?")
        shown = screen()
        child.write("\u0003")
        await until((lines) => lines.at(-1) === "%")
        child.write("exit\r")
      }
    })

    // The shell repeats the command in between.
    const from = shown.indexOf("meanwhile")
    const drawn = shown.findIndex((line, index) => index > from && line.startsWith("✓"))
    assert.deepStrictEqual([...shown.slice(from, from + 2), ...shown.slice(drawn, drawn + 2)], [
      "meanwhile",
      "% fg",
      "✓ What should this template be called?  demo",
      "? What is the primary purpose of this template?"
    ])
  })

  onOne("is asked in lines on a terminal that can only add them, and not at all by an agent", async () => {
    const dumb = await onTerminal(script, ["template-qa"], {
      ...size,
      cwd: folder,
      env: { TERM: "dumb" },
      started: async (child) => {
        await child.until(() => child.stdout().includes("Enter value (default: my-template): "))
        child.write("\u0004")
      }
    })
    assert.strictEqual(dumb.code, 1)

    const agent = await onTerminal(script, ["template-qa", "--new"], { ...size, cwd: folder, env: { CLAUDECODE: "1" } })
    assert.strictEqual(agent.code, 42)
  })
})

/** How a person is asked this, after an answer to the question for the language. */
function possible(id: string, primary_language = "csharp"): Asked | undefined {
  const place = Interview.placed(catalogue).find(({ question }) => question.id === id)
  if (place === undefined) return undefined
  const opening = place.conditions.map(([on, expected]) => [on, Array.isArray(expected) ? expected[0] : expected])
  const found = Interview.resolve(place, { primary_language, ...Object.fromEntries(opening) })
  return found._tag === "Asked" ? found.asked : assert.fail(`${id} is not asked`)
}

const textOf = (id: string): string => possible(id)?.text ?? "Proceed with these settings?"
