/**
 * From the text of a report to what it recommends.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import { blocks } from "./blocks.ts"
import { type Entry, type Found, plain, type Strategy, type Warning } from "./Draft.ts"
import { NoRecommendations, NoSubtasks, UnsafeIdentifier } from "./errors.ts"
import * as identifiers from "./identifiers.ts"
import * as lists from "./lists.ts"
import { type Layout, mentionedFiles } from "./mentionedFiles.ts"
import { type PhaseTable, phaseTables } from "./phaseTable.ts"
import { type Reading, reading, underlined } from "./prose.ts"
import * as rows from "./rows.ts"
import * as sections from "./sections.ts"
import { type Table, tables } from "./table.ts"
import { trim } from "./text.ts"

/** @category models */
export interface Source {
  /** The name of the report, for messages. */
  readonly report: string
  /** Its text, with LF for every end of line. */
  readonly text: string
  /** The words that ids are made of. */
  readonly slug: string
  readonly layout: Layout
}

/** @category models */
export type Failure = NoRecommendations | NoSubtasks | UnsafeIdentifier

/**
 * What a report recommends: the first of the forms that yields anything. What stands inside fences counts only where
 * nothing else does.
 *
 * @category parsing
 * @since 0.1.0
 */
export const fromReport = (source: Source): Either.Either<Found, Failure> => {
  const lines = source.text.split("\n")
  const read = reading(lines)
  const outcome = exactly(read.prose, source) ?? inCode(read, source) ?? byLook(read, source)
  return outcome === undefined
    ? Either.left(nothing(read, source))
    : Either.map(outcome, ({ entries: [first, ...others], strategy, warnings }) => ({
      strategy,
      subtasks: [first.draft, ...others.map(({ draft }) => draft)],
      // Tables of phases are a plan that was made of the recommendations.
      warnings: [
        ...warnings,
        ...(strategy === "phase-table" ? [] : unread(read, [first, ...others])),
        ...hidden(lines)
      ]
    }))
}

/** Controls and marks of direction: what can make text look other than it is. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const deceptive = /[\0-\u0008\u000B-\u001F\u007F-\u0084\u0086-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/

const hidden = (lines: ReadonlyArray<string>): ReadonlyArray<Warning> => {
  const at = lines.findIndex((line) => deceptive.test(line))
  return at < 0 ? [] : [{
    code: "hidden-characters",
    message: "The report holds control characters, which can make text look other than it is; they are kept",
    where: `line ${at + 1}`
  }]
}

/** Sections of which nothing was taken, although their headings speak of recommendations and they list something. */
const unread = ({ prose }: Reading, entries: ReadonlyArray<Entry>): ReadonlyArray<Warning> => {
  // In the order of their lines, as the sections are: neither is gone through more than once.
  const lines = entries.map(({ line }) => line).sort((a, b) => a - b)
  let next = 0
  const left = sections.alike(prose).filter(({ single }) => !single).filter(({ from, to }) => {
    while ((lines[next] ?? Infinity) <= from) next++
    return (lines[next] ?? Infinity) > to && prose.slice(from, to).some(isListed)
  }).map(({ from, heading }) => `${JSON.stringify(heading.slice(0, 80))}, line ${from}`)
  const [first, ...others] = left
  return first === undefined ? [] : [{
    code: "section-not-read",
    message: "Recommendations seem to stand here, too, and were not read; put them all into one section",
    where: others.length === 0 ? first : `${first}, and ${others.length} more`
  }]
}

const isListed = (line: string): boolean => /^\s*(?:[-*+|]|\d+[.)])\s/.test(line)

/** What one of the forms came to. */
type Outcome = Either.Either<Taken, UnsafeIdentifier> | undefined

interface Taken extends Pick<Found, "strategy" | "warnings"> {
  readonly entries: readonly [Entry, ...ReadonlyArray<Entry>]
}

const nothing = ({ fenced, prose }: Reading, { report }: Source): NoRecommendations | NoSubtasks => {
  const section = sections.exact(fenced)[0] ?? phaseTables(fenced)[0]
  return section === undefined
    ? new NoRecommendations({ report, accepted: sections.accepted, nearest: sections.nearest(prose) })
    : new NoSubtasks({ report, section: section.heading })
}

// --- the forms that are found exactly

const exactly = (lines: ReadonlyArray<string>, source: Source): Outcome =>
  fromPhases(lines, source) ?? fromSection(lines, source)

const inCode = ({ fenced }: Reading, source: Source): Outcome => {
  const outcome = exactly(fenced, source)
  return outcome === undefined ? undefined : Either.map(outcome, (found) => ({
    ...found,
    warnings: [...found.warnings, {
      code: "read-from-code",
      message: "Nothing is recommended outside of blocks of code, so that their lines were read"
    }]
  }))
}

const fromPhases = (lines: ReadonlyArray<string>, source: Source): Outcome => {
  const all = phaseTables(lines)
  // A paragraph before the table is fine, unless a phase before it has none: what follows so is of later work.
  const plain = all.findIndex(({ apart }) => !apart)
  const isRead = ({ apart }: PhaseTable, index: number) => !apart || plain < 0 || index < plain
  const read = all.filter(isRead)
  const unread = all.filter((table) => !read.includes(table)).map(({ heading }): Warning => ({
    code: "table-not-read",
    message: "Text stands between this heading and its table, so that the table was not read",
    where: heading
  }))
  return fromRows("phase-table", read.flatMap((table) => rows.ofPhase(table, source)), source, unread)
}

const fromSection = (lines: ReadonlyArray<string>, source: Source): Outcome => {
  const section = sections.exact(lines).find(({ from, to }) => lines.slice(from, to).some((line) => trim(line) !== ""))
  return section === undefined ? undefined : fromLists(lines, section, source)
}

const fromLists = (lines: ReadonlyArray<string>, { from, to }: sections.Section, source: Source): Outcome =>
  found("numbered", fromItems(lists.numbered(lines, from, to), source), source) ??
    found("bulleted", fromItems(lists.bulleted(lines, from, to), source), source)

const fromItems = (items: ReadonlyArray<lists.Item>, { layout, slug }: Source): ReadonlyArray<Entry> => {
  const prefix = identifiers.prefixOf(slug)
  const ids = items.map((item) => identifiers.fromNumber(prefix, item.number))
  const repeated = new Set(ids).size < ids.length
  return items.map(({ at, text }, index) => ({
    line: at + 1,
    draft: {
      ...plain,
      id: repeated ? identifiers.fromNumber(prefix, index + 1) : ids[index] ?? "",
      title: text,
      description: text,
      files: mentionedFiles(text, layout)
    }
  }))
}

// --- the forms that are recognised by what they look like

const byLook = ({ fenced, prose }: Reading, source: Source): Outcome => {
  const read = { fenced, prose: underlined(prose) }
  for (const section of [...sections.alike(read.prose), ...sections.others(read.prose)]) {
    const outcome = inAnyForm(read, section, source)
    if (outcome !== undefined) return outcome
  }
  return together(read, sections.loosely(read.prose), source)
}

const inAnyForm = (read: Reading, section: sections.Alike, source: Source): Outcome => {
  const telling = tables(read.prose, section.from, section.to).filter(rows.recommends)
  // Below a heading for each recommendation, a table of files and their changes is a detail.
  return fromTables(telling.filter((table) => !rows.isOfFiles(table)), source) ??
    found("headings", blocks(read, section, source), source) ??
    fromTables(telling, source) ??
    (section.single ? undefined : fromLists(read.prose, section, source) ?? fromMarked(read.prose, section, source))
}

/** Sections that are read as one, and named, since it is a guess that they make recommendations. */
const together = (read: Reading, guessed: ReadonlyArray<sections.Section>, source: Source): Outcome => {
  const [first, last] = [guessed[0], guessed.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const isInside = read.prose.map(() => false)
  for (const { from, to } of guessed) isInside.fill(true, from, to)
  const inside = (lines: ReadonlyArray<string>) => lines.map((line, at) => isInside[at] === true ? line : "")
  const whole = { heading: first.heading, single: false, from: first.from, to: last.to }
  const outcome = inAnyForm({ prose: inside(read.prose), fenced: inside(read.fenced) }, whole, source)
  return outcome === undefined ? undefined : Either.map(outcome, (found) => ({
    ...found,
    warnings: [
      ...found.warnings,
      ...guessed.map(({ heading }): Warning => ({
        code: "section-guessed",
        message: "This section was taken for recommendations by its heading",
        where: heading
      }))
    ]
  }))
}

/** `1) x`: markdown has it too, but the lists that are found exactly do not. */
const fromMarked = (lines: ReadonlyArray<string>, { from, to }: sections.Section, source: Source): Outcome =>
  found("numbered", fromItems(lists.numbered(lines, from, to, ")"), source), source)

const fromTables = (telling: ReadonlyArray<Table>, source: Source): Outcome =>
  fromRows("table", rows.ofColumns(telling, source), source)

// --- what all forms have in common

const fromRows = (
  strategy: Strategy,
  read: ReadonlyArray<rows.Row>,
  source: Source,
  notes: ReadonlyArray<Warning> = []
): Outcome => {
  const { entries, warnings } = rows.finished(read, source.slug)
  return found(strategy, entries, source, [...warnings, ...notes])
}

/** Entries as the result, if there are any and each id can be the name of a file of its own. */
const found = (
  strategy: Strategy,
  entries: ReadonlyArray<Entry>,
  { report }: Source,
  warnings: ReadonlyArray<Warning> = []
): Outcome => {
  const [first, ...others] = entries
  if (first === undefined) return undefined
  const lines = new Map<string, number>()
  for (const { draft: { id }, line } of entries) {
    if (!identifiers.isSafeTask(id)) return Either.left(new UnsafeIdentifier({ report, id, line, sameAs: null }))
    // Many file systems mind no case.
    const sameAs = lines.get(id.toLowerCase())
    if (sameAs !== undefined) return Either.left(new UnsafeIdentifier({ report, id, line, sameAs }))
    lines.set(id.toLowerCase(), line)
  }
  return Either.right({ strategy, entries: [first, ...others], warnings })
}
