/**
 * Commands that only look: `runs`, `show` and `graph`.
 *
 * @since 0.1.0
 */
import { DateTime, Effect, Either, Option } from "effect"
import type * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Plan from "../../pipeline/Plan.ts"
import * as printable from "../../pipeline/printable.ts"
import * as Run from "../../pipeline/Run.ts"
import type { DurableEvent } from "../../pipeline/RunEvent.ts"
import * as RunState from "../../pipeline/RunState.ts"
import type { App, Outcome } from "../App.ts"
import * as handOff from "../handOff.ts"
import * as Spec from "../Spec.ts"
import { suggest } from "../suggest.ts"
import { UsageError } from "../UsageError.ts"

const aRun = { name: "run", description: "Its id, the beginning of it, or @last" }

/** @category constants */
export const runsSpec: Spec.Spec = {
  name: "runs",
  description: "Lists the runs, the one that changed last first.",
  args: [],
  flags: Spec.everywhere,
  examples: [{ command: "runs" }]
}

/** @category constants */
export const showSpec: Spec.Spec = {
  name: "show",
  description: "Shows what each step of a run did, and how the run goes on.",
  args: [{ ...aRun, required: false }],
  flags: [
    { name: "step", kind: "value", meta: "PATH", description: "Show what this step gave, in full", group: "Options" },
    ...Spec.everywhere
  ],
  examples: [{ command: "show @last" }]
}

/** @category constants */
export const graphSpec: Spec.Spec = {
  name: "graph",
  description: "Draws a program as a Mermaid flowchart.",
  args: [{ name: "program", description: "The name of the program", required: true }],
  flags: Spec.everywhere,
  examples: [{ command: "graph implement > implement.mmd" }]
}

/** @category running */
export const runs = Effect.fnUntraced(function*(app: App) {
  const all = yield* Run.list
  const rows = all.map((info) => {
    const { done, of } = counts(app, info)
    return { info, done, of, next: nextOf(app, info) }
  })
  return {
    json: {
      schema: "cairn.runs/1",
      home: app.home.folder,
      runs: rows.map(({ done, info, next, of }) => ({
        run: info.id,
        program: info.program,
        status: info.status,
        done,
        of,
        started: iso(Option.map(info.state.started, ({ at }) => at)),
        changed: iso(info.state.at === 0 ? Option.none() : Option.some(info.state.at)),
        next: Option.getOrNull(next)
      }))
    },
    text: rows.length === 0
      ? `There are no runs in ${app.home.folder}\n`
      : table([
        ["RUN", "PROGRAM", "STATE", "STEPS", "CHANGED", "NEXT"],
        ...rows.map(({ done, info, next, of }) => [
          info.id,
          printable.line(info.program),
          info.status,
          of === 0 ? "-" : `${done}/${of}`,
          info.state.at === 0 ? "-" : when(info.state.at),
          Option.getOrElse(next, () => "")
        ])
      ])
  } satisfies Outcome
})

/** @category running */
export const show = Effect.fnUntraced(function*(app: App) {
  const id = yield* Run.find(app.parsed.args[0] ?? "@last")
  const info = yield* Run.info(id)
  if (Option.isSome(info.damage)) return yield* info.damage.value
  const events = yield* Run.events(id)
  const pipeline = pipelineOf(app, info)
  const steps = stepsOf(events, pipeline)
  const path = app.parsed.values.get("step")?.[0]
  if (path !== undefined) {
    const found = steps.find((step) => step.path === path)
    if (found === undefined) {
      return yield* new UsageError({
        reason: `Run "${id}" has no record of a step "${printable.line(path)}".`,
        fix: Option.match(suggest(path, steps.map(({ path }) => path)), {
          onNone: () => `It has: ${steps.map(({ path }) => path).join(", ")}`,
          onSome: (meant) => `Did you mean --step ${meant}?`
        })
      })
    }
    const { value, ...rest } = found
    return {
      json: { schema: "cairn.step/1", run: id, ...rest, value: value ?? null },
      text: `${JSON.stringify(value ?? rest, null, 2)}\n`
    }
  }
  const { done, of } = counts(app, info)
  const started = Option.getOrUndefined(info.state.started)
  const next = nextOf(app, info)
  const requests = RunState.openRequests(info.state).map((request) => handOff.open(app.name, app.home, id, request))
  const longest = Math.max(0, ...steps.map(({ title }) => printable.width(title)))
  const left = Math.min(44, longest)
  return {
    json: {
      schema: "cairn.show/1",
      run: id,
      program: info.program,
      status: info.status,
      done,
      of,
      started: iso(Option.map(info.state.started, ({ at }) => at)),
      changed: iso(info.state.at === 0 ? Option.none() : Option.some(info.state.at)),
      input: started?.input ?? null,
      settings: started?.settings ?? null,
      steps: steps.map((step) => ({ ...step, value: undefined })),
      requests,
      problem: Option.getOrNull(info.state.problem),
      next: Option.getOrNull(next)
    },
    text: [
      `${printable.line(info.program)} ${id} · ${info.status}${of === 0 ? "" : ` · ${done} of ${of} steps`}`,
      ...(started === undefined ? [] : [`started ${when(started.at)}, input ${short(started.input, app.io.cwd)}`]),
      "",
      ...steps.map((step) =>
        `  ${marks[step.status]} ${printable.pad(printable.fit(step.title, left), left)}  ${
          duration(step.ms).padStart(7)
        }${step.summary === null ? "" : `  ${printable.line(step.summary)}`}${
          step.problem === null ? "" : `  ${printable.line(step.problem)}`
        }`.trimEnd()
      ),
      ...requests.flatMap(({ answer, step }) => ["", `  waits for an answer: ${step}`, `    ${answer.command}`]),
      ...Option.match(next, { onNone: () => [], onSome: (command) => ["", `Next: ${command}`] })
    ].join("\n") + "\n"
  } satisfies Outcome
})

/** @category running */
export const graph = Effect.fnUntraced(function*(app: App) {
  const [name] = app.parsed.args
  const program = app.programs.find((program) => program.name === name)
  const names = app.programs.map(({ name }) => name)
  if (program === undefined) {
    return yield* new UsageError({
      reason: name === undefined ? "<program> is missing." : `There is no program "${printable.line(name)}".`,
      fix: Option.match(suggest(name ?? "", names), {
        onNone: () => `Name one of: ${names.join(", ")}`,
        onSome: (meant) => `Did you mean: ${app.name} graph ${meant}`
      })
    })
  }
  if (Option.isNone(program.fixed)) {
    return yield* new UsageError({
      reason: `The steps of ${program.name} depend on its input, so that there is no one graph.`,
      fix: `${app.name} ${program.name} --help`
    })
  }
  const plan = Plan.of(program.fixed.value)
  const mermaid = Plan.toMermaid(plan)
  return { json: { schema: "cairn.graph/1", program: program.name, of: plan.of, mermaid }, text: mermaid }
})

interface ShownStep {
  readonly path: string
  readonly title: string
  readonly status: "done" | "failed" | "undone"
  readonly at: string
  readonly ms: number
  readonly attempts: number
  readonly why: string | null
  readonly summary: string | null
  readonly problem: string | null
  readonly value: unknown
}

/** The last execution of each step that people see, in the order in which they ran. */
const stepsOf = (
  events: ReadonlyArray<DurableEvent>,
  pipeline: Option.Option<Pipeline.Any>
): ReadonlyArray<ShownStep> => {
  const steps = new Map<string, ShownStep>()
  for (const event of events) {
    if (event._tag === "Compensated" && event.problem === undefined) {
      const before = steps.get(event.path)
      if (before !== undefined) steps.set(event.path, { ...before, status: "undone" })
    }
    if (event._tag !== "StepSucceeded" && event._tag !== "StepFailed") continue
    const step = Option.flatMap(pipeline, (pipeline) => Plan.stepAt(pipeline, event.path))
    if (Option.exists(step, ({ definition }) => definition.hidden)) continue
    steps.delete(event.path)
    const title = Option.match(step, { onNone: () => event.path, onSome: ({ title }) => title })
    steps.set(event.path, {
      path: event.path,
      title: printable.line(event.path.includes("/") ? `${title} (${event.path})` : title),
      status: event._tag === "StepSucceeded" ? "done" : "failed",
      at: isoOf(event.at),
      ms: event.ms,
      attempts: event.attempts,
      why: event.why ?? null,
      summary: event._tag !== "StepSucceeded" ?
        null :
        Option.getOrNull(
          Option.flatMap(
            step,
            ({ definition }) =>
              Option.flatMap(
                definition.summary,
                (summary) =>
                  Option.map(
                    Either.getRight(definition.success.decode(event.value)),
                    (value) => summary(value as never)
                  )
              )
          )
        ),
      problem: event._tag === "StepFailed" ? event.problem.message : null,
      value: event._tag === "StepSucceeded" ? event.value : undefined
    })
  }
  return [...steps.values()]
}

const marks = { done: "✓", failed: "✗", undone: "↶" } as const

const pipelineOf = (app: App, info: Run.Info): Option.Option<Pipeline.Any> =>
  Option.flatMap(
    Option.fromNullable(app.programs.find(({ name }) => name === info.program)),
    ({ fixed }) => fixed
  )

/** How many of the numbered steps hold; those of a program that is not known here are counted by their keys. */
const counts = (app: App, info: Run.Info): { readonly done: number; readonly of: number } => {
  const { executions, resumed, started } = info.state
  const of = Option.match(resumed, {
    onNone: () => Option.match(started, { onNone: () => 0, onSome: ({ of }) => of }),
    onSome: ({ of }) => of
  })
  if (info.status === "done") return { done: of, of }
  const ended = new Map<string, boolean>()
  for (const [path, { succeeded }] of executions) {
    const key = path.replace(/[/#].*$/, "")
    ended.set(key, succeeded && (ended.get(key) ?? true))
  }
  const numbered = Option.map(pipelineOf(app, info), (pipeline) => Plan.numbering(pipeline).numbers)
  const good =
    [...ended].filter(([key, succeeded]) =>
      succeeded && Option.match(numbered, { onNone: () => true, onSome: (numbers) => numbers.has(key) })
    ).length
  return { done: Math.min(good, of), of }
}

const nextOf = (app: App, { id, state, status }: Run.Info): Option.Option<string> => {
  const [request] = RunState.openRequests(state)
  if (status === "done" || status === "damaged" || status === "running") return Option.none()
  return Option.some(
    request === undefined
      ? `${app.name} resume ${id}${app.home.option}`
      : `${app.name} answer ${id} ${request.path} --file FILE${app.home.option}`
  )
}

/** The input in a few words; paths below the current folder as they are called from it. */
const short = (input: unknown, cwd: string): string =>
  printable.fit(printable.line(JSON.stringify(input).replaceAll(`${cwd}/`, "")), 60)

/** Milliseconds as a person reads them. */
const duration = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)}s` : `${Math.floor(ms / 60_000)}m ${Math.round(ms % 60_000 / 1000)}s`

const isoOf = (at: number): string => DateTime.formatIso(DateTime.unsafeMake(at))

const iso = (at: Option.Option<number>): string | null => Option.match(at, { onNone: () => null, onSome: isoOf })

const when = (at: number): string => isoOf(at).slice(0, 19).replace("T", " ")

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => printable.width(row[column] ?? ""))))
  return rows.map((row) =>
    row.map((cell, column) => column === row.length - 1 ? cell : printable.pad(cell, widths[column] ?? 0)).join("  ")
      .trimEnd()
  ).join("\n") + "\n"
}
