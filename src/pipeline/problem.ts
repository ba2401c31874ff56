/**
 * Turns what a step or a run ended with into what is recorded and shown of it.
 *
 * @since 0.1.0
 */
import { Cause, Either, Option } from "effect"
import type { Codec } from "./Codec.ts"
import type { Failure, Problem } from "./RunEvent.ts"

/** What is kept of a text that nobody bounded. */
const bounded = (text: string): string => text.length <= 2000 ? text : `${text.slice(0, 2000)}…`

/**
 * @category conversions
 * @since 0.1.0
 */
export const fromCause = (cause: Cause.Cause<unknown>, codec?: Codec): Problem =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => fromDefect(Option.getOrElse(Cause.dieOption(cause), () => new Error("interrupted from within"))),
    onSome: (error) => fromError(error, codec)
  })

/**
 * @category conversions
 * @since 0.1.0
 */
export const fromError = (error: unknown, codec?: Codec): typeof Failure.Type => {
  const value = codec === undefined ? Option.none() : Either.getRight(codec.encode(error))
  return {
    _tag: "Failure",
    tag: text(error, "_tag") ?? "Error",
    message: bounded(text(error, "message") ?? String(error)),
    ...optional("fix", text(error, "fix")),
    ...Option.match(value, { onNone: () => ({}), onSome: (value) => ({ value }) })
  }
}

/**
 * @category conversions
 * @since 0.1.0
 */
const fromDefect = (defect: unknown): Problem => ({
  _tag: "Defect",
  name: text(defect, "name") ?? typeof defect,
  message: bounded(text(defect, "message") ?? String(defect)),
  frames: (text(defect, "stack") ?? "").split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 10)
    .map((line) => line.trim())
})

const text = (value: unknown, key: string): string | undefined => {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined
  const property: unknown = Reflect.get(value, key)
  return typeof property === "string" ? property : undefined
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the key is in the result
const optional = <K extends string>(key: K, value: string | undefined) =>
  value === undefined ? {} : { [key]: bounded(value) } as { readonly [P in K]: string }
