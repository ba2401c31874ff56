/**
 * What a call of the command line stands in, for programs that ask.
 *
 * @since 0.1.0
 */
import type { Surroundings } from "../layers/Surroundings.ts"
import type { App } from "./App.ts"
import * as Io from "./Io.ts"

/**
 * Somebody can only be asked where they can type and see the question; in CI nobody is there.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = ({ io, isForAgent, parsed }: App): typeof Surroundings.Service => ({
  caller: isForAgent ? "agent" : io.isStdinTerminal && io.stderr.isTerminal && !Io.isCi(io) ? "person" : "nobody",
  isPlain: io.env.TERM === "dumb",
  colors: Io.colors(io, io.stderr, parsed),
  columns: () => Io.columnsOf(io.stderr),
  rows: () => io.stderr.size().rows,
  write: io.stderr.beside
})
