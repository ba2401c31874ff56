/**
 * A durable pipeline in fifteen lines, one file and no server. Kill it while it shouts, and run it again: it goes on, and
 * does not greet once more.
 *
 * Prints:
 *   greeting
 *   HELLO WORLD
 */
import { Console, Effect, Schema } from "effect"
import { JournalFile, Pipeline, Run, Step } from "effect-cairn"
const text = { input: Schema.String, success: Schema.String }
const greeted = (name: string) => Console.log("greeting").pipe(Effect.as(`hello ${name}`))
const shouted = (words: string) => Effect.succeed(words.toUpperCase()).pipe(Effect.delay("2 seconds"))
const greet = Step.make("greet", { title: "Greeting", ...text, run: greeted })
const shout = Step.make("shout", { title: "Shouting", ...text, run: shouted })
const hello = Pipeline.make("hello", { input: Schema.String }).pipe(
  Pipeline.step("greeting", greet, ({ input }) => input),
  Pipeline.step("shouting", shout, ({ greeting }) => greeting),
  Pipeline.output(Schema.String, ({ shouting }) => shouting)
)
const run = Effect.flatMap(Run.start(hello, "world"), Console.log)
await Effect.runPromise(Effect.provide(run, JournalFile.layer({ home: ".cairn" })))
