// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * One step at its place: what its result depends on, whether a recorded one still fits, and what happens otherwise.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import { canonicalJson, digest as digestOf } from "./digest.ts"
import { died, type Executor, failed, type Place, type Stop } from "./Executor.ts"
import * as Pipeline from "./Pipeline.ts"
import { chain, type Running } from "./ready.ts"
import type * as Step from "./Step.ts"
import { summaryOf } from "./summaryOf.ts"

/**
 * How a unit is run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mode {
  /** Nothing else of the run is under way. */
  readonly alone: boolean
  readonly dryRun: boolean
  readonly record: boolean
  readonly simulated: () => void
  readonly made: (path: string, digest: string) => void
  /** Nothing is run: what has to wait for something that would be run is passed over. */
  readonly foretelling: boolean
  /** Steps look at the world, whether it is still what their results were made from. */
  readonly looks: boolean
  /** Told of each recorded failure that stands; absent where none does, since there is no recovery from it. */
  readonly stands: (() => void) | undefined
}

/**
 * The place at which a unit is run.
 *
 * @category models
 * @since 0.1.0
 */
export interface At {
  readonly executor: Executor
  readonly place: Place
  readonly was: string | undefined
  /** The part of the digest that stands for the keys in `after`. */
  readonly after: string
  readonly mode: Mode
}

/**
 * Takes what is recorded of a step, where that still fits, and runs it otherwise.
 *
 * @category running
 * @since 0.1.0
 */
export const runStep = (at: At, step: Step.Definition, input: unknown): Running => {
  const encoded = inputDigest(at.place, step, input)
  if (Either.isLeft(encoded)) return Effect.fail(encoded.left)
  const digest = encoded.right
  if (Option.isNone(step.fingerprint) || !at.mode.looks) return recallOrRun(at, step, input, digest + at.after)

  // A step whose fingerprint cannot be taken has failed before it began, and is recorded so.
  return Effect.matchCauseEffect(step.fingerprint.value(input as never), {
    onFailure: (cause) => execute(at, step, input, digest + at.after, undefined, () => Effect.failCause(cause)),
    onSuccess: (fingerprint) => recallOrRun(at, step, input, fingerprinted(digest, fingerprint) + at.after)
  })
}

/** The part of a digest that stands for the input. */
const inputDigest = (place: Place, step: Step.Definition, input: unknown): Either.Either<string, Stop> => {
  const encoded = step.input.encode(input)
  return Either.isRight(encoded)
    ? Either.right(digestOf(canonicalJson(encoded.right)))
    : Either.left(
      died(place.path, new Error(`the input of step "${step.name}" does not fit its schema\n${encoded.left}`))
    )
}

const fingerprinted = (digest: string, fingerprint: string): string => `${digest}.${digestOf(fingerprint)}`

const recallOrRun = (at: At, step: Step.Definition, input: unknown, digest: string): Running => {
  const { executor, mode, place, was } = at
  mode.made(place.path, digest)
  const run = (why: string | undefined) =>
    execute(at, step, input, digest, why, (watch) => step.execute(input as never, watch))

  const decide = (recalled: ReturnType<Executor["recall"]>): Running => {
    if (recalled._tag === "Far") return Effect.flatMap(recalled.fetch, decide)
    if (recalled._tag === "Miss") {
      const { stands } = mode
      if (stands === undefined) return run(recalled.why)
      return Effect.flatMap(
        executor.recallFailure(place.path, was, step, digest),
        Option.match({
          onNone: () => run(recalled.why),
          onSome: (error) => (stands(), Effect.fail(failed(place.path, error)))
        })
      )
    }
    const { value } = recalled
    if (Option.isNone(step.holds) || !mode.looks) return reuse(at, step, input, value)
    return Effect.flatMap(
      Effect.catchAllDefect(
        step.holds.value(value as never, input as never),
        (defect) => Effect.fail(died(place.path, defect))
      ),
      (holds) => holds ? reuse(at, step, input, value) : run("what it left behind is gone or changed")
    )
  }
  return decide(executor.recall(place.path, was, step, digest))
}

const reuse = ({ executor, place, was }: At, step: Step.Definition, input: unknown, value: unknown): Running => {
  if (Option.isSome(step.compensate)) executor.passed(place.path, was, step, input, value)
  return chain(
    executor.show((at) => ({ _tag: "Reused", at, ...place, ...summaryOf(step, value) })),
    () => Effect.succeed(value)
  )
}

const execute = (
  { executor, mode, place, was }: At,
  step: Step.Definition,
  input: unknown,
  digest: string,
  why: string | undefined,
  body: (watch: Step.Watch) => Effect.Effect<unknown, unknown, unknown>
): Running => {
  const running = executor.execute({
    place,
    step,
    input,
    digest,
    why,
    alone: mode.alone,
    record: mode.record,
    simulated: mode.simulated,
    body
  })
  return Option.isNone(step.compensate) ? running : Effect.map(running, (value) => {
    executor.passed(place.path, was, step, input, value)
    return value
  })
}

/**
 * Whether a unit would be made from what its record was made from. The steps of a pipeline say so themselves.
 *
 * @category accessors
 * @since 0.1.0
 */
export const stillStands = (at: At, unit: Pipeline.AnyUnit, input: unknown): Running<boolean> => {
  if (Pipeline.isPipeline(unit)) return Effect.succeed(true)
  const { definition: step } = unit
  return Effect.flatMap(inputDigest(at.place, step, input), (digest) => {
    const holds = (digest: string) => at.executor.isFrom(at.place.path, at.was, step, digest + at.after)
    return Option.match(at.mode.looks ? step.fingerprint : Option.none(), {
      onNone: () => Effect.succeed(holds(digest)),
      onSome: (fingerprint) =>
        Effect.match(fingerprint(input as never), {
          onFailure: () => false,
          onSuccess: (fingerprint) => holds(fingerprinted(digest, fingerprint))
        })
    })
  })
}
