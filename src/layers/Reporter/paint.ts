/**
 * Colours, where they are wanted.
 *
 * @since 0.1.0
 */

/**
 * @category models
 * @since 0.1.0
 */
export interface Paint {
  readonly green: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

/** @category constructors */
export const make = (colors: boolean): Paint => {
  const style = (on: number, off: number) => (text: string) =>
    colors && text !== "" ? `\u001B[${on}m${text}\u001B[${off}m` : text
  return {
    green: style(32, 39),
    red: style(31, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
    dim: style(2, 22),
    bold: style(1, 22)
  }
}

/**
 * Takes the colours out of a text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const unpainted = (text: string): string => text.replace(colors, "")

// oxlint-disable-next-line no-control-regex -- that is what a colour begins with
const colors = /\u001B\[[0-9;]*m/g
