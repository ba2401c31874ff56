/**
 * One question as a person is asked it: data, whatever it is shown on. What may be answered, what is typed for it, and how
 * an answer is shown, is decided here, for every way of asking.
 *
 * @since 0.1.0
 */
import { Array, type Context, Effect, Either, Option, Schema } from "effect"
import * as Validation from "../pipeline/Validation.ts"

/**
 * What a person answers: a text or the value of a choice, yes or no, several values or lines.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Answer = Schema.Union(Schema.String, Schema.Boolean, Schema.Array(Schema.String))
export type Answer = typeof Answer.Type

/**
 * One of the values that there are to choose from. With `specify` it may be said in words of one's own instead.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Choice = Schema.Struct({
  value: Schema.String,
  label: Schema.String,
  specify: Schema.optionalWith(Schema.Boolean, { exact: true })
})
export type Choice = typeof Choice.Type

const about = {
  id: Schema.String,
  /** What it is about, as the heading over several questions. */
  section: Schema.String,
  text: Schema.String,
  help: Schema.optionalWith(Schema.String, { exact: true })
}

const one = Schema.optionalWith(Schema.String, { exact: true })

const Text = Schema.TaggedStruct("Text", { ...about, default: one })
const One = Schema.TaggedStruct("Choice", { ...about, choices: Schema.Array(Choice), default: one })
const Many = Schema.TaggedStruct("Many", {
  ...about,
  choices: Schema.Array(Choice),
  default: Schema.Array(Schema.String)
})
const Confirm = Schema.TaggedStruct("Confirm", {
  ...about,
  default: Schema.optionalWith(Schema.Boolean, { exact: true })
})
const Lines = Schema.TaggedStruct("Lines", {
  ...about,
  /** An empty line ends them, or only a line with a dot, so that there may be empty ones. */
  ends: Schema.Literal("empty", "dot"),
  default: Schema.optionalWith(Schema.Array(Schema.String), { exact: true })
})

/**
 * One question as it stands before a person: its text, how it is answered, and what is suggested.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Asked = Schema.Union(Text, One, Many, Confirm, Lines)
export type Asked = typeof Asked.Type

/**
 * What the text of an answer must be, or each of its lines. Checking it may need `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rule<out R = never> {
  /** In a few words, for whoever answers: `at least 10 characters`. */
  readonly says: string
  /** What is kept of a text. */
  readonly prepare?: (text: string) => Effect.Effect<string, never, R>
  readonly check: Validation.Validation<string, R>
}

/**
 * A rule with all that checking it needs.
 *
 * @category combinators
 * @since 0.1.0
 */
export const provide = <R>({ check, prepare, says }: Rule<R>, context: Context.Context<R>): Rule => ({
  says,
  ...(prepare === undefined ? {} : { prepare: (text: string) => Effect.provide(prepare(text), context) }),
  check: Validation.chain(
    Validation.check("rule", (text) =>
      Validation.validate(check, text).pipe(
        Effect.match({ onFailure: ({ issues }): ReadonlyArray<Validation.Issue> => issues, onSuccess: () => [] }),
        Effect.provide(context)
      ))
  )
})

/**
 * Why an answer is refused.
 *
 * @category models
 * @since 0.1.0
 */
export type Refused = Array.NonEmptyReadonlyArray<Validation.Issue>

/**
 * Whether somebody may answer in words of their own.
 *
 * @category accessors
 * @since 0.1.0
 */
export const specified = (choices: ReadonlyArray<Choice>): Option.Option<Choice> =>
  Array.findFirst(choices, ({ specify }) => specify === true)

/**
 * The default as an answer, if there is one.
 *
 * @category accessors
 * @since 0.1.0
 */
export const fallback = (self: Asked): Option.Option<Answer> =>
  Option.filter(
    Option.fromNullable<Answer | undefined>(self.default),
    (answer) => self._tag !== "Many" || (Array.isArray(answer) && answer.length > 0)
  )

/**
 * The same question with another default.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withDefault = (self: Asked, answer: Answer): Asked => {
  switch (self._tag) {
    case "Text":
    case "Choice":
      return typeof answer === "string" ? { ...self, default: answer } : self
    case "Confirm":
      return typeof answer === "boolean" ? { ...self, default: answer } : self
    case "Many":
    case "Lines":
      return isTexts(answer) ? { ...self, default: answer } : self
  }
}

/**
 * The schema of an answer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const schema = (self: Asked): Schema.Schema<Answer> => Schema.make(schemaOf(self).ast)

const schemaOf = (self: Asked): Schema.Schema.AnyNoContext => {
  switch (self._tag) {
    case "Text":
      return Schema.String
    case "Confirm":
      return Schema.Boolean
    case "Lines":
      return Schema.Array(Schema.String)
    case "Choice":
      return Option.match(specified(self.choices), {
        onNone: () => literal(self.choices),
        onSome: () => Schema.Union(literal(self.choices), Schema.String)
      })
    case "Many":
      return Schema.NonEmptyArray(literal(self.choices))
  }
}

const literal = (choices: ReadonlyArray<Choice>): Schema.Schema<string> =>
  Schema.Literal(...choices.map(({ value }) => value))

/**
 * An answer as one line for people.
 *
 * @category rendering
 * @since 0.1.0
 */
export const shown = (self: Asked, answer: Answer): string => {
  const label = (value: string) =>
    "choices" in self ? self.choices.find((choice) => choice.value === value)?.label ?? value : value
  return typeof answer === "boolean"
    ? answer ? "yes" : "no"
    : answer.length === 0
    ? "none"
    : typeof answer === "string"
    ? label(answer)
    : self._tag === "Lines" && self.ends === "dot"
    ? `${answer.length} line${answer.length === 1 ? "" : "s"}`
    : answer.map(label).join(", ")
}

// --- answers as data

/**
 * Whether a value is of the kind that a question asks for, whatever its rule says.
 *
 * @category judging
 * @since 0.1.0
 */
export const fits = (self: Asked, value: unknown): Either.Either<Answer, Refused> => {
  switch (self._tag) {
    case "Text":
      return typeof value === "string" ? Either.right(value) : refused(self, "it is not a text")
    case "Choice":
      return typeof value !== "string"
        ? refused(self, "it is not a text")
        : isListed(self, value) || Option.isSome(specified(self.choices))
        ? Either.right(value)
        : refused(self, `"${value}" is not one of the choices`)
    case "Confirm":
      return typeof value === "boolean" ? Either.right(value) : refused(self, "it is neither true nor false")
    case "Many":
      return isTexts(value) ? chosen(self, value) : refused(self, "it is not a list of texts")
    case "Lines":
      return isTexts(value) ? Either.right(value) : refused(self, "it is not a list of lines")
  }
}

/**
 * Whether a value answers a question: gives what is kept of it.
 *
 * @category judging
 * @since 0.1.0
 */
export const accept = <R>(self: Asked, rule: Rule<R>, value: unknown): Effect.Effect<Answer, Refused, R> =>
  Effect.flatMap(fits(self, value), (answer): Effect.Effect<Answer, Refused, R> => {
    if (self._tag === "Lines" && isTexts(answer)) return Effect.forEach(answer, (line) => applied(rule, line))
    const isOwn = self._tag === "Text" || (self._tag === "Choice" && !isListed(self, answer))
    return isOwn && typeof answer === "string" ? applied(rule, answer) : Effect.succeed(answer)
  })

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((item) => typeof item === "string")

const isListed = (self: Asked & { readonly _tag: "Choice" | "Many" }, answer: Answer): boolean =>
  self.choices.some(({ value }) => value === answer)

/** Each once, and at least one. */
const chosen = (
  self: Asked & { readonly _tag: "Many" },
  values: ReadonlyArray<string>
): Either.Either<Answer, Refused> => {
  const stray = values.find((value) => !isListed(self, value))
  return stray !== undefined
    ? refused(self, `"${stray}" is not one of the choices`)
    : values.length === 0
    ? refused(self, "nothing is chosen")
    : Either.right(Array.dedupe(values))
}

/**
 * What is kept of a text that keeps the rule.
 *
 * @category judging
 * @since 0.1.0
 */
export const applied = <R>(rule: Rule<R>, text: string): Effect.Effect<string, Refused, R> =>
  Effect.flatMap(
    rule.prepare === undefined ? Effect.succeed(text) : rule.prepare(text),
    (kept) =>
      Effect.mapBoth(Validation.validate(rule.check, kept), {
        onFailure: ({ issues }) => issues,
        onSuccess: () => kept
      })
  )

/** What would be right, where that is a matter of choices. */
const refused = (self: Asked, reason: string): Either.Either<never, Refused> =>
  Either.left([Validation.error("not-an-answer", reason, { hint: wanted(self) })])

/**
 * What may be typed for a question, in a few words.
 *
 * @category rendering
 * @since 0.1.0
 */
export const wanted = (self: Asked): string => {
  switch (self._tag) {
    case "Text":
      return "a text"
    case "Lines":
      return "a list of lines"
    case "Confirm":
      return "yes or no"
    case "Choice":
      return `a number from 1 to ${self.choices.length}, or ${values(self.choices)}${
        Option.match(specified(self.choices), { onNone: () => "", onSome: ({ value }) => `, or ${value}: WORDS` })
      }`
    case "Many":
      return `numbers from 1 to ${self.choices.length} with commas between them, or ${values(self.choices)}`
  }
}

const values = (choices: ReadonlyArray<Choice>): string => choices.map(({ value }) => value).join(", ")

// --- answers as they are typed

/**
 * Reads one typed line as the whole answer. Choices are given by number or by value; an empty line is the default. What
 * was said in words of one's own follows the value that allows it: `other: Elixir`.
 *
 * @category judging
 * @since 0.1.0
 */
export const read = <R>(self: Asked, rule: Rule<R>, typed: string): Effect.Effect<Answer, Refused, R> => {
  const line = typed.trim()
  const otherwise = fallback(self)
  if (line === "" && Option.isSome(otherwise)) return Effect.succeed(otherwise.value)
  switch (self._tag) {
    case "Text":
      return applied(rule, line)
    case "Lines":
      return accept(self, rule, line === "" ? [] : [line])
    case "Confirm":
      return yes.has(line.toLowerCase())
        ? Effect.succeed(true)
        : no.has(line.toLowerCase())
        ? Effect.succeed(false)
        : refused(self, line === "" ? "there is no default" : `"${line}" is neither yes nor no`)
    case "Choice": {
      if (line === "") return refused(self, "there is no default")
      const [, before = line, words = ""] = /^([^:]*):(.*)$/s.exec(line) ?? []
      const named = Option.filter(picked(self.choices, before.trim()), ({ specify }) => specify === true)
      if (before !== line && Option.isSome(named)) {
        return words.trim() === "" ? Effect.succeed(named.value.value) : applied(rule, words.trim())
      }
      return Option.match(picked(self.choices, line), {
        onNone: () => refused(self, `"${line}" is not one of the choices`),
        onSome: ({ value }) => Effect.succeed(value)
      })
    }
    case "Many": {
      const pieces = line.split(",").map((piece) => piece.trim()).filter((piece) => piece !== "")
      return Either.match(
        Either.all(pieces.map((piece) => Either.fromOption(picked(self.choices, piece), () => piece))),
        {
          onLeft: (piece) => refused(self, `"${piece}" is not one of the choices`),
          onRight: (choices) => chosen(self, choices.map(({ value }) => value))
        }
      )
    }
  }
}

const yes = new Set(["y", "yes", "true", "1"])
const no = new Set(["n", "no", "false", "0"])

/** A choice by its number or its value. */
const picked = (choices: ReadonlyArray<Choice>, typed: string): Option.Option<Choice> =>
  /^\d+$/.test(typed)
    ? Array.get(choices, Number(typed) - 1)
    : Array.findFirst(choices, ({ value }) => value === typed)

/**
 * Reads what somebody handed in: a value of the answer's own kind, or text as it would be typed.
 *
 * @category judging
 * @since 0.1.0
 */
export const readGiven = <R>(self: Asked, rule: Rule<R>, given: unknown): Effect.Effect<Answer, Refused, R> =>
  typeof given !== "string"
    ? accept(self, rule, given)
    : self._tag === "Lines"
    ? accept(self, rule, given.trim() === "" ? [] : given.replace(/\r?\n$/, "").split(/\r?\n/))
    : read(self, rule, given)
