/**
 * Shows what happens in a run, while it happens.
 *
 * @since 0.1.0
 */
import { Context, Effect } from "effect"
import type { RunEvent } from "./RunEvent.ts"

/**
 * Receives every event, a durable one only after it is durable. It cannot fail and must not make the run wait; by
 * default nobody listens.
 *
 * @category services
 * @since 0.1.0
 */
export class Reporter extends Context.Reference<Reporter>()("effect-cairn/pipeline/Reporter", {
  defaultValue: (): { readonly report: (event: RunEvent) => Effect.Effect<void> } => silent
}) {}

/**
 * The reporter that shows nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const silent: { readonly report: (event: RunEvent) => Effect.Effect<void> } = { report: () => Effect.void }

/**
 * Shows every event to each of the reporters, in their order.
 *
 * @category combinators
 * @since 0.1.0
 */
export const all = (
  ...reporters: ReadonlyArray<{ readonly report: (event: RunEvent) => Effect.Effect<void> }>
): { readonly report: (event: RunEvent) => Effect.Effect<void> } => ({
  report: (event) => Effect.forEach(reporters, (reporter) => reporter.report(event), { discard: true })
})
