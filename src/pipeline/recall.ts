/**
 * What is recorded of a step, and whether it is still a record of what the step would do.
 *
 * @since 0.1.0
 */
import { Effect, Either, HashMap, Option } from "effect"
import type { Checkpoint } from "./checkpoint.ts"
import { broken, type Executor, type Recalled, type Stop } from "./Executor.ts"
import * as migrated from "./migrated.ts"
import { RecordedResultInvalid } from "./RunError.ts"
import type { DurableEvent } from "./RunEvent.ts"
import * as RunRecord from "./RunRecord.ts"
import type { Execution, RunState } from "./RunState.ts"
import type { Definition } from "./Step.ts"

/** What a record was made from. */
type Made = Pick<Execution, "step" | "version" | "digest">

/**
 * The same, as far as it does not depend on what a step finds in the world.
 *
 * @category accessors
 * @since 0.1.0
 */
export const changedInput: typeof changed = (made, step, digest) =>
  changed({ ...made, digest: parts(made.digest).input ?? "" }, step, parts(digest).input ?? "")

/**
 * Which of the things that a result depends on is another now.
 *
 * @category accessors
 * @since 0.1.0
 */
export const changed = (execution: Made, step: Definition, digest: string): string | undefined => {
  if (execution.step !== step.name) return `step "${execution.step}" became "${step.name}"`
  if (execution.version !== step.version) return `version ${execution.version} became ${step.version}`
  if (execution.digest === digest) return undefined
  const before = parts(execution.digest)
  const after = parts(digest)
  const what = [
    ...(before.input === after.input ? [] : ["its input"]),
    ...(before.fingerprint === after.fingerprint ? [] : ["what it reads"]),
    ...(before.after === after.after ? [] : ["what it comes after"])
  ]
  return `${what.join(" and ")} changed`
}

const parts = (digest: string) => {
  const [, input, fingerprint, after] = /^([^.~]*)(\.[^~]*)?(~.*)?$/.exec(digest) ?? []
  return { input, fingerprint, after }
}

/**
 * Recalls what a run has recorded. `differs` says why a record is one of something else; `keep` leaves results in memory
 * where they are, for whoever goes on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const recalling = (
  { checkpoint: { id: run, journal, kept }, state }: {
    readonly checkpoint: Checkpoint
    readonly state: () => RunState
  },
  differs: typeof changed,
  keep: boolean
): Pick<Executor, "recall" | "recallFailure" | "isFrom"> => {
  const recordAt = (position: number): Effect.Effect<DurableEvent, Stop> =>
    Effect.flatMap(
      Effect.mapError(journal.read(position), (error) => broken("", error)),
      (text) =>
        Either.match(RunRecord.decode(text), {
          onLeft: ({ reason }) => Effect.fail(broken("", new Error(reason))),
          onRight: Effect.succeed
        })
    )

  const decoded = (path: string, step: Definition, version: number, json: unknown): Recalled => {
    const value = migrated.decode(step, version, json)
    if (Either.isRight(value)) return { _tag: "Hit", value: value.right }
    const invalid = new RecordedResultInvalid({
      run,
      path,
      step: step.name,
      version,
      now: step.version,
      issues: value.left
    })
    return { _tag: "Far", fetch: Effect.fail(broken(path, invalid)) }
  }

  const executionAt = (path: string, was: string | undefined): Execution | undefined =>
    state().executions.get(path) ?? (was === undefined ? undefined : state().executions.get(was))

  const whyVoided = (path: string, was: string | undefined): string | undefined => {
    const { voided } = state()
    return HashMap.isEmpty(voided)
      ? undefined
      : [path, was].flatMap((path) => path === undefined ? [] : Option.toArray(HashMap.get(voided, path)))[0]
  }

  return {
    recall: (path, was, step, digest) => {
      const execution = executionAt(path, was)
      if (execution === undefined) return { _tag: "Miss", why: whyVoided(path, was) }
      const why = execution.succeeded ? differs(migrated.asNow(execution, step), step, digest) : "it failed before"
      if (why !== undefined) return { _tag: "Miss", why }
      const { position, version } = execution
      const here = keep ? kept.get(position) : kept.take(position)
      if (here !== undefined) return decoded(path, step, version, here.value)
      return {
        _tag: "Far",
        fetch: Effect.map(
          recordAt(position),
          (event): Recalled =>
            event._tag === "StepSucceeded"
              ? decoded(path, step, version, event.value)
              : { _tag: "Miss", why: undefined }
        )
      }
    },
    recallFailure: (path, was, step, digest) => {
      const execution = executionAt(path, was)
      if (execution === undefined || execution.succeeded || differs(execution, step, digest) !== undefined) {
        return Effect.succeedNone
      }
      return Effect.map(
        recordAt(execution.position),
        (event) =>
          event._tag === "StepFailed" && event.problem._tag === "Failure"
            ? Option.getRight(step.failure.decode(event.problem.value))
            : Option.none()
      )
    },
    isFrom: (path, was, step, digest) => {
      const execution = executionAt(path, was)
      const isSame = (one: Made) => differs(one, step, digest) === undefined
      return execution?.succeeded === true && isSame(migrated.asNow(execution, step)) ||
        [path, ...(was === undefined ? [] : [was])].some((path) =>
          Option.exists(HashMap.get(state().requests, path), (open) => open.some(isSame)) ||
          Option.exists(HashMap.get(state().answers, path), (answers) => answers.some(isSame))
        )
    }
  }
}

/**
 * The paths of recoveries that came to something. One may hold another: `a#catch/b#catch` is in both.
 *
 * @category accessors
 * @since 0.1.0
 */
export const recoveriesIn = ({ answers, executions, requests }: RunState): Set<string> =>
  new Set(
    [
      ...Array.from(executions).flatMap(([path, { succeeded }]) => succeeded ? [path] : []),
      ...HashMap.keys(requests),
      ...HashMap.keys(answers)
    ].flatMap((path) =>
      Array.from(path.matchAll(/#catch(?=\/|$)/g), ({ 0: { length }, index }) => path.slice(0, index + length))
    )
  )
