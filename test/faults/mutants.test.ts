import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import type { Said } from "../cli/calling.ts"
import { temporary } from "../cli/command.ts"
import * as Mutants from "./mutants.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const refused: Said = {
  code: 1,
  stdout:
    "{\"status\":\"failed\",\"error\":{\"tag\":\"ReportEmpty\",\"message\":\"it is empty\",\"fix\":\"Fill it.\"}}",
  stderr: ""
}

describe("whatever the programs read", { timeout: 120_000 }, () => {
  it.live("they do their work, or say what is wrong with it", () =>
    Effect.gen(function*() {
      const seed = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000)

      const { note, violations } = yield* Mutants.tried({ folder, seed, count: 40 })

      assert.deepStrictEqual(violations, [])
      assert.match(note ?? "", /\d+ ended with 0, \d+ ended with 1.* ended with 65/)
    }))

  const planted: ReadonlyArray<readonly [bug: string, said: (cwd: string) => Said]> = [
    ["has a bug", () => ({ ...refused, code: 70 })],
    ["says nothing of what is wrong", () => ({ ...refused, stdout: refused.stdout.replace("Fill it.", "") })],
    ["shows where in the code it was", () => ({ ...refused, stderr: "Error\n    at read (main.mjs:1:2)\n" })],
    ["passes on what moves the cursor", () => ({ ...refused, stderr: "failed: \u001B[2J" })],
    ["writes beside its folder", (cwd) => {
      fs.writeFileSync(join(cwd, "../theirs"), "")
      return refused
    }],
    ["changes what it reads", (cwd) => {
      fs.appendFileSync(join(cwd, "report.md"), "x")
      return refused
    }]
  ]
  const triedOn = (said: (cwd: string) => Said) =>
    Mutants.tried({ folder, seed: 1, count: 40 }, (cwd) => (words) =>
      Effect.sync(() =>
        words.includes("--strategy")
          ? { ...refused, stdout: JSON.stringify({ requests: [{ id: "a" }] }) }
          : said(cwd)
      ))

  it.live("is true of a command that refuses all of it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* triedOn(() => refused)).violations, [])
    }))

  for (const [bug, said] of planted) {
    it.live(`is not true of a command that ${bug}, and that is found`, () =>
      Effect.gen(function*() {
        assert.isNotEmpty((yield* triedOn(said)).violations)
      }))
  }
})
