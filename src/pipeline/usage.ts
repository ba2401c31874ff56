/**
 * What answers have cost, added up.
 *
 * @since 0.1.0
 */
import type { Usage } from "./RunEvent.ts"

export const none: Usage = { requests: 0, ms: 0 }

/** The sum of two; what only one of them knows of is what that one knows. */
export const add = (one: Usage, other: Usage | undefined): Usage => {
  if (other === undefined) return one
  const sum = (key: "inputTokens" | "outputTokens" | "usd") =>
    one[key] === undefined && other[key] === undefined ? {} : { [key]: (one[key] ?? 0) + (other[key] ?? 0) }
  return {
    requests: one.requests + other.requests,
    ms: one.ms + other.ms,
    ...sum("inputTokens"),
    ...sum("outputTokens"),
    ...sum("usd")
  }
}
