/** What was measured, as a table with the targets beside it. */

export interface Row {
  readonly what: string
  readonly ours: string
  readonly beside: string
  readonly ratio: string
}

export const micros = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} us`
export const millis = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`
export const megabytes = (value: number): string => `${value.toFixed(0)} MB`

export const times = (ratio: number, target?: number): string => {
  const text = `${ratio.toFixed(2)}x`
  return target === undefined ? text : `${text}  at most ${target}x: ${ratio <= target ? "yes" : "NO"}`
}

export const print = (rows: ReadonlyArray<Row>): void => {
  for (const { beside, ours, ratio, what } of rows) {
    console.log(`${what.padEnd(32)} ${ours.padStart(9)}   ${beside.padEnd(36)} ${ratio}`.trimEnd())
  }
}
