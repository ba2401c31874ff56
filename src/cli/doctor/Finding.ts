/**
 * One thing that was looked at, and how it is.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/**
 * @category schemas
 * @since 0.1.0
 */
export const Finding = Schema.Struct({
  /** What was looked at: `node`, `effect`, `store`, ... */
  name: Schema.String,
  status: Schema.Literal("ok", "warning", "problem"),
  message: Schema.String,
  /** What to do about it; null where there is nothing to do. */
  fix: Schema.NullOr(Schema.String)
})
export type Finding = typeof Finding.Type

/** @category constructors */
export const ok = (name: string, message: string): Finding => ({ name, status: "ok", message, fix: null })

/** @category constructors */
export const warning = (name: string, message: string, fix: string): Finding => ({
  name,
  status: "warning",
  message,
  fix
})

/** @category constructors */
export const problem = (name: string, message: string, fix: string): Finding => ({
  name,
  status: "problem",
  message,
  fix
})
