/**
 * Many at once: the items of a list side by side, each with a result of its own in the checkpoint. The first run fails at
 * one of them; the second runs that one, and nothing else.
 *
 * Prints:
 *   checking a.example
 *   checking b.example
 *   checking c.example
 *   failed: b.example does not answer
 *   checking b.example
 *   a.example is up, b.example is up, c.example is up
 */
import { Console, Effect, Schema } from "effect"
import { JournalMemory, Pipeline, Run, Step } from "effect-cairn"

class Down extends Schema.TaggedError<Down>()("Down", { host: Schema.String }) {
  override get message() {
    return `${this.host} does not answer`
  }
  get fix() {
    return "Start it, and repeat the command."
  }
}

let isStarted = false

const check = Step.make("check", {
  title: "Checking a host",
  input: Schema.String,
  success: Schema.String,
  failure: Down,
  run: (host) =>
    Effect.gen(function*() {
      yield* Console.log(`checking ${host}`)
      if (host === "b.example" && !isStarted) return yield* new Down({ host })
      return `${host} is up`
    })
})

const survey = Pipeline.make("survey", { input: Schema.Struct({ hosts: Schema.Array(Schema.String) }) }).pipe(
  Pipeline.forEach("reports", check, ({ input }) => input.hosts, { key: (host) => host, concurrency: 3 }),
  Pipeline.output(Schema.String, ({ reports }) => reports.join(", "))
)

const run = Run.start(survey, { hosts: ["a.example", "b.example", "c.example"] })

const program = Effect.gen(function*() {
  yield* Effect.catchTag(run, "Down", (error) => Console.log(`failed: ${error.message}`))
  isStarted = true
  yield* Console.log(yield* run)
})

await Effect.runPromise(Effect.provide(program, JournalMemory.layer))
