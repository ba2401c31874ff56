/**
 * A command line in ten lines. Options, help, progress, `--json`, checkpoints, `runs`, `show` and `resume` come along.
 *
 * Prints, with `hello --name Ada`:
 *   Hello, Ada!
 */
import { Effect, Schema } from "effect"
import { Pipeline, Program, Step } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
const text = { title: "Greeting", input: Schema.String, success: Schema.String }
const greet = Step.make("greet", { ...text, run: (name) => Effect.succeed(`Hello, ${name}!`) })
const hello = Pipeline.make("hello", { input: Schema.Struct({ name: Schema.String }) }).pipe(
  Pipeline.step("text", greet, ({ input }) => input.name),
  Pipeline.output(Schema.String, ({ text }) => text)
)
Cli.run({ name: "hi", version: "1.0.0", programs: [Program.make(hello, { description: "Greets.", print: String })] })
