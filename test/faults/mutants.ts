/**
 * What the programs read, with bytes changed: whatever it is, the command does its work or says what is wrong with it. It has no
 * bug, takes no long time, and touches nothing outside of its folder.
 *
 * Everything follows from the seed.
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import * as Cli from "../../src/cli/Cli.ts"
import { callWith, type Said } from "../cli/calling.ts"
import { at } from "../cli/command.ts"
import type { Options, Tried } from "./processes.ts"
import { seeded } from "./random.ts"

/** A command, and the files it reads: the first is the one that is changed. */
interface Case {
  /** A command that ends with a question, whose id stands for `{{REQUEST_ID}}`. */
  readonly asks?: ReadonlyArray<string>
  readonly words: ReadonlyArray<string>
  readonly files: Readonly<Record<string, Buffer>>
}

type Run = (words: ReadonlyArray<string>) => Effect.Effect<Said>

const slowest = 5000

/** Tries so many mutants. `run` is told where a command is called, and is the command of the package unless given. */
export const tried = (
  { count, folder, seed }: Options,
  runIn: (cwd: string) => Run = command
): Effect.Effect<Tried> =>
  Effect.gen(function*() {
    const kinds = cases()
    const violations: Array<string> = []
    const codes = new Map<number, number>()
    let longest = 0
    for (let index = 0; index < count; index++) {
      const from = seed + index
      const random = seeded(from)
      const all = pick(random, kinds)
      const { asks, files, words } = pick(random, all)
      const [[name, original] = ["", Buffer.alloc(0)], ...others] = Object.entries(files)
      const other = Object.values(pick(random, pick(random, kinds)).files)[0] ?? original

      const outside = fs.mkdtempSync(join(folder, "mutant-"))
      const cwd = join(outside, "project")
      for (const [path, content] of others) write(join(cwd, path), content)
      write(join(outside, "mine"), Buffer.from("mine"))
      const asked = asks === undefined ? original : answering(original, (yield* runIn(cwd)(asks)).stdout)
      const mutant = mutated(random, asked, other)
      write(join(cwd, name), mutant)
      const violated = (what: string) => violations.push(`seed ${from}, ${words.join(" ")}: ${what}`)

      const began = process.cpuUsage()
      const { code, stderr, stdout } = yield* runIn(cwd)(words)
      const { system, user } = process.cpuUsage(began)
      const ms = (system + user) / 1000
      longest = Math.max(longest, ms)
      codes.set(code, (codes.get(code) ?? 0) + 1)

      if (!allowed.has(code)) violated(`it ended with ${code}: ${stderr.slice(0, 400)}${stdout.slice(0, 400)}`)
      if (ms > slowest) violated(`it took ${ms.toFixed(0)} ms`)
      if (!isOneDocument(stdout, code)) violated(`stdout is no result: ${stdout.slice(0, 400)}`)
      if (/^ {4}at \S.*:\d+:\d+\)?$/m.test(stderr)) violated(`it shows a stack: ${stderr.slice(0, 400)}`)
      // oxlint-disable-next-line no-control-regex -- those are what is looked for
      if (/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/.test(stderr)) {
        violated(`control characters are shown: ${JSON.stringify(stderr.slice(0, 400))}`)
      }
      if ("polluted" in {}) violated("a prototype was changed")
      const beside = fs.readdirSync(outside).sort().join(" ")
      if (beside !== "mine project" || fs.readFileSync(join(outside, "mine"), "utf8") !== "mine") {
        violated(`it touched what is outside: ${beside}`)
      }
      const now = fs.readFileSync(join(cwd, name))
      const mayChange = words[0] !== "implement"
      if (!mayChange && !now.equals(mutant)) violated(`it changed ${name}`)
      fs.rmSync(outside, { recursive: true })
    }
    const note = Array.from(codes).sort(([a], [b]) => a - b).map(([code, times]) => `${times} ended with ${code}`)
    return { cases: count, violations, note: `${note.join(", ")}; the longest took ${longest.toFixed(0)} ms` }
  })

/** Done, failed, wrong usage, waits, refused. */
const allowed: ReadonlySet<number> = new Set([0, 1, 2, 42, 65])

const isOneDocument = (stdout: string, code: number): boolean => {
  try {
    const { error, status } = JSON.parse(stdout) as {
      readonly status: string
      readonly error?: { readonly tag: string; readonly message: string; readonly fix: string }
    }
    return code === 0 || code === 42
      ? status === (code === 0 ? "done" : "waiting")
      : error !== undefined && error.tag !== "" && error.message !== "" && error.fix !== ""
  } catch {
    return false
  }
}

const command = (cwd: string): Run => (args) =>
  callWith(
    (io) =>
      Cli.main({
        name: "cairn",
        version: "0.0.0",
        programs: [
          {
            name: "implement",
            load: () => import("../../src/runnable/implement.ts").then(({ implement }) => implement)
          },
          {
            name: "agent-enhance",
            load: () => import("../../src/runnable/agentEnhance.ts").then(({ agentEnhance }) => agentEnhance)
          },
          {
            name: "template-qa",
            load: () => import("../../src/runnable/templateQa.ts").then(({ templateQa }) => templateQa)
          }
        ]
      }, io),
    args,
    { cwd }
  )

const answering = (answer: Buffer, asked: string): Buffer => {
  const { requests: [request] } = JSON.parse(asked) as { readonly requests: ReadonlyArray<{ readonly id: string }> }
  return Buffer.from(answer.toString().replaceAll("{{REQUEST_ID}}", request?.id ?? ""))
}

const write = (path: string, content: Buffer) => {
  fs.mkdirSync(dirname(path), { recursive: true })
  fs.writeFileSync(path, content)
}

/** By what is changed: reports, tasks, whole inputs, agents, answers for an agent, answers for an interview, saved settings. */
const cases = (): ReadonlyArray<ReadonlyArray<Case>> => {
  const corpus = at("test/corpus")
  const filesIn = (folder: string, file: string) =>
    fs.readdirSync(join(corpus, folder))
      .map((name) => join(corpus, folder, name, file))
      .filter((path) => fs.existsSync(path) && fs.statSync(path).size < 60_000)
      .map((path) => fs.readFileSync(path))
  const reports = filesIn("implement", "report.md")
  const agents = filesIn("agent-enhance/cases", "agent.md")
  const responses = fs.readdirSync(join(corpus, "agent-enhance/responses"))
    .map((name) => fs.readFileSync(join(corpus, "agent-enhance/responses", name)))
  const task = Buffer.from(JSON.stringify({ id: "REV-1", title: "Review of the login", created: "2026-01-02" }))
  const input = Buffer.from(JSON.stringify({ report: "report.md", task: "task.json", root: "." }))
  const answers = Buffer.from(
    "description: A template\ntechnology_stack: [\"python\"]\ntemplate_name: \"api\"\nversion: '1.0.0'\n"
  )
  const settings = filesIn("template-qa", "expected.json").map((expected) => {
    const { config } = JSON.parse(expected.toString()) as { readonly config: unknown }
    const at = "2026-01-02T03:04:05.678Z"
    return Buffer.from(JSON.stringify({ version: "1.0", created_at: at, updated_at: at, config }, null, 2))
  })
  const template = {
    "t/templates/x.py.template": Buffer.from("x = 1\n"),
    "t/templates/y/z.ts.template": Buffer.from("export const y = 1\n")
  }
  const quietly = ["--json", "--progress", "none"]
  const enhance = ["agent-enhance", "t/agents/a.md", "--template", "t", ...quietly]
  return [
    reports.map((report) => ({
      words: ["implement", "report.md", "--task", "task.json", ...quietly],
      files: { "report.md": report, "task.json": task }
    })),
    reports.slice(0, 3).map((report) => ({
      words: ["implement", "report.md", "--task", "task.json", ...quietly],
      files: { "task.json": task, "report.md": report }
    })),
    reports.slice(0, 3).map((report) => ({
      words: ["implement", "--input", "input.json", ...quietly],
      files: { "input.json": input, "report.md": report, "task.json": task }
    })),
    agents.map((agent) => ({
      words: [...enhance, "--static"],
      files: { "t/agents/a.md": agent, ...template }
    })),
    responses.flatMap((response) =>
      agents.slice(0, 2).map((agent) => ({
        asks: [...enhance, "--strategy", "ai"],
        words: ["answer", "@last", "--file", "answer.json", ...quietly],
        files: { "answer.json": response, "t/agents/a.md": agent, ...template }
      }))
    ),
    [{
      words: ["template-qa", "--answers", "answers.yaml", "--defaults", ...quietly],
      files: { "answers.yaml": answers }
    }],
    settings.map((saved) => ({
      words: ["template-qa", "--from-config", "--defaults", ...quietly],
      files: { ".template-create-config.json": saved }
    }))
  ]
}

const nasty = [
  "\0",
  "\uFEFF",
  "\u202E",
  "\u001B[2J\u001B]8;;x\u0007",
  "../../../etc/passwd",
  "/etc/passwd",
  "C:\\CON",
  "%2e%2e/",
  ".git/hooks/pre-commit",
  "```\n",
  "~~~~\n",
  "---\n",
  "<!--",
  "-->",
  "&a [*a, *a]",
  "!!js/function 'x'",
  "{\"__proto__\": {\"polluted\": true}}",
  "\"constructor\": {\"prototype\": {\"polluted\": true}},",
  "\n## Recommendations\n",
  "\n| ID | Title | Method |\n| --- | --- | --- |\n| ../x | a | direct |\n",
  "\n- [ ] ABC-001: `../../x.ts`\n",
  "- ".repeat(20_000),
  "[".repeat(100_000),
  " ".repeat(100_000),
  "|".repeat(100_000),
  "#".repeat(100_000),
  "e\u0301".repeat(10_000),
  "💥",
  "\r",
  "\r\n",
  "\t"
].map((text) => Buffer.from(text)).concat(
  [[0xFF, 0xFE], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x80]].map((bytes) => Buffer.from(bytes))
)

/** A value of JSON in which one part is another one, or bytes in which a few places are. */
const mutated = (random: () => number, original: Buffer, other: Buffer): Buffer => {
  const json = random() < 0.5 ? jsonIn(original) : undefined
  return json === undefined
    ? mutatedBytes(random, original, other)
    : Buffer.from(JSON.stringify(mutatedJson(random, json)))
}

const jsonIn = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

const mutatedJson = (random: () => number, json: unknown): unknown => {
  if (typeof json !== "object" || json === null || random() < 0.2) {
    const text = pick(random, nasty).toString()
    return pick(random, [null, true, -1, 1e308, "", "x", [], {}, [json], { value: json }, text, [text], {
      [text]: text
    }])
  }
  const entries = Object.entries(json)
  const index = Math.floor(random() * entries.length)
  const changed = entries.flatMap(([key, value], at) => {
    if (at !== index) return [[key, value]]
    return random() < 0.1
      ? []
      : random() < 0.1
      ? [[`${key}${key}`, value]]
      : [[key, mutatedJson(random, value)]]
  })
  return Array.isArray(json) ? changed.map(([, value]) => value) : Object.fromEntries(changed)
}

/** One to four changes, some of which take something from another text. */
const mutatedBytes = (random: () => number, original: Buffer, other: Buffer): Buffer => {
  let bytes = original
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
    const from = Math.floor(random() * (bytes.length + 1))
    const to = Math.min(bytes.length, from + Math.floor(random() ** 4 * bytes.length))
    const [before, inside, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
    const flipped = () => {
      const copy = Buffer.from(bytes)
      if (from < copy.length) copy[from] = (copy[from] ?? 0) ^ (1 << Math.floor(random() * 8))
      return copy
    }
    const inserted = () => Buffer.concat([before, pick(random, nasty), bytes.subarray(from)])
    const part = () => other.subarray(Math.floor(random() * other.length)).subarray(0, 2000)
    const changed = pick(random, [
      flipped,
      inserted,
      inserted,
      inserted,
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, inside, inside, after]),
      () => Buffer.concat([before, part(), after]),
      () => random() < 0.3 ? before : bytes
    ])()
    // What was doubled again and again is no more of a test.
    if (changed.length < 1_000_000) bytes = changed
  }
  return bytes
}

const pick = <A>(random: () => number, all: ReadonlyArray<A>): A => {
  const found = all[Math.floor(random() * all.length)]
  if (found === undefined) throw new Error("there is nothing to pick from")
  return found
}
