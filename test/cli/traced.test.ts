import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { join } from "node:path"
import { bundle, type Child, isJson, run, temporary } from "./command.ts"

const folder = temporary()
let traced = ""
beforeAll(async () => {
  traced = await bundle("test/cli/traced.ts")
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe("a command with a tracer among its layers", () => {
  const ways: ReadonlyArray<readonly [how: string, code: number, trees: ReadonlyArray<string>]> = [
    ["done", 0, ["traced ok", "  end ok", "    in end ok"]],
    ["fail", 1, ["traced error", "  end error"]],
    ["ask", 42, ["traced ok", "  end ok"]],
    ["wait", 130, ["traced interrupted", "  end interrupted"]]
  ]
  for (const where of ["--inside", "--outside"]) {
    for (const [how, code, trees] of ways) {
      it(`has ended every span before the tracer is closed, with ${where} and ${code}`, async () => {
        const cwd = fs.mkdtempSync(join(folder, "home-"))
        const started = async (child: Child) => {
          await child.until(() => fs.existsSync(join(cwd, "waiting")))
          child.kill("SIGINT")
        }

        const ended = await run(traced, ["traced", "--how", how, where], {
          cwd,
          ...(how === "wait" ? { started } : {})
        })

        assert.strictEqual(ended.code, code, ended.stderr)
        assert.deepStrictEqual(isJson(fs.readFileSync(join(cwd, "traces.json"), "utf8")), trees)
      })
    }
  }

  it("is traced once more when a question is answered, and not without a tracer", async () => {
    const cwd = fs.mkdtempSync(join(folder, "home-"))
    const path = join(cwd, "traces.json")
    await run(traced, ["traced", "--how", "ask", "--inside"], { cwd })
    fs.rmSync(path)

    const answered = await run(traced, ["answer", "@last", "--file", "-"], { cwd, input: "\"go on\"" })

    assert.strictEqual(answered.code, 0, answered.stderr)
    assert.deepStrictEqual(isJson(fs.readFileSync(path, "utf8")), ["traced ok", "  end ok"])
    fs.rmSync(path)
    assert.strictEqual((await run(traced, ["traced", "--how", "done"], { cwd })).code, 0)
    assert.isFalse(fs.existsSync(path))
  })
})
