/**
 * The keys that are pressed at the terminal of this process, as the prompts of `@effect/cli` want them, with everything
 * written where it is told.
 *
 * @since 0.1.0
 */
import * as Terminal from "@effect/platform/Terminal"
import { Array, Effect, Exit, Layer, Mailbox, Option, Scope } from "effect"
import { createInterface, emitKeypressEvents, type Key } from "node:readline"
import { PassThrough } from "node:stream"

/**
 * Reads keys from the first time that somebody wants them until the scope closes; what is typed ahead is kept for whoever
 * wants the next, and is not on the screen before. Ctrl-C, Ctrl-Z and Ctrl-\ do what they do at any other terminal; Ctrl-D
 * ends the input.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (write: (text: string) => void): Layer.Layer<Terminal.Terminal> =>
  Layer.scoped(
    Terminal.Terminal,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      let ahead: ReadonlyArray<Terminal.UserInput> = []
      let isOver = false
      let wanted = Option.none<Mailbox.Mailbox<Terminal.UserInput>>()
      const listen = yield* Effect.cached(Scope.extend(
        listening({
          pressed: (input) =>
            Option.match(wanted, {
              onNone: () => {
                ahead = [...ahead, input]
              },
              onSome: (mailbox) => void mailbox.unsafeOffer(input)
            }),
          resumed: () =>
            Option.map(
              wanted,
              (mailbox) =>
                mailbox.unsafeOffer({
                  input: Option.none(),
                  key: { name: resumed, ctrl: false, meta: false, shift: false }
                })
            ),
          ended: () => {
            isOver = true
            Option.map(wanted, (mailbox) => mailbox.unsafeDone(Exit.void))
          }
        }),
        scope
      ))
      return Terminal.Terminal.of({
        columns: Effect.sync(() => process.stderr.columns),
        rows: Effect.sync(() => process.stderr.rows),
        isTTY: Effect.succeed(true),
        readInput: Effect.gen(function*() {
          yield* listen
          const mailbox = yield* Mailbox.make<Terminal.UserInput>()
          mailbox.unsafeOfferAll(ahead)
          if (isOver) mailbox.unsafeDone(Exit.void)
          ahead = []
          wanted = Option.some(mailbox)
          yield* Effect.addFinalizer(() =>
            Effect.map(Effect.orElseSucceed(mailbox.clear, () => []), (left) => {
              wanted = Option.none()
              ahead = Array.fromIterable(left)
            })
          )
          return mailbox
        }),
        readLine: Effect.dieMessage("lines are read by another interviewer"),
        // The cursor is never hidden, so that nobody has to show it.
        display: (text) => Effect.sync(() => onlyShowsCursor.test(text) ? undefined : write(text))
      })
    })
  )

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

/** Tells of the keys that are pressed, until the scope closes. */
const listening = (told: {
  readonly pressed: (input: Terminal.UserInput) => void
  readonly resumed: () => void
  readonly ended: () => void
}) => {
  const { stdin } = process
  const onKey = (text: string | undefined, { ctrl = false, meta = false, name = "", shift = false }: Key) => {
    const signal = ctrl ? signals[name] : undefined
    if (signal !== undefined) {
      // A shell that comes to the front again should find its terminal as it was.
      stdin.setRawMode(false)
      process.kill(process.pid, signal)
    } else if (ctrl && name === "d") told.ended()
    else told.pressed({ input: Option.fromNullable(text), key: { name, ctrl, meta, shift } })
  }
  const onContinue = () => {
    stdin.setRawMode(true)
    told.resumed()
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
