// @effect-diagnostics anyUnknownInErrorContext:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Undoes what the finished steps of a failed run have done.
 *
 * @since 0.1.0
 */
import { Effect, Exit, Option } from "effect"
import type { Stop } from "./Executor.ts"
import type { JournalExecutor } from "./JournalExecutor.ts"
import * as problem from "./problem.ts"
import { Secrets } from "./Secrets.ts"

/**
 * Undoes what an executor has passed, the last first, each undo durable before the next. One that fails is recorded and
 * stops the rest.
 *
 * @category running
 * @since 0.1.0
 */
export const compensate = (executor: JournalExecutor): Effect.Effect<void, Stop, unknown> =>
  Effect.gen(function*() {
    const secrets = yield* Secrets
    for (const { input, path, step, value } of executor.undoables.splice(0).reverse()) {
      if (Option.isNone(step.compensate)) continue
      const exit = yield* Effect.exit(step.compensate.value(value as never, input as never))
      const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const ended = Exit.isSuccess(exit) ? {} : { problem: problem.fromCause(exit.cause, secrets) }
      yield* executor.record({ _tag: "Compensated", at, path, ...ended })
      if (Exit.isFailure(exit)) return
    }
  })
