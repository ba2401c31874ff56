/**
 * A step that needs an agent asks, with the schema of the answer. By default nobody is called: the run stops with its
 * request and goes on with the answer, in this process or in another, today or next week.
 *
 * Prints:
 *   waiting for "verdict" of review: Is this change safe? Delete the cache
 *   refused: /risk: Expected "low" | "high", actual "medium"
 *   apply: high risk, so a person looks at it first
 */
import { Console, Effect, Schema } from "effect"
import { Agent, AgentHandOff, JournalMemory, Pipeline, Question, Run, Step } from "effect-cairn"

const Verdict = Schema.Struct({ risk: Schema.Literal("low", "high"), reason: Schema.String })

const review = Step.make("review", {
  title: "Reviewing the change",
  input: Schema.String,
  success: Verdict,
  failure: Agent.Failure,
  run: (change) => Agent.ask({ name: "verdict", prompt: `Is this change safe? ${change}`, answer: Verdict })
})

const pipeline = Pipeline.make("change", { input: Schema.String }).pipe(
  Pipeline.step("review", review, ({ input }) => input),
  Pipeline.output(
    Schema.String,
    ({ review }) => review.risk === "low" ? "apply it" : "apply: high risk, so a person looks at it first"
  )
)

const start = (answer?: unknown) =>
  Run.start(pipeline, "Delete the cache", {
    answers: new Map(answer === undefined ? [] : [["review", Question.Given.Json({ value: answer })]])
  })

const program = Effect.gen(function*() {
  yield* start().pipe(
    Effect.catchTag(
      "Suspended",
      ({ requests: [request] }) => Console.log(`waiting for "${request?.name}" of ${request?.path}: ${request?.prompt}`)
    )
  )
  yield* start({ risk: "medium", reason: "?" }).pipe(
    Effect.catchTag("AnswerInvalid", ({ issues }) => Console.log(`refused: ${issues.join(", ")}`))
  )
  yield* Console.log(yield* start({ risk: "high", reason: "it cannot be undone" }))
})

await Effect.runPromise(program.pipe(Effect.provide([AgentHandOff.layer(), JournalMemory.layer])))
