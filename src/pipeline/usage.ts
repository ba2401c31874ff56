/**
 * What answers have cost, added up.
 *
 * @since 0.1.0
 */
import type { DurableEvent, Usage } from "./RunEvent.ts"

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

/** What was spent at each path and below it, whatever became of the executions that spent it. */
export const byPath = (events: ReadonlyArray<DurableEvent>): ReadonlyMap<string, Usage> => {
  const spent = new Map<string, Usage>()
  for (const event of events) {
    if (!("usage" in event && "path" in event)) continue
    const keys = event.path.split("/")
    keys.forEach((_, index) => {
      const path = keys.slice(0, index + 1).join("/")
      spent.set(path, add(spent.get(path) ?? none, event.usage))
    })
  }
  return spent
}
