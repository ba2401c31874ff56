import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { at, temporary } from "./cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const npm = (args: ReadonlyArray<string>, cwd: string): string =>
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, encoding: "utf8" })

describe("the package", { timeout: 300_000 }, () => {
  it("says the same version everywhere", () => {
    const { version } = JSON.parse(fs.readFileSync(at("package.json"), "utf8"))

    assert.include(fs.readFileSync(at("src/main.ts"), "utf8"), `version: "${version}"`)
  })

  it("shows the pages of help that the command itself would print", () => {
    const print = (file: string, words: ReadonlyArray<string>) =>
      execFileSync(process.execPath, [at(`dist/bin/${file}.mjs`), ...words], { encoding: "utf8" })

    for (const words of [[], ["--help"], ["--version"], ["implement", "--help"], ["runs", "-h"]]) {
      assert.strictEqual(print("cairn", words), print("main", words))
    }
  })

  it("loads the code of models only for a command that asks one", () => {
    const read = (name: string) => fs.readFileSync(at(`dist/bin/${name}`), "utf8")
    const atOnce = new Set<string>()
    const load = (name: string) => {
      if (atOnce.has(name)) return
      atOnce.add(name)
      for (const [, other = ""] of read(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) load(other)
    }
    load("main.mjs")
    const ofModels = fs.readdirSync(at("dist/bin")).filter((name) => read(name).includes("anthropic-version"))

    assert.isAbove(ofModels.length, 0)
    assert.deepStrictEqual(ofModels.filter((name) => atOnce.has(name)), [])
  })

  it("installs from its tarball into an empty folder: the command alone, then the library", () => {
    assert.isTrue(fs.existsSync(at("dist/bin/cairn.mjs")), "run npm run build first")
    const tarball = npm(["pack", "--pack-destination", folder, "--silent"], at(".")).trim().split("\n").at(-1) ?? ""
    const project = join(folder, "project")
    fs.mkdirSync(project)
    fs.writeFileSync(join(project, "package.json"), "{\"private\":true,\"type\":\"module\"}")

    npm(["install", join(folder, tarball)], project)
    assert.isFalse(fs.existsSync(join(project, "node_modules/effect")), "the command needs no effect")
    fs.cpSync(at("examples/reports"), join(project, "reports"), { recursive: true })
    const printed = execFileSync(
      join(project, "node_modules/.bin/cairn"),
      ["implement", "reports/feature-workflow.md", "--task", "reports/feature-workflow.json", "-q"],
      { cwd: project, encoding: "utf8" }
    )
    assert.isTrue(fs.existsSync(printed.trim()))

    const { effect } = JSON.parse(fs.readFileSync(at("package.json"), "utf8")).devDependencies
    npm(["install", `effect@${effect}`], project)
    fs.writeFileSync(
      join(project, "program.js"),
      `import { Effect, Schema } from "effect"
import { Step } from "effect-cairn"
console.log(await Effect.runPromise(Step.make("double", { title: "Doubling", input: Schema.Number, success: Schema.Number, run: (n) => Effect.succeed(n * 2) })(21)))
`
    )
    assert.strictEqual(execFileSync(process.execPath, ["program.js"], { cwd: project, encoding: "utf8" }), "42\n")
  })
})
