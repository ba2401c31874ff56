/**
 * The steps of a run, each with its bar, and all there is to say of it below.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as paint from "../../layers/Reporter/paint.ts"
import * as rowOf from "../../layers/Reporter/row.ts"
import * as words from "../../layers/Reporter/words.ts"
import type { DurableEvent } from "../../pipeline/RunEvent.ts"
import * as Summary from "../../pipeline/Summary.ts"
import { type Content, el, type Html } from "./html.ts"
import { command, count, problem, section, time, value } from "./parts.ts"
import type { Report } from "./Report.ts"
import type { Timeline } from "./timeline.ts"

/** More rows than this are no list that somebody reads. */
const most = 400
/** The same of the parts of one step, and of all parts together. */
const mostParts = 100
const mostPartsInAll = 1000
/** In characters: what is shown of a result, where there are few, and of all results together. */
const longest = 4000
const longestInAll = 1_000_000

/** @category rendering */
export const render = (report: Report, timeline: Timeline): Content => {
  const rows = Summary.rows(report.summary)
  const context = contextOf(report, timeline, Math.min(rows.length, most))
  const { pauses } = timeline.axis
  return rows.length === 0 ? [] : section(
    "Steps",
    el(
      "p",
      { class: "legend" },
      "Bars show when a step was under way, by the time without pauses. ",
      ...Array.from(timeline.kinds).sort().map((kind) =>
        el(
          "span",
          { class: "key" },
          el("svg", { "aria-hidden": "true" }, el("rect", { class: kind })),
          ` ${bars[kind]} `
        )
      ),
      ...(pauses.length === 0 ? [] : [
        el("span", { class: "key" }, el("svg", { "aria-hidden": "true" }, el("rect", { class: "pause" })), " "),
        `${count(pauses.length, "pause")}, ${words.duration(pauses.reduce((sum, { ms }) => sum + ms, 0))} in all`
      ])
    ),
    el("div", { class: "row over" }, timeline.head),
    el(
      "ol",
      { class: "steps" },
      ...chosen(rows).map((one) => one.length === 1 ? each(one[0], context) : left(one, context))
    )
  )
}

const bars = { done: "it succeeded", failed: "it failed", waits: "a question was open" }

interface Context {
  readonly report: Report
  readonly timeline: Timeline
  readonly now: Report["now"]
  /** Everything recorded of the execution of a step, by its path. */
  readonly ended: ReadonlyMap<string, ReadonlyArray<Ended>>
  /** The parts of each row, in the order in which they ran. */
  readonly parts: ReadonlyMap<string, ReadonlyArray<Summary.Row>>
  /** How many parts of one step are shown. */
  readonly mostParts: number
  /** How much of a result is shown. */
  readonly longest: number
}

type Ended = Extract<DurableEvent, { readonly _tag: "StepSucceeded" | "StepFailed" | "StepVoided" }>

const contextOf = (report: Report, timeline: Timeline, shown: number): Context => {
  const ended = new Map<string, Array<Ended>>()
  for (const event of report.events) {
    if (event._tag !== "StepSucceeded" && event._tag !== "StepFailed" && event._tag !== "StepVoided") continue
    const all = ended.get(event.path)
    if (all === undefined) ended.set(event.path, [event])
    else all.push(event)
  }
  const parts = new Map<string, Array<Summary.Row>>()
  for (const part of report.executions.values()) {
    const slash = part.path.indexOf("/")
    if (slash < 0) continue
    const key = part.path.slice(0, slash)
    const all = parts.get(key)
    if (all === undefined) parts.set(key, [part])
    else all.push(part)
  }
  const atMost = Math.min(mostParts, Math.max(5, Math.floor(mostPartsInAll / Math.max(1, parts.size))))
  const results = shown + Array.from(parts.values()).reduce((sum, { length }) => sum + Math.min(length, atMost), 0)
  return {
    report,
    timeline,
    now: report.now,
    ended,
    parts,
    mostParts: atMost,
    longest: Math.min(longest, Math.max(200, Math.floor(longestInAll / Math.max(1, results))))
  }
}

type Rows = readonly [Summary.Row, ...ReadonlyArray<Summary.Row>]

/** All rows, or those that are worth it, and the others together between them. */
const chosen = (rows: ReadonlyArray<Summary.Row>): ReadonlyArray<Rows> => {
  const worth = (row: Summary.Row): number =>
    row.status === "failed" || row.status === "waiting" || row.status === "running" || row.status === "stopped" ||
      row.status === "undone"
      ? Infinity
      : row.attempts > 1 || Option.isSome(row.why)
      ? Number.MAX_VALUE
      : row.ms
  const shown = rows.length <= most
    ? new Set(rows)
    : new Set([
      ...rows.slice(0, 20),
      ...rows.slice(-20),
      ...rows.map((row) => [row, worth(row)] as const).sort(([, a], [, b]) => a === b ? 0 : b - a).slice(0, most - 40)
        .map(([row]) => row)
    ])
  const groups: Array<[Summary.Row, ...Array<Summary.Row>]> = []
  let open: [Summary.Row, ...Array<Summary.Row>] | undefined
  for (const row of rows) {
    if (shown.has(row)) {
      groups.push([row])
      open = undefined
    } else if (open === undefined) groups.push(open = [row])
    else open.push(row)
  }
  return groups
}

const marks = rowOf.marks(paint.make(false))

const line = (row: Summary.Row, name: Content, bar: Html, said = rowOf.outcome(row)): ReadonlyArray<Content> => [
  el("span", { class: `mark ${row.status}`, "aria-hidden": "true" }, marks[row.status]),
  el("span", { class: "name" }, name, ...(said === "" ? [] : [el("span", { class: "said" }, said)])),
  el("span", { class: `state ${row.status}` }, named[row.status]),
  el("span", { class: "took" }, row.status === "ahead" || row.at === 0 ? "" : words.duration(row.ms)),
  bar
]

/** What became of it in a word, for who does not see colours and marks. */
const named: Record<Summary.Row["status"], string> = {
  ahead: "not begun",
  running: "running",
  waiting: "waiting",
  done: "done",
  kept: "kept",
  skipped: "not needed",
  failed: "failed",
  stopped: "stopped",
  undone: "undone"
}

/** A row that says no more than its state says. */
const saidOf = (row: Summary.Row): string => {
  const said = rowOf.outcome(row)
  return said === named[row.status] ? "" : said
}

const each = (row: Summary.Row, context: Context): Html => {
  const { report, timeline } = context
  const name = [
    el("span", { class: "number" }, `${row.number}/${report.summary.of} `),
    el("span", { class: "title" }, row.title)
  ]
  const inside = about(row, row.path, context)
  const cells = line(row, name, timeline.bar([row.path]), saidOf(row))
  return el(
    "li",
    { class: row.status },
    row.status === "ahead" || row.status === "skipped"
      ? el("div", { class: "row" }, cells)
      : el(
        "details",
        row.status === "failed" || row.status === "waiting" ? { open: "open" } : {},
        el("summary", { class: "row" }, cells),
        el("div", { class: "inside" }, inside)
      )
  )
}

/** Rows that are not shown one by one. */
const left = (rows: Rows, { timeline }: Context): Html => {
  const [first] = rows
  const last = rows.at(-1) ?? first
  const states = new Map<string, number>()
  for (const { status } of rows) states.set(named[status], (states.get(named[status]) ?? 0) + 1)
  return el(
    "li",
    { class: "left" },
    el(
      "div",
      { class: "row" },
      el("span", { class: "mark", "aria-hidden": "true" }, "⋮"),
      el("span", { class: "name" }, el("span", { class: "title" }, `Steps ${first.number} to ${last.number}`)),
      el("span", { class: "state" }, [...states].map(([name, count]) => `${count} ${name}`).join(", ")),
      el("span", { class: "took" }, words.duration(rows.reduce((sum, { ms }) => sum + ms, 0))),
      timeline.bar(rows.map(({ path }) => path))
    )
  )
}

/** All there is to say of a step, or of a part of one. */
const about = (row: Summary.Row, path: string, context: Context): ReadonlyArray<Content> => {
  const { asides, commands, executions, info } = context.report
  const { bytes, isKept } = asides.recorded(path)
  const execution = executions.get(path)
  const records = context.ended.get(path) ?? []
  const result = records.at(-1)
  const spent = asides.spent.get(path)
  const undone = Option.getOrUndefined(asides.undone(path))
  const whole = command(commands.show(path))
  const facts = [
    el("code", {}, path),
    ...(row.at === 0 ? [] : [["began ", time(row.at, context.now)]]),
    ...(execution === undefined && row.isGroup ? [] : [count(row.attempts, "attempt")]),
    ...(bytes === 0 ? [] : [words.size(bytes)]),
    ...(isKept && info.status !== "done" ? ["kept from before the run last went on"] : [])
  ]
  const problems = row.status === "failed" ? Option.toArray(row.problem) : []
  return [
    el("p", { class: "facts" }, ...facts.flatMap((fact, index) => index === 0 ? [fact] : [" · ", fact])),
    ...problems.map(problem),
    ...asides.choices(path).map(({ chose, member, reason }) =>
      el("p", {}, `${member}: ${chose}`, ...(reason === undefined ? [] : [` (${reason})`]))
    ),
    ...(spent === undefined || spent.requests === 0 ? [] : [el("p", {}, `Answers took ${words.ofUsage(spent)}`)]),
    ...(undone === undefined
      ? []
      : [
        el(
          "p",
          {},
          undone.problem === undefined
            ? ["Undone ", time(undone.at, context.now)]
            : `${undone.path === path ? "" : `${undone.path} `}could not be undone: ${words.ofProblem(undone.problem)}`
        )
      ]),
    ...(result?._tag === "StepSucceeded" && row.status !== "failed"
      ? [el("p", { class: "label" }, "Result"), value(result.value, context.longest, whole)]
      : []),
    ...before(records, context),
    ...(path.includes("/") ? [] : partsOf(path, context))
  ]
}

/** What came of it earlier, where it ran more than once. */
const before = (records: ReadonlyArray<Ended>, { now }: Context): ReadonlyArray<Content> => {
  const earlier = records.at(-1)?._tag === "StepVoided" ? records : records.slice(0, -1)
  return earlier.length === 0 ? [] : [
    el("p", { class: "label" }, "Before that"),
    el(
      "ul",
      {},
      ...earlier.slice(-5).map((event) =>
        el(
          "li",
          {},
          time(event.at, now),
          event._tag === "StepVoided"
            ? ` its result was given up: ${event.why}`
            : ` ${event._tag === "StepFailed" ? "failed" : "done"} in ${words.duration(event.ms)}${
              event._tag === "StepFailed" ? `: ${words.ofProblem(event.problem)}` : ""
            }`
        )
      )
    ),
    ...(earlier.length > 5 ? [el("p", { class: "more" }, `and ${count(earlier.length - 5, "time")} before`)] : [])
  ]
}

const partsOf = (path: string, context: Context): ReadonlyArray<Content> => {
  const all = context.parts.get(path) ?? []
  if (all.length === 0) return []
  const shown = all.length <= context.mostParts ? all : [
    ...all.filter(({ status }) => status !== "done"),
    ...all.filter(({ status }) => status === "done").sort((a, b) => b.ms - a.ms)
  ].slice(0, context.mostParts)
  return [
    el("p", { class: "label" }, all.length === shown.length ? "Its parts" : "Its slowest parts, and what failed"),
    el(
      "ol",
      { class: "steps parts" },
      ...shown.map((part) =>
        el(
          "li",
          { class: part.status },
          foldedRow(
            line(
              part,
              [
                el("span", { class: "title" }, part.path.slice(path.length + 1)),
                ...(part.title === part.path ? [] : [el("span", { class: "said" }, part.title)])
              ],
              context.timeline.bar([part.path]),
              saidOf(part)
            ),
            about(part, part.path, context)
          )
        )
      )
    ),
    ...(all.length === shown.length
      ? []
      : [
        el("p", { class: "more" }, `${all.length - shown.length} more: `, command(context.report.commands.show(path)))
      ])
  ]
}

const foldedRow = (cells: ReadonlyArray<Content>, inside: ReadonlyArray<Content>): Html =>
  el("details", {}, el("summary", { class: "row" }, cells), el("div", { class: "inside" }, inside))
