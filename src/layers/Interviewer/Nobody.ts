/**
 * There is nobody to ask: what was not answered beforehand is missing, and all of that is said before anything is done.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import { type Asked, fallback } from "../Asked.ts"
import { AnswerMissing, Interviewer, make } from "../Interviewer.ts"

/**
 * Fails with everything that is missing.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Interviewer> = Layer.succeed(
  Interviewer,
  make({
    isAttended: false,
    prepare: ({ judge }) =>
      Effect.flatMap(
        judge(new Map()),
        ({ missing }) => missing.length === 0 ? Effect.succeed({}) : missingAnswers(missing)
      ),
    answer: ({ otherwise, question }) =>
      Option.match(otherwise, { onNone: () => missingAnswers([question]), onSome: Effect.succeed })
  })
)

/**
 * The failure that names these questions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const missingAnswers = (questions: ReadonlyArray<Asked>): AnswerMissing =>
  new AnswerMissing({
    questions: questions.map((question) => ({
      id: question.id,
      text: question.text,
      default: Option.getOrNull(fallback(question))
    }))
  })
