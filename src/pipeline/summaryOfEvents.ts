/**
 * The summary of a run as a fold of the events that are told of it while it is under way.
 *
 * @since 0.1.0
 */
import { HashMap, Option } from "effect"
import type { Problem, RunEvent } from "./RunEvent.ts"
import type { Phase } from "./RunState.ts"
import { asking, begun, keyOf, type Place, put, stopped } from "./summaryRow.ts"
import type * as Validation from "./Validation.ts"

/**
 * One numbered step, or the group of units that stands in the place of one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Row {
  /** Its key, or `key#catch` for what recovers from it. */
  readonly path: string
  readonly number: number
  readonly title: string
  /**
   * `ahead`: it has not begun. `kept`: an earlier result was taken. `stopped`: it was under way when the run ended.
   * `undone`: it was done, and was compensated.
   */
  readonly status: "ahead" | "running" | "waiting" | "done" | "kept" | "skipped" | "failed" | "stopped" | "undone"
  /** When it began. */
  readonly at: number
  /** How long it took; while it runs, up to what was last heard of it. */
  readonly ms: number
  readonly attempts: number
  /** Why it ran although an earlier result was there. */
  readonly why: Option.Option<string>
  /** It is made of units that have paths of their own. */
  readonly isGroup: boolean
  /** How many of its parts are done, where it has parts. */
  readonly count: Option.Option<Count>
  /** What it is at, in a few words. */
  readonly note: string
  /** What came of it, in a few words. */
  readonly summary: Option.Option<string>
  /** What it failed with, or what the first of its parts did. */
  readonly problem: Option.Option<Problem>
  /** Something in it ran, and was not merely taken from an earlier run. */
  readonly ran: boolean
  /** Something in it waits for an answer. */
  readonly asks: boolean
}

/**
 * How many parts of a step have ended, and how many there are, where that is known.
 *
 * @category models
 * @since 0.1.0
 */
export interface Count {
  readonly done: number
  readonly failed: number
  readonly total: Option.Option<number>
}

/**
 * What people want to know of a run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Summary {
  readonly run: Option.Option<string>
  readonly program: Option.Option<string>
  readonly phase: Phase
  /** When the run began, or went on. */
  readonly at: number
  /** How many numbered steps there are. */
  readonly of: number
  /** By path. */
  readonly rows: HashMap.HashMap<string, Row>
  /** The last step that failed, which may be hidden or inside a group. */
  readonly failed: Option.Option<{ readonly path: string; readonly title: string; readonly attempts: number }>
  /** The hidden step that is under way, or was when the run ended, where no row stands for it. */
  readonly unseen: Option.Option<{ readonly path: string; readonly title: string }>
  /** What came of the pipeline as a validation chain, where it is one that has come to an end. */
  readonly report: Option.Option<Validation.Report>
}

/**
 * The summary of a run of which nothing was told yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: Summary = {
  run: Option.none(),
  program: Option.none(),
  phase: "running",
  at: 0,
  of: 0,
  rows: HashMap.empty(),
  failed: Option.none(),
  unseen: Option.none(),
  report: Option.none()
}

/**
 * The summary after one more event.
 *
 * @category folding
 * @since 0.1.0
 */
export const apply = (self: Summary, event: RunEvent): Summary => {
  switch (event._tag) {
    case "RunStarted":
    case "RunResumed":
      return {
        run: Option.orElse(Option.fromNullable(event.run), () => self.run),
        program: Option.orElse(Option.fromNullable(event.program), () => self.program),
        phase: "running",
        at: event.at,
        of: event.of,
        rows: stopped(self.rows, Option.none()),
        failed: Option.none(),
        unseen: Option.none(),
        report: Option.none()
      }
    case "StepStarted":
      return isNumbered(event)
        ? put(self, { ...begun(event), why: Option.fromNullable(event.why), ran: true })
        : HashMap.has(self.rows, keyOf(event.path))
        ? about(self, event.path, (row) => ({ ...row, note: within(row, event.title), ran: true }))
        : { ...self, unseen: Option.some({ path: event.path, title: event.title ?? event.path }) }
    case "StepProgressed": {
      const { done, note, total } = event.progress
      return about(self, event.path, (row) => ({
        ...row,
        note: note ?? row.note,
        // A part does not speak for the whole group.
        ...(done === undefined || !isNumbered(event)
          ? {}
          : { count: Option.some({ done, failed: 0, total: Option.fromNullable(total) }) })
      }))
    }
    case "Retrying":
      return about(self, event.path, (row) => isNumbered(event) ? { ...row, attempts: event.attempt + 1 } : row)
    case "StepSucceeded":
      return isNumbered(event)
        ? put(self, { ...executed(self, event), status: "done", summary: Option.fromNullable(event.summary) })
        : { ...self, unseen: Option.filter(self.unseen, ({ path }) => path !== event.path) }
    case "StepFailed": {
      const { attempts, path, problem, title = path } = event
      const told = isNumbered(event)
        ? put(self, { ...executed(self, event), status: "failed", problem: Option.some(problem) })
        : about(self, path, (row) => ({ ...row, problem: Option.orElseSome(row.problem, () => problem) }))
      return { ...told, failed: Option.some({ path, title, attempts }) }
    }
    case "Reused":
      return isNumbered(event)
        ? put(self, { ...begun(event), status: "kept", summary: Option.fromNullable(event.summary) })
        : self
    case "Skipped":
      return isNumbered(event) ? put(self, { ...begun(event), status: "skipped" }) : self
    case "GroupProgressed": {
      if (!isNumbered(event)) return self
      const { at, done, failed, open, total } = event
      const before = Option.getOrElse(
        Option.filter(rowOf(self, event.path), ({ status }) => status === "running"),
        () => begun(event)
      )
      return put(self, {
        ...before,
        isGroup: true,
        status: open ? before.status : closed(before, event),
        ms: at - before.at,
        count: Option.some({ done, failed, total: Option.some(total) })
      })
    }
    case "RequestOpened":
      return about(self, event.request.path, asking)
    case "RequestStillOpen":
      return about(self, event.path, asking)
    case "Compensated":
      return event.problem === undefined ? about(self, event.path, (row) => ({ ...row, status: "undone" })) : self
    case "RunSuspended":
      return { ...self, phase: "waiting", rows: stopped(self.rows, Option.some(event.at)) }
    case "RunInterrupted":
      return { ...self, phase: "interrupted", rows: stopped(self.rows, Option.some(event.at)) }
    case "RunFailed": {
      const over = { ...self, phase: "failed", rows: stopped(self.rows, Option.some(event.at)) } as const
      // What failed may be the whole that a row stands for, and no step in it.
      return event.path === undefined ? over : about(over, event.path, (row) =>
        row.status === "failed"
          ? row
          : { ...row, status: "failed", problem: Option.some(event.problem) })
    }
    case "RunSucceeded":
      return { ...self, phase: "done" }
    case "AnswerRecorded":
      return about(
        self,
        event.path,
        (row) => row.status === "waiting" ? { ...row, status: "running", asks: false } : row
      )
    case "StepVoided":
      // A group that is under way goes on with an earlier one of its parts.
      return event.path !== keyOf(event.path) &&
          Option.exists(rowOf(self, event.path), ({ status }) => status === "running")
        ? self
        : { ...self, rows: HashMap.remove(self.rows, keyOf(event.path)) }
    case "Validated":
      return event.path === "" ? { ...self, report: Option.some(event.report) } : self
    case "Announced":
    case "Foreseen":
    case "AnswerRefused":
    case "ChoiceMade":
      return self
  }
}

/**
 * Gives the summary after each event that it is told, from the first.
 *
 * @category folding
 * @since 0.1.0
 */
export const folding = (): (event: RunEvent) => Summary => {
  let summary = empty
  return (event) => summary = apply(summary, event)
}

/**
 * The rows in the order of their numbers; what recovers from a step follows it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const rows = (self: Summary): ReadonlyArray<Row> =>
  Array.from(HashMap.values(self.rows)).sort((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1))

/**
 * How many of the numbered steps need nothing more.
 *
 * @category accessors
 * @since 0.1.0
 */
export const settled = (self: Summary): number =>
  self.phase === "done"
    ? self.of
    : new Set(rows(self).filter(({ status }) => isSettled[status]).map(({ number }) => number)).size

const isSettled: Record<Row["status"], boolean> = {
  done: true,
  kept: true,
  skipped: true,
  ahead: false,
  running: false,
  waiting: false,
  failed: false,
  stopped: false,
  undone: false
}

/**
 * The row that a path belongs to: its own, or that of the group it is in.
 *
 * @category accessors
 * @since 0.1.0
 */
export const rowOf = (self: Summary, path: string): Option.Option<Row> => HashMap.get(self.rows, keyOf(path))

/**
 * The row that an event changed, as it is after it and as it was before; nothing where the event is about the whole run.
 *
 * @category accessors
 * @since 0.1.0
 */
export const changed = (
  before: Summary,
  after: Summary,
  event: RunEvent
): Option.Option<{ readonly row: Row; readonly was: Option.Option<Row> }> => {
  const path = event._tag === "RequestOpened"
    ? event.request.path
    : "path" in event && event._tag !== "RunFailed"
    ? event.path
    : undefined
  if (path === undefined) return Option.none()
  const was = rowOf(before, path)
  return Option.filterMap(
    rowOf(after, path),
    (row) => Option.contains(was, row) ? Option.none() : Option.some({ row, was })
  )
}

const isNumbered = <P extends { readonly number?: number | undefined }>(event: P): event is P & { number: number } =>
  event.number !== undefined

/** A step that has ended, with the parts that it told of while it ran. */
const executed = (
  self: Summary,
  event: Place & {
    readonly number: number
    readonly ms: number
    readonly attempts: number
    readonly why?: string | undefined
  }
): Row => ({
  ...begun(event),
  ms: event.ms,
  attempts: event.attempts,
  why: Option.fromNullable(event.why),
  count: Option.flatMap(rowOf(self, event.path), ({ count }) => count),
  ran: true
})

const about = (self: Summary, path: string, f: (row: Row) => Row): Summary =>
  Option.match(rowOf(self, path), { onNone: () => self, onSome: (row) => put(self, f(row)) })

/** What has become of a group that is over. */
const closed = (
  { asks, problem, ran }: Row,
  { done, failed, total }: { readonly done: number; readonly failed: number; readonly total: number }
): Row["status"] =>
  total === 0
    ? "skipped"
    : done >= total
    ? ran ? "done" : "kept"
    : failed > 0 || Option.isSome(problem)
    ? "failed"
    : asks
    ? "waiting"
    : "stopped"

/** A part is called `Group: part`, and the group is known. */
const within = (row: Row, title = ""): string =>
  title.startsWith(`${row.title}: `) ? title.slice(row.title.length + 2) : title
