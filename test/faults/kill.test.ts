import { afterAll, assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import { join } from "node:path"
import { at, temporary } from "../cli/command.ts"
import * as Notes from "./notes.ts"
import { seeded } from "./random.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Runs the built command until it ends, or until it is killed once it has written so many bytes of notes more. */
const call = async (cwd: string, args: ReadonlyArray<string>, after?: number) => {
  const child = spawn(process.execPath, [at("dist/bin/cairn.mjs"), ...args], {
    cwd,
    stdio: ["ignore", "pipe", "ignore"]
  })
  let stdout = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  const written = () => fs.statSync(join(cwd, "notes.jsonl"), { throwIfNoEntry: false })?.size ?? 0
  const before = written()
  const timer = setInterval(() => {
    if (after !== undefined && written() >= before + after) child.kill("SIGKILL")
  }, 1)
  const [code] = await once(child, "close")
  clearInterval(timer)
  return { killed: child.signalCode === "SIGKILL", code, stdout }
}

describe("selftest, killed with -9 again and again", { timeout: 120_000 }, () => {
  for (
    const { args, width } of [{ args: ["--steps", "60"], width: 1 }, {
      args: ["--steps", "48", "--width", "4"],
      width: 4
    }]
  ) {
    it(`keeps every result, ${width} at a time`, async () => {
      const seed = Number(process.env.CAIRN_SEED ?? Date.now() % 1_000_000)
      const random = seeded(seed)
      const cwd = fs.mkdtempSync(join(folder, "chain-"))
      const command = ["selftest", "chain", ...args, "--effects", "notes.jsonl", "--json", "--progress", "none"]

      let stops = 0
      let end = await call(cwd, command, 200 + random() * 2500)
      while (end.killed && stops < 40) {
        stops++
        // Killed after its last record, the run is done, and the same command would begin another.
        const concluded = Notes.read(join(cwd, "notes.jsonl")).some(({ ev }) => ev === "final")
        const next = concluded ? ["resume", "@last", "--json", "--progress", "none"] : command
        end = await call(cwd, next, stops < 20 ? 200 + random() * 2500 : undefined)
      }

      assert.strictEqual(end.code, 0, `seed ${seed}`)
      assert.isAbove(stops, 0, `seed ${seed}: it was never stopped`)
      const { output } = JSON.parse(end.stdout)
      const notes = Notes.read(join(cwd, "notes.jsonl"))
      assert.deepStrictEqual(Notes.violations(notes, output.results, { stops, width }), [], `seed ${seed}`)
      assert.strictEqual(fs.readdirSync(join(cwd, ".cairn/runs")).length, 1)
    })
  }
})
