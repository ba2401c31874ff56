/**
 * A command line of your own. `tea --guests 3` asks a person what kind of tea it should be: it ends with 42 and a
 * question, and `answer @last --file -` goes on with what is on stdin. For twelve guests there is not enough water,
 * and the pipeline takes its typed way out.
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
  run: (cups) => cups > 10 ? new NoWater({ cups }) : Effect.succeed(cups * 200),
  summary: (millilitres) => `${millilitres} ml`
})

const share = Step.make("share", {
  title: "Sharing what there is",
  input: Schema.Number,
  success: Schema.Number,
  run: () => Effect.succeed(2000),
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
  Pipeline.catchTag("water", boil, ({ input }) => input.guests, "NoWater", share, ({ cups }) => cups),
  Pipeline.step("kind", choose, () => null),
  Pipeline.output(Schema.String, ({ kind, water }) => `${water} ml of ${kind} tea`)
)

const program = Program.make(tea, { description: "Makes tea for guests.", print: (text) => text })

Cli.run({ name: "tea-house", version: "1.0.0", programs: [program] })
