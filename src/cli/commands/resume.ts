// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * `resume` and `answer`: a run goes on by its name, with the input it began with and the settings it had last.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import { Given } from "../../pipeline/Question.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import { RecordedInputInvalid, RunNotFound } from "../../pipeline/RunError.ts"
import * as RunState from "../../pipeline/RunState.ts"
import type { AnyProgram, App } from "../App.ts"
import * as fields from "../fields.ts"
import * as handOff from "../handOff.ts"
import { perform, runOptions } from "../perform.ts"
import * as Programs from "../programs.ts"
import * as Spec from "../Spec.ts"
import * as surroundings from "../surroundings.ts"
import { InputInvalid, UsageError } from "../UsageError.ts"
import * as values from "../values.ts"

const settingsOf = (programs: ReadonlyArray<AnyProgram>): ReadonlyArray<Spec.Flag> => {
  const flags = new Map<string, Spec.Flag>()
  for (const program of programs) {
    for (const flag of fields.flagsOf(program.settings, "Settings")) {
      if (!flags.has(flag.name)) flags.set(flag.name, flag)
    }
  }
  return [...flags.values()]
}

/** @category constants */
export const fromFlag: Spec.Flag = {
  name: "from",
  kind: "value",
  meta: "STEP",
  completes: "steps",
  description: "Run this step (or an item: tasks/a) and all that follow again",
  group: "Options"
}

/** @category constructors */
export const resumeSpec = (programs: ReadonlyArray<AnyProgram>): Spec.Spec => ({
  name: "resume",
  description: "Goes on with a run: by default the last one that can.",
  args: [{ ...Spec.aRun, required: false }],
  flags: [
    fromFlag,
    ...settingsOf(programs),
    ...Spec.running,
    ...Spec.everywhere
  ],
  examples: [{ command: "resume" }, { command: "resume implement-1a2b3c4d-1 --from waves" }]
})

/** @category constructors */
export const answerSpec = (programs: ReadonlyArray<AnyProgram>): Spec.Spec => ({
  name: "answer",
  description: "Answers a question that a run waits for, and goes on with the run.",
  args: [
    { ...Spec.aRun, required: true },
    {
      name: "request",
      description: "The id of the question or its step; not needed where only one is open",
      required: false,
      completes: "questions"
    }
  ],
  flags: [
    { name: "file", kind: "value", meta: "FILE", description: "The answer as JSON; - is stdin", group: "Options" },
    ...settingsOf(programs),
    ...Spec.running,
    ...Spec.everywhere
  ],
  examples: [{ command: "answer @last --file answer.json" }]
})

/**
 * `programs` are those whose settings were understood.
 *
 * @category running
 */
export const resume = Effect.fnUntraced(function*(app: App, programs: ReadonlyArray<AnyProgram>) {
  const name = app.parsed.args[0]
  const info = name === undefined ? yield* lastUnfinished(app) : yield* Run.info(yield* Run.find(name))
  return yield* goOn(app, info, new Map(), programs)
})

/** @category running */
export const answer = Effect.fnUntraced(function*(app: App, programs: ReadonlyArray<AnyProgram>) {
  const [name = "@last", asked] = app.parsed.args
  const info = yield* Run.info(yield* Run.find(name))
  if (Option.isSome(info.damage)) return yield* info.damage.value
  const id = yield* requestOf(app, info, asked)
  const file = app.parsed.values.get("file")?.[0]
  if (file === undefined) {
    return yield* new UsageError({
      reason: "--file is missing: where is the answer?",
      fix: `${handOff.command(app, info.id, id, "FILE")}   (or --file - to read stdin)`
    })
  }
  const text = yield* handOff.readText(file, resolve(app.io.cwd, file), app.io.readStdin)
  // Nothing was said: that is no answer, and does not count as one.
  if (text.trim() === "") return yield* new InputInvalid({ where: handOff.nameOf(file), reason: "it is empty" })
  return yield* goOn(app, info, new Map([[id, Given.Text({ text })]]), programs)
})

/**
 * The id of the question that an answer is for: the one that is named, by its id or its step, or the only one there is.
 *
 * @category accessors
 * @since 0.1.0
 */
export const requestOf = Effect.fnUntraced(function*(app: App, info: Run.Info, asked: string | undefined) {
  const open = RunState.openRequests(info.state)
  const meant = asked === undefined ? open : open.filter(({ id, path }) => id === asked || path === asked)
  const [only, ...others] = meant
  if (others.length > 0 || (asked === undefined && only === undefined)) {
    return yield* new UsageError({
      reason: only === undefined
        ? `Run "${info.id}" does not wait for an answer.`
        : `${
          asked === undefined ? `Run "${info.id}" waits` : `"${asked}" of run "${info.id}" waits`
        } for ${meant.length} answers; which one is this?`,
      fix: only === undefined
        ? `${app.called} show ${info.id}${app.home.option}`
        : meant.map((request) => handOff.command(app, info.id, handOff.pathOrId(request, open), "FILE")).join("\n")
    })
  }
  // What is not open may have been answered with this before.
  return only?.id ?? asked ?? ""
})

const lastUnfinished = (app: App) =>
  Effect.flatMap(Run.list, (runs) => {
    const unfinished = runs.find(({ state, status }) => status !== "done" && Option.isSome(state.started))
    if (unfinished !== undefined) return Effect.succeed(unfinished)
    const { where } = app.home
    return runs.length === 0
      ? RunNotFound.none("@last", `There are no runs in ${where} yet`)
      : new RunNotFound({ run: "@last", reason: `No run is unfinished in ${where}` })
  })

/**
 * Goes on with a run, with answers to its questions by their ids.
 *
 * @category running
 * @since 0.1.0
 */
export const goOn = Effect.fnUntraced(function*(
  app: App,
  info: Run.Info,
  answers: ReadonlyMap<string, Given>,
  programs: ReadonlyArray<AnyProgram> = []
) {
  const { watched } = app
  watched.summary = { ...watched.summary, run: Option.some(info.id), program: Option.some(info.program) }
  const { input, program, recorded, settings } = yield* asLeft(app, info, programs)
  return yield* perform(
    { ...app, isForAgent: app.isForAgent || isAnswered(app, info, answers) },
    program,
    program.resume(info.id, input as never, settings as never, {
      ...runOptions(app),
      settings: recorded,
      answers,
      ...from(app)
    })
  )
})

/**
 * Whether answers come by requests this time, too: one was handed in, or the run waits for one and nobody is there to be
 * asked in another way.
 */
const isAnswered = (app: App, { state }: Run.Info, answers: ReadonlyMap<string, Given>): boolean =>
  answers.size > 0 || (RunState.openRequests(state).length > 0 && surroundings.of(app).caller === "nobody")

/**
 * The step to begin again from, where one is named.
 *
 * @category parsing
 * @since 0.1.0
 */
export const from = ({ parsed }: App): { readonly from?: string } => {
  const key = parsed.values.get("from")?.[0]
  return key === undefined ? {} : { from: key }
}

/**
 * The program of a run, and what the run began with.
 *
 * @category accessors
 * @since 0.1.0
 */
export const begun = Effect.fnUntraced(function*(app: App, info: Run.Info) {
  if (Option.isSome(info.damage)) return yield* info.damage.value
  const program = yield* Programs.find(app, info.program)
  if (Option.isNone(program)) {
    const listed = (yield* Programs.all(app)).filter(({ hidden }) => !hidden)
    return yield* new UsageError({
      reason: `Run "${info.id}" is a run of "${info.program}", which ${app.name} does not have.`,
      fix: app.runsFiles
        ? `Name the file that has it: ${app.called} run FILE resume ${quote(info.id)}`
        : listed.length === 0
        ? `${app.name} runs`
        : `It has: ${listed.map(({ name }) => name).join(", ")}`
    })
  }
  const { started } = info.state
  if (Option.isNone(started)) {
    return yield* new RunNotFound({
      run: info.id,
      reason: `Run "${info.id}" was stopped before it began; repeat the command that started it`
    })
  }
  return { program: program.value, started: started.value }
})

/**
 * A run as it was left: its program, the input that it began with, and the settings that it had last, over which go those
 * that are given now: of one of `programs`, which has to be that of the run.
 *
 * @category accessors
 * @since 0.1.0
 */
export const asLeft = Effect.fnUntraced(function*(
  app: App,
  info: Run.Info,
  programs: ReadonlyArray<AnyProgram> = []
) {
  const { program, started } = yield* begun(app, info)
  const known = new Set(fields.flagsOf(program.settings, "Settings").map(({ name }) => name))
  const stray = settingsOf(programs).find(({ name }) =>
    !known.has(name) && (app.parsed.values.has(name) || app.parsed.switches.has(name))
  )
  if (stray !== undefined) {
    return yield* new UsageError({
      reason: `--${stray.name} is not an option of ${program.name}, which run "${info.id}" is a run of.`,
      fix: `${app.name} ${program.name} --help`
    })
  }
  const { settings: recorded } = Option.getOrElse(info.state.resumed, () => started)
  const given = yield* values.given(
    program.settings,
    { ...app.parsed, args: [] },
    app.io,
    typeof recorded === "object" && recorded !== null ? { ...recorded } : {}
  )
  const settings = yield* values.decoded(program.settings, given, { fix: `${app.name} ${program.name} --help` })
  const input = yield* Effect.mapError(
    values.decoded(program.input, started.input, { fix: "" }),
    ({ reason }) => new RecordedInputInvalid({ run: info.id, program: program.name, issues: reason })
  )
  return { program, input, settings, recorded: values.recorded(program.settings, given) }
})
