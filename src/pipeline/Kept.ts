/**
 * Results that are kept in memory from when they were read until somebody takes them. They are read and taken in about
 * the same order, so that there is no table of them: at ten thousand, it costs as much as all the rest.
 *
 * @since 0.1.0
 */

/**
 * @category models
 * @since 0.1.0
 */
export class Kept {
  /** Where each stands in the journal, which only grows. */
  private readonly positions: Array<number> = []
  private readonly values: Array<unknown> = []
  /** The one behind that which was found last. */
  private next = 0

  add(position: number, value: unknown): void {
    this.positions.push(position)
    this.values.push(value)
  }

  /** What stands at a position, unless it is not here, or was let go of. */
  get(position: number): { readonly value: unknown } | undefined {
    const index = this.indexOf(position)
    return index === undefined || this.values[index] === gone ? undefined : { value: this.values[index] }
  }

  /** The same, and lets go of it. */
  take(position: number): { readonly value: unknown } | undefined {
    const found = this.get(position)
    if (found !== undefined) this.values[this.next - 1] = gone
    return found
  }

  private indexOf(position: number): number | undefined {
    const { positions } = this
    let low = 0
    let high = positions.length - 1
    let middle = this.next
    while (low <= high) {
      const found = positions[middle]
      if (found === position) {
        this.next = middle + 1
        return middle
      }
      if (found === undefined || found > position) high = middle - 1
      else low = middle + 1
      middle = (low + high) >> 1
    }
    return undefined
  }
}

const gone = Symbol()
