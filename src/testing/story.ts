/**
 * What happened in runs, in words that are the same every time: without times, durations and ids.
 *
 * @since 0.1.0
 */
import { Cause, Exit, Option } from "effect"
import type { Problem, RunEvent } from "../pipeline/RunEvent.ts"
import * as RunEvents from "../pipeline/RunEvent.ts"
import { Suspended } from "../pipeline/Suspended.ts"

/**
 * The paths of the steps that began: one list for each time that a run began or went on.
 *
 * @category accessors
 * @since 0.1.0
 */
export const begun = (events: ReadonlyArray<RunEvent>): ReadonlyArray<ReadonlyArray<string>> => {
  const sessions: Array<Array<string>> = []
  for (const event of events) {
    if (event._tag === "RunStarted" || event._tag === "RunResumed") sessions.push([])
    else if (event._tag === "StepStarted") sessions.at(-1)?.push(event.path)
  }
  return sessions
}

/**
 * Tells events one by one, each session below its heading.
 *
 * @category rendering
 * @since 0.1.0
 */
export const told = (events: ReadonlyArray<RunEvent>): string => {
  const why = new Map<string, string>()
  const again = (path: string): string => {
    const reason = why.get(path)
    return reason === undefined ? "" : ` again (${reason})`
  }
  const none = (): ReadonlyArray<string> => []
  const lines = RunEvents.match<ReadonlyArray<string>>({
    RunStarted: ({ program }) => [`${program} begins`],
    RunResumed: ({ program, was }) => [
      ...(was === "running" ? ["killed"] : []),
      `${program ?? "the run"} goes on`
    ],
    StepStarted: (event) => {
      if (event.why === undefined) why.delete(event.path)
      else why.set(event.path, event.why)
      return []
    },
    StepSucceeded: ({ path, ...event }) => [
      `  ${path}: done${again(path)}${"summary" in event && event.summary !== undefined ? `: ${event.summary}` : ""}`
    ],
    StepFailed: ({ path, problem }) => [`  ${path}: failed${again(path)}: ${ofProblem(problem)}`],
    Reused: ({ path, summary }) => [`  ${path}: kept${summary === undefined ? "" : `: ${summary}`}`],
    Skipped: ({ path }) => [`  ${path}: not needed`],
    Retrying: ({ attempt, delay, path, problem }) => [
      `  ${path}: attempt ${attempt} failed: ${ofProblem(problem)}; the next in ${delay} ms`
    ],
    RequestOpened: ({ request: { ask, name, path } }) => [`  ${path}: asks the ${ask} for "${name}"`],
    RequestStillOpen: ({ name, path }) => [`  ${path}: still waits for "${name}"`],
    AnswerRecorded: ({ name, path }) => [`  ${path}: "${name}" is answered`],
    AnswerRefused: ({ issues, name, path }) => [`  ${path}: an answer to "${name}" is refused: ${issues.join("; ")}`],
    ChoiceMade: ({ chose, path, reason }) => [`  ${path}: chose ${chose}${reason === undefined ? "" : `: ${reason}`}`],
    StepVoided: ({ path, why }) => [`  ${path}: taken back: ${why}`],
    Compensated: ({ path, problem }) => [
      `  ${path}: ${problem === undefined ? "undone" : `could not be undone: ${ofProblem(problem)}`}`
    ],
    Announced: ({ announcement: { lines = [], next = [], rows = [], title } }) => [
      `  ${title}`,
      ...[...rows.map((row) => row.join(": ")), ...lines, ...next].map((line) => `    ${line}`)
    ],
    Validated: ({ report: { skipped } }) => skipped.map(({ check, reason }) => `  ${check}: skipped: ${reason}`),
    RunSuspended: () => ["waiting"],
    RunInterrupted: () => ["interrupted"],
    RunFailed: ({ problem }) => [`failed: ${ofProblem(problem)}`],
    RunSucceeded: () => ["done"],
    Foreseen: none,
    StepProgressed: none,
    GroupProgressed: none
  })
  return events.flatMap(lines).map((line) => `${line}\n`).join("")
}

const ofProblem = (problem: Problem): string =>
  problem._tag === "Failure" ? problem.message : `a bug: ${problem.message}`

/**
 * How a run ended, behind "the run".
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofExit = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "came to its end"
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (failure instanceof Suspended) {
    return `waits for ${failure.requests.map(({ name, path }) => `"${name}" of ${path}`).join(" and ")}`
  }
  if (Cause.isInterruptedOnly(exit.cause)) return "was interrupted"
  return `failed: ${Cause.pretty(exit.cause)}`
}
