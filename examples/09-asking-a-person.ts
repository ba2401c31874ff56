/**
 * Asking a person: an interview is a list of questions, and each answer is durable the moment it is given. On a terminal
 * `lunch` asks; `--defaults`, `--answer` and `--lines` ask nobody or a pipe, and a coding agent that calls is handed the
 * questions (exit code 42). Ctrl-C at any question loses nothing: the same command goes on with it.
 *
 * Prints, with `lunch --defaults --answer toGo=yes --answer "street=High Street 5"`:
 *   soup, to High Street 5
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Layer, Schema } from "effect"
import { Pipeline, Program } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import { InterviewerChoice } from "effect-cairn/people"
import { Interview, Interviewing, InterviewRules } from "effect-cairn/steps"

const lunch = Interview.make("lunch", {
  title: "Lunch",
  sections: [
    {
      title: "Food",
      questions: [
        Interview.choice("dish", {
          text: "What shall it be?",
          choices: { soup: "Soup of the day", salad: "Salad", other: { label: "Something else", specify: true } },
          default: "soup"
        }),
        Interview.confirm("toGo", { text: "To go?", default: false })
      ]
    },
    {
      title: "Delivery",
      when: { toGo: true },
      questions: [
        Interview.text("street", { text: "Where to?", rule: InterviewRules.atLeast(5, "The street") })
      ]
    }
  ]
})

const order = Pipeline.make("lunch", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("interview", Interviewing.toPipeline(lunch), () => Interviewing.nothing),
  Pipeline.output(
    Schema.String,
    ({ interview: { answers: { dish, street } } }) => street === null ? `${dish}` : `${dish}, to ${street}`
  )
)

const program = Program.make(order, {
  description: "Orders lunch.",
  settings: Schema.Struct(InterviewerChoice.fields),
  layer: (settings) => Layer.provide(InterviewerChoice.layer(settings), NodeFileSystem.layer),
  print: (text) => text
})

Cli.run({ name: "canteen", version: "1.0.0", programs: [program] })
