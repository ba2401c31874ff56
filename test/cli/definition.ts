/** A command line that can end in every way that a command line can, and show all that a view can show. */
import { Duration, Effect, Schema } from "effect"
import { CurrentStep, Field, Pipeline, Program, Step, Suspended } from "effect-cairn"
import * as fs from "node:fs"
import { join } from "node:path"

/** Where steps leave word of what they did, and look for what lets them go on. */
export const place = { folder: "." }

const note = (file: string, line: string) => Effect.sync(() => fs.appendFileSync(join(place.folder, file), `${line}\n`))

class Refused extends Schema.TaggedError<Refused>()("Refused", { by: Schema.String }) {
  override get message() {
    return `It was refused by ${this.by}`
  }
  get why() {
    return "Nobody gave a reason."
  }
  get fix() {
    return "Try --how done"
  }
}

const question = (name: string) =>
  CurrentStep.ask(
    { name, ask: "user", prompt: `Which ${name}?`, answer: Schema.NonEmptyString, example: "blue" },
    Suspended.suspended
  )

// --- every end

const How = Schema.Literal("done", "fail", "bug", "ask", "wait", "hang", "large", "log", "print")

const Input = Schema.Struct({
  how: How.annotations({ description: "How it ends" }),
  name: Schema.optionalWith(Schema.String, { default: () => "nobody" }),
  many: Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [] }),
  file: Schema.optional(Schema.String.pipe(Field.path)),
  token: Schema.optional(Schema.String.pipe(Field.env("FIXTURE_TOKEN")))
})

const Settings = Schema.Struct({
  loud: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  key: Schema.optional(
    Schema.Redacted(Schema.String).annotations({ description: "What opens the door" }).pipe(Field.env("FIXTURE_KEY"))
  )
})

const first = Step.make("first", {
  title: "Doing the first thing",
  input: Schema.String,
  success: Schema.String,
  run: (name) => Effect.as(note("first.log", "first"), `first ${name}`),
  summary: (text) => text
})

const second = Step.make("second", {
  title: "Doing the second thing",
  input: Schema.Struct({ how: How, text: Schema.String }),
  success: Schema.String,
  failure: Refused,
  run: ({ how, text }): Effect.Effect<string, Refused | Suspended.Suspended> => {
    switch (how) {
      case "fail":
        return new Refused({ by: "the door" })
      case "bug":
        return Effect.dieMessage("this is a bug")
      case "ask":
        return question("word")
      case "wait":
        return Effect.onInterrupt(
          Effect.as(Effect.sleep(Duration.seconds(60)), text),
          () => note("finalizer.log", "ran")
        )
      case "hang":
        return Effect.onInterrupt(Effect.never, () => Effect.zipRight(note("finalizer.log", "began"), Effect.never))
      case "large":
        return Effect.succeed("x".repeat(3_000_000))
      case "log":
        return Effect.as(Effect.logWarning("a warning of the step"), text)
      case "print":
        return Effect.sync(() => {
          // oxlint-disable-next-line no-console -- what any package may do
          console.log("printed from within")
          return text
        })
      case "done":
        return Effect.succeed(text)
    }
  }
})

const fixture = Program.make(
  Pipeline.make("fixture", { input: Input }).pipe(
    Pipeline.step("first", first, ({ input }) => input.name),
    Pipeline.step("second", second, ({ first, input }) => ({ how: input.how, text: first })),
    Pipeline.output(Schema.Struct({ text: Schema.String, input: Schema.Unknown }), ({ input, second }) => ({
      text: second,
      input
    }))
  ),
  {
    description: "Ends as it is told to.",
    examples: [{ command: "fixture --how done" }],
    settings: Settings,
    print: ({ text }) => text
  }
)

// --- many questions, in long words: what is said of them fills a pipe several times

const each = Step.make("each", {
  title: "Asking each",
  input: Schema.String,
  success: Schema.String,
  run: () => question("name")
})

const many = Program.make(
  Pipeline.make("many", { input: Schema.Struct({ count: Schema.Number }) }).pipe(
    Pipeline.forEach(
      "each",
      each,
      ({ input }) => Array.from({ length: input.count }, (_, index) => `${index}-${"long".repeat(400)}`),
      { key: (item) => item }
    )
  ),
  { description: "Asks many questions." }
)

// --- steps that end when a file with their name is there

const until = (name: string): Effect.Effect<string> =>
  Effect.suspend(() =>
    fs.existsSync(join(place.folder, name))
      ? Effect.succeed(name)
      : Effect.zipRight(Effect.sleep(Duration.millis(10)), until(name))
  )

class Broken extends Schema.TaggedError<Broken>()("Broken", { what: Schema.String }) {
  override get message() {
    return `${this.what} is broken`
  }
  get fix() {
    return "Mend it, then repeat the command."
  }
}

const waiting = (name: string, title: string) =>
  Step.make(name, {
    title,
    input: Schema.Null,
    success: Schema.String,
    failure: Broken,
    run: () =>
      Effect.flatMap(until(name), (text) =>
        fs.readFileSync(join(place.folder, name), "utf8") === "fail"
          ? new Broken({ what: name })
          : Effect.succeed(text)),
    summary: (text) => `${text} is there`
  })

const item = Step.make("item", {
  title: "Counting",
  input: Schema.Number,
  success: Schema.Number,
  run: (n) =>
    Effect.gen(function*() {
      if (n === 2) yield* Effect.logInfo("a word from within")
      if (n === 4) yield* until("count")
      return n
    })
})

/** Stands still, the whole process with it, so that its terminal can be resized while nothing is drawn. */
const still = Step.make("still", {
  title: "Standing still",
  input: Schema.Null,
  success: Schema.Null,
  run: () =>
    Effect.sync(() => {
      fs.writeFileSync(join(place.folder, "still"), "")
      const pause = new Int32Array(new SharedArrayBuffer(4))
      while (!fs.existsSync(join(place.folder, "move"))) Atomics.wait(pause, 0, 0, 5)
      return null
    })
})

const views = Program.make(
  Pipeline.make("views", { input: Schema.Struct({}) }).pipe(
    Pipeline.all((bind) => ({
      left: bind(waiting("left", "Waiting on the left"), () => null),
      right: bind(waiting("right", "右側で待っています"), () => null)
    })),
    Pipeline.forEach("items", item, () => [1, 2, 3, 4, 5, 6], { key: String }),
    Pipeline.all((bind) => ({
      still: bind(still, () => null),
      beside: bind(waiting("beside", "Waiting beside it"), () => null)
    })),
    Pipeline.output(Schema.String, ({ left }) => left)
  ),
  { description: "Shows all that a view can show.", print: (text) => text }
)

export const definition = { name: "fixture", version: "9.8.7", programs: [fixture, many, views] }
