/** The times at which things happened, taken without getting in their way. */
import { median } from "./rounds.ts"

export class Marks {
  private readonly at: Float64Array
  private count = 0

  constructor(count: number) {
    this.at = new Float64Array(count)
  }

  take(): void {
    this.at[this.count++] = performance.now()
  }

  clear(): void {
    this.count = 0
  }

  /** The median time, in microseconds, from a mark to the one that is `apart` behind it, for each in between. */
  gap(apart = 1): number {
    const gaps = Array.from(
      { length: this.count - apart },
      (_, index) => this.between(index, index + apart) / apart
    )
    return median(gaps) * 1000
  }

  /** The time that the last tenth took, by that of the first. */
  growth(): number {
    const tenth = Math.floor(this.count / 10)
    return this.between(this.count - 1 - tenth, this.count - 1) / this.between(0, tenth)
  }

  private between(from: number, to: number): number {
    return (this.at[to] ?? Number.NaN) - (this.at[from] ?? Number.NaN)
  }
}
