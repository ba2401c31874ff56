/**
 * Going on behind finished steps, where the process was killed, beside reading the same file by hand: each side in a new
 * process in every round, with the same modules loaded, where the clock starts once they are; and both in one process that
 * has done it before, which is what the code costs once it is compiled.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"
import { fresh } from "./folder.ts"
import { compare, type Compared } from "./rounds.ts"
import { millis, type Row, times } from "./table.ts"

export const resume = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const home = fresh()
  const args = (...args: ReadonlyArray<string>) => [join(import.meta.dirname, "resumeOnce.mjs"), ...args, String(count)]
  const inProcess = (...given: ReadonlyArray<string>): unknown =>
    JSON.parse(execFileSync(process.execPath, args(...given), { encoding: "utf8" }))
  const row = (what: string, compared: Compared): Row => ({
    what: `resume behind ${count} steps${what}`,
    ours: millis(compared.ours),
    beside: `${millis(compared.limit)}  read, check, JSON.parse`,
    ratio: times(compared.ratio, 2)
  })
  const once = (side: "ours" | "by-hand") => () => Number(inProcess(side, home))

  const { signal } = spawnSync(process.execPath, args("killed", home))
  if (signal !== "SIGKILL") throw new Error("the run to go on with was not killed at its last step")
  return [
    row("", await compare(rounds, once("ours"), once("by-hand"))),
    row(", again", inProcess("again", home, String(2 * rounds)) as Compared)
  ]
}
