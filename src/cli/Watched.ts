/**
 * What the command itself needs to know of a run that it started: which one it is, and how far it came.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type { RunEvent } from "../pipeline/RunEvent.ts"
import * as Summary from "../pipeline/Summary.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Watched {
  summary: Summary.Summary
  /** How many answers the run keeps, where it was interrupted. */
  answers: number
}

/** @category constructors */
export const make = (): Watched => ({ summary: Summary.empty, answers: 0 })

/**
 * Keeps the summary after each event, for whoever shows it.
 *
 * @category folding
 * @since 0.1.0
 */
export const summary = (watched: Watched) => (event: RunEvent): Summary.Summary =>
  watched.summary = Summary.apply(watched.summary, event)

/**
 * A reporter that only remembers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reporter = (watched: Watched): { readonly report: (event: RunEvent) => Effect.Effect<void> } => ({
  report: (event) => Effect.sync(() => void summary(watched)(event))
})
