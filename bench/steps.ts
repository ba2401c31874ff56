/** Durable steps, one after the other, beside an append and a sync of each result by hand. */
import { JournalFile } from "effect-cairn"
import { fresh } from "./folder.ts"
import { compare, median } from "./rounds.ts"
import { stepping } from "./stepping.ts"
import { micros, type Row, times } from "./table.ts"

export const steps = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const { byHand, marks, on } = stepping(count)
  const growth: Array<number> = []
  const ours = async () => {
    const gap = await on(JournalFile.layer({ home: fresh() }))
    growth.push(marks.growth())
    return gap
  }

  const compared = await compare(rounds, ours, byHand)
  return [
    {
      what: `durable step, ${count} of them`,
      ours: micros(compared.ours),
      beside: `${micros(compared.limit)}  append + fdatasync`,
      ratio: times(compared.ratio, 1.5)
    },
    { what: "  its last tenth by its first", ours: "", beside: "", ratio: times(median(growth), 1.1) }
  ]
}
