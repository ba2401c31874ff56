// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * The command of a program: starts it on an input, or continues the run that this input has.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import type { AnyProgram, App } from "../App.ts"
import * as fields from "../fields.ts"
import * as handOff from "../handOff.ts"
import { perform, runOptions } from "../perform.ts"
import * as Spec from "../Spec.ts"
import { InputInvalid } from "../UsageError.ts"
import * as values from "../values.ts"

/** @category constructors */
export const spec = (program: AnyProgram): Spec.Spec => ({
  name: program.name,
  description: program.description,
  args: fields.argsOf(program.input),
  flags: [
    ...fields.flagsOf(program.input, "Options"),
    ...fields.flagsOf(program.settings, "Settings"),
    ...Spec.starting,
    ...Spec.everywhere
  ],
  variables: [...fields.variablesOf(program.input), ...fields.variablesOf(program.settings)],
  examples: program.examples
})

/** @category running */
export const run = Effect.fnUntraced(function*(app: App, program: AnyProgram) {
  app.watched.summary = { ...app.watched.summary, program: Option.some(program.name) }
  return yield* start(app, program, yield* handedIn(app))
})

/** What is handed in as JSON, over which go the options; `file` is where that stood. */
interface HandedIn {
  readonly input: values.Given
  readonly settings: values.Given
  readonly file?: string | undefined
}

const handedIn = (app: App) => {
  const file = app.parsed.values.get("input")?.[0]
  const input = file === undefined ? Effect.succeed({}) : readInput(app, file)
  return Effect.map(input, (input): HandedIn => ({ input, settings: {}, file }))
}

/**
 * The fields of an input, as they stand in a file.
 *
 * @category effects
 * @since 0.1.0
 */
export const readInput = ({ io }: App, file: string): Effect.Effect<values.Given, InputInvalid> =>
  Effect.filterOrFail(
    handOff.readJson(file, resolve(io.cwd, file), io.readStdin),
    (json): json is values.Given => typeof json === "object" && json !== null && !Array.isArray(json),
    () => new InputInvalid({ where: handOff.nameOf(file), reason: "it is not a JSON object" })
  )

/**
 * The input and the settings that a command line gives.
 *
 * @category parsing
 * @since 0.1.0
 */
export const given = (app: App, program: AnyProgram) =>
  Effect.flatMap(handedIn(app), (handed) => read(app, program, handed))

const read = Effect.fnUntraced(function*({ io, name, parsed }: App, program: AnyProgram, { file, ...json }: HandedIn) {
  const fix = Spec.hint(name, spec(program))
  const record = values.withPaths(
    program.input,
    yield* values.given(program.input, parsed, io, json.input),
    io.cwd
  )
  const input = yield* values.decoded(program.input, record, { fix, isStrict: true }).pipe(
    Effect.mapError((error) =>
      file === undefined ? error : new InputInvalid({
        where: handOff.nameOf(file),
        reason: error.reason,
        ...(error.fix === fix ? {} : { hint: error.fix })
      })
    )
  )
  const given = yield* values.given(program.settings, parsed, io, json.settings)
  const settings = yield* values.decoded(program.settings, given, { fix, isStrict: true })
  return { input, settings, recorded: values.recorded(program.settings, given) }
})

/**
 * Starts it on what was given as JSON, over which go the options.
 *
 * @category running
 * @since 0.1.0
 */
export const start = Effect.fnUntraced(function*(app: App, program: AnyProgram, handed: HandedIn) {
  const { input, recorded, settings } = yield* read(app, program, handed)
  return yield* perform(
    app,
    program,
    program.start(input as never, settings as never, {
      ...runOptions(app),
      new: app.parsed.switches.get("new") === true,
      settings: recorded
    }),
    "--new starts over"
  )
})
