// @effect-diagnostics globalTimers:off -- they are the process's own, outside every effect
/**
 * Runs one effect as the whole of a process: signals interrupt it, its streams are drained, its number is the exit
 * code.
 *
 * The `runMain` of the platform ends with 0 after a signal, leaves a hang-up alone, and cuts what is still in a pipe.
 *
 * @since 0.1.0
 */
import { Cause, Context, Effect, Fiber } from "effect"
import { setFlagsFromString } from "node:v8"
import { Secrets } from "../pipeline/Secrets.ts"
import * as exitCode from "./exitCode.ts"

/**
 * What a process can say of its own end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ending {
  /** The signal that this process was asked to end with. */
  readonly signal: () => exitCode.Signal | undefined
  /** Called where finalizers take longer than a moment, so that a person knows that the signal was heard. */
  readonly onSlow: (tell: () => void) => void
  /** Called where the end is cut short: the last chance to say something. */
  readonly onForced: (tell: () => void) => void
}

/** After how long a person is told that the end takes a while, and after how long it is cut short. */
const moment = 200
const patience = 4000

/** Within so many milliseconds it is the same signal: `timeout` sends its own to the process, and then to its group. */
const echo = 50

/**
 * What V8 is told. Of what a step allocates only a small part stays, its place in the journal; where that has been so a
 * few thousand times, V8 puts all that is allocated beside it where garbage is seldom collected: twice the memory.
 */
const flags = "--no-allocation-site-pretenuring"

/** @category running */
export const runMain = (main: (ending: Ending) => Effect.Effect<number>): void => {
  setFlagsFromString(flags)
  let received: exitCode.Signal | undefined
  let receivedAt = Number.NEGATIVE_INFINITY
  let tellSlow = () => {}
  let tellForced = () => {}
  // What could not be written is found out when the streams are drained.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})

  // The stream itself, in whose place `Io` puts another.
  const drain = process.stdout.write.bind(process.stdout)
  const exit = (code: number) => {
    process.exitCode = code
    drain("", () => {
      const lost = lostBy(process.stdout)
      if (lost !== undefined) process.stderr.write(`error  The result could not be written to stdout: ${lost}\n`)
      const last = lost !== undefined && code === exitCode.done ? exitCode.ofFailure("WriteFailed") : code
      process.stderr.write("", () => process.exit(last))
    })
  }

  const alive = setInterval(() => {}, 2 ** 31 - 1)
  const fiber = Effect.runFork(main({
    signal: () => received,
    onSlow: (tell) => {
      tellSlow = tell
    },
    onForced: (tell) => {
      tellForced = tell
    }
  }))
  fiber.addObserver((result) => {
    clearInterval(alive)
    if (result._tag === "Success") return exit(result.value)
    if (Cause.isInterruptedOnly(result.cause)) return exit(exitCode.ofSignal(received ?? "SIGINT"))
    process.stderr.write(Context.get(Context.empty(), Secrets).scrub(`This is a bug: ${Cause.pretty(result.cause)}\n`))
    exit(exitCode.bug)
  })

  const onSignal = (signal: exitCode.Signal) => {
    const now = performance.now()
    if (received === signal && now - receivedAt < echo) return
    if (received !== undefined) {
      tellForced()
      process.exit(exitCode.ofSignal(signal))
    }
    received = signal
    receivedAt = now
    setTimeout(() => tellSlow(), moment).unref()
    setTimeout(() => {
      tellForced()
      exit(exitCode.ofSignal(signal))
    }, patience).unref()
    Effect.runFork(Fiber.interruptFork(fiber))
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal)
}

/** Why a stream did not take all that was written; a reader that went away (`| head -1`) is no failure of ours. */
const lostBy = ({ errored }: NodeJS.WriteStream): string | undefined =>
  errored === null || ("code" in errored && errored.code === "EPIPE") ? undefined : errored.message
