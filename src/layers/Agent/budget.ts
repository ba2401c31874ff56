/**
 * What a run may spend on answers. What it has spent is in its checkpoint, so that a budget holds however often the run
 * is stopped.
 *
 * @since 0.1.0
 */
import { Clock, Deferred, Effect, Either, Exit, Option, Ref } from "effect"
import { CurrentStep } from "../../pipeline/CurrentStep.ts"
import type { Usage } from "../../pipeline/RunEvent.ts"
import * as Usages from "../../pipeline/usage.ts"
import { BudgetExceeded } from "../Agent.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  readonly requests?: number | undefined
  /** Of input and output together. */
  readonly tokens?: number | undefined
  readonly usd?: number | undefined
}

/**
 * What one request takes, or is expected to take.
 *
 * @category models
 * @since 0.1.0
 */
export type Amount = Record<keyof Limits, number>

/**
 * What a reply took, as far as that is known.
 *
 * @category models
 * @since 0.1.0
 */
export type Taken = Pick<Usage, "inputTokens" | "outputTokens" | "usd">

/**
 * @category models
 * @since 0.1.0
 */
export interface Budget {
  /**
   * Makes one request, if it stays within the limits together with what was spent and what is under way; where only
   * that is in its way, it waits for it. What the request took is counted, also where it failed or was interrupted.
   * `estimate` is told what was spent so far.
   */
  readonly spend: <A, E, R>(
    question: string,
    estimate: (spent: Usage) => Amount,
    request: Effect.Effect<A, E, R>,
    taken: (reply: A) => Taken
  ) => Effect.Effect<A, E | BudgetExceeded, R>
}

/** What is under way, and who wants to know when that changes. */
interface Open {
  readonly reserved: Amount
  readonly changed: Deferred.Deferred<void>
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (limits: Limits): Effect.Effect<Budget> =>
  Effect.gen(function*() {
    const open = yield* Ref.make<Open>({ reserved: nothing, changed: yield* Deferred.make<void>() })
    // Outside of a run nobody else counts.
    const own = yield* Ref.make(Usages.none)
    const turn = yield* Effect.makeSemaphore(1)

    const spent = Effect.flatMap(
      CurrentStep,
      Option.match({ onNone: () => Ref.get(own), onSome: (step) => step.spent })
    )
    const count = (usage: Usage) =>
      Effect.flatMap(
        CurrentStep,
        Option.match({
          onNone: () => Ref.update(own, (all) => Usages.add(all, usage)),
          onSome: (step) => step.spend(usage)
        })
      )

    /** Takes from the limits what a request may take, or says what to wait for, or why it cannot be made. */
    const take = Effect.fnUntraced(function*(
      question: string,
      estimate: (spent: Usage) => Amount
    ): Effect.fn.Return<Either.Either<Amount, Deferred.Deferred<void>>, BudgetExceeded> {
      const usage = yield* spent
      const before = amountOf(usage)
      const expected = estimate(usage)
      const { changed, reserved } = yield* Ref.get(open)
      const exceeds = (underWay: Amount) => (name: keyof Limits) =>
        before[name] + underWay[name] + expected[name] > (limits[name] ?? Infinity)
      const limit = names.find(exceeds(nothing))
      if (limit !== undefined) {
        return yield* new BudgetExceeded({
          question,
          limit,
          allowed: limits[limit] ?? 0,
          spent: before[limit],
          estimate: expected[limit]
        })
      }
      if (names.some(exceeds(reserved))) return Either.left(changed)
      yield* Ref.set(open, { changed, reserved: sum(reserved, expected, 1) })
      return Either.right(expected)
    }, turn.withPermits(1))

    const reserve = (
      question: string,
      estimate: (spent: Usage) => Amount,
      restore: <A>(waiting: Effect.Effect<A>) => Effect.Effect<A>
    ): Effect.Effect<Amount, BudgetExceeded> =>
      Effect.flatMap(
        take(question, estimate),
        Either.match({
          onLeft: (changed) => Effect.zipRight(restore(Deferred.await(changed)), reserve(question, estimate, restore)),
          onRight: (expected) => Effect.succeed(expected)
        })
      )

    const settle = (expected: Amount, usage: Usage) =>
      turn.withPermits(1)(Effect.gen(function*() {
        yield* count(usage)
        const changed = yield* Deferred.make<void>()
        const before = yield* Ref.getAndUpdate(open, ({ reserved }) => ({
          changed,
          // Not by sums alone, of which fractions of a cent would be left over.
          reserved: reserved.requests <= expected.requests ? nothing : sum(reserved, expected, -1)
        }))
        yield* Deferred.succeed(before.changed, undefined)
      }))

    return {
      spend: (question, estimate, request, taken) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function*() {
            const expected = yield* reserve(question, estimate, restore)
            const began = yield* Clock.currentTimeMillis
            return yield* Effect.onExit(restore(request), (exit) =>
              Effect.flatMap(Clock.currentTimeMillis, (now) =>
                settle(expected, {
                  requests: 1,
                  ms: now - began,
                  ...Exit.match(exit, { onFailure: () => ({}), onSuccess: taken })
                })))
          })
        )
    }
  })

const names = ["requests", "tokens", "usd"] as const

const nothing: Amount = { requests: 0, tokens: 0, usd: 0 }

const amountOf = ({ inputTokens = 0, outputTokens = 0, requests, usd = 0 }: Usage): Amount => ({
  requests,
  tokens: inputTokens + outputTokens,
  usd
})

const sum = (one: Amount, other: Amount, sign: 1 | -1): Amount => ({
  requests: one.requests + sign * other.requests,
  tokens: one.tokens + sign * other.tokens,
  usd: one.usd + sign * other.usd
})
