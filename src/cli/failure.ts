/**
 * A failure in the words that people and programs are given: what happened, why, what to do, where.
 *
 * @since 0.1.0
 */
import { Cause, Either, Option, Schema } from "effect"
import { messageOf } from "../pipeline/messageOf.ts"
import * as printable from "../pipeline/printable.ts"
import * as problem from "../pipeline/problem.ts"
import type { App } from "./App.ts"
import * as exitCode from "./exitCode.ts"
import type { Home } from "./home.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Failure {
  readonly code: number
  readonly tag: string
  readonly message: string
  /** What lies behind it, where the error says that apart. */
  readonly why: Option.Option<string>
  readonly fix: string
  readonly details: unknown
}

/**
 * What there is to say of a cause that is not an interruption.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromCause = (
  cause: Cause.Cause<unknown>,
  name: string,
  home: Pick<Home, "option">,
  exitCodes: App["exitCodes"] = {}
): Failure =>
  Option.match(Cause.failureOption(cause), {
    onSome: (error) => fromError(error, (fix) => named(fix, name, home), exitCodes),
    onNone: () => {
      const defect = Cause.squash(cause)
      return {
        code: exitCode.bug,
        tag: "Defect",
        message: `This is a bug, not something you did: ${messageOf(defect)}`,
        why: Option.none(),
        fix: "Repeat the command with --verbose and report what it shows. Everything that was finished is kept.",
        details: {}
      }
    }
  })

const fromError = (error: unknown, named: (fix: string) => string, exitCodes: App["exitCodes"]): Failure => {
  const tag = textOf(error, "_tag") ?? (error instanceof Error ? error.name : "Failure")
  const message = problem.said(error) || tag
  return {
    code: exitCode.ofFailure(tag, exitCodes),
    tag,
    message,
    why: Option.filter(Option.fromNullable(textOf(error, "why")), (why) => !message.includes(why)),
    fix: named(textOf(error, "fix") ?? "Correct what it names, then repeat the command."),
    details: detailsOf(error)
  }
}

/**
 * The kernel's texts call the command `cairn`: they must name the one that was called, and a command that ends a line,
 * as those to paste do, the folder of its checkpoints.
 */
const named = (text: string, name: string, home: Pick<Home, "option">): string => {
  // What names it in full already is left alone.
  const names = [name, name.replace(/^npx /, "")].map((word) => word.replaceAll(/[^\w\s]/g, "\\$&"))
  const command = new RegExp(`(?<![-/\\w])(?:${names.join("|")}|cairn) (?=[a-z])`, "g")
  return text.split("\n").map((line) =>
    line
      .replace(/(?<![-/\w])cairn [a-z].*[^.]$/, (command) => `${command}${home.option}`)
      .replace(command, () => `${name} `)
  ).join("\n")
}

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
 * One part of what is said of a failure, behind its name.
 *
 * @category rendering
 * @since 0.1.0
 */
export const part = (name: string, text: string, columns: number): ReadonlyArray<string> =>
  printable.text(text).split("\n").flatMap((line, index) =>
    printable.wrap(`${index === 0 ? name.padEnd(7) : " ".repeat(7)}${line}`, columns, 7)
  )

/**
 * The lines that a person reads.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toText = (
  { fix, message, why }: Failure,
  where: Option.Option<string>,
  options: { readonly red: (text: string) => string; readonly columns: number }
): string => {
  const { columns, red } = options
  const lines = [
    ...part("error", message, columns),
    ...Option.match(why, { onNone: () => [], onSome: (why) => part("why", why, columns) }),
    ...part("fix", fix, columns),
    ...Option.match(where, { onNone: () => [], onSome: (where) => part("where", where, columns) })
  ]
  return lines.map((line) => `${line}\n`).join("").replace(/^error/, red)
}
