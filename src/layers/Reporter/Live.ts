/**
 * A view for terminals: steps that are under way stand in rows that are drawn again, and each row becomes text that
 * stays once it and those above it have ended.
 *
 * @since 0.1.0
 */
import { Effect, HashMap, Layer, Option, Schedule } from "effect"
import * as printable from "../../pipeline/printable.ts"
import { Reporter } from "../../pipeline/Reporter.ts"
import type { RunEvent } from "../../pipeline/RunEvent.ts"
import * as Summary from "../../pipeline/Summary.ts"
import * as asides from "./asides.ts"
import * as paint from "./paint.ts"
import * as row from "./row.ts"
import * as Screen from "./Screen.ts"
import * as words from "./words.ts"

/**
 * How the terminal is drawn on, and how large it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly colors?: boolean
  /** What is said beside the name of a run that goes on, such as how to begin anew. */
  readonly hint?: string
  /** The summary of a run after an event, where somebody else makes it; without it, it is made here. */
  readonly summary?: (event: RunEvent) => Summary.Summary
  /** The titles that will be shown, where they are known: rows then stand below each other from the first one on. */
  readonly titles?: ReadonlyArray<string>
  /** Writes to the terminal itself, in one piece. */
  readonly draw: (text: string) => void
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Calls back when the size of the terminal changes; what it returns ends that. */
  readonly onResize: (changed: () => void) => () => void
  /** Calls back before a Ctrl-Z stops this process; what it returns ends that. */
  readonly onPause: (pausing: () => void) => () => void
  /** Calls back before somebody else draws on the terminal, below what stands there then; what it returns ends that. */
  readonly onBeside: (settle: () => void) => () => void
  /** Hands over what others write to the terminal while the view stands; what it returns ends that. */
  readonly divert: (write: (text: string) => void) => () => void
}

/** The time between two drawings: where much happens, it is shown together. */
const interval = 80

/** So many rows may begin at once and be drawn at once: a step that blocks the process should be on the screen before. */
const burst = 8

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/**
 * Draws at once what happens now and then, and every 80 ms otherwise, however much happens. It ends with its scope, with
 * everything that was shown left as text.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<never> =>
  Layer.scoped(
    Reporter,
    Effect.gen(function*() {
      const clock = yield* Effect.clock
      const now = () => clock.unsafeCurrentTimeMillis()
      const colors = paint.make(options.colors === true)
      const screen = Screen.make(options.draw)
      let size = options.size()
      const aside = asides.lines(colors, { hint: options.hint, columns: () => size.columns })

      const told = options.summary ?? Summary.folding()
      let summary = Summary.empty
      /** The paths of the rows that are shown, in the order in which they began. */
      const shown = new Set<string>()
      /** The numbers of steps that were taken from an earlier run, and not told of yet. */
      const kept: Array<number> = []
      /** Text that stays, and is not on the terminal yet. */
      let stays: Array<string> = []
      /** What others wrote without ending the line. */
      let partial = ""
      /** Titles are as wide as the widest that is known, so that rows move as little as can be. */
      let left = row.left((options.titles ?? []).map((title) => ({ title })), 28)
      let isDrawn = true
      /** Somebody else draws on the terminal: until a row is told of anew, what is under way is not drawn. */
      let isBeside = false
      let last = 0
      /** How many rows may still be drawn at once. */
      let credit = burst

      const rowAt = (path: string): Option.Option<Summary.Row> => HashMap.get(summary.rows, path)
      const isOver = (path: string): boolean => !Option.exists(rowAt(path), ({ status }) => status === "running")
      const layout = (): row.Layout => ({
        paint: colors,
        columns: size.columns,
        left,
        of: Option.some(summary.of)
      })

      const tellKept = () => {
        if (kept.length > 0) stays.push(colors.dim(words.kept(kept.splice(0), summary.of)))
      }

      /** Lets a row become text. */
      const leave = (path: string) => {
        shown.delete(path)
        const found = Option.getOrUndefined(rowAt(path))
        if (found === undefined) return
        if (found.status === "kept") {
          kept.push(found.number)
          return
        }
        tellKept()
        stays.push(...row.full(row.withoutParts(found), layout()))
      }

      /** Lets those rows become text that have ended, up to the first that has not. */
      const leaveEnded = () => {
        for (const path of shown) {
          if (!isOver(path)) return
          leave(path)
        }
      }

      const draw = () => {
        size = options.size()
        const { columns } = size
        const room = Math.max(1, size.rows - 2)
        leaveEnded()
        if (shown.size > room) {
          // There is no room for all: what has ended goes although something above it has not.
          for (const path of shown) if (isOver(path)) leave(path)
        }
        if (shown.size > 0) tellKept()
        const at = now()
        const frame = colors.cyan(spinner[Math.floor(at / interval) % spinner.length] ?? "")
        const drawn: Array<string> = []
        for (const path of isBeside ? [] : shown) {
          if (drawn.length === room - 1 && shown.size > room) {
            drawn.push(printable.fit(`… ${shown.size - drawn.length} more`, columns - 1))
            break
          }
          const found = Option.getOrUndefined(rowAt(path))
          if (found === undefined) continue
          drawn.push(
            found.status === "running"
              ? row.short(found, layout(), frame, at - found.at)
              : row.short(row.withoutParts(found), layout(), row.marks(colors)[found.status], found.ms)
          )
        }
        screen.show(stays, drawn, columns)
        stays = []
        isDrawn = true
        credit = Math.min(burst, credit + (at - last) / interval)
        last = at
      }

      const changed = (begins = false) => {
        isDrawn = false
        if (now() - last >= interval) return draw()
        if (!begins || credit < 1) return
        draw()
        credit--
      }

      const add = (lines: ReadonlyArray<string>) => {
        if (lines.length === 0) return
        leaveEnded()
        tellKept()
        stays.push(...lines)
      }

      const report = (event: RunEvent) => {
        const before = summary
        summary = told(event)
        const change = Option.getOrUndefined(Summary.changed(before, summary, event))
        if (change !== undefined && "number" in event && event.number !== undefined) {
          left = row.left([change.row], left)
          isBeside = false
          shown.add(change.row.path)
        }
        add(aside(event))
        changed(event._tag === "StepStarted" && event.number !== undefined)
      }

      const others = (text: string) => {
        const lines = (partial + text).split("\n")
        partial = lines.pop() ?? ""
        add(lines)
        changed()
      }

      yield* Effect.acquireRelease(
        Effect.sync(() => [
          options.onResize(draw),
          // Whatever the terminal shows when the process is there again, the rows come below it.
          options.onPause(() => screen.show([], [], size.columns)),
          options.onBeside(() => {
            leaveEnded()
            tellKept()
            isBeside = true
            draw()
          }),
          options.divert(others)
        ]),
        (endings) =>
          Effect.sync(() => {
            for (const end of endings) end()
            for (const path of shown) leave(path)
            tellKept()
            if (partial !== "") stays.push(partial)
            draw()
          })
      )
      yield* Effect.forkScoped(Effect.repeat(
        Effect.sync(() => {
          if ((shown.size > 0 && !isBeside) || !isDrawn) draw()
        }),
        Schedule.spaced(interval)
      ))
      return { report: (event) => Effect.sync(() => report(event)) }
    })
  )
