/**
 * The terminal, the streams and the environment of a process, as the command sees them: the one place that touches
 * `process`.
 *
 * @since 0.1.0
 */
import * as fs from "node:fs"

/**
 * @category models
 * @since 0.1.0
 */
export interface Io {
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: Sink
  readonly stderr: Sink
  /** The whole of standard input; refused where it is a terminal, so that nothing ever waits for it. */
  readonly readStdin: () => string | undefined
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Sink {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  readonly columns: () => number
  readonly rows: () => number
}

/**
 * This process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofProcess = (): Io => ({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  readStdin: () => process.stdin.isTTY ? undefined : fs.readFileSync(0, "utf8")
})

const sink = (stream: NodeJS.WriteStream): Sink => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY === true,
  columns: () => stream.columns ?? 80,
  rows: () => stream.rows ?? 24
})

/**
 * Whether a stream may be coloured: `--color` decides, then `FORCE_COLOR`, `NO_COLOR`, `TERM` and whether it is a
 * terminal, in this order (no-color.org).
 *
 * @category accessors
 * @since 0.1.0
 */
export const colors = (io: Io, of: Sink, color: "auto" | "always" | "never"): boolean => {
  if (color !== "auto") return color === "always"
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = io.env
  if (force !== undefined && force !== "") return force !== "0" && force !== "false"
  if (no !== undefined && no !== "") return false
  return term === "dumb" ? false : of.isTerminal
}

/**
 * Whether a view that redraws itself may be shown: on a terminal that can, and not in CI.
 *
 * @category accessors
 * @since 0.1.0
 */
export const isLive = (io: Io): boolean =>
  io.stderr.isTerminal && io.env.TERM !== "dumb" && (io.env.CI === undefined || io.env.CI === "" || io.env.CI === "false")
