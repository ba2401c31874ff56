/**
 * What a step says of its result.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import type { Definition } from "./Step.ts"

/**
 * What a step says of its result, if it says anything; a summary that throws says nothing.
 *
 * @category accessors
 * @since 0.1.0
 */
export const summaryOf = (step: Definition, value: unknown): { readonly summary?: string } => {
  if (Option.isNone(step.summary)) return {}
  try {
    return { summary: step.summary.value(value as never) }
  } catch {
    return {}
  }
}
