/**
 * Measures two things side by side: both in every round, taking turns at going first, so that whatever else the machine
 * does meanwhile is done to both. Only the ratios carry over to another machine.
 */

export type Measure = () => number | Promise<number>

/** Medians over the rounds; the ratio is that of each round, not that of the medians. */
export interface Compared {
  readonly ours: number
  readonly limit: number
  readonly ratio: number
}

export const compare = async (rounds: number, ours: Measure, limit: Measure): Promise<Compared> => {
  const measured: Array<Compared> = []
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? await ours() : undefined
    const beside = await limit()
    const own = first ?? await ours()
    measured.push({ ours: own, limit: beside, ratio: own / beside })
  }
  return {
    ours: median(measured.map(({ ours }) => ours)),
    limit: median(measured.map(({ limit }) => limit)),
    ratio: median(measured.map(({ ratio }) => ratio))
  }
}

export const median = (values: Iterable<number>): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[sorted.length >> 1] ?? Number.NaN
}
