/**
 * A question on a terminal, as a value: what it looks like, and what becomes of it with each key.
 *
 * @since 0.1.0
 */
import { Array, Effect, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import * as Asked from "../Asked.ts"
import type { Asking } from "../Interviewer.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Form {
  readonly asking: Asking
  /** What is typed into the field, by character, and where the next one goes. */
  readonly typed: ReadonlyArray<string>
  readonly cursor: number
  /** The choice that is pointed at. */
  readonly at: number
  readonly chosen: ReadonlySet<number>
  /** The field belongs to the choice that may be specified. */
  readonly isSpecifying: boolean
  /** The lines that were kept. */
  readonly lines: ReadonlyArray<string>
  /** Why the last entry was refused. */
  readonly error: string
}

/**
 * A key that was pressed, and the text that it stands for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Key {
  readonly name: string
  readonly ctrl: boolean
  readonly text: string
}

/**
 * What a key leads to: the same form with something changed, an answer, or the question before this one.
 *
 * @category models
 * @since 0.1.0
 */
export type Pressed =
  | { readonly _tag: "Changed"; readonly form: Form }
  | { readonly _tag: "Answered"; readonly answer: Asked.Answer }
  | { readonly _tag: "Back" }
  | { readonly _tag: "Nothing" }

/**
 * The form of a question that nothing was typed for yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (asking: Asking): Form => {
  const { question } = asking
  const choices = "choices" in question ? question.choices : []
  const places = (values: ReadonlyArray<unknown>) =>
    choices.flatMap(({ value }, index) => values.includes(value) ? [index] : [])
  const own = question._tag === "Choice" && question.default !== undefined &&
    places([question.default]).length === 0
  return {
    asking,
    // An answer in words of one's own is offered as such.
    typed: own ? Array.fromIterable(question.default ?? "") : [],
    cursor: own ? Array.fromIterable(question.default ?? "").length : 0,
    at: own
      ? choices.findIndex(({ specify }) => specify === true)
      : question._tag === "Confirm"
      ? question.default === false ? 1 : 0
      : question._tag === "Choice"
      ? places([question.default])[0] ?? 0
      : 0,
    chosen: new Set(question._tag === "Many" ? places(question.default) : []),
    isSpecifying: own,
    lines: [],
    error: ""
  }
}

const nothing: Pressed = { _tag: "Nothing" }
const answering = (answer: Asked.Answer): Pressed => ({ _tag: "Answered", answer })
const changed = (form: Form): Pressed => ({ _tag: "Changed", form: { ...form, error: "" } })

/**
 * What becomes of a form with one more key.
 *
 * @category folding
 * @since 0.1.0
 */
export const press = (form: Form, key: Key): Effect.Effect<Pressed> => {
  const { asking: { mayGoBack, question }, isSpecifying } = form
  if (key.name === "escape") {
    return Effect.succeed(
      isSpecifying
        ? changed({ ...form, isSpecifying: false, typed: [], cursor: 0 })
        : mayGoBack
        ? { _tag: "Back" }
        : nothing
    )
  }
  if (isSpecifying || question._tag === "Text" || question._tag === "Lines") {
    return isEnter(key) ? entered(form) : Effect.succeed(edited(form, key))
  }
  return isEnter(key) ? picked(form) : Effect.succeed(moved(form, key))
}

const isEnter = ({ name }: Key): boolean => name === "return" || name === "enter"

// --- a field

const edited = (form: Form, { ctrl, name, text }: Key): Pressed => {
  const { cursor, typed } = form
  const at = (typed: ReadonlyArray<string>, cursor: number) => changed({ ...form, typed, cursor })
  switch (ctrl ? `ctrl-${name}` : name) {
    case "backspace":
      return cursor === 0 ? nothing : at(typed.toSpliced(cursor - 1, 1), cursor - 1)
    case "delete":
      return cursor === typed.length ? nothing : at(typed.toSpliced(cursor, 1), cursor)
    case "left":
      return at(typed, Math.max(0, cursor - 1))
    case "right":
      return at(typed, Math.min(typed.length, cursor + 1))
    case "home":
    case "ctrl-a":
      return at(typed, 0)
    case "end":
    case "ctrl-e":
      return at(typed, typed.length)
    case "ctrl-u":
      return at(typed.slice(cursor), 0)
    default: {
      // Other keys than those of characters have names only, or sequences that begin with an escape.
      const added = Array.fromIterable(text)
      const isTyped = !ctrl && added.length > 0 &&
        added.every((character) => character === "\t" || !/\p{Cc}/u.test(character))
      return isTyped ? at(typed.toSpliced(cursor, 0, ...added), cursor + added.length) : nothing
    }
  }
}

const entered = (form: Form): Effect.Effect<Pressed> => {
  const { asking: { question, rule }, lines } = form
  const text = form.typed.join("")
  if (question._tag === "Lines") {
    const isVerbatim = question.ends === "dot"
    if (text.trim() === (isVerbatim ? "." : "")) {
      return Effect.succeed(
        answering(lines.length > 0 ? lines : Option.getOrElse(Asked.fallback(question), () => lines))
      )
    }
    return judged(
      form,
      Asked.applied(rule, isVerbatim ? text : text.trim()),
      (line) => changed({ ...form, lines: [...lines, line], typed: [], cursor: 0 })
    )
  }
  if (question._tag === "Choice") {
    const choice = question.choices[form.at]
    if (text.trim() === "" && choice !== undefined) return Effect.succeed(answering(choice.value))
    return judged(form, Asked.accept(question, rule, text.trim()), answering)
  }
  return judged(form, Asked.read(question, rule, text), answering)
}

const judged = <A>(
  form: Form,
  answer: Effect.Effect<A, Asked.Refused>,
  then: (answer: A) => Pressed
): Effect.Effect<Pressed> =>
  Effect.match(answer, {
    onFailure: ([{ message }]): Pressed => ({ _tag: "Changed", form: { ...form, error: message } }),
    onSuccess: then
  })

// --- choices

const countOf = (question: Asked.Asked): number => "choices" in question ? question.choices.length : 2

const moved = (form: Form, { ctrl, name, text }: Key): Pressed => {
  const { asking: { question }, at, chosen } = form
  const count = countOf(question)
  const to = (at: number) => changed({ ...form, at })
  if (ctrl) return nothing
  switch (name) {
    case "up":
    case "left":
    case "k":
      return to((at + count - 1) % count)
    case "down":
    case "right":
    case "j":
    case "tab":
      return to((at + 1) % count)
    case "home":
      return to(0)
    case "end":
      return to(count - 1)
    case "space": {
      if (question._tag !== "Many") return nothing
      const next = new Set(chosen)
      if (!next.delete(at)) next.add(at)
      return changed({ ...form, chosen: next })
    }
  }
  if (question._tag === "Confirm") return /^y$/i.test(text) ? to(0) : /^n$/i.test(text) ? to(1) : nothing
  return /^[1-9]$/.test(text) && Number(text) <= count ? to(Number(text) - 1) : nothing
}

const picked = (form: Form): Effect.Effect<Pressed> => {
  const { asking: { question, rule }, at, chosen } = form
  if (question._tag === "Confirm") return Effect.succeed(answering(at === 0))
  if (question._tag === "Many") {
    const values = question.choices.flatMap(({ value }, index) => chosen.has(index) ? [value] : [])
    return judged(form, Asked.accept(question, rule, values), answering)
  }
  const choice = question._tag === "Choice" ? question.choices[at] : undefined
  return Effect.succeed(
    choice === undefined
      ? nothing
      : choice.specify === true
      ? changed({ ...form, isSpecifying: true })
      : answering(choice.value)
  )
}

// --- what it looks like

/**
 * How things are coloured, and how wide they may be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Look {
  readonly columns: number
  readonly rows: number
  readonly cyan: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  /** The place where the next character goes. */
  readonly caret: (character: string) => string
}

/**
 * The lines of a form, each narrower than the terminal.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (form: Form, look: Look): ReadonlyArray<string> => {
  const { asking: { question }, at, error, isSpecifying } = form
  const wrapped = (text: string, hang = 2) => printable.wrap(printable.line(text), look.columns - 1, hang)
  const [first = "", ...rest] = wrapped(`? ${question.text}`)
  const above = [
    look.cyan("?") + look.bold(first.slice(1)),
    ...rest.map(look.bold),
    ...(question.help === undefined ? [] : wrapped(`  ${question.help}`).map(look.dim))
  ]
  const below = [
    ...(isSpecifying || question._tag === "Text" || question._tag === "Lines" ? [field(form, look)] : []),
    ...(error === "" ? [] : wrapped(`  ✗ ${error}`, 4).map(look.red)),
    ...wrapped(`  ${keysOf(form)}`).map(look.dim)
  ]
  // The cursor rests below, and nothing that has scrolled away can be drawn over.
  const room = look.rows - 1 - above.length - below.length
  const shown = "choices" in question
    ? around(question.choices.map(({ label }, index) => choiceOf(form, label, index, look)), at, room)
    : question._tag === "Confirm"
    ? [`  ${[true, false].map((answer) => wordOf(form, answer, look)).join("  ")}`]
    : question._tag === "Lines"
    ? linesOf(form, look, room)
    : []
  return [...above, ...shown, ...below]
}

/** The last lines that were added; before the first, what stays unless one is. */
const linesOf = ({ asking: { question }, lines }: Form, look: Look, room: number): ReadonlyArray<string> => {
  const fit = (line: string, room: number) => printable.fit(printable.line(line), look.columns - room)
  if (lines.length > 0) {
    return around(lines.map((line) => `  ${look.green("✓")} ${fit(line, 5)}`), lines.length - 1, room)
  }
  const kept = question._tag === "Lines" ? question.default ?? [] : []
  return around(kept.map((line) => look.dim(`  ${fit(line, 13)} (default)`)), 0, room)
}

/** As many lines as there is room for around one of them, and a mark where others are left out. */
const around = (lines: ReadonlyArray<string>, at: number, room: number): ReadonlyArray<string> => {
  const count = Math.max(3, room)
  if (lines.length <= count) return lines
  const from = Math.min(Math.max(0, at - Math.floor(count / 2)), lines.length - count)
  return lines.slice(from, from + count).map((line, index) =>
    (index === 0 && from > 0) || (index === count - 1 && from + count < lines.length) ? "  ⋮" : line
  )
}

const wordOf = ({ asking: { question }, at }: Form, answer: boolean, look: Look): string => {
  const word = answer ? "Yes" : "No"
  return `${at === (answer ? 0 : 1) ? `${look.cyan("›")} ${look.bold(word)}` : `  ${word}`}${
    question.default === answer ? look.dim(" (default)") : ""
  }`
}

const choiceOf = (
  { asking: { question }, at, chosen, isSpecifying }: Form,
  label: string,
  index: number,
  look: Look
): string => {
  const isAt = index === at && !isSpecifying
  const box = question._tag !== "Many" ? "" : chosen.has(index) ? "[x] " : "[ ] "
  const isDefault = "choices" in question &&
    [question.default ?? []].flat().includes(question.choices[index]?.value ?? "")
  const mark = isDefault ? " (default)" : ""
  const text = printable.fit(box + printable.line(label), look.columns - 3 - mark.length)
  return `${isAt ? look.cyan("›") : " "} ${isAt ? look.bold(text) : text}${look.dim(mark)}`
}

/** The part of what is typed that is around the caret, on one line. */
const field = ({ asking: { question }, cursor, isSpecifying, typed }: Form, look: Look): string => {
  const room = Math.max(4, look.columns - 6)
  const otherwise = question._tag === "Text" && !isSpecifying ? question.default ?? "" : ""
  if (typed.length === 0) {
    const mark = " (default)"
    return `  › ${look.caret(" ")}${
      otherwise === "" ? "" : look.dim(` ${printable.fit(printable.line(otherwise), room - 2 - mark.length)}${mark}`)
    }`
  }
  const shown = typed.map(printable.line)
  const widths = shown.map(printable.width)
  let from = cursor
  let used = 1
  while (from > 0 && used + (widths[from - 1] ?? 0) <= room) used += widths[--from] ?? 0
  let to = cursor
  while (to < shown.length && used + (widths[to] ?? 0) <= room) used += widths[to++] ?? 0
  return `  › ${shown.slice(from, cursor).join("")}${look.caret(shown[cursor] ?? " ")}${
    shown.slice(cursor + 1, to).join("")
  }`
}

const keysOf = ({ asking: { mayGoBack, question }, isSpecifying, lines }: Form): string => {
  const back = isSpecifying ? ["Esc chooses again"] : mayGoBack ? ["Esc goes back"] : []
  const keys = isSpecifying
    ? ["Enter answers; empty: not specified"]
    : question._tag === "Many"
    ? ["↑↓ move", "Space chooses", "Enter answers"]
    : question._tag === "Choice"
    ? ["↑↓ move", "Enter answers"]
    : question._tag === "Confirm"
    ? ["y, n or ←→", "Enter answers"]
    : question._tag === "Lines"
    ? [
      "Enter adds a line",
      `${question.ends === "dot" ? "a line with only a dot" : "an empty line"} ends${
        lines.length === 0 && question.default !== undefined ? `, and keeps what there is` : ""
      }`
    ]
    : ["Enter answers"]
  return [...keys, ...back].join(" · ")
}

/**
 * The lines that stay of a question that was answered.
 *
 * @category rendering
 * @since 0.1.0
 */
export const answered = ({ question }: Asking, answer: Asked.Answer, look: Look): ReadonlyArray<string> => {
  const text = printable.line(question.text).replace(/:$/, "")
  const [first = "", ...rest] = printable.wrap(
    `✓ ${text}  ${printable.line(Asked.shown(question, answer))}`,
    look.columns - 1,
    2
  )
  return [look.green("✓") + first.slice(1), ...rest]
}

/**
 * The lines that stay of a question that was left for the one before it.
 *
 * @category rendering
 * @since 0.1.0
 */
export const left = ({ question }: Asking, look: Look): ReadonlyArray<string> => [
  look.dim(printable.fit(`↶ ${printable.line(question.text).replace(/:$/, "")}`, look.columns - 1))
]
