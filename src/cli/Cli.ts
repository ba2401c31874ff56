// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * A command line made of programs: one command each, and what all of them share.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import { Cause, Effect, type Exit, Layer, Logger, LogLevel, Option } from "effect"
import * as JournalFile from "../layers/Journal/File.ts"
import * as printable from "../pipeline/printable.ts"
import { Suspended } from "../pipeline/Suspended.ts"
import type { App, Definition, Outcome } from "./App.ts"
import * as helpCommand from "./commands/help.ts"
import * as programCommand from "./commands/program.ts"
import * as queries from "./commands/queries.ts"
import * as resumeCommand from "./commands/resume.ts"
import * as exitCode from "./exitCode.ts"
import * as failure from "./failure.ts"
import * as handOff from "./handOff.ts"
import * as Home from "./home.ts"
import * as Io from "./Io.ts"
import { commandOf, parse, type Parsed } from "./parse.ts"
import { runMain } from "./runMain.ts"
import * as Spec from "./Spec.ts"
import { UsageError } from "./UsageError.ts"
import * as Watched from "./Watched.ts"

/**
 * Runs the command line of this process, and ends the process with the code that says how it went.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Pipeline, Program, Step } from "effect-cairn"
 * import { Cli } from "effect-cairn/cli"
 *
 * const greet = Step.make("greet", {
 *   title: "Greeting",
 *   input: Schema.String,
 *   success: Schema.String,
 *   run: (name) => Effect.succeed(`Hello, ${name}!`)
 * })
 *
 * const greeting = Program.make(
 *   Pipeline.make("greeting", { input: Schema.Struct({ name: Schema.String }) }).pipe(
 *     Pipeline.step("text", greet, ({ input }) => input.name),
 *     Pipeline.output(Schema.String, ({ text }) => text)
 *   ),
 *   { description: "Says hello", print: (text) => text }
 * )
 *
 * export const main = () => Cli.run({ name: "greetings", version: "1.0.0", programs: [greeting] })
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const run = (definition: Definition): void => runMain((signal) => main(definition, Io.ofProcess(signal)))

/**
 * One call of the command line, as an effect that gives the exit code.
 *
 * @category running
 * @since 0.1.0
 */
export const main = (definition: Definition, io: Io.Io): Effect.Effect<number> => {
  // What was asked of the output is known before anything can go wrong.
  const words = io.args.includes("--") ? io.args.slice(0, io.args.indexOf("--")) : io.args
  const early = (name: string, alias = name) => words.includes(`--${name}`) || words.includes(`-${alias}`)
  const watched = Watched.make()
  let app: App = {
    ...definition,
    io,
    home: Home.find(io.cwd, undefined, io.env.CAIRN_HOME),
    json: early("json"),
    parsed: { args: [], values: new Map(), switches: new Map([["verbose", early("verbose", "v")]]) },
    watched
  }
  const parsed = (spec: Spec.Spec, rest: ReadonlyArray<string>) =>
    Effect.tap(parse(definition.name, spec, rest), (parsed: Parsed) =>
      Effect.sync(() => {
        const home = parsed.values.get("home")?.[0]
        app = {
          ...app,
          parsed,
          json: parsed.switches.get("json") ?? false,
          home: Home.find(io.cwd, home, io.env.CAIRN_HOME)
        }
      }))

  const commands = commandsOf(definition)
  const listed = commands.programs.filter(({ hidden }) => !hidden)
  const specs = {
    programs: listed.map(({ spec }) => spec),
    shared: commands.shared.map(({ spec }) => spec),
    all: [...listed, ...commands.shared].map(({ spec }) => spec)
  }

  const dispatch = Effect.gen(function*() {
    const { command, rest } = commandOf(Spec.everywhere, io.args)
    if (Option.isNone(command)) {
      if (early("version")) {
        return {
          text: `${definition.name} ${definition.version}\n`,
          json: { schema: "cairn.version/1", name: definition.name, version: definition.version }
        }
      }
      yield* parsed({ name: "", description: "", args: [], flags: Spec.everywhere, examples: [] }, rest)
      return helpCommand.ofAll(app, specs)
    }
    const found = [...commands.programs, ...commands.shared].find(({ spec }) => spec.name === command.value)
    if (found === undefined) return yield* helpCommand.unknown(app, specs, command.value)
    if (rest.slice(0, rest.includes("--") ? rest.indexOf("--") : undefined).some(isHelp)) {
      return helpCommand.ofCommand(app, specs, found.spec)
    }
    yield* parsed(found.spec, rest)
    const missing = found.spec.args.filter(({ required }) => required)[app.parsed.args.length]
    if (missing !== undefined && !app.parsed.values.has("input")) {
      return yield* new UsageError({
        reason: `<${missing.name}> is missing.`,
        fix: Spec.usage(definition.name, found.spec)
      })
    }
    return yield* found.run(app, specs).pipe(
      Effect.provide(Layer.mergeAll(
        JournalFile.layer({ home: app.home.folder, breakLock: app.parsed.switches.get("break-lock") === true }),
        logging(app)
      ))
    )
  }).pipe(Effect.provide(platform))

  return Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.exit(restore(dispatch)), (exit) => Effect.sync(() => finish(app, exit)))
  )
}

const isHelp = (word: string): boolean => word === "--help" || word === "-h"

/** What the parser of options asks for; it touches none of it. */
const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer)

const commandsOf = ({ programs }: Definition) => ({
  programs: programs.map((program) => ({
    hidden: program.hidden,
    spec: programCommand.spec(program),
    run: (app: App) => programCommand.run(app, program)
  })),
  shared: [
    { spec: queries.runsSpec, run: queries.runs },
    { spec: queries.showSpec, run: queries.show },
    { spec: resumeCommand.resumeSpec(programs), run: resumeCommand.resume },
    { spec: resumeCommand.answerSpec(programs), run: resumeCommand.answer },
    { spec: queries.graphSpec, run: queries.graph },
    { spec: helpCommand.completionsSpec, run: helpCommand.completions },
    { spec: helpCommand.helpSpec, run: helpCommand.topic }
  ]
})

/** Logs go to stderr, and the chatty ones only when asked for. */
const logging = ({ io, parsed }: App): Layer.Layer<never> => {
  const verbose = parsed.switches.get("verbose") === true
  return Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      Logger.make((entry) => io.stderr.write(`${Logger.logfmtLogger.log(entry)}\n`))
    ),
    Logger.minimumLogLevel(verbose ? LogLevel.Debug : LogLevel.Info)
  )
}

/** Says how it went, on the right streams, and gives the exit code. */
const finish = (app: App, exit: Exit.Exit<Outcome, unknown>): number => {
  const { home, io, json, name, watched } = app
  const { program, run } = watched
  const print = (document: unknown, text: string) => io.stdout.write(json ? `${JSON.stringify(document)}\n` : text)
  const base = { schema: "cairn.result/1", run, program }
  if (exit._tag === "Success") {
    print(exit.value.json, exit.value.text)
    return exitCode.done
  }
  const { cause } = exit
  const error = Option.getOrUndefined(Cause.failureOption(cause))

  if (error instanceof Suspended) {
    handOff.publish(name, home, error.run, error.requests)
    const requests = error.requests.map((request) => handOff.open(name, home, error.run, request))
    const next = `${name} resume ${error.run}${home.option}`
    print({ ...base, run: error.run, status: "waiting", requests, next }, "")
    if (!json) io.stderr.write(waiting(error.run, requests, next))
    return exitCode.ofFailure(error._tag)
  }

  if (Cause.isInterruptedOnly(cause)) {
    const next = run === null ? undefined : `${name} resume ${run}${home.option}`
    print({ ...base, status: "interrupted", ...(next === undefined ? {} : { next }) }, "")
    const [active] = watched.active.values()
    const where = active === undefined ? "" : ` at "${printable.line(active)}"`
    if (!json) {
      io.stderr.write(
        next === undefined
          ? "Stopped.\n"
          : `Stopped${where}. ${watched.done.size} of ${watched.of} saved. Go on: ${next}\n`
      )
    }
    return exitCode.ofSignal(io.signal() ?? "SIGINT")
  }

  const failed = failure.fromCause(cause, name)
  const { code, details, fix, message, tag } = failed
  print({ ...base, status: "failed", error: { tag, message, fix, details } }, "")
  if (!json) {
    const colored = Io.colors(io, io.stderr, app.parsed)
    const where = run === null ? undefined : `run ${run} (${name} show ${run}${home.option})`
    const red = (text: string) => colored ? `\u001B[31m${text}\u001B[39m` : text
    io.stderr.write(
      failure.toText({ ...failed, message: printable.text(message), fix: printable.text(fix) }, where, red)
    )
  }
  if (app.parsed.switches.get("verbose") === true) {
    io.stderr.write(`${printable.text(Cause.pretty(cause, { renderErrorCause: true }))}\n`)
  }
  return code
}

const waiting = (run: string, requests: ReadonlyArray<handOff.Open>, next: string): string => {
  const count = requests.length
  return [
    `Waiting for ${count} answer${count === 1 ? "" : "s"} (run ${run}). This is not an error: exit code 42 means`,
    `"answer, then go on".`,
    ...requests.flatMap(({ answer, ask, file, step }) => [
      "",
      `  Asked     ${ask === "agent" ? "an agent" : "a person"}, by step ${printable.line(step)}`,
      `  Question  ${file}`,
      `  Answer    ${answer.command}`
    ]),
    "",
    count === 1
      ? "The answer makes the run go on by itself."
      : `The last answer makes the run go on by itself, or: ${next}`
  ].join("\n") + "\n"
}
