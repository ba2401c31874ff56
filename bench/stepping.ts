/** Durable steps, one after the other, on any journal; and an append and a sync of each result by hand. */
import { Effect, type Layer, Schema } from "effect"
import { type Journal, Pipeline, Run, Step } from "effect-cairn"
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { fresh } from "./folder.ts"
import { Marks } from "./Marks.ts"
import { line, result } from "./result.ts"

export const stepping = (count: number) => {
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
  const pipeline = Pipeline.fromSteps("steps", {
    input: Schema.Void,
    steps: Array.from({ length: count }, (_, index) => ({ key: `step-${index}`, unit: step, select: () => index }))
  })
  return {
    marks,
    on: async <E>(layer: Layer.Layer<Journal.Journal, E>): Promise<number> => {
      marks.clear()
      await Effect.runPromise(Effect.provide(Run.start(pipeline, undefined), layer))
      return marks.gap()
    },
    byHand: (): number => {
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
  }
}
