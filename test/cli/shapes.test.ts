import { afterAll, assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Redacted, Schema } from "effect"
import { Field, Pipeline, Program } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"
import { compileFunction } from "node:vm"
import * as fields from "../../src/cli/fields.ts"
import { ofCommand } from "../../src/cli/help.ts"
import { parse } from "../../src/cli/parse.ts"
import * as Spec from "../../src/cli/Spec.ts"
import * as values from "../../src/cli/values.ts"
import { at, contents, isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const cwd = temporary()
afterAll(() => fs.rmSync(cwd, { recursive: true, force: true }))

const Circle = Schema.Struct({
  kind: Schema.Literal("circle").annotations({ description: "What to draw" }),
  radius: Schema.Number.annotations({ description: "How large it is" }),
  out: Schema.optionalWith(Schema.String.pipe(Field.path), { default: () => "." })
})
const Square = Schema.Struct({
  kind: Schema.Literal("square"),
  side: Schema.Number,
  out: Schema.optionalWith(Schema.String.pipe(Field.path), { default: () => "." }),
  flat: Schema.optionalWith(Schema.Boolean, { default: () => false })
})
const Poly = Schema.Struct({ kind: Schema.Literal("star", "gear"), side: Schema.optional(Schema.Int) })
const Shape = Schema.Union(Circle, Schema.Union(Square, Poly))

class Retry extends Schema.Class<Retry>("Retry")({
  wait: Schema.optionalWith(Schema.Duration, { default: () => Duration.seconds(90) }),
  times: Schema.Int.pipe(Schema.positive())
}) {}

const All = Schema.Struct({
  wait: Schema.optional(Schema.Duration.annotations({ description: "How long to wait" })),
  millis: Schema.optional(Schema.DurationFromMillis.pipe(Schema.lessThanOrEqualToDuration("1 hour"))),
  pauses: Schema.optional(Schema.NonEmptyArray(Schema.Duration)),
  at: Schema.optional(Schema.DateTimeUtc),
  zoned: Schema.optional(Schema.DateTimeZoned),
  day: Schema.optional(Schema.DateFromNumber),
  retry: Schema.optionalWith(Retry, { default: () => new Retry({ wait: Duration.minutes(5), times: 3 }) }),
  deep: Schema.optional(Schema.Struct({ in: Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.Boolean) }) })),
  label: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  weight: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Number })),
  shape: Schema.optional(Schema.Union(
    Schema.TaggedStruct("Point", { x: Schema.Number }),
    Schema.TaggedStruct("Line", { x: Schema.Literal("left", "right"), length: Schema.optional(Schema.Duration) })
  ))
})

const Settings = Schema.Struct({
  mail: Schema.optional(Schema.Struct({
    host: Schema.optionalWith(Schema.String, { default: () => "localhost" }),
    password: Schema.optional(Schema.Redacted(Schema.String.pipe(Schema.minLength(10))))
  })),
  apiKey: Schema.optional(Schema.Redacted(Schema.String).annotations({ description: "What opens the door" }))
})

const commandOf = (schema: Schema.Schema.AnyNoContext): Spec.Spec => ({
  name: "do",
  description: "",
  args: fields.argsOf(schema),
  flags: [...fields.flagsOf(schema, "Options"), ...Spec.everywhere],
  examples: []
})

const given = (
  schema: Schema.Schema.AnyNoContext,
  words: string,
  base: values.Given = {},
  env: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function*() {
    const parsed = yield* parse("app", commandOf(schema), words.split(" ").filter((word) => word !== ""))
    const record = yield* values.given(schema, parsed, { cwd: "/here", env }, base)
    return yield* values.decoded(schema, values.withPaths(schema, record, "/here"), {
      fix: "app do --help",
      isStrict: true
    })
  })

const refused = (schema: Schema.Schema.AnyNoContext, words: string, base: values.Given = {}) =>
  Effect.map(Effect.flip(given(schema, words, base)), ({ fix, message }) => [message, fix])

const help = "app do --help"
const again = "Correct it and repeat the command."
const isNoSpan = "it is a duration, such as 30s, 5m or 2 hours"
const isNoDate = "it is a date, such as 2026-11-20, 2026-11-20T17:02 or 2026-11-20T17:02:00Z"

const usual = { retry: new Retry({ wait: Duration.minutes(5), times: 3 }) }

/** What is told apart by its fields alone: spans and times are. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("options of a schema", () => {
  const fits: ReadonlyArray<readonly [words: string, value: typeof All.Encoded | object]> = [
    ["", {}],
    ["--wait 30s", { wait: Duration.seconds(30) }],
    ["--wait=1h30m", { wait: Duration.minutes(90) }],
    ["--wait=2\u00A0hours", { wait: Duration.hours(2) }],
    ["--wait 1.5s", { wait: Duration.millis(1500) }],
    ["--wait 20us", { wait: Duration.micros(20n) }],
    ["--millis 5m", { millis: Duration.minutes(5) }],
    ["--pauses 1s --pauses 2w", { pauses: [Duration.seconds(1), Duration.weeks(2)] }],
    ["--at 2026-11-20", { at: DateTime.unsafeMake("2026-11-20T00:00:00Z") }],
    ["--at 2026-11-20T17:02+01:00", { at: DateTime.unsafeMake("2026-11-20T16:02:00Z") }],
    ["--zoned 2026-11-20T17:02+01:00[Europe/Berlin]", {
      zoned: DateTime.unsafeMakeZoned("2026-11-20T16:02:00Z", { timeZone: "Europe/Berlin" })
    }],
    ["--day 2026-11-20", { day: new Date("2026-11-20") }],
    ["--deep.in.a x", { deep: { in: { a: "x" } } }],
    ["--deep.in.a x --no-deep.in.b", { deep: { in: { a: "x", b: false } } }],
    ["--label a=b=c --label d=", { label: { a: "b=c", d: "" } }],
    ["--weight a=1.5 --weight b=-2", { weight: { a: 1.5, b: -2 } }],
    ["--retry.times 9", { retry: new Retry({ wait: Duration.minutes(5), times: 9 }) }],
    ["--retry.wait 1s", { retry: new Retry({ wait: Duration.seconds(1), times: 3 }) }],
    ["--shape.tag Point --shape.x 4", { shape: { _tag: "Point", x: 4 } }],
    ["--shape.x left --shape.tag Line --shape.length 1m", {
      shape: { _tag: "Line", x: "left", length: Duration.minutes(1) }
    }]
  ]
  it.effect.each(fits)("are given by %s", ([words, value]) =>
    Effect.gen(function*() {
      const read = yield* given(All, words)

      assert.deepStrictEqual(plain(read), plain({ ...usual, ...value }))
    }))

  const misfits: ReadonlyArray<readonly [words: string, reason: string, fix: string]> = [
    ["--wait 30", `--wait cannot be "30": ${isNoSpan}.`, again],
    ["--wait 5x", `--wait cannot be "5x": ${isNoSpan}.`, again],
    ["--wait -5s", `--wait cannot be "-5s": ${isNoSpan}.`, again],
    ["--pauses 1s,2s", `--pauses cannot be "1s,2s": ${isNoSpan}.`, again],
    ["--millis 2h", "--millis: Expected a Duration less than or equal to Duration(1h), actual Duration(2h)", help],
    ["--at 20.11.2026", `--at cannot be "20.11.2026": ${isNoDate}.`, again],
    ["--at 2026-13-01", `--at cannot be "2026-13-01": ${isNoDate}.`, again],
    ["--deep.in.b", "--deep.in.a is missing.", help],
    ["--deep.in x", "app do has no option --deep.in.", "It has: --deep.in.a, --deep.in.b"],
    ["--deep.in.c x", "app do has no option --deep.in.c.", "Did you mean --deep.in.a?"],
    ["--label a", "--label cannot be \"a\": it is a key, = and a value.", again],
    ["--weight a=b", "--weight cannot be \"a=b\": it is not a number.", again],
    ["--retry.times 0", "--retry.times: Expected a positive number, actual 0", help],
    [
      "--shape.tag Pont",
      "--shape.tag cannot be \"Pont\": it is one of Point, Line.",
      "Did you mean --shape.tag Point?"
    ],
    ["--shape.tag Point --shape.x left", "--shape.x cannot be \"left\": it is not a number.", again],
    [
      "--shape.tag Point --shape.x 1 --shape.length 1m",
      "--shape.length belongs to --shape.tag Line, not to --shape.tag Point.",
      "Leave it out, or give --shape.tag Line"
    ],
    [
      "--shape.length 1m",
      "--shape.length belongs to --shape.tag Line, and no --shape.tag is given.",
      "Give --shape.tag Line"
    ]
  ]
  it.effect.each(misfits)(
    "are not given by %s",
    ([words, reason, fix]) => Effect.map(refused(All, words), (error) => assert.deepStrictEqual(error, [reason, fix]))
  )

  it.effect("that structs are told apart by are those of the whole input, too", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* given(Shape, "--kind circle --radius 3"), {
        kind: "circle",
        radius: 3,
        out: "/here"
      })
      assert.deepStrictEqual(yield* given(Shape, "--side 2 --kind square --flat --out x"), {
        kind: "square",
        side: 2,
        out: "/here/x",
        flat: true
      })
      assert.deepStrictEqual(yield* given(Shape, "--kind gear"), { kind: "gear" })
      assert.deepStrictEqual(yield* refused(Shape, ""), ["--kind is missing.", help])
      assert.deepStrictEqual(yield* refused(Shape, "--kind circle"), ["--radius is missing.", help])
      assert.deepStrictEqual(yield* refused(Shape, "--kind circle --radius 1 --side 2"), [
        "--side belongs to --kind square or star or gear, not to --kind circle.",
        "Leave it out, or give --kind square"
      ])
    }))

  it.effect("go over what is in a document, which goes over what stands for it", () =>
    Effect.gen(function*() {
      const circle = { kind: "circle", radius: 3, out: "there" }

      assert.deepStrictEqual(yield* given(Shape, "--radius 4", circle), {
        kind: "circle",
        radius: 4,
        out: "/here/there"
      })
      assert.deepStrictEqual(yield* given(Shape, "--kind star", circle), { kind: "star" })
      assert.deepStrictEqual(plain(yield* given(All, "--label b=2", { retry: { times: 1 }, label: { a: "1" } })), {
        retry: plain(new Retry({ wait: Duration.seconds(90), times: 1 })),
        label: { a: "1", b: "2" }
      })
      assert.deepStrictEqual(yield* refused(Shape, "", { kind: "star", radius: 1 }), [
        "--radius belongs to --kind circle, not to --kind star.",
        "Leave it out, or give --kind circle"
      ])
      assert.deepStrictEqual(yield* refused(All, "", { deep: { in: { aa: "x" } } }), [
        "There is no \"deep/in/aa\" to give.",
        "There are: a, b"
      ])
      assert.deepStrictEqual(yield* refused(All, "", { retry: { times: 1, wiat: "1s" } }), [
        "There is no \"retry/wiat\" to give.",
        "Did you mean \"wait\"?"
      ])
    }))

  it("are described by it", () => {
    const told = (schema: Schema.Schema.AnyNoContext) => {
      const page = ofCommand("app", commandOf(schema)).split("\nOptions\n")[1]?.split("\n\n")[0] ?? ""
      return page.split("\n").map((line) => line.trim())
    }

    assert.deepStrictEqual(told(Shape), [
      "--kind TEXT      What to draw (circle | square | star | gear) [required]",
      "--radius NUMBER  How large it is [required with --kind circle]",
      "--out PATH       Out [only with --kind circle|square] [default: .]",
      "--side NUMBER    Side: an integer [only with --kind square|star|gear]",
      "--flat           Flat [only with --kind square]"
    ])
    assert.deepStrictEqual(told(All), [
      "--wait DURATION         How long to wait",
      "--millis DURATION       Millis: a Duration less than or equal to",
      "Duration(1h)",
      "--pauses DURATION...    Pauses",
      "--at DATE               At",
      "--zoned DATE            Zoned",
      "--day DATE              Day",
      "--retry.wait DURATION   Retry wait [default: 5m]",
      "--retry.times NUMBER    Retry times: a positive number [default: 3]",
      "--deep.in.a TEXT        Deep in a",
      "--deep.in.b             Deep in b",
      "--label KEY=TEXT...     Label",
      "--weight KEY=NUMBER...  Weight",
      "--shape.tag TEXT        Shape tag (Point | Line)",
      "--shape.x NUMBER|TEXT   Shape x",
      "--shape.length DURATION",
      "Shape length [only with --shape.tag Line]"
    ])
  })
})

describe("the page on the command line", () => {
  const rows = Array.from(
    fs.readFileSync(at("docs/command-line.md"), "utf8").matchAll(/^\| `(\w+: .*)` \| (`--.*`) \| (`.*) \|$/gm),
    ([, field = "", shown = "", words = ""]) => ({ field, shown, words })
  )
  const quoted = (text: string) => Array.from(text.matchAll(/`([^`]*)`/g), ([, inside = ""]) => inside)

  it("has a row for each kind of field", () => assert.isAtLeast(rows.length, 12))

  it.effect.each(rows)("says how $field is given", ({ field, shown, words }) =>
    Effect.gen(function*() {
      const made: unknown = compileFunction(`return Schema.Struct({ ${field} })`, ["Schema", "Field"])(Schema, Field)
      const schema = made as Schema.Schema.AnyNoContext
      const page = ofCommand("app", commandOf(schema))

      for (const option of quoted(shown)) {
        assert.match(page, new RegExp(`^ +${option.replaceAll(".", "\\.")}( |$)`, "m"))
      }
      for (const line of quoted(words)) {
        const typed = Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, a, b, c]) => a ?? b ?? c ?? "")
        const parsed = yield* parse("app", commandOf(schema), typed)
        const record = yield* values.given(schema, parsed, { cwd: "/here", env: {} })
        const read = yield* values.decoded(schema, record, { fix: "" })
        assert.isAbove(Object.keys(Object(read)).length, 0)
      }
    }))
})

describe("a shell", () => {
  it.effect("is offered what there is for the kind that was named", () =>
    Effect.gen(function*() {
      const draw = Program.make(
        Pipeline.make("draw", { input: Shape }).pipe(Pipeline.output(Schema.Void, () => undefined)),
        { description: "Draws." }
      )
      const offered = (...words: ReadonlyArray<string>) =>
        Effect.map(
          callOf({ name: "app", version: "1", programs: [draw] }, ["__complete", "--", ...words], { cwd }),
          ({ stdout }) => stdout.split("\n").slice(0, -1).map((line) => line.split("\t")[0])
        )

      assert.deepStrictEqual(yield* offered("draw", "--kind", "s"), ["square", "star"])
      assert.includeMembers(yield* offered("draw", "--"), ["--radius", "--side"])
      assert.notInclude(yield* offered("draw", "--kind", "circle", "--"), "--side")
      assert.include(yield* offered("draw", "--kind", "circle", "--"), "--radius")
    }))
})

describe("secrets among the settings", () => {
  const program = Program.make(
    Pipeline.make("door", { input: Schema.Struct({ name: Schema.String }) }).pipe(
      Pipeline.output(Schema.String, ({ input }) => input.name)
    ),
    {
      description: "Opens a door.",
      settings: Settings,
      layer: ({ apiKey, mail }) =>
        Layer.effectDiscard(
          Effect.log([apiKey, mail?.password].map((key) => key === undefined ? "none" : Redacted.value(key).length))
        )
    }
  )
  const call = (args: string, env: Readonly<Record<string, string>> = {}) =>
    callOf({ name: "app", version: "1", programs: [program] }, args.split(" "), { cwd, env })

  it.effect("come from the environment or from a file that it names, and stand in no checkpoint", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "key"), "the-key-in-a-file\n")
      const { code, stderr, stdout } = yield* call("door --name it --json", {
        API_KEY_FILE: "key",
        MAIL_PASSWORD: "a-secret-of-the-mail"
      })

      assert.deepStrictEqual([code, (isJson(stdout) as { readonly output: unknown }).output], [0, "it"])
      assert.include(stderr, "17")
      const kept = contents(join(cwd, ".cairn"))
      assert.isNotEmpty(kept)
      for (const text of [kept, stdout, stderr]) assert.notMatch(text, /the-key-in|a-secret-of/)
    }))

  it.effect("are no options, and are in no message", () =>
    Effect.gen(function*() {
      const { stdout: help } = yield* call("door --help")
      const option = yield* call("door --name it --api-key 123456789")
      const short = yield* call("door --name it", { MAIL_PASSWORD: "tooshort" })
      const both = yield* call("door --name it", { API_KEY: "123456789", API_KEY_FILE: "key" })
      const none = yield* call("door --name it", { API_KEY_FILE: "nowhere" })

      assert.match(help, /API_KEY +What opens the door/)
      assert.deepStrictEqual([option.code, short.code, both.code, none.code], [2, 2, 2, 2])
      assert.include(short.stderr, "The variable MAIL_PASSWORD: it is not what is asked for")
      assert.notInclude(short.stderr, "tooshort")
      assert.include(both.stderr, "API_KEY and API_KEY_FILE are both set")
      assert.include(none.stderr, "nowhere")
    }))

  it("are refused in an input, where it is defined", () => {
    const input = Schema.Struct({ mail: Schema.Struct({ key: Schema.optional(Schema.Redacted(Schema.String)) }) })
    const reason = /its input holds a Redacted value.*a secret is a setting of its program/

    assert.throws(() => Pipeline.make("mail", { input }), reason)
    assert.throws(
      () =>
        Program.make({
          name: "mail",
          input,
          pipeline: () => {
            throw new Error("not made")
          }
        }, { description: "" }),
      reason
    )
  })
})
