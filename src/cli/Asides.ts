/**
 * What the records of a run say of its steps beside their rows: cost, choices, size, and what came of undoing them.
 *
 * @since 0.1.0
 */
import { HashMap, Option } from "effect"
import { bytesOf } from "../pipeline/digest.ts"
import type * as Run from "../pipeline/Run.ts"
import type { ChoiceMade, Compensated, DurableEvent, Usage } from "../pipeline/RunEvent.ts"
import * as usage from "../pipeline/usage.ts"

/**
 * What there is to say of the step at a path beside its row.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asides {
  /** What the answers to its questions have cost. */
  readonly spent: ReadonlyMap<string, Usage>
  /** The last choice for each member of a service that it used. */
  readonly choices: (path: string) => ReadonlyArray<typeof ChoiceMade.Type>
  /** What is recorded of it, and of all that is below it. */
  readonly recorded: (path: string) => Recorded
  /** What came of undoing it, if that was tried, and what is below it: what could not be undone first. */
  readonly undone: (path: string) => Option.Option<typeof Compensated.Type>
}

/**
 * What counts of a step: how much its results take, and whether all of that is from before the run last went on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recorded {
  readonly bytes: number
  readonly isKept: boolean
}

/** @category constructors */
export const of = ({ state }: Run.Info, events: ReadonlyArray<DurableEvent>): Asides => {
  const wentOn = events.findLastIndex(({ _tag }) => _tag === "RunStarted" || _tag === "RunResumed")
  const results = new Map<string, Recorded>()
  const undone = new Map<string, typeof Compensated.Type>()
  for (const [index, event] of events.entries()) {
    if (event._tag === "StepSucceeded") {
      results.set(event.path, { bytes: bytesOf(JSON.stringify(event.value) ?? "null"), isKept: index < wentOn })
      undone.delete(event.path)
    } else if (event._tag === "Compensated") undone.set(event.path, event)
    else if (event._tag === "StepFailed" || event._tag === "StepVoided") results.delete(event.path)
  }
  const whole = new Map<string, Recorded>()
  for (const [path, { bytes, isKept }] of results) {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const part = path.slice(0, end)
      const before = whole.get(part) ?? { bytes: 0, isKept: true }
      whole.set(part, { bytes: before.bytes + bytes, isKept: before.isKept && isKept })
    }
  }
  return {
    spent: usage.byPath(events),
    choices: (path) => {
      const all = Option.getOrElse(HashMap.get(state.choices, path), () => [])
      return Array.from(new Map(all.map((choice) => [choice.member, choice])).values())
    },
    recorded: (path) => whole.get(path) ?? { bytes: 0, isKept: false },
    undone: (path) =>
      Option.orElse(
        Option.fromNullable(
          Array.from(undone.values()).find((one) =>
            one.problem !== undefined && (one.path === path || one.path.startsWith(`${path}/`))
          )
        ),
        () => Option.fromNullable(undone.get(path))
      )
  }
}
