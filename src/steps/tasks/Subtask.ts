/**
 * A task with all that was decided about it.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { Draft } from "../review/Draft.ts"
import { Assessment } from "./assessment.ts"

/** @category models */
export const Subtask = Schema.Struct({
  ...Draft.fields,
  ...Assessment.fields,
  /** The wave, from 1. */
  parallelGroup: Schema.NullOr(Schema.Number),
  /** The workspace, where others work beside it. */
  conductorWorkspace: Schema.NullOr(Schema.String),
  fileName: Schema.String,
  estimatedLoc: Schema.Number,
  estimatedDuration: Schema.String
})
export type Subtask = typeof Subtask.Type

/** `<id>-<title slug>.md`. */
export const fileName = ({ id, title }: { readonly id: string; readonly title: string }): string => {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 50).replace(/-$/, "")
  return slug === "" ? `${id}.md` : `${id}-${slug}.md`
}

/** Lines of code, from the complexity and the number of files. */
export const estimatedLoc = (complexity: number, files: number): number =>
  Math.floor(50 * (complexity / 5) * Math.max(1, files * 0.5))

/** A span of hours, from the complexity. */
export const estimatedDuration = (complexity: number): string =>
  complexity <= 3 ? "30 minutes - 1 hour" : complexity <= 5 ? "1-2 hours" : complexity <= 7 ? "2-4 hours" : "4-8 hours"

/** A complexity for people: what a report says may lie outside. */
export const outOfTen = (complexity: number): string => `${Math.min(10, Math.max(1, complexity))}/10`

/** What people call a mode. */
export const methodName = (mode: Subtask["implementationMode"]): string =>
  mode === "task-work" ? "/task-work" : mode === "direct" ? "Direct Claude Code" : "Manual"

/** A number of things, in words. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
