/**
 * Questions on a terminal: drawn on standard error, answered with keys. It needs a person at a terminal.
 *
 * @since 0.1.0
 */
import * as Prompt from "@effect/cli/Prompt"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Effect, Layer, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import { type Answer } from "../Asked.ts"
import { type Asking, goBack, InputEnded, Interviewer, make } from "../Interviewer.ts"
import * as paint from "../Reporter/paint.ts"
import * as Screen from "../Reporter/Screen.ts"
import { Surroundings } from "../Surroundings.ts"
import * as form from "./form.ts"
import * as keyboard from "./keyboard.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly colors: boolean
  readonly columns: () => number
  readonly rows: () => number
  readonly write: (text: string) => void
}

/**
 * Draws each question below what was answered, and leaves one line of it. Escape goes back.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<Interviewer> =>
  Layer.effect(
    Interviewer,
    Effect.gen(function*() {
      const terminal = yield* Effect.context<Prompt.Prompt.Environment>()
      let section = ""
      let isFirst = true
      const look = (): form.Look => ({
        ...paint.make(options.colors),
        columns: options.columns(),
        rows: options.rows(),
        caret: (character) =>
          options.colors ? `\u001B[7m${character}\u001B[27m` : character === " " ? "_" : `_${character}`
      })

      /** What stands above a question, and stays. */
      const heading = ({ answered, before, question }: Asking): ReadonlyArray<string> => {
        const { bold, columns, dim } = look()
        const lines = (all: ReadonlyArray<string>) =>
          all.flatMap((line) => printable.wrap(printable.line(line), columns - 1, line.search(/\S|$/) + 2))
        const shown = [
          ...(isFirst && answered.length > 0
            ? ["", ...lines(["Answered before:", ...answered.map((line) => `  ${line}`)]).map(dim)]
            : []),
          ...(question.section === section ? [] : ["", ...lines([question.section]).map(bold)]),
          ...(before.length === 0 ? [] : [...(question.section === section ? [""] : []), ...lines(before), ""])
        ]
        isFirst = false
        section = question.section
        return shown
      }

      return make({
        isAttended: true,
        answer: (asking) => Effect.provide(Effect.suspend(() => ask(asking, heading(asking), look)), terminal)
      })
    })
  ).pipe(Layer.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, keyboard.layer(options.write))))

/**
 * The same on the terminal of this process.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerProcess: Layer.Layer<Interviewer> = Layer.unwrapEffect(Effect.map(Surroundings, layer))

const ask = (asking: Asking, heading: ReadonlyArray<string>, look: () => form.Look) => {
  let drawn = ""
  const blank = () =>
    Screen.make((text) => {
      drawn += text
    })
  let screen = blank()
  /** What has to be written so that these lines stand on the terminal. */
  const show = (stays: ReadonlyArray<string>, lines: ReadonlyArray<string>) =>
    Effect.sync(() => {
      drawn = ""
      screen.show(stays, lines, look().columns)
      return drawn
    })
  let above = heading

  return Prompt.custom<form.Form, Option.Option<Answer>>(form.make(asking), {
    render: (state, action) =>
      Effect.suspend(() => {
        const stays = above
        above = []
        return action._tag !== "Submit" ? show(stays, form.render(state, look())) : show(
          Option.match(action.value, {
            onNone: () => form.left(asking, look()),
            onSome: (answer) => form.answered(asking, answer, look())
          }),
          []
        )
      }),
    // Whatever is drawn next is drawn over what stands there.
    clear: () => Effect.succeed(""),
    process: ({ input, key }, state) =>
      Effect.suspend(() => {
        // What the shell has said meanwhile is not drawn over.
        if (key.name === keyboard.resumed) screen = blank()
        return form.press(state, { name: key.name, ctrl: key.ctrl, text: Option.getOrElse(input, () => "") })
      }).pipe(
        Effect.map((pressed): Prompt.Prompt.Action<form.Form, Option.Option<Answer>> => {
          switch (pressed._tag) {
            case "Changed":
              return { _tag: "NextFrame", state: pressed.form }
            case "Answered":
              return { _tag: "Submit", value: Option.some(pressed.answer) }
            case "Back":
              return { _tag: "Submit", value: Option.none() }
            case "Nothing":
              return { _tag: "Beep" }
          }
        })
      )
  }).pipe(
    Prompt.run,
    Effect.mapError(() => new InputEnded({ question: asking.question.id })),
    Effect.flatMap(Option.match({ onNone: () => goBack, onSome: Effect.succeed }))
  )
}
