/**
 * Answers that were given beforehand, in a file or with the command. Whatever they leave open is asked of another
 * interviewer.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { Array, Effect, Either, Layer, Option, Record, Schema } from "effect"
import { canonicalJson, digest } from "../../pipeline/digest.ts"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import { readGiven } from "../Asked.ts"
import { AnswersRefused, Interviewer, type Questionnaire, record } from "../Interviewer.ts"

/**
 * The file with answers cannot be used.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswersFileInvalid extends Schema.TaggedError<AnswersFileInvalid>()("AnswersFileInvalid", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The answers in ${this.file} cannot be read: ${this.reason}`
  }
  get fix(): string {
    return "Name a file with an object in JSON or YAML: the name of each question, and the answer to it. --print-questions writes one."
  }
}

/** No file of answers is longer, in bytes. */
const longest = 16 * 1024 * 1024

/**
 * Reads a file of answers: an object in JSON, or in YAML, of which every scalar is the text that stands there. What is left
 * empty is not answered.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromFile = (
  file: string
): Effect.Effect<ReadonlyMap<string, unknown>, AnswersFileInvalid, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const invalid = (reason: string) => new AnswersFileInvalid({ file, reason })
    const unreadable = () => invalid("there is no such file, or it must not be read")
    const { size, type } = yield* Effect.mapError(fs.stat(file), unreadable)
    if (type !== "File") return yield* invalid("it is no file")
    if (size > longest) return yield* invalid(`it has more than ${longest / 1024 / 1024} MiB`)
    const text = yield* Effect.mapError(fs.readFileString(file), unreadable)
    const isYaml = Either.isLeft(foreignJson(text)) && !/^\s*[{[]/.test(text)
    const value = yield* Either.mapLeft(isYaml ? yield* yaml(text) : foreignJson(text), invalid)
    if (typeof value !== "object" || value === null || Array.isArray(value)) return yield* invalid("it is no object")
    return new Map(Object.entries(value).filter(([, answer]) => answer !== null))
  })

/** Plain words and numbers are what stands there, since `1.10` is a version and `no` an answer; where nothing does, null. */
const yaml = (text: string): Effect.Effect<Either.Either<unknown, string>> =>
  Effect.map(Effect.promise(() => import("yaml")), ({ isScalar, parseDocument, visit }) =>
    Either.try({
      try: (): unknown => {
        const document = parseDocument(text, { schema: "failsafe", uniqueKeys: true })
        const [error] = document.errors
        if (error !== undefined) throw error
        visit(document, {
          Pair: (_, pair) => {
            if (isScalar(pair.value) && pair.value.type === "PLAIN" && pair.value.value === "") pair.value.value = null
          }
        })
        return document.toJS()
      },
      catch: messageOf
    }).pipe(
      // The same bounds as for JSON.
      Either.flatMap((value) => foreignJson(JSON.stringify(value ?? null)))
    ))

/**
 * Reads answers of the form `name=answer`; what stands behind the first `=` is read as it would be typed. What has another
 * form is refused.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromPairs = (
  pairs: ReadonlyArray<string>
): { readonly given: ReadonlyMap<string, unknown>; readonly refusals: AnswersRefused["refusals"] } => {
  const [bad, good] = Array.partitionMap(pairs, (pair) => {
    const [, name, answer] = /^\s*([^=]*?)\s*=(.*)$/s.exec(pair) ?? []
    return name === undefined || name === "" || answer === undefined
      ? Either.left(pair)
      : Either.right([name, answer] as const)
  })
  return {
    given: new Map(good),
    refusals: bad.map((question) => ({ question, reason: "it is not of the form NAME=ANSWER", wanted: null }))
  }
}

/**
 * Answers what is given; the rest is left to the interviewer that is there. Before the first question everything that is
 * wrong is told, all together, with what was refused already.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  given: ReadonlyMap<string, unknown>,
  refused: AnswersRefused["refusals"] = []
): Layer.Layer<Interviewer, never, Interviewer> =>
  Layer.effect(
    Interviewer,
    Effect.map(Interviewer, (inner) => ({
      isAttended: inner.isAttended,
      fingerprint: `${inner.fingerprint} ${digest(canonicalJson([Object.fromEntries(given), refused]))}`,
      prepare: (questionnaire) =>
        Effect.gen(function*() {
          const { answers, refusals } = yield* questionnaire.judge(given)
          const all = [...refused, ...strays(questionnaire, given), ...refusals]
          if (all.length > 0) return yield* new AnswersRefused({ refusals: all })
          const rest = yield* inner.prepare({
            ...questionnaire,
            judge: (more, options) => questionnaire.judge(new Map([...given, ...more]), options)
          })
          return { ...rest, ...Record.filter(answers, (_, id) => given.has(id)) }
        }),
      ask: (asking) => {
        const { question, rule } = asking
        return given.has(question.id) && !asking.isTakenBack
          ? Effect.flatMap(
            Effect.mapError(
              readGiven(question, rule, given.get(question.id)),
              ([{ hint, message }]) =>
                new AnswersRefused({ refusals: [{ question: question.id, reason: message, wanted: hint ?? null }] })
            ),
            (answer) => record(asking, Effect.succeed(answer))
          )
          : inner.ask(asking)
      }
    }))
  )

/** Answers to questions that there are not. */
const strays = (
  { ids }: Questionnaire,
  given: ReadonlyMap<string, unknown>
): AnswersRefused["refusals"] =>
  [...given.keys()].filter((id) => !ids.includes(id)).map((question) => ({
    question,
    reason: "there is no such question",
    wanted: Option.getOrNull(Option.map(meant(question, ids), (id) => `was it ${id}?`))
  }))

/** The question that differs in nothing but case and what stands between words, or the only one that begins so. */
const meant = (typed: string, ids: ReadonlyArray<string>): Option.Option<string> => {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "")
  const same = ids.find((id) => plain(id) === plain(typed))
  const longer = typed === "" ? [] : ids.filter((id) => plain(id).startsWith(plain(typed)))
  return Option.fromNullable(same ?? (longer.length === 1 ? longer[0] : undefined))
}
