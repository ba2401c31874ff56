/**
 * `runs`: what there is, and how each run was left.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import * as Run from "../../pipeline/Run.ts"
import * as Summary from "../../pipeline/Summary.ts"
import type { App, Outcome } from "../App.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import * as table from "../table.ts"
import * as when from "../when.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "runs",
  description: "Lists the runs, the one that changed last first.",
  args: [],
  flags: Spec.everywhere,
  examples: [{ command: "runs" }]
}

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const now = yield* when.now
  const runs = (yield* Run.list).map((info) => ({ info, next: known.nextOf(app, info), ...stepsOf(app, info) }))
  const next = runs.find(({ next }) => Option.isSome(next))?.next ?? Option.none()
  return {
    json: {
      schema: "cairn.runs/1",
      home: app.home.folder,
      runs: runs.map(({ info }) => toJson(app, info))
    },
    text: runs.length === 0
      ? `There are no runs in ${printable.line(app.home.folder)}\n`
      : table.toText(
        ["RUN", "PROGRAM", "STATE", "STEPS", "CHANGED"],
        runs.map(({ done, info, of }) => [
          info.id,
          printable.line(info.program),
          info.status,
          of === 0 ? "-" : `${done}/${of}`,
          info.state.at === 0 ? "-" : when.short(info.state.at, now)
        ]),
        app.io.stdout
      ) + Option.match(next, { onNone: () => "", onSome: (command) => `\nGo on: ${command}\n` })
  } satisfies Outcome
})

/** How many steps there are, and how many of them are settled. */
const stepsOf = (app: App, info: Run.Info): { readonly done: number; readonly of: number } => {
  const summary = Summary.ofState(info.state, known.pipelineOf(app, info))
  return { done: Summary.settled(summary), of: summary.of }
}

/**
 * A run as data.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (app: App, info: Run.Info) => ({
  run: info.id,
  program: info.program,
  status: info.status,
  ...stepsOf(app, info),
  started: when.iso(Option.map(info.state.started, ({ at }) => at)),
  changed: when.iso(info.state.at === 0 ? Option.none() : Option.some(info.state.at)),
  next: Option.getOrNull(known.nextOf(app, info))
})
