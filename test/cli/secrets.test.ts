import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { join } from "node:path"
import { bundle, contents, isJson, run, temporary } from "./command.ts"

const folder = temporary()
let leaky = ""
beforeAll(async () => {
  leaky = await bundle("test/cli/leaky.ts")
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const canary = "canary/ü&\"?"

describe("a secret among the settings of a command", () => {
  const ways: ReadonlyArray<readonly [how: string, code: number]> = [
    ["fail", 1],
    ["bug", 70],
    ["ask", 42],
    ["log", 0],
    ["tell", 70],
    ["print", 0],
    ["annotate", 0],
    ["span", 70],
    ["retry", 1],
    ["header", 1]
  ]
  for (const [how, code] of ways) {
    it(`is in no file and in no stream where a step would ${how} it`, async () => {
      const cwd = fs.mkdtempSync(join(folder, "home-"))
      for (const options of [["--json", "--progress", "json"], ["--verbose", "--progress", "lines"]]) {
        const ended = await run(leaky, ["leaky", "--how", how, ...options], { cwd, env: { LEAKY_KEY: canary } })

        const page = await run(leaky, ["report", "-o", "run.html"], { cwd })

        assert.strictEqual(page.code, 0, page.stderr)
        const all = `${ended.stdout}\n${ended.stderr}\n${contents(cwd)}`
        assert.strictEqual(ended.code, code, all)
        assert.notInclude(all, "canary")
        assert.notInclude(all, encodeURIComponent("ü"))
        for (const before of ["", "a", "ab"]) {
          const inside = Buffer.from(before + canary).toString("base64").slice(
            before === "" ? 0 : before.length + 1,
            -4
          )
          assert.notInclude(all, inside)
        }
        // Whatever a step writes to stdout, that is for the one document.
        if (options.includes("--json")) isJson(ended.stdout)
      }
    })
  }
})
