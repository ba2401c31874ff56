/**
 * A command of your own, beside your programs: with options from a schema, and a result that is shown as text and as one
 * JSON document, like that of every other command.
 *
 * What runs a pipeline is a program; a command is for everything else.
 *
 * @since 0.1.0
 */
import { Effect, type Redacted, Schema } from "effect"
import type { Journal } from "../pipeline/Journal.ts"
import type { Example } from "../pipeline/Program.ts"
import type { DefinitionRefused } from "./UsageError.ts"

const TypeId: unique symbol = Symbol.for("effect-cairn/Command")
type TypeId = typeof TypeId

/**
 * A command that may fail with `E` and needs `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Command<out E = never, out R = never> {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly description: string
  readonly examples: ReadonlyArray<Example>
  readonly hidden: boolean
  readonly options: Schema.Schema.AnyNoContext
  /** Whether it asks for checkpoints, so that it is given the `Journal`. */
  readonly runs: boolean
  readonly run: (options: never, call: Call) => Effect.Effect<Ended, E, R>
}

/**
 * How a command was called.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call {
  /** The name of the command line. */
  readonly name: string
  /** What a command to paste begins with. */
  readonly called: string
  readonly version: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder of the checkpoints, and where they are, for people. */
  readonly home: string
  readonly where: string
  /** The URL of the server, where they are on one. A password may be in it. */
  readonly url: Redacted.Redacted | undefined
  /** The variables from which programs and commands read secrets; it loads the programs. */
  readonly secrets: Effect.Effect<ReadonlyArray<string>, DefinitionRefused>
  /** How wide stdout is, and whether it takes colours. */
  readonly columns: number
  readonly colors: boolean
}

/**
 * What a command has to say: as text, and as JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ended {
  readonly text: string
  readonly document: object
  readonly code: number
}

/**
 * What makes a command.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Given, GivenI, Out, OutI, E, R, Runs extends boolean> {
  /** One sentence. */
  readonly description: string
  readonly examples?: ReadonlyArray<Example>
  /** Whether it is left out of lists of commands; it can be called all the same. */
  readonly hidden?: boolean
  /** What it takes: fields become options, or arguments by `Field.argument`, as those of a program do. */
  readonly options?: Schema.Schema<Given, GivenI>
  /** What it gives: the `output` of the JSON document. */
  readonly output?: Schema.Schema<Out, OutI>
  readonly run: (options: Given, call: Call) => Effect.Effect<Out, E, R>
  /** The result as text for stdout; by default a text as it is, and anything else as JSON. */
  readonly print?: (output: Out, call: Call) => string
  /** The exit code of a result, where that is not 0. */
  readonly exitCode?: (output: Out) => number
  /** The name of a document of its own: what it gives, with this as `schema`, in place of the one that all commands have. */
  readonly document?: string
  /** Whether `run` needs the `Journal`. */
  readonly runs?: Runs
}

/**
 * Makes a command for `Cli.run`.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Field } from "effect-cairn"
 * import { Command } from "effect-cairn/cli"
 *
 * export const add = Command.make("add", {
 *   description: "Adds numbers.",
 *   options: Schema.Struct({ numbers: Schema.Array(Schema.Number).pipe(Field.argument) }),
 *   output: Schema.Number,
 *   run: ({ numbers }) => Effect.succeed(numbers.reduce((a, b) => a + b, 0))
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <
  Out = void,
  E = never,
  R = never,
  Given = {},
  GivenI = {},
  OutI = Out,
  const Runs extends boolean = false
>(
  name: string,
  options: Options<Given, GivenI, Out, OutI, E, R, Runs>
): Command<E, Runs extends true ? Exclude<R, Journal> : R> => {
  const encode = options.output === undefined ? () => null : Schema.encodeSync(options.output)
  const print = options.print ??
    ((output: Out) =>
      options.output === undefined ? "" : typeof output === "string" ? output : JSON.stringify(encode(output), null, 2))
  const run = (given: Given, call: Call): Effect.Effect<Ended, E, R> =>
    Effect.map(options.run(given, call), (output) => {
      const text = print(output, call)
      const json = encode(output)
      return {
        text: text === "" || text.endsWith("\n") ? text : `${text}\n`,
        document: options.document === undefined
          ? { schema: "cairn.result/1", status: "done", run: null, program: name, output: json }
          : { schema: options.document, ...Object(json) },
        code: options.exitCode?.(output) ?? 0
      }
    })
  return {
    [TypeId]: TypeId,
    name,
    description: options.description,
    examples: options.examples ?? [],
    hidden: options.hidden ?? false,
    options: options.options ?? Schema.Struct({}),
    runs: options.runs ?? false,
    // The journal is given by whoever calls it, where it is asked for.
    run: run as (given: never, call: Call) => Effect.Effect<Ended, E, Runs extends true ? Exclude<R, Journal> : R>
  }
}

/**
 * Tells a command from everything else.
 *
 * @category guards
 * @since 0.1.0
 */
export const isCommand = (value: unknown): value is Command<unknown> =>
  typeof value === "object" && value !== null && TypeId in value
