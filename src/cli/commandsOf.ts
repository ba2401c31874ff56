// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * What can be called: a command for each program, those of somebody's own, and those that every command line has.
 *
 * @since 0.1.0
 */
import { type Effect, Option } from "effect"
import type { Journal } from "../pipeline/Journal.ts"
import type { AnyProgram, App, Outcome, Parts } from "./App.ts"
import * as agentSetup from "./commands/agentSetup.ts"
import * as archive from "./commands/archive.ts"
import * as completions from "./commands/completions.ts"
import * as fork from "./commands/fork.ts"
import * as graph from "./commands/graph.ts"
import * as helpCommand from "./commands/help.ts"
import * as mcp from "./commands/mcp.ts"
import * as ownCommand from "./commands/own.ts"
import * as plan from "./commands/plan.ts"
import * as programCommand from "./commands/program.ts"
import * as removeCommand from "./commands/remove.ts"
import * as report from "./commands/report.ts"
import * as resumeCommand from "./commands/resume.ts"
import * as runCommand from "./commands/run.ts"
import * as runs from "./commands/runs.ts"
import * as schema from "./commands/schema.ts"
import * as show from "./commands/show.ts"
import * as fields from "./fields.ts"
import { commandOf } from "./parse.ts"
import * as Spec from "./Spec.ts"
import type { DefinitionRefused } from "./UsageError.ts"

/**
 * A command, as it is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface Command {
  readonly spec: Spec.Spec
  /** It runs like any other, and is not listed. */
  readonly hidden?: boolean
  /** It asks for no checkpoints. */
  readonly isWithoutRuns?: boolean
  /** Commands of two words, of which this is the first. */
  readonly inner?: ReadonlyArray<Command>
  /** It may ask what there is besides. */
  readonly run: (
    app: App,
    specs: Effect.Effect<helpCommand.Specs, DefinitionRefused>
  ) => Effect.Effect<Outcome, unknown, Journal>
}

/**
 * The command that is meant, which the next word may say.
 *
 * @category accessors
 * @since 0.1.0
 */
export const within = (outer: Command, words: ReadonlyArray<string>) => {
  const { inner = [], spec } = outer
  const { command, rest } = commandOf([outer, ...inner].flatMap(({ spec: { flags } }) => flags), words)
  const found = inner.find(({ spec: { name } }) => Option.contains(command, name.slice(spec.name.length + 1)))
  return found === undefined ? { found: outer, rest: words } : { found, rest }
}

const listed = (commands: ReadonlyArray<Command>): ReadonlyArray<Spec.Spec> =>
  commands.filter(({ hidden }) => hidden !== true).map(({ spec }) => spec)

const names = (commands: ReadonlyArray<Command>): ReadonlyArray<string> => listed(commands).map(({ name }) => name)

/**
 * The commands of a command line that has these programs.
 *
 * @category constructors
 * @since 0.1.0
 */
export const commandsOf = (definition: Parts, known: ReadonlyArray<AnyProgram>) => {
  const withGlobals = fields.withGlobals(definition.options)
  const complete = (command: Command): Command => ({
    ...command,
    spec: withGlobals(command.spec),
    inner: (command.inner ?? []).map(complete)
  })
  const programs = known.map((program) =>
    complete({
      hidden: program.hidden,
      spec: programCommand.spec(program),
      run: (app) => programCommand.run(app, program)
    })
  )
  const own = definition.commands.map((command) =>
    complete({
      hidden: command.hidden,
      isWithoutRuns: !command.runs,
      spec: ownCommand.spec(command),
      run: (app) => ownCommand.run(app, command)
    })
  )
  const isWithoutRuns = true
  const parts: ReadonlyArray<Command> = [
    ...(definition.runsFiles ? [{ spec: runCommand.spec, run: runCommand.run, isWithoutRuns }] : []),
    { spec: runs.spec, run: runs.run },
    { spec: show.spec, run: show.run },
    { spec: report.spec, run: report.run },
    {
      spec: plan.spec(listed(programs)),
      run: plan.ofRun,
      inner: known.map((program) => ({
        hidden: program.hidden,
        spec: plan.programSpec(program),
        run: (app) => plan.ofProgram(app, program)
      }))
    },
    { spec: resumeCommand.resumeSpec(known), run: (app) => resumeCommand.resume(app, known) },
    { spec: resumeCommand.answerSpec(known), run: (app) => resumeCommand.answer(app, known) },
    { spec: fork.spec, run: fork.run },
    { spec: removeCommand.removeSpec, run: removeCommand.remove },
    { spec: removeCommand.collectSpec, run: removeCommand.collect },
    { spec: archive.exportSpec, run: archive.exportRun },
    { spec: archive.importSpec, run: archive.importRun },
    { spec: graph.spec(names(programs)), run: graph.run, isWithoutRuns },
    { spec: schema.spec(names(programs)), run: schema.run, isWithoutRuns },
    { spec: agentSetup.spec, run: agentSetup.run, isWithoutRuns },
    { spec: mcp.spec, run: mcp.run },
    { spec: completions.spec(definition.name), run: completions.run, isWithoutRuns }
  ]
  const shared = parts.map(complete)
  const topics = names([...programs, ...own, ...shared])
  const help = complete({ spec: helpCommand.spec(topics), run: helpCommand.run, isWithoutRuns })
  const all = [...programs, ...own, ...shared, help]
  const specs: helpCommand.Specs = {
    programs: listed(programs),
    own: listed(own),
    shared: listed([...shared, help]),
    all: listed(all),
    inner: listed(all.flatMap(({ inner = [] }) => inner)),
    root: withGlobals(Spec.root)
  }
  return { all, specs }
}
