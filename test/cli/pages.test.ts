import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Cli } from "effect-cairn/cli"
import { agentEnhance, implement, selftest, templateQa } from "effect-cairn/programs"
import * as fs from "node:fs"
import * as init from "../../src/cli/commands/init.ts"
import { parse } from "../../src/cli/parse.ts"
import type * as Spec from "../../src/cli/Spec.ts"
import { suggest } from "../../src/cli/suggest.ts"
import { at, isJson } from "./command.ts"
import { definition } from "./definition.ts"
import { callOf } from "./within.ts"

const cairn = {
  name: "cairn",
  version: "0.0.0",
  programs: [implement, agentEnhance, templateQa, selftest],
  commands: [init.command, Cli.doctor]
}

const said = (of: Parameters<typeof callOf>[0], ...words: ReadonlyArray<string>) => callOf(of, words, { cwd: "/" })

interface Described extends Omit<Spec.Spec, "args" | "flags"> {
  readonly arguments: Spec.Spec["args"]
  readonly options: Spec.Spec["flags"]
}

const commands = (of: Parameters<typeof callOf>[0]) =>
  Effect.map(
    said(of, "help", "--json"),
    ({ stdout }) => (isJson(stdout) as { readonly commands: ReadonlyArray<Described> }).commands
  )

/** The words of a line that a shell would run. */
const wordsOf = (line: string): ReadonlyArray<string> =>
  Array.from(
    line.replace(/ >.*$| {2,}#.*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => double ?? single ?? plain ?? ""
  )

/** Fails where the command does not know what stands behind it. */
const understood = (all: ReadonlyArray<Described>, line: string) => {
  const [command, name = "", ...words] = wordsOf(line)
  assert.strictEqual(command, "cairn")
  const of = (name: string) => {
    const spec = all.find((spec) => spec.name === name)
    return spec && { ...spec, args: spec.arguments, flags: spec.options }
  }
  const spec = of(name)
  // A plan is made of the words of a program.
  const planned = name === "plan" ? of(words[0] ?? "") : undefined
  assert.isDefined(spec, line)
  return planned === undefined ? parse("cairn", spec, words) : parse("cairn", planned, words.slice(1))
}

describe("help", () => {
  for (const  of of[cairn, definition]) {
    it.effect(`is at most 80 columns wide, for every command of ${of.name}`, () =>
      Effect.gen(function*() {
        const all = yield* commands(of)
        const pages = [[], ["help", "exit-codes"], ...all.map(({ name }) => [name, "--help"])]
        for (const words of pages) {
          const { code, stdout } = yield* said(of, ...words)
          assert.strictEqual(code, 0)
          assert.deepStrictEqual(stdout.split("\n").filter((line) => line.length > 80), [])
          assert.notMatch(stdout, /undefined|\[object/)
        }
      }))
  }

  it.effect("has an example of every command, which the command understands", () =>
    Effect.gen(function*() {
      const all = yield* commands(cairn)
      for (const spec of all) {
        assert.isNotEmpty(spec.examples, spec.name)
        for (const { command } of spec.examples) {
          assert.strictEqual(wordsOf(command)[1], spec.name)
          yield* understood(all, command)
        }
      }
    }))

  it.effect("names defaults, variables, choices and exit codes", () =>
    Effect.gen(function*() {
      const { stdout } = yield* said(definition, "fixture", "--help")

      assert.include(stdout, "[default: nobody]")
      assert.include(stdout, "[env: FIXTURE_TOKEN]")
      assert.include(stdout, "(done | fail | bug |")
      assert.include(stdout, "Environment\n  FIXTURE_KEY  What opens the door\n")
      assert.include(stdout, "  42        waits for an answer")
    }))

  it.effect("is the same wherever it is asked for", () =>
    Effect.gen(function*() {
      const page = yield* said(definition, "show", "--help")

      assert.deepStrictEqual(yield* said(definition, "show", "-h"), page)
      assert.deepStrictEqual(yield* said(definition, "help", "show"), page)
      assert.deepStrictEqual(yield* said(definition, "--help", "show"), page)
      assert.deepStrictEqual(yield* said(definition), yield* said(definition, "--help"))
      assert.deepStrictEqual(yield* said(definition, "--version"), {
        code: 0,
        stdout: "fixture 9.8.7\n",
        stderr: ""
      })
    }))
})

describe("what was probably meant", () => {
  const known = ["implement", "agent-enhance", "runs", "show", "resume"]

  it.each([
    ["implemnt", "implement"],
    ["imlpement", "implement"],
    ["IMPLEMENT", "implement"],
    ["impl", "implement"],
    ["run", "runs"],
    ["agent", "agent-enhance"],
    ["shwo", "show"]
  ])("by %s is %s", (typed, meant) => assert.deepInclude(suggest(typed, known), { value: meant }))

  it.each(["", "xyz", "r", "implementation-of-something-else", "a".repeat(10_000)])(
    "by %j is not guessed",
    (typed) => assert.strictEqual(suggest(typed, known)._tag, "None")
  )

  it.effect("is said of commands, options, choices and topics, and never run", () =>
    Effect.gen(function*() {
      const cases = [
        [["fixtrue"], "Did you mean: fixture fixture"],
        [["--jsno", "runs"], "Did you mean --json?"],
        [["--versoin"], "Did you mean --version?"],
        [["runs", "--colour", "auto"], "Did you mean --color?"],
        [["runs", "--progress", "line"], "Did you mean --progress lines?"],
        [["graph", "veiws"], "Did you mean: fixture graph views"],
        [["help", "exit-code"], "Did you mean: fixture help exit-codes"],
        [["completions", "bsh"], "Did you mean: fixture completions bash"],
        [["--log-level", "debug", "runs"], "fixture --help"],
        [["--quite", "fixture"], "Did you mean --quiet?"],
        [["fixtrue", "a b", "--how", "done"], "Did you mean: fixture fixture 'a b' --how done"]
      ] as const
      for (const [words, fix] of cases) {
        const { code, stderr, stdout } = yield* said(definition, ...words)
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, `\nfix    ${fix}\n`)
      }
    }))
})

describe("the documentation", () => {
  const files = (folder: string): ReadonlyArray<string> =>
    fs.readdirSync(at(folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`)

  it.effect("shows no command that the command line does not understand", () =>
    Effect.gen(function*() {
      const all = yield* commands(cairn)
      const lines = [...files("docs"), "README.md"].flatMap((page) =>
        Array.from(
          fs.readFileSync(at(page), "utf8").matchAll(/^(?: {4}|\$ )?(?:npx )?(cairn [a-z][^`…\n]*)$/gm),
          ([, line = ""]) => line
        )
      ).filter((line) => !/^cairn run \S+\.ts /.test(line))

      assert.isAbove(lines.length, 20)
      for (const line of lines) yield* Effect.mapError(understood(all, line), (error) => `${line}: ${error.message}`)
    }))
})
