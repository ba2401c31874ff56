/** A command line with a secret among its settings, which tells it wherever it can. */
import { Cause, Context, Effect, Layer, Redacted, Schema } from "effect"
import { CurrentStep, Field, Pipeline, Program, Step, Suspended } from "effect-cairn"
import { Cli } from "effect-cairn/cli"

class Key extends Context.Tag("Key")<Key, string>() {}

class Refused extends Schema.TaggedError<Refused>()("Refused", { url: Schema.String }) {
  override get message() {
    return `It was refused: ${this.url}`
  }
  get fix() {
    return `Look at ${this.url}`
  }
}

const How = Schema.Literal(
  "fail",
  "bug",
  "ask",
  "log",
  "tell",
  "print",
  "annotate",
  "span",
  "retry",
  "header"
)

const tell = Step.make("tell", {
  title: "Telling",
  input: How,
  success: Schema.String,
  failure: Refused,
  run: (how) =>
    Effect.flatMap(Key, (key): Effect.Effect<string, Refused | Suspended.Suspended> => {
      switch (how) {
        case "fail":
          return Effect.fail(new Refused({ url: `https://${encodeURIComponent(key)}@example.org` }))
        case "bug":
          return Effect.die(new Error(`${key} is wrong`, { cause: new Error(key) }))
        case "ask":
          return CurrentStep.ask(
            { name: "q", ask: "agent", prompt: `What of ${key}?`, answer: Schema.String },
            Suspended.suspended
          )
        case "log":
          return Effect.as(Effect.zipRight(Effect.logWarning(key), CurrentStep.report({ note: key })), how)
        case "tell":
          return Effect.succeed(key)
        case "print":
          return Effect.sync(() => {
            // oxlint-disable-next-line no-console -- what any package may do
            console.log({ key }, [key])
            process.stdout.write(`${key}\n`)
            return how
          })
        case "annotate":
          return Effect.as(Effect.annotateLogs(Effect.logError("no", Cause.fail(new Error(key))), { key }), how)
        case "span":
          return Effect.withSpan(Effect.die(new Error("no", { cause: { key } })), key, { attributes: { key } })
        case "retry":
          return Effect.retry(Effect.fail(new Refused({ url: key })), { times: 1 })
        case "header": {
          const basic = Buffer.from(`me:${key}`).toString("base64")
          return Effect.fail(
            new Refused({ url: JSON.stringify({ headers: { key, authorization: `Basic ${basic}` } }) })
          )
        }
      }
    })
})

const program = Program.make(
  Pipeline.make("leaky", { input: Schema.Struct({ how: How }) }).pipe(
    Pipeline.step("tell", tell, ({ input }) => input.how)
  ),
  {
    description: "Tells what it should not",
    settings: Schema.Struct({ key: Schema.Redacted(Schema.String).pipe(Field.env("LEAKY_KEY")) }),
    layer: ({ key }) => Layer.succeed(Key, Redacted.value(key))
  }
)

Cli.run({ name: "leaky", version: "0.0.0", programs: [program] })
