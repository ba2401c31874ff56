/**
 * A command line of your own: `node examples/tea.js tea --guests 3`.
 *
 * Making tea asks a person what kind it should be, so that the first call ends with 42 and a question.
 */
import { Effect, Schema } from "effect"
import { CurrentStep, Pipeline, Program, Step, Suspended } from "effect-cairn"
import { Cli } from "effect-cairn/cli"

const Kind = Schema.Literal("green", "black")

class NoWater extends Schema.TaggedError<NoWater>()("NoWater", { cups: Schema.Number }) {
  override get message() {
    return `There is not enough water for ${this.cups} cups`
  }
  get fix() {
    return "Invite fewer guests: --guests 10"
  }
}

const boil = Step.make("boil", {
  title: "Boiling water",
  input: Schema.Number,
  success: Schema.Number,
  failure: NoWater,
  run: (cups) =>
    cups === 13
      ? Effect.dieMessage("thirteen guests were never thought of")
      : cups > 10
      ? Effect.fail(new NoWater({ cups }))
      : Effect.succeed(cups * 200),
  summary: (millilitres) => `${millilitres} ml`
})

const choose = Step.make("choose", {
  title: "Asking what kind of tea",
  input: Schema.Null,
  success: Kind,
  run: () =>
    CurrentStep.ask(
      { name: "kind", ask: "user", prompt: "Green or black tea?", answer: Kind, example: "green" },
      Suspended.suspended
    ),
  summary: (kind) => kind
})

const tea = Pipeline.make("tea", { input: Schema.Struct({ guests: Schema.Number }) }).pipe(
  Pipeline.step("water", boil, ({ input }) => input.guests),
  Pipeline.step("kind", choose, () => null),
  Pipeline.output(Schema.String, ({ kind, water }) => `${water} ml of ${kind} tea`)
)

Cli.run({
  name: "tea-house",
  version: "1.0.0",
  programs: [
    Program.make(tea, {
      description: "Makes tea for guests.",
      examples: [{ command: "tea --guests 3" }],
      print: (text) => text
    })
  ]
})
