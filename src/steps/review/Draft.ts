/**
 * A recommendation as the report gives it, before anything is decided about it.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/** @category models */
export const Mode = Schema.Literal("task-work", "direct", "manual")
export type Mode = typeof Mode.Type

/** @category models */
export const Draft = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  description: Schema.String,
  files: Schema.Array(Schema.String),
  complexity: Schema.Number,
  /** As written; null where the report's form has no place for it. */
  effortEstimate: Schema.NullOr(Schema.String),
  effortDays: Schema.Number,
  explicitMode: Schema.NullOr(Mode),
  dependencies: Schema.Array(Schema.String)
})
export type Draft = typeof Draft.Type

/** What holds of a recommendation of which a report says nothing more. */
export const plain = {
  files: [],
  complexity: 5,
  effortEstimate: null,
  effortDays: 1,
  explicitMode: null,
  dependencies: []
} as const

/**
 * A recommendation and where it stands.
 *
 * @category models
 */
export interface Entry {
  readonly draft: Draft
  /** From 1. */
  readonly line: number
}

/** @category models */
export const Strategy = Schema.Literal("phase-table", "numbered", "bulleted", "table", "headings")
export type Strategy = typeof Strategy.Type

/** @category models */
export const Warning = Schema.Struct({
  code: Schema.String,
  message: Schema.String,
  where: Schema.optional(Schema.String)
})
export type Warning = typeof Warning.Type

/** @category models */
export const Found = Schema.Struct({
  strategy: Strategy,
  subtasks: Schema.NonEmptyArray(Draft),
  warnings: Schema.Array(Warning)
})
export type Found = typeof Found.Type
