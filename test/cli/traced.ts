/** A command line that is traced, by its program or by itself, into a file that is written when all is over. */
import { Effect, Layer, Schema } from "effect"
import { CurrentStep, Pipeline, Program, Step, Suspended } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import * as fs from "node:fs"
import * as RecordingTracer from "../pipeline/recordingTracer.ts"

class Oops extends Schema.TaggedError<Oops>()("Oops", { fix: Schema.String }) {}

const How = Schema.Literal("done", "fail", "ask", "wait")

const end = Step.make("end", {
  title: "Ending",
  input: How,
  success: Schema.String,
  failure: Oops,
  run: (how): Effect.Effect<string, Oops | Suspended.Suspended> => {
    switch (how) {
      case "done":
        return Effect.withSpan(Effect.succeed(how), "in end")
      case "fail":
        return new Oops({ fix: "Try again." })
      case "ask":
        return CurrentStep.ask(
          { name: "q", ask: "agent", prompt: "What now?", answer: Schema.String },
          Suspended.suspended
        )
      case "wait":
        return Effect.zipRight(Effect.sync(() => fs.writeFileSync("waiting", "")), Effect.never)
    }
  }
})

const traces = Layer.unwrapScoped(Effect.gen(function*() {
  const tracer = RecordingTracer.make()
  yield* Effect.addFinalizer(() => Effect.sync(() => fs.writeFileSync("traces.json", JSON.stringify(tracer.trees()))))
  return tracer.layer
}))

const program = Program.make(
  Pipeline.make("traced", { input: Schema.Struct({ how: How }) }).pipe(
    Pipeline.step("end", end, ({ input }) => input.how)
  ),
  {
    description: "Is traced",
    settings: Schema.Struct({ inside: Schema.optionalWith(Schema.Boolean, { default: () => false }) }),
    layer: ({ inside }) => inside ? traces : Layer.empty
  }
)

Cli.run({
  name: "traced",
  version: "0.0.0",
  programs: [program],
  options: Schema.Struct({ outside: Schema.optionalWith(Schema.Boolean, { default: () => false }) }),
  layer: ({ outside }) => outside ? traces : Layer.empty
})
