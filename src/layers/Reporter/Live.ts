/**
 * A view for terminals: what is under way stands in rows that are drawn again, what has ended scrolls away above them.
 *
 * @since 0.1.0
 */
import { Clock, Effect, Layer, Schedule } from "effect"
import * as printable from "../../pipeline/printable.ts"
import { Reporter } from "../../pipeline/Reporter.ts"
import type { RunEvent } from "../../pipeline/RunEvent.ts"
import * as paint from "./paint.ts"
import * as transcript from "./transcript.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly write: (text: string) => void
  readonly colors?: boolean
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Calls back when the size changes; what it returns ends that. */
  readonly onResize: (changed: () => void) => () => void
}

interface Row {
  readonly title: string
  readonly number: number | undefined
  readonly of: number | undefined
  readonly since: number
  note: string
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/**
 * Redraws at most every 80 ms, and once for each event. The cursor is hidden while it draws and shown again at the end,
 * however the run ends.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<never> =>
  Layer.scoped(
    Reporter,
    Effect.gen(function*() {
      const colors = paint.make(options.colors === true)
      const { lines } = transcript.make({ paint: colors, announceSteps: false })
      const rows = new Map<string, Row>()
      /** What stands on the screen below the transcript, each line as wide as it was drawn. */
      let drawn: ReadonlyArray<number> = []
      let frame = 0
      /** The time of the last drawing, for one that the terminal asks for. */
      let last = 0

      /** Moves to the first drawn line and clears from there; a line may have wrapped since the terminal shrank. */
      const erase = (): string => {
        if (drawn.length === 0) return ""
        const { columns } = options.size()
        const height = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / Math.max(1, columns))), 0)
        drawn = []
        return `\r\u001B[${height}A\u001B[J`
      }

      const draw = (now: number, finished: ReadonlyArray<string>) => {
        last = now
        const { columns, rows: height } = options.size()
        const wanted = [...rows.values()].filter(({ number }) => number !== undefined)
        const room = Math.max(1, height - 2)
        const shown = wanted.length <= room ? wanted : wanted.slice(0, room - 1)
        const texts = shown.map((row) => {
          const time = transcript.seconds(Math.max(0, now - row.since))
          const left = `${frames[frame % frames.length] ?? ""} ${row.number}/${row.of ?? ""} ${row.title}${
            row.note === "" ? "" : `  ${row.note}`
          }`
          const space = Math.max(1, columns - 1 - printable.width(time) - 1)
          return `${printable.pad(printable.fit(left, space), space)} ${time}`
        })
        if (shown.length < wanted.length) {
          texts.push(printable.fit(`… ${wanted.length - shown.length} more`, columns - 1))
        }
        const view = erase() + [...finished, ...texts].map((text) => `${text}\n`).join("")
        drawn = texts.map(printable.width)
        if (view !== "") options.write(`\u001B[?25l${view}`)
      }

      const note = (event: RunEvent) => {
        switch (event._tag) {
          case "StepStarted":
            if (event.number === undefined) return
            rows.set(event.path, {
              title: printable.line(event.title ?? event.path),
              number: event.number,
              of: event.of,
              since: event.at,
              note: ""
            })
            return
          case "StepProgressed": {
            const row = rows.get(event.path)
            const { done, note = "", total } = event.progress
            if (row !== undefined) {
              row.note = [
                done === undefined ? "" : `${done}${total === undefined ? "" : `/${total}`}`,
                printable.line(note)
              ]
                .filter((text) => text !== "").join(" ")
            }
            return
          }
          case "GroupProgressed": {
            if (!event.open) return void rows.delete(event.path)
            if (event.number === undefined) return
            const row = rows.get(event.path) ?? {
              title: printable.line(event.title ?? event.path),
              number: event.number,
              of: event.of,
              since: event.at,
              note: ""
            }
            row.note = `${event.done}/${event.total}${event.failed === 0 ? "" : `, ${event.failed} failed`}`
            rows.set(event.path, row)
            return
          }
          case "Retrying": {
            const row = rows.get(event.path)
            if (row !== undefined) row.note = `attempt ${event.attempt + 1} in ${transcript.seconds(event.delay)}`
            return
          }
          case "StepSucceeded":
          case "StepFailed":
          case "Skipped":
          case "Reused":
            rows.delete(event.path)
            return
          case "RunSucceeded":
          case "RunFailed":
          case "RunSuspended":
          case "RunInterrupted":
            rows.clear()
        }
      }

      yield* Effect.acquireRelease(
        Effect.sync(() => options.onResize(() => draw(last, []))),
        (ended) =>
          Effect.sync(() => {
            ended()
            rows.clear()
            options.write(`${erase()}\u001B[?25h`)
          })
      )
      yield* Effect.forkScoped(
        Effect.repeat(
          Effect.map(Clock.currentTimeMillis, (now) => {
            if (rows.size === 0) return
            frame++
            draw(now, [])
          }),
          Schedule.spaced("80 millis")
        )
      )
      return {
        report: (event: RunEvent) =>
          Effect.sync(() => {
            note(event)
            draw(Math.max(event.at, 0), lines(event))
          })
      }
    })
  )
