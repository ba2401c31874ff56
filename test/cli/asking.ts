/**
 * A command line whose programs ask: `book` an agent for one part each of what it is given, all at once, `poem` a person
 * what it is to be about.
 */
import { Effect, Schedule, Schema } from "effect"
import { Agent, AgentHandOff, CurrentStep, Field, Pipeline, Program, Step, Suspended } from "effect-cairn"
import * as fs from "node:fs"

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

const Wish = Schema.Struct({
  topic: Schema.String.pipe(Schema.minLength(3)),
  verses: Schema.Int.pipe(Schema.between(1, 9)),
  rhymes: Schema.Boolean
})

const wish = Step.make("wish", {
  title: "Asking for the topic",
  input: Schema.Null,
  success: Wish,
  run: () =>
    CurrentStep.ask({ name: "wish", ask: "user", prompt: "What is it to be about?", answer: Wish }, Suspended.suspended)
})

const compose = Step.make("compose", {
  title: "Composing",
  input: Schema.Struct({ wish: Wish, after: Schema.String }),
  success: Schema.String,
  writes: true,
  run: ({ after, wish }) =>
    Effect.as(
      Effect.repeat(Effect.sync(() => fs.existsSync(after)), {
        until: (isThere) => isThere,
        schedule: Schedule.spaced("20 millis")
      }),
      `${wish.verses} verses on ${wish.topic}${wish.rhymes ? ", rhymed" : ""}`
    )
})

const poem = Pipeline.make("poem", {
  input: Schema.Struct({
    after: Schema.String.annotations({ description: "The file that it waits for" }).pipe(Field.path, Field.argument)
  })
}).pipe(
  Pipeline.step("wish", wish, () => null),
  Pipeline.step("poem", compose, ({ input, wish }) => ({ wish, after: input.after })),
  Pipeline.output(Schema.Struct({ text: Schema.String }), ({ poem }) => ({ text: poem }))
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
    }),
    Program.make(poem, {
      description: "Composes a poem.",
      examples: [{ command: "poem paper" }],
      settings: Schema.Struct({ key: Schema.optional(Schema.Redacted(Schema.String).pipe(Field.env("POEM_KEY"))) }),
      print: ({ text }) => text
    })
  ]
}
