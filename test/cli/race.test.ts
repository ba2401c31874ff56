import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { hostname } from "node:os"
import { bundle, type Ended, run, temporary } from "./command.ts"

const folder = temporary()
let fixture = ""
beforeAll(async () => {
  fixture = await bundle("test/cli/fixture.ts")
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe("five processes that start the same new command at once", () => {
  it("are one that runs, and four that are told who has the run", async () => {
    const cwd = temporary()
    const children: Array<{ readonly kill: (signal: NodeJS.Signals) => void }> = []
    const ended: Array<Ended> = []
    let tellFour = () => {}
    const four = new Promise<void>((resolve) => {
      tellFour = resolve
    })
    const all = Array.from(
      { length: 5 },
      () =>
        run(fixture, ["fixture", "--how", "wait", "--json"], { cwd, started: (child) => void children.push(child) })
          .then((one) => {
            if (ended.push(one) === 4) tellFour()
          })
    )

    await four
    for (const child of children) child.kill("SIGTERM")
    await Promise.all(all)

    assert.deepStrictEqual(ended.map(({ code }) => code), [75, 75, 75, 75, 143])
    const errors = ended.slice(0, 4).map(({ stdout }) =>
      (JSON.parse(stdout) as { readonly error: { readonly tag: string; readonly message: string } }).error
    )
    assert.strictEqual(new Set(errors.map(({ message }) => message)).size, 1)
    assert.match(
      errors[0]?.message ?? "",
      new RegExp(`^Run "fixture-\\w{8}-1" is held by process \\d+ on ${hostname()}$`)
    )
    assert.strictEqual(fs.readdirSync(`${cwd}/.cairn/runs`).length, 1)
    // Only the one that ran has done anything.
    assert.strictEqual(fs.readFileSync(`${cwd}/first.log`, "utf8"), "first\n")
    fs.rmSync(cwd, { recursive: true, force: true })
  })
})
