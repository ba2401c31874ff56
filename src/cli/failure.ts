/**
 * A failure in the words that people and programs are given: what happened, what to do, where.
 *
 * @since 0.1.0
 */
import { Cause, Either, Option, Schema } from "effect"
import * as exitCode from "./exitCode.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Failure {
  readonly code: number
  readonly tag: string
  readonly message: string
  readonly fix: string
  readonly details: unknown
}

/**
 * What there is to say of a cause that is not an interruption.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromCause = (cause: Cause.Cause<unknown>, name: string): Failure =>
  Option.match(Cause.failureOption(cause), {
    onSome: (error) => fromError(error, name),
    onNone: () => {
      const defect = Cause.squash(cause)
      return {
        code: exitCode.bug,
        tag: "Defect",
        message: `This is a bug, not something you did: ${defect instanceof Error ? defect.message : String(defect)}`,
        fix: "Repeat the command with --verbose and report what it shows. Everything that was finished is kept.",
        details: {}
      }
    }
  })

const fromError = (error: unknown, name: string): Failure => {
  const tag = textOf(error, "_tag") ?? (error instanceof Error ? error.name : "Failure")
  return {
    code: exitCode.ofFailure(tag),
    tag,
    message: textOf(error, "message") || tag,
    fix: named(textOf(error, "fix") ?? "Correct what it names, then repeat the command.", name),
    details: detailsOf(error)
  }
}

/** The kernel's texts call the command `cairn`; where it is part of another one, they must name that. */
const named = (text: string, name: string): string =>
  name === "cairn" ? text : text.replace(/\bcairn (?=[a-z])/g, () => `${name} `)

const textOf = (value: unknown, key: string): string | undefined => {
  const text = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
  return typeof text === "string" ? text : undefined
}

/** The fields of a typed error as its schema encodes them. */
const detailsOf = (error: unknown): unknown => {
  if (typeof error !== "object" || error === null) return {}
  const { constructor } = error
  if (!hasSchema(constructor)) return {}
  const encoded = Schema.encodeUnknownEither(constructor)(error)
  if (Either.isLeft(encoded) || typeof encoded.right !== "object" || encoded.right === null) return {}
  return Object.fromEntries(Object.entries(encoded.right).filter(([key]) => key !== "_tag"))
}

/** Errors are encoded for the checkpoint too, so that their schemas need no services. */
const hasSchema = (constructor: unknown): constructor is Schema.Schema.AnyNoContext => Schema.isSchema(constructor)

/**
 * The lines that a person reads.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toText = (failure: Failure, where: string | undefined, red: (text: string) => string): string =>
  [
    `${red("error")}  ${failure.message.replaceAll("\n", "\n       ")}`,
    `fix    ${failure.fix.replaceAll("\n", "\n       ")}`,
    ...(where === undefined ? [] : [`where  ${where}`])
  ].join("\n") + "\n"
