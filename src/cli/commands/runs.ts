/**
 * `runs`: what there is, and how each run was left.
 *
 * @since 0.1.0
 */
import { type DateTime, Effect, Option } from "effect"
import * as History from "../../pipeline/History.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import * as Summary from "../../pipeline/Summary.ts"
import type { App, Outcome } from "../App.ts"
import * as choosing from "../choosing.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import * as table from "../table.ts"
import * as when from "../when.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "runs",
  description: "Lists the runs, the one that changed last first.",
  args: [],
  flags: [
    choosing.program,
    choosing.status,
    choosing.since,
    choosing.olderThan,
    {
      name: "limit",
      alias: "n",
      kind: "value",
      meta: "NUMBER",
      description: "Only so many, the ones that changed last",
      group: "Options"
    },
    ...Spec.everywhere
  ],
  examples: [
    { command: "runs" },
    { command: "runs --status unfinished --since 2d", description: "What could go on, of the last two days" },
    { command: "runs --program implement --limit 5 --json" }
  ]
}

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const now = yield* when.now
  const filter = yield* choosing.given(app, now)
  const limit = Option.getOrElse(yield* choosing.count(app, "limit", 1), () => Number.POSITIVE_INFINITY)
  const all = yield* Run.list
  yield* choosing.knownPrograms(app, all, filter)
  const meant = all.filter(History.matches(filter))
  const runs = meant.slice(0, limit)
  const next = Option.firstSomeOf(runs.map((info) => known.nextOf(app, info)))
  const unread = Option.fromNullable(runs.find(({ damage }) => Option.isSome(damage)))
  const more = meant.length - runs.length
  return {
    json: {
      schema: "cairn.runs/1",
      home: app.home.where,
      more,
      runs: yield* Effect.forEach(runs, (info) => toJson(app, info))
    },
    text: runs.length === 0
      ? all.length === 0
        ? `There are no runs in ${printable.line(app.home.where)}\n`
        : `None of the ${all.length} runs in ${printable.line(app.home.where)} is one of these\n`
      : [
        yield* toText(app, runs, now),
        ...(more === 0 ? [] : [`and ${more} more\n`]),
        ...Option.match(unread, {
          onNone: () => [],
          onSome: ({ id }) => [`\nWhy ${id} cannot be read: ${app.called} show ${quote(id)}${app.home.option}\n`]
        }),
        ...Option.match(next, { onNone: () => [], onSome: (command) => [`\nGo on: ${command}\n`] })
      ].join("")
  } satisfies Outcome
})

/**
 * Runs as a table.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toText = Effect.fnUntraced(function*(app: App, runs: ReadonlyArray<Run.Info>, now: DateTime.Zoned) {
  const rows = yield* Effect.forEach(runs, (info) =>
    Effect.map(stepsOf(app, info), ({ done, of }) => [
      info.id,
      printable.line(info.program),
      info.status,
      of === 0 ? "-" : `${done}/${of}`,
      info.state.at === 0 ? "-" : when.short(info.state.at, now)
    ]))
  return table.toText(["RUN", "PROGRAM", "STATE", "STEPS", "CHANGED"], rows, app.io.stdout)
})

/** How many steps there are, and how many of them are settled. */
const stepsOf = Effect.fnUntraced(function*(app: App, info: Run.Info) {
  // Of a run that is done all are, whichever they are.
  const pipeline = info.state.phase === "done" ? Option.none() : yield* known.pipelineOf(app, info)
  const summary = Summary.ofState(info.state, pipeline)
  return { done: Summary.settled(summary), of: summary.of }
})

/**
 * A run as data.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (app: App, info: Run.Info) =>
  Effect.map(stepsOf(app, info), ({ done, of }) => ({
    run: info.id,
    program: info.program,
    status: info.status,
    parent: Option.getOrNull(Option.flatMapNullable(info.state.started, ({ parent }) => parent)),
    done,
    of,
    started: when.iso(Option.map(info.state.started, ({ at }) => at)),
    changed: when.changed(info),
    next: Option.getOrNull(known.nextOf(app, info))
  }))
