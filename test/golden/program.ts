/**
 * The pipeline of which runs are kept for ever. It has every kind of node, and its runs every kind of record.
 *
 * What is recorded under it stays as it is: never change a key, the name of a step, an input, or the form of a result.
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Strategy from "../../src/pipeline/Strategy.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"

/** What the bodies stand in. */
export interface World {
  readonly note: (what: string) => Effect.Effect<void>
  /** What the last step does before it gives its result. */
  readonly end: Effect.Effect<void, Unfit>
}

export class Unfit extends Schema.TaggedError<Unfit>()("Unfit", { why: Schema.String, count: Schema.Number }) {
  override get message(): string {
    return `Unfit: ${this.why}`
  }
  get fix(): string {
    return "Mend it, then repeat the command."
  }
}

class Writer extends Context.Tag("effect-cairn/golden/Writer")<Writer, {
  readonly write: (text: string) => Effect.Effect<string, Unfit>
}>() {}

const writers = Strategy.make({
  good: Layer.succeed(Writer, { write: () => new Unfit({ why: "there is none", count: 0 }) }),
  plain: Layer.succeed(Writer, { write: (text) => Effect.succeed(`${text}.`) }),
  either: Strategy.fallback("good", "plain")
})

const Point = Schema.Struct({ at: Schema.Date, tags: Schema.Array(Schema.String), note: Schema.NullOr(Schema.String) })

export const golden = (world: World) => {
  const step = <E, R>(
    name: string,
    run: (text: string) => Effect.Effect<string, E | Unfit, R>,
    options: { readonly version?: number; readonly hidden?: boolean; readonly reads?: string } = {}
  ) =>
    Step.make(name, {
      title: `Doing ${name}`,
      input: Schema.String,
      success: Schema.String,
      failure: Unfit,
      version: options.version ?? 1,
      hidden: options.hidden ?? false,
      fingerprint: () => Effect.succeed(options.reads ?? ""),
      run: (text) => Effect.orDie(Effect.zipRight(world.note(name), run(text)))
    })
  const text = (name: string, options?: Parameters<typeof step>[2]) =>
    step(name, (text) => Effect.succeed(`${name}(${text})`), options)

  const typed = Step.make("typed", {
    title: "Doing typed",
    input: Point,
    success: Point,
    run: (point) => Effect.as(world.note("typed"), { ...point, note: "\u2028 🪨 \"" })
  })
  const failing = Step.make("failing", {
    title: "Doing failing",
    input: Schema.String,
    success: Schema.String,
    failure: Unfit,
    run: (why) => Effect.zipRight(world.note("failing"), new Unfit({ why, count: 7 }))
  })
  const spending = step("spending", (text) =>
    Effect.as(
      Effect.flatMap(
        CurrentStep.CurrentStep,
        Option.match({
          onNone: () => Effect.void,
          onSome: (step) => step.spend({ requests: 2, ms: 30, inputTokens: 40, outputTokens: 5, usd: 0.25 })
        })
      ),
      text
    ))
  const choosing = step(
    "choosing",
    (text) => Effect.provide(Effect.flatMap(Writer, ({ write }) => write(text)), writers.layer("either"))
  )
  const ask = (name: string) =>
    CurrentStep.ask({ name, ask: "user", prompt: `Which ${name}?`, answer: Schema.String }, suspended)
  const asking = Step.make("asking", {
    title: "Asking",
    input: Schema.String,
    success: Schema.String,
    run: () =>
      Effect.zipRight(
        world.note("asking"),
        Effect.flatMap(ask("one"), (one) => Effect.map(ask("two"), (two) => `${one}, ${two}`))
      )
  })
  const undone = Step.compensate(text("undone"), () => world.note("undo"))
  const ending = Step.make("ending", {
    title: "Ending",
    input: Schema.String,
    success: Schema.String,
    failure: Unfit,
    run: (text) => Effect.zipRight(world.note("ending"), Effect.as(world.end, text))
  })
  const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
    Pipeline.step("one", text("one"), ({ input }) => input),
    Pipeline.step("two", text("two", { version: 4 }), ({ one }) => one),
    Pipeline.output(Schema.String, ({ two }) => two)
  )

  return Pipeline.make("golden", { input: Schema.Struct({ name: Schema.String, at: Schema.Date }) }).pipe(
    Pipeline.step("source", text("source", { hidden: true, reads: "the world" }), ({ input }) => input.name),
    Pipeline.step("typed", typed, ({ input, source }) => ({ at: input.at, tags: [source, "é"], note: null })),
    Pipeline.nest("in", inner, ({ source }) => source),
    Pipeline.all((bind) => ({
      left: bind(text("left"), ({ source }) => source),
      right: bind(inner, ({ source }) => source)
    }), { concurrency: 2 }),
    Pipeline.forEach("each", text("item"), () => ["x", "y/z", "#", "%"], { key: (item) => item, concurrency: 3 }),
    Pipeline.when("never", text("never"), () => Option.none()),
    Pipeline.repeat("again", step("try", (text) => Effect.succeed(`${text}!`)), {
      initial: () => "",
      until: (text) => text === "!!",
      next: (text) => text,
      times: 3
    }),
    Pipeline.catchTag("caught", failing, ({ left }) => left, "Unfit", inner, ({ why }) => why),
    Pipeline.validate(
      "checked",
      Validation.all(Validation.check<string>("present", () => []), Validation.check<string>("a/b", () => [])),
      ({ caught }) => caught
    ),
    Pipeline.step("spent", spending, ({ right }) => right),
    Pipeline.step("chosen", choosing, ({ spent }) => spent),
    Pipeline.step("undone", undone, ({ chosen }) => chosen, { after: ["each"] }),
    Pipeline.when("asked", asking, ({ input }) => input.name === "waiting" ? Option.some("") : Option.none()),
    Pipeline.step("end", ending, ({ undone }) => undone),
    Pipeline.output(
      Schema.Struct({
        end: Schema.String,
        answer: Schema.NullOr(Schema.String),
        again: Schema.String,
        at: Schema.Date
      }),
      ({ again, asked, end, typed }) => ({ end, answer: Option.getOrNull(asked), again, at: typed.at })
    )
  )
}

export const input = (name: string) => ({ name, at: new Date(0) })
