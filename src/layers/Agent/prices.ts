/**
 * What models cost, in US dollars for a million tokens, as their makers published it in November 2025. It is an estimate to
 * keep a budget by, not a bill; a price that is given overrides it.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface Price {
  readonly input: number
  readonly output: number
}

/**
 * When the table was made.
 *
 * @category constants
 * @since 0.1.0
 */
export const dated = "2025-11"

/** By the beginning of a model's name; the longest that fits counts. */
const table: Readonly<Record<string, Price>> = {
  "claude-opus-4-5": { input: 5, output: 25 },
  "claude-opus-4": { input: 15, output: 75 },
  "claude-sonnet-4": { input: 3, output: 15 },
  "claude-haiku-4-5": { input: 1, output: 5 },
  "claude-3-5-haiku": { input: 0.8, output: 4 },
  "gpt-5": { input: 1.25, output: 10 },
  "gpt-5-mini": { input: 0.25, output: 2 },
  "gpt-5-nano": { input: 0.05, output: 0.4 },
  "gpt-4.1": { input: 2, output: 8 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6 },
  "gpt-4o": { input: 2.5, output: 10 },
  "gpt-4o-mini": { input: 0.15, output: 0.6 }
}

/**
 * The price of a model, where it is known.
 *
 * @category accessors
 * @since 0.1.0
 */
export const priceOf = (model: string): Option.Option<Price> =>
  Option.fromNullable(
    Object.entries(table)
      .filter(([name]) => model.startsWith(name))
      .sort(([a], [b]) => b.length - a.length)[0]?.[1]
  )

/**
 * What so many tokens cost.
 *
 * @category accessors
 * @since 0.1.0
 */
export const cost = ({ input, output }: Price, inputTokens: number, outputTokens: number): number =>
  (input * inputTokens + output * outputTokens) / 1e6
