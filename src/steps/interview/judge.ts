/**
 * What certain answers come to: which of them are none, and which questions are still to be answered.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import type { Answer, Asked } from "../../layers/Asked.ts"
import { fallback, readGiven } from "../../layers/Asked.ts"
import type { AnswersRefused, Judgement } from "../../layers/Interviewer.ts"
import * as Interview from "./Interview.ts"

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
  /** Every other question that has a default is answered with it. */
  readonly defaults: boolean
}): Effect.Effect<Judgement, never, R> =>
  Effect.gen(function*() {
    const refusals: Array<AnswersRefused["refusals"][number]> = []
    const missing: Array<Asked> = []
    const answers: Record<string, Answer> = { ...of.known }
    /** What later questions find: more than the answers, since defaults count too. */
    const found: Record<string, Answer | null> = {}

    for (const place of Interview.placed(interview)) {
      const { id, rule } = place.question
      const resolved = Interview.resolve(place, found)
      if (resolved._tag === "Open") continue
      if (resolved._tag === "NotAsked") {
        found[id] = null
        continue
      }
      const { asked } = resolved
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
        else missing.push(asked)
      }
    }
    return { refusals, missing, answers }
  })
