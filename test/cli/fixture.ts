/** A command line that can end in every way that a command line can. */
import { Duration, Effect, Schema } from "effect"
import { CurrentStep, Field, Pipeline, Program, Step, Suspended } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import { appendFileSync } from "node:fs"

class Refused extends Schema.TaggedError<Refused>()("Refused", { why: Schema.String }) {
  override get message() {
    return `It was refused: ${this.why}`
  }
  get fix() {
    return "Try --how done"
  }
}

const Input = Schema.Struct({
  how: Schema.Literal("done", "fail", "bug", "ask", "wait", "large", "log").annotations({ description: "How it ends" }),
  name: Schema.optionalWith(Schema.String, { default: () => "nobody" }),
  many: Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [] }),
  file: Schema.optional(Schema.String.pipe(Field.path)),
  token: Schema.optional(Schema.String.pipe(Field.env("FIXTURE_TOKEN")))
})

const first = Step.make("first", {
  title: "Doing the first thing",
  input: Schema.String,
  success: Schema.String,
  run: (name) =>
    Effect.sync(() => {
      appendFileSync("first.log", "first\n")
      return `first ${name}`
    }),
  summary: (text) => text
})

const second = Step.make("second", {
  title: "Doing the second thing",
  input: Schema.Struct({ how: Input.fields.how, text: Schema.String }),
  success: Schema.String,
  failure: Refused,
  run: ({ how, text }): Effect.Effect<string, Refused | Suspended.Suspended> => {
    switch (how) {
      case "fail":
        return Effect.fail(new Refused({ why: "because" }))
      case "bug":
        return Effect.dieMessage("this is a bug")
      case "ask":
        return CurrentStep.ask(
          { name: "word", ask: "user", prompt: "Which word?", answer: Schema.NonEmptyString },
          Suspended.suspended
        )
      case "wait":
        return Effect.onInterrupt(
          Effect.as(Effect.sleep(Duration.seconds(60)), text),
          () => Effect.sync(() => appendFileSync("finalizer.log", "ran\n"))
        )
      case "large":
        return Effect.succeed("x".repeat(3_000_000))
      case "log":
        return Effect.as(Effect.logWarning("a warning of the step"), text)
      case "done":
        return Effect.succeed(text)
    }
  }
})

const pipeline = Pipeline.make("fixture", { input: Input }).pipe(
  Pipeline.step("first", first, ({ input }) => input.name),
  Pipeline.step("second", second, ({ first, input }) => ({ how: input.how, text: first })),
  Pipeline.output(Schema.Struct({ text: Schema.String, input: Schema.Unknown }), ({ input, second }) => ({
    text: second,
    input
  }))
)

Cli.run({
  name: "fixture",
  version: "9.8.7",
  programs: [
    Program.make(pipeline, {
      description: "Ends as it is told to.",
      examples: [{ command: "fixture --how done" }],
      settings: Schema.Struct({ loud: Schema.optionalWith(Schema.Boolean, { default: () => false }) }),
      print: ({ text }) => text
    })
  ]
})
