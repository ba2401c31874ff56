/** A command line with a step that asks an agent twice, one question after the other. */
import { Effect, Schema } from "effect"
import { Agent, Pipeline, Program, Step } from "effect-cairn"
import { AgentChoice } from "effect-cairn/agents"
import { Cli } from "effect-cairn/cli"

const ask = (name: string) => Agent.ask({ name, prompt: `Which ${name}?`, answer: Schema.String })

const both = Step.make("both", {
  title: "Asking twice",
  input: Schema.Null,
  success: Schema.Array(Schema.String),
  failure: Agent.Failure,
  run: () => Effect.all([ask("color"), ask("shape")])
})

const twice = Pipeline.make("twice", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("both", both, () => null),
  Pipeline.output(Schema.Array(Schema.String), ({ both }) => both)
)

Cli.run({
  name: "twice",
  version: "0.0.0",
  programs: [
    Program.make(twice, {
      description: "Asks twice",
      settings: Schema.Struct(AgentChoice.fields),
      layer: (settings) => AgentChoice.layer(settings)
    })
  ]
})
