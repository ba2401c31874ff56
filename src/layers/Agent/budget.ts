/**
 * What a run may spend on answers. What it has spent is in its checkpoint, so that a budget holds however often the run
 * is stopped.
 *
 * @since 0.1.0
 */
import { Effect, Option, Ref } from "effect"
import { CurrentStep } from "../../pipeline/CurrentStep.ts"
import type { Usage } from "../../pipeline/RunEvent.ts"
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
 * What one answer is expected to take.
 *
 * @category models
 * @since 0.1.0
 */
export type Estimate = Record<keyof Limits, number>

/**
 * Lets a question be asked while that stays within the limits. What is being asked side by side counts with its
 * estimate, so that a fan-out does not spend more than a sequence would.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (limits: Limits): Effect.Effect<
  (question: string, estimate: Estimate) => <A, E, R>(
    asking: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | BudgetExceeded, R>
> =>
  Effect.map(Ref.make<Estimate>({ requests: 0, tokens: 0, usd: 0 }), (reserved) => (question, estimate) => {
    const reserve = Effect.gen(function*() {
      const spent = Option.match(yield* CurrentStep, {
        onNone: () => Effect.succeed<Usage>({ requests: 0, ms: 0 }),
        onSome: (step) => step.spent
      })
      const { inputTokens = 0, outputTokens = 0, requests, usd = 0 } = yield* spent
      const recorded = { requests, tokens: inputTokens + outputTokens, usd }
      const refusal = yield* Ref.modify(reserved, (open) => {
        const limit = names.find((name) => {
          const allowed = limits[name]
          return allowed !== undefined && recorded[name] + open[name] + estimate[name] > allowed
        })
        return limit === undefined
          ? [Option.none<BudgetExceeded>(), plus(open, estimate, 1)] as const
          : [
            Option.some(
              new BudgetExceeded({
                question,
                limit,
                allowed: limits[limit] ?? 0,
                spent: recorded[limit] + open[limit],
                estimate: estimate[limit]
              })
            ),
            open
          ] as const
      })
      if (Option.isSome(refusal)) return yield* refusal.value
    })
    return (asking) =>
      Effect.acquireUseRelease(reserve, () => asking, () => Ref.update(reserved, (open) => plus(open, estimate, -1)))
  })

const names = ["requests", "tokens", "usd"] as const

const plus = (one: Estimate, other: Estimate, sign: 1 | -1): Estimate => ({
  requests: one.requests + sign * other.requests,
  tokens: one.tokens + sign * other.tokens,
  usd: one.usd + sign * other.usd
})
