/**
 * Plain lines: for pipes, logs and terminals that cannot redraw.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { Reporter } from "../../pipeline/Reporter.ts"
import type { RunEvent } from "../../pipeline/RunEvent.ts"
import type * as Summary from "../../pipeline/Summary.ts"
import * as paint from "./paint.ts"
import * as transcript from "./transcript.ts"

/**
 * Where the lines go, and how they look.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly write: (text: string) => void
  readonly colors?: boolean
  /** What is said beside the name of a run that goes on, such as how to begin anew. */
  readonly hint?: string
  /** The summary of a run after an event, where somebody else makes it; without it, it is made here. */
  readonly summary?: (event: RunEvent) => Summary.Summary
}

/**
 * Shows `Step 3/10: Assigning modes...` when a step begins and `   ✓ /task-work: 5, direct: 3` when it has ended.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<never> =>
  Layer.sync(Reporter, () => {
    const lines = transcript.make(paint.make(options.colors === true), options)
    return {
      report: (event) =>
        Effect.sync(() => {
          const text = lines(event)
          if (text.length > 0) options.write(`${text.join("\n")}\n`)
        })
    }
  })
