/**
 * Answers in lines that a person reads at one glance.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import { type Answer, shown } from "../../layers/Asked.ts"
import * as Interview from "./Interview.ts"

/**
 * The answers by section. What was not asked is left out, and so is a section in which nothing but no was said, and what
 * a later answer specifies.
 *
 * @category rendering
 * @since 0.1.0
 */
export const summary = <A, R>(
  interview: Interview.Interview<A, R>,
  answers: Readonly<Record<string, Answer | null | undefined>>
): ReadonlyArray<string> => {
  const all = Interview.placed(interview).flatMap((place) => {
    const answer = answers[place.question.id] ?? null
    return answer === null ? [] : [{ place, answer }]
  })
  const specified = new Set(all.flatMap(({ place }) => Option.toArray(place.question.storedIn)))
  const told = all.filter(({ place: { question } }) => !specified.has(question.id))
  return interview.sections.flatMap(({ title }) => {
    const inside = told.filter(({ place }) => place.section === title)
    return inside.every(({ answer }) => answer === false) ? [] : [
      title,
      ...inside.map(({ answer, place }) => `  ${place.question.label}: ${shown(Interview.possible(place), answer)}`)
    ]
  })
}
