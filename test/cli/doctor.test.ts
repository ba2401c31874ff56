import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Cli } from "effect-cairn/cli"
import { agentEnhance } from "effect-cairn/programs"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { isIn, lineOf } from "../../src/cli/doctor/range.ts"
import { type Options } from "./calling.ts"
import { at, isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
let cwd = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string, options: Partial<Options> = {}) =>
  callOf(
    { name: "app", version: "1.2.3", programs: [agentEnhance], commands: [Cli.doctor] },
    ["doctor", ...args.split(" ").filter((word) => word !== "")],
    { cwd, ...options }
  )

interface Document {
  readonly schema: string
  readonly version: string
  readonly status: string
  readonly findings: ReadonlyArray<
    { readonly name: string; readonly status: string; readonly message: string; readonly fix: string | null }
  >
}

const looked = (args = "", options: Partial<Options> = {}) =>
  Effect.map(call(`--json ${args}`, options), ({ code, stdout }) => {
    const document = isJson(stdout) as Document
    return {
      code,
      document,
      of: (name: string) => document.findings.filter((finding) => finding.name === name)
    }
  })

const installed = (path: string, version: string) => {
  const folder = join(cwd, path)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(join(folder, "package.json"), JSON.stringify({ version }))
}

const versions = JSON.parse(fs.readFileSync(at("package.json"), "utf8")).devDependencies

describe("doctor", () => {
  it.effect("finds nothing in the way of an empty folder, and leaves it empty", () =>
    Effect.gen(function*() {
      const { code, document, of } = yield* looked()
      const text = yield* call("", { columns: 72, env: { NO_COLOR: "1" } })

      assert.strictEqual(code, 0)
      assert.deepInclude(document, { schema: "cairn.doctor/1", version: "1.2.3", status: "ok" })
      assert.deepStrictEqual(document.findings.map(({ name }) => name), [
        "node",
        "effect",
        "store",
        "agent",
        "keys",
        "terminal"
      ])
      assert.include(of("node")[0]?.message, process.versions.node)
      assert.deepStrictEqual(fs.readdirSync(cwd), [])
      assert.deepStrictEqual(text.stdout.split("\n").filter((line) => line.length > 72), [])
      assert.include(text.stdout, "Nothing stands in the way.")
    }))

  it.effect("names the packages of the project, those of another line and a second effect, and what to install", () =>
    Effect.gen(function*() {
      installed("node_modules/effect", versions.effect)
      installed("node_modules/@effect/platform", versions["@effect/platform"])
      const fine = yield* looked()
      installed("node_modules/@effect/platform", "0.1.0")
      installed("node_modules/@effect/platform/node_modules/effect", "3.1.0")
      installed("node_modules/other/node_modules/effect", "4.0.0")
      const { code, of } = yield* looked()

      assert.strictEqual(
        fine.of("effect")[0]?.message,
        `@effect/platform ${versions["@effect/platform"]}, effect ${versions.effect}`
      )
      assert.deepStrictEqual(fine.of("copies"), [])
      assert.strictEqual(code, 1)
      assert.match(of("effect")[0]?.message ?? "", /^@effect\/platform is 0\.1\.0; it has to be \^0\.\d+\.\d+$/)
      assert.match(of("effect")[0]?.fix ?? "", /^npm install @effect\/platform@0\.\d+$/)
      assert.match(
        of("copies")[0]?.message ?? "",
        /^there are 3 copies of effect: .*3\.1\.0 in .* \(@effect\/platform\).*4\.0\.0 in .* \(other\)/
      )
      fs.rmSync(join(cwd, "node_modules"), { recursive: true })
      installed("node_modules/effect", "4.0.0")
      assert.strictEqual((yield* looked()).of("effect")[0]?.fix, "npm install effect@3")
    }))

  it.effect("tries the store: 74 where it keeps nothing, 1 for a missing driver", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "file"), "")
      const file = yield* looked("--home file/inside")
      const nobody = yield* looked("--store postgres://me:a-password@127.0.0.1:1/runs")
      const sqlite = yield* looked("--store sqlite:here/runs.db")

      assert.deepStrictEqual([file.code, nobody.code, sqlite.code], [74, 74, 1])
      assert.match(file.of("store")[0]?.message ?? "", /cannot keep anything: E/)
      assert.match(nobody.of("database")[0]?.message ?? "", /^postgres:\/\/127\.0\.0\.1:1\/runs cannot be reached: /)
      assert.notInclude(JSON.stringify(nobody.document), "a-password")
      assert.match(sqlite.of("driver")[0]?.fix ?? "", /^npm install @effect\/sql-libsql@0\.\d+$/)
      assert.strictEqual(sqlite.of("database")[0]?.status, "ok")
      assert.deepStrictEqual(fs.readdirSync(cwd), ["file"])
    }))

  it.effect("names the agent that calls, those that can be called, and keys, but never a key", () =>
    Effect.gen(function*() {
      const key = "sk-planted-1234567890"
      const claude = join(cwd, "bin/claude")
      fs.mkdirSync(dirname(claude))
      fs.writeFileSync(claude, "", { mode: 0o755 })
      const env = { CLAUDECODE: "1", PATH: join(cwd, "bin"), ANTHROPIC_API_KEY: key, OPENAI_API_KEY_FILE: "nowhere" }
      const { code, document, of } = yield* looked("", { env })
      const text = yield* call("", { env })

      assert.strictEqual(of("agent")[0]?.message, "Claude Code calls (CLAUDECODE); can be called: claude")
      assert.strictEqual(
        of("keys")[0]?.message,
        "set: ANTHROPIC_API_KEY, OPENAI_API_KEY_FILE; not set: CAIRN_API_KEY"
      )
      assert.strictEqual(of("keys")[1]?.message, "the file that OPENAI_API_KEY_FILE names cannot be read")
      assert.strictEqual(code, 1)
      assert.notInclude(JSON.stringify(document) + text.stdout + text.stderr, key)
    }))

  it.each([
    ["20.19.0", ">=20.19", true],
    ["20.18.9", ">=20.19", false],
    ["22.0.0", ">=20.19", true],
    ["3.22.4", "^3.22.4", true],
    ["3.23.0", "^3.22.4", true],
    ["4.0.0", "^3.22.4", false],
    ["3.22.4-beta.1", "^3.22.4", false],
    ["0.97.9", "^0.97.2", true],
    ["0.98.0", "^0.97.2", false]
  ])("knows whether %s is in %s", (version, range, is) => assert.strictEqual(isIn(version, range), is))

  it("installs the line of a range", () => assert.deepStrictEqual(["^3.22.4", "^0.97.2"].map(lineOf), ["3", "0.97"]))
})
