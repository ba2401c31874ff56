/**
 * Answers from a cassette: a file of what an agent answered before. Whole programs run without any agent from one.
 *
 * @since 0.1.0
 */
import { createTwoFilesPatch } from "diff"
import { Effect, JSONSchema, Layer, Schema, Struct, SynchronizedRef } from "effect"
import { canonicalJson } from "../../pipeline/digest.ts"
import { Given } from "../../pipeline/Question.ts"
import { Agent, AgentFailed, type Ask, make } from "../Agent.ts"
import { absent, readUpTo, SystemError, withRegular, writeAtomic } from "../Workspace/Fs.ts"

/** One answer, and all that it was an answer to. */
const Recording = Schema.Struct({
  name: Schema.String,
  model: Schema.String,
  prompt: Schema.String,
  answerSchema: Schema.Unknown,
  answer: Schema.Unknown
})
type Recording = typeof Recording.Type

const Cassette = Schema.parseJson(
  Schema.Struct({ schema: Schema.Literal("cairn.cassette/1"), recordings: Schema.Array(Recording) }),
  { space: 2 }
)

/** No cassette is longer: 64 MiB. */
const mostBytes = 64 * 1024 * 1024

/**
 * A cassette cannot be read, or cannot be written.
 *
 * @category errors
 * @since 0.1.0
 */
export class CassetteFailed extends Schema.TaggedError<CassetteFailed>()("CassetteFailed", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The cassette ${this.file} cannot be used: ${this.reason}`
  }
  get fix(): string {
    return "Name another file, or remove it and record it anew with --cassette FILE"
  }
}

/**
 * Answers from the cassette and asks nobody. A question that is not on it fails, and shows the nearest that is. The model
 * matters where one is named.
 *
 * @category layers
 * @since 0.1.0
 */
export const strict = (
  file: string,
  options: { readonly model?: string | undefined } = {}
): Layer.Layer<Agent, CassetteFailed> =>
  Layer.effect(
    Agent,
    Effect.map(load(file), (recordings) => ({
      ask: <A, I>(ask: Ask<A, I>) => {
        const wanted = recordingOf(ask, options.model ?? "")
        const found = recordings.find((one) => isFor(options.model === undefined ? { ...one, model: "" } : one, wanted))
        return found === undefined
          ? missing(missed(file, recordings, wanted)).ask(ask)
          : replayed(found).ask(unread(ask))
      }
    }))
  )

/**
 * Asks `agent` and puts what it answers on the cassette: to `record`, every question; to `replay`, those that are not
 * on it.
 *
 * @category layers
 * @since 0.1.0
 */
export const recording = <E, R>(
  agent: Layer.Layer<Agent, E, R>,
  options: { readonly file: string; readonly model: string; readonly mode: "record" | "replay" }
): Layer.Layer<Agent, E | CassetteFailed, R> =>
  Layer.effect(
    Agent,
    Effect.gen(function*() {
      const inner = yield* Agent
      const { file, mode, model } = options
      const recordings = yield* SynchronizedRef.make(yield* load(file))
      const keep = (recording: Recording) =>
        SynchronizedRef.updateEffect(recordings, () =>
          // Another process may have added to it.
          Effect.flatMap(load(file), (all) => {
            const kept = [...all.filter((one) => !isFor(one, recording)), recording]
            return Effect.as(save(file, kept), kept)
          }))
      return {
        ask: <A, I>(ask: Ask<A, I>) =>
          Effect.gen(function*() {
            const wanted = recordingOf(ask, model)
            const found = (yield* SynchronizedRef.get(recordings)).find((one) => isFor(one, wanted))
            if (found !== undefined && mode === "replay") return yield* replayed(found).ask(unread(ask))
            const answer = yield* inner.ask(ask)
            const json = yield* Effect.orDie(Schema.encode(ask.answer)(answer))
            yield* Effect.mapError(
              keep({ ...wanted, answer: json }),
              ({ message }) =>
                new AgentFailed({ agent: model, question: ask.name, reason: message, isTransient: false })
            )
            return answer
          })
      }
    })
  ).pipe(Layer.provide(agent))

const replayed = ({ answer }: Recording): typeof Agent.Service =>
  make({ name: "replay", attempts: 1, answer: () => () => Effect.succeed(Given.Json({ value: answer })) })

/** In a run, an answer may be on record all the same. */
const missing = (reason: string): typeof Agent.Service =>
  make({
    name: "replay",
    attempts: 1,
    answer: ({ name }) => () => new AgentFailed({ agent: "replay", question: name, reason, isTransient: false })
  })

/** What is on a cassette has been read. */
const unread = <A, I>(ask: Ask<A, I>): Ask<A, I> => Struct.omit(ask, "read")

const recordingOf = <A, I>({ answer, name, prompt }: Ask<A, I>, model: string): Recording => ({
  name,
  model,
  prompt,
  answerSchema: JSON.parse(JSON.stringify(JSONSchema.make(answer))),
  answer: null
})

const isFor = (one: Recording, other: Recording): boolean =>
  one.name === other.name && one.model === other.model && one.prompt === other.prompt &&
  canonicalJson(one.answerSchema) === canonicalJson(other.answerSchema)

/** Why nothing was found: the recording that is nearest, and how it differs. */
const missed = (file: string, recordings: ReadonlyArray<Recording>, wanted: Recording): string => {
  const [nearest] = [...recordings].sort((a, b) => nearness(b, wanted) - nearness(a, wanted))
  if (nearest === undefined) return `${file} holds no recording`
  const differences = [
    ...(nearest.name === wanted.name ? [] : [`its name is "${nearest.name}"`]),
    ...(wanted.model === "" || nearest.model === wanted.model ? [] : [`its model is "${nearest.model}"`]),
    ...(canonicalJson(nearest.answerSchema) === canonicalJson(wanted.answerSchema)
      ? []
      : ["the schema of its answer is another"]),
    ...(nearest.prompt === wanted.prompt ? [] : [`its prompt differs:\n${difference(nearest.prompt, wanted.prompt)}`])
  ]
  return `${file} has no recording of it. The nearest one: ${differences.join("; ")}`
}

const nearness = (one: Recording, wanted: Recording): number => {
  let same = 0
  while (same < one.prompt.length && one.prompt[same] === wanted.prompt[same]) same++
  return (one.name === wanted.name ? 1e9 : 0) + (one.model === wanted.model ? 1e8 : 0) + same
}

const difference = (before: string, now: string): string =>
  (createTwoFilesPatch("recorded", "asked", before, now, undefined, undefined, { context: 1, maxEditLength: 2000 }) ??
    "(too much to be shown)")
    .split("\n").slice(1, 30).join("\n")

/** What is on a cassette: nothing where there is none yet. */
const load = (file: string): Effect.Effect<ReadonlyArray<Recording>, CassetteFailed> =>
  Effect.gen(function*() {
    const refuse = (reason: string) => new CassetteFailed({ file, reason })
    const bytes = yield* Effect.catchAll(
      withRegular(file, "read", (descriptor, { size }, fs) => readUpTo(fs, descriptor, file, size, mostBytes)),
      (error) =>
        error instanceof SystemError && absent.includes(error.code)
          ? Effect.succeed(null)
          : refuse(error instanceof SystemError ? error.reason : `it is ${error.kind}`)
    )
    if (bytes === null) return []
    if (bytes.length > mostBytes) return yield* refuse(`it is longer than ${mostBytes / 1024 / 1024} MiB`)
    const { recordings } = yield* Effect.mapError(
      Schema.decode(Cassette)(new TextDecoder().decode(bytes)),
      ({ message }) => refuse(`it is not a cassette: ${message.split("\n").at(-1)?.trim() ?? ""}`)
    )
    return recordings
  })

const save = (file: string, recordings: ReadonlyArray<Recording>): Effect.Effect<void, CassetteFailed> =>
  Effect.flatMap(
    Effect.orDie(Schema.encode(Cassette)({ schema: "cairn.cassette/1", recordings })),
    (text) =>
      Effect.mapError(
        writeAtomic(file, new TextEncoder().encode(`${text}\n`), 0o644),
        ({ reason }) => new CassetteFailed({ file, reason })
      )
  )
