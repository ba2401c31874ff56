/**
 * What an agent is found by: its technologies, its phase, what it can do, its keywords.
 *
 * @since 0.1.0
 */
import { Option, Schema } from "effect"
import type { Warning } from "../review/Draft.ts"
import { aliases, known, libraries } from "./stack.ts"

const Texts = Schema.Array(Schema.String)

/** @category schemas */
export const Metadata = Schema.Struct({
  stack: Schema.optionalWith(Texts, { exact: true }),
  phase: Schema.optionalWith(Schema.String, { exact: true }),
  capabilities: Schema.optionalWith(Texts, { exact: true }),
  keywords: Schema.optionalWith(Texts, { exact: true })
})
export type Metadata = typeof Metadata.Type

/** The fields in the order in which they are written. */
export const names = ["stack", "phase", "capabilities", "keywords"] as const

/** @category constants */
export const phases = ["implementation", "review", "testing", "orchestration", "debugging"] as const

const where = "frontmatter_metadata"

const warning = (code: string, message: string, field?: string): Warning => ({
  code: `metadata-${code}`,
  message,
  where: field === undefined ? where : `${where}.${field}`
})

/**
 * Brings the metadata of an answer into form: technologies in their one spelling, libraries among the keywords,
 * nothing twice. Every change is a warning.
 *
 * @category constructors
 */
export const normalized = (
  raw: unknown
): { readonly metadata: Option.Option<Metadata>; readonly warnings: ReadonlyArray<Warning> } => {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    const message = raw === undefined || raw === null
      ? "The answer has no metadata for the front matter"
      : "The metadata is no object and was dropped"
    return {
      metadata: Option.none(),
      warnings: [warning(raw === undefined || raw === null ? "absent" : "dropped", message)]
    }
  }
  const fields = new Map<string, unknown>(Object.entries(raw))
  const warnings: Array<Warning> = []
  const warn = (code: string, message: string, field: string) => warnings.push(warning(code, message, field))

  const texts = (field: string): ReadonlyArray<string> | undefined => {
    const value = fields.get(field)
    if (value === undefined || value === null) return undefined
    if (typeof value !== "string" && !Array.isArray(value)) {
      warn("dropped", `${field} is no list and was dropped`, field)
      return undefined
    }
    const items: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    return items.flatMap((item) => {
      const text = typeof item === "string" ? oneLine(item) : ""
      if (text !== "" && !unsafe.test(text)) return [text]
      warn("dropped", `A value of ${field} is no plain text and was dropped: ${shown(item)}`, field)
      return []
    })
  }

  const stack = texts("stack")
  const technologies = new Set<string>()
  const moved = new Set<string>()
  for (const value of stack ?? []) {
    const lower = value.toLowerCase()
    const name = aliases.get(lower) ?? lower
    if (libraries.has(lower)) {
      moved.add(lower)
      warn("moved", `"${value}" is a library and became a keyword`, "stack")
      continue
    }
    if (name !== value) warn("renamed", `"${value}" became "${name}"`, "stack")
    if (technologies.has(name)) warn("repeated", `"${name}" stood there twice`, "stack")
    else if (!known.has(name)) warn("unknown", `"${name}" is not a technology that is known; it was kept`, "stack")
    technologies.add(name)
  }
  if (stack === undefined) warn("absent", "The metadata names no stack", "stack")

  const given = fields.get("phase")
  const phase = typeof given === "string" ? oneLine(given) : ""
  const hasPhase = phase !== "" && !unsafe.test(phase)
  if (given === undefined || given === null) warn("absent", "The metadata names no phase", "phase")
  else if (!hasPhase) warn("dropped", "phase is no plain text and was dropped", "phase")

  const unique = (field: string, values: ReadonlyArray<string>): ReadonlyArray<string> => {
    const seen = new Set<string>()
    const kept = values.filter((value) => !seen.has(value.toLowerCase()) && seen.add(value.toLowerCase()))
    if (kept.length < values.length) warn("repeated", `${field} held the same value more than once`, field)
    return kept
  }
  const capabilities = texts("capabilities")
  const words = texts("keywords")
  const keywords = words === undefined && moved.size === 0 ? undefined : unique("keywords", words ?? [])
  const present = new Set(keywords?.map((keyword) => keyword.toLowerCase()))

  return {
    metadata: Option.some({
      ...(stack === undefined ? {} : { stack: [...technologies] }),
      ...(hasPhase ? { phase } : {}),
      ...(capabilities === undefined ? {} : { capabilities: unique("capabilities", capabilities) }),
      ...(keywords === undefined
        ? {}
        : { keywords: [...keywords, ...[...moved].filter((name) => !present.has(name))] })
    }),
    warnings
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, " ")

/** What a front matter cannot hold as it is, or what nobody would see in it. */
const unsafe = /[\p{Cc}\p{Cs}]/u

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : typeof value === "object" && value !== null
    ? "an object"
    : JSON.stringify(String(value).slice(0, 80))

/**
 * What an agent's front matter lacks to be found, as a person is told after it was enhanced.
 *
 * @category accessors
 */
export const problems = (fields: ReadonlyMap<string, unknown>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const listed = (field: string, least: number, most: number) => {
    const value = fields.get(field)
    if (value === undefined || value === null) found.push(`${field} is missing`)
    else if (!Array.isArray(value)) found.push(`${field} is no list`)
    else if (value.length < least || value.length > most) {
      found.push(`${field} has ${value.length} values, ${least} to ${most} are expected`)
    }
  }

  const stack = fields.get("stack")
  if (stack === undefined || stack === null) found.push("stack is missing")
  else if (!Array.isArray(stack)) found.push("stack is no list")
  else if (stack.length === 0) found.push("stack is empty")
  else {
    const unknown = stack.filter((value) => typeof value !== "string" || !known.has(value)).map(shown)
    if (unknown.length > 0) found.push(`stack has values that are not known: ${unknown.join(", ")}`)
  }
  const phase = fields.get("phase")
  if (phase === undefined || phase === null) found.push("phase is missing")
  else if (!phases.some((known) => known === phase)) found.push(`phase is not one of ${phases.join(", ")}`)
  listed("capabilities", 1, 10)
  listed("keywords", 3, 15)
  return found
}
