/** Steps, one after the other, beside writing each result by hand. */
import { JournalFile } from "effect-cairn"
import { fresh } from "./folder.ts"
import { compare, median } from "./rounds.ts"
import { type ByHand, stepping } from "./stepping.ts"
import { micros, type Row, times } from "./table.ts"

export const steps = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const { byHand, marks, on } = stepping(count)
  const growth: Array<number> = []
  const ours = async (durability: JournalFile.Durability) => {
    const gap = await on(JournalFile.layer({ home: fresh(), durability }))
    if (durability === "power") growth.push(marks.growth())
    return gap
  }
  const measured = async (what: string, ours: () => number | Promise<number>, limit: ByHand, target?: number) => {
    const compared = await compare(rounds, ours, () => byHand(limit))
    return {
      what,
      ours: micros(compared.ours),
      beside: `${micros(compared.limit)}  ${limit === "without a sync" ? "append" : limit}`,
      ratio: times(compared.ratio, target)
    }
  }

  return [
    await measured("by hand, grown ahead", () => byHand("grown ahead"), "append + fdatasync"),
    await measured(`durable step, ${count} of them`, () => ours("power"), "append + fdatasync", 1.5),
    { what: "  its last tenth by its first", ours: "", beside: "", ratio: times(median(growth), 1.1) },
    await measured("  that survives the process only", () => ours("process"), "without a sync", 10)
  ]
}
