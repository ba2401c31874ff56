/** A command line whose program asks an agent for one part each of what it is given, all at once. */
import { Schema } from "effect"
import { Agent, AgentHandOff, Pipeline, Program, Step } from "effect-cairn"

const Part = Schema.Struct({ title: Schema.NonEmptyString, pages: Schema.Int.pipe(Schema.between(1, 9)) })

const write = Step.make("write", {
  title: "Writing a part",
  input: Schema.String,
  success: Part,
  failure: Agent.Failure,
  run: (name) => Agent.ask({ name: "part", prompt: `Write the part "${name}".`, answer: Part, files: ["notes.md"] })
})

const book = Pipeline.make("book", { input: Schema.Struct({ parts: Schema.Array(Schema.String) }) }).pipe(
  Pipeline.forEach("parts", write, ({ input }) => input.parts, { key: (name) => name, concurrency: 4 }),
  Pipeline.output(Schema.Array(Part), ({ parts }) => parts)
)

export const definition = {
  name: "asking",
  version: "1.2.3",
  programs: [
    Program.make(book, {
      description: "Writes a book of parts.",
      examples: [{ command: "book --parts first --parts second" }],
      settings: Schema.Struct({ attempts: Schema.optionalWith(Schema.Int, { default: () => 3 }) }),
      layer: ({ attempts }) => AgentHandOff.layer({ attempts }),
      print: (parts) => parts.map(({ pages, title }) => `${title} (${pages})`).join(", ")
    })
  ]
}
