import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Pipeline, Program, Step } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"
import { isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))

const step = (name: string, run: (text: string) => Effect.Effect<string>) =>
  Step.make(name, { title: `Doing ${name}`, input: Schema.String, success: Schema.String, run })

const about = { description: "Greets.", examples: [{ command: "greet --name you" }] }

const before = Program.make(
  Pipeline.make("greet", { input: Schema.Struct({ name: Schema.String, tone: Schema.String }) }).pipe(
    Pipeline.step("first", step("first", Effect.succeed), ({ input }) => input.name),
    Pipeline.step("second", step("second", () => Effect.dieMessage("not yet")), ({ first }) => first)
  ),
  about
)

/** `tone` is gone, and `times` is new. */
const after = Program.make(
  Pipeline.make("greet", { input: Schema.Struct({ name: Schema.String, times: Schema.Int }) }).pipe(
    Pipeline.step("first", step("first", Effect.succeed), ({ input }) => input.name),
    Pipeline.step("second", step("second", Effect.succeed), ({ first }) => first),
    Pipeline.output(Schema.String, ({ second }) => second)
  ),
  { ...about, print: (text) => text }
)

describe("a run whose input does not fit its program any more", () => {
  it.live("ends with 65, says how to fork it, and is as it was; the fork keeps what still fits", () =>
    Effect.gen(function*() {
      const cwd = fs.mkdtempSync(join(made, "run-"))
      const says = (program: typeof before, args: string, input = "") =>
        callOf({ name: "app", version: "1", programs: [program] }, args.split(" "), {
          cwd,
          input,
          env: { NO_COLOR: "1" }
        })
      yield* says(before, "greet --name you --tone kind")
      const [id = ""] = fs.readdirSync(join(cwd, ".cairn", "runs"))
      const journal = join(cwd, ".cairn", "runs", id, "journal")
      const bytes = fs.readFileSync(journal)

      for (const command of ["resume", `plan ${id}`, `fork ${id}`]) {
        const { code, stderr } = yield* says(after, command)
        assert.deepStrictEqual([code, stderr.includes("--times is missing.")], [65, true], command)
        assert.include(stderr, `app fork ${id} --input FILE`)
      }
      assert.deepStrictEqual(fs.readFileSync(journal), bytes)

      const fork = yield* says(after, `fork ${id} --input - --json`, `{"times":2}`)
      const { run } = isJson(fork.stdout) as { readonly run: string }
      const { steps } = isJson((yield* says(after, `plan ${run} --json`)).stdout) as {
        readonly steps: ReadonlyArray<{ readonly plan: string }>
      }
      assert.deepStrictEqual(steps.map(({ plan }) => plan), ["cached", "will run"])
      const ended = yield* says(after, `resume ${run}`)
      assert.deepStrictEqual([ended.code, ended.stdout], [0, "you\n"])
    }))
})
