/**
 * Small things that are said the same way everywhere: how long something took, what went wrong, which steps.
 *
 * @since 0.1.0
 */
import * as printable from "../../pipeline/printable.ts"
import type { Forecast, Foretold, Problem, Usage } from "../../pipeline/RunEvent.ts"

/**
 * Milliseconds as a person reads them: `0.1s`, `3m 20s`, `2h 5m`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return ms < 59_950
    ? `${(Math.max(0, ms) / 1000).toFixed(1)}s`
    : seconds < 3600
    ? `${Math.floor(seconds / 60)}m ${seconds % 60}s`
    : `${Math.floor(seconds / 3600)}h ${Math.floor(seconds % 3600 / 60)}m`
}

/**
 * Bytes as a person reads them: `312 bytes`, `12.5 kB`, `3.1 MB`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const size = (bytes: number): string =>
  bytes === 1
    ? "1 byte"
    : bytes < 1000
    ? `${bytes} bytes`
    : bytes < 999_950
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`

/**
 * Why something failed, in one line.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofProblem = (problem: Problem): string =>
  problem._tag === "Failure"
    ? printable.line(problem.message)
    : `a bug: ${printable.line(problem.name)}: ${printable.line(problem.message)}`

/**
 * What answers have cost, as far as that is known: `2 requests, 31204 tokens in, 1920 tokens out, 3.1s, 0.1224 US dollars`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofUsage = ({ inputTokens, ms, outputTokens, requests, usd }: Usage): string =>
  [
    `${requests} request${requests === 1 ? "" : "s"}`,
    ...(inputTokens === undefined ? [] : [`${inputTokens} tokens in`]),
    ...(outputTokens === undefined ? [] : [`${outputTokens} tokens out`]),
    duration(ms),
    ...(usd === undefined ? [] : [`${Number(usd.toPrecision(4))} US dollars`])
  ].join(", ")

/**
 * Numbers in short: `1–4, 6`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ranges = (numbers: Iterable<number>): string => {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const parts: Array<string> = []
  let start = sorted[0] ?? 0
  sorted.forEach((number, index) => {
    if (sorted[index + 1] === number + 1) return
    parts.push(start === number ? `${number}` : `${start}–${number}`)
    start = sorted[index + 1] ?? number
  })
  return parts.join(", ")
}

/**
 * That these numbered steps were taken from an earlier run.
 *
 * @category rendering
 * @since 0.1.0
 */
export const kept = (numbers: ReadonlyArray<number>, of: number): string =>
  `Step${numbers.length === 1 ? "" : "s"} ${ranges(numbers)} of ${of}: done before, kept`

/**
 * What becomes of each step, in one line: `1–2 kept, 3 again (its input changed), 4–6 perhaps`. Steps without a number
 * are named where there is something to say of them.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofForecast = ({ nodes }: Forecast): string => {
  const groups = new Map<string, { readonly numbers: Array<number>; readonly names: Array<string> }>()
  for (const { key, number, verdict, why } of nodes) {
    if (number === undefined && why === undefined && verdict !== "asks") continue
    const said = why === undefined ? verdicts[verdict] : `again (${printable.line(why)})`
    const group = groups.get(said) ?? { numbers: [], names: [] }
    groups.set(said, group)
    if (number === undefined) group.names.push(printable.line(key))
    else group.numbers.push(number)
  }
  return [...groups].map(([said, { names, numbers }]) =>
    `${[...numbers.length === 0 ? [] : [ranges(numbers)], ...names].join(", ")} ${said}`
  ).join(", ")
}

const verdicts: Readonly<Record<Foretold["verdict"], string>> = {
  kept: "kept",
  runs: "to run",
  asks: "waits for an answer",
  perhaps: "perhaps",
  skipped: "not needed"
}
