/**
 * Going on behind finished steps, beside reading the same file by hand. Each side has a new process in every round, with
 * the same modules loaded; the clock starts once they are.
 */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { fresh } from "./folder.ts"
import { compare } from "./rounds.ts"
import { millis, type Row, times } from "./table.ts"

export const resume = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const home = fresh()
  const inProcess = (side: "write" | "ours" | "by-hand") =>
    Number(
      execFileSync(process.execPath, [join(import.meta.dirname, "resumeOnce.mjs"), side, home, String(count)], {
        encoding: "utf8"
      })
    )

  inProcess("write")
  const compared = await compare(rounds, () => inProcess("ours"), () => inProcess("by-hand"))
  return [{
    what: `resume behind ${count} steps`,
    ours: millis(compared.ours),
    beside: `${millis(compared.limit)}  read, check, JSON.parse`,
    ratio: times(compared.ratio, 2)
  }]
}
