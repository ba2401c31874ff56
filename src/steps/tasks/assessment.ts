/**
 * How a task should be done, how hard it is, and of what kind.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { type Draft, Mode } from "../review/Draft.ts"
import * as keywords from "./keywords.ts"

/** @category models */
export const Assessment = Schema.Struct({
  implementationMode: Mode,
  /** From 1 to 10; null where the report itself named the mode. */
  complexityAnalyzed: Schema.NullOr(Schema.Number),
  riskLevel: Schema.NullOr(Schema.Literal("low", "medium", "high")),
  taskType: Schema.String
})
export type Assessment = typeof Assessment.Type

/** @category constructors */
export const assess = (draft: Draft): Assessment => {
  const text = `${draft.title} ${draft.description}`.toLowerCase()
  const taskType = keywords.types.find(({ words }) => words.some((word) => text.includes(word)))?.type ?? "feature"
  if (draft.explicitMode !== null) {
    return { implementationMode: draft.explicitMode, complexityAnalyzed: null, riskLevel: null, taskType }
  }
  const hits = (words: ReadonlyArray<string>) => words.filter((word) => text.includes(word)).length
  const low = hits(keywords.lowRisk)
  const high = hits(keywords.highRisk)
  const complexity = analyzed(draft, low, high)
  const risky = low > 0 ? hits(keywords.alwaysHighRisk) > 0 : high > 0
  const many = draft.files.length > 3
  return {
    implementationMode: complexity >= 6 || risky ? "task-work" : complexity <= 3 || !many ? "direct" : "task-work",
    complexityAnalyzed: complexity,
    riskLevel: risky ? "high" : complexity >= 4 ? "medium" : "low",
    taskType
  }
}

const analyzed = ({ complexity, files }: Draft, low: number, high: number): number => {
  let result = complexity
  if (low > high) result = Math.max(1, result - low)
  else if (high > 0) result = Math.min(10, result + high)
  if (files.length > 5) result = Math.min(10, result + 2)
  else if (files.length > 3) result = Math.min(10, result + 1)
  const extensions = new Set(files.map((file) => file.slice(file.lastIndexOf(".") + 1)))
  if (extensions.size > 3) result = Math.min(10, result + 1)
  return Math.max(1, Math.min(10, result))
}
