import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { Field, Pipeline, Program, Step } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import * as fs from "node:fs"
import { callWith } from "./calling.ts"
import { temporary } from "./command.ts"

const cwd = temporary()
afterAll(() => fs.rmSync(cwd, { recursive: true, force: true }))

const Name = Schema.String.pipe(Field.argument)

/** Says its name, unless it is told to fail. A hidden step comes first. */
const programOf = (name: string, option: string) =>
  Program.make(
    Pipeline.make(name, { input: Schema.Struct({ name: Name }) }).pipe(
      Pipeline.step(
        "unseen",
        Step.make("unseen", {
          title: "Beginning",
          hidden: true,
          input: Schema.String,
          success: Schema.String,
          run: Effect.succeed
        }),
        ({ input }) => input.name
      ),
      Pipeline.step(
        "said",
        Step.make("say", {
          title: "Saying",
          input: Schema.String,
          success: Schema.String,
          run: (name) => name === "nobody" ? Effect.dieMessage("nobody is there") : Effect.succeed(name)
        }),
        ({ unseen }) => unseen
      ),
      Pipeline.output(Schema.String, ({ said }) => said)
    ),
    {
      description: `Does ${name}.`,
      examples: [{ command: `${name} Ada` }],
      settings: Schema.Struct({ [option]: Schema.optionalWith(Schema.String, { default: () => "" }) }),
      print: (text) => text
    }
  )

const programs = { near: programOf("near", "near-by"), far: programOf("far", "far-off") }
const here = programOf("here", "here-too")

let loaded: Array<string> = []
beforeEach(() => {
  loaded = []
})

const lazy = (name: keyof typeof programs) => ({
  name,
  load: () => {
    loaded.push(name)
    return Promise.resolve(programs[name])
  }
})

const call = (args: string) =>
  Effect.map(
    callWith(
      (io) => Cli.main({ name: "app", version: "1", programs: [lazy("near"), here, lazy("far")] }, io),
      args.split(" "),
      { cwd }
    ),
    (said) => ({ ...said, loaded: [...new Set(loaded.splice(0))].sort() })
  )

describe("a program that is loaded by its name", () => {
  it.effect("is loaded where a call is about it, and the others are not", () =>
    Effect.gen(function*() {
      const ran = yield* call("near Ada")
      const options = yield* call("--color never near Ada --new")
      const planned = yield* call("plan far Ada")
      const drawn = yield* call("graph far")
      const page = yield* call("far --help")
      const slip = yield* call("far Ada --far-of x")
      const other = yield* call("here Ada")

      assert.deepStrictEqual([ran.code, ran.stdout, ran.loaded], [0, "Ada\n", ["near"]])
      assert.deepStrictEqual([options.code, options.loaded], [0, ["near"]])
      assert.deepStrictEqual([planned.code, planned.loaded], [0, ["far"]])
      assert.deepStrictEqual([drawn.code, drawn.loaded], [0, ["far"]])
      assert.include(page.stdout, "app far <name>")
      assert.include(slip.stderr, "Did you mean --far-off?")
      assert.deepStrictEqual([page.loaded, slip.loaded], [["far"], ["far"]])
      assert.deepStrictEqual([other.code, other.stdout, other.loaded], [0, "Ada\n", []])
    }))

  it.effect("is loaded for a run of it, and not to list or remove what is done", () =>
    Effect.gen(function*() {
      yield* call("near nobody")
      const listed = yield* call("runs --status done --json")
      const all = yield* call("runs")
      const shown = yield* call("show near --json")
      const resumed = yield* call("resume @last")
      const given = yield* call("resume @last --near-by x")
      const stray = yield* call("resume @last --far-off x")
      const removed = yield* call("rm near-6 --dry-run")
      const collected = yield* call("gc --keep 0 --dry-run")
      const version = yield* call("--version")

      assert.deepStrictEqual([listed.code, listed.loaded], [0, []])
      assert.strictEqual(listed.stdout.match(/"status":"done"/g)?.length, 3)
      // The hidden step is done, and does not count.
      assert.match(all.stdout, /near +failed +0\/1/)
      assert.deepStrictEqual(all.loaded, ["near"])
      assert.deepStrictEqual(shown.loaded, ["near"])
      assert.deepStrictEqual([resumed.code, resumed.loaded], [70, ["near"]])
      assert.deepStrictEqual([given.code, given.loaded], [70, ["far", "near"]])
      assert.deepStrictEqual([stray.code, stray.loaded], [2, ["far", "near"]])
      assert.include(stray.stderr, "--far-off is not an option of near")
      assert.deepStrictEqual([removed.loaded, collected.loaded, version.loaded], [[], [], []])
    }))

  it.effect("is there like any other where all are told of, or meant", () =>
    Effect.gen(function*() {
      const both = ["far", "near"]
      const page = yield* call("--help")
      const helped = yield* call("help near")
      const ofResume = yield* call("resume --help")
      const offered = yield* call("__complete -- ")
      const slip = yield* call("naer Ada")
      const planned = yield* call("plan naer")
      const schema = yield* call("schema nothing")

      assert.match(page.stdout, /Programs\n {2}near +Does near\n {2}here +Does here\n {2}far +Does far\n/)
      assert.include(helped.stdout, "app near <name>")
      assert.include(ofResume.stdout, "--far-off")
      assert.match(offered.stdout, /^near\t[^]*^far\t/m)
      assert.include(slip.stderr, "Did you mean: app near")
      assert.include(planned.stderr, "Did you mean: app plan near")
      assert.include(schema.stderr, "it is one of near, here, far, result, event")
      for (const { loaded } of [page, helped, ofResume, offered, slip, planned, schema]) {
        assert.deepStrictEqual(loaded, both)
      }
    }))

  it("says what it needs, as others do", () => {
    class Shop extends Context.Tag("Shop")<Shop, string>() {}
    const needy = Program.make(
      Pipeline.make("needy", { input: Schema.Struct({}) }).pipe(
        Pipeline.step(
          "shop",
          Step.make("shop", { title: "", input: Schema.Null, success: Schema.String, run: () => Shop }),
          () => null
        )
      ),
      { description: "" }
    )
    const parts = { name: "app", version: "1", programs: [{ name: "needy", load: () => Promise.resolve(needy) }] }
    const provided = () => Cli.run({ ...parts, layer: () => Layer.succeed(Shop, "") })
    // @ts-expect-error -- nobody has a shop
    const missing = () => Cli.run(parts)

    assert.notStrictEqual(provided, missing)
  })

  it.effect("is refused where it cannot be loaded, has another name, or that of another command", () =>
    Effect.gen(function*() {
      const refusal = (name: string, load: () => Promise<typeof here>, word: string) =>
        Effect.map(
          callWith((io) => Cli.main({ name: "app", version: "1", programs: [here, { name, load }] }, io), [word], {
            cwd
          }),
          ({ code, stderr }) => [code, stderr.split("\n")[0]]
        )
      const said = (reason: string) => [70, `error  The command line "app" cannot be: ${reason}.`]

      assert.deepStrictEqual(
        yield* refusal("gone", () => Promise.reject(new Error("not today")), "gone"),
        said("the program \"gone\" cannot be loaded: Error: not today")
      )
      assert.deepStrictEqual(
        yield* refusal("there", () => Promise.resolve(programs.near), "there"),
        said("what is loaded as the program \"there\" is called \"near\"")
      )
      assert.deepStrictEqual(
        yield* refusal("here", () => Promise.resolve(here), "runs"),
        said("two commands are called \"here\"; rename one of them")
      )
    }))
})
