/**
 * The last lines of a terminal, drawn again and again, below text that stays.
 *
 * The cursor rests below what is drawn and is never hidden, so that a process which is killed leaves a terminal that
 * can be used. Nothing is ever cleared that is not drawn over in the same write.
 *
 * @since 0.1.0
 */
import * as printable from "../../pipeline/printable.ts"
import { unpainted } from "./paint.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Screen {
  /**
   * Adds lines to what stays, and draws others below it, in place of those that were drawn before. A drawn line is
   * narrower than the terminal; a line that stays may be of any width, and carry colours.
   */
  readonly show: (stays: ReadonlyArray<string>, drawn: ReadonlyArray<string>, columns: number) => void
}

/**
 * `draw` writes to the terminal itself, in one piece.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (draw: (text: string) => void): Screen => {
  /** How wide each of the drawn lines is. */
  let widths: ReadonlyArray<number> = []
  return {
    show: (stays, drawn, columns) => {
      if (stays.length === 0 && drawn.length === 0 && widths.length === 0) return
      // Where the terminal has become narrower, the drawn lines are broken anew.
      const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
      const up = rows === 0 ? "" : `\r\u001B[${rows}A`
      // What stays may be wider than the terminal, so that what it is written over goes first.
      const text = stays.length === 0 && rows === widths.length
        ? drawn.map((line) => `\u001B[K${line}\n`).join("")
        : `\u001B[J${[...stays, ...drawn].map((line) => `${line}\n`).join("")}`
      widths = drawn.map((line) => printable.width(unpainted(line)))
      draw(`${up}${text}${stays.length === 0 ? "\u001B[J" : ""}`)
    }
  }
}
