/** Calls a command line in this process, wherever it is from. */
import { Effect } from "effect"
import type { Io } from "../../src/cli/Io.ts"

export interface Options {
  readonly cwd: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** The columns of the terminal that stdout and stderr are; none where they are no terminal. */
  readonly columns?: number
}

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export const callWith = (
  main: (io: Io) => Effect.Effect<number>,
  args: ReadonlyArray<string>,
  options: Options
): Effect.Effect<Said> =>
  Effect.suspend(() => {
    const said = { stdout: "", stderr: "" }
    const sink = (name: "stdout" | "stderr") => {
      const add = (text: string) => {
        said[name] += text
      }
      return {
        write: add,
        draw: add,
        beside: add,
        onBeside: () => () => {},
        divert: () => () => {},
        isTerminal: options.columns !== undefined,
        size: () => ({ columns: options.columns ?? 80, rows: 24 }),
        onResize: () => () => {},
        onPause: () => () => {}
      }
    }
    return Effect.map(
      main({
        args,
        isFoundByNpx: false,
        cwd: options.cwd,
        env: options.env ?? {},
        stdout: sink("stdout"),
        stderr: sink("stderr"),
        readStdin: () => Effect.succeed(new TextEncoder().encode(options.input ?? "")),
        isStdinTerminal: false,
        ending: { signal: () => undefined, onSlow: () => {}, onForced: () => {} }
      }),
      (code) => ({ code, ...said })
    )
  })
