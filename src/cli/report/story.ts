/**
 * How a run went from beginning to end, where it did not go straight through.
 *
 * @since 0.1.0
 */
import * as words from "../../layers/Reporter/words.ts"
import type { DurableEvent } from "../../pipeline/RunEvent.ts"
import { type Content, el, type Html } from "./html.ts"
import { count, section, time } from "./parts.ts"
import type { Report } from "./Report.ts"

/** The first and the last of them are shown. */
const most = 60

/** @category rendering */
export const render = ({ events, now }: Report): Content => {
  const all = events.flatMap((event): ReadonlyArray<readonly [number, string]> => {
    const said = saidOf(event)
    return said === undefined ? [] : [[event.at, said]]
  })
  const line = ([at, said]: readonly [number, string]): Html => el("li", {}, time(at, now), ` ${said}`)
  // It began and ended: its head says that.
  return all.length <= 2 ? [] : section(
    "How it went",
    el(
      "ul",
      { class: "story" },
      ...(all.length <= most ? all.map(line) : [
        ...all.slice(0, most / 2).map(line),
        el("li", { class: "more" }, `${all.length - most} more`),
        ...all.slice(-most / 2).map(line)
      ])
    )
  )
}

const saidOf = (event: DurableEvent): string | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return "began"
    case "RunResumed":
      return "went on"
    case "RunSuspended":
      return `waited for ${count(event.requests.length, "answer")}`
    case "RunInterrupted":
      return "was told to stop"
    case "RunFailed":
      return `failed: ${words.ofProblem(event.problem)}`
    case "RunSucceeded":
      return "was done"
    case "Compensated":
      return event.problem === undefined
        ? `undid ${event.path}`
        : `could not undo ${event.path}: ${words.ofProblem(event.problem)}`
    case "StepSucceeded":
    case "StepFailed":
    case "StepVoided":
    case "RequestOpened":
    case "AnswerRecorded":
    case "AnswerRefused":
    case "ChoiceMade":
      return undefined
  }
}
