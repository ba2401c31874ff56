/**
 * Questions as plain text, and one typed line for each answer: for terminals that can do no more, and for pipes.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import * as Asked from "../Asked.ts"
import { type Asking, Interviewer, make } from "../Interviewer.ts"
import * as stdin from "./stdin.ts"
import * as typing from "./typing.ts"

/**
 * Where the lines of a person come from, and where the questions go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The next line without its end; nothing where the input is over. */
  readonly next: Effect.Effect<Option.Option<string>>
  readonly write: (text: string) => void
  /** Whether what is typed is shown by whoever types; otherwise it is written, so that the text can be read later. */
  readonly isEchoed: boolean
}

/**
 * Writes questions, and reads lines.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<Interviewer> =>
  Layer.sync(Interviewer, () => {
    let section = ""
    let isFirst = true
    const write = (lines: ReadonlyArray<string>) =>
      Effect.sync(() => options.write(lines.map((line) => `${line}\n`).join("")))

    return make({
      isAttended: true,
      answer: (asking) => {
        const { question } = asking
        const prompt = Effect.sync(() => options.write(`${promptOf(question)}: `))
        const next = Effect.tap(Effect.zipRight(prompt, options.next), (line) =>
          options.isEchoed ? Effect.void : write([Option.match(line, {
            onNone: () =>
              "",
            onSome: printable.line
          })]))
        return Effect.suspend(() => {
          const shown = [
            ...(isFirst && asking.answered.length > 0
              ? [
                "",
                "Answered before:",
                ...asking.answered.map((line) =>
                  `  ${line}`
                )
              ]
              : []),
            ...(question.section === section ? [] : ["", `Section: ${question.section}`]),
            ...headOf(asking)
          ]
          isFirst = false
          section = question.section
          return Effect.zipRight(
            write(shown.map(printable.line)),
            typing.answer(asking, { next, refused: (reason) => write([printable.line(`Error: ${reason}`)]) })
          )
        })
      }
    })
  })

/**
 * The same with the standard input of this process and its standard error.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerProcess: Layer.Layer<Interviewer> = Layer.unwrapScoped(
  Effect.map(stdin.lines, ({ next }) =>
    layer({
      next,
      write: (text) => void process.stderr.write(text),
      isEchoed: process.stdin.isTTY
    }))
)

/** The question, its help, and what there is to choose from. */
const headOf = ({ before, question }: Asking): ReadonlyArray<string> => {
  const { help, text } = question
  const isDefault = (value: string) =>
    question._tag === "Many" ? question.default.includes(value) : question.default === value
  return [
    "",
    ...(before.length === 0 ? [] : [...before, ""]),
    `${text}${help === undefined ? "" : ` (${help})`}`,
    ...("choices" in question
      ? question.choices.map(({ label, specify, value }, index) =>
        `  ${index + 1}. ${label}${specify === true ? ` - ${value}: WORDS` : ""}${isDefault(value) ? " [DEFAULT]" : ""}`
      )
      : question._tag === "Lines"
      ? (question.default ?? []).map((line) => `  ${line} [DEFAULT]`)
      : [])
  ]
}

/** What stands before the line that is typed. */
const promptOf = (question: Asked.Asked): string => {
  const otherwise = (text: string | undefined) =>
    text === undefined || text === "" ? "" : ` (default: ${printable.line(text)})`
  switch (question._tag) {
    case "Text":
      return `Enter value${otherwise(question.default)}`
    case "Choice": {
      const chosen = question.default === undefined ? undefined : Asked.shown(question, question.default)
      return `Enter number${otherwise(chosen)}`
    }
    case "Many": {
      const places = question.choices.flatMap(({ value }, index) => question.default.includes(value) ? [index + 1] : [])
      return `Enter numbers separated by commas${otherwise(places.join(","))}`
    }
    case "Confirm":
      return `Confirm (${question.default === undefined ? "y/n" : question.default ? "Y/n" : "y/N"})`
    case "Lines":
      return `Line (${question.ends === "dot" ? "a line with only a dot ends" : "an empty line ends"}${
        (question.default ?? []).length === 0 ? "" : ", and keeps what there is"
      })`
  }
}
