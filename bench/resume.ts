/**
 * Going on behind finished steps, beside reading the same file by hand: each side in a new process in every round, with
 * the same modules loaded, where the clock starts once they are; and both in one process that has done it before, which
 * is what the code costs once it is compiled.
 */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { fresh } from "./folder.ts"
import { compare, type Compared } from "./rounds.ts"
import { millis, type Row, times } from "./table.ts"

export const resume = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const home = fresh()
  const inProcess = (...args: ReadonlyArray<string>): unknown =>
    JSON.parse(
      execFileSync(process.execPath, [join(import.meta.dirname, "resumeOnce.mjs"), ...args], { encoding: "utf8" })
    )
  const row = (what: string, compared: Compared): Row => ({
    what: `resume behind ${count} steps${what}`,
    ours: millis(compared.ours),
    beside: `${millis(compared.limit)}  read, check, JSON.parse`,
    ratio: times(compared.ratio, 2)
  })
  const once = (side: "ours" | "by-hand") => () => Number(inProcess(side, home, String(count)))

  once("ours")()
  return [
    row("", await compare(rounds, once("ours"), once("by-hand"))),
    row(", again", inProcess("again", home, String(count), String(2 * rounds)) as Compared)
  ]
}
