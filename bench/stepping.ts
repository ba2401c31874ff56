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
    byHand: (how: ByHand): number => {
      marks.clear()
      const descriptor = openSync(fresh(), how === "grown ahead" ? "w" : "a")
      if (how === "grown ahead") {
        writeSync(descriptor, Buffer.alloc(count * line.length))
        fdatasyncSync(descriptor)
      }
      for (let index = 0; index < count; index++) {
        marks.take()
        writeSync(descriptor, line, 0, line.length, how === "grown ahead" ? index * line.length : null)
        if (how !== "without a sync") fdatasyncSync(descriptor)
      }
      closeSync(descriptor)
      return marks.gap()
    }
  }
}

/** A line for each result: behind the others, in place of zeros, or as fast as the system takes it. */
export type ByHand = "append + fdatasync" | "grown ahead" | "without a sync"
