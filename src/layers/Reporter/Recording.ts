/**
 * Remembers every event: for tests.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { Reporter } from "../../pipeline/Reporter.ts"
import type { RunEvent } from "../../pipeline/RunEvent.ts"

/**
 * Adds each event to the end of a list that the caller keeps.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (events: Array<RunEvent>): Layer.Layer<never> =>
  Layer.succeed(Reporter, { report: (event) => Effect.sync(() => void events.push(event)) })
