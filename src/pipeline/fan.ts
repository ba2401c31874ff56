// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Several units side by side, none of which is interrupted because of another.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { asking, gravity, type Stop } from "./Executor.ts"
import { isReady, type Running } from "./ready.ts"

/**
 * Runs `count` units, so many at a time, and waits for all that began. After a failure or a bug nothing new begins; a
 * question stops nothing. Of several ends the gravest counts, and among equals the first in order. `ended` is told of
 * each that succeeded or failed: who asks, or goes back, has done neither.
 *
 * @category running
 * @since 0.1.0
 */
export const fan = (
  count: number,
  concurrency: number,
  run: (index: number) => Running,
  options: { readonly keep: boolean; readonly ended: (succeeded: boolean) => Effect.Effect<void> }
): Running<ReadonlyArray<unknown>> =>
  Effect.suspend(() => {
    const values: Array<unknown> = []
    let stop: { readonly index: number; readonly of: Stop } | undefined
    const questions: Array<ReadonlyArray<string>> = []
    let begun = 0

    const succeeded = (index: number, value: unknown) => {
      if (options.keep) values[index] = value
      return options.ended(true)
    }
    const failed = (index: number, of: Stop) => {
      questions[index] = of.asking
      if (
        stop === undefined || of.gravity > stop.of.gravity || (of.gravity === stop.of.gravity && index < stop.index)
      ) stop = { index, of }
      return of.gravity < gravity.failed ? Effect.void : options.ended(false)
    }
    const worker: Effect.Effect<void, never, unknown> = Effect.suspend(() => {
      // oxlint-disable-next-line no-unmodified-loop-condition -- other workers modify it
      while (begun < count && (stop === undefined || stop.of.gravity === gravity.asking)) {
        const index = begun++
        const running = run(index)
        if (!isReady(running)) {
          return Effect.matchEffect(running, {
            onFailure: (stop) => goOn(failed(index, stop)),
            onSuccess: (value) => goOn(succeeded(index, value))
          })
        }
        const told = succeeded(index, running.value)
        if (!isReady(told)) return goOn(told)
      }
      return Effect.void
    })
    const goOn = (told: Effect.Effect<void>) => isReady(told) ? worker : Effect.zipRight(told, worker)
    const workers = Math.min(concurrency, count)
    const work = workers <= 1
      ? worker
      : Effect.forEach(Array.from({ length: workers }), () => worker, { concurrency: "unbounded", discard: true })
    return Effect.flatMap(work, () =>
      stop === undefined
        ? Effect.succeed(values)
        : Effect.fail(stop.of.gravity === gravity.asking ? asking(questions.flat()) : stop.of))
  })
