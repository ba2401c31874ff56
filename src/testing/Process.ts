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
  private readonly beforeEach: () => void

  constructor(under: Scheduler.Scheduler, beforeEach: () => void) {
    this.under = under
    this.beforeEach = beforeEach
  }

  shouldYield(fiber: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    return this.under.shouldYield(fiber)
  }

  scheduleTask(task: Scheduler.Task, priority: number, fiber?: Fiber.RuntimeFiber<unknown, unknown>): void {
    if (this.isDead) return
    this.under.scheduleTask(
      () => {
        if (!this.isDead) this.beforeEach()
        if (!this.isDead) task()
      },
      priority,
      fiber
    )
  }
}

/**
 * Runs something in a process of its own, with all its fibers. `kill` ends it on the spot; what is given then is nothing.
 * `endsAt` is asked whenever one of its fibers goes on after it has waited for something, and ends it there if it says so.
 *
 * @category running
 * @since 0.1.0
 */
export const run = <A, E, R>(
  body: (kill: Effect.Effect<never>) => Effect.Effect<A, E, R>,
  endsAt: () => boolean = () => false
): Effect.Effect<Option.Option<Exit.Exit<A, E>>, never, R> =>
  Effect.gen(function*() {
    const ended = yield* Deferred.make<Option.Option<Exit.Exit<A, E>>>()
    const die = () => {
      scheduler.isDead = true
      Deferred.unsafeDone(ended, Exit.succeed(Option.none()))
    }
    const scheduler: MortalScheduler = new MortalScheduler(
      yield* FiberRef.get(FiberRef.currentScheduler),
      () => endsAt() ? die() : undefined
    )
    // Not `Effect.never`, which holds a timer: a dead process holds nothing.
    const kill = Effect.zipRight(Effect.sync(die), Effect.async<never>(() => {}))
    const fiber = yield* Effect.forkDaemon(Effect.withScheduler(body(kill), scheduler))
    fiber.addObserver((exit) => Deferred.unsafeDone(ended, Exit.succeed(Option.some(exit))))
    return yield* Effect.onInterrupt(Deferred.await(ended), () => Fiber.interrupt(fiber))
  })
