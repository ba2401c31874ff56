/** What `selftest` wrote down, and what must be true of it however often it was stopped. */
import { Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"

const Results = Schema.Record({ key: Schema.String, value: Schema.String })
const Note = Schema.parseJson(Schema.Union(
  Schema.Struct({ ev: Schema.Literal("start"), step: Schema.String, nonce: Schema.String, saw: Results }),
  Schema.Struct({ ev: Schema.Literal("end"), step: Schema.String, nonce: Schema.String }),
  Schema.Struct({ ev: Schema.Literal("final"), results: Results })
))
export type Note = typeof Note.Type

const decode = Schema.decodeSync(Note)

/** A process that is killed may leave half a line only where nobody appended after it, which `write` rules out. */
export const read = (file: string): ReadonlyArray<Note> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => decode(line)) : []

/**
 * What is wrong. `stops` is how often the process was ended by force, `width` how many steps may be under way at once.
 */
export const violations = (
  notes: ReadonlyArray<Note>,
  results: Readonly<Record<string, string>>,
  { stops, width }: { readonly stops: number; readonly width: number }
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const ended = new Map<string, Set<string>>()
  const seen = new Map<string, Set<string>>()
  let repeated = 0
  for (const note of notes) {
    if (note.ev === "end") ended.set(note.step, (ended.get(note.step) ?? new Set()).add(note.nonce))
    if (note.ev === "start") {
      for (const [step, nonce] of Object.entries(note.saw)) {
        seen.set(step, (seen.get(step) ?? new Set()).add(nonce))
        if (ended.get(step)?.has(nonce) !== true) found.push(`${note.step} saw a result of ${step} that never ended`)
      }
    }
    if (note.ev === "final") {
      for (const [step, nonce] of Object.entries(note.results)) {
        if (results[step] !== nonce) found.push(`the final note of ${step} is not its result`)
      }
    }
  }
  for (const nonces of ended.values()) repeated += nonces.size - 1
  for (const [step, nonce] of Object.entries(results)) {
    if (ended.get(step)?.has(nonce) !== true) found.push(`the result of ${step} is not one that it came to`)
    for (const other of seen.get(step) ?? []) {
      if (other !== nonce) found.push(`${step} was seen with a result that was lost: recorded twice`)
    }
  }
  if (repeated > stops * width) {
    found.push(`${repeated} steps ran twice, and no more than ${stops * width} were under way`)
  }
  return found
}
