/**
 * The streams and the environment of a process, as a command sees them.
 *
 * @since 0.1.0
 */
import * as fs from "node:fs"
import type { Parsed } from "./parse.ts"

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
  /** The whole of standard input; nothing where it is a terminal, so that no command ever waits for it. */
  readonly readStdin: () => string | undefined
  /** The signal that this process was asked to end with. */
  readonly signal: () => NodeJS.Signals | undefined
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Sink {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Calls back whenever the size changes; what it returns ends that. */
  readonly onResize: (changed: () => void) => () => void
}

/**
 * This process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofProcess = (signal: Io["signal"]): Io => ({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  readStdin: () => process.stdin.isTTY ? undefined : fs.readFileSync(0, "utf8"),
  signal
})

const sink = (stream: NodeJS.WriteStream): Sink => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY,
  size: () => ({ columns: stream.columns ?? 80, rows: stream.rows ?? 24 }),
  onResize: (changed) => {
    stream.on("resize", changed)
    return () => void stream.off("resize", changed)
  }
})

/**
 * Whether a stream may be coloured: `--color` decides, then `FORCE_COLOR`, `NO_COLOR`, `TERM` and whether it is a
 * terminal, in this order (no-color.org).
 *
 * @category accessors
 * @since 0.1.0
 */
export const colors = (io: Io, of: Sink, parsed: Parsed): boolean => {
  const color = parsed.values.get("color")?.[0] ?? "auto"
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
export const isLive = ({ env, stderr }: Io): boolean =>
  stderr.isTerminal && env.TERM !== "dumb" && (env.CI === undefined || env.CI === "" || env.CI === "false")
