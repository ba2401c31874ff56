/**
 * Questions of a step in a run: answered from what is recorded, by what was handed in with the command, or by asking.
 * Every accepted answer is durable before it is given to the step.
 *
 * @since 0.1.0
 */
import { Duration, Effect, Either, Exit, HashMap, Option, Schema } from "effect"
import { canonicalJson, digest, randomId } from "./digest.ts"
import { examples } from "./examples.ts"
import { broken, type Stop, type Task } from "./Executor.ts"
import { foreignJson } from "./foreignJson.ts"
import * as jsonSchema from "./jsonSchema.ts"
import {
  type Accepted,
  type Answerer,
  encodedBy,
  type Failing,
  Given,
  issuesOf,
  judge,
  type Question,
  Refusal,
  settle,
  unfit
} from "./Question.ts"
import type { DurableEvent, Request, RunEvent, Usage } from "./RunEvent.ts"
import * as RunState from "./RunState.ts"
import { AnswerInvalid, Suspended, WrongRequest } from "./Suspended.ts"

/**
 * Ends a body from within, past its own error handling, for a reason that only the run knows.
 *
 * @category models
 * @since 0.1.0
 */
export class Signal {
  readonly stop: Stop
  constructor(stop: Stop) {
    this.stop = stop
  }
}

/**
 * What a run lets its questions use.
 *
 * @category models
 * @since 0.1.0
 */
export interface Desk {
  readonly run: string
  readonly state: () => RunState.RunState
  /** Answers that were handed in, by the id of the request. */
  readonly answers: ReadonlyMap<string, Given>
  /** Told what became of an answer that was handed in, once that is recorded; says where a refused one is kept. */
  readonly settled: (request: string, accepted: boolean) => Effect.Effect<Option.Option<string>>
  readonly record: (event: DurableEvent) => Effect.Effect<void, Stop>
  readonly show: (event: (at: number) => RunEvent) => Effect.Effect<void>
}

/**
 * What one execution of a step lets its questions use.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asker {
  readonly task: Task
  /** What its answers have cost since the last record. */
  readonly usage: () => { readonly usage?: Usage }
  /** Told that a question has to wait. */
  readonly waits: () => void
}

/**
 * A digest of an answer as it was handed in: the same JSON counts as the same answer, however it is spaced.
 *
 * @category accessors
 * @since 0.1.0
 */
export const givenDigest = (given: Given): string => {
  const json = given._tag === "Json" ? Either.right(given.value) : foreignJson(given.text)
  return digest(Either.match(json, {
    onLeft: () => given._tag === "Text" ? given.text : "",
    onRight: canonicalJson
  }))
}

/**
 * Asks a question for a step of a run.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = <A, I, E, E2, R>(
  desk: Desk,
  asker: Asker,
  question: Question<A, I>,
  answerer: Answerer<E2 | Suspended, R>,
  failing: Failing<E> | undefined
): Effect.Effect<A, E | E2 | Suspended, R> =>
  Effect.gen(function*(): Effect.fn.Return<A, E | E2 | Suspended, R> {
    const { place: { path }, step } = asker.task
    const identity = {
      path,
      step: step.name,
      version: step.version,
      digest: asker.task.digest,
      name: question.name
    }
    const where = { run: desk.run, path }
    const isThis = (other: typeof identity) =>
      other.name === identity.name && other.step === identity.step && other.version === identity.version &&
      other.digest === identity.digest
    const mine = <B extends typeof identity>(all: HashMap.HashMap<string, ReadonlyArray<B>>): ReadonlyArray<B> =>
      Option.getOrElse(HashMap.get(all, path), () => []).filter(isThis)
    const { answers, refusals, requests } = desk.state()

    const ends = (stop: Stop) => Effect.die(new Signal(stop))
    const record = (event: (at: number) => DurableEvent): Effect.Effect<void> =>
      Effect.flatMap(Effect.clockWith((clock) => clock.currentTimeMillis), (at) =>
        Effect.catchAll(desk.record(event(at)), ends))
    const accept = ({ json, value }: Accepted<A>, how: { readonly id?: string; readonly given?: string } = {}) =>
      Effect.as(
        record((at) => ({ _tag: "AnswerRecorded", at, ...identity, ...how, ...asker.usage(), value: json })),
        value
      )
    const refuse = (refusal: Refusal, how: { readonly id?: string } = {}) =>
      record((at) => ({
        _tag: "AnswerRefused",
        at,
        ...identity,
        ...how,
        ...asker.usage(),
        issues: issuesOf(refusal)
      }))
    const waits: Effect.Effect<never, Suspended> = Effect.suspend(() => {
      asker.waits()
      return new Suspended({ run: desk.run, requests: [] })
    })

    const stillWaits = ({ id: request, name }: Request) =>
      Effect.zipRight(
        desk.show((at) => ({ _tag: "RequestStillOpen", ...asker.task.place, at, request, name })),
        waits
      )

    const known = mine(answers).at(-1)
    if (known !== undefined) {
      const value = Schema.decodeUnknownEither(question.answer)(known.value)
      if (Either.isRight(value)) {
        return value.right
      }
    }

    const refused = mine(refusals)
    const [open] = mine(requests)
    if (open !== undefined) {
      const { id } = open
      const given = desk.answers.get(id)
      if (given !== undefined) {
        const judged = yield* Effect.either(judge(question, given, Option.some(id)))
        if (Either.isRight(judged)) {
          yield* accept(judged.right, { id, given: givenDigest(given) })
          yield* desk.settled(id, true)
          return judged.right.value
        }
        const refusal = judged.left
        yield* refuse(refusal, { id })
        const kept = yield* desk.settled(id, false)
        const here = { ...where, id, ...Option.match(kept, { onNone: () => ({}), onSome: (kept) => ({ kept }) }) }
        const attempt = refused.length + 1
        const failure = failing?.(refusal, attempt, here) ?? Option.none()
        if (Option.isSome(failure)) {
          return yield* Effect.fail(failure.value)
        }
        if (refusal._tag === "Late") {
          return yield* stillWaits(open)
        }
        return yield* ends(
          broken(
            path,
            refusal._tag === "Stray"
              ? new WrongRequest({
                run: desk.run,
                id: refusal.id,
                open: RunState.openRequests(desk.state()).map(({ id, path }) => ({ id, path })),
                kept: here.kept
              })
              : new AnswerInvalid({
                ...here,
                question: question.name,
                attempt,
                attempts: question.attempts,
                isLast: false,
                reason: refusal._tag === "Invalid" ? refusal.reason : unfit,
                issues: issuesOf(refusal)
              })
          )
        )
      }
      if (open.deadline !== undefined && (yield* now) >= open.deadline && question.deadline !== undefined) {
        const { after, otherwise } = question.deadline
        const standing = yield* Effect.transposeMapOption(otherwise, (given) =>
          Effect.either(judge(question, given, Option.none())))
        const agreed = Option.flatMap(standing, Either.getRight)
        if (Option.isSome(agreed)) {
          return yield* accept(agreed.value, { id })
        }
        const wrong = Option.match(Option.flatMap(standing, Either.getLeft), {
          onNone: () =>
            "",
          onSome: (refusal) =>
            `, and the one that counts then does not fit: ${issuesOf(refusal).join("; ")}`
        })
        const refusal = Refusal.Late({ message: `there was no answer within ${Duration.format(after)}${wrong}` })
        const failure = failing?.(refusal, Infinity, { ...where, id }) ?? Option.none()
        if (Option.isSome(failure)) {
          return yield* Effect.fail(failure.value)
        }
      }
    }

    const last = refused.at(-1)
    const before = {
      count: refused.length,
      last: Option.map(Option.fromNullable(last), ({ issues }) =>
        Refusal.Invalid({ reason: unfit, issues }))
    }
    return yield* Effect.matchEffect(settle(question, answerer, failing, { where, before, refused: refuse }), {
      onSuccess: (accepted): Effect.Effect<A, E | E2 | Suspended> =>
        accept(accepted, open === undefined ? {} : { id: open.id }),
      onFailure: (error): Effect.Effect<never, E | E2 | Suspended> => {
        if (!(error instanceof Suspended)) return Effect.fail(error)
        if (open !== undefined) return stillWaits(open)
        return Effect.zipRight(
          Effect.flatMap(requestOf(question, identity), (request) =>
            record((at) => ({ _tag: "RequestOpened", at, request: request(at) }))),
          waits
        )
      }
    })
  })

const now = Effect.clockWith((clock) => clock.currentTimeMillis)

const requestOf = <A, I>(
  question: Question<A, I>,
  identity: Pick<Request, "path" | "step" | "version" | "digest" | "name">
): Effect.Effect<(at: number) => Request> => {
  const answerSchema = jsonSchema.make(question.answer)
  return Effect.map(exampleOf(question, answerSchema), (example) => (at) => ({
    id: randomId(),
    ...identity,
    ask: question.ask,
    prompt: question.prompt,
    files: question.files ?? [],
    answerSchema,
    ...Option.match(example, { onNone: () => ({}), onSome: (example) => ({ example }) }),
    ...(question.attempts === undefined ? {} : { attempts: question.attempts }),
    ...(question.deadline === undefined ? {} : { deadline: at + Duration.toMillis(question.deadline.after) })
  }))
}

/** The example of the question, or one made from its schema: in any case one that would be accepted. */
const exampleOf = <A, I>(question: Question<A, I>, schema: unknown): Effect.Effect<Option.Option<unknown>> => {
  const own = question.example === undefined ? Option.none() : Either.getRight(encodedBy(question)(question.example))
  const isAccepted = (value: unknown) =>
    Effect.map(Effect.exit(judge(question, Given.Json({ value }), Option.none())), Exit.isSuccess)
  return Effect.findFirst([...Option.toArray(own), ...examples(schema)], isAccepted)
}
