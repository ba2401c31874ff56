/**
 * An interview of your own: a list of questions is all that it takes. `lunch` asks on a terminal; `lunch --defaults`,
 * `lunch --answer dish=soup` and `printf 'soup\n\n\n' | lunch --lines` ask nobody, and a coding agent that calls is handed
 * the questions (exit code 42). Ctrl-C at any question loses nothing: the same command goes on with it.
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
        Interview.many("extras", {
          text: "With what?",
          choices: { bread: "Bread", cream: "Cream", seeds: "Seeds" },
          default: ["bread"]
        }),
        Interview.confirm("toGo", { text: "To go?", default: false })
      ]
    },
    {
      title: "Delivery",
      when: { toGo: true },
      questions: [
        Interview.text("street", { text: "Where to?", rule: InterviewRules.atLeast(5, "The street") }),
        Interview.lines("notes", { text: "Anything we should know?" })
      ]
    }
  ]
})

const order = Pipeline.make("lunch", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("interview", Interviewing.toPipeline(lunch), () => Interviewing.nothing),
  Pipeline.output(
    Schema.String,
    ({ interview: { answers: { dish, extras, street } } }) =>
      `${dish} with ${extras?.join(" and ")}${street === null ? "" : `, to ${street}`}`
  )
)

Cli.run({
  name: "canteen",
  version: "1.0.0",
  programs: [
    Program.make(order, {
      description: "Orders lunch.",
      settings: Schema.Struct(InterviewerChoice.fields),
      layer: (settings) => Layer.provide(InterviewerChoice.layer(settings), NodeFileSystem.layer),
      print: (text) => text
    })
  ]
})
