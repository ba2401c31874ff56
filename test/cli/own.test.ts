import { afterAll, assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { Field, Pipeline, Program, Run, Step } from "effect-cairn"
import { Cli, Command } from "effect-cairn/cli"
import * as fs from "node:fs"
import { callWith, type Options } from "./calling.ts"
import { isJson, temporary } from "./command.ts"

const cwd = temporary()
afterAll(() => fs.rmSync(cwd, { recursive: true, force: true }))

class Closed extends Schema.TaggedError<Closed>()("Closed", { shop: Schema.String }) {
  override get message() {
    return `${this.shop} is closed`
  }
  get fix() {
    return "Come again tomorrow."
  }
}

class Shop extends Context.Tag("Shop")<Shop, { readonly name: string; readonly isOpen: boolean }>() {}

const Name = Schema.String.annotations({ description: "What is bought" }).pipe(Field.argument)

const sell = (name: string) =>
  Effect.flatMap(
    Shop,
    (shop) => shop.isOpen ? Effect.succeed(`${name} of ${shop.name}`) : new Closed({ shop: shop.name })
  )

const buy = Program.make(
  Pipeline.make("buy", { input: Schema.Struct({ name: Name }) }).pipe(
    Pipeline.step(
      "bought",
      Step.make("sell", { title: "Buying", input: Schema.String, success: Schema.String, failure: Closed, run: sell }),
      ({ input }) => input.name
    ),
    Pipeline.output(Schema.String, ({ bought }) => bought)
  ),
  { description: "Buys something.", print: (text) => text }
)

const look = Command.make("look", {
  description: "Looks whether something is sold.",
  examples: [{ command: "look bread" }],
  options: Schema.Struct({ name: Name, times: Schema.optionalWith(Schema.Int, { default: () => 1 }) }),
  output: Schema.Array(Schema.String),
  run: ({ name, times }) => Effect.map(sell(name), (sold) => Array.from({ length: times }, () => sold)),
  print: (sold) => sold.join("\n")
})

const count = Command.make("count", {
  description: "Counts the runs.",
  options: Schema.Struct({}),
  output: Schema.Struct({ runs: Schema.Number }),
  document: "shop.count/1",
  runs: true,
  run: (_, { name }) => Effect.map(Run.list, (runs) => ({ name, runs: runs.length })),
  exitCode: ({ runs }) => runs === 0 ? 1 : 0
})

const call = (args: string, options: Partial<Options> = {}) =>
  callWith(
    (io) =>
      Cli.main({
        name: "shop",
        version: "1.2.3",
        programs: [buy],
        commands: [look, count],
        options: Schema.Struct({
          street: Schema.optionalWith(Schema.String.annotations({ description: "Where the shop is" }), {
            default: () => "High Street"
          }),
          closed: Schema.optionalWith(Schema.Boolean, { default: () => false }),
          pin: Schema.optional(Schema.Redacted(Schema.String))
        }),
        layer: ({ closed, pin, street }) =>
          Layer.succeed(Shop, {
            name: pin === undefined ? street : `${street} with ${Redacted.value(pin).length} digits`,
            isOpen: !closed
          }),
        exitCodes: { Closed: 7 }
      }, io),
    args.split(" ").filter((word) => word !== ""),
    { cwd, ...options }
  )

describe("a command line of one's own", () => {
  it.effect("gives its service to programs and commands, made of its options", () =>
    Effect.gen(function*() {
      const bought = yield* call("buy bread --street Backstreet")
      const looked = yield* call("--street Backstreet look bread --times 2", { env: { PIN: "1234567" } })
      const json = yield* call("look bread --json")

      assert.deepStrictEqual([bought.code, bought.stdout], [0, "bread of Backstreet\n"])
      assert.deepStrictEqual([looked.code, looked.stdout], [
        0,
        "bread of Backstreet with 7 digits\nbread of Backstreet with 7 digits\n"
      ])
      assert.deepStrictEqual([json.code, isJson(json.stdout)], [0, {
        schema: "cairn.result/1",
        status: "done",
        run: null,
        program: "look",
        output: ["bread of High Street"]
      }])
    }))

  it.effect("ends with the code of its own error, whoever fails with it", () =>
    Effect.gen(function*() {
      const bought = yield* call("buy cake --closed")
      const looked = yield* call("look cake --closed --json")
      const { stdout } = yield* call("help exit-codes")

      assert.deepStrictEqual([bought.code, looked.code], [7, 7])
      assert.include(bought.stderr, "error  High Street is closed\nfix    Come again tomorrow.\n")
      assert.deepInclude(isJson(looked.stdout), {
        status: "failed",
        program: "look",
        error: {
          tag: "Closed",
          message: "High Street is closed",
          fix: "Come again tomorrow.",
          details: { shop: "High Street" }
        }
      })
      assert.include(stdout, "2         wrong usage, missing answers, or no such run\n7         Closed\n42        ")
    }))

  it.effect("has a document of its own where one is named, and a code", () =>
    Effect.gen(function*() {
      const elsewhere = fs.mkdtempSync(`${cwd}/none-`)
      const some = yield* call("count --json")
      const none = yield* call("count --json", { cwd: elsewhere, env: { CAIRN_HOME: `${elsewhere}/home` } })

      assert.deepInclude(isJson(none.stdout), { schema: "shop.count/1", runs: 0 })
      assert.strictEqual(none.code, 1)
      assert.strictEqual(some.code, 0)
      assert.deepStrictEqual(fs.readdirSync(elsewhere), [])
    }))

  it.effect("is described like any other, and the shared commands come along", () =>
    Effect.gen(function*() {
      const { stdout: page } = yield* call("--help")
      const { stdout: ofLook } = yield* call("look --help")
      const { stdout: ofRuns } = yield* call("runs --help")
      const slip = yield* call("loko bread")
      const option = yield* call("runs --steet x")
      const alone = yield* call("--times 2 --json")
      const { stdout: offered } = yield* call("__complete -- c")

      assert.match(page, /\nPrograms\n {2}buy +Buys something\n\nCommands\n {2}look +Looks whether/)
      assert.match(page, /--street TEXT +Where the shop is \[default: High Street\]/)
      assert.match(ofLook, /<name> +What is bought/)
      assert.match(ofLook, /Environment\n {2}PIN {2}Pin\n/)
      assert.include(ofRuns, "--street TEXT")
      assert.include(slip.stderr, "Did you mean: shop look")
      assert.include(option.stderr, "Did you mean --street?")
      assert.strictEqual(alone.code, 2)
      assert.include(alone.stdout, "--times is an option of a command, and none is named.")
      assert.include(alone.stdout, "shop look --times 2 --json")
      assert.includeMembers(offered.split("\n").map((line) => line.split("\t")[0]), ["count", "completions"])
    }))

  it.effect("is refused where names clash, or codes say something else", () =>
    Effect.gen(function*() {
      const named = (name: string, options: Schema.Schema.AnyNoContext = Schema.Struct({})) =>
        Command.make(name, { description: "", options, run: () => Effect.void })
      const parts = { name: "app", version: "1", programs: [] }
      const refused = (main: (io: Parameters<typeof Cli.main>[1]) => Effect.Effect<number>) =>
        Effect.map(
          callWith(main, ["runs"], { cwd }),
          ({ code, stderr }) => {
            assert.strictEqual(code, 70)
            return stderr.split("\n")[0]?.replace("error  The command line \"app\" cannot be: ", "")
          }
        )

      assert.strictEqual(
        yield* refused((io) => Cli.main({ ...parts, commands: [named("runs")] }, io)),
        "two commands are called \"runs\"; rename one of them."
      )
      assert.include(
        yield* refused((io) =>
          Cli.main({ ...parts, commands: [named("a", Schema.Struct({ json: Schema.String }))] }, io)
        ),
        "\"a\" has two options --json"
      )
      assert.include(
        yield* refused((io) => Cli.main({ ...parts, commands: [named("two words")] }, io)),
        "\"two words\" is no name of a command"
      )
      assert.include(
        yield* refused((io) => Cli.main({ ...parts, options: Schema.Struct({ home: Schema.String }) }, io)),
        "has two options --home"
      )
      assert.include(
        yield* refused((io) => Cli.main({ ...parts, options: Schema.Struct({ it: Name }) }, io)),
        "<it> is an argument"
      )
      assert.include(
        yield* refused((io) => Cli.main({ ...parts, exitCodes: { RunHeld: 3 } }, io)),
        "the exit code of RunHeld is 75"
      )
      assert.include(
        yield* refused((io) => Cli.main({ ...parts, exitCodes: { Mine: 42 } }, io)),
        "the exit code of Mine cannot be 42"
      )
    }))
})
