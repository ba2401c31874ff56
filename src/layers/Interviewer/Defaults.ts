/**
 * Nobody is asked, and every question has its default for an answer. Where there is none, an answer is missing.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import { fallback } from "../Asked.ts"
import { Interviewer, make } from "../Interviewer.ts"
import { missingAnswers } from "./Nobody.ts"

/**
 * Answers with the defaults. All questions without one are named before the first is answered.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Interviewer> = Layer.succeed(
  Interviewer,
  make({
    isAttended: false,
    fingerprint: "defaults",
    prepare: ({ judge }) =>
      Effect.flatMap(
        judge(new Map(), { defaults: true }),
        ({ missing }) => missing.length === 0 ? Effect.succeed({}) : missingAnswers(missing)
      ),
    answer: ({ otherwise, question }) =>
      Option.match(Option.orElse(otherwise, () => fallback(question)), {
        onNone: () => missingAnswers([question]),
        onSome: Effect.succeed
      })
  })
)
