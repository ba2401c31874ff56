/**
 * Events as the lines that stay on the screen: the same in a pipe and on a terminal.
 *
 * @since 0.1.0
 */
import * as printable from "../../pipeline/printable.ts"
import {
  type Announcement,
  match,
  type Problem,
  type RunEvent,
  type RunResumed,
  type StepStarted
} from "../../pipeline/RunEvent.ts"
import type { Paint } from "./paint.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Transcript {
  /** The lines that an event adds. */
  readonly lines: (event: RunEvent) => ReadonlyArray<string>
}

/**
 * Results that are reused are told together, once something else happens. With `announceSteps` a line says that a step
 * begins; a view that shows running steps by itself leaves that out, and the title stands before the result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly paint: Paint
  readonly announceSteps: boolean
}): Transcript => {
  const { announceSteps, paint } = options
  let of = 0
  let reused: Array<number> = []
  /** Numbered steps that have begun, so that what ends beside others is told with its title. */
  let last: string | undefined
  const counted = new Map<string, number>()

  const heading = (event: Place) =>
    `Step ${event.number}/${event.of ?? of}: ${printable.line(event.title ?? event.path)}`

  const flush = (): ReadonlyArray<string> => {
    const held = reused
    reused = []
    return held.length === 0
      ? []
      : [paint.dim(`Step${held.length === 1 ? "" : "s"} ${ranges(held)} of ${of}: done before, kept`)]
  }

  const ended = (event: Place, mark: string, words: string): ReadonlyArray<string> => {
    const text = `   ${mark} ${words}`
    if (announceSteps && last === event.path) return [text]
    // Another line stands between its beginning and its end, so that it is named again.
    last = undefined
    return [...flush(), heading(event), text]
  }

  const begins = (event: Beginning, words: string): string => {
    of = event.of
    return `${paint.bold(printable.line(event.program ?? ""))} · ${words} ${event.run ?? ""}`
  }

  const lines: Transcript["lines"] = match({
    RunStarted: (event) => [begins(event, "run")],
    RunResumed: (event) => [
      `${begins(event, "going on with run")} ${
        paint.dim(`(${was[event.was ?? "running"] ?? "stopped"}; --new starts over)`)
      }`
    ],
    StepStarted: (event) => {
      if (event.number === undefined || !announceSteps) return []
      const before = flush()
      last = event.path
      const why = event.why === undefined ? "" : paint.dim(` (again: ${printable.line(event.why)})`)
      return [...before, `${heading(event)}...${why}`]
    },
    StepSucceeded: (event) =>
      event.number === undefined
        ? []
        : ended(event, paint.green("✓"), event.summary === undefined ? "done" : printable.line(event.summary)),
    StepFailed: (event) =>
      event.number === undefined
        ? [...flush(), `   ${paint.red("✗")} ${printable.line(event.path)}: ${problemText(event.problem)}`]
        : ended(event, paint.red("✗"), problemText(event.problem)),
    Retrying: (event) => [
      ...flush(),
      `   ${paint.yellow("↻")} ${event.number === undefined ? `${printable.line(event.path)}: ` : ""}attempt ${
        event.attempt + 1
      } in ${seconds(event.delay)}: ${problemText(event.problem)}`
    ],
    Reused: (event) => {
      if (event.number !== undefined) reused.push(event.number)
      return []
    },
    Skipped: (event) => event.number === undefined ? [] : ended(event, paint.dim("–"), "not needed"),
    StepProgressed: () => [],
    GroupProgressed: (event) => {
      // A line for every tenth of a long list is enough to see that it goes on.
      const tenth = event.total === 0 ? 10 : Math.floor(event.done * 10 / event.total)
      if (!event.open || !announceSteps || event.total < 20 || counted.get(event.path) === tenth) return []
      counted.set(event.path, tenth)
      return tenth === 0 ? [] : [
        `   ${paint.dim(`${event.done} of ${event.total}${event.failed === 0 ? "" : `, ${event.failed} failed`}`)}`
      ]
    },
    Announced: ({ announcement }) => [...flush(), ...announced(announcement, paint)],
    RequestOpened: ({ request }) => [
      ...flush(),
      `   ${paint.yellow("?")} ${printable.line(request.path)}: waits for ${
        request.ask === "agent" ? "an agent's" : "a person's"
      } answer`
    ],
    AnswerRecorded: ({ id, path }) =>
      id === undefined ? [] : [...flush(), `   ${paint.green("✓")} ${printable.line(path)}: answer accepted`],
    AnswerRefused: ({ path }) => [...flush(), `   ${paint.red("✗")} ${printable.line(path)}: answer refused`],
    ChoiceMade: ({ chose, path, reason }) => [
      ...flush(),
      `   ${
        paint.dim(
          `${printable.line(path)}: ${printable.line(chose)}${
            reason === undefined ? "" : ` (${printable.line(reason)})`
          }`
        )
      }`
    ],
    StepVoided: () => [],
    Compensated: (event) => [
      ...flush(),
      event.problem === undefined
        ? `   ${paint.yellow("↶")} ${printable.line(event.title ?? event.path)}: undone`
        : `   ${paint.red("✗")} ${printable.line(event.title ?? event.path)}: could not be undone: ${
          problemText(event.problem)
        }`
    ],
    RunSuspended: flush,
    RunInterrupted: flush,
    RunFailed: flush,
    RunSucceeded: flush
  })
  return { lines }
}

type Place = Pick<typeof StepStarted.Type, "number" | "of" | "title" | "path">
type Beginning = Pick<typeof RunResumed.Type, "of" | "program" | "run">

const was: Readonly<Record<string, string>> = {
  running: "it was stopped",
  waiting: "it waited for an answer",
  failed: "it had failed",
  interrupted: "it was interrupted",
  done: "it was done"
}

/**
 * Why something failed, in one line.
 *
 * @category rendering
 * @since 0.1.0
 */
const problemText = (problem: Problem): string =>
  problem._tag === "Failure"
    ? printable.line(problem.message)
    : `a bug: ${printable.line(problem.name)}: ${printable.line(problem.message)}`

const announced = ({ lines = [], next = [], rows = [], title }: Announcement, paint: Paint): ReadonlyArray<string> => {
  const left = Math.max(0, ...rows.map(([name]) => printable.width(printable.line(name))))
  return [
    "",
    paint.bold(printable.line(title)),
    ...rows.map(([name, value]) => `  ${printable.pad(printable.line(name), left)}  ${printable.line(value)}`),
    ...lines.map((text) => `  ${indented(text)}`.trimEnd()),
    ...(next.length === 0 ? [] : ["", "Next"]),
    ...next.map((text, index) => `  ${index + 1}. ${printable.line(text)}`),
    ""
  ]
}

/** The spaces that a line begins with are part of its shape. */
const indented = (text: string): string => {
  const spaces = text.length - text.trimStart().length
  return " ".repeat(spaces) + printable.line(text.slice(spaces))
}

/** `1–4, 6`. */
const ranges = (numbers: ReadonlyArray<number>): string => {
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

/** Milliseconds as a person reads them. */
export const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round(ms % 60_000 / 1000)} s`
