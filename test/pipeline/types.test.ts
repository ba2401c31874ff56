import { describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Effect, type Option, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Validation from "../../src/pipeline/Validation.ts"

class Red extends Schema.TaggedError<Red>()("Red", { n: Schema.Number }) {}
class Blue extends Schema.TaggedError<Blue>()("Blue", {}) {}
class Disk extends Context.Tag("test/Disk")<Disk, { readonly size: number }>() {}
class Net extends Context.Tag("test/Net")<Net, { readonly url: string }>() {}

const length = Step.make("length", {
  title: "Measuring",
  input: Schema.String,
  success: Schema.Number,
  failure: Red,
  run: (text) =>
    Effect.flatMap(Disk, ({ size }) => text.length > size ? new Red({ n: size }) : Effect.succeed(text.length))
})
const fetch = Step.make("fetch", {
  title: "Fetching",
  input: Schema.Struct({ n: Schema.Number }),
  success: Schema.String,
  failure: Schema.Union(Red, Blue),
  timeout: "1 second",
  run: ({ n }) => Effect.flatMap(Net, ({ url }) => n > 3 ? new Blue() : Effect.succeed(url))
})
const start = Pipeline.make("types", { input: Schema.Struct({ text: Schema.String }) })
const isShort = Validation.chain(
  Validation.check("short", (n: number) => n < 9 ? [] : [Validation.error("long", "too long")])
)

describe("types", () => {
  it("a step says what it takes, gives, fails with and needs", () => {
    expectTypeOf(length).toEqualTypeOf<Step.Step<string, number, Red, Disk>>()
    expectTypeOf(fetch("" as never)).toEqualTypeOf<Effect.Effect<string, Red | Blue | Step.StepTimedOut, Net>>()
  })

  it("an undeclared failure is a compile error", () => {
    Step.make("bad", {
      title: "Bad",
      input: Schema.String,
      success: Schema.String,
      failure: Red,
      // @ts-expect-error `run` fails with what `failure` does not declare
      run: () => new Blue()
    })
  })

  it("the state accumulates and failures and needs are exact unions", () => {
    const pipeline = start.pipe(
      Pipeline.step("size", length, ({ input }) => input.text),
      Pipeline.all((bind) => ({
        a: bind(fetch, ({ size }) => ({ n: size })),
        b: bind(length, ({ input }) => input.text)
      })),
      Pipeline.forEach("each", length, ({ a, b }) => [a, String(b)], { key: (item) => item }),
      Pipeline.when("maybe", length, ({ each }) => each.length > 2 ? some : none),
      Pipeline.repeat("again", length, {
        initial: ({ a }) => a,
        until: (n) => n > 3,
        next: (n) => "x".repeat(n),
        times: 3
      }),
      Pipeline.validate("gate", isShort, ({ size }) => size),
      Pipeline.catchTag("safe", fetch, ({ size }) => ({ n: size }), "Blue", length, (_blue, { a }) => a),
      Pipeline.announce(({ gate }) => ({ title: gate.passed.join() })),
      Pipeline.output(Schema.Number, ({ size }) => size)
    )
    type S = Pipeline.State<typeof pipeline>
    expectTypeOf<S>().toEqualTypeOf<{
      readonly input: { readonly text: string }
      readonly size: number
      readonly a: string
      readonly b: number
      readonly each: ReadonlyArray<number>
      readonly maybe: Option.Option<number>
      readonly again: number
      readonly gate: Validation.Report
      readonly safe: string | number
    }>()
    type Parts = typeof pipeline extends Pipeline.Pipeline<infer In, unknown, infer E, infer R, infer Out>
      ? [In, E, R, Out]
      : never
    expectTypeOf<Parts>().toEqualTypeOf<
      [
        { readonly text: string },
        Red | Blue | Step.StepTimedOut | Pipeline.RepeatExhausted | Validation.ValidationFailed,
        Disk | Net,
        number
      ]
    >()
  })

  it("catchTag removes the tag", () => {
    const pipeline = start.pipe(
      Pipeline.catchTag(
        "safe",
        fetch,
        ({ input }) => ({ n: input.text.length }),
        "Blue",
        length,
        (_, { input }) => input.text
      )
    )
    type E = typeof pipeline extends Pipeline.Pipeline<never, unknown, infer E, unknown, unknown> ? E : never
    expectTypeOf<E>().toEqualTypeOf<Red | Step.StepTimedOut>()
  })

  it("a used key, an early read, a wrong input and work after the output are compile errors", () => {
    start.pipe(
      Pipeline.step("size", length, ({ input }) => input.text),
      // @ts-expect-error "size" is a key of this pipeline already
      Pipeline.step("size", length, ({ input }) => input.text)
    )
    // @ts-expect-error Property 'later' does not exist
    start.pipe(Pipeline.step("size", length, ({ later }) => later))
    // @ts-expect-error number is not assignable to string
    start.pipe(Pipeline.step("size", length, () => 1))
    start.pipe(
      Pipeline.output(Schema.Number, () => 1),
      // @ts-expect-error the output comes last
      Pipeline.step("size", length, ({ input }) => input.text)
    )
    start.pipe(
      Pipeline.step("size", length, ({ input }) => input.text),
      // @ts-expect-error "size" is a key of this pipeline already
      Pipeline.all((bind) => ({ size: bind(length, ({ input }) => input.text) }))
    )
  })
})

declare const some: Option.Option<string>
declare const none: Option.Option<string>
