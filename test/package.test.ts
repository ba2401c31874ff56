import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFile, execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { install, version } from "../src/cli/version.ts"
import { at, environment, temporary } from "./cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }), 60_000)

/** Leaves this process free meanwhile: the runner wants to hear of it every minute. */
const npm = async (args: ReadonlyArray<string>, cwd: string): Promise<string> => {
  const words = [...args, "--no-audit", "--no-fund", "--loglevel=error"]
  return (await promisify(execFile)("npm", words, { cwd, encoding: "utf8" })).stdout
}

/** Without what differs from one time to the next. */
const told = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{32}\b/g, "<id>")
    .replaceAll(/\b(today|yesterday) \d\d:\d\d/g, "<time>")
    .replaceAll(/\b\d+\.\ds/g, "<duration>")

describe("the package", { timeout: 300_000 }, () => {
  it("says the same version everywhere", () => {
    const { peerDependencies, version: published } = JSON.parse(fs.readFileSync(at("package.json"), "utf8"))
    const lines = [...install.matchAll(/(\S+)@([\d.]+)/g)].map(([, name = "", line]) => [name, line])

    assert.strictEqual(version, published)
    assert.include(fs.readFileSync(at("README.md"), "utf8"), install)
    assert.deepStrictEqual(
      lines,
      lines.map(([name = ""]) => [name, /\^(0\.\d+|\d+)/.exec(peerDependencies[name])?.[1]])
    )
  })

  it("shows the pages of help that the command itself would print", () => {
    const print = (file: string, words: ReadonlyArray<string>) =>
      execFileSync(process.execPath, [at(`dist/bin/${file}.mjs`), ...words], { encoding: "utf8" })

    for (const words of [[], ["--help"], ["--version"], ["implement", "--help"], ["runs", "-h"]]) {
      assert.strictEqual(print("cairn", words), print("main", words))
    }
  })

  it("loads the code of programs and of models only for a command that needs it", () => {
    const read = (name: string) => fs.readFileSync(at(`dist/bin/${name}`), "utf8")
    const atOnce = new Set<string>()
    const load = (name: string) => {
      if (atOnce.has(name)) return
      atOnce.add(name)
      for (const [, other = ""] of read(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) load(other)
    }
    load("main.mjs")
    const ofModels = fs.readdirSync(at("dist/bin")).filter((name) => read(name).includes("anthropic-version"))

    const ofPrograms = ["implement", "agentEnhance", "templateQa", "selftest"].map((name) =>
      fs.readdirSync(at("dist/bin")).find((file) => file.startsWith(`${name}-`)) ?? name
    )

    assert.isAbove(ofModels.length, 0)
    assert.deepStrictEqual([...ofModels, ...ofPrograms].filter((name) => atOnce.has(name)), [])
  })

  it("installs from its tarball into an empty folder: the command alone, then the library", async () => {
    assert.isTrue(fs.existsSync(at("dist/bin/cairn.mjs")), "run npm run build first")
    const packed = await npm(["pack", "--pack-destination", folder, "--silent"], at("."))
    const tarball = packed.trim().split("\n").at(-1) ?? ""
    const project = join(folder, "project")
    fs.mkdirSync(project)
    // As the README begins one; without the type, its first program is taken for CommonJS and has no `await` of its own.
    const readme = fs.readFileSync(at("README.md"), "utf8")
    const [, begin = "exit 1"] = /^```sh\n(.*)\nnpm install effect-cairn effect@3\n```$/m.exec(readme) ?? []
    execFileSync("bash", ["-c", begin], { cwd: project, stdio: "pipe" })
    assert.strictEqual(JSON.parse(fs.readFileSync(join(project, "package.json"), "utf8")).type, "module")

    await npm(["install", join(folder, tarball)], project)
    assert.isFalse(fs.existsSync(join(project, "node_modules/effect")), "the command needs no effect")
    fs.cpSync(at("examples/reports"), join(project, "reports"), { recursive: true })
    const printed = execFileSync(
      join(project, "node_modules/.bin/cairn"),
      ["implement", "reports/feature-workflow.md", "--task", "reports/feature-workflow.json", "-q"],
      { cwd: project, encoding: "utf8" }
    )
    assert.isTrue(fs.existsSync(printed.trim()))

    const { effect } = JSON.parse(fs.readFileSync(at("package.json"), "utf8")).devDependencies
    await npm(["install", `effect@${effect}`], project)
    fs.writeFileSync(
      join(project, "program.js"),
      `import { Effect, Schema } from "effect"
import { Step } from "effect-cairn"
console.log(await Effect.runPromise(Step.make("double", { title: "Doubling", input: Schema.Number, success: Schema.Number, run: (n) => Effect.succeed(n * 2) })(21)))
`
    )
    assert.strictEqual(execFileSync(process.execPath, ["program.js"], { cwd: project, encoding: "utf8" }), "42\n")

    // The first program of the README needs nothing else. (This Node may not run TypeScript by itself yet.)
    const [, hello = ""] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? []
    fs.writeFileSync(join(project, "hello.ts"), hello)
    const greeted = execFileSync(join(project, "node_modules/.bin/jiti"), ["hello.ts"], {
      cwd: project,
      encoding: "utf8"
    })
    assert.strictEqual(greeted, "greeting\nHELLO WORLD\n")

    fs.writeFileSync(
      join(project, "pipelines.ts"),
      `import { Effect, Schema } from "effect"
import { Pipeline, Step } from "effect-cairn"
const greet = Step.make("greet", { title: "Greeting", input: Schema.String, success: Schema.String, run: (name: string) => Effect.succeed("Hello " + name) })
export const greeting = Pipeline.make("greeting", { input: Schema.Struct({ name: Schema.String }) }).pipe(
  Pipeline.step("text", greet, ({ input }) => input.name),
  Pipeline.output(Schema.String, ({ text }) => text)
)
`
    )
    const run = () => {
      const { status, stdout } = spawnSync(
        join(project, "node_modules/.bin/cairn"),
        ["run", "pipelines.ts", "--name", "Ada", "--json"],
        { cwd: project, encoding: "utf8" }
      )
      return { status, document: JSON.parse(stdout) }
    }
    // What the library needs beside effect is missing, and the answer says how to get it.
    assert.strictEqual(run().document.error?.fix, install)
    const versions = JSON.parse(fs.readFileSync(at("package.json"), "utf8")).devDependencies
    await npm([
      "install",
      ...["@effect/platform", "@effect/platform-node", "@effect/cli"].map((name) => `${name}@${versions[name]}`)
    ], project)
    const ended = run()
    assert.deepStrictEqual([ended.status, ended.document.output], [0, "Hello Ada"])

    // The tutorial, from its first line to its last, but for the installation that was made already.
    const tutorial = fs.readFileSync(at("docs/tutorial.md"), "utf8")
    assert.include(tutorial, install)
    fs.rmSync(join(project, ".cairn"), { recursive: true })
    let followed = 0
    for (const [, language, block = ""] of tutorial.matchAll(/^```(ts|sh)\n(.*?)^```$/gms)) {
      const [first = "", ...rest] = block.split("\n")
      if (language === "ts") fs.writeFileSync(join(project, first.replace("// ", "")), rest.join("\n"))
      else if (first.startsWith("$ ")) {
        const { stdout } = spawnSync("bash", ["-c", `(${first.slice(2)}) 2>&1`], {
          cwd: project,
          encoding: "utf8",
          env: environment
        })
        assert.strictEqual(told(stdout.replaceAll(project, "/home/you/cards")), told(rest.join("\n")), first)
        followed++
      }
    }
    assert.isAbove(followed, 5)
  })

  it("writes a project that installs, runs and passes its test", async () => {
    const project = join(folder, "project")
    const begun = join(folder, "begun")
    const cairn = (home: string, words: ReadonlyArray<string>, cwd: string) =>
      spawnSync(join(home, "node_modules/.bin/cairn"), words, { cwd, encoding: "utf8", env: environment })
    assert.include(cairn(project, ["init", "begun"], folder).stdout, "created  begun/pipeline.ts")

    // With the tarball in place of the version that it names, and what was installed above.
    const manifest = JSON.parse(fs.readFileSync(join(begun, "package.json"), "utf8"))
    const tarball = fs.readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? ""
    manifest.dependencies["effect-cairn"] = `file:${join(folder, tarball)}`
    fs.writeFileSync(join(begun, "package.json"), JSON.stringify(manifest))
    fs.renameSync(join(project, "node_modules"), join(begun, "node_modules"))
    await npm(["install"], begun)

    const started = cairn(begun, ["run", "pipeline.ts", "--text", "a stone and a stone"], begun)
    assert.deepStrictEqual([started.status, started.stdout], [0, "2 a\n2 stone\n1 and\n"])
    assert.match(await npm(["test"], begun), /^\S pass 3$/m)
    await npm(["run", "types"], begun)
    const { findings, schema } = JSON.parse(cairn(begun, ["doctor", "--json"], begun).stdout)
    const problems = findings.filter(({ status }: { readonly status: string }) => status === "problem")
    assert.deepStrictEqual([schema, problems], ["cairn.doctor/1", []])
  })
})
