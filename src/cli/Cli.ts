// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * A command line made of programs: one command each, and what all of them share.
 *
 * @since 0.1.0
 */
import { Effect, Either, Exit, FiberId, Layer, Option } from "effect"
import { resolve } from "node:path"
import * as JournalFile from "../layers/Journal/File.ts"
import { quote } from "../pipeline/quote.ts"
import * as agentEnvironment from "./agentEnvironment.ts"
import {
  type AnyDefinition,
  type App,
  type Definition,
  type Outcome,
  type Parts,
  partsOf,
  type Provisioned
} from "./App.ts"
import * as doctorCommand from "./commands/doctor.ts"
import * as helpCommand from "./commands/help.ts"
import { type Command, commandsOf, within } from "./commandsOf.ts"
import * as complete from "./complete.ts"
import * as exitCode from "./exitCode.ts"
import * as fields from "./fields.ts"
import { finish } from "./finish.ts"
import * as Home from "./home.ts"
import * as Io from "./Io.ts"
import * as logger from "./logger.ts"
import { commandOf, parse, type Parsed } from "./parse.ts"
import * as Programs from "./programs.ts"
import * as progress from "./progress.ts"
import { runMain } from "./runMain.ts"
import * as Spec from "./Spec.ts"
import * as Store from "./store.ts"
import { DefinitionRefused, UsageError } from "./UsageError.ts"
import * as userFile from "./userFile.ts"
import { version } from "./version.ts"
import * as Watched from "./Watched.ts"

/**
 * Runs the command line of this process, and ends the process with the code that says how it went.
 *
 * A program of many packages may be given by its name and how it is loaded, which is done only where a call is about it:
 * `{ name: "digest", load: () => import("./digest.ts").then(({ digest }) => digest) }`.
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
export const run: {
  <Options = {}, OptionsI = {}>(definition: Definition<Options, OptionsI>): void
  <Options = {}, OptionsI = {}, Provided = unknown>(definition: Provisioned<Options, OptionsI, Provided>): void
} = (definition: AnyDefinition): void => {
  const [word, name = "", ...args] = process.argv.slice(2)
  if (definition.runsFiles !== true || word !== "run" || name === "" || name.startsWith("-")) {
    return runMain((ending) => mainOf(partsOf(definition), Io.ofProcess(ending)))
  }
  const file = { name, path: resolve(name) }
  void Effect.runPromise(Effect.match(userFile.commandLineOf(file), {
    onFailure: (error) => runMain((ending) => refusal(definition, Io.ofProcess(ending), error)),
    // From here on it is the process of the project's own command line.
    onSuccess: ({ runFile }) => runFile(file, args)
  }))
}

/**
 * A command that looks at Node, at the packages of the project, at the store, and at who could answer questions, and says
 * what to do about each. It changes nothing.
 *
 * @example
 * ```ts
 * import { Cli } from "effect-cairn/cli"
 *
 * export const main = () => Cli.run({ name: "mine", version: "1.0.0", programs: [], commands: [Cli.doctor] })
 * ```
 *
 * @category commands
 * @since 0.1.0
 */
export const doctor = doctorCommand.command

/**
 * Runs the programs of a file as the command line of this process. Where it has only one, that need not be named.
 *
 * @category running
 * @since 0.1.0
 */
export const runFile = (file: userFile.UserFile, args: ReadonlyArray<string>): void => {
  const definition = { name: `cairn run ${quote(file.name)}`, version, programs: [] }
  runMain((ending) => {
    const io = { ...Io.ofProcess(ending), args }
    return Effect.matchEffect(userFile.exportsOf(file), {
      onFailure: (error) => refusal(definition, io, error),
      onSuccess: ({ commands, programs }) => {
        const all = { ...definition, programs, commands }
        const [only, ...others] = programs
        const [first = ""] = args
        const isNamed = commandsOf(partsOf(all), programs).all.some(({ spec: { name } }) => name === first) ||
          first.startsWith("--help") ||
          first === "-h"
        return main(all, {
          ...io,
          args: only === undefined || others.length > 0 || isNamed ? args : [only.name, ...args]
        })
      }
    })
  })
}

/** Says why there is no command line to call. */
const refusal = (
  definition: AnyDefinition,
  io: Io.Io,
  error: userFile.FileUnusable
): Effect.Effect<number> => Effect.sync(() => finish(beginning(partsOf(definition), io), Exit.fail(error)))

/**
 * One call of the command line, as an effect that gives the exit code.
 *
 * @category running
 * @since 0.1.0
 */
export const main: {
  <Options = {}, OptionsI = {}, Provided = unknown>(
    definition: Provisioned<Options, OptionsI, Provided>,
    io: Io.Io
  ): Effect.Effect<number>
  <Options = {}, OptionsI = {}>(definition: Definition<Options, OptionsI>, io: Io.Io): Effect.Effect<number>
} = (definition: AnyDefinition, io: Io.Io) => mainOf(partsOf(definition), io)

const mainOf = (parts: Parts, io: Io.Io): Effect.Effect<number> =>
  Effect.suspend(() => {
    let app = beginning(parts, io)
    let hasEnded = false
    const end = (exit: Exit.Exit<Outcome, unknown>): number => {
      hasEnded = true
      return finish(app, exit)
    }
    io.ending.onSlow(() => {
      if (!hasEnded && !app.json && progress.mode(io, app.parsed) !== "json") {
        io.stderr.write(
          "Stopping: what is under way comes to its end. Once more ends it at once; nothing saved is lost.\n"
        )
      }
    })
    io.ending.onForced(() => {
      if (!hasEnded) end(Exit.interrupt(FiberId.none))
    })

    const parsed = (spec: Spec.Spec, rest: ReadonlyArray<string>) =>
      Effect.map(Effect.flatMap(parse(parts.name, spec, rest), (parsed) => asked(app, parsed)), (understood) => {
        app = understood
        return app
      })
    return Effect.uninterruptibleMask((restore) => Effect.map(Effect.exit(restore(dispatch(app, parsed))), end))
  })

/** What is known before the command line is understood: how to say that it was not. */
const beginning = (definition: Parts, io: Io.Io): App => {
  const words = beforeDashes(io.args)
  const isGiven = (name: string, alias = name) =>
    words.some((word) => word === `--${name}` || word === `-${alias}` || word.startsWith(`--${name}=`))
  return {
    ...definition,
    called: io.isFoundByNpx ? `npx ${definition.name}` : definition.name,
    io,
    home: Home.ofFiles(io.cwd, io.env.CAIRN_HOME || undefined),
    json: isGiven("json"),
    isForAgent: Option.isSome(agentEnvironment.of(io.env)),
    parsed: { args: [], values: new Map(), switches: new Map([["verbose", isGiven("verbose", "v")]]) },
    watched: Watched.make()
  }
}

const asked = (app: App, parsed: Parsed): Either.Either<App, UsageError> =>
  Either.map(Home.find(app.io.cwd, app.io.env, parsed), (home) => ({
    ...app,
    parsed,
    json: parsed.switches.get("json") ?? false,
    home
  }))

const beforeDashes = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.includes("--") ? words.slice(0, words.indexOf("--")) : words

/** Reads the words behind the name of a command. */
type Reads = (spec: Spec.Spec, rest: ReadonlyArray<string>) => Effect.Effect<App, UsageError>

/**
 * Most calls name the program that they are about, or none: it takes all of them only to say what there is, and what is
 * wrong with a call.
 */
const dispatch = (begun: App, parsed: Reads): Effect.Effect<Outcome, unknown> => {
  const { args } = begun.io
  const [word = ""] = args
  const names = Programs.names(begun)
  const named = understood(begun, args, parsed)
  const all = understood(begun, names, parsed)
  return Effect.flatMap(
    names.includes(word)
      ? named
      : word === complete.word || beforeDashes(args).some(isHelp)
      ? all
      : Effect.catchTag(named, "UsageError", () => all),
    ({ running }) => running
  )
}

const isHelp = (word: string): boolean => word === "--help" || word === "-h"

/** What is called, as far as these programs tell it. */
const understood = Effect.fnUntraced(function*(begun: App, names: ReadonlyArray<string>, parsed: Reads) {
  const { io, name } = begun
  const programs = yield* Programs.named(begun, names)
  const { all, specs } = commandsOf(begun, programs)
  yield* checked(begun, all, begun.programs.filter((program) => !Programs.isThere(program, names)))
  if (io.args[0] === complete.word) return { running: complete.run(begun, specs, io.args.slice(1)) }

  const { command, rest: words } = commandOf([specs.root, ...specs.all].flatMap(({ flags }) => flags), io.args)
  const ofAll = programs.length === begun.programs.length
    ? Effect.succeed(specs)
    : Effect.map(Programs.all(begun), (programs) => commandsOf(begun, programs).specs)
  if (Option.isNone(command)) {
    if (beforeDashes(words).includes("--version")) return { running: Effect.succeed(versionOf(begun)) }
    const app = yield* Effect.mapError(parsed(specs.root, words), (error) => ofNobody(name, words, specs) ?? error)
    return { running: Effect.map(ofAll, (specs) => helpCommand.ofAll(app, specs)) }
  }
  const outer = all.find(({ spec }) => spec.name === command.value)
  if (outer === undefined) {
    // What follows an option that nobody has may be its value rather than a command.
    const before = io.args.slice(0, io.args.indexOf(command.value))
    const stray = before.find((word) => word.startsWith("-") && ![specs.root, ...specs.all].some(hasOption(word)))
    if (stray !== undefined) yield* parsed(specs.root, [stray])
    return yield* helpCommand.unknown(begun, specs, command.value)
  }
  const { found, rest } = within(outer, words)
  if (beforeDashes(rest).some(isHelp)) return { running: Effect.succeed(helpCommand.ofCommand(begun, found.spec)) }
  const app = yield* parsed(found.spec, rest)
  const missing = found.spec.args.filter(({ only, required }) => required && only === undefined)[app.parsed.args.length]
  if (missing !== undefined && !app.parsed.values.has("input")) {
    return yield* new UsageError({ reason: `<${missing.name}> is missing.`, fix: Spec.hint(name, found.spec) })
  }
  const running = Effect.provide(
    found.run(app, ofAll),
    Layer.mergeAll(
      // Where none is asked for, no database need be reached.
      found.isWithoutRuns === true ? JournalFile.layer({ home: app.home.folder }) : Store.layer(app),
      logger.layer(io, app.parsed)
    )
  )
  return { running }
})

/** An option that only a command has, without that command: it is not misspelt. */
const ofNobody = (
  name: string,
  words: ReadonlyArray<string>,
  { all, root }: helpCommand.Specs
): UsageError | undefined => {
  for (const word of beforeDashes(words)) {
    const owners = hasOption(word)(root) ? [] : all.filter(hasOption(word))
    if (owners.length > 0) {
      return new UsageError({
        reason: `${word.split("=", 1)[0]} is an option of a command, and none is named.`,
        fix: owners.slice(0, 5).map((owner) => `${name} ${owner.name} ${words.map(quote).join(" ")}`).join("\n")
      })
    }
  }
  return undefined
}

const hasOption = (word: string) => ({ flags }: Spec.Spec): boolean => {
  const typed = word.split("=", 1)[0] ?? ""
  return flags.some(({ alias, name }) => typed === `--${name}` || typed === `--no-${name}` || typed === `-${alias}`)
}

/** A command line that can be called: what is wrong with one is wrong whatever the command. */
const checked = (
  { commands, exitCodes, name, options }: App,
  all: ReadonlyArray<Command>,
  unloaded: App["programs"]
) => {
  const refused = (reason: string) => new DefinitionRefused({ name, reason })
  const codes = exitCode.refusal(exitCodes)
  const argument = fields.argsOf(options)[0]
  const strange = commands.find(({ name }) => !/^[A-Za-z0-9][\w.:-]*$/.test(name))
  const clash = Spec.clash(
    [...all, ...all.flatMap(({ inner = [] }) => inner)].map(({ spec }) => spec),
    unloaded.map(({ name }) => name)
  )
  return codes !== undefined
    ? refused(codes)
    : argument !== undefined
    ? refused(`<${argument.name}> is an argument, and what every command takes are options`)
    : strange !== undefined
    ? refused(`${JSON.stringify(strange.name)} is no name of a command: it is a word of letters, digits and dashes`)
    : Option.match(clash, { onNone: () => Effect.void, onSome: refused })
}

const versionOf = ({ name, version }: App): Outcome => ({
  text: `${name} ${version}\n`,
  json: { schema: "cairn.version/1", name, version }
})
