/**
 * A program that reads a text on stdin and writes one on stdout, and never outlives whoever waits for it.
 *
 * @since 0.1.0
 */
import { Deferred, Effect, Option } from "effect"
import { type ChildProcessByStdio, spawn } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import * as printable from "../../pipeline/printable.ts"

/**
 * A program and its arguments; no shell reads them.
 *
 * @category models
 * @since 0.1.0
 */
export type Words = readonly [program: string, ...args: ReadonlyArray<string>]

/**
 * @category models
 * @since 0.1.0
 */
export interface Call {
  readonly words: Words
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly input: string
  /** How many bytes it may write. */
  readonly most: number
}

/** How long a program that is told to end may take to do so. */
const grace = "2 seconds"

/** How long nothing more may come of one that has ended until nothing will: a child that went its own way holds the pipe. */
const silence = "1 second"

/** How much of what it complained about is told. */
const mostSaid = 500

interface Child {
  readonly spawned: ChildProcessByStdio<Writable, Readable, Readable>
  readonly output: Array<Buffer>
  length: number
  complaint: string
  /** That it has ended, or why there is no point in waiting for that. */
  readonly ended: Deferred.Deferred<void, string>
  readonly closed: Deferred.Deferred<void>
}

/**
 * Gives what the program wrote, or says why it is of no use. The program has a group of its own, and whatever belongs to
 * that has ended when this has: asked to first, then by force.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (call: Call): Effect.Effect<string, string> =>
  Effect.acquireUseRelease(
    start(call),
    (child) =>
      Effect.gen(function*() {
        yield* Deferred.await(child.ended)
        if (child.spawned.pid !== undefined) kill(child.spawned.pid, "SIGKILL")
        yield* drained(child)
        return yield* utf8(Buffer.concat(child.output))
      }),
    stop
  )

/** Waits for the rest of what one that has ended wrote. */
const drained = (child: Child): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { closed, length } = child
    return Effect.flatMap(
      Effect.timeoutOption(Deferred.await(closed), silence),
      (closed) => Option.isSome(closed) || child.length === length ? Effect.void : drained(child)
    )
  })

const start = (call: Call): Effect.Effect<Child> =>
  Effect.gen(function*() {
    const ended = yield* Deferred.make<void, string>()
    const closed = yield* Deferred.make<void>()
    return yield* Effect.sync(() => {
      const [program, ...args] = call.words
      const spawned = spawn(program, args, {
        cwd: call.cwd,
        env: call.env,
        detached: true,
        stdio: ["pipe", "pipe", "pipe"]
      })
      const child: Child = { spawned, output: [], length: 0, complaint: "", ended, closed }
      const end = (problem?: string) =>
        Deferred.unsafeDone(ended, problem === undefined ? Effect.void : Effect.fail(problem))
      if (spawned.pid !== undefined) remember(spawned.pid)
      spawned.stdout.on("data", (chunk: Buffer) => {
        child.length += chunk.length
        if (child.length <= call.most) child.output.push(chunk)
        else end(`it wrote more than ${call.most / 1024 / 1024} MiB`)
      })
      spawned.stderr.setEncoding("utf8").on("data", (text: string) => {
        child.complaint = (child.complaint + text).slice(-4 * mostSaid)
      })
      spawned.on("error", (error: NodeJS.ErrnoException) => {
        end(error.code === "ENOENT" ? `there is no program "${program}", or no folder ${call.cwd}` : error.message)
      })
      spawned.on("exit", (code, signal) => end(code === 0 ? undefined : endingOf(child, code, signal)))
      spawned.on("close", () => Deferred.unsafeDone(closed, Effect.void))
      // Nobody has to read what it was told.
      spawned.stdin.on("error", () => {})
      spawned.stdin.end(call.input)
      return child
    })
  })

const endingOf = ({ complaint }: Child, code: number | null, signal: NodeJS.Signals | null): string => {
  const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`
  const said = printable.line(complaint.trim().slice(-mostSaid)).slice(-mostSaid)
  return `it ${how}${said === "" ? "" : `: ${said}`}`
}

const stop = (child: Child): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { ended, spawned: { exitCode, pid, signalCode, stderr, stdout } } = child
    if (pid !== undefined && exitCode === null && signalCode === null) {
      kill(pid, "SIGTERM")
      yield* Deferred.await(ended).pipe(Effect.ignore, Effect.interruptible, Effect.timeoutOption(grace))
    }
    if (pid !== undefined) {
      kill(pid, "SIGKILL")
      forget(pid)
    }
    stdout.destroy()
    stderr.destroy()
  })

/** Tells a whole group. */
const kill = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal)
  } catch {
    // The whole group has ended.
  }
}

/** The groups of programs that are running, to be ended with this process, however that ends. */
const running = new Set<number>()

const remember = (group: number): void => {
  if (running.size === 0) process.once("exit", killAll)
  running.add(group)
}

const forget = (group: number): void => {
  running.delete(group)
  if (running.size === 0) process.off("exit", killAll)
}

const killAll = (): void => {
  for (const group of running) kill(group, "SIGKILL")
}

const utf8 = (bytes: Uint8Array): Effect.Effect<string, string> =>
  Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => "what it wrote is not UTF-8 text"
  })

/**
 * The words of a command line, as a shell would split them: quotes and backslashes keep words together, and nothing is
 * expanded. Nothing where a quote is not closed or no word is there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const words = (line: string): Option.Option<Words> => {
  const found: Array<string> = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < line.length; index++) {
    const char = line.charAt(index)
    if (char === "\\" && quote !== "'" && index + 1 < line.length) {
      word = (word ?? "") + line.charAt(++index)
    } else if (quote === undefined && (char === "'" || char === "\"")) {
      quote = char
      word ??= ""
    } else if (char === quote) {
      quote = undefined
    } else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else {
      word = (word ?? "") + char
    }
  }
  if (word !== undefined) found.push(word)
  const [program, ...args] = found
  return quote !== undefined || program === undefined ? Option.none() : Option.some([program, ...args])
}
