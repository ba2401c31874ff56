/**
 * The streams and the environment of a process, as a command sees them.
 *
 * @since 0.1.0
 */
import { Context, Effect, Option } from "effect"
import { Console } from "node:console"
import { dirname, join } from "node:path"
import { Writable } from "node:stream"
import { isatty } from "node:tty"
import { Secrets } from "../pipeline/Secrets.ts"
import * as agentEnvironment from "./agentEnvironment.ts"
import type { Parsed } from "./parse.ts"
import type { Ending } from "./runMain.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Io {
  readonly args: ReadonlyArray<string>
  /** Whether the command is one of a project, which no shell finds by its name alone. */
  readonly isFoundByNpx: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: Sink
  readonly stderr: Sink
  /**
   * The whole of standard input, or why it cannot be had. That it is a terminal is one reason: no command ever waits for
   * somebody to type.
   */
  readonly readStdin: (limit: number) => Effect.Effect<Uint8Array, string>
  /** Somebody may type on standard input. */
  readonly isStdinTerminal: boolean
  readonly ending: Ending
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Sink {
  /** Adds text, above what is drawn there. */
  readonly write: (text: string) => void
  /** Writes to the stream itself. */
  readonly draw: (text: string) => void
  /** Hands what is added to somebody who draws there; what it returns ends that. */
  readonly divert: (write: (text: string) => void) => () => void
  readonly isTerminal: boolean
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Writes to the stream itself, below what is drawn there: that becomes text first. */
  readonly beside: (text: string) => void
  /** Calls back before somebody else writes there; what it returns ends that. */
  readonly onBeside: (settle: () => void) => () => void
  /** Calls back whenever the size changes; what it returns ends that. */
  readonly onResize: (changed: () => void) => () => void
  /** Calls back before a Ctrl-Z stops this process; what it returns ends that. */
  readonly onPause: (pausing: () => void) => () => void
}

/**
 * This process. From now on whoever writes to `console`, or to `process.stdout`, writes to stderr: stdout is for results.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofProcess = (ending: Ending): Io => {
  const { stdout } = process
  const results = sink(stdout)
  const stderr = sink(process.stderr)
  globalThis.console = new Console(writable(stderr))
  stdout.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written) => {
    stderr.write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString())
    const done = typeof encoding === "function" ? encoding : written
    if (done !== undefined) queueMicrotask(done)
    return true
  }
  return {
    args: process.argv.slice(2),
    isFoundByNpx: dirname(process.argv[1] ?? "").endsWith(join("node_modules", ".bin")),
    env: process.env,
    cwd: process.cwd(),
    stdout: results,
    stderr,
    readStdin,
    isStdinTerminal: isatty(0),
    ending
  }
}

type Written = () => void

/**
 * The secrets of this process. Whatever is written to a stream, and whoever writes it: none that was read here is in it.
 *
 * @category constants
 * @since 0.1.0
 */
export const secrets = Context.get(Context.empty(), Secrets)

const sink = (stream: NodeJS.WriteStream): Sink => {
  const write = stream.write.bind(stream)
  const draw = (text: string) => void write(secrets.scrub(text))
  let add: Sink["write"] = draw
  let settle = () => {}
  return {
    write: (text) => add(text),
    draw,
    divert: (write) => {
      add = write
      return () => {
        add = draw
      }
    },
    beside: (text) => {
      settle()
      draw(text)
    },
    onBeside: (settles) => {
      settle = settles
      return () => {
        settle = () => {}
      }
    },
    isTerminal: stream.isTTY,
    size: () => {
      refreshed(stream)
      // A terminal that does not know its size says 0.
      return { columns: stream.columns || 80, rows: stream.rows || 24 }
    },
    onResize: (changed) => {
      stream.on("resize", changed)
      return () => void stream.off("resize", changed)
    },
    onPause: (pausing) => {
      const pause = () => {
        pausing()
        process.kill(process.pid, "SIGSTOP")
      }
      process.on("SIGTSTP", pause)
      return () => void process.off("SIGTSTP", pause)
    }
  }
}

/**
 * Lets Node ask the terminal for its size: until the signal of a change is handled, it knows the old one, and a view
 * that is drawn by that leaves pieces of itself behind. Without it, which has no public name, only that would be so.
 */
const refreshed = (stream: NodeJS.WriteStream & { readonly _refreshSize?: () => void }): void => stream._refreshSize?.()

const writable = ({ write }: Sink): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _, done) => {
      write(String(chunk))
      done()
    }
  })

/** Not `readFileSync(0)`, which fails where the other side of a pipe has nothing to say yet. */
const readStdin: Io["readStdin"] = (limit) =>
  Effect.async((resume) => {
    if (isatty(0)) {
      return resume(Effect.fail("it is a terminal; hand it in through a pipe or a file"))
    }
    const { stdin } = process
    const chunks: Array<Uint8Array> = []
    let length = 0
    stdin
      .on("data", (chunk: Uint8Array) => {
        chunks.push(chunk)
        length += chunk.length
        if (length <= limit) return
        stdin.destroy()
        resume(Effect.fail(`it is longer than ${limit / 1024 / 1024} MiB`))
      })
      .on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
      .on("error", ({ message }) => resume(Effect.fail(message)))
    return Effect.sync(() => void stdin.destroy())
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
 * Whether a view that redraws itself may be shown: on a terminal that can, and neither in CI nor to a coding agent.
 *
 * @category accessors
 * @since 0.1.0
 */
export const isLive = (io: Io): boolean =>
  io.stderr.isTerminal && io.env.TERM !== "dumb" && !isCi(io) && Option.isNone(agentEnvironment.of(io.env))

/**
 * Whether this is a build of continuous integration, where nobody looks.
 *
 * @category accessors
 * @since 0.1.0
 */
export const isCi = ({ env: { CI: ci } }: Io): boolean => ci !== undefined && ci !== "" && ci !== "false"

/**
 * The columns that there are for text on a stream: as many as it wants where that is no terminal.
 *
 * @category accessors
 * @since 0.1.0
 */
export const columnsOf = ({ isTerminal, size }: Sink): number => isTerminal ? size().columns : Infinity
