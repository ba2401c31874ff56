/**
 * The keys that are pressed at the terminal of this process, as the prompts of `@effect/cli` want them, with everything
 * written where it is told.
 *
 * @since 0.1.0
 */
import * as Terminal from "@effect/platform/Terminal"
import { Effect, Exit, Layer, Mailbox, Option } from "effect"
import { createInterface, emitKeypressEvents, type Key } from "node:readline"
import { PassThrough } from "node:stream"

/**
 * Reads keys while somebody wants them; what is typed ahead is kept for whoever wants the next. Ctrl-C, Ctrl-Z and Ctrl-\
 * do what they do at any other terminal; Ctrl-D ends the input.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (write: (text: string) => void): Layer.Layer<Terminal.Terminal> =>
  Layer.sync(Terminal.Terminal, () => {
    let ahead: Iterable<Terminal.UserInput> = []
    return Terminal.Terminal.of({
      columns: Effect.sync(() => process.stderr.columns),
      rows: Effect.sync(() => process.stderr.rows),
      isTTY: Effect.succeed(true),
      readInput: Effect.gen(function*() {
        const mailbox = yield* Mailbox.make<Terminal.UserInput>()
        mailbox.unsafeOfferAll(ahead)
        yield* Effect.addFinalizer(() =>
          Effect.map(Effect.orElseSucceed(mailbox.clear, () => []), (left) => {
            ahead = left
          })
        )
        yield* listening(mailbox)
        return mailbox
      }),
      readLine: Effect.dieMessage("lines are read by another interviewer"),
      // The cursor is never hidden, so that nobody has to show it.
      display: (text) => Effect.sync(() => onlyShowsCursor.test(text) ? undefined : write(text))
    })
  })

// oxlint-disable-next-line no-control-regex -- that is what a sequence begins with
const onlyShowsCursor = /^(\u001B\[(0m|\?25h))*$/

/**
 * The name of what is told as a key where the process goes on after a Ctrl-Z: whatever the terminal shows now, it is not
 * what was drawn last.
 *
 * @category constants
 * @since 0.1.0
 */
export const resumed = "resumed"

const signals: Readonly<Record<string, NodeJS.Signals>> = { c: "SIGINT", z: "SIGTSTP", "\\": "SIGQUIT" }

/** Puts the keys that are pressed into a mailbox, until the scope closes. */
const listening = (mailbox: Mailbox.Mailbox<Terminal.UserInput>) => {
  const { stdin } = process
  const onKey = (text: string | undefined, { ctrl = false, meta = false, name = "", shift = false }: Key) => {
    const signal = ctrl ? signals[name] : undefined
    if (signal !== undefined) {
      // A shell that comes to the front again should find its terminal as it was.
      stdin.setRawMode(false)
      process.kill(process.pid, signal)
    } else if (ctrl && name === "d") mailbox.unsafeDone(Exit.void)
    else mailbox.unsafeOffer({ input: Option.fromNullable(text), key: { name, ctrl, meta, shift } })
  }
  const onContinue = () => {
    stdin.setRawMode(true)
    mailbox.unsafeOffer({ input: Option.none(), key: { name: resumed, ctrl: false, meta: false, shift: false } })
  }
  return Effect.acquireRelease(
    Effect.sync(() => {
      // It only waits a moment after an escape, to see whether that is the beginning of a key.
      const reader = createInterface({ input: new PassThrough(), escapeCodeTimeout: 50 })
      emitKeypressEvents(stdin, reader)
      stdin.setRawMode(true)
      stdin.on("keypress", onKey).resume()
      process.on("SIGCONT", onContinue)
      return reader
    }),
    (reader) =>
      Effect.sync(() => {
        stdin.off("keypress", onKey).pause()
        process.off("SIGCONT", onContinue)
        stdin.setRawMode(false)
        reader.close()
      })
  )
}
