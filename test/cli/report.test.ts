import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { at, isJson, run, temporary } from "./command.ts"
import { call } from "./within.ts"

const made = temporary()
let cwd = ""
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
})

const said = (args: string, columns?: number) =>
  Effect.suspend(() =>
    call(args.split(" "), { cwd, env: { NO_COLOR: "1" }, ...(columns === undefined ? {} : { columns }) })
  )

describe("report", () => {
  it.live("writes the page to stdout, or to a file whose name it prints", () =>
    Effect.gen(function*() {
      yield* said("fixture --how fail -q")

      const page = yield* said("report")
      const named = yield* said("report fixture -o run.html", 80)
      const again = yield* said("report @last --output run.html")

      assert.deepStrictEqual([page.code, page.stderr], [0, ""])
      assert.match(page.stdout, /^<!doctype html>\n<html lang="en">[^]*<\/html>\n$/)
      assert.include(page.stdout, "It was refused by the door")
      assert.include(page.stdout, "Try --how done")
      assert.include(page.stdout, "fixture resume fixture-e756d750-1<")
      assert.deepStrictEqual([named, again], [
        { code: 0, stdout: "run.html\n", stderr: "" },
        { code: 0, stdout: "run.html\n", stderr: "" }
      ])
      const still = (html: string) => html.replaceAll(/ at \d{4}-.*?\. Times/g, " Times")
      assert.strictEqual(still(fs.readFileSync(join(cwd, "run.html"), "utf8")), still(page.stdout))
      // Nothing that it was drafted in is left.
      assert.deepStrictEqual(fs.readdirSync(cwd).filter((name) => name.startsWith("run")), ["run.html"])
    }))

  it.live("changes nothing of the run", () =>
    Effect.gen(function*() {
      yield* said("fixture --how ask -q")
      const folder = join(cwd, ".cairn/runs", fs.readdirSync(join(cwd, ".cairn/runs"))[0] ?? "")
      const bytes = () =>
        fs.readdirSync(folder, { withFileTypes: true }).map((entry) => [
          entry.name,
          entry.isFile() ? fs.readFileSync(join(folder, entry.name), "base64") : ""
        ])
      const before = bytes()

      const { stdout } = yield* said("report")

      assert.deepStrictEqual(bytes(), before)
      assert.include(stdout, "Which word?")
      assert.include(stdout, "fixture answer fixture-319313e0-1 second --file FILE")
      assert.include(stdout, "waiting for an answer")
    }))

  it.live("is not for a terminal, and is no folder", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")
      fs.mkdirSync(join(cwd, "out"))

      assert.deepStrictEqual(yield* said("report", 80), {
        code: 2,
        stdout: "",
        stderr: "error  A page of HTML is nothing to read on a terminal.\n" +
          "fix    fixture report fixture-d840db8f-1 --output fixture-d840db8f-1.html\n"
      })
      assert.deepStrictEqual(yield* said("report -o out"), {
        code: 2,
        stdout: "",
        stderr: "error  out is a folder, and the page is one file.\n" +
          "fix    fixture report fixture-d840db8f-1 --output out/fixture-d840db8f-1.html\n"
      })
      const nowhere = yield* said("report -o no/run.html")
      assert.deepStrictEqual([nowhere.code, nowhere.stdout], [74, ""])
      assert.include(nowhere.stderr, "no/run.html")
      assert.deepStrictEqual(fs.readdirSync(join(cwd, "out")), [])
    }))

  it.live("is one document with --json", () =>
    Effect.gen(function*() {
      yield* said("fixture --how done -q")

      const { html, ...whole } = isJson((yield* said("report --json", 80)).stdout) as { readonly html: string }
      const named = isJson((yield* said("report --json -o run.html")).stdout)

      const of = { schema: "cairn.report/1", run: "fixture-d840db8f-1", program: "fixture", status: "done" }
      assert.deepStrictEqual(whole, { ...of, file: null, bytes: Buffer.byteLength(html) })
      const file = join(cwd, "run.html")
      assert.deepStrictEqual(named, { ...of, file, bytes: fs.statSync(file).size })
      // Whoever opens the page is a person.
      assert.notInclude(html, "--json")
    }))
})

describe("the process", () => {
  const cairn = at("dist/bin/cairn.mjs")
  let cwd = ""
  beforeAll(async () => {
    cwd = fs.mkdtempSync(join(made, "process-"))
    await run(cairn, ["selftest", "chain", "--steps", "300", "--effects", "effects.jsonl", "-q"], { cwd })
  })

  it("writes a page into a pipe, whole, and bears that nobody reads on", async () => {
    const whole = await run(cairn, ["report"], { cwd })
    const cut = await run(cairn, [], {
      cwd,
      shell: `'${process.execPath}' '${cairn}' report | head -c 1; echo "\${PIPESTATUS[0]}" >&2; exit;`
    })

    assert.deepStrictEqual([whole.code, whole.stderr], [0, ""])
    assert.isAbove(whole.stdout.length, 128 * 1024)
    assert.isTrue(whole.stdout.endsWith("</html>\n"))
    assert.deepStrictEqual([cut.stdout, cut.stderr], ["<", "0\n"])
  })

  it("writes into what is there and no file, and into the file that a link leads to", async () => {
    const piped = await run(cairn, ["report", "-o", "pipe"], {
      cwd,
      // The pipe is opened for both, so that nothing waits if it is not.
      shell: "mkfifo pipe; (timeout 30 head -c 15 <> pipe > got; touch read) & "
    })
    while (!fs.existsSync(join(cwd, "read"))) await new Promise((resolve) => setTimeout(resolve, 20))
    fs.writeFileSync(join(cwd, "target.html"), "")
    fs.symlinkSync("target.html", join(cwd, "link.html"))
    const linked = await run(cairn, ["report", "-o", "link.html"], { cwd })

    assert.isTrue(fs.lstatSync(join(cwd, "pipe")).isFIFO(), piped.stderr)
    assert.strictEqual(fs.readFileSync(join(cwd, "got"), "utf8"), "<!doctype html>")
    assert.deepStrictEqual([linked.code, linked.stdout], [0, "link.html\n"])
    assert.isTrue(fs.lstatSync(join(cwd, "link.html")).isSymbolicLink())
    assert.isTrue(fs.readFileSync(join(cwd, "target.html"), "utf8").endsWith("</html>\n"))
  })

  it("gives the file the rights that files of the user have", async () => {
    const ended = await run(cairn, ["report", "-o", "page.html"], { cwd, shell: "umask 027;" })

    assert.deepStrictEqual(ended, { code: 0, stdout: "page.html\n", stderr: "" })
    assert.strictEqual(fs.statSync(join(cwd, "page.html")).mode & 0o777, 0o640)
  })
})
