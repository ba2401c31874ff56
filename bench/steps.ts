/** Durable steps, one after the other, beside an append and a sync of each result by hand. */
import { Effect, Schema } from "effect"
import { JournalFile, Pipeline, Run, Step } from "effect-cairn"
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { fresh } from "./folder.ts"
import { Marks } from "./Marks.ts"
import { line, result } from "./result.ts"
import { compare, median } from "./rounds.ts"
import { micros, type Row, times } from "./table.ts"

export const steps = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const marks = new Marks(count)
  const growth: Array<number> = []

  const step = Step.make("step", {
    title: "Stepping",
    input: Schema.Number,
    success: Schema.String,
    run: () =>
      Effect.sync(() => {
        marks.take()
        return result
      })
  })
  const pipeline = Pipeline.fromSteps("steps", {
    input: Schema.Void,
    steps: Array.from({ length: count }, (_, index) => ({ key: `step-${index}`, unit: step, select: () => index }))
  })
  const ours = async () => {
    marks.clear()
    await Effect.runPromise(Effect.provide(Run.start(pipeline, undefined), JournalFile.layer({ home: fresh() })))
    growth.push(marks.growth())
    return marks.gap()
  }

  const byHand = () => {
    marks.clear()
    const descriptor = openSync(fresh(), "a")
    for (let index = 0; index < count; index++) {
      marks.take()
      writeSync(descriptor, line)
      fdatasyncSync(descriptor)
    }
    closeSync(descriptor)
    return marks.gap()
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
