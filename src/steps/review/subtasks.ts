/**
 * From the text of a report to what it recommends.
 *
 * @since 0.1.0
 */
import { Either, Option } from "effect"
import type { Draft, Found, Mode, Strategy, Warning } from "./Draft.ts"
import * as effort from "./effort.ts"
import { NoRecommendations, NoSubtasks, UnsafeIdentifier } from "./errors.ts"
import * as identifiers from "./identifiers.ts"
import * as lists from "./lists.ts"
import { type Layout, mentionedFiles } from "./mentionedFiles.ts"
import { phaseTables } from "./phaseTable.ts"
import * as sections from "./sections.ts"
import * as table from "./table.ts"
import { digitsAt, headingLevel, isDigit, number, trim, withoutFences } from "./text.ts"

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
  const written = source.text.split("\n")
  const masked = withoutFences(written)
  const found = exactly(masked, source) ?? exactly(written, source) ?? alike(masked, source)
  if (found === undefined) {
    const section = sections.exact(written)[0] ?? sections.alike(masked)[0]
    return Either.left(
      section === undefined
        ? new NoRecommendations({
          report: source.report,
          accepted: sections.accepted,
          nearest: sections.nearest(masked)
        })
        : new NoSubtasks({ report: source.report, section: section.heading })
    )
  }
  const unsafe = found.subtasks.find(({ id }) => !identifiers.isSafeTask(id))
  return unsafe === undefined
    ? Either.right(found)
    : Either.left(new UnsafeIdentifier({ id: unsafe.id, where: `${source.report}, "${unsafe.title.slice(0, 80)}"` }))
}

// --- the forms that are found exactly

const exactly = (lines: ReadonlyArray<string>, source: Source): Found | undefined => {
  const warnings: Array<Warning> = []
  const tables = phaseTables(lines)
  // A paragraph before the table is fine where there is no better one; otherwise the plain ones are meant.
  const plainly = tables.filter(({ apart }) => !apart)
  const read = plainly.length > 0 ? plainly : tables
  const rows = read.flatMap((table) => phaseRows(table, source, warnings))
  for (const { heading } of tables.filter((table) => !read.includes(table))) {
    warnings.push({
      code: "table-not-read",
      message: "Text stands between this heading and its table, so that the table was not read",
      where: heading
    })
  }
  if (rows.length > 0) return found("phase-table", unrepeated(withDependencies(rows)), warnings)

  const section = sections.exact(lines).find(({ from, to }) => lines.slice(from, to).some((line) => trim(line) !== ""))
  if (section === undefined) return undefined
  const inside = lines.slice(section.from, section.to)
  const numbered = lists.numbered(inside)
  if (numbered.length > 0) return found("numbered", fromItems(numbered, source), [])
  const bulleted = lists.bulleted(inside)
  return bulleted.length > 0 ? found("bulleted", fromItems(bulleted, source), []) : undefined
}

const found = (
  strategy: Strategy,
  subtasks: ReadonlyArray<Draft>,
  warnings: ReadonlyArray<Warning>
): Found | undefined => {
  const [first, ...others] = subtasks
  return first === undefined ? undefined : { strategy, subtasks: [first, ...others], warnings }
}

const fromItems = (items: ReadonlyArray<lists.Item>, source: Source): ReadonlyArray<Draft> => {
  const prefix = identifiers.prefixOf(source.slug)
  const ids = items.map((item) => identifiers.fromNumber(prefix, item.number))
  const repeated = new Set(ids).size < ids.length
  return items.map((item, index) => ({
    ...plain,
    id: repeated ? identifiers.fromNumber(prefix, index + 1) : ids[index] ?? "",
    title: item.text,
    description: item.text,
    files: mentionedFiles(item.text, source.layout)
  }))
}

const plain = {
  files: [],
  complexity: 5,
  effortEstimate: null,
  effortDays: 1,
  explicitMode: null,
  dependencies: []
} as const

/** A row with the id as the report writes it, by which other rows refer to it. */
interface Row {
  readonly written: string
  readonly needs: ReadonlyArray<string>
  readonly draft: Draft
}

const phaseRows = (
  { header, rows }: table.Table,
  source: Source,
  warnings: Array<Warning>
): ReadonlyArray<Row> => {
  const needs = header.findIndex((name) => /^(dependencies|depends on)$/i.test(table.bare(name)))
  const prefix = identifiers.prefixOf(source.slug)
  return rows.flatMap((cells, index) => {
    const [first = "", title = "", method = "", complexity = "", effortEstimate = ""] = cells
    if (cells.length < 3 || title === "") return []
    const written = table.bare(first)
    const id = written === ""
      ? identifiers.fromNumber(prefix, index + 1)
      : identifiers.fromTable(written, source.slug)
    const open = title.indexOf("(")
    return [{
      written,
      needs: listed(needs < 0 ? "" : cells[needs] ?? ""),
      draft: {
        ...plain,
        id,
        title,
        description: (open <= 0 ? "" : trim(title.slice(0, open))) || title,
        complexity: firstNumber(complexity) ?? 5,
        effortEstimate,
        effortDays: daysOf(effortEstimate, id, warnings),
        explicitMode: modeOf(method)
      }
    }]
  })
}

const modeOf = (cell: string): Mode | null => {
  const method = table.bare(cell).toLowerCase()
  return method === "direct" || method === "manual" ? method : method.includes("task-work") ? "task-work" : null
}

const firstNumber = (text: string): number | undefined => {
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(String.fromCodePoint(text.codePointAt(index) ?? 0))) continue
    const value = Number(number(digitsAt(text, index)))
    return Number.isSafeInteger(value) ? value : undefined
  }
  return undefined
}

const daysOf = (text: string, id: string, warnings: Array<Warning>): number =>
  Option.getOrElse(effort.days(text), () => {
    if (text !== "") {
      warnings.push({
        code: "effort-not-read",
        message: `The effort ${JSON.stringify(text)} is no time such as 2h, 0.5d or 1 week; 1 day is taken`,
        where: id
      })
    }
    return 1
  })

const listed = (cell: string): ReadonlyArray<string> =>
  cell.split(",").map(table.bare).filter((id) => id !== "" && id !== "-" && id !== "–" && id.toLowerCase() !== "none")

/** Dependencies by the ids that the rows have now; an unknown one stays as written, to be refused later. */
const withDependencies = (rows: ReadonlyArray<Row>): ReadonlyArray<Draft> => {
  const ids = new Map<string, string>()
  for (const { draft, written } of rows) {
    if (!ids.has(written)) ids.set(written, draft.id)
    if (!ids.has(draft.id)) ids.set(draft.id, draft.id)
  }
  return rows.map(({ draft, needs }) => ({ ...draft, dependencies: needs.map((id) => ids.get(id) ?? id) }))
}

/** The second use of an id gets `-2`, the third `-3`. */
const unrepeated = (drafts: ReadonlyArray<Draft>): ReadonlyArray<Draft> => {
  const uses = new Map<string, number>()
  const taken = new Set(drafts.map(({ id }) => id))
  return drafts.map((draft) => {
    let use = (uses.get(draft.id) ?? 0) + 1
    let id = use === 1 ? draft.id : `${draft.id}-${use}`
    while (use > 1 && taken.has(id)) id = `${draft.id}-${++use}`
    uses.set(draft.id, use)
    taken.add(id)
    return { ...draft, id }
  })
}

// --- the forms that are recognised by what they look like

const alike = (lines: ReadonlyArray<string>, source: Source): Found | undefined => {
  for (const { from, to } of sections.alike(lines)) {
    const inside = lines.slice(from, to)
    const result = fromTables(inside, source) ?? fromHeadings(inside, source) ?? fromLists(inside, source)
    if (result !== undefined) return result
  }
  return undefined
}

const fromLists = (lines: ReadonlyArray<string>, source: Source): Found | undefined => {
  const numbered = lists.numbered(lines)
  return found("numbered", fromItems(numbered, source), []) ??
    found("bulleted", fromItems(lists.bulleted(lines), source), [])
}

const titles =
  /^(recommendation|action|action item|fix|change|task|title|recommended action|recommended fix|proposed fix)s?$/i

const fromTables = (lines: ReadonlyArray<string>, source: Source): Found | undefined => {
  const rows: Array<Row> = []
  const warnings: Array<Warning> = []
  const prefix = identifiers.prefixOf(source.slug)
  for (let at = 0; at < lines.length; at++) {
    if (!table.isRow(lines[at] ?? "") || !table.isRow(lines[at + 1] ?? "") || !table.isRule(lines[at + 1] ?? "")) {
      continue
    }
    const header = table.cells(lines[at] ?? "").map(table.bare)
    const end = sections.until(lines, at + 2, (line) => !table.isRow(line))
    const column = (pattern: RegExp) => header.findIndex((name) => pattern.test(name))
    const title = column(titles)
    if (title >= 0) {
      const [id, method, complexity, time, files, needs] = [
        /^(id|#|no\.?)$/i,
        /^(method|mode)s?$/i,
        /^complexity$/i,
        /^(effort|estimate|time)$/i,
        /^files?( affected| to modify)?$/i,
        /^(dependencies|depends on)$/i
      ].map(column)
      for (const line of lines.slice(at + 2, end)) {
        const cells = table.cells(line)
        const cell = (index: number | undefined) => index === undefined || index < 0 ? "" : cells[index] ?? ""
        const text = cell(title)
        if (text === "") continue
        const written = table.bare(cell(id))
        const own = /^[A-Za-z]{2,}[A-Za-z0-9]*-[A-Za-z0-9._-]+$/.test(written)
          ? identifiers.fromTable(written, source.slug)
          : identifiers.fromNumber(prefix, rows.length + 1)
        const effortEstimate = time === undefined || time < 0 ? null : cell(time)
        rows.push({
          written,
          needs: listed(cell(needs)),
          draft: {
            ...plain,
            id: own,
            title: text,
            description: text,
            files: [
              ...new Set([
                ...mentionedFiles(text, source.layout),
                ...mentionedFiles(cell(files), source.layout)
              ])
            ],
            complexity: firstNumber(cell(complexity)) ?? 5,
            effortEstimate,
            effortDays: effortEstimate === null ? 1 : daysOf(effortEstimate, own, warnings),
            explicitMode: modeOf(cell(method))
          }
        })
      }
    }
    at = end - 1
  }
  return found("table", unrepeated(withDependencies(rows)), warnings)
}

/** `R1: x`, `Recommendation 1: x`, `Priority 2: x`, `1. x`: what stands before the title. */
const lead =
  /^(?:\*\*)?(?:(?:recommendation|rec|action item|action|priority|fix|change|task|step|phase|item)\s*#?\s*[A-Za-z]?\d+(?:\.\d+)*|[A-Z]{1,3}-?\d+(?:\.\d+)*|P\d)\s*(?:\([^()]*\)\s*)?[:.\u2013\u2014)-]+\s*|^\d+(?:\.\d+)*[.):]\s+|^\d+(?:\.\d+)+\s+/i

const fromHeadings = (lines: ReadonlyArray<string>, source: Source): Found | undefined => {
  const headings = lines.flatMap((line, at) => {
    const level = headingLevel(line)
    if (level === 0) return []
    const text = sections.headingText(line)
    const title = trim(text.replace(lead, ""))
    return title !== "" && title.length < text.length ? [{ at, level, title }] : []
  })
  // All at one level: the outermost that has any.
  const level = Math.min(...headings.map(({ level }) => level))
  const prefix = identifiers.prefixOf(source.slug)
  const drafts = headings.filter((heading) => heading.level === level).map(({ at, title }, index): Draft => {
    const end = sections.until(lines, at + 1, (line) => {
      const next = headingLevel(line)
      return next > 0 && next <= level
    })
    const block = lines.slice(at + 1, end)
    return {
      ...plain,
      id: identifiers.fromNumber(prefix, index + 1),
      title,
      description: firstParagraph(block) || title,
      files: mentionedFiles([title, ...block].join("\n"), source.layout)
    }
  })
  return found("headings", drafts, [])
}

const firstParagraph = (lines: ReadonlyArray<string>): string => {
  const from = lines.findIndex((line) => trim(line) !== "" && headingLevel(line) === 0)
  if (from < 0) return ""
  const to = sections.until(lines, from, (line) => trim(line) === "" || headingLevel(line) > 0)
  return lines.slice(from, to).map(trim).join(" ")
}
