// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Effects that are values already. What can be had without waiting is had in a plain loop, so that ten thousand finished
 * steps cost milliseconds.
 *
 * @since 0.1.0
 */
import { Effect, type Exit } from "effect"
import type { Stop } from "./Executor.ts"

/** What is under way in a pipeline. */
export type Running<A = unknown> = Effect.Effect<A, Stop, unknown>

/** An effect that is a value already. */
export const isReady = <A>(running: Running<A>): running is Exit.Success<A, never> =>
  "_tag" in running && running._tag === "Success"

/** Goes on with a value: at once, where it is there already. */
export const chain = <A, B>(running: Running<A>, f: (value: A) => Running<B>): Running<B> =>
  isReady(running) ? f(running.value) : Effect.flatMap(running, f)
