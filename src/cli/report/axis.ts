/**
 * The time of a run as a line from 0 to 100, on which a pause takes little room however long it was.
 *
 * @since 0.1.0
 */

/**
 * A stretch of time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Axis {
  /** Where a point in time is, from 0 to 100. */
  readonly at: (time: number) => number
  /** How long something was under way. */
  readonly ms: number
  /** Where nothing was under way for long. */
  readonly pauses: ReadonlyArray<Pause>
  /** Where so much time, without the pauses, had passed. */
  readonly ticks: ReadonlyArray<{ readonly x: number; readonly ms: number }>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Pause {
  readonly x: number
  readonly width: number
  readonly ms: number
}

/** A stretch of the line that stands for a stretch of time. */
interface Block extends Span {
  readonly x: number
  readonly width: number
  readonly isPause: boolean
}

/**
 * The line of what was under way.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (spans: ReadonlyArray<Span>): Axis => {
  const busy = merged(spans)
  const ms = busy.reduce((sum, { from, to }) => sum + to - from, 0)
  const longest = Math.max(250, ms / 10)
  const stretches = busy.flatMap((span, index): ReadonlyArray<Span & { readonly isPause: boolean }> => {
    const before = busy[index - 1]
    const here = { ...span, isPause: false }
    return before === undefined
      ? [here]
      : [{ from: before.to, to: span.from, isPause: span.from - before.to > longest }, here]
  })
  const pauses = stretches.filter(({ isPause }) => isPause).length
  const room = pauses === 0 ? 0 : Math.min(4, 40 / pauses)
  const shown = Math.max(1, stretches.reduce((sum, { from, isPause, to }) => isPause ? sum : sum + to - from, 0))
  const scale = (100 - pauses * room) / shown
  const blocks: Array<Block> = []
  let x = 0
  for (const { from, isPause, to } of stretches) {
    const width = isPause ? room : (to - from) * scale
    blocks.push({ from, to, isPause, x, width })
    x += width
  }
  return {
    at: (time) => at(blocks, time),
    ms,
    pauses: blocks.filter(({ isPause }) => isPause).map(({ from, to, width, x }) => ({ x, width, ms: to - from })),
    ticks: ticks(blocks, shown)
  }
}

/** Those that overlap as one, in order. */
const merged = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const all: Array<{ from: number; to: number }> = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last === undefined || from > last.to) all.push({ from, to: Math.max(from, to) })
    else last.to = Math.max(last.to, to)
  }
  return all
}

const at = (blocks: ReadonlyArray<Block>, time: number): number => {
  let low = 0
  let high = blocks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((blocks[middle]?.from ?? 0) <= time) low = middle
    else high = middle - 1
  }
  const block = blocks[low]
  if (block === undefined) return 0
  const { from, to, width, x } = block
  const part = to > from ? (time - from) / (to - from) : 0
  return Math.min(100, x + width * Math.min(1, Math.max(0, part)))
}

const ticks = (blocks: ReadonlyArray<Block>, shown: number): Axis["ticks"] => {
  const step = steps.find((step) => shown / step <= 5) ?? shown
  const marks: Array<Axis["ticks"][number]> = []
  let passed = 0
  for (const { from, isPause, to, width, x } of blocks) {
    if (isPause) continue
    for (let ms = Math.ceil(passed / step) * step; ms <= passed + to - from; ms += step) {
      if (marks.at(-1)?.ms !== ms) marks.push({ ms, x: to > from ? x + width * (ms - passed) / (to - from) : x })
    }
    passed += to - from
  }
  return marks
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const steps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 6, 12, 24, 48, 120, 240].map((count) => count * hour)
]
