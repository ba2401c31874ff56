/**
 * How the rows of a summary begin, change and end, whatever tells of them.
 *
 * @since 0.1.0
 */
import { HashMap, Option } from "effect"
import type { Row, Summary } from "./summaryOfEvents.ts"

/** The key of the row that a path belongs to. */
export const keyOf = (path: string): string => {
  const slash = path.indexOf("/")
  return slash < 0 ? path : path.slice(0, slash)
}

/** Where and when something of a step was told. */
export interface Place {
  readonly path: string
  readonly title?: string | undefined
  readonly number?: number | undefined
  readonly at: number
}

/** A row of which nothing is known but that it has begun. */
export const begun = ({ at, number, path, title = path }: Place & { readonly number: number }): Row => ({
  path: keyOf(path),
  number,
  title,
  status: "running",
  at,
  ms: 0,
  attempts: 1,
  why: Option.none(),
  isGroup: false,
  count: Option.none(),
  note: "",
  summary: Option.none(),
  problem: Option.none(),
  ran: false,
  asks: false
})

/** With a row in its place. */
export const put = (self: Summary, row: Row): Summary => ({ ...self, rows: HashMap.set(self.rows, row.path, row) })

/** A group goes on with its other parts. */
export const asking = (row: Row): Row => ({ ...row, asks: true, status: row.isGroup ? row.status : "waiting" })

/** Whether a part of it has failed. */
export const hasFailed = ({ count }: Row): boolean => Option.exists(count, ({ failed }) => failed > 0)

/** The rows once nothing is under way any more; since when, if anybody was there to say. */
export const stopped = (rows: Summary["rows"], at: Option.Option<number>): Summary["rows"] =>
  HashMap.map(rows, (row) =>
    row.status !== "running" ? row : {
      ...row,
      status: hasFailed(row) ? "failed" : row.asks ? "waiting" : "stopped",
      ms: Option.match(at, { onNone: () => row.ms, onSome: (at) => at - row.at })
    })
