/**
 * The standard input of this process, line by line.
 *
 * @since 0.1.0
 */
import { Deferred, Effect, type Option, type Scope } from "effect"
import { StringDecoder } from "node:string_decoder"

/** What is kept of one line: enough to see that it is too long. */
const longest = 100_000

/**
 * `next` gives the next line, without its end, whenever it is run; nothing once the input is over. What comes in between is kept,
 * and the other side waits meanwhile. The end of the scope lets go of the input.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lines: Effect.Effect<
  { readonly next: Effect.Effect<Option.Option<string>> },
  never,
  Scope.Scope
> = Effect.gen(function*() {
  const { stdin } = process
  const decoder = new StringDecoder("utf8")
  const read: Array<string> = []
  let rest = ""
  let isOver = false
  let waiting: Deferred.Deferred<void> | undefined

  const wake = () => {
    if (waiting !== undefined) Deferred.unsafeDone(waiting, Effect.void)
  }
  const onData = (chunk: Uint8Array) => {
    const [first = "", ...others] = decoder.write(Buffer.from(chunk)).split("\n")
    rest = (rest + first).slice(0, longest)
    for (const next of others) {
      read.push(rest)
      rest = next.slice(0, longest)
    }
    if (read.length > 0) {
      stdin.pause()
      wake()
    }
  }
  const onEnd = () => {
    isOver = true
    const last = rest + decoder.end()
    if (last !== "") read.push(last)
    rest = ""
    wake()
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => stdin.on("data", onData).on("end", onEnd).on("error", onEnd).pause()),
    () => Effect.sync(() => stdin.off("data", onData).off("end", onEnd).off("error", onEnd).pause())
  )

  const next: Effect.Effect<Option.Option<string>> = Effect.suspend(() => {
    const line = read.shift()
    if (line !== undefined) return Effect.succeedSome(line.replace(/\r$/, ""))
    if (isOver) return Effect.succeedNone
    return Effect.flatMap(Deferred.make<void>(), (more) => {
      waiting = more
      stdin.resume()
      return Effect.zipRight(Deferred.await(more), next)
    })
  })
  return { next }
})
