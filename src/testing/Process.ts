/**
 * A process that can be killed, as far as that can be played within another: after a kill nothing in it moves any more,
 * no finalizer runs, and what it had made durable is all that it leaves.
 *
 * @since 0.1.0
 */
import { Deferred, Effect, Exit, Fiber, FiberRef, Option, type Scheduler } from "effect"

/** Lets nothing begin any more, once it is dead. */
class MortalScheduler implements Scheduler.Scheduler {
  isDead = false
  private readonly under: Scheduler.Scheduler

  constructor(under: Scheduler.Scheduler) {
    this.under = under
  }

  shouldYield(fiber: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    return this.under.shouldYield(fiber)
  }

  scheduleTask(task: Scheduler.Task, priority: number, fiber?: Fiber.RuntimeFiber<unknown, unknown>): void {
    if (this.isDead) return
    this.under.scheduleTask(() => this.isDead ? undefined : task(), priority, fiber)
  }
}

/**
 * Runs something in a process of its own, with all its fibers. `kill` ends it on the spot; what is given then is nothing.
 *
 * @category running
 * @since 0.1.0
 */
export const run = <A, E, R>(
  body: (kill: Effect.Effect<never>) => Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<Exit.Exit<A, E>>, never, R> =>
  Effect.gen(function*() {
    const scheduler = new MortalScheduler(yield* FiberRef.get(FiberRef.currentScheduler))
    const ended = yield* Deferred.make<Option.Option<Exit.Exit<A, E>>>()
    const die = Effect.sync(() => {
      scheduler.isDead = true
      Deferred.unsafeDone(ended, Exit.succeed(Option.none()))
    })
    // Not `Effect.never`, which holds a timer: a dead process holds nothing.
    const kill = Effect.zipRight(die, Effect.async<never>(() => {}))
    const fiber = yield* Effect.forkDaemon(Effect.withScheduler(body(kill), scheduler))
    fiber.addObserver((exit) => Deferred.unsafeDone(ended, Exit.succeed(Option.some(exit))))
    return yield* Effect.onInterrupt(Deferred.await(ended), () => Fiber.interrupt(fiber))
  })
