// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * `plan`: what a program would do with an input, or a run that goes on, said of each step without running any.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import type { Forecasted } from "../../pipeline/Program.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import type { RunNotFound } from "../../pipeline/RunError.ts"
import type { Foretold } from "../../pipeline/RunEvent.ts"
import type { AnyProgram, App, Outcome } from "../App.ts"
import * as Io from "../Io.ts"
import * as known from "../known.ts"
import { surrounding } from "../perform.ts"
import * as Programs from "../programs.ts"
import * as Spec from "../Spec.ts"
import { suggest } from "../suggest.ts"
import * as table from "../table.ts"
import { UsageError } from "../UsageError.ts"
import * as program from "./program.ts"
import * as resume from "./resume.ts"

const description = "Says what each step would do, and why, without running any."

/** @category constructors */
export const spec = (programs: ReadonlyArray<Spec.Spec>): Spec.Spec => ({
  name: "plan",
  description,
  args: [{
    ...Spec.aRun,
    name: "program",
    description: "A program and what it is given, or a run: its id, the beginning of it, or @last",
    required: true,
    offers: programs.map(({ name }) => name)
  }],
  flags: [resume.fromFlag, ...Spec.everywhere],
  examples: [
    ...programs.slice(0, 1).flatMap(({ examples }) => examples.slice(0, 1)).map(({ command }) => ({
      command: `plan ${command}`
    })),
    { command: "plan @last --from waves", description: "What a run would do that goes on, from a step of it" }
  ]
})

/** @category constructors */
export const programSpec = (of: AnyProgram): Spec.Spec => {
  const { examples, flags, ...rest } = program.spec(of)
  return {
    ...rest,
    name: `plan ${of.name}`,
    description: `${description} ${of.name}: ${of.description}`,
    flags: flags.filter(({ name }) => !notToRun.has(name)),
    examples: examples.slice(0, 1).map(({ command }) => ({ command: `plan ${command}` }))
  }
}

const notToRun = new Set(Spec.running.map(({ name }) => name))

/** @category running */
export const ofProgram = Effect.fnUntraced(function*(app: App, of: AnyProgram) {
  const { input, settings } = yield* program.given(app, of)
  const foretold = yield* of.forecast(input as never, settings as never, {
    new: app.parsed.switches.get("new") === true
  }).pipe(Effect.provide(surrounding(app)))
  const info = yield* Effect.transposeMapOption(foretold.run, Run.info)
  return outcome(app, of.name, foretold.forecast, info)
})

/** @category running */
export const ofRun = Effect.fnUntraced(function*(app: App) {
  const [name = ""] = app.parsed.args
  const info = yield* Run.find(name).pipe(
    Effect.flatMap(Run.info),
    Effect.catchTag("RunNotFound", (error) => Effect.flatMap(Programs.all(app), meant(app, name, error)))
  )
  const { input, program, settings } = yield* resume.asLeft(app, info)
  const { forecast } = yield* program.forecast(input as never, settings as never, {
    run: info.id,
    ...resume.from(app)
  }).pipe(Effect.provide(surrounding(app)))
  return outcome(app, program.name, forecast, Option.some(info))
})

/** What is neither a program nor a run may be a program that was misspelt. */
const meant =
  ({ name }: App, typed: string, error: RunNotFound) =>
  (programs: ReadonlyArray<AnyProgram>): Effect.Effect<never, RunNotFound | UsageError> =>
    Option.match(suggest(typed, programs.filter(({ hidden }) => !hidden).map(({ name }) => name)), {
      onNone: () => error,
      onSome: (meant) =>
        new UsageError({
          reason: `There is neither a program nor a run ${JSON.stringify(typed)}.`,
          fix: `Did you mean: ${name} plan ${meant}`
        })
    })

const outcome = (
  app: App,
  program: string,
  { gone, nodes, of, renames }: Forecasted["forecast"],
  run: Option.Option<Run.Info>
): Outcome => {
  const changed = nodes.some(({ verdict }) => verdict !== "kept" && verdict !== "skipped")
  const next = Option.flatMap(run, (info) => known.nextOf(app, info, { ...resume.from(app), changed }))
  return {
    json: {
      schema: "cairn.plan/1",
      program,
      run: Option.match(run, { onNone: () => null, onSome: ({ id, status }) => ({ id, status }) }),
      of,
      steps: nodes.map(({ first, key, number, title, verdict, why }) => ({
        key,
        ...(number === undefined ? {} : { number }),
        title,
        plan: verdicts[verdict],
        why: why ?? null,
        after: first ?? null
      })),
      renames,
      gone,
      next: Option.getOrNull(next)
    },
    text: [
      ...printable.wrap(
        `${printable.line(program)} · ${
          Option.match(run, {
            onNone: () => "would begin a run",
            onSome: ({ id, status }) => `would go on with run ${id} (${status})`
          })
        }`,
        Io.columnsOf(app.io.stdout)
      ).map((line) => `${line}\n`),
      "\n",
      table.toText(
        ["STEP", "", "PLAN", "WHY"],
        // What nobody sees is told where there is something to say of it.
        nodes.filter(({ number, why }) => number !== undefined || why !== undefined).map((node) => [
          node.number === undefined ? "-" : `${node.number}/${of}`,
          printable.line(node.title),
          verdicts[node.verdict],
          reason(node, nodes)
        ]),
        app.io.stdout
      ),
      ...renames.map(({ now, was }) =>
        `\n"${printable.line(was)}" is gone and "${printable.line(now)}" is new: if it was renamed, { was: ${
          printable.line(JSON.stringify(was))
        } } keeps what is recorded of it\n`
      ),
      ...(gone.length === 0 ? [] : [`\nGone: ${gone.map(printable.line).join(", ")}\n`]),
      ...Option.match(run, {
        onNone: () => [],
        onSome: ({ id, status }) =>
          status === "running"
            ? [`\nIt is under way: ${app.called} show ${quote(id)}${app.home.option}\n`]
            : Option.match(next, { onNone: () => [], onSome: (command) => [`\nGo on: ${command}\n`] })
      })
    ].join("")
  }
}

const verdicts: Readonly<Record<Foretold["verdict"], string>> = {
  kept: "cached",
  runs: "will run",
  asks: "will ask",
  perhaps: "may run",
  skipped: "skipped"
}

const reason = ({ first, verdict, why }: Foretold, nodes: ReadonlyArray<Foretold>): string =>
  why !== undefined
    ? printable.line(why)
    : first !== undefined
    ? `${called(first, nodes)} runs first`
    : verdict === "asks"
    ? "it waits for an answer"
    : ""

/** A step as the table shows it, by its key: by its number, or by its title where nobody sees it. */
const called = (key: string, nodes: ReadonlyArray<Foretold>): string => {
  const node = nodes.find((node) => node.key === key)
  return node?.number === undefined ? printable.line(node?.title ?? key) : `step ${node.number}`
}
