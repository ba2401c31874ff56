import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Either, Schema } from "effect"
import { Field } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"
import * as fields from "../../src/cli/fields.ts"
import { parse } from "../../src/cli/parse.ts"
import * as Spec from "../../src/cli/Spec.ts"
import * as values from "../../src/cli/values.ts"
import { isJson, temporary } from "./command.ts"
import { call } from "./within.ts"

const all = Schema.Struct({
  from: Schema.String.annotations({ description: "Where it begins" }).pipe(Field.path, Field.argument),
  how: Schema.optional(Schema.Literal("fast", "slow").pipe(Field.argument)),
  rest: Schema.optionalWith(Schema.Array(Schema.Number).pipe(Field.argument), { default: () => [] }),
  text: Schema.optional(Schema.String),
  n: Schema.optional(Schema.Int.pipe(Schema.between(1, 5)).pipe(Field.alias("c"))),
  at: Schema.optional(Schema.Date),
  size: Schema.optional(Schema.NumberFromString),
  colour: Schema.optional(Schema.NullOr(Schema.Literal("red", "green"))),
  level: Schema.optionalWith(Schema.Literal(1, 2), { default: () => 1 }),
  tags: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
  paths: Schema.optional(Schema.Array(Schema.String.pipe(Field.path))),
  out: Schema.optionalWith(Schema.String.pipe(Field.path), { default: () => "." }),
  dryRun: Schema.optionalWith(Schema.Boolean, { default: () => false }).annotations({ description: "Only look" }),
  point: Schema.optional(Schema.Struct({ x: Schema.Number, y: Schema.Number })),
  limit: Schema.optional(Schema.Union(Schema.Literal("none"), Schema.Number)),
  version: Schema.optional(Schema.String),
  wizard: Schema.optional(Schema.Boolean),
  token: Schema.optional(Schema.String.pipe(Field.env("A_TOKEN")))
})

const spec: Spec.Spec = {
  name: "do",
  description: "",
  args: fields.argsOf(all),
  flags: [...fields.flagsOf(all, "Options"), ...Spec.everywhere],
  examples: []
}

const nothing = { from: "/here/a", rest: [], level: 1, tags: [], out: "/here", dryRun: false }

const given = (words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function*() {
    const record = yield* values.given(all, yield* parse("app", spec, words), { cwd: "/here", env })
    return yield* values.decoded(all, values.withPaths(all, record, "/here"), { fix: "app do --help" })
  })

const isNoDate = "it is a date, such as 2026-11-20, 2026-11-20T17:02 or 2026-11-20T17:02:00Z"

describe("options of a schema", () => {
  const fits: ReadonlyArray<readonly [words: string, value: Record<string, unknown>, env?: Record<string, string>]> = [
    ["a", {}],
    ["/b", { from: "/b" }],
    ["a fast", { how: "fast" }],
    ["a slow 1 -2.5 3e2", { how: "slow", rest: [1, -2.5, 300] }],
    ["--text x a", { text: "x" }],
    ["a --text=x=y", { text: "x=y" }],
    ["a --text=", { text: "" }],
    ["a --text --", { text: "--" }],
    ["a --text -", { text: "-" }],
    ["a --text=--json", { text: "--json" }],
    ["a --text -x", { text: "-x" }],
    ["--text t -- -a", { from: "/here/-a", text: "t" }],
    ["a --n 3", { n: 3 }],
    ["a -c 3", { n: 3 }],
    ["a --at 2026-01-02", { at: new Date("2026-01-02") }],
    ["a --size 7", { size: 7 }],
    ["a --colour red", { colour: "red" }],
    ["a --level 2", { level: 2 }],
    ["a --tags x --tags y", { tags: ["x", "y"] }],
    ["a --paths p --paths /q", { paths: ["/here/p", "/q"] }],
    ["a --out ../there", { out: "/there" }],
    ["a --dry-run", { dryRun: true }],
    ["a --dry-run --no-dry-run", { dryRun: false }],
    ["a -qv", {}],
    ["a --point.x 1 --point.y=2", { point: { x: 1, y: 2 } }],
    ["a --limit none", { limit: "none" }],
    ["a --limit 5", { limit: 5 }],
    ["a --version 3 --wizard", { version: "3", wizard: true }],
    ["a", { token: "t" }, { A_TOKEN: "t" }],
    ["a --token u", { token: "u" }, { A_TOKEN: "t" }],
    ["a", {}, { A_TOKEN: "" }]
  ]
  it.effect.each(fits)("are given by %s", ([words, value, env]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* given(words.split(" "), env), { ...nothing, ...value })
    }))

  const misfits: ReadonlyArray<readonly [words: string, reason: string, fix: string]> = [
    ["--text x", "<from> is missing.", "app do --help"],
    ["a quick", "<how> cannot be \"quick\": it is one of fast, slow.", "app do --help"],
    ["a slwo", "<how> cannot be \"slwo\": it is one of fast, slow.", "Did you mean: app do slow"],
    ["a slow one", "<rest> cannot be \"one\": it is not a number.", "Correct it and repeat the command."],
    ["a --n 7", "--n: Expected a number between 1 and 5, actual 7", "app do --help"],
    ["a --n x", "--n cannot be \"x\": it is not a number.", "Correct it and repeat the command."],
    ["a --n", "--n needs a value (NUMBER).", "Give --n NUMBER, or see: app do --help"],
    ["a --n --json", "--n needs a value (NUMBER).", "Give --n NUMBER, or see: app do --help"],
    ["a --n 1 --n 2", "--n is given twice.", "Give --n once."],
    ["a --colour rad", "--colour cannot be \"rad\": it is one of red, green.", "Did you mean --colour red?"],
    ["a --level 3", "--level cannot be \"3\": it is one of 1, 2.", "app do --help"],
    ["a --dry-run=yes", "--dry-run is a switch and takes no value.", "Give --dry-run, or --no-dry-run."],
    ["a --point.x 1", "--point.y is missing.", "app do --help"],
    ["a --point {\"x\":1}", "app do has no option --point.", "It has: --point.x, --point.y"],
    ["a --at 2026-02-30", `--at cannot be "2026-02-30": ${isNoDate}.`, "Correct it and repeat the command."],
    ["a --at soon", `--at cannot be "soon": ${isNoDate}.`, "Correct it and repeat the command."],
    ["a --txet x", "app do has no option --txet.", "Did you mean --text?"],
    ["a --dryrun", "app do has no option --dryrun.", "Did you mean --dry-run?"],
    ["a --no-dry-rum", "app do has no option --no-dry-rum.", "Did you mean --no-dry-run?"],
    ["a --zzz", "app do has no option --zzz.", "app do --help"],
    ["a -z", "app do has no option -z.", "app do --help"],
    ["a --out=", "--out cannot be \"\": a path is not empty.", "Correct it and repeat the command."]
  ]
  it.effect.each(misfits)("are not given by %s", ([words, reason, fix]) =>
    Effect.gen(function*() {
      const error = Either.getOrThrow(Either.flip(yield* Effect.either(given(words.split(" ")))))

      assert.deepStrictEqual([error._tag, error.message, error.fix], ["UsageError", reason, fix])
    }))

  it("are described by it", () => {
    const described = spec.flags.filter(({ group }) => group === "Options").map((flag) => {
      const { description, group, ...rest } = flag
      return description === "Only look"
        ? { ...rest, description }
        : { ...rest, ...(group === "Options" ? {} : { group }) }
    })

    assert.deepStrictEqual(spec.args, [
      { name: "from", description: "Where it begins", required: true, completes: "files" },
      { name: "how", description: "How", required: false, choices: ["fast", "slow"] },
      { name: "rest", description: "Rest", required: false, repeated: true }
    ])
    assert.deepStrictEqual(described, [
      { name: "text", kind: "value", meta: "TEXT" },
      { name: "n", alias: "c", kind: "value", meta: "NUMBER" },
      { name: "at", kind: "value", meta: "DATE" },
      { name: "size", kind: "value", meta: "TEXT" },
      { name: "colour", kind: "value", meta: "TEXT", choices: ["red", "green"] },
      { name: "level", kind: "value", meta: "TEXT", choices: ["1", "2"], fallback: "1" },
      { name: "tags", kind: "value", repeated: true, meta: "TEXT" },
      { name: "paths", kind: "value", repeated: true, meta: "PATH" },
      { name: "out", kind: "value", meta: "PATH", fallback: "." },
      { name: "dry-run", kind: "switch", description: "Only look" },
      { name: "point.x", kind: "value", meta: "NUMBER" },
      { name: "point.y", kind: "value", meta: "NUMBER" },
      { name: "limit", kind: "value", meta: "VALUE" },
      { name: "version", kind: "value", meta: "TEXT" },
      { name: "wizard", kind: "switch" },
      { name: "token", kind: "value", meta: "TEXT", env: "A_TOKEN" }
    ])
  })

  it.effect("leave secrets to the environment, and never show them", () =>
    Effect.gen(function*() {
      const secret = Schema.Struct({
        key: Schema.Redacted(Schema.NonEmptyString).annotations({ description: "The key" }).pipe(Field.env("A_KEY"))
      })
      const read = (key: string) =>
        Effect.flatMap(
          values.given(secret, { args: [], values: new Map(), switches: new Map() }, { cwd: "/", env: { A_KEY: key } }),
          (record) => values.decoded(secret, record, { fix: "help" })
        )

      assert.deepStrictEqual(fields.flagsOf(secret, "Settings"), [])
      assert.deepStrictEqual(fields.variablesOf(secret), [{ name: "A_KEY", description: "The key", required: true }])
      assert.strictEqual((yield* Effect.flip(read(""))).message, "The variable A_KEY is missing.")
      assert.deepStrictEqual(values.recorded(secret, { key: "hidden" }), {})
    }))

  it("may not be there twice", () => {
    const taken = {
      ...spec,
      flags: [...spec.flags, ...fields.flagsOf(Schema.Struct({ json: Schema.Boolean }), "Options")]
    }

    assert.deepStrictEqual(Spec.clash([spec])._tag, "None")
    assert.include(JSON.stringify(Spec.clash([taken])), "\\\"do\\\" has two options --json")
    assert.include(JSON.stringify(Spec.clash([spec, spec])), "two commands are called \\\"do\\\"")
  })
})

describe("an input document", () => {
  const made = temporary()
  let cwd = ""
  afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
  beforeEach(() => {
    cwd = fs.mkdtempSync(join(made, "run-"))
  })

  const input = (args: ReadonlyArray<string>, text = "") =>
    Effect.map(call(["fixture", "--json", ...args], { cwd, input: text }), ({ stdout }) => {
      const { error, output } = isJson(stdout) as {
        readonly output?: { readonly input: unknown }
        readonly error?: { readonly message: string; readonly fix: string }
      }
      return output?.input ?? [error?.message, error?.fix]
    })

  it.live("is read from a file or from stdin, and options override it", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "in.json"), JSON.stringify({ how: "fail", name: "from the file", file: "near" }))

      assert.deepStrictEqual(yield* input(["--input", "in.json", "--how", "done"]), {
        how: "done",
        name: "from the file",
        many: [],
        file: join(cwd, "near")
      })
      assert.deepStrictEqual(yield* input(["--input", "-", "--many", "1"], "\uFEFF{\"how\":\"done\"}"), {
        how: "done",
        name: "nobody",
        many: [1]
      })
    }))

  it.live("says what is wrong with it", () =>
    Effect.gen(function*() {
      const again = "Correct it and repeat the command. Nothing was changed."

      assert.deepStrictEqual(yield* input(["--input", "-"], "[]"), ["stdin: it is not a JSON object", again])
      assert.deepStrictEqual(yield* input(["--input", "-"], "{}"), ["stdin: --how is missing.", again])
      assert.deepStrictEqual(yield* input(["--input", "-"], " "), ["stdin: it is empty", again])
      assert.deepStrictEqual(yield* input(["--input", "none.json"]), ["none.json: there is no such file", again])
      assert.deepStrictEqual(yield* input(["--input", "."]), [".: it is not a file", again])
      assert.deepStrictEqual(yield* input(["--input", "-"], "{\"how\":\"done\",\"nmae\":\"x\"}"), [
        "stdin: There is no \"nmae\" to give.",
        `Did you mean "name"? ${again}`
      ])
      assert.deepStrictEqual(yield* input(["--input", "-"], "{\"how\":\"done\",\"many\":[\"x\"]}"), [
        "stdin: --many: 0: Expected number, actual \"x\"",
        again
      ])
    }))
})
