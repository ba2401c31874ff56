/**
 * Answers as they are stored: what was specified later stands in the place of what it specifies.
 *
 * @since 0.1.0
 */
import { Array, Either, Option } from "effect"
import { type Answer, fits, wanted } from "../../layers/Asked.ts"
import * as Interview from "./Interview.ts"

/**
 * What is stored of the answers to an interview, by the ids of the questions that have a place of their own; null where a
 * question was not asked.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toStored = <A, R>(
  interview: Interview.Interview<A, R>,
  answers: Interview.Answers
): Readonly<Record<string, Answer | null>> => {
  const stored: Record<string, Answer | null> = {}
  for (const { question: { id, storedIn } } of Interview.placed(interview)) {
    const answer = answers[id] ?? null
    if (Option.isNone(storedIn)) stored[id] = answer
    else if (answer !== null) stored[storedIn.value] = answer
  }
  return stored
}

/**
 * A stored value that no answer could have given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stray {
  readonly id: string
  readonly value: unknown
  /** What it could have been. */
  readonly wanted: string
}

/**
 * The answers that led to what is stored, as far as that can be. Rules are not applied.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromStored = <A, R>(
  interview: Interview.Interview<A, R>,
  stored: Readonly<Record<string, unknown>>
): { readonly answers: Readonly<Record<string, Answer>>; readonly strays: ReadonlyArray<Stray> } => {
  const answers: Record<string, Answer> = {}
  const strays: Array<Stray> = []
  const all = Interview.placed(interview)
  /** What is not stored counts as not asked. */
  const known = () => Object.fromEntries(all.map(({ question: { id } }) => [id, answers[id] ?? null]))

  for (const place of all) {
    const { id } = place.question
    const value = Object.hasOwn(stored, id) ? stored[id] : undefined
    if (value === undefined || value === null) continue
    const resolved = Interview.resolve(place, known())
    if (resolved._tag !== "Asked") continue
    const answer = fits(resolved.asked, value)
    if (Either.isRight(answer)) {
      answers[id] = answer.right
      continue
    }
    const later = Option.filter(specifying(all, id), () => typeof value === "string")
    if (Option.isSome(later) && typeof value === "string") {
      answers[id] = later.value.after
      answers[later.value.id] = value
    } else strays.push({ id, value, wanted: wanted(resolved.asked) })
  }
  return { answers, strays }
}

/** The question that specifies the answer to another, and the answer after which it does. */
const specifying = <R>(
  all: ReadonlyArray<Interview.Placed<R>>,
  id: string
): Option.Option<{ readonly id: string; readonly after: string }> =>
  Array.findFirst(all, ({ conditions, question }) =>
    Option.filterMap(question.storedIn, (into) => {
      const after = conditions.flatMap(([on, expected]) =>
        on === id && typeof expected !== "boolean" ? expected : []
      )[0]
      return into === id && after !== undefined ? Option.some({ id: question.id, after }) : Option.none()
    }))
