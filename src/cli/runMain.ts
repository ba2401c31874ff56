// @effect-diagnostics globalTimers:off -- they are the process's own, outside every effect
/**
 * Runs one effect as the whole of a process: signals interrupt it, its streams are drained, its number is the exit
 * code.
 *
 * The `runMain` of the platform ends with 0 after a signal, leaves a hang-up alone, and cuts what is still in a pipe.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Fiber } from "effect"
import * as exitCode from "./exitCode.ts"

/** How long finalizers may take after a signal. */
const patience = 4000

/** @category running */
export const runMain = (main: (signal: () => NodeJS.Signals | undefined) => Effect.Effect<number>): void => {
  let received: NodeJS.Signals | undefined
  // A reader that went away (`| head -1`) is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})

  const exit = (code: number) => {
    process.exitCode = code
    process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))
  }

  const alive = setInterval(() => {}, 2 ** 31 - 1)
  const fiber = Effect.runFork(main(() => received))
  fiber.addObserver((result) => {
    clearInterval(alive)
    if (result._tag === "Success") return exit(result.value)
    if (Cause.isInterruptedOnly(result.cause)) return exit(exitCode.ofSignal(received ?? "SIGINT"))
    process.stderr.write(`This is a bug: ${Cause.pretty(result.cause)}\n`)
    exit(exitCode.bug)
  })

  const onSignal = (signal: NodeJS.Signals) => {
    const code = exitCode.ofSignal(signal)
    if (received !== undefined) process.exit(code)
    received = signal
    setTimeout(() => {
      process.stderr.write(`Not stopped after ${patience / 1000} s; ending at once. What was finished is saved.\n`)
      exit(code)
    }, patience).unref()
    Effect.runFork(Fiber.interruptFork(fiber))
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal)
}
