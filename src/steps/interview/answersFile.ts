/**
 * The questions of an interview as a file to fill in.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import { type Answer, fallback, specified } from "../../layers/Asked.ts"
import * as Interview from "./Interview.ts"

/**
 * A YAML file with every question as a comment, and its default as the answer. What is asked after certain answers only is
 * commented out.
 *
 * @category rendering
 * @since 0.1.0
 */
export const answersFile = <A, R>(interview: Interview.Interview<A, R>): string => {
  const all = Interview.placed(interview)
  return [
    `# ${interview.title}: answers for --answers FILE.`,
    "# What is left empty is not answered: it is asked, or has its default with --defaults.",
    ...all.flatMap((place, index) => [
      ...(all[index - 1]?.section === place.section ? [] : ["", "", `# --- ${place.section}`]),
      "",
      ...entry(place)
    ])
  ].join("\n")
}

const entry = <R>(place: Interview.Placed<R>): ReadonlyArray<string> => {
  const asked = Interview.possible(place)
  const isAlways = Option.isNone(Interview.condition(place)) && Option.isNone(place.question.by)
  const value = Option.match(fallback(asked), { onNone: () => "", onSome: written })
  return [
    `# ${asked.text}${asked.help === undefined ? "" : ` (${asked.help})`}`,
    ...Option.match(Interview.condition(place), { onNone: () => [], onSome: (when) => [`# Only where ${when}.`] }),
    ...("choices" in asked
      ? [
        ...asked.choices.map(({ label, value }) => `#   ${value}: ${label}`),
        ...Option.match(specified(asked.choices), {
          onNone: () => [],
          onSome: ({ value }) => [`# Or in words of your own, as "${value}: WORDS".`]
        })
      ]
      : asked._tag === "Confirm"
      ? ["# yes or no"]
      : [`# It must be: ${place.question.rule.says}.`]),
    `${isAlways ? "" : "# "}${asked.id}:${value === "" ? "" : ` ${value}`}`
  ]
}

/** An answer as YAML. */
const written = (answer: Answer): string =>
  typeof answer === "boolean"
    ? answer ? "yes" : "no"
    : typeof answer === "string"
    ? scalar(answer)
    : `[${answer.map(scalar).join(", ")}]`

const scalar = (text: string): string => /^[A-Za-z0-9][A-Za-z0-9 ._/-]*$/.test(text) ? text : JSON.stringify(text)
