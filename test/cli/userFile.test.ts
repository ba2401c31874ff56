/** The built command on files of a user's, in a project that has the package: this one. */
import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { at, type Ended, isJson, run } from "./command.ts"

const made = fs.mkdtempSync(at("test/.files-"))
let folder = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string, options: { readonly input?: string } = {}): Promise<Ended> =>
  run(at("dist/bin/cairn.mjs"), args.split(" "), { cwd: folder, ...options })

const file = (name: string, code: string) => fs.writeFileSync(join(folder, name), code)

const failure = ({ code, stdout }: Ended) => {
  const { error, status } = isJson(stdout) as { readonly error: Record<string, unknown>; readonly status: string }
  return [code, status, error.tag, error.message, error.fix]
}

const pipelines = `
import { Effect, Schema } from "effect"
import { CurrentStep, Pipeline, Step, Suspended } from "effect-cairn"
import { greeting } from "./words.ts"

const Color = Schema.Literal("red", "blue")
const greet = Step.make("greet", {
  title: "Greeting",
  input: Schema.String,
  success: Schema.String,
  run: (name: string) => Effect.succeed(greeting(name))
})
const choose = Step.make("choose", {
  title: "Asking for a color",
  input: Schema.String,
  success: Color,
  run: (what) =>
    CurrentStep.ask({ name: "color", ask: "user", prompt: \`A color for \${what}?\`, answer: Color, example: "red" }, Suspended.suspended)
})

export const card = Pipeline.make("card", { input: Schema.Struct({ name: Schema.String }) }).pipe(
  Pipeline.step("text", greet, ({ input }) => input.name),
  Pipeline.step("color", choose, ({ text }) => text),
  Pipeline.output(Schema.String, ({ color, text }) => \`\${text} in \${color}\`)
)
`

describe("cairn run", { timeout: 60_000 }, () => {
  beforeEach(() => {
    file("pipelines.ts", pipelines)
    file("words.ts", "export const greeting = (name: string): string => `Hello, ${name}`\n")
  })

  it("runs the only program of a file, and goes on with the answer by the command it gave", async () => {
    const waiting = await call("run ./pipelines.ts --name Ada --json")
    const { requests: [{ answer }] } = isJson(waiting.stdout) as {
      readonly requests: readonly [{ readonly answer: { readonly command: string } }]
    }
    const done = await call(answer.command.replace(/^cairn /, ""), { input: "\"blue\"" })

    assert.match(answer.command, /^cairn run \.\/pipelines\.ts answer card-\S+ \S+ --file - --json$/)
    const [code, , , , fix] = failure(await call("resume @last --json"))

    assert.deepStrictEqual([waiting.code, done.code, code], [42, 0, 2])
    assert.match(String(fix), /^Name the file that has it: cairn run FILE resume card-\S+$/)
    assert.deepInclude(isJson(done.stdout), { status: "done", output: "Hello, Ada in blue" })
  })

  it("has the commands of a command line, under its own name", async () => {
    const help = await call("run ./pipelines.ts --help")
    const ofProgram = await call("run ./pipelines.ts card --help")
    const wrong = await call("run ./pipelines.ts --nmae Ada --json")

    assert.include(help.stdout, "cairn run ./pipelines.ts <command> [options]")
    assert.include(help.stdout, "card")
    assert.include(ofProgram.stdout, "--name TEXT")
    assert.strictEqual(wrong.code, 2)
    assert.include(wrong.stdout, "--name")
    assert.strictEqual(failure(await call("run ./pipelines.ts card --json"))[4], "cairn run ./pipelines.ts card --help")
  })

  it("says what is wrong with a file", async () => {
    file("nothing.ts", "export const number = 1\n")
    file("broken.ts", "export const number = (\n")
    file("throws.ts", "throw new Error(\"not today\")\n")

    assert.deepStrictEqual(failure(await call("run nowhere.ts --json")), [
      2,
      "failed",
      "FileUnusable",
      "nowhere.ts: there is no such file",
      "Name a file of programs."
    ])
    assert.deepStrictEqual(failure(await call("run nothing.ts --json")).slice(3), [
      "nothing.ts: it exports no pipeline and no program",
      "Export what Pipeline.make or Program.make gives."
    ])
    assert.deepStrictEqual(failure(await call("run throws.ts --json")).slice(3), [
      "throws.ts: it cannot be loaded: Error: not today",
      "Correct it and repeat the command."
    ])
    const broken = await call("run broken.ts")
    assert.strictEqual(broken.code, 2)
    assert.match(broken.stderr, /^error  broken\.ts: it cannot be loaded: /)
    assert.notInclude(broken.stderr, "    at ")
  })

  it("says what to install where the project has no effect-cairn, and that the file comes first", async () => {
    const elsewhere = fs.mkdtempSync(join(tmpdir(), "cairn-files-"))
    fs.copyFileSync(join(folder, "pipelines.ts"), join(elsewhere, "pipelines.ts"))
    const absent = failure(await call(`run ${elsewhere}/pipelines.ts --json`))
    fs.rmSync(elsewhere, { recursive: true })

    assert.deepStrictEqual(absent.slice(0, 3), [2, "failed", "FileUnusable"])
    assert.match(String(absent[4]), /^npm install effect-cairn effect@3 /)
    assert.deepStrictEqual(failure(await call("run --json ./pipelines.ts")).slice(0, 4), [
      2,
      "failed",
      "UsageError",
      "The file comes first, behind run."
    ])
    assert.strictEqual((await call("run")).code, 2)
  })
})
