import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Cause, Effect, Either, Schema } from "effect"
import { agentEnhance, implement, selftest, templateQa } from "effect-cairn/programs"
import * as FastCheck from "effect/FastCheck"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as failure from "../../src/cli/failure.ts"
import * as inTools from "../../src/cli/mcp/words.ts"
import { parse } from "../../src/cli/parse.ts"
import type * as Spec from "../../src/cli/Spec.ts"
import { at, isJson } from "./command.ts"
import { callOf } from "./within.ts"

type ErrorClass = Schema.Schema<Error & { readonly _tag: string }, Record<string, unknown>> & {
  readonly name: string
}

const sources = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]
  ).filter((file) => file.endsWith(".ts") && file !== "src/main.ts")

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === "function" && value.prototype instanceof Error && Schema.isSchema(value)

/** Every tagged error that any module exports, once. */
const classes = (await Promise.all(sources("src").map((file) => import(at(file)) as Promise<Record<string, unknown>>)))
  .flatMap((module) => Object.values(module))
  .filter(isErrorClass)
  .filter((found, index, all) => all.indexOf(found) === index)

/** An error as it might be: with each text a word or two, as far as its schema lets it. */
const samples = (error: ErrorClass) => {
  const decode = Schema.decodeUnknownEither(error)
  return FastCheck.sample(Arbitrary.make(error), { numRuns: 20, seed: 1 }).map((instance) => {
    let fields = Schema.encodeSync(error)(instance)
    for (const key of Object.keys(fields)) {
      const named = { ...fields, [key]: words(fields[key], key) }
      if (key !== "_tag" && Either.isRight(decode(named))) fields = named
    }
    return Either.getOrThrow(decode(fields))
  })
}

/** What is made of letters, digits and dashes alone, wherever it comes from. */
const plain: Readonly<Record<string, string>> = {
  run: "implement-1a2b3c4d-1",
  unfinished: "implement-1a2b3c4d-1",
  id: "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
  program: "implement"
}

const words = (value: unknown, key: string): unknown =>
  typeof value === "string"
    ? plain[key] ?? `the ${key}`
    : Array.isArray(value)
    ? value.map((one) => words(one, key))
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, words(one, key)]))
    : value

const home = { folder: "/home", runs: "/home/runs", option: " --home /home" }

const cairn = {
  name: "cairn",
  called: "cairn",
  version: "0.0.0",
  programs: [implement, agentEnhance, templateQa, selftest]
}

/** The commands of `cairn`, as it describes them itself. */
const specs = Effect.map(
  callOf(cairn, ["help", "--json"], { cwd: "/" }),
  ({ stdout }) =>
    (isJson(stdout) as { readonly commands: ReadonlyArray<Record<string, unknown>> }).commands.map((command) =>
      ({ ...command, args: command.arguments, flags: command.options }) as unknown as Spec.Spec
    )
)

/** The words of a command, as a POSIX shell takes them. */
const split = (command: string): ReadonlyArray<string> =>
  Array.from(command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g), ([word]) => word.replace(/'([^']*)'|\\(.)/g, "$1$2"))

describe("every failure that a person can meet", () => {
  it("is found by this test", () => {
    assert.isAtLeast(classes.length, 40)
    assert.include(classes.map(({ name }) => name), "JournalDamaged")
  })

  for (const error of classes) {
    it.effect(`says what it is and what to do: ${error.name}`, () =>
      Effect.gen(function*() {
        for (const instance of samples(error)) {
          const told = failure.fromCause(Cause.fail(instance), "cairn", home)
          const { fix, message, tag } = told

          assert.isNotEmpty(message.trim())
          assert.notStrictEqual(message, tag, "the tag alone says nothing")
          assert.isTrue("fix" in instance && typeof instance.fix === "string" && instance.fix.trim() !== "", "no fix")
          assert.notMatch(`${message}${fix}`, /undefined|\[object|NaN/)
          for (const [command] of fix.matchAll(/\bcairn [a-z].*$/gm)) {
            const [, name, ...words] = split(command)
            const spec = (yield* specs).find((spec) => spec.name === name)
            assert.isDefined(spec, command)
            const parsed = yield* parse("cairn", spec, words)
            assert.deepStrictEqual(parsed.values.get("home"), ["/home"], command)
          }
          assert.notMatch(inTools.ofFailure(cairn, told).fix, /\bcairn (?!rm |export |fork )[a-z]|[Rr]epeat the/)
        }
      }))
  }
})

it.effect("what is shown of a run that failed is wrapped, as at its end", () =>
  Effect.gen(function*() {
    const cwd = fs.mkdtempSync(join(tmpdir(), "cairn-test-"))
    fs.writeFileSync(join(cwd, "report.md"), "# Notes\n\nNothing to do.\n")
    const call = (words: string) =>
      callOf({ name: "cairn", version: "1.0.0", programs: [implement] }, words.split(" "), { cwd, columns: 40 })

    yield* call("implement report.md --id T-1 --title Review --progress none")
    const whole = yield* call("show @last")
    const step = yield* call("show @last --step 2")
    const plan = yield* call("plan @last")
    fs.rmSync(cwd, { recursive: true })

    assert.match(plan.stdout, /^implement · would go on with run\n *implement-\w{8}-1 \(failed\)\n\n/)
    for (const { stdout } of [whole, step]) {
      const from = stdout.split("\n").findIndex((line) => line.startsWith("fix    "))
      assert.deepStrictEqual(stdout.split("\n").slice(from, from + 3), [
        "fix    Give the report a section with",
        "       one of these headings, and a list",
        "       in it: ## Recommendations, ##"
      ])
    }
  }))
