/** The commands about runs as processes of the command as it was built, each once. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { join } from "node:path"
import { chain, start, within } from "../faults/child.ts"
import { isJson, temporary } from "./command.ts"

const made = temporary()
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))

describe("the built command", { timeout: 120_000 }, () => {
  it("looks at runs, goes on with them, copies and removes them", () =>
    within(made, async (cwd) => {
      const says = async (...args: ReadonlyArray<string>) => {
        const { code, stderr, stdout } = await start(cwd, args).ended
        assert.deepStrictEqual([code, stderr], [0, ""], args.join(" "))
        return isJson(stdout) as Record<string, unknown>
      }
      const ofSteps = (document: Record<string, unknown>, what: string) =>
        (document["steps"] as ReadonlyArray<Record<string, unknown>>).map((step) => step[what])
      const file = join(cwd, "run.jsonl")
      await start(cwd, chain(3)).ended

      const { runs: [only] } = await says("runs", "--json") as { runs: [{ run: string; status: string }] }
      const { run, status } = only
      assert.strictEqual(status, "done")
      assert.deepStrictEqual(ofSteps(await says("show", run, "--json"), "status"), ["done", "done", "done"])
      assert.deepStrictEqual(ofSteps(await says("plan", run, "--from", "s2", "--json"), "plan"), [
        "cached",
        "will run",
        "will run",
        "will run"
      ])
      assert.deepInclude(await says("export", run, "--output", file, "--json"), { run, records: 6 })
      const { run: fork } = await says("fork", run, "--from", "s3", "--json")
      assert.deepInclude(await says("resume", String(fork), "--json", "--progress", "none"), {
        run: fork,
        status: "done"
      })
      assert.deepInclude(await says("resume", run, "--from", "s2", "--json", "--progress", "none"), { status: "done" })
      const removed = await says("rm", run, "--json")
      assert.deepStrictEqual((removed["removed"] as ReadonlyArray<{ run: string }>).map(({ run }) => run), [run])
      assert.deepInclude(await says("import", file, "--json"), { run, status: "done" })
      const collected = await says("gc", "--keep", "1", "--json")
      assert.lengthOf(collected["removed"] as ReadonlyArray<unknown>, 1)
      const notes = fs.readFileSync(join(cwd, "notes.jsonl"), "utf8")
      // Three steps; then the last one for the fork; then the last two again.
      assert.lengthOf(notes.match(/"ev":"start"/g) ?? [], 6)
    }))
})
