/**
 * Recommendations that stand in the rows of tables.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import { type Entry, type Mode, plain, type Warning } from "./Draft.ts"
import * as effort from "./effort.ts"
import * as identifiers from "./identifiers.ts"
import { isFileName, type Layout, mentionedFiles } from "./mentionedFiles.ts"
import type { PhaseTable } from "./phaseTable.ts"
import * as table from "./table.ts"
import { digitsAt, isDigit, number, trim } from "./text.ts"

/**
 * A row as it would be read alone: its effort and dependencies are only text yet.
 *
 * @category models
 */
export interface Row extends Entry {
  /** The id as the report writes it, by which other rows refer to it. */
  readonly written: string
  readonly needs: ReadonlyArray<string>
}

/** What the ids are made of, and what stands for files that are only named. */
interface Source {
  readonly slug: string
  readonly layout: Layout
}

const needsColumn = /^(dependencies|depends on)$/i

/**
 * The rows of a phase table, whose columns have their meaning by their place.
 *
 * @category parsing
 * @since 0.1.0
 */
export const ofPhase = ({ first, header, rows }: PhaseTable, { slug }: Source): ReadonlyArray<Row> => {
  const needs = header.findIndex((name) => needsColumn.test(name))
  return rows.flatMap((cells, index) => {
    // The column of dependencies is known by its name: it does not move the others.
    const [written = "", title = "", method = "", complexity = "", effortEstimate = ""] = needs < 0
      ? cells
      : cells.toSpliced(needs, 1)
    if (cells.length < 3 || title === "") return []
    const own = table.bare(written)
    const id = own === ""
      ? identifiers.fromNumber(identifiers.prefixOf(slug), index + 1)
      : identifiers.fromTable(own, slug)
    const open = title.indexOf("(")
    return [{
      written: own,
      needs: listed(cells[needs] ?? ""),
      line: first + index + 1,
      draft: {
        ...plain,
        id,
        title,
        description: trim(title.slice(0, Math.max(open, 0))) || title,
        complexity: firstNumber(complexity) ?? 5,
        effortEstimate,
        explicitMode: modeOf(method)
      }
    }]
  })
}

const titleColumn =
  /^(recommendation|action item|title|(?:(?:recommended|suggested|proposed|required) )?(?:action|fix|change))(?:e?s)?$/i
const taskColumn = /^tasks?$/i
const filesColumn = /^files?( affected| to modify)?$/i

/**
 * Whether a table tells what is recommended: a column is named after it.
 *
 * @category guards
 * @since 0.1.0
 */
export const recommends = ({ header }: table.Table): boolean =>
  header.some((name) => titleColumn.test(name) || taskColumn.test(name))

/**
 * Whether a table is rather one of files and what happens to each.
 *
 * @category guards
 * @since 0.1.0
 */
export const isOfFiles = ({ header }: table.Table): boolean => filesColumn.test(header[0] ?? "")

/**
 * The rows of tables whose columns have their meaning by their names.
 *
 * @category parsing
 * @since 0.1.0
 */
export const ofColumns = (tables: ReadonlyArray<table.Table>, { layout, slug }: Source): ReadonlyArray<Row> => {
  const prefix = identifiers.prefixOf(slug)
  const found: Array<Row> = []
  for (const { first, header, rows } of tables) {
    const column = (pattern: RegExp) => {
      const index = header.findIndex((name) => pattern.test(name))
      return (cells: ReadonlyArray<string>) => index < 0 ? undefined : cells[index] ?? ""
    }
    const id = column(/^(id|#|no\.?)$/i)
    // A task beside a title is only its id.
    const title = column(header.some((name) => titleColumn.test(name)) ? titleColumn : taskColumn)
    const method = column(/^(method|mode)s?$/i)
    const complexity = column(/^complexity$/i)
    const time = column(/^(effort|estimate|time)$/i)
    const files = column(filesColumn)
    const needs = column(needsColumn)
    for (const [index, cells] of rows.entries()) {
      const text = title(cells) ?? ""
      if (text === "") continue
      const written = table.bare(id(cells) ?? "")
      const own = isTelling(written)
        ? identifiers.fromTable(written, slug)
        : identifiers.fromNumber(prefix, found.length + 1)
      const touched = files(cells) ?? ""
      found.push({
        written,
        needs: listed(needs(cells) ?? ""),
        line: first + index + 1,
        draft: {
          ...plain,
          id: own,
          title: text,
          description: text,
          files: [
            ...new Set([
              ...mentionedFiles(text, layout),
              ...mentionedFiles(touched, layout),
              ...listed(touched).filter(isFileName)
            ])
          ],
          complexity: firstNumber(complexity(cells) ?? "") ?? 5,
          effortEstimate: time(cells) ?? null,
          explicitMode: modeOf(method(cells) ?? "")
        }
      })
    }
  }
  return found
}

/** Whether an id says more than a number or `R1`. */
const isTelling = (id: string): boolean => /^[A-Za-z]{2,}[A-Za-z0-9]*-[A-Za-z0-9._-]+$/.test(id)

/**
 * What rows recommend, each with its time, an id of its own (the second use of one gets `-2`) and its dependencies by
 * the ids that the rows have now. A dependency that no row has stays as written, to be refused later.
 *
 * @category combinators
 * @since 0.1.0
 */
export const finished = (
  rows: ReadonlyArray<Row>,
  slug: string
): { readonly entries: ReadonlyArray<Entry>; readonly warnings: ReadonlyArray<Warning> } => {
  const ids = new Map<string, string>()
  const name = (written: string, id: string) => void (ids.has(written) || ids.set(written, id))
  for (const { draft, written } of rows) name(written, draft.id)
  for (const { draft } of rows) name(draft.id, draft.id)
  const needed = (written: string) => ids.get(written) ?? ids.get(identifiers.fromTable(written, slug)) ?? written

  const warnings: Array<Warning> = []
  const uses = new Map<string, number>()
  const taken = new Set(rows.map(({ draft }) => draft.id))
  const entries = rows.map(({ draft, line, needs }) => {
    let use = (uses.get(draft.id) ?? 0) + 1
    let id = use === 1 ? draft.id : `${draft.id}-${use}`
    while (use > 1 && taken.has(id)) id = `${draft.id}-${++use}`
    uses.set(draft.id, use)
    taken.add(id)
    const time = draft.effortEstimate ?? ""
    const days = effort.days(time)
    if (time !== "" && Option.isNone(days)) {
      warnings.push({
        code: "effort-not-read",
        message: `The effort ${JSON.stringify(time)} is no time such as 2h, 0.5d or 1 week; 1 day is taken`,
        where: id
      })
    }
    const effortDays = Option.getOrElse(days, () => plain.effortDays)
    return { line, draft: { ...draft, id, effortDays, dependencies: needs.map(needed) } }
  })
  return { entries, warnings }
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

const listed = (cell: string): ReadonlyArray<string> =>
  cell.split(",").map(table.bare).filter((id) => id !== "" && !/^([-–—]|none)$/i.test(id))
