/**
 * Turns what a step or a run ended with into what is recorded and shown of it.
 *
 * @since 0.1.0
 */
import { Cause, Either, Option } from "effect"
import type { Codec } from "./Codec.ts"
import { isTooLong } from "./limit.ts"
import type { Failure, Problem } from "./RunEvent.ts"
import type { Remembered } from "./Secrets.ts"

/**
 * @category conversions
 * @since 0.1.0
 */
export const fromCause = (cause: Cause.Cause<unknown>, secrets: Remembered, codec?: Codec): Problem =>
  Option.match(Cause.failureOption(cause), {
    onNone: () =>
      fromDefect(Option.getOrElse(Cause.dieOption(cause), () => new Error("interrupted from within")), secrets),
    onSome: (error) => fromError(error, secrets, codec)
  })

/**
 * @category conversions
 * @since 0.1.0
 */
export const fromError = (error: unknown, secrets: Remembered, codec?: Codec): typeof Failure.Type => {
  const fix = text(error, "fix")
  // One that is too long for a checkpoint, or for whoever would recover from it, is told in words only.
  const value = codec === undefined ? Option.none() : Option.filter(
    Either.getRight(codec.encode(error)),
    (json) => !isTooLong(JSON.stringify(json) ?? "")
  )
  return {
    _tag: "Failure",
    tag: text(error, "_tag") ?? "Error",
    message: shown(said(error), secrets),
    ...(fix === undefined ? {} : { fix: shown(fix, secrets) }),
    ...Option.match(value, { onNone: () => ({}), onSome: (value) => ({ value: secrets.scrub(value) }) })
  }
}

/**
 * What an error says. Where its class gives it no words, Effect tells its fields: its tag goes before them.
 *
 * @category accessors
 * @since 0.1.0
 */
export const said = (error: unknown): string => {
  const tag = text(error, "_tag")
  const message = text(error, "message") ?? (tag === undefined ? String(error) : "")
  const [fields, inner = ""] = /^\{ (.*) \}$/s.exec(message) ?? []
  if (tag === undefined || (fields === undefined && message !== "")) return message
  return inner === "" ? tag : `${tag} ${fields}`
}

const fromDefect = (defect: unknown, secrets: Remembered): Problem => ({
  _tag: "Defect",
  name: shown(text(defect, "name") ?? typeof defect, secrets),
  message: shown(text(defect, "message") ?? String(defect), secrets),
  frames: (text(defect, "stack") ?? "").split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 10)
    .map((line) => shown(line.trim(), secrets))
})

/** What is kept of a text that nobody bounded. */
const shown = (text: string, secrets: Remembered): string => {
  const clean = secrets.scrub(text)
  return clean.length <= 2000 ? clean : `${clean.slice(0, 2000)}…`
}

/** The text of a property, which may be worked out by foreign code. */
const text = (value: unknown, key: string): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined
  try {
    const property: unknown = Reflect.get(value, key)
    return typeof property === "string" ? property : undefined
  } catch {
    return undefined
  }
}
