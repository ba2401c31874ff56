// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Several units side by side, none of which is interrupted because of another.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import { asking, gravity, type Stop } from "./Executor.ts"
import { isReady, type Running } from "./ready.ts"

/**
 * Runs `count` units, so many at a time, and waits for all that began. After a failure or a bug nothing new begins; a
 * question stops nothing. Of several ends the gravest counts, and among equals the first in order.
 *
 * @category running
 * @since 0.1.0
 */
export const fan = (
  count: number,
  concurrency: number,
  run: (index: number) => Running,
  keep: boolean
): Running<ReadonlyArray<unknown>> =>
  Effect.suspend(() => {
    const values: Array<unknown> = []
    let stop: { readonly index: number; readonly of: Stop } | undefined
    const questions: Array<ReadonlyArray<string>> = []
    let begun = 0

    const end = (index: number, result: Either.Either<unknown, Stop>) => {
      if (Either.isRight(result)) {
        if (keep) values[index] = result.right
        return
      }
      const of = result.left
      questions[index] = of.asking
      if (
        stop === undefined || of.gravity > stop.of.gravity || (of.gravity === stop.of.gravity && index < stop.index)
      ) stop = { index, of }
    }
    const worker: Effect.Effect<void, never, unknown> = Effect.suspend(() => {
      // oxlint-disable-next-line no-unmodified-loop-condition -- other workers modify it
      while (begun < count && (stop === undefined || stop.of.gravity === gravity.asking)) {
        const index = begun++
        const running = run(index)
        if (isReady(running)) end(index, Either.right(running.value))
        else {
          return Effect.matchEffect(running, {
            onFailure: (stop) => (end(index, Either.left(stop)), worker),
            onSuccess: (value) => (end(index, Either.right(value)), worker)
          })
        }
      }
      return Effect.void
    })
    const workers = Math.min(concurrency, count)
    const work = workers <= 1
      ? worker
      : Effect.forEach(Array.from({ length: workers }), () => worker, { concurrency: "unbounded", discard: true })
    return Effect.flatMap(work, () =>
      stop === undefined
        ? Effect.succeed(values)
        : Effect.fail(stop.of.gravity === gravity.asking ? asking(questions.flat()) : stop.of))
  })
