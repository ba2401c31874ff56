/**
 * What people want to know of a run: which steps there are, what came of each, how far the whole is.
 *
 * A fold of events: the same whether they are told while the run is under way, or read back from its checkpoint.
 *
 * @since 0.1.0
 */
import { Either, HashMap, Option } from "effect"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import type { DurableEvent, Foretold, Problem, RunEvent } from "./RunEvent.ts"
import { openRequests, type Phase, type RunState } from "./RunState.ts"
import type * as Step from "./Step.ts"
import { summaryOf } from "./summaryOf.ts"
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

const keyOf = (path: string): string => {
  const slash = path.indexOf("/")
  return slash < 0 ? path : path.slice(0, slash)
}

interface Place {
  readonly path: string
  readonly title?: string | undefined
  readonly number?: number | undefined
  readonly at: number
}

const isNumbered = <P extends { readonly number?: number | undefined }>(event: P): event is P & { number: number } =>
  event.number !== undefined

const begun = ({ at, number, path, title = path }: Place & { readonly number: number }): Row => ({
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

const put = (self: Summary, row: Row): Summary => ({ ...self, rows: HashMap.set(self.rows, row.path, row) })

const about = (self: Summary, path: string, f: (row: Row) => Row): Summary =>
  Option.match(rowOf(self, path), { onNone: () => self, onSome: (row) => put(self, f(row)) })

/** A group goes on with its other parts. */
const asking = (row: Row): Row => ({ ...row, asks: true, status: row.isGroup ? row.status : "waiting" })

const hasFailed = ({ count }: Row): boolean => Option.exists(count, ({ failed }) => failed > 0)

/** The rows once nothing is under way any more; since when, if anybody was there to say. */
const stopped = (rows: Summary["rows"], at: Option.Option<number>): Summary["rows"] =>
  HashMap.map(rows, (row) =>
    row.status !== "running" ? row : {
      ...row,
      status: hasFailed(row) ? "failed" : row.asks ? "waiting" : "stopped",
      ms: Option.match(at, { onNone: () => row.ms, onSome: (at) => at - row.at })
    })

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

// --- what was recorded

/**
 * What the checkpoint of a run says, with the numbers and titles that the pipeline has today. Of a pipeline that is not
 * known, the keys are its titles.
 *
 * Records alone do not tell whether there is more to come of a step that is made of several, or one that is not there:
 * for that it takes what `Run.verdicts` says, and whether somebody still has the run.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofRecord = (
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>,
  known: {
    readonly verdicts?: ReadonlyMap<string, Foretold["verdict"]>
    readonly isStopped?: boolean
  } = {}
): Summary => {
  const record = recorder(pipeline)
  const told = events.reduce((self, event) => {
    switch (event._tag) {
      case "StepSucceeded":
      case "StepFailed":
        return record.ended(self, endedOf(event))
      case "RequestOpened":
        return record.asked(self, event.request.path, event.at)
      case "RunSucceeded":
        return apply(record.passed(self, Infinity), event)
      case "RunFailed":
        return apply(event.path === undefined ? self : record.reached(self, event.path, event.at), event)
      default:
        return apply(self, event)
    }
  }, empty)
  const over = known.isStopped === true ? { ...told, rows: stopped(told.rows, Option.none()) } : told
  const whole = record.withRest(over)
  return whole.phase === "done" ? whole : record.judged(whole, known.verdicts ?? new Map())
}

/**
 * The same of the state of a run, as far as that can tell it: without times and results.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofState = (state: RunState, pipeline: Option.Option<Pipeline.Any>): Summary => {
  const record = recorder(pipeline)
  const begun = Option.orElse(state.resumed, () => state.started)
  let self: Summary = {
    ...empty,
    of: Option.match(begun, { onNone: () => 0, onSome: ({ of }) => of }),
    phase: state.phase
  }
  for (
    const [path, { succeeded }] of Array.from(state.executions).sort(([, a], [, b]) => a.position - b.position)
  ) self = record.ended(self, { path, at: 0, ms: 0, attempts: 1, result: succeeded ? Either.void : unknown })
  for (const { path } of openRequests(state)) self = record.asked(self, path, 0)
  return record.withRest(
    state.phase === "done"
      ? record.passed(self, Infinity)
      : state.phase === "running"
      ? self
      : { ...self, rows: stopped(self.rows, Option.none()) }
  )
}

/**
 * The last execution of every step, by its full path, as a row of its own: hidden steps and the parts of groups too.
 *
 * @category accessors
 * @since 0.1.0
 */
export const executions = (
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>
): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>()
  for (const event of events) {
    if (event._tag === "StepVoided") rows.delete(event.path)
    if (event._tag === "Compensated" && event.problem === undefined) {
      const row = rows.get(event.path)
      if (row !== undefined) rows.set(event.path, { ...row, status: "undone" })
    }
    if (event._tag !== "StepSucceeded" && event._tag !== "StepFailed") continue
    const { at, path } = event
    const step = Option.flatMap(pipeline, (pipeline) => Plan.stepAt(pipeline, path))
    const title = Option.match(step, { onNone: () => path, onSome: ({ title }) => title })
    // Again at the end: in the order in which they ran last.
    rows.delete(path)
    rows.set(path, { ...over(begun({ at, path, title, number: 0 }), endedOf(event), step), path })
  }
  return rows
}

const unknown: Either.Either<unknown, Problem> = Either.left({ _tag: "Defect", name: "", message: "", frames: [] })

/** One execution of a step, as it was recorded. */
interface Ended {
  readonly path: string
  readonly at: number
  readonly ms: number
  readonly attempts: number
  readonly why?: string | undefined
  readonly result: Either.Either<unknown, Problem>
}

/** The row of a step that has ended. */
const over = (row: Row, { attempts, ms, result, why }: Ended, step: Option.Option<Step.Any>): Row => ({
  ...row,
  status: Either.isRight(result) ? "done" : "failed",
  ms,
  attempts,
  why: Option.fromNullable(why),
  summary: Option.flatMap(
    Option.all([step, Either.getRight(result)]),
    ([{ definition }, json]) =>
      Option.flatMapNullable(
        Either.getRight(definition.success.decode(json)),
        (value) => summaryOf(definition, value).summary
      )
  ),
  problem: Either.getLeft(result),
  ran: true
})

const endedOf = (event: Extract<DurableEvent, { readonly _tag: "StepSucceeded" | "StepFailed" }>): Ended => ({
  ...event,
  result: event._tag === "StepSucceeded" ? Either.right(event.value) : Either.left(event.problem)
})

/** Puts what was recorded into rows: a record holds a path, and no number or title. */
const recorder = (pipeline: Option.Option<Pipeline.Any>) => {
  const nodes = new Map(
    Option.match(pipeline, { onNone: () => [], onSome: (pipeline) => Plan.of(pipeline).nodes })
      .map((node) => [node.key, node])
  )
  const recoveries = new Map(
    Option.match(pipeline, { onNone: () => [], onSome: Pipeline.nodes })
      .flatMap((node) => node._tag === "CatchTag" ? [[`${node.key}#catch`, Plan.titleOf(node.recovery)]] : [])
  )
  /** The keys of a pipeline that is not known, in the order in which they come up. */
  const keys = new Map<string, number>()
  /** The parts of each group that have ended, and whether they ended well. */
  const parts = new Map<string, Map<string, boolean>>()
  /** The rows of steps that are tried until what they give is good enough. */
  const tried = new Set<string>()

  const placeOf = (path: string, at: number) => {
    const key = keyOf(path)
    const plain = key.replace(/#.*$/, "")
    if (Option.isNone(pipeline)) {
      const number = keys.get(plain) ?? keys.size + 1
      keys.set(plain, number)
      return { at, path, number, title: key, isPart: path !== key, isBeside: false }
    }
    const node = nodes.get(plain)
    if (node === undefined || Option.isNone(node.number)) return undefined
    const isPart = node.kind === "repeat" ? path.split("/").length > 2 : path !== key
    return {
      at,
      path,
      number: node.number.value,
      title: recoveries.get(key) ?? node.title,
      isPart,
      isBeside: node.kind === "branch"
    }
  }

  /** Nothing begins before the groups that come earlier are over, except what runs beside them. */
  const passed = (self: Summary, number: number): Summary => ({
    ...self,
    rows: HashMap.map(
      self.rows,
      (row) =>
        row.number < number && (parts.has(row.path) || tried.has(row.path)) &&
          (row.status === "running" || row.status === "stopped")
          ? { ...row, status: hasFailed(row) ? "failed" : "done" }
          : row
    )
  })

  const ended = (self: Summary, { at, attempts, ms, path, result, why }: Ended): Summary => {
    const step = Option.flatMap(pipeline, (pipeline) => Plan.stepAt(pipeline, path))
    const place = placeOf(path, at)
    const problem = Either.getLeft(result)
    const told = {
      ...self,
      failed: Option.isNone(problem)
        ? self.failed
        : Option.some({
          path,
          title: Option.match(step, { onNone: () => path, onSome: ({ title }) => title }),
          attempts
        })
    }
    if (place === undefined) return told
    const now = place.isBeside ? told : passed(told, place.number)
    const row = begun(place)
    if (!place.isPart) {
      const one = over(row, { attempts, ms, path, result, why, at }, step)
      if (path === row.path || one.status !== "done") return put(now, one)
      // There may be another attempt, until something comes after it.
      tried.add(row.path)
      return put(now, { ...one, status: "running" })
    }
    const group = parts.get(row.path) ?? new Map<string, boolean>()
    // What recovers from a failure stands in its place.
    const recovered = path.lastIndexOf("#catch")
    if (recovered >= 0) {
      const from = path.slice(0, recovered)
      for (const [part, well] of group) {
        if (!well && (part === from || part.startsWith(`${from}/`))) group.delete(part)
      }
    }
    parts.set(row.path, group.set(path, Option.isNone(problem)))
    const before = Option.getOrElse(
      Option.filter(rowOf(now, path), ({ status }) => status === "running"),
      () => row
    )
    const done = Array.from(group.values()).filter((well) => well).length
    return put(now, {
      ...before,
      isGroup: true,
      ms: at + ms - before.at,
      count: Option.some({ done, failed: group.size - done, total: Option.none() }),
      problem: Option.orElse(problem, () => before.problem),
      ran: true
    })
  }

  const asked = (self: Summary, path: string, at: number): Summary => {
    const place = placeOf(path, at)
    if (place === undefined) return self
    const now = place.isBeside ? self : passed(self, place.number)
    return put(now, asking(Option.getOrElse(rowOf(now, path), () => begun(place))))
  }

  /** With the row that a path belongs to, although nothing in it was recorded. */
  const reached = (self: Summary, path: string, at: number): Summary => {
    const place = placeOf(path, at)
    return place === undefined || Option.isSome(rowOf(self, path)) ? self : put(self, begun(place))
  }

  /** With the rows that nothing was recorded of: they were not needed, or have not begun. */
  const withRest = (self: Summary): Summary => {
    const last = rows(self).at(-1)
    const isBeside = last !== undefined && nodes.get(last.path.replace(/#.*$/, ""))?.kind === "branch"
    const isPast = ({ kind }: Plan.PlanNode, number: number): boolean =>
      self.phase === "done" || (last !== undefined && number < last.number && !(isBeside && kind === "branch"))
    return {
      ...self,
      rows: Array.from(nodes.values()).reduce((rows, node) => {
        const { key, number, title } = node
        if (Option.isNone(number) || HashMap.has(rows, key)) return rows
        const status = isPast(node, number.value) ? "skipped" : "ahead"
        return HashMap.set(rows, key, { ...begun({ at: 0, path: key, number: number.value, title }), status })
      }, self.rows)
    }
  }

  /** With what becomes of the rows of which records alone do not tell it. */
  const judged = (self: Summary, verdicts: ReadonlyMap<string, Foretold["verdict"]>): Summary => ({
    ...self,
    rows: HashMap.map(self.rows, (row) => {
      // What recovers from a step is part of what becomes of it.
      const verdict = verdicts.get(row.path.replace(/#.*$/, ""))
      if (verdict === undefined) return row
      const isOver = verdict === "kept" || verdict === "skipped"
      if (row.status === "skipped") return isOver ? row : { ...row, status: "ahead" }
      const isOfParts = parts.has(row.path) || tried.has(row.path)
      if (isOver) {
        return isOfParts && (row.status === "running" || row.status === "stopped") ? { ...row, status: "done" } : row
      }
      if (row.status !== "done") return row
      // A step that runs again, since it or its input is another by now, is as good as one that has not run.
      return isOfParts ? { ...row, status: "stopped" } : verdict === "perhaps" ? row : { ...row, status: "ahead" }
    })
  })

  return { ended, asked, passed, reached, withRest, judged }
}
