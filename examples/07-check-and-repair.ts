/**
 * Write, check, repair: a chain of checks says what is wrong with a draft, and whoever writes is told. Each attempt is a
 * result of its own, so that a run which is killed here goes on with the attempt it was at.
 *
 * Prints:
 *   told: nothing yet
 *   told: it has more than 20 letters
 *   told: it shouts
 *   Tea, and time for it (passed: short, calm)
 */
import { Console, Effect, Schema } from "effect"
import { Agent, AgentScripted, JournalMemory, Pipeline, Run, Step, Validation } from "effect-cairn"

// In a chain each check needs the one before: the first error is the last. `Validation.all` finds all of them.
const isGood = Validation.chain(
  Validation.check(
    "short",
    (text: string) => text.length > 20 ? [Validation.error("long", "it has more than 20 letters")] : []
  ),
  Validation.check("calm", (text: string) => text.includes("!") ? [Validation.error("loud", "it shouts")] : [])
)

const Draft = Schema.Struct({ text: Schema.String, issues: Schema.Array(Validation.Issue) })

const write = Step.make("write", {
  title: "Writing a slogan",
  input: Schema.Array(Schema.String),
  success: Draft,
  failure: Agent.Failure,
  run: (wrong) =>
    Effect.gen(function*() {
      yield* Console.log(`told: ${wrong.join(", ") || "nothing yet"}`)
      const prompt = ["Write a slogan for tea.", ...wrong].join("\n")
      const text = yield* Agent.ask({ name: "slogan", prompt, answer: Schema.String })
      const issues = yield* Validation.validate(isGood, text).pipe(
        Effect.match({ onFailure: ({ issues }) => issues, onSuccess: () => [] })
      )
      return { text, issues }
    })
})

const slogan = Pipeline.make("slogan", { input: Schema.Struct({}) }).pipe(
  Pipeline.repeat("draft", write, {
    initial: () => [],
    until: ({ issues }) => issues.length === 0,
    next: ({ issues }) => issues.map(({ message }) => message),
    times: 4
  }),
  // The same chain as a gate: what comes behind it runs only where all checks hold, each of them recorded by itself.
  Pipeline.validate("report", isGood, ({ draft }) => draft.text),
  Pipeline.output(Schema.String, ({ draft, report }) => `${draft.text} (passed: ${report.passed.join(", ")})`)
)

const agent = AgentScripted.layer(
  ["Tea is the answer, whatever the question was", "Tea! Now!", "Tea, and time for it"].map((value) => ({ value }))
)
const program = Effect.flatMap(Run.start(slogan, {}), Console.log)
await Effect.runPromise(program.pipe(Effect.provide([agent, JournalMemory.layer])))
