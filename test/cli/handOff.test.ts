import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { definition } from "./asking.ts"
import { type Options } from "./calling.ts"
import { bundle, type Ended, isJson, run, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
let script = ""
let bin = ""
let folder = ""

beforeAll(async () => {
  script = await bundle("test/cli/askingCommand.ts")
  // So that a command that is printed can be pasted.
  bin = join(made, "bin")
  fs.mkdirSync(bin)
  fs.writeFileSync(join(bin, "asking"), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 })
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

interface Request {
  readonly [key: string]: unknown
  readonly id: string
  readonly step: string
  readonly file: string
  readonly answer: { readonly command: string; readonly file: string }
}

interface Document {
  readonly [key: string]: unknown
  readonly run: string
  readonly status: string
  readonly next: string
  readonly output: unknown
  readonly requests: ReadonlyArray<Request>
  readonly error: { readonly tag: string; readonly message: string; readonly fix: string }
}

const call = (args: string, options: Partial<Options> = {}): Promise<Ended> =>
  Effect.runPromise(callOf(definition, args.split(" "), { cwd: fs.realpathSync(folder), ...options }))

const document = ({ stdout }: Ended): Document => isJson(stdout) as Document

const json = async (args: string, input = "") => {
  const ended = await call(`${args} --json`, { input })
  return { code: ended.code, ...document(ended) }
}

const read = (file: string) => isJson(fs.readFileSync(file, "utf8")) as Record<string, unknown>

/** Pastes a command into a shell. */
const paste = (command: string, cwd: string, input = ""): Ended => {
  const { status, stderr, stdout } = spawnSync("sh", ["-c", command], {
    cwd,
    input,
    encoding: "utf8",
    env: { PATH: `${bin}:${process.env.PATH}` }
  })
  return { code: status, stdout, stderr }
}

const ask = async (...parts: ReadonlyArray<string>) => {
  const waiting = await json(`book ${parts.map((part) => `--parts ${part}`).join(" ")}`)
  assert.deepStrictEqual([waiting.code, waiting.status], [42, "waiting"])
  return waiting
}

const first = <A>([one]: ReadonlyArray<A>): A => one ?? assert.fail("there is none")

const good = JSON.stringify({ title: "Rain", pages: 3 })

describe("a request", { timeout: 60_000 }, () => {
  it("stands alone: it holds all that whoever answers needs", async () => {
    const { requests, run: name } = await ask("one")
    const { answer, file, id } = first(requests)

    assert.match(id, /^[0-9a-f]{32}$/)
    assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
    assert.strictEqual(fs.statSync(dirname(file)).mode & 0o777, 0o700)
    assert.strictEqual(file, join(fs.realpathSync(folder), ".cairn/runs", name, "requests", `${id}.json`))
    assert.deepStrictEqual(read(file), {
      schema: "cairn.request/1",
      run: name,
      id,
      step: "parts/one",
      name: "part",
      attempt: 1,
      ask: "agent",
      prompt: "Write the part \"one\".",
      files: ["notes.md"],
      answerSchema: {
        $schema: "http://json-schema.org/draft-07/schema#",
        $defs: {
          NonEmptyString: { type: "string", title: "nonEmptyString", description: "a non empty string", minLength: 1 },
          Int: { type: "integer", title: "int", description: "an integer" }
        },
        type: "object",
        required: ["title", "pages"],
        properties: {
          title: { $ref: "#/$defs/NonEmptyString" },
          pages: {
            $ref: "#/$defs/Int",
            title: "between(1, 9)",
            description: "a number between 1 and 9",
            minimum: 1,
            maximum: 9
          }
        },
        additionalProperties: false
      },
      example: { title: "text", pages: 1 },
      limits: { maxBytes: 16 * 1024 * 1024, attempts: 3 },
      previousErrors: [],
      answer: {
        command: `asking answer ${name} ${id} --file - --json`,
        file: join(fs.realpathSync(folder), ".cairn/runs", name, "responses", `${id}.json`)
      }
    })
    assert.deepStrictEqual(answer, read(file).answer)
  })

  it("is what its row waits for, in each session and in what is shown afterwards, alone or among other parts", async () => {
    const told = async (args: string, input = "") =>
      (await call(args, { input })).stderr.split("\n").filter((line) => /^ {3}[^ \w]/.test(line))
    const shown = async () =>
      (await call("show @last")).stdout.split("\n").find((line) => line.includes(" 1/"))?.replace(/\d+\.\ds/, "0.0s")

    assert.deepStrictEqual(await told("poem paper"), ["   ? waits for an answer"])
    assert.deepStrictEqual(await told("resume @last"), ["   ? waits for an answer"])
    assert.strictEqual(await shown(), "  ? 1/2 Asking for the topic    0.0s  waits for an answer")
    await call("rm @last --unfinished")

    const none = ["   ? 0/2  waits for an answer"]
    assert.deepStrictEqual(await told("book --parts one --parts two"), none)
    assert.deepStrictEqual(await told("resume @last"), none)
    assert.strictEqual(await shown(), "  ? 1/1 Writing a part    0.0s  waits for an answer")
    const one = ["   ✓ parts/one: answer accepted", "   ? 1/2  waits for an answer"]
    assert.deepStrictEqual(await told("answer @last parts/one --file -", good), one)
    assert.strictEqual(await shown(), "  ? 1/1 Writing a part    0.0s  1 done  waits for an answer")
    assert.deepStrictEqual(await told("resume @last"), one.slice(1))
    assert.strictEqual(await shown(), "  ? 1/1 Writing a part    0.0s  1 done  waits for an answer")
    await call("rm @last --unfinished")

    // What has failed and is asked anew has not failed any more.
    await call("book --parts one --parts two --attempts 1")
    assert.include(await told("answer @last parts/one --file -", "{}"), "   ✗ 0/2, 1 failed")
    assert.match(await shown() ?? "", /✗ 1\/1 Writing a part {4}0\.0s {2}0 done, 1 failed/)
    assert.deepStrictEqual(await told("resume @last"), none)
    assert.strictEqual(await shown(), "  ? 1/1 Writing a part    0.0s  0 done  waits for an answer")
  })

  it("is made again where it is missing, and is gone once it is answered", async () => {
    const { next, requests } = await ask("one", "two")
    const [{ file }] = [first(requests)]
    const before = fs.readFileSync(file, "utf8")
    fs.rmSync(dirname(file), { recursive: true })

    assert.strictEqual(paste(next, folder).code, 42)
    assert.strictEqual(fs.readFileSync(file, "utf8"), before)
    assert.strictEqual((await json("answer @last parts/one --file -", good)).code, 42)
    assert.strictEqual(fs.readdirSync(dirname(file)).length, 1)
    assert.strictEqual((await json("answer @last --file -", good)).code, 0)
    assert.deepStrictEqual(fs.readdirSync(dirname(file)), [])
  })

  it("tells what was wrong with the last answer, and which one is asked for now", async () => {
    const { requests } = await ask("one")
    const { answer, file } = first(requests)

    const refused = paste(answer.command, folder, "{\"title\": \"\", \"more\": 1}")

    assert.strictEqual(refused.code, 65)
    const issues = [
      "/more: is unexpected, expected: \"title\" | \"pages\"",
      "/title: Expected a non empty string, actual \"\"",
      "/pages: is missing"
    ]
    const { message } = document(refused).error
    assert.include(message, "(3 problems, attempt 1 of 3)")
    for (const issue of issues) assert.include(message, issue)
    const { attempt, id, previousErrors } = read(file)
    assert.deepStrictEqual([attempt, id, previousErrors], [2, first(requests).id, issues])
    assert.strictEqual(paste(answer.command, folder, good).code, 0)
  })

  it("touches nothing that lies where its folder should be", async () => {
    const { requests, run: name } = await ask("one")
    const elsewhere = join(folder, "elsewhere")
    fs.renameSync(dirname(first(requests).file), elsewhere)
    fs.writeFileSync(join(elsewhere, `${"0".repeat(32)}.json`), "theirs")
    fs.symlinkSync(elsewhere, dirname(first(requests).file))

    assert.strictEqual((await json("resume")).code, 42)

    assert.strictEqual(fs.readdirSync(elsewhere).length, 2)
    assert.isTrue(fs.lstatSync(dirname(first(requests).file)).isDirectory())
    assert.strictEqual(read(first(requests).file).run, name)
  })
})

describe("answers", { timeout: 60_000 }, () => {
  it("to several questions that are open at once come in any order, and the last one finishes the run", async () => {
    const { requests } = await ask("one", "two", "three")
    assert.deepStrictEqual(requests.map(({ step }) => step), ["parts/one", "parts/two", "parts/three"])

    const unclear = await json("answer @last --file -", good)
    assert.strictEqual(unclear.code, 2)
    assert.strictEqual(unclear.error.fix.split("\n").length, 3)
    const left = document(paste(requests[1]?.answer.command ?? "", folder, good))
    assert.deepStrictEqual(left.requests.map(({ step }) => step), ["parts/one", "parts/three"])
    for (const { answer, id } of left.requests) {
      fs.writeFileSync(answer.file, JSON.stringify({ id, value: { title: "Snow", pages: 1 } }))
    }
    const ended = await call("book --parts one --parts two --parts three")

    assert.deepStrictEqual([ended.code, ended.stdout], [0, "Snow (1), Rain (3), Snow (1)\n"])
  })

  it("may be given twice, and only the first one counts", async () => {
    const { requests } = await ask("one")
    const { command } = first(requests).answer
    const done = paste(command, folder, good)
    assert.strictEqual(done.code, 0)

    assert.deepStrictEqual(document(paste(command, folder, ` { "pages":3, "title": "Rain" }`)), document(done))
    const other = paste(command, folder, JSON.stringify({ title: "Snow", pages: 3 }))
    assert.deepStrictEqual([other.code, document(other).error.tag], [65, "WrongRequest"])
    assert.match(document(other).error.fix, /^To be asked again: asking resume book-\S+ --from parts$/)
  })

  it("that are empty do not count", async () => {
    const { requests } = await ask("one")

    const empty = await json("answer @last --file -", " \n")

    assert.deepStrictEqual([empty.code, empty.error.message], [65, "stdin: it is empty"])
    assert.strictEqual(read(first(requests).file).attempt, 1)
  })

  it("that were taken do nothing when they are left again", async () => {
    const { requests } = await ask("one", "two")
    const { answer } = first(requests)
    fs.writeFileSync(answer.file, good)
    assert.strictEqual((await json("resume")).code, 42)
    assert.isFalse(fs.existsSync(answer.file))
    fs.writeFileSync(answer.file, JSON.stringify({ title: "Snow", pages: 1 }))

    const ended = await json("answer @last --file -", good)

    assert.deepStrictEqual([ended.code, ended.output], [0, [isJson(good), isJson(good)]])
  })

  it("for another request, another run or another input are refused", async () => {
    const one = await ask("one")
    const two = await ask("two")
    const stray = await json(`answer ${one.run} ${first(two.requests).id} --file -`, good)
    assert.deepStrictEqual([stray.code, stray.error.tag], [65, "WrongRequest"])
    const foreign = JSON.stringify({ id: first(two.requests).id, value: isJson(good) })
    const enveloped = await json(`answer ${one.run} --file -`, foreign)
    assert.deepStrictEqual([enveloped.code, enveloped.error.tag], [65, "WrongRequest"])
    fs.writeFileSync(first(one.requests).answer.file, foreign)
    const beside = await json(`resume ${one.run}`)
    assert.deepStrictEqual([beside.code, beside.error.tag], [65, "WrongRequest"])
    assert.include(beside.error.message, `It is now ${first(one.requests).answer.file}.rejected`)

    assert.strictEqual((await json(`answer ${one.run} --file -`, good)).code, 0)
    assert.strictEqual((await json(`answer ${two.run} --file -`, good)).code, 0)
  })

  it("are given with commands that work where they are pasted", async () => {
    const { next, requests } = document(await call("book --parts one --home my/home --json"))
    const elsewhere = fs.mkdtempSync(join(made, "elsewhere-"))
    assert.strictEqual(paste(next, elsewhere).code, 42)
    const text = await call(`show --home my/home`)
    const [, command = ""] = / {2}Answer {4}(asking answer .*)$/m.exec(text.stdout) ?? []
    fs.writeFileSync(join(elsewhere, "FILE"), "{}")
    assert.strictEqual(paste(command, elsewhere).code, 65)
    assert.strictEqual(paste(first(requests).answer.command, elsewhere, good).code, 0)

    const named = document(await call("book --parts one --json", { env: { CAIRN_HOME: "other home" } }))
    assert.strictEqual(paste(first(named.requests).answer.command, elsewhere, good).code, 0)
  })

  it("are given with npx where the command is one of a project", async () => {
    const installed = join(folder, "node_modules", ".bin")
    fs.mkdirSync(installed, { recursive: true })
    fs.symlinkSync(script, join(installed, "asking"))

    const { next } = document(
      await run(join(installed, "asking"), ["book", "--parts", "one", "--json"], { cwd: folder })
    )

    assert.match(next, /^npx asking resume book-\S+ --json$/)
  })
})

describe("an answer file", { timeout: 120_000 }, () => {
  const attacks: Readonly<Record<string, (file: string, id: string) => void>> = {
    "under another id": (file, id) => fs.writeFileSync(file, JSON.stringify({ id: `${id} `, value: isJson(good) })),
    "without an id": (file) => fs.writeFileSync(file, JSON.stringify({ value: isJson(good) })),
    "with a list as its id": (file, id) => fs.writeFileSync(file, JSON.stringify({ id: [id], value: isJson(good) })),
    "with its id in a prototype": (file, id) => fs.writeFileSync(file, `{"__proto__":{"id":"${id}"},"value":${good}}`),
    "with keys of a prototype": (file) =>
      fs.writeFileSync(file, `{"title":"x","pages":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"a":1}}}`),
    "that is half of one": (file) => fs.writeFileSync(file, good.slice(0, 9)),
    "in a code block": (file) => fs.writeFileSync(file, `\`\`\`json\n${good}\n\`\`\`\n`),
    "with half of a surrogate pair": (file) => fs.writeFileSync(file, "{\"title\":\"\\ud800\",\"pages\":1}"),
    "in UTF-16": (file) => fs.writeFileSync(file, Buffer.from(`\uFEFF${good}`, "utf16le")),
    "of 200,000 levels": (file) => fs.writeFileSync(file, `${"[".repeat(200_000)}${"]".repeat(200_000)}`),
    "of 8 GB": (file) => {
      fs.writeFileSync(file, "")
      fs.truncateSync(file, 8 * 2 ** 30)
    },
    "that is a link": (file) => fs.symlinkSync("/dev/zero", file),
    "that is a pipe": (file) => execFileSync("mkfifo", [file])
  }
  for (const [name, attack] of Object.entries(attacks)) {
    it(`${name} is refused, named and kept, and the right one finishes the run`, async () => {
      const { requests } = await ask("one")
      const { answer, id } = first(requests)
      attack(answer.file, id)

      const refused = await json("resume")

      assert.strictEqual(refused.code, 65)
      assert.include(refused.error.message, `${answer.file}.rejected`)
      assert.isTrue(fs.lstatSync(`${answer.file}.rejected`).size >= 0)
      fs.writeFileSync(answer.file, good)
      assert.strictEqual((await json("resume")).code, 0)
    })
  }

  it("that may not be read is refused too, unless an answer is given with the command", async () => {
    const home = join(folder, "home")
    fs.chmodSync(made, 0o755)
    fs.chmodSync(folder, 0o777)
    const isRoot = process.getuid?.() === 0
    const asNobody = (args: string, input = "") => {
      const command = [process.execPath, script, ...args.split(" "), "--home", home, "--json"]
      const [program = "", ...rest] = isRoot
        ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...command]
        : command
      const { status, stdout } = spawnSync(program, rest, { cwd: folder, input, encoding: "utf8" })
      return { code: status, ...(isJson(stdout) as Document) }
    }
    const { file } = first(asNobody("book --parts one").requests).answer
    fs.writeFileSync(file, good)
    if (isRoot) fs.chownSync(file, 65534, 65534)
    fs.chmodSync(file, 0)

    const refused = asNobody("resume")
    assert.strictEqual(refused.code, 65)
    assert.include(refused.error.message, "it may not be read by this user")
    fs.mkdirSync(file)
    assert.strictEqual(asNobody("answer @last --file -", good).code, 0)
  })

  it("that is empty is one that is still to come", async () => {
    const { requests } = await ask("one")
    fs.writeFileSync(first(requests).answer.file, "\n")

    assert.strictEqual((await json("resume")).code, 42)
  })
})
