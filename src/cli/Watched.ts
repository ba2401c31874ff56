/**
 * What the command itself needs to know of a run that it started: which one it is, and how far it came.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type { RunEvent } from "../pipeline/RunEvent.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Watched {
  run: string | null
  program: string | null
  of: number
  /** The numbers of the steps that ended well. */
  readonly done: Set<number>
  /** The numbered steps that are under way, by path. */
  readonly active: Map<string, string>
}

/** @category constructors */
export const make = (): Watched => ({ run: null, program: null, of: 0, done: new Set(), active: new Map() })

/**
 * A reporter that only remembers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reporter = (watched: Watched): { readonly report: (event: RunEvent) => Effect.Effect<void> } => ({
  report: (event) =>
    Effect.sync(() => {
      switch (event._tag) {
        case "RunStarted":
        case "RunResumed":
          watched.run = event.run ?? watched.run
          watched.program = event.program ?? watched.program
          watched.of = event.of
          return
        case "StepStarted":
          if (event.number !== undefined) watched.active.set(event.path, event.title ?? event.path)
          return
        case "StepSucceeded":
        case "Reused":
        case "Skipped":
          if (event.number !== undefined) watched.done.add(event.number)
          watched.active.delete(event.path)
          return
        case "StepFailed":
          watched.active.delete(event.path)
      }
    })
})
