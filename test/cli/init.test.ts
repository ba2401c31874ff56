import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as init from "../../src/cli/commands/init.ts"
import { nameOf } from "../../src/cli/init/project.ts"
import { at, isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
let cwd = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
})

const call = (args: string) =>
  callOf({ name: "cairn", version: "1.2.3", programs: [], commands: [init.command] }, ["init", ...args.split(" ")], {
    cwd
  })

const files = ["package.json", "tsconfig.json", ".gitignore", "pipeline.ts", "pipeline.test.ts", "README.md"]

describe("init", () => {
  it.effect("writes a project with the ranges of this package, and says what comes next", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* call("deep/My Project --json".replace(" ", "-"))
      const folder = join(cwd, "deep/My-Project")
      const manifest = JSON.parse(fs.readFileSync(join(folder, "package.json"), "utf8"))
      const ours = JSON.parse(fs.readFileSync(at("package.json"), "utf8"))

      assert.deepStrictEqual([code, isJson(stdout)], [0, {
        schema: "cairn.init/1",
        folder,
        files,
        next: ["cd deep/My-Project", "npm install", "npm start -- --text \"a stone and a stone\"", "npm test"]
      }])
      assert.deepStrictEqual(fs.readdirSync(folder).sort(), [...files].sort())
      assert.strictEqual(manifest.name, "my-project")
      assert.strictEqual(manifest.dependencies["effect-cairn"], `^${ours.version}`)
      assert.includeMembers(Object.keys(manifest.dependencies), ["effect", "@effect/platform", "@effect/cli"])
      for (const [name, range] of Object.entries(manifest.dependencies)) {
        if (name !== "effect-cairn") assert.strictEqual(range, ours.peerDependencies[name])
      }
      assert.isAtMost(fs.readFileSync(join(folder, "README.md"), "utf8").trim().split("\n").length, 10)
    }))

  it.effect("overwrites nothing: it names what is there, and writes none of it", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "README.md"), "mine")
      fs.symlinkSync("nowhere", join(cwd, "pipeline.ts"))
      const { code, stderr, stdout } = yield* call(".")

      assert.deepStrictEqual([code, stdout], [65, ""])
      assert.include(stderr, `There are files in ${cwd} that would be overwritten: pipeline.ts, README.md`)
      assert.deepStrictEqual(fs.readdirSync(cwd).sort(), ["README.md", "pipeline.ts"])
      assert.strictEqual(fs.readFileSync(join(cwd, "README.md"), "utf8"), "mine")
    }))

  it.effect("leaves nothing where it cannot write", () =>
    Effect.gen(function*() {
      fs.writeFileSync(join(cwd, "file"), "")
      const { code, stderr } = yield* call("file/inside")

      assert.strictEqual(code, 74)
      assert.match(stderr, /file\/inside cannot be filled: E/)
      assert.deepStrictEqual(fs.readdirSync(cwd), ["file"])
    }))

  it.each([["My Project", "my-project"], ["_x.", "x"], ["日本", "pipelines"], ["", "pipelines"]])(
    "calls a package in %j %s",
    (folder, name) => assert.strictEqual(nameOf(folder), name)
  )
})
