/**
 * What certain answers come to: which of them are none, and which questions are still to be answered.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { accept, type Answer, type Asked, fallback, readGiven, withDefault } from "../../layers/Asked.ts"
import type { AnswersRefused, Judgement } from "../../layers/Interviewer.ts"
import * as Validation from "../../pipeline/Validation.ts"
import * as Interview from "./Interview.ts"

/**
 * The earlier answer to offer for a question: only after the answers that the question was asked after then.
 *
 * @category accessors
 * @since 0.1.0
 */
export const suggestion = <R>(
  { dependsOn, question: { id } }: Interview.Placed<R>,
  suggested: Readonly<Record<string, Answer>>,
  answers: Interview.Answers
): Option.Option<Answer> =>
  Option.filter(
    Option.fromNullable(suggested[id]),
    () => dependsOn.every((on) => suggested[on] === undefined || suggested[on] === answers[on])
  )

/**
 * Goes through an interview with the answers that are known, and those that are given. A question that depends on one that
 * is not answered is neither missing nor judged.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = <A, R>(interview: Interview.Interview<A, R>, of: {
  /** They were accepted before. */
  readonly known: Readonly<Record<string, Answer>>
  readonly given: ReadonlyMap<string, unknown>
  /** Earlier answers, which are defaults where they fit. */
  readonly suggested: Readonly<Record<string, Answer>>
  /** Every other question that has a default is answered with it. */
  readonly defaults: boolean
}): Effect.Effect<Judgement, never, R> =>
  Effect.gen(function*() {
    const refusals: Array<AnswersRefused["refusals"][number]> = []
    const missing: Array<Asked> = []
    const open: Array<Asked> = []
    const answers: Record<string, Answer> = { ...of.known }
    /** What later questions find: more than the answers, since defaults count too. */
    const found: Record<string, Answer | null> = {}

    for (const place of Interview.placed(interview)) {
      const { id, rule } = place.question
      const resolved = Interview.resolve(place, found)
      const offering = (asked: Asked, earlier: Option.Option<Answer>): Effect.Effect<Asked, never, R> =>
        Effect.match(Effect.flatMap(earlier, (answer) => accept(asked, rule, answer)), {
          onFailure: () => asked,
          onSuccess: (answer) => withDefault(asked, answer)
        })
      if (resolved._tag === "Open") {
        open.push(yield* offering(Interview.possible(place), Option.fromNullable(of.suggested[id])))
        continue
      }
      if (resolved._tag === "NotAsked") {
        found[id] = null
        continue
      }
      const asked = yield* offering(resolved.asked, suggestion(place, of.suggested, found))
      const known = of.known[id]
      if (of.given.has(id)) {
        const read = yield* Effect.either(readGiven(asked, rule, of.given.get(id)))
        if (read._tag === "Right") found[id] = answers[id] = read.right
        else {
          const [{ hint, message }] = read.left
          refusals.push({ question: id, reason: message, wanted: hint ?? null })
        }
      } else if (known !== undefined) found[id] = known
      else {
        const otherwise = of.defaults ? fallback(asked) : Option.none()
        if (Option.isSome(otherwise)) found[id] = otherwise.value
        else {
          missing.push(asked)
          open.push(asked)
        }
      }
    }
    return { refusals, missing, open, answers }
  })

/**
 * The rules of an interview as checks of all its answers, each under the name of its question. What was right when it was
 * answered need not be so for ever: a path may lead nowhere by now.
 *
 * @category rules
 * @since 0.1.0
 */
export const rulesOf = <A, R>(interview: Interview.Interview<A, R>): Validation.Validation<Interview.Answers, R> => {
  const all = Interview.placed(interview)
  const notAsked = Object.fromEntries(all.map(({ question: { id } }) => [id, null]))
  return Validation.all(...all.map((place) => {
    const { id, rule } = place.question
    return Validation.check(id, (answers: Interview.Answers) => {
      const answer = answers[id] ?? null
      const resolved = Interview.resolve(place, { ...notAsked, ...answers })
      if (resolved._tag !== "Asked" || answer === null) return []
      return Effect.match(accept(resolved.asked, rule, answer), {
        onFailure: (issues) => issues.map((issue): Validation.Issue => ({ ...issue, path: `/${id}` })),
        onSuccess: () => []
      })
    })
  }))
}
