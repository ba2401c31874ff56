/**
 * What a run has come to: the fold of its durable events. It holds where each result stands in the journal, not the
 * results, so that it stays small.
 *
 * @since 0.1.0
 */
import { HashMap, Option } from "effect"
import { PathMap } from "./PathMap.ts"
import type {
  AnswerRecorded,
  AnswerRefused,
  ChoiceMade,
  DurableEvent,
  OpenRequest,
  Problem,
  Request,
  RunResumed,
  RunStarted,
  Usage
} from "./RunEvent.ts"
import * as Usages from "./usage.ts"

/**
 * How a run was left. `running` is what a killed one says too: nobody was there to write down its end.
 *
 * @category models
 * @since 0.1.0
 */
export type Phase = "running" | "waiting" | "failed" | "interrupted" | "done"

/**
 * The last execution of a step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Execution {
  readonly position: number
  readonly succeeded: boolean
  readonly step: string
  readonly version: number
  readonly digest: string
}

type Answer = typeof AnswerRecorded.Type
type Refused = typeof AnswerRefused.Type
type Choice = typeof ChoiceMade.Type

/**
 * What a run has come to.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunState {
  /** Absent where the process was killed before it could write even that. */
  readonly started: Option.Option<typeof RunStarted.Type>
  /** The last start or resume: its settings and plan are those in force. */
  readonly resumed: Option.Option<typeof RunResumed.Type>
  readonly phase: Phase
  readonly executions: PathMap<Execution>
  /** Why what was recorded of the step at a path counts no more, until it has run again. */
  readonly voided: HashMap.HashMap<string, string>
  /** Open questions by the path of the step that asks. */
  readonly requests: HashMap.HashMap<string, ReadonlyArray<Request>>
  /** The ids of those that it last stopped for, in the order of the pipeline. */
  readonly waiting: ReadonlyArray<string>
  readonly answers: HashMap.HashMap<string, ReadonlyArray<Answer>>
  /** Answers that were taken back together with their step, which has not been answered anew. */
  readonly takenBack: HashMap.HashMap<string, ReadonlyArray<Answer>>
  /** The answers that were refused since the step at a path last ended. */
  readonly refusals: HashMap.HashMap<string, ReadonlyArray<Refused>>
  readonly choices: HashMap.HashMap<string, ReadonlyArray<Choice>>
  readonly problem: Option.Option<Problem>
  /** What all answers have cost. */
  readonly usage: Usage
  /** How many finished steps are still to be undone, before anything runs. */
  readonly undoing: number
  /** The time of the last event. */
  readonly at: number
}

/**
 * The state of a run before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: RunState = {
  started: Option.none(),
  resumed: Option.none(),
  phase: "running",
  executions: PathMap.empty(),
  voided: HashMap.empty(),
  requests: HashMap.empty(),
  waiting: [],
  answers: HashMap.empty(),
  takenBack: HashMap.empty(),
  refusals: HashMap.empty(),
  choices: HashMap.empty(),
  problem: Option.none(),
  usage: Usages.none,
  undoing: 0,
  at: 0
}

/**
 * The state after one more event, which stands at `position` of the journal.
 *
 * @category folding
 * @since 0.1.0
 */
export const apply = (state: RunState, event: DurableEvent, position: number): RunState => {
  switch (event._tag) {
    case "RunStarted":
      return { ...state, started: Option.some(event), phase: "running", at: event.at }
    case "RunResumed":
      return {
        ...state,
        resumed: Option.some(event),
        phase: "running",
        problem: Option.none(),
        at: event.at
      }
    case "StepSucceeded":
    case "StepFailed":
      return endStep(copyOf(state), event, state.executions.set(event.path, executionOf(event, position)))
    case "RequestOpened": {
      const { request } = event
      const open = Option.getOrElse(HashMap.get(state.requests, request.path), () => [])
      const others = open.filter((other) => isOfOneStep(other, request))
      return { ...state, requests: HashMap.set(state.requests, request.path, [...others, request]), at: event.at }
    }
    case "AnswerRecorded":
      return {
        ...state,
        answers: append(state.answers, event.path, event),
        takenBack: without(state.takenBack, event.path),
        requests: HashMap.modify(state.requests, event.path, (open) => open.filter(({ name }) => name !== event.name)),
        usage: Usages.add(state.usage, event.usage),
        at: event.at
      }
    case "AnswerRefused":
      return {
        ...state,
        refusals: append(state.refusals, event.path, event),
        usage: Usages.add(state.usage, event.usage),
        at: event.at
      }
    case "ChoiceMade":
      return {
        ...state,
        choices: append(state.choices, event.path, event),
        usage: Usages.add(state.usage, event.usage),
        at: event.at
      }
    case "StepVoided":
      return {
        ...state,
        executions: state.executions.remove(event.path),
        voided: HashMap.set(state.voided, event.path, event.why),
        requests: without(state.requests, event.path),
        answers: without(state.answers, event.path),
        takenBack: Option.match(HashMap.get(state.answers, event.path), {
          onNone: () => state.takenBack,
          onSome: (answers) => HashMap.set(state.takenBack, event.path, answers)
        }),
        refusals: without(state.refusals, event.path),
        choices: without(state.choices, event.path),
        at: event.at
      }
    case "Compensated":
      return event.problem === undefined
        ? {
          ...state,
          executions: state.executions.remove(event.path),
          voided: HashMap.set(state.voided, event.path, "it was undone"),
          undoing: Math.max(0, state.undoing - 1),
          at: event.at
        }
        : { ...state, undoing: 0, at: event.at }
    case "RunSuspended":
      return { ...state, phase: "waiting", waiting: event.requests, at: event.at }
    case "RunInterrupted":
      return { ...state, phase: "interrupted", usage: Usages.add(state.usage, event.usage), at: event.at }
    case "RunFailed":
      return { ...state, phase: "failed", problem: Option.some(event.problem), undoing: event.undo ?? 0, at: event.at }
    case "RunSucceeded":
      return { ...state, phase: "done", requests: HashMap.empty(), undoing: 0, at: event.at }
  }
}

/**
 * Folds in place what is read in one go: `apply` from `empty` on, without a state for each of ten thousand events.
 *
 * @category folding
 * @since 0.1.0
 */
export const replay = (): {
  readonly add: (event: DurableEvent, position: number) => void
  readonly state: () => RunState
} => {
  let state: Draft = { ...empty }
  return {
    add: (event, position) => {
      if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
        endStep(state, event, state.executions.put(event.path, executionOf(event, position)))
      } else state = { ...apply(state, event, position) }
    },
    state: () => state
  }
}

/** A state that nobody else knows yet. */
type Draft = { -readonly [K in keyof RunState]: RunState[K] }

/** Written out, since each step that runs makes one, and a spread costs more than all the rest. */
const copyOf = (state: RunState): Draft => ({
  started: state.started,
  resumed: state.resumed,
  phase: state.phase,
  executions: state.executions,
  voided: state.voided,
  requests: state.requests,
  waiting: state.waiting,
  answers: state.answers,
  takenBack: state.takenBack,
  refusals: state.refusals,
  choices: state.choices,
  problem: state.problem,
  usage: state.usage,
  undoing: state.undoing,
  at: state.at
})

type Ended = Extract<DurableEvent, { readonly _tag: "StepSucceeded" | "StepFailed" }>

const executionOf = ({ _tag, digest, step, version }: Ended, position: number): Execution => ({
  position,
  succeeded: _tag === "StepSucceeded",
  step,
  version,
  digest
})

const endStep = (state: Draft, event: Ended, executions: RunState["executions"]): RunState => {
  state.executions = executions
  state.voided = without(state.voided, event.path)
  state.requests = without(state.requests, event.path)
  state.refusals = without(state.refusals, event.path)
  state.usage = Usages.add(state.usage, event.usage)
  // Steps run only once everything that was to be undone has been.
  state.undoing = 0
  state.at = event.at + event.ms
  return state
}

/**
 * All open questions of a run, in the order of its pipeline as far as it came.
 *
 * @category accessors
 * @since 0.1.0
 */
export const openRequests = ({ refusals, requests, waiting }: RunState): ReadonlyArray<OpenRequest> => {
  const order = new Map(waiting.map((id, index) => [id, index]))
  const placeOf = ({ id }: Request) => order.get(id) ?? waiting.length
  return Array.from(HashMap.values(requests)).flat().sort((a, b) => placeOf(a) - placeOf(b)).map((request) => {
    const refused = Option.getOrElse(HashMap.get(refusals, request.path), () => []).filter(({ id }) =>
      id === request.id
    )
    return { ...request, attempt: refused.length + 1, previousErrors: refused.at(-1)?.issues ?? [] }
  })
}

/** What a step asked before it, or its input, was another is not asked any more. */
const isOfOneStep = (one: Request, other: Request): boolean =>
  one.step === other.step && one.version === other.version && one.digest === other.digest

const append = <A>(map: HashMap.HashMap<string, ReadonlyArray<A>>, key: string, value: A) =>
  HashMap.set(map, key, [...Option.getOrElse(HashMap.get(map, key), () => []), value])

const without = <A>(map: HashMap.HashMap<string, A>, key: string) =>
  HashMap.size(map) === 0 ? map : HashMap.remove(map, key)
