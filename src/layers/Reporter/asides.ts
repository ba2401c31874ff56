/**
 * What is said between the steps: that a run begins, that a step tries again, what a pipeline announces.
 *
 * @since 0.1.0
 */
import * as printable from "../../pipeline/printable.ts"
import { type Announcement, match, type RunEvent } from "../../pipeline/RunEvent.ts"
import type { Report } from "../../pipeline/Validation.ts"
import type { Paint } from "./paint.ts"
import * as words from "./words.ts"

/**
 * The lines that an event adds, whichever way the steps themselves are shown. Those of numbered steps add none here.
 *
 * @category rendering
 * @since 0.1.0
 */
export const lines = (
  paint: Paint,
  options: {
    /** What is said beside the name of a run that goes on, such as how to begin anew. */
    readonly hint?: string | undefined
    readonly columns?: () => number
  } = {}
): (event: RunEvent) => ReadonlyArray<string> => {
  const { columns = () => Infinity, hint } = options
  const none = (): ReadonlyArray<string> => []
  const dim = (text: string, hang?: number) => printable.wrap(text, columns(), hang).map((line) => paint.dim(line))
  /** What is said in brackets goes below where there is no room for it. */
  const begins = (
    event: { readonly program?: string | undefined; readonly run?: string | undefined },
    how: string,
    beside: ReadonlyArray<string>
  ) => {
    const program = printable.line(event.program ?? "")
    const all = beside.length === 0 ? "" : ` (${beside.join("; ")})`
    const plain = `${program} · ${how} ${event.run ?? ""}`
    const isShort = printable.width(plain + all) <= columns()
    const [first = "", ...rest] = printable.wrap(plain, columns(), 3)
    return [
      `${paint.bold(program)}${first.slice(program.length)}${isShort ? paint.dim(all) : ""}`,
      ...rest,
      ...(isShort ? [] : dim(`   ${all.trim()}`, 4))
    ]
  }

  return match({
    RunStarted: (event) =>
      begins(
        event,
        "run",
        event.follows === undefined ? [] : [`${event.follows} is finished`, "this is another one"]
      ),
    RunResumed: (event) =>
      begins(event, "going on with run", [was[event.was ?? "running"] ?? "", ...(hint === undefined ? [] : [hint])]),
    Foreseen: ({ forecast }) => [
      ...[words.ofForecast(forecast)].flatMap((text) => text === "" ? [] : dim(`   ${text}`)),
      ...forecast.renames.map(({ now, was }) =>
        `   ${paint.yellow("?")} "${printable.line(was)}" is gone and "${
          printable.line(now)
        }" is new: if it was renamed, { was: ${printable.line(JSON.stringify(was))} } keeps what is recorded of it`
      ),
      ...(forecast.gone.length === 0
        ? []
        : dim(`   gone: ${forecast.gone.map(printable.line).join(", ")}`))
    ],
    Retrying: ({ attempt, delay, path, problem, title = path }) => [
      `   ${paint.yellow("↻")} ${printable.line(title)}: attempt ${attempt + 1} in ${words.duration(delay)}: ${
        words.ofProblem(problem)
      }`
    ],
    // What is hidden is told by what fails with it.
    StepFailed: ({ hidden, number, path, problem }) =>
      number === undefined && hidden !== true
        ? [`   ${paint.red("✗")} ${printable.line(path)}: ${words.ofProblem(problem)}`]
        : [],
    Announced: ({ announcement }) => announced(announcement, paint, columns()),
    AnswerRecorded: ({ id, path }) =>
      id === undefined ? [] : [`   ${paint.green("✓")} ${printable.line(path)}: answer accepted`],
    AnswerRefused: ({ path }) => [`   ${paint.red("✗")} ${printable.line(path)}: answer refused`],
    ChoiceMade: ({ chose, path, reason }) => [
      `   ${
        paint.dim(
          `${printable.line(path)}: ${printable.line(chose)}${
            reason === undefined ? "" : ` (${printable.line(reason)})`
          }`
        )
      }`
    ],
    Compensated: ({ path, problem, title = path }) => [
      problem === undefined
        ? `   ${paint.yellow("↶")} ${printable.line(title)}: undone`
        : `   ${paint.red("✗")} ${printable.line(title)}: could not be undone: ${words.ofProblem(problem)}`
    ],
    Validated: ({ path, report }) => path === "" ? reported(report, paint, columns()) : [],
    RequestOpened: none,
    RequestStillOpen: none,
    StepStarted: none,
    StepSucceeded: none,
    StepProgressed: none,
    GroupProgressed: none,
    Reused: none,
    Skipped: none,
    StepVoided: none,
    RunSuspended: none,
    RunInterrupted: none,
    RunFailed: none,
    RunSucceeded: none
  })
}

const was: Readonly<Record<string, string>> = {
  running: "it was stopped",
  waiting: "it waited for an answer",
  failed: "it had failed",
  interrupted: "it was interrupted",
  done: "it was done"
}

/** How far a chain came that did not come to its end. */
const reported = (
  { failed, passed, skipped }: Report,
  paint: Paint,
  columns: number
): ReadonlyArray<string> => {
  const line = (mark: string, text: string) =>
    printable.wrap(`     ${printable.line(text)}`, columns).map((line, index) =>
      index === 0 ? `   ${mark} ${line.slice(5)}` : line
    )
  return failed.length === 0 ? [] : [
    ...passed.flatMap((check) => line(paint.green("✓"), `${check}: passed`)),
    ...failed.flatMap((check) => line(paint.red("✗"), `${check}: failed`)),
    ...skipped.flatMap(({ check, reason }) => line(paint.dim("–"), `${check}: skipped, ${reason}`))
  ]
}

const announced = (
  { lines = [], next = [], rows = [], title }: Announcement,
  paint: Paint,
  columns: number
): ReadonlyArray<string> => {
  const left = Math.max(0, ...rows.map(([name]) => printable.width(printable.line(name))))
  return [
    "",
    ...printable.wrap(printable.line(title), columns).map(paint.bold),
    ...rows.flatMap(([name, value]) =>
      printable.wrap(`  ${printable.pad(printable.line(name), left)}  ${printable.line(value)}`, columns, left + 4)
    ),
    ...lines.flatMap((text) => printable.wrap(`  ${indented(text)}`.trimEnd(), columns, 4 + indentOf(text))),
    ...(next.length === 0 ? [] : ["", "Next"]),
    ...next.flatMap((text, index) => printable.wrap(`  ${index + 1}. ${printable.line(text)}`, columns, 5)),
    ""
  ]
}

/** The spaces that a line begins with are part of its shape. */
const indented = (text: string): string => {
  const indent = indentOf(text)
  return " ".repeat(indent) + printable.line(text.slice(indent))
}

const indentOf = (text: string): number => text.length - text.trimStart().length
