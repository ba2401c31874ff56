/** Sixteen steps at a time, beside sixteen writers that share their syncs by hand. */
import { Effect, Schema } from "effect"
import { JournalFile, Pipeline, Run, Step } from "effect-cairn"
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { fresh } from "./folder.ts"
import { Marks } from "./Marks.ts"
import { line, result } from "./result.ts"
import { compare } from "./rounds.ts"
import { micros, type Row, times } from "./table.ts"

const width = 16

export const fanOut = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const marks = new Marks(count)

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
  const pipeline = Pipeline.make("fan-out", { input: Schema.Void }).pipe(
    Pipeline.forEach("steps", step, () => Array.from({ length: count }, (_, index) => index), {
      key: String,
      concurrency: width,
      discard: true
    })
  )
  const ours = async () => {
    marks.clear()
    await Effect.runPromise(Effect.provide(Run.start(pipeline, undefined), JournalFile.layer({ home: fresh() })))
    return marks.gap(width)
  }

  /** Whoever comes first writes for all that come in the same turn. */
  const byHand = async () => {
    marks.clear()
    const descriptor = openSync(fresh(), "a")
    let waiting: Array<() => void> = []
    const write = () => {
      const batch = waiting
      waiting = []
      writeSync(descriptor, Buffer.concat(batch.map(() => line)))
      fdatasyncSync(descriptor)
      for (const done of batch) done()
    }
    let begun = 0
    const worker = async () => {
      while (begun < count) {
        begun++
        marks.take()
        await new Promise<void>((resolve) => {
          if (waiting.push(resolve) === 1) queueMicrotask(write)
        })
      }
    }
    await Promise.all(Array.from({ length: width }, worker))
    closeSync(descriptor)
    return marks.gap(width)
  }

  const compared = await compare(rounds, ours, byHand)
  return [{
    what: `durable step, ${width} at a time`,
    ours: micros(compared.ours),
    beside: `${micros(compared.limit)}  group commit`,
    ratio: times(compared.ratio, 3.5)
  }]
}
