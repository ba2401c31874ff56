/**
 * An interview as data: sections of questions, some of which are only asked after certain answers.
 *
 * @since 0.1.0
 */
import { Array, Option, Schema, type Types } from "effect"
import type { Answer, Asked, Choice, Rule } from "../../layers/Asked.ts"
import * as rules from "./rules.ts"

/**
 * What earlier answers a question is asked after: each must be this very yes or no, or one of these values.
 *
 * @category models
 * @since 0.1.0
 */
export type Condition = Readonly<Record<string, boolean | ReadonlyArray<string>>>

/** What differs between the kinds of questions. */
type Kind = Types.Simplify<
  Asked extends infer Q ? Q extends Asked ? Omit<Q, "id" | "section" | "text" | "help"> : never
    : never
>

/**
 * A question named `Id` with an answer of type `A`; checking that may need `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question<out Id extends string = string, out A extends Answer = Answer, out R = never> {
  readonly id: Id
  readonly text: string
  readonly help: Option.Option<string>
  /** What its answer is called in a summary. */
  readonly label: string
  readonly kind: Kind
  readonly rule: Rule<R>
  readonly when: Condition
  /** The earlier question whose answer this one replaces, where answers are stored. */
  readonly storedIn: Option.Option<string>
  readonly by: Option.Option<By>
  readonly _A: Types.Covariant<A>
}

/**
 * What is another after a certain earlier answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface By {
  /** The earlier question. */
  readonly answer: string
  /** By the answer to it. */
  readonly cases: Readonly<
    Record<string, { readonly text?: string; readonly choices?: Labels; readonly default?: string }>
  >
}

/**
 * The values that there are to choose from, each with what a person reads. Where one may `specify`, the answer may be in
 * words of one's own.
 *
 * @category models
 * @since 0.1.0
 */
export type Labels = Readonly<Record<string, string | { readonly label: string; readonly specify: true }>>

/** What every question may have. */
interface About {
  readonly text: string
  readonly help?: string
  /** What the answer is called in a summary; unless given, its id in words. */
  readonly label?: string
  readonly when?: Condition
  readonly storedIn?: string
}

/** Where one may specify, or the choices depend on an answer, any text may come of it. */
type Chosen<L extends Labels, B> = B extends By ? string : L[keyof L] extends string ? keyof L & string : string

const identity = <A>(a: A): A => a

const build = <Id extends string, A extends Answer, R>(
  id: Id,
  { help, label = wordsOf(id), storedIn, text, when = {} }: About,
  kind: Kind,
  rule: Rule<R>,
  by?: By
): Question<Id, A, R> => ({
  id,
  text,
  help: Option.fromNullable(help),
  label,
  kind,
  rule,
  when,
  storedIn: Option.fromNullable(storedIn),
  by: Option.fromNullable(by),
  _A: identity
})

const wordsOf = (id: string): string => {
  const words = id.replaceAll("_", " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * Asks for one line of text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const text = <const Id extends string, R = never>(
  id: Id,
  options: About & { readonly default?: string; readonly rule?: Rule<R> }
): Question<Id, string, NoInfer<R>> =>
  build(id, options, { _tag: "Text", ...defaultOf(options) }, options.rule ?? rules.line)

/**
 * Asks for one of several values.
 *
 * @category constructors
 * @since 0.1.0
 */
export const choice = <const Id extends string, const L extends Labels, const B extends By | undefined = undefined>(
  id: Id,
  options: About & { readonly choices: L; readonly default?: NoInfer<keyof L & string>; readonly by?: B }
): Question<Id, Chosen<L, B>> =>
  build(
    id,
    options,
    { _tag: "Choice", choices: choicesOf(options.choices), ...defaultOf(options) },
    rules.words,
    options.by
  )

/**
 * Asks for several of several values, at least one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const many = <const Id extends string, const L extends Readonly<Record<string, string>>>(
  id: Id,
  options: About & { readonly choices: L; readonly default?: ReadonlyArray<NoInfer<keyof L & string>> }
): Question<Id, ReadonlyArray<keyof L & string>> =>
  build(
    id,
    options,
    { _tag: "Many", choices: choicesOf(options.choices), default: options.default ?? [] },
    rules.line
  )

/**
 * Asks for a yes or a no.
 *
 * @category constructors
 * @since 0.1.0
 */
export const confirm = <const Id extends string>(
  id: Id,
  options: About & { readonly default?: boolean }
): Question<Id, boolean> => build(id, options, { _tag: "Confirm", ...defaultOf(options) }, rules.line)

/**
 * Asks for any number of lines, each of which keeps the rule. They end with an empty line; or with one that holds only a
 * dot, and then they are kept as they were typed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lines = <const Id extends string, R = never>(
  id: Id,
  options: About & { readonly ends?: "empty" | "dot"; readonly rule?: Rule<R> }
): Question<Id, ReadonlyArray<string>, NoInfer<R>> =>
  build(
    id,
    options,
    { _tag: "Lines", ends: options.ends ?? "empty" },
    options.rule ?? (options.ends === "dot" ? rules.anything : rules.line)
  )

const defaultOf = <A>(options: { readonly default?: A }): { readonly default?: A } =>
  options.default === undefined ? {} : { default: options.default }

const choicesOf = (labels: Labels): ReadonlyArray<Choice> =>
  Object.entries(labels).map(([value, label]) => typeof label === "string" ? { value, label } : { value, ...label })

/**
 * Questions under one heading, which may all be asked after certain answers only.
 *
 * @category models
 * @since 0.1.0
 */
export interface Section<out Q> {
  readonly title: string
  readonly when?: Condition
  readonly questions: ReadonlyArray<Q>
}

/**
 * The answers to an interview, by question; null for those that were not asked.
 *
 * @category models
 * @since 0.1.0
 */
export type AnswersOf<I> = I extends Interview<infer A, unknown> ? A : never

type AnyQuestion = Question<string, Answer, unknown>
type AnswerOf<Q> = Q extends Question<string, infer A, unknown> ? A : never
type NeedOf<Q> = Q extends Question<string, Answer, infer R> ? R : never

type ByQuestion<Q extends AnyQuestion> = { readonly [P in Q as P["id"]]: AnswerOf<P> | null }

/**
 * An interview that gives answers `A`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Interview<out A, out R = never> {
  readonly name: string
  readonly title: string
  readonly sections: ReadonlyArray<Section<Question<string, Answer, R>>>
  /** What is asked at the end, over the summary of all answers. A no takes all of them back. */
  readonly confirm: Option.Option<string>
  readonly _A: Types.Covariant<A>
}

/**
 * An interview is put together in a way that nobody could answer. Thrown where it is made, since it is a bug there.
 *
 * @category errors
 * @since 0.1.0
 */
export class InterviewRefused extends Schema.TaggedError<InterviewRefused>()("InterviewRefused", {
  interview: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Interview "${this.interview}": ${this.reason}`
  }
  get fix(): string {
    return "Correct the interview where it is made."
  }
}

/**
 * Puts questions together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const S extends ReadonlyArray<Section<AnyQuestion>>>(
  name: string,
  options: { readonly title: string; readonly sections: S; readonly confirm?: string }
): Interview<
  Types.Simplify<ByQuestion<S[number]["questions"][number]>>,
  NeedOf<S[number]["questions"][number]>
> => {
  type R = NeedOf<S[number]["questions"][number]>
  const interview: Interview<Types.Simplify<ByQuestion<S[number]["questions"][number]>>, R> = {
    name,
    title: options.title,
    sections: options.sections as ReadonlyArray<Section<Question<string, Answer, R>>>, // only the union of all needs is said anew
    confirm: Option.fromNullable(options.confirm),
    _A: identity
  }
  const reason = refusal(interview)
  if (reason !== undefined) throw new InterviewRefused({ interview: name, reason })
  return interview
}

/** What is wrong with an interview, if anything. */
const refusal = (interview: Interview<unknown, unknown>): string | undefined => {
  const known = new Set<string>()
  for (const { dependsOn, question } of placed(interview)) {
    const { by, id, kind, storedIn } = question
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(id)) {
      return `${JSON.stringify(id)} cannot be the name of a question: it is a letter, then letters, digits and _`
    }
    if (known.has(id)) return `two questions are named "${id}"`
    const unknown = [...dependsOn, ...Option.toArray(storedIn)].find((id) => !known.has(id))
    if (unknown !== undefined) return `"${id}" depends on "${unknown}", which no question before it is`
    const cases = Option.match(by, { onNone: () => [], onSome: ({ cases }) => Object.values(cases) })
    for (const one of [kind, ...cases.map((one) => applying(kind, one))]) {
      if (!("choices" in one)) continue
      if (one.choices.length === 0) return `there is nothing to choose for "${id}"`
      const stray = [one.default ?? []].flat().find((value) => !one.choices.some((choice) => choice.value === value))
      if (stray !== undefined) return `the default of "${id}", ${JSON.stringify(stray)}, is none of its choices`
    }
    known.add(id)
  }
  return known.size === 0 ? "it asks nothing" : undefined
}

/**
 * A question at its place in an interview.
 *
 * @category models
 * @since 0.1.0
 */
export interface Placed<out R = never> {
  readonly question: Question<string, Answer, R>
  readonly section: string
  /** All that must hold for it to be asked. */
  readonly conditions: ReadonlyArray<readonly [id: string, expected: boolean | ReadonlyArray<string>]>
  /** The earlier questions that it depends on, in any way. */
  readonly dependsOn: ReadonlyArray<string>
}

/**
 * The questions of an interview, in the order in which they are asked.
 *
 * @category accessors
 * @since 0.1.0
 */
export const placed = <A, R>(self: Interview<A, R>): ReadonlyArray<Placed<R>> =>
  self.sections.flatMap(({ questions, title, when = {} }) =>
    questions.map((question) => {
      const conditions = [...Object.entries(when), ...Object.entries(question.when)]
      const dependsOn = [
        ...conditions.map(([id]) => id),
        ...Option.match(question.by, { onNone: () => [], onSome: ({ answer }) => [answer] })
      ]
      return { question, section: title, conditions, dependsOn: [...new Set(dependsOn)] }
    })
  )

/**
 * Answers by question; null where a question was not asked, and nothing where that is not known yet.
 *
 * @category models
 * @since 0.1.0
 */
export type Answers = Readonly<Record<string, Answer | null | undefined>>

/**
 * What becomes of a question after certain answers. It is open where it depends on one that is not known.
 *
 * @category models
 * @since 0.1.0
 */
export type Resolved =
  | { readonly _tag: "Asked"; readonly asked: Asked }
  | { readonly _tag: "NotAsked" }
  | { readonly _tag: "Open" }

/**
 * Says whether a question is asked, given the answers so far, and with which default.
 *
 * @category accessors
 * @since 0.1.0
 */
export const resolve = <R>({ conditions, question, section }: Placed<R>, answers: Answers): Resolved => {
  const met = conditions.map(([id, expected]) => {
    const answer = answers[id]
    return answer === undefined
      ? undefined
      : typeof expected === "boolean"
      ? answer === expected
      : typeof answer === "string" && expected.includes(answer)
  })
  if (met.includes(false)) return { _tag: "NotAsked" }
  if (met.includes(undefined)) return { _tag: "Open" }
  const { by, kind, text } = question
  const about = aboutOf(question, section)
  if (Option.isNone(by)) return { _tag: "Asked", asked: { ...about, ...kind } }
  const answer = answers[by.value.answer]
  if (answer === undefined) return { _tag: "Open" }
  const one = typeof answer === "string" && Object.hasOwn(by.value.cases, answer) ? by.value.cases[answer] : undefined
  return one === undefined
    ? { _tag: "Asked", asked: { ...about, ...kind } }
    : { _tag: "Asked", asked: { ...about, text: one.text ?? text, ...applying(kind, one) } }
}

/**
 * A question as it is without the answers that it depends on: with all choices that there may be.
 *
 * @category accessors
 * @since 0.1.0
 */
export const possible = <R>({ question, section }: Placed<R>): Asked => {
  const { by, kind } = question
  const about = aboutOf(question, section)
  if (Option.isNone(by) || kind._tag !== "Choice") return { ...about, ...kind }
  const choices = Object.values(by.value.cases).flatMap(({ choices = {} }) => choicesOf(choices))
  return {
    ...about,
    _tag: kind._tag,
    choices: Array.dedupeWith([...choices, ...kind.choices], (a, b) => a.value === b.value)
  }
}

const aboutOf = <R>({ help, id, text }: Question<string, Answer, R>, section: string) => ({
  id,
  section,
  text,
  ...Option.match(help, { onNone: () => ({}), onSome: (help) => ({ help }) })
})

const applying = (kind: Kind, one: By["cases"][string]): Kind =>
  kind._tag !== "Choice" ? kind : {
    ...(one.choices === undefined ? kind : { _tag: kind._tag, choices: choicesOf(one.choices) }),
    ...defaultOf(one)
  }

/**
 * When a question is asked, in words; nothing where that is always.
 *
 * @category rendering
 * @since 0.1.0
 */
export const condition = <R>({ conditions }: Placed<R>): Option.Option<string> =>
  conditions.length === 0 ? Option.none() : Option.some(
    conditions.map(([id, expected]) =>
      `${id} is ${typeof expected === "boolean" ? expected ? "yes" : "no" : alternatives(expected)}`
    ).join(" and ")
  )

const alternatives = (values: ReadonlyArray<string>): string =>
  values.length <= 1 ? values.join() : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`
