import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join, relative } from "node:path"
import { doors } from "../scripts/doors.mjs"
import { at, bundle, type Ended, run, temporary } from "./cli/command.ts"

const folder = temporary()
/** Inside the project, so that the packages are found. */
const checked = at(".examples")

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.rmSync(checked, { recursive: true, force: true })
})

/** The files of a kind in a folder and below, by their paths in the project. */
const files = (path: string, end: string): ReadonlyArray<string> =>
  fs.readdirSync(at(path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? files(join(path, entry.name), end)
      : entry.name.endsWith(end)
      ? [join(path, entry.name)]
      : []
  )

/** The TypeScript in the docstrings of a source, or in a page of markdown. */
const examples = (file: string): ReadonlyArray<string> => {
  const text = fs.readFileSync(at(file), "utf8")
  const plain = file.endsWith(".ts") ? text.replace(/^ *\* ?/gm, "") : text
  return [...plain.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code)
}

/** What an example says that it prints, with which words behind its command. */
const said = /^ \* Prints(, with `(.*)`)?:\n((?: \*(?: {3}.*)?\n)+?) \*\/$/m

describe("examples", { timeout: 120_000 }, () => {
  it("of the docstrings and the pages compile", () => {
    // The tutorial is followed from an empty folder, with the packed package.
    const pages = [...files("docs", ".md"), "README.md"].filter((page) => page !== "docs/tutorial.md")
    const all = [...files("src", ".ts"), ...pages].flatMap((file) =>
      examples(file).map((code, index) => ({ name: `${relative(".", file).replace(/\W/g, "-")}-${index}.ts`, code }))
    )
    assert.isAtLeast(all.length, 6)
    fs.mkdirSync(checked, { recursive: true })
    for (const { code, name } of all) fs.writeFileSync(join(checked, name), code)
    fs.writeFileSync(
      join(checked, "tsconfig.json"),
      JSON.stringify({
        extends: "../tsconfig.json",
        compilerOptions: {
          noUnusedLocals: false,
          paths: Object.fromEntries(Array.from(doors, ([name, path]) => [name, [`../src/${path}.ts`]]))
        },
        include: ["*.ts"]
      })
    )

    const printed = ((): string => {
      try {
        return execFileSync(at("node_modules/.bin/tsc"), ["-p", checked], { encoding: "utf8" })
      } catch (error) {
        return String((error as { readonly stdout?: unknown }).stdout)
      }
    })()

    assert.strictEqual(printed, "")
  })

  const names = fs.readdirSync(at("examples")).filter((name) => name.endsWith(".ts"))
  const source = (name: string) => fs.readFileSync(at(`examples/${name}`), "utf8")

  it("are numbered, each shorter than sixty lines, and each runs here", () => {
    const here = fs.readFileSync(at("test/examples.test.ts"), "utf8")

    assert.deepStrictEqual(names.filter((name) => !/^\d\d-[a-z-]+\.ts$/.test(name)), [])
    assert.strictEqual(new Set(names.map((name) => name.slice(0, 2))).size, names.length)
    assert.deepStrictEqual(names.filter((name) => source(name).trimEnd().split("\n").length >= 60), [])
    assert.deepStrictEqual(names.filter((name) => !said.test(source(name)) && !here.includes(name)), [])
    assert.isAtLeast(names.length, 11)
    assert.strictEqual(source("16-ten-lines.ts").replace(/^\/\*\*.*?\*\/\n/s, "").trim().split("\n").length, 10)
  })

  describe("that print", () => {
    it.each(names.filter((name) => said.test(source(name))))("%s prints what it says", async (name) => {
      const [, , command = "", lines = ""] = said.exec(source(name)) ?? []
      const words = Array.from(command.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word)
      const ended = await run(await bundle(`examples/${name}`), words, {
        cwd: fs.mkdtempSync(join(folder, "run-"))
      })

      assert.deepStrictEqual(
        [ended.code, ended.stdout],
        [0, lines.replaceAll(/^ \*(?: {3})?/gm, "")],
        ended.stderr
      )
    })

    it("goes on after a kill -9 in the middle, in fifteen lines, as the README shows it", async () => {
      const code = source("02-resume.ts").replace(/^\/\*\*.*?\*\/\n/s, "")
      assert.isAtMost(code.trim().split("\n").length, 15)
      const readme = fs.readFileSync(at("README.md"), "utf8")
      assert.strictEqual(examples("README.md")[0], code)
      const script = await bundle("examples/02-resume.ts")
      const place = fs.mkdtempSync(join(folder, "run-"))

      const journals = () => {
        const runs = join(place, ".cairn/runs")
        return fs.existsSync(runs)
          ? fs.readdirSync(runs).map((id) => join(runs, id, "journal")).filter(fs.existsSync)
          : []
      }

      const killed = await run(script, [], {
        cwd: place,
        started: async ({ kill, until }) => {
          await until(() => journals().some((path) => fs.readFileSync(path, "utf8").includes("\"p\":\"greeting\"")))
          kill("SIGKILL")
        }
      })
      const resumed = await run(script, [], { cwd: place })

      assert.deepStrictEqual([killed.code, killed.stdout], [null, "greeting\n"])
      assert.deepStrictEqual([resumed.code, resumed.stdout], [0, "HELLO WORLD\n"])
      const twice = `$ node hello.ts\n${killed.stdout}Killed\n$ node hello.ts\n${resumed.stdout}`
      assert.include(readme, `\`\`\`console\n${twice}\`\`\`\n`)
    })
  })

  describe("09-asking-a-person.ts", () => {
    let script = ""
    beforeAll(async () => {
      script = await bundle("examples/09-asking-a-person.ts")
    })

    it("orders what was given, and what is typed", async () => {
      const given = await run(script, ["lunch", "--defaults", "--answer", "dish=other: cake"], { cwd: folder })
      const typed = await run(script, ["lunch", "--new", "--lines"], {
        cwd: folder,
        input: "2\ny\nHigh Street 5\n"
      })

      assert.deepStrictEqual([given.code, given.stdout], [0, "cake\n"])
      assert.deepStrictEqual([typed.code, typed.stdout], [0, "salad, to High Street 5\n"])
    })

    it("hands its questions to whoever calls, and says what is missing where nobody is", async () => {
      const waiting = await run(script, ["lunch", "--new", "--agent", "handoff"], { cwd: folder })
      const nobody = await run(script, ["lunch", "--new"], { cwd: folder })

      assert.deepStrictEqual([waiting.code, nobody.code], [42, 2])
      assert.include(nobody.stderr, "--defaults")
    })
  })

  describe("14-strategy-of-a-program.ts", () => {
    let script = ""
    let place = ""
    beforeAll(async () => {
      script = await bundle("examples/14-strategy-of-a-program.ts")
    })
    beforeEach(() => {
      place = fs.mkdtempSync(join(folder, "handbook-"))
      fs.mkdirSync(join(place, "api/agents"), { recursive: true })
      fs.writeFileSync(join(place, "api/agents/tester.md"), "---\nname: tester\ndescription: Tests\n---\n\n# Tester\n")
    })
    const enhance = (...args: ReadonlyArray<string>) =>
      run(script, ["agent-enhance", "api/agents/tester.md", ...args, "--json"], { cwd: place })
    const output = (ended: Ended) => JSON.parse(ended.stdout).output

    it("names its strategies beside those of the program", async () => {
      const { stdout } = await run(script, ["agent-enhance", "--help"], { cwd: place })
      const wrong = await enhance("--strategy", "none")

      const help = stdout.replaceAll(/\s+/g, " ")
      assert.include(help, "ai: an agent is asked; static: keywords decide; hybrid: ai, and static where that fails;")
      assert.include(
        help,
        "handbook: what handbook.md says; careful: handbook, and static where that fails " +
          "(ai | static | hybrid | handbook | careful)"
      )
      assert.include(help, "--careful The same as --strategy careful")
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.stdout, "handbook")
    })

    it("writes what the handbook says, without asking anybody", async () => {
      fs.writeFileSync(join(place, "handbook.md"), "## Best Practices\n\nName every case.\n")

      const ended = await enhance("--strategy", "handbook", "--no-split")

      const { fellBack, sections, strategy } = output(ended)
      assert.deepStrictEqual([ended.code, strategy, fellBack, sections], [0, "handbook", false, [
        "best_practices",
        "boundaries"
      ]])
      assert.include(
        fs.readFileSync(join(place, "api/agents/tester.md"), "utf8"),
        "## Best Practices\n\nName every case."
      )
    })

    it("fails in its own words, or falls back on another's strategy and says why", async () => {
      const alone = await enhance("--handbook")
      const careful = await enhance("--careful")

      assert.strictEqual(alone.code, 1)
      const { error } = JSON.parse(alone.stdout)
      assert.deepStrictEqual([error.tag, error.fix], [
        "NoContent",
        "Write down in handbook.md what your agents are to do."
      ])
      const { fellBack, sections, strategy, warnings } = output(careful)
      assert.deepStrictEqual([careful.code, strategy, fellBack], [0, "careful", true])
      assert.deepStrictEqual(sections, ["related_templates", "boundaries"])
      assert.match(warnings[0].message, /^Fell back on static: NoContent: There is no content for the agent: handbook/)
    })
  })

  describe("15-answers-that-agree.ts", () => {
    let script = ""
    beforeAll(async () => {
      script = await bundle("examples/15-answers-that-agree.ts")
    })

    it("asks again for what does not agree, below the reason", async () => {
      const { code, stderr, stdout } = await run(script, ["stay", "--lines"], {
        cwd: folder,
        input: "2026-05-02\n2026-05-01\ny\n1\n2026-05-20\n2\n"
      })

      assert.deepStrictEqual([code, stdout], [0, "The large room until 2026-05-20\n"])
      assert.include(stderr, "You would leave before you arrive\n\nWhen do you leave?\n")
      assert.include(stderr, "There is a cat in the small room\n\nWhich room?\n")
    })

    it("says what does not agree where nobody can be asked", async () => {
      const given = ["arrival=2026-05-02", "departure=2026-05-01", "dog=yes", "room=small"]
      const { code, stderr } = await run(
        script,
        ["stay", "--new", ...given.flatMap((answer) => ["--answer", answer])],
        { cwd: folder }
      )

      assert.strictEqual(code, 1)
      assert.include(stderr, "/departure: You would leave before you arrive")
      assert.include(stderr, "/room: There is a cat in the small room")
    })
  })

  describe("13-a-command-line.ts", () => {
    let script = ""
    beforeAll(async () => {
      script = await bundle("examples/13-a-command-line.ts")
    })

    it("asks, and serves what was answered", async () => {
      const asked = await run(script, ["tea", "--guests", "3"], { cwd: folder })
      const served = await run(script, ["answer", "@last", "--file", "-"], { cwd: folder, input: "\"green\"" })

      assert.strictEqual(asked.code, 42)
      assert.deepStrictEqual([served.code, served.stdout], [0, "600 ml of green tea\n"])
    })

    it("boils what there is when there is not enough water", async () => {
      const { code, stderr } = await run(script, ["tea", "--guests", "12"], { cwd: folder })

      assert.strictEqual(code, 42)
      assert.include(stderr, "There is not enough water for 12 cups")
      assert.include(stderr, "2000 ml")
    })
  })
})
