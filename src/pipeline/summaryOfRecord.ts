/**
 * The summary of a run as its checkpoint tells it, which holds paths and results, and no numbers or titles: those are the
 * ones that the pipeline has today.
 *
 * @since 0.1.0
 */
import { Either, HashMap, Option } from "effect"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import type { DurableEvent, Foretold, Problem } from "./RunEvent.ts"
import { openRequests, type RunState } from "./RunState.ts"
import type * as Step from "./Step.ts"
import { summaryOf } from "./summaryOf.ts"
import { apply, empty, type Row, rowOf, rows, type Summary } from "./summaryOfEvents.ts"
import { asking, begun, hasFailed, keyOf, put, stopped } from "./summaryRow.ts"

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
  /** The paths of questions by their ids: a session that stops for one again does not record it again. */
  const questions = new Map<string, string>()
  const told = events.reduce((self, event) => {
    switch (event._tag) {
      case "StepSucceeded":
      case "StepFailed":
        return record.ended(self, endedOf(event))
      case "RequestOpened":
        questions.set(event.request.id, event.request.path)
        return record.asked(self, event.request.path, event.at)
      case "RunSuspended":
        return apply(
          event.requests.reduce((self, id) => {
            const path = questions.get(id)
            return path === undefined ? self : record.asked(self, path, event.at)
          }, self),
          event
        )
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
  ) self = record.ended(self, { path, at: 0, ms: 0, attempts: 1, ...(succeeded ? well : badly) })
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

/** What a state tells of the end of a step. */
const well = { json: Option.none(), problem: Option.none() }
const badly = {
  json: Option.none(),
  problem: Option.some<Problem>({ _tag: "Defect", name: "", message: "", frames: [] })
}

/** One execution of a step, as it was recorded. */
interface Ended {
  readonly path: string
  readonly at: number
  readonly ms: number
  readonly attempts: number
  readonly why?: string | undefined
  /** Its result, where that is known. */
  readonly json: Option.Option<unknown>
  readonly problem: Option.Option<Problem>
}

/** The row of a step that has ended. */
const over = (row: Row, { attempts, json, ms, problem, why }: Ended, step: Option.Option<Step.Any>): Row => ({
  ...row,
  status: Option.isNone(problem) ? "done" : "failed",
  ms,
  attempts,
  why: Option.fromNullable(why),
  summary: Option.flatMap(
    Option.all([step, json]),
    ([{ definition }, json]) =>
      Option.flatMapNullable(
        Either.getRight(definition.success.decode(json)),
        (value) => summaryOf(definition, value).summary
      )
  ),
  problem,
  ran: true
})

const endedOf = (event: Extract<DurableEvent, { readonly _tag: "StepSucceeded" | "StepFailed" }>): Ended => ({
  ...event,
  json: event._tag === "StepSucceeded" ? Option.some(event.value) : Option.none(),
  problem: event._tag === "StepFailed" ? Option.some(event.problem) : Option.none()
})

/** The parts of a group that have ended, by path. */
class Parts {
  readonly well = new Set<string>()
  readonly badly = new Set<string>()

  add(path: string, endedWell: boolean): void {
    // What recovers from a failure stands in its place.
    const recovered = path.lastIndexOf("#catch")
    if (recovered >= 0) {
      const from = path.slice(0, recovered)
      for (const part of this.badly) if (part === from || part.startsWith(`${from}/`)) this.badly.delete(part)
    }
    const [now, before] = endedWell ? [this.well, this.badly] : [this.badly, this.well]
    before.delete(path)
    now.add(path)
  }
}

const countOf = ({ badly, well }: Parts): Row["count"] =>
  Option.some({ done: well.size, failed: badly.size, total: Option.none() })

const isRunning = ({ status }: Row): boolean => status === "running"

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
  /** The parts of each group that have ended. */
  const parts = new Map<string, Parts>()
  /** The rows of steps that are tried until what they give is good enough. */
  const tried = new Set<string>()
  /** Those of both that may still go on: few, where there are ten thousand rows. */
  const open = new Set<string>()

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
  const passed = (self: Summary, number: number): Summary =>
    Array.from(open).reduce((self, path) => {
      const row = Option.getOrUndefined(HashMap.get(self.rows, path))
      if (row === undefined || row.number >= number || (row.status !== "running" && row.status !== "stopped")) {
        return self
      }
      open.delete(path)
      return put(self, { ...row, status: hasFailed(row) ? "failed" : "done" })
    }, self)

  const ended = (self: Summary, end: Ended): Summary => {
    const { at, attempts, ms, path, problem } = end
    const step = Option.flatMap(pipeline, (pipeline) => Plan.stepAt(pipeline, path))
    const place = placeOf(path, at)
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
      const one = over(row, end, step)
      if (path === row.path || one.status !== "done") return put(now, one)
      // There may be another attempt, until something comes after it.
      tried.add(row.path)
      open.add(row.path)
      return put(now, { ...one, status: "running" })
    }
    const group = parts.get(row.path) ?? new Parts()
    parts.set(row.path, group)
    open.add(row.path)
    group.add(path, Option.isNone(problem))
    const before = Option.getOrElse(Option.filter(rowOf(now, path), isRunning), () => row)
    return put(now, {
      ...before,
      isGroup: true,
      ms: at + ms - before.at,
      count: countOf(group),
      problem: Option.orElse(problem, () => before.problem),
      ran: true
    })
  }

  const asked = (self: Summary, path: string, at: number): Summary => {
    const place = placeOf(path, at)
    if (place === undefined) return self
    const now = place.isBeside ? self : passed(self, place.number)
    const row = Option.getOrElse(Option.filter(rowOf(now, path), isRunning), () => begun(place))
    const group = place.isPart ? parts.get(row.path) : undefined
    if (group === undefined) return put(now, asking(row))
    // What had failed before is tried once more.
    group.badly.delete(path)
    return put(now, asking({ ...row, isGroup: true, count: countOf(group), ran: true }))
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
