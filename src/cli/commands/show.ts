/**
 * `show`: what each step of a run did, and how the run goes on.
 *
 * @since 0.1.0
 */
import { type DateTime, Effect, Option } from "effect"
import * as paint from "../../layers/Reporter/paint.ts"
import * as row from "../../layers/Reporter/row.ts"
import * as words from "../../layers/Reporter/words.ts"
import type * as Pipeline from "../../pipeline/Pipeline.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import type { DurableEvent, Problem, Usage } from "../../pipeline/RunEvent.ts"
import * as RunState from "../../pipeline/RunState.ts"
import * as Summary from "../../pipeline/Summary.ts"
import * as usage from "../../pipeline/usage.ts"
import type { App, Outcome } from "../App.ts"
import * as Asides from "../Asides.ts"
import * as failure from "../failure.ts"
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
    {
      name: "step",
      kind: "value",
      meta: "STEP",
      completes: "steps",
      description: "Show what this step gave, in full: its number, or its path",
      group: "Options"
    },
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
  const pipeline = yield* known.pipelineOf(app, info)
  const path = app.parsed.values.get("step")?.[0]
  const now = yield* when.now
  return path === undefined
    ? ofRun(app, info, yield* known.summaryOf(info, events, pipeline), Asides.of(info, events), now)
    : yield* ofStep(app, info, events, pipeline, path, now)
})

const ofRun = (
  app: App,
  info: Run.Info,
  summary: Summary.Summary,
  asides: Asides.Asides,
  now: DateTime.Zoned
): Outcome => {
  const { called, home, io } = app
  const { id, program, state, status } = info
  const started = Option.getOrUndefined(state.started)
  const next = known.nextOf(app, info)
  const done = Summary.settled(summary)
  const rows = started === undefined ? [] : Summary.rows(summary)
  const requests = RunState.openRequests(state)
  const columns = Io.columnsOf(io.stdout)
  const verbose = app.parsed.switches.get("verbose") === true
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
      parent: started?.parent ?? null,
      done,
      of: summary.of,
      started: when.iso(Option.map(state.started, ({ at }) => at)),
      changed: when.changed(info),
      input: started?.input ?? null,
      settings: started?.settings ?? null,
      steps: rows.map((row) => stepOf(row, asides)),
      bytes: rows.reduce((sum, { path }) => sum + asides.recorded(path).bytes, 0),
      undoing: state.undoing,
      usage: usageOf(state.usage),
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
        printable.fit(`started ${when.short(started.at, now)} · input ${short(started.input, io.cwd)}`, columns),
        ...(started.parent === undefined ? [] : [printable.fit(`fork of ${started.parent}`, columns)])
      ]),
      "",
      ...rows.flatMap((one) =>
        [...row.full(one, layout), ...below(one, asides, { columns: layout.columns, verbose, now })].map((line) =>
          `  ${line}`
        )
      ),
      ...(rows.length > 0 ? total(state.usage, columns) : []),
      ...Option.match(state.problem, { onNone: () => [], onSome: (problem) => fixOf(problem, columns) }),
      ...(state.undoing === 0
        ? []
        : [
          "",
          `What ${state.undoing} step${
            state.undoing === 1 ? "" : "s"
          } did is still to be undone: going on does that first.`
        ]),
      ...requests.flatMap((request) => ["", ...handOff.toLines(app, id, request, requests, columns)]),
      ...(rows.length === 0
        ? []
        : ["", `What a step gave: ${called} show ${quote(id)} --step NUMBER${home.option}`]),
      ...Option.match(requests.length > 0 ? Option.none() : next, {
        onNone: () => [],
        onSome: (command) => [`Go on: ${command}`]
      }),
      ...(started === undefined ? ["It was stopped before it began: repeat the command that started it."] : [])
    ].join("\n") + "\n"
  }
}

const ofStep = Effect.fnUntraced(function*(
  app: App,
  info: Run.Info,
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>,
  asked: string,
  now: DateTime.Zoned
) {
  const executions = Summary.executions(events, pipeline)
  const asides = Asides.of(info, events)
  const { id } = info
  const rows = Summary.rows(yield* known.summaryOf(info, events, pipeline))
  const path = rows.find(({ number }) => String(number) === asked)?.path ?? asked
  const one = executions.get(path)
  if (one !== undefined) {
    const value = events.findLast((event) => event._tag === "StepSucceeded" && event.path === path)
    const given = one.status !== "failed" && value?._tag === "StepSucceeded" ? value.value : undefined
    return {
      json: { schema: "cairn.step/1", run: id, ...stepOf(one, asides), value: given ?? null },
      text: given === undefined
        ? Option.match(one.problem, {
          onNone: () => "",
          onSome: (problem) => problemOf(problem, Io.columnsOf(app.io.stdout))
        })
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
      json: { schema: "cairn.step/1", run: id, path, parts: parts.map((part) => stepOf(part, asides)) },
      text: named.flatMap((one) => [
        ...row.full(one, layout),
        ...below(one, asides, { columns: layout.columns, verbose: app.parsed.switches.get("verbose") === true, now })
      ]).join("\n") + "\n"
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
const stepOf = (
  { at, attempts, count, ms, number, path, problem, status, summary, title, why }: Summary.Row,
  { choices, recorded, spent, undone }: Asides.Asides
) => ({
  path,
  ...(number === 0 ? {} : { number }),
  title,
  status,
  at: when.iso(at === 0 ? Option.none() : Option.some(at)),
  ms,
  attempts,
  kept: recorded(path).isKept,
  bytes: recorded(path).bytes,
  why: Option.getOrNull(why),
  summary: Option.getOrNull(summary),
  problem: Option.getOrNull(problem),
  undo: Option.match(undone(path), {
    onNone: () => null,
    onSome: ({ at, problem }) => ({ at: when.iso(Option.some(at)), problem: problem ?? null })
  }),
  usage: usageOf(spent.get(path)),
  choices: choices(path).map(({ chose, member, reason }) => ({ member, chose, reason: reason ?? null })),
  ...Option.match(count, {
    onNone: () => ({}),
    onSome: ({ done, failed, total }) => ({ parts: { done, failed, total: Option.getOrNull(total) } })
  })
})

/** What answers have cost as data: null where nobody was asked who counts, and where a number is not known. */
const usageOf = (spent: Usage = usage.none) => {
  const { inputTokens, ms, outputTokens, requests, usd } = spent
  return requests === 0 ? null : {
    requests,
    ms,
    inputTokens: inputTokens ?? null,
    outputTokens: outputTokens ?? null,
    usd: usd ?? null
  }
}

/** How what stands below a row is shown. */
interface Below {
  readonly columns: number
  /** Everything there is, and not only what is out of the ordinary. */
  readonly verbose: boolean
  readonly now: DateTime.Zoned
}

/**
 * What stands below a row: what it failed with in full, what a strategy fell back on and why, what the answers have cost,
 * what came of undoing it, and how much it takes.
 */
const below = (row: Summary.Row, asides: Asides.Asides, { columns, now, verbose }: Below): ReadonlyArray<string> => {
  const { at, attempts, path, problem, status } = row
  const took = asides.spent.get(path) ?? usage.none
  const { bytes, isKept } = asides.recorded(path)
  const undo = Option.getOrUndefined(asides.undone(path))
  const about = verbose
    ? [
      ...(at === 0 ? [] : [`began ${when.short(at, now)}`]),
      `${attempts} attempt${attempts === 1 ? "" : "s"}`,
      ...(bytes === 0 ? [] : [words.size(bytes)]),
      ...(isKept ? ["kept from before the run last went on"] : [])
    ]
    : bytes < large
    ? []
    : [words.size(bytes)]
  return [
    ...(status === "failed" ? Option.match(problem, { onNone: () => [], onSome: inFull }) : []),
    ...asides.choices(path).flatMap(({ chose, reason }) =>
      reason === undefined ? [] : [`${printable.line(chose)} (${printable.line(reason)})`]
    ),
    ...(took.requests === 0 ? [] : [words.ofUsage(took)]),
    ...(undo?.problem === undefined ? [] : [
      `${undo.path === path ? "" : `${printable.line(undo.path)} `}could not be undone: ${
        words.ofProblem(undo.problem)
      }`
    ]),
    ...(about.length === 0 || status === "ahead" ? [] : [about.join(" · ")])
  ].flatMap((line) => printable.wrap(`      ${line}`, columns))
}

/** In bytes: what is worth a word. */
const large = 100_000

/** What does not stand in the row itself: all lines of a message, and where a bug is. */
const inFull = (problem: Problem): ReadonlyArray<string> => {
  const lines = printable.text(problem.message).split("\n")
  const frames = problem._tag === "Defect" ? problem.frames.map((frame) => printable.line(frame)) : []
  return lines.length + frames.length > 1 ? [...lines, ...frames] : []
}

const total = (spent: Usage, columns: number): ReadonlyArray<string> =>
  spent.requests === 0 ? [] : ["", ...printable.wrap(`Answers took ${words.ofUsage(spent)}`, columns)]

const fixOf = (problem: Problem, columns: number): ReadonlyArray<string> =>
  problem._tag === "Failure" && problem.fix !== undefined ? ["", ...failure.part("fix", problem.fix, columns)] : []

const problemOf = (problem: Problem, columns: number): string =>
  problem._tag === "Failure"
    ? [printable.text(`${problem.tag}: ${problem.message}`), ...fixOf(problem, columns), ""].join("\n")
    : [
      printable.text(`${problem.name}: ${problem.message}`),
      ...problem.frames.map((frame) => `  ${printable.line(frame)}`),
      ""
    ].join("\n")

/** The input in a few words; paths below the current folder as they are called from it. */
const short = (input: unknown, cwd: string): string =>
  printable.line((JSON.stringify(input) ?? "").replaceAll(`${cwd}/`, ""))
