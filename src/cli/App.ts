/**
 * What every command is given: the process, the programs, where checkpoints are, what was asked of the output.
 *
 * @since 0.1.0
 */
import { Layer, Schema } from "effect"
import type { RunFolder } from "../layers/RunFolder.ts"
import type * as Program from "../pipeline/Program.ts"
import type { Command } from "./Command.ts"
import type { Home } from "./home.ts"
import type { Io } from "./Io.ts"
import type { Parsed } from "./parse.ts"
import type { Watched } from "./Watched.ts"

/**
 * A program that is known by its name, and loaded only where a call is about it. `load` may be called again: what is
 * imported is loaded once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lazy<out Program> {
  readonly name: string
  readonly load: () => Promise<Program>
}

type OrLazy<Program> = Program | Lazy<Program>

/**
 * Any program that a command line can run.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyProgram = Program.Program<unknown, RunFolder>

/**
 * The parts of a command line. Its layer provides `Provided`, which programs and commands may need.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition<Options = {}, OptionsI = {}, Provided = never> {
  readonly name: string
  readonly version: string
  /** Each as it is, or by its name and how it is loaded. */
  readonly programs: ReadonlyArray<OrLazy<Program.Program<unknown, RunFolder | NoInfer<Provided>>>>
  /** Commands of your own, beside those that every command line has. */
  readonly commands?: ReadonlyArray<Command<unknown, RunFolder | NoInfer<Provided>>>
  /** Options of your own that every command takes; they are given to `layer`, and not recorded. */
  readonly options?: Schema.Schema<Options, OptionsI>
  /** Your services, for all programs and commands. */
  readonly layer?: (options: Options) => Layer.Layer<Provided, unknown, RunFolder>
  /** What a command ends with that fails with an error of yours, by its tag; without a word it is 1. */
  readonly exitCodes?: Readonly<Record<string, number>>
  /** Whether `run FILE` runs the programs of a file of the user's. */
  readonly runsFiles?: boolean
}

/**
 * One whose programs and commands need what its layer gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface Provisioned<Options, OptionsI, Provided> extends Definition<Options, OptionsI, Provided> {
  readonly layer: (options: Options) => Layer.Layer<Provided, unknown, RunFolder>
}

/**
 * Any definition, whatever it provides.
 *
 * @category models
 * @since 0.1.0
 */
export interface AnyDefinition extends Omit<Definition, "programs" | "commands" | "options" | "layer"> {
  readonly programs: ReadonlyArray<OrLazy<Program.Program<unknown, unknown>>>
  readonly commands?: ReadonlyArray<Command<unknown, unknown>>
  readonly options?: Schema.Schema.AnyNoContext
  readonly layer?: (options: never) => Layer.Layer<never, unknown, RunFolder>
}

/**
 * A definition with all its parts. What programs and commands need is what its layer provides.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts extends Required<Omit<Definition, "options" | "layer">> {
  readonly options: Schema.Schema.AnyNoContext
  readonly layer: (options: never) => Layer.Layer<never, unknown, RunFolder>
}

/**
 * The parts of a definition.
 *
 * @category conversions
 * @since 0.1.0
 */
export const partsOf = (definition: AnyDefinition): Parts => ({
  commands: [],
  exitCodes: {},
  layer: () => Layer.empty,
  options: Schema.Struct({}),
  runsFiles: false,
  ...definition as Partial<Parts> & Pick<Parts, "name" | "version" | "programs">
})

/**
 * One call of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface App extends Parts {
  /** What a command to paste begins with: `npx` where this one was found that way, and the name. */
  readonly called: string
  readonly io: Io
  readonly home: Home
  readonly json: boolean
  /** A coding agent calls, which can be asked by handing over what is to be answered. */
  readonly isForAgent: boolean
  readonly parsed: Parsed
  readonly watched: Watched
}

/**
 * One for which all programs are loaded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Loaded extends App {
  readonly programs: ReadonlyArray<AnyProgram>
}

/**
 * What a command has to say when all went well: the same thing as text and as JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly text: string
  readonly json: unknown
  /** What it ends with, where that is not 0. */
  readonly code?: number
}
