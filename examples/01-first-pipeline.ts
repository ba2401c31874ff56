/**
 * A first pipeline: two typed steps and what is handed from one to the other. A step is an ordinary Effect too.
 *
 * Prints:
 *   used alone: 3
 *   in a pipeline: 3 words, 15 letters
 */
import { Console, Effect, Schema } from "effect"
import { JournalMemory, Pipeline, Run, Step } from "effect-cairn"

const countWords = Step.make("count-words", {
  title: "Counting words",
  input: Schema.String,
  success: Schema.Number,
  run: (text) => Effect.succeed(text.split(" ").length)
})

const countLetters = Step.make("count-letters", {
  title: "Counting letters",
  input: Schema.String,
  success: Schema.Number,
  run: (text) => Effect.succeed(text.replaceAll(" ", "").length)
})

// Each node adds a key to the state; what a selector may read is known to the compiler.
const counting = Pipeline.make("counting", { input: Schema.Struct({ text: Schema.String }) }).pipe(
  Pipeline.step("words", countWords, ({ input }) => input.text),
  Pipeline.step("letters", countLetters, ({ input }) => input.text),
  Pipeline.output(Schema.String, ({ letters, words }) => `${words} words, ${letters} letters`)
)

const text = "every step counts"
const program = Effect.gen(function*() {
  yield* Console.log(`used alone: ${yield* countWords(text)}`)
  yield* Console.log(`in a pipeline: ${yield* Run.start(counting, { text })}`)
})

await Effect.runPromise(Effect.provide(program, JournalMemory.layer))
