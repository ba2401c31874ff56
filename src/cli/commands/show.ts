/**
 * `show`: what each step of a run did, and how the run goes on.
 *
 * @since 0.1.0
 */
import { type DateTime, Effect, Option } from "effect"
import * as paint from "../../layers/Reporter/paint.ts"
import * as row from "../../layers/Reporter/row.ts"
import type * as Pipeline from "../../pipeline/Pipeline.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import type { DurableEvent, Problem } from "../../pipeline/RunEvent.ts"
import * as RunState from "../../pipeline/RunState.ts"
import * as Summary from "../../pipeline/Summary.ts"
import type { App, Outcome } from "../App.ts"
import * as handOff from "../handOff.ts"
import * as Io from "../Io.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import { suggest } from "../suggest.ts"
import { UsageError } from "../UsageError.ts"
import * as when from "../when.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "show",
  description: "Shows what each step of a run did, and how the run goes on.",
  args: [{ ...Spec.aRun, required: false }],
  flags: [
    { name: "step", kind: "value", meta: "PATH", description: "Show what this step gave, in full", group: "Options" },
    ...Spec.everywhere
  ],
  examples: [{ command: "show @last" }]
}

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const id = yield* Run.find(app.parsed.args[0] ?? "@last")
  const info = yield* Run.info(id)
  if (Option.isSome(info.damage)) return yield* info.damage.value
  const events = yield* Run.events(id)
  const pipeline = known.pipelineOf(app, info)
  const path = app.parsed.values.get("step")?.[0]
  return path === undefined
    ? ofRun(app, info, Summary.ofRecord(events, pipeline), yield* when.now)
    : yield* ofStep(app, info, events, pipeline, path)
})

const ofRun = (app: App, info: Run.Info, summary: Summary.Summary, now: DateTime.Zoned): Outcome => {
  const { called, home, io } = app
  const { id, program, state, status } = info
  const started = Option.getOrUndefined(state.started)
  const next = known.nextOf(app, info)
  const done = Summary.settled(summary)
  const rows = Summary.rows(summary)
  const requests = RunState.openRequests(state)
  const columns = Io.columnsOf(io.stdout)
  const layout = {
    paint: paint.make(Io.colors(io, io.stdout, app.parsed)),
    columns: columns - 2,
    left: row.left(rows),
    of: Option.some(summary.of)
  }
  return {
    json: {
      schema: "cairn.show/1",
      run: id,
      program,
      status,
      done,
      of: summary.of,
      started: when.iso(Option.map(state.started, ({ at }) => at)),
      changed: when.iso(state.at === 0 ? Option.none() : Option.some(state.at)),
      input: started?.input ?? null,
      settings: started?.settings ?? null,
      steps: rows.map(stepOf),
      requests: requests.map((request) => handOff.open(app, id, request)),
      problem: Option.getOrNull(state.problem),
      next: Option.getOrNull(next)
    },
    text: [
      ...printable.wrap(
        `${printable.line(program)} ${id} · ${status}${summary.of === 0 ? "" : ` · ${done} of ${summary.of} steps`}`,
        columns
      ),
      ...(started === undefined ? [] : [
        printable.fit(`started ${when.short(started.at, now)} · input ${short(started.input, io.cwd)}`, columns)
      ]),
      "",
      ...rows.flatMap((one) => row.full(one, layout).map((line) => `  ${line}`)),
      ...Option.match(state.problem, { onNone: () => [], onSome: fixOf }),
      ...requests.flatMap((request) => ["", ...handOff.toLines(app, id, request, requests, columns)]),
      ...(rows.length === 0 ? [] : ["", `What a step gave: ${called} show ${quote(id)} --step NUMBER${home.option}`]),
      ...Option.match(requests.length > 0 ? Option.none() : next, {
        onNone: () => [],
        onSome: (command) => [`Go on: ${command}`]
      })
    ].join("\n") + "\n"
  }
}

const ofStep = Effect.fnUntraced(function*(
  app: App,
  { id }: Run.Info,
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>,
  asked: string
) {
  const executions = Summary.executions(events, pipeline)
  const rows = Summary.rows(Summary.ofRecord(events, pipeline))
  const path = rows.find(({ number }) => String(number) === asked)?.path ?? asked
  const one = executions.get(path)
  if (one !== undefined) {
    const value = events.findLast((event) => event._tag === "StepSucceeded" && event.path === path)
    const given = one.status !== "failed" && value?._tag === "StepSucceeded" ? value.value : undefined
    return {
      json: { schema: "cairn.step/1", run: id, ...stepOf(one), value: given ?? null },
      text: given === undefined
        ? Option.match(one.problem, { onNone: () => "", onSome: problemOf })
        : `${printable.json(JSON.stringify(given, null, 2))}\n`
    } satisfies Outcome
  }
  const parts = Array.from(executions.values()).filter((row) => row.path.startsWith(`${path}/`))
  if (parts.length > 0) {
    const named = parts.map((row) => ({ ...row, title: row.path }))
    const layout = {
      paint: paint.make(Io.colors(app.io, app.io.stdout, app.parsed)),
      columns: Io.columnsOf(app.io.stdout),
      left: row.left(named),
      of: Option.none()
    }
    return {
      json: { schema: "cairn.step/1", run: id, path, parts: parts.map(stepOf) },
      text: named.flatMap((one) => row.full(one, layout)).join("\n") + "\n"
    } satisfies Outcome
  }
  const paths = [...new Set([...rows.map(({ path }) => path), ...executions.keys()])]
  return yield* new UsageError({
    reason: `Run "${id}" has no record of a step "${printable.line(asked)}".`,
    fix: Option.match(suggest(asked, paths), {
      onNone: () => paths.length === 0 ? `${app.name} show ${quote(id)}` : `It has: ${paths.slice(0, 20).join(", ")}`,
      onSome: (meant) => `Did you mean --step ${quote(meant)}?`
    })
  })
})

/** A row as data. */
const stepOf = ({ at, attempts, count, ms, number, path, problem, status, summary, title, why }: Summary.Row) => ({
  path,
  ...(number === 0 ? {} : { number }),
  title,
  status,
  at: when.iso(at === 0 ? Option.none() : Option.some(at)),
  ms,
  attempts,
  why: Option.getOrNull(why),
  summary: Option.getOrNull(summary),
  problem: Option.getOrNull(problem),
  ...Option.match(count, {
    onNone: () => ({}),
    onSome: ({ done, failed, total }) => ({ parts: { done, failed, total: Option.getOrNull(total) } })
  })
})

const fixOf = (problem: Problem): ReadonlyArray<string> =>
  problem._tag === "Failure" && problem.fix !== undefined ? ["", `fix    ${printable.line(problem.fix)}`] : []

const problemOf = (problem: Problem): string =>
  problem._tag === "Failure"
    ? [`${problem.tag}: ${printable.text(problem.message)}`, ...fixOf(problem), ""].join("\n")
    : [`${problem.name}: ${printable.text(problem.message)}`, ...problem.frames.map((frame) => `  ${frame}`), ""].join(
      "\n"
    )

/** The input in a few words; paths below the current folder as they are called from it. */
const short = (input: unknown, cwd: string): string =>
  printable.line((JSON.stringify(input) ?? "").replaceAll(`${cwd}/`, ""))
