/**
 * What models cost, in US dollars for a million tokens, as public pages had it in October 2026, some from one source only.
 * It is an estimate to keep a budget by, not a bill: discounts, caches and long prompts are left out. A price that is given counts instead.
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
export const dated = "October 2026"

const table: Readonly<Record<string, readonly [input: number, output: number]>> = {
  "claude-fable-5-1": [10, 50],
  "claude-fable-5": [10, 50],
  "claude-opus-5-5": [4, 20],
  "claude-opus-5": [5, 25],
  "claude-opus-4-8": [5, 25],
  "claude-opus-4-7": [5, 25],
  "claude-opus-4-6": [5, 25],
  "claude-opus-4-5": [5, 25],
  "claude-opus-4-1": [15, 75],
  "claude-sonnet-5-5": [2, 10],
  "claude-sonnet-5": [2, 10],
  "claude-sonnet-4-6": [3, 15],
  "claude-sonnet-4-5": [3, 15],
  "claude-haiku-4-5": [1, 5],
  "gpt-6.1-sol": [2, 10],
  "gpt-6-astra": [10, 50],
  "gpt-6-sol": [2, 10],
  "gpt-6-luna": [0.1, 0.5],
  "gpt-5.6-sol": [4, 20],
  "gpt-5.6-terra": [2, 12],
  "gpt-5.6-luna": [0.2, 1.2],
  "gpt-5": [1.25, 10],
  "gpt-5-mini": [0.25, 2],
  "gpt-5-nano": [0.05, 0.4],
  "gpt-4.1": [2, 8],
  "gpt-4.1-mini": [0.4, 1.6],
  "gpt-4o": [2.5, 10],
  "gpt-4o-mini": [0.15, 0.6]
}

/**
 * The price of a model, where it is known. A name may end with a date; what ends otherwise is another model, whatever it
 * begins with.
 *
 * @category accessors
 * @since 0.1.0
 */
export const priceOf = (model: string): Option.Option<Price> => {
  const name = model.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "")
  return Object.hasOwn(table, name)
    ? Option.map(Option.fromNullable(table[name]), ([input, output]) => ({ input, output }))
    : Option.none()
}

/**
 * What so many tokens cost.
 *
 * @category accessors
 * @since 0.1.0
 */
export const cost = ({ input, output }: Price, inputTokens: number, outputTokens: number): number =>
  (input * inputTokens + output * outputTokens) / 1e6
