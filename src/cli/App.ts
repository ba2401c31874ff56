/**
 * What every command is given: the process, the programs, where checkpoints are, what was asked of the output.
 *
 * @since 0.1.0
 */
import type { RunFolder } from "../layers/RunFolder.ts"
import type * as Program from "../pipeline/Program.ts"
import type { Home } from "./home.ts"
import type { Io } from "./Io.ts"
import type { Parsed } from "./parse.ts"
import type { Watched } from "./Watched.ts"

/**
 * The parts of a command line.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition {
  readonly name: string
  readonly version: string
  readonly programs: ReadonlyArray<Program.Program<unknown, RunFolder>>
  /** Whether `run FILE` runs the programs of a file of the user's. */
  readonly runsFiles?: boolean
}

/**
 * One call of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface App extends Definition {
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
 * What a command has to say when all went well: the same thing as text and as JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly text: string
  readonly json: unknown
}
