/**
 * Everything that can happen in a run: one closed union.
 *
 * Durable events are what the checkpoint holds; a run is what their fold says. The others are only ever shown. Every
 * time is in milliseconds since 1970, every duration in milliseconds.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { Report } from "./Validation.ts"

/** Where an event belongs, and what a person calls that place. What is optional is not stored, only shown. */
const place = {
  /** `tasks`, `files/a.ts`, `draft/2`. */
  path: Schema.String,
  title: Schema.optional(Schema.String),
  /** The place among the numbered steps, from 1; absent for hidden steps and for items inside a numbered one. */
  number: Schema.optional(Schema.Number),
  of: Schema.optional(Schema.Number),
  hidden: Schema.optional(Schema.Boolean)
}

/** What a recorded result depends on: it is reused only where all of these are unchanged. */
const identity = {
  step: Schema.String,
  version: Schema.Number,
  digest: Schema.String
}

/** One execution of a step, from its first attempt to its end. */
const execution = {
  at: Schema.Number,
  ms: Schema.Number,
  attempts: Schema.Number,
  /** Why the step ran although an earlier result was there. */
  why: Schema.optional(Schema.String)
}

/**
 * A typed failure as it is recorded and shown. `value` is the error as its schema encodes it.
 *
 * @category models
 * @since 0.1.0
 */
export const Failure = Schema.TaggedStruct("Failure", {
  tag: Schema.String,
  message: Schema.String,
  fix: Schema.optional(Schema.String),
  value: Schema.optional(Schema.Unknown)
})

/**
 * A bug as it is recorded and shown: bounded in length.
 *
 * @category models
 * @since 0.1.0
 */
export const Defect = Schema.TaggedStruct("Defect", {
  name: Schema.String,
  message: Schema.String,
  frames: Schema.Array(Schema.String)
})

/**
 * Why a step or a run ended without a result.
 *
 * @category models
 * @since 0.1.0
 */
export const Problem = Schema.Union(Failure, Defect)
export type Problem = typeof Problem.Type

/**
 * What answers have cost: how often somebody was asked, and the tokens, milliseconds and US dollars it took, where they
 * are known.
 *
 * @category models
 * @since 0.1.0
 */
export const Usage = Schema.Struct({
  requests: Schema.Number,
  ms: Schema.Number,
  inputTokens: Schema.optional(Schema.Number),
  outputTokens: Schema.optional(Schema.Number),
  usd: Schema.optional(Schema.Number)
})
export type Usage = typeof Usage.Type

/** What the answers that came in meanwhile have cost, where they cost anything. */
const usage = { usage: Schema.optional(Usage) }

/**
 * A question that only the outside can answer, as it waits in the checkpoint.
 *
 * @category models
 * @since 0.1.0
 */
export const Request = Schema.Struct({
  /** 128 random bits, the same for every attempt to answer. */
  id: Schema.String,
  path: Schema.String,
  ...identity,
  /** Which of the step's questions it is. */
  name: Schema.String,
  ask: Schema.Literal("agent", "user"),
  prompt: Schema.String,
  files: Schema.Array(Schema.String),
  /** The JSON Schema of the answer. */
  answerSchema: Schema.Unknown,
  /** An answer that the schema accepts. */
  example: Schema.optional(Schema.Unknown),
  /** How many answers may be refused before the step fails; any number, where it is absent. */
  attempts: Schema.optional(Schema.Number),
  /** Until when it stays open, where it does not stay open for ever. */
  deadline: Schema.optional(Schema.Number)
})
export type Request = typeof Request.Type

/**
 * A request as it is open now.
 *
 * @category models
 * @since 0.1.0
 */
export const OpenRequest = Schema.Struct({
  ...Request.fields,
  /** The number of the answer that is asked for, from 1. */
  attempt: Schema.Number,
  /** What was wrong with the last answer. */
  previousErrors: Schema.Array(Schema.String)
})
export type OpenRequest = typeof OpenRequest.Type

/**
 * A run has begun: always its first event.
 *
 * @category models
 * @since 0.1.0
 */
export const RunStarted = Schema.TaggedStruct("RunStarted", {
  at: Schema.Number,
  /** The version of the checkpoint's format. */
  format: Schema.Number,
  run: Schema.String,
  program: Schema.String,
  /** sha256 of the program's name and its input: the same command is the same run. */
  identity: Schema.String,
  /** The run that this one is a fork of. */
  parent: Schema.optional(Schema.String),
  /** The input as its schema encodes it. */
  input: Schema.Unknown,
  /** Settings as they were given, without secrets. */
  settings: Schema.Unknown,
  /** A digest of the pipeline's keys, kinds, versions and schemas. */
  plan: Schema.String,
  /** How many numbered steps there are. */
  of: Schema.Number,
  /** The finished run of the same command, which this one comes after. Shown, not stored. */
  follows: Schema.optional(Schema.String)
})
/**
 * A run goes on.
 *
 * @category models
 * @since 0.1.0
 */
export const RunResumed = Schema.TaggedStruct("RunResumed", {
  at: Schema.Number,
  settings: Schema.Unknown,
  plan: Schema.String,
  of: Schema.Number,
  /** How the run was left: the state that this resume continues from. Shown, not stored. */
  was: Schema.optional(Schema.String),
  run: Schema.optional(Schema.String),
  program: Schema.optional(Schema.String)
})
/**
 * A step has a result, which is durable.
 *
 * @category models
 * @since 0.1.0
 */
export const StepSucceeded = Schema.TaggedStruct("StepSucceeded", {
  ...place,
  ...identity,
  ...execution,
  ...usage,
  /** The result as its schema encodes it. */
  value: Schema.Unknown,
  /** The result in a few words. Shown, not stored. */
  summary: Schema.optional(Schema.String)
})
/**
 * A step has failed, after the last of its attempts, or has a bug.
 *
 * @category models
 * @since 0.1.0
 */
export const StepFailed = Schema.TaggedStruct("StepFailed", {
  ...place,
  ...identity,
  ...execution,
  ...usage,
  problem: Problem
})
/**
 * A question waits for an answer from outside.
 *
 * @category models
 * @since 0.1.0
 */
export const RequestOpened = Schema.TaggedStruct("RequestOpened", { at: Schema.Number, request: Request })
/**
 * An answer was accepted.
 *
 * @category models
 * @since 0.1.0
 */
export const AnswerRecorded = Schema.TaggedStruct("AnswerRecorded", {
  at: Schema.Number,
  path: Schema.String,
  ...identity,
  name: Schema.String,
  /** The request that this answers; absent where the answer came at once and nobody had to wait. */
  id: Schema.optional(Schema.String),
  /** A digest of what was handed in, so that handing it in again changes nothing. */
  given: Schema.optional(Schema.String),
  ...usage,
  value: Schema.Unknown
})
/**
 * An answer was not accepted; the question stays as it was.
 *
 * @category models
 * @since 0.1.0
 */
export const AnswerRefused = Schema.TaggedStruct("AnswerRefused", {
  at: Schema.Number,
  path: Schema.String,
  ...identity,
  name: Schema.String,
  /** The request that this should have answered; absent where the answer came at once. */
  id: Schema.optional(Schema.String),
  ...usage,
  /** What is wrong and where: `/sections/0/body: is missing`. */
  issues: Schema.Array(Schema.String)
})
/**
 * A strategy has settled on one of its layers.
 *
 * @category models
 * @since 0.1.0
 */
export const ChoiceMade = Schema.TaggedStruct("ChoiceMade", {
  at: Schema.Number,
  path: Schema.String,
  ...identity,
  /** The effect of the service that the strategy chose for. */
  member: Schema.String,
  /** The name of the layer that it chose. */
  chose: Schema.String,
  /** Why it was not the first choice. */
  reason: Schema.optional(Schema.String),
  ...usage
})
/**
 * What is recorded of a step counts no more.
 *
 * @category models
 * @since 0.1.0
 */
export const StepVoided = Schema.TaggedStruct("StepVoided", {
  at: Schema.Number,
  path: Schema.String,
  why: Schema.String
})
/**
 * What a finished step did was undone, or could not be.
 *
 * @category models
 * @since 0.1.0
 */
export const Compensated = Schema.TaggedStruct("Compensated", {
  ...place,
  at: Schema.Number,
  /** Absent where the undo succeeded. */
  problem: Schema.optional(Problem)
})
/**
 * A run waits for answers, and nothing of it is under way.
 *
 * @category models
 * @since 0.1.0
 */
export const RunSuspended = Schema.TaggedStruct("RunSuspended", {
  at: Schema.Number,
  requests: Schema.Array(Schema.String)
})
/**
 * A run was told to stop. `usage` is what requests took that were stopped with it, of which no step has a record.
 *
 * @category models
 * @since 0.1.0
 */
export const RunInterrupted = Schema.TaggedStruct("RunInterrupted", { at: Schema.Number, ...usage })
/**
 * A run has ended without a result.
 *
 * @category models
 * @since 0.1.0
 */
export const RunFailed = Schema.TaggedStruct("RunFailed", {
  at: Schema.Number,
  path: Schema.optional(Schema.String),
  problem: Problem,
  /** How many finished steps are to be undone next. */
  undo: Schema.optional(Schema.Number)
})
/**
 * A run is done.
 *
 * @category models
 * @since 0.1.0
 */
export const RunSucceeded = Schema.TaggedStruct("RunSucceeded", { at: Schema.Number, output: Schema.Unknown })

/**
 * What the checkpoint holds.
 *
 * @category models
 * @since 0.1.0
 */
export const DurableEvent = Schema.Union(
  RunStarted,
  RunResumed,
  StepSucceeded,
  StepFailed,
  RequestOpened,
  AnswerRecorded,
  AnswerRefused,
  ChoiceMade,
  StepVoided,
  Compensated,
  RunSuspended,
  RunInterrupted,
  RunFailed,
  RunSucceeded
)
export type DurableEvent = typeof DurableEvent.Type

/**
 * How far a step has come: `done` of `total`, if that is known, and a few words.
 *
 * @category models
 * @since 0.1.0
 */
export const Progress = Schema.Struct({
  done: Schema.optional(Schema.Number),
  total: Schema.optional(Schema.Number),
  note: Schema.optional(Schema.String)
})
export type Progress = typeof Progress.Type

/**
 * Structured text for people: a title, rows of name and value, lines (a tree, say), and what to do next.
 *
 * @category models
 * @since 0.1.0
 */
export const Announcement = Schema.Struct({
  title: Schema.String,
  rows: Schema.optional(Schema.Array(Schema.Tuple(Schema.String, Schema.String))),
  lines: Schema.optional(Schema.Array(Schema.String)),
  next: Schema.optional(Schema.Array(Schema.String))
})
export type Announcement = typeof Announcement.Type

/**
 * A step begins.
 *
 * @category models
 * @since 0.1.0
 */
export const StepStarted = Schema.TaggedStruct("StepStarted", {
  ...place,
  at: Schema.Number,
  why: Schema.optional(Schema.String)
})
/**
 * An attempt of a step has failed, and there will be another one.
 *
 * @category models
 * @since 0.1.0
 */
export const Retrying = Schema.TaggedStruct("Retrying", {
  ...place,
  at: Schema.Number,
  /** The attempt that failed, from 1. */
  attempt: Schema.Number,
  problem: Problem,
  /** How long the step waits before it tries again. */
  delay: Schema.Number
})
/**
 * A question that an earlier session has asked still waits for its answer.
 *
 * @category models
 * @since 0.1.0
 */
export const RequestStillOpen = Schema.TaggedStruct("RequestStillOpen", {
  ...place,
  at: Schema.Number,
  /** The id of the request. */
  request: Schema.String,
  /** The name of the question. */
  name: Schema.String
})
/**
 * A recorded result still stands, and is taken.
 *
 * @category models
 * @since 0.1.0
 */
export const Reused = Schema.TaggedStruct("Reused", {
  ...place,
  at: Schema.Number,
  summary: Schema.optional(Schema.String)
})
/**
 * A unit is not needed.
 *
 * @category models
 * @since 0.1.0
 */
export const Skipped = Schema.TaggedStruct("Skipped", { ...place, at: Schema.Number })
/**
 * A step says how far it has come.
 *
 * @category models
 * @since 0.1.0
 */
export const StepProgressed = Schema.TaggedStruct("StepProgressed", { ...place, at: Schema.Number, progress: Progress })
/**
 * The pipeline says something to people.
 *
 * @category models
 * @since 0.1.0
 */
export const Announced = Schema.TaggedStruct("Announced", { at: Schema.Number, announcement: Announcement })
/**
 * A fan-out began or ended, or one of its items did: what a row of a terminal counts.
 *
 * @category models
 * @since 0.1.0
 */
export const GroupProgressed = Schema.TaggedStruct("GroupProgressed", {
  ...place,
  at: Schema.Number,
  done: Schema.Number,
  total: Schema.Number,
  failed: Schema.Number,
  /** False once the last item has ended. */
  open: Schema.Boolean
})

/**
 * What would become of a node: its result is kept; it runs, or asks; it runs if what it reads of `first` is another by
 * then; or it is not needed. What is foretold supposes that what comes first succeeds.
 *
 * @category models
 * @since 0.1.0
 */
export const Foretold = Schema.Struct({
  key: Schema.String,
  title: Schema.String,
  number: Schema.optional(Schema.Number),
  verdict: Schema.Literal("kept", "runs", "asks", "perhaps", "skipped"),
  /** Why it runs although there is an earlier result. */
  why: Schema.optional(Schema.String),
  /** The key of what it reads that runs first. */
  first: Schema.optional(Schema.String)
})
export type Foretold = typeof Foretold.Type

/**
 * What a run would do next. A key that is gone beside one that is new was probably renamed.
 *
 * @category models
 * @since 0.1.0
 */
export const Forecast = Schema.Struct({
  of: Schema.Number,
  nodes: Schema.Array(Foretold),
  renames: Schema.Array(Schema.Struct({ was: Schema.String, now: Schema.String })),
  /** Other keys that something is recorded under and that are gone. */
  gone: Schema.Array(Schema.String)
})
export type Forecast = typeof Forecast.Type

/**
 * What a run that goes on is about to do, before any of its steps runs.
 *
 * @category models
 * @since 0.1.0
 */
export const Foreseen = Schema.TaggedStruct("Foreseen", { at: Schema.Number, forecast: Forecast })

/**
 * A pipeline that is a validation chain has come to its end, or has failed: `path` is empty where that is the whole run.
 *
 * @category models
 * @since 0.1.0
 */
export const Validated = Schema.TaggedStruct("Validated", { path: Schema.String, at: Schema.Number, report: Report })

/**
 * What is shown but not stored, because it can be derived or does not outlive the moment.
 *
 * @category models
 * @since 0.1.0
 */
export const ShownEvent = Schema.Union(
  Foreseen,
  StepStarted,
  Retrying,
  RequestStillOpen,
  Reused,
  Skipped,
  StepProgressed,
  Announced,
  GroupProgressed,
  Validated
)
export type ShownEvent = typeof ShownEvent.Type

/**
 * Everything that can happen in a run.
 *
 * @category models
 * @since 0.1.0
 */
export const RunEvent = Schema.Union(...DurableEvent.members, ...ShownEvent.members)
export type RunEvent = typeof RunEvent.Type

/**
 * Handles every event by its tag; a new kind of event makes each use a compile error until it answers for it.
 *
 * @category pattern matching
 * @since 0.1.0
 */
export const match =
  <A>(handlers: { readonly [Tag in RunEvent["_tag"]]: (event: Extract<RunEvent, { readonly _tag: Tag }>) => A }) =>
  (event: RunEvent): A => (handlers[event._tag] as (event: RunEvent) => A)(event)
