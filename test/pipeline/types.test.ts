import { describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Duration, Effect, Either, Option, Schedule, Schema } from "effect"
import type { Journal } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { RunError } from "../../src/pipeline/RunError.ts"
import * as Step from "../../src/pipeline/Step.ts"
import type { Suspended } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"

class Red extends Schema.TaggedError<Red>()("Red", { n: Schema.Number }) {}
class Blue extends Schema.TaggedError<Blue>()("Blue", {}) {}
class Disk extends Context.Tag("test/Disk")<Disk, { readonly size: number }>() {}
class Net extends Context.Tag("test/Net")<Net, { readonly url: string }>() {}
class Files extends Context.Tag("test/Files")<Files, { readonly list: string }>() {}
class Clocks extends Context.Tag("test/Clocks")<Clocks, { readonly tick: number }>() {}
class Green extends Schema.TaggedError<Green>()("Green", { shade: Schema.Number }) {}

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
const plain = Step.make("plain", {
  title: "Doing",
  input: Schema.Number,
  success: Schema.Number,
  run: Effect.succeed
})
const green = Step.make("green", {
  title: "Failing",
  input: Schema.Number,
  success: Schema.Number,
  failure: Green,
  run: (shade) => new Green({ shade })
})
const needing = Step.make("needing", {
  title: "Needing",
  input: Schema.Number,
  success: Schema.Number,
  run: (n) => Effect.as(Files, n)
})
const inner = Pipeline.make("inner", { input: Schema.Number }).pipe(
  Pipeline.step("half", plain, ({ input }) => input / 2),
  Pipeline.output(Schema.Struct({ double: Schema.Number }), ({ half }) => ({ double: half * 4 }))
)
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

  it("a migration takes anything, and gives what the result is encoded as", () => {
    const options = { title: "Counting", input: Schema.String, success: Schema.NumberFromString, version: 2 } as const
    const counting = Step.make("counting", {
      ...options,
      migrate: (recorded, version) => {
        expectTypeOf(recorded).toBeUnknown()
        return Either.right(String(version))
      },
      run: () => Effect.succeed(1)
    })
    Step.make("bad", {
      ...options,
      // @ts-expect-error number is not assignable to string
      migrate: () => Either.right(1),
      run: () => Effect.succeed(1)
    })

    expectTypeOf(counting).toEqualTypeOf<Step.Step<string, number>>()
  })

  it("a retry does not widen the failures, and its schedule says what it needs", () => {
    const patient = Step.make("patient", {
      title: "Waiting",
      input: Schema.String,
      success: Schema.Number,
      failure: Red,
      retry: {
        schedule: Schedule.spaced("1 second").pipe(Schedule.delayedEffect((delay) => Effect.as(Net, delay))),
        while: ({ n }) => n > 1,
        times: 2
      },
      fingerprint: () => Effect.as(Effect.zipRight(Effect.addFinalizer(() => Effect.void), Files), ""),
      holds: () => Effect.as(Clocks, true),
      run: (text) => Effect.as(Effect.acquireRelease(Disk, () => Effect.void), text.length)
    })
    expectTypeOf(patient).toEqualTypeOf<Step.Step<string, number, Red, Net | Files | Clocks | Disk>>()
  })

  it("an undo and a transformation add what they need, first or last", () => {
    const undo = () => Effect.zipRight(Effect.addFinalizer(() => Effect.void), Net)
    expectTypeOf(Step.compensate(length, () => Effect.asVoid(undo())))
      .toEqualTypeOf<Step.Step<string, number, Red, Disk | Net>>()
    expectTypeOf(length.pipe(Step.compensate((n) => Effect.asVoid(Effect.as(undo(), n * 2)))))
      .toEqualTypeOf<Step.Step<string, number, Red, Disk | Net>>()
    const around = (effect: Effect.Effect<number, Red, Disk>) => Effect.zipRight(Net, effect)
    expectTypeOf(Step.transform(length, around)).toEqualTypeOf<Step.Step<string, number, Red, Disk | Net>>()
    expectTypeOf(length.pipe(Step.transform(around))).toEqualTypeOf<Step.Step<string, number, Red, Disk | Net>>()
    expectTypeOf(length.pipe(Step.transform(Effect.withSpan("length")))).toEqualTypeOf(length)
  })

  it("the state accumulates over more than 25 steps of every kind, and failures and needs are exact unions", () => {
    const one = start.pipe(
      Pipeline.step("s1", length, ({ input }) => input.text),
      Pipeline.step("s2", plain, ({ s1 }) => s1),
      Pipeline.step("s3", plain, ({ s2 }) => s2, { after: ["s1"], was: "old" }),
      Pipeline.all((bind) => ({
        a1: bind(fetch, ({ s1 }) => ({ n: s1 })),
        a2: bind(plain, ({ s2 }) => s2),
        a3: bind(inner, ({ s3 }) => s3)
      }), { concurrency: 2 }),
      Pipeline.forEach("f1", plain, ({ a1, a2 }) => [a1.length, a2], { key: String, concurrency: 3 }),
      Pipeline.forEach("f2", plain, ({ f1 }) => f1, { key: String, discard: true }),
      Pipeline.forEach("f3", inner, ({ f1 }) => f1, { key: String, discard: false }),
      Pipeline.when("w1", plain, ({ f1 }) => Option.fromNullable(f1[0])),
      Pipeline.when("w2", inner, ({ w1 }) => w1),
      Pipeline.repeat("r1", plain, {
        initial: ({ s1 }) => s1,
        until: (n) => n > 3,
        next: (n, { s2 }) => n + s2,
        times: 3
      }),
      Pipeline.catchTag("c1", fetch, ({ s1 }) => ({ n: s1 }), "Blue", plain, (_blue, { s2 }) => s2),
      Pipeline.catchTag("c2", green, ({ s1 }) => s1, "Green", plain, ({ shade }) => shade),
      Pipeline.validate("v1", isShort, ({ s1 }) => s1),
      Pipeline.nest("n1", inner, ({ s1 }) => s1),
      Pipeline.announce(({ v1 }) => ({ title: v1.passed.join() })),
      Pipeline.step("s4", plain, ({ r1 }) => r1),
      Pipeline.step("s5", plain, ({ s4 }) => s4),
      Pipeline.step("s6", inner, ({ s5 }) => s5),
      Pipeline.step("s7", plain, ({ s6 }) => s6.double),
      Pipeline.step("s8", plain, ({ s7 }) => s7)
    )
    const whole = one.pipe(
      Pipeline.step("s9", plain, ({ s8 }) => s8),
      Pipeline.step("s10", plain, ({ s9 }) => s9),
      Pipeline.step("s11", plain, ({ s10 }) => s10),
      Pipeline.step("s12", needing, ({ s11 }) => s11),
      Pipeline.all((bind) => ({ a4: bind(needing, ({ s12 }) => s12) })),
      Pipeline.output(Schema.Number, ({ a4, f2, s1 }) => f2 === undefined ? s1 : a4)
    )

    expectTypeOf<Pipeline.State<typeof whole>>().toEqualTypeOf<{
      readonly input: { readonly text: string }
      readonly s1: number
      readonly s2: number
      readonly s3: number
      readonly a1: string
      readonly a2: number
      readonly a3: { readonly double: number }
      readonly f1: ReadonlyArray<number>
      readonly f2: void
      readonly f3: ReadonlyArray<{ readonly double: number }>
      readonly w1: Option.Option<number>
      readonly w2: Option.Option<{ readonly double: number }>
      readonly r1: number
      readonly c1: string | number
      readonly c2: number
      readonly v1: Validation.Report
      readonly n1: { readonly double: number }
      readonly s4: number
      readonly s5: number
      readonly s6: { readonly double: number }
      readonly s7: number
      readonly s8: number
      readonly s9: number
      readonly s10: number
      readonly s11: number
      readonly s12: number
      readonly a4: number
    }>()
    type Failures =
      | Red
      | Blue
      | Step.StepTimedOut
      | Pipeline.RepeatExhausted
      | Validation.ValidationFailed
    expectTypeOf<Parts<typeof whole>>().toEqualTypeOf<
      [{ readonly text: string }, Failures, Disk | Net | Files, number]
    >()
    // Nothing to do with a run but its input is asked of who starts it.
    expectTypeOf(Run.start(whole, { text: "" })).toEqualTypeOf<
      Effect.Effect<number, Failures | RunError | Suspended, Disk | Net | Files | Journal>
    >()
  })

  it("time-outs, used up repetitions and failed validations are failures only where they can be", () => {
    const calm = start.pipe(
      Pipeline.step("a", plain, ({ input }) => input.text.length),
      Pipeline.all((bind) => ({ b: bind(plain, ({ a }) => a) })),
      Pipeline.forEach("c", plain, ({ a }) => [a], { key: String }),
      Pipeline.when("d", plain, ({ a }) => Option.some(a)),
      Pipeline.announce(({ a }) => ({ title: String(a) }))
    )
    expectTypeOf<Parts<typeof calm>>().toEqualTypeOf<[{ readonly text: string }, never, never, void]>()

    const timed = start.pipe(Pipeline.step("a", fetch, ({ input }) => ({ n: input.text.length })))
    expectTypeOf<Parts<typeof timed>[1]>().toEqualTypeOf<Red | Blue | Step.StepTimedOut>()
    const repeated = start.pipe(Pipeline.repeat("a", plain, {
      initial: ({ input }) => input.text.length,
      until: () => true,
      next: (n) => n,
      times: 1
    }))
    expectTypeOf<Parts<typeof repeated>[1]>().toEqualTypeOf<Pipeline.RepeatExhausted>()
    const validated = start.pipe(Pipeline.validate("a", isShort, ({ input }) => input.text.length))
    expectTypeOf<Parts<typeof validated>[1]>().toEqualTypeOf<Validation.ValidationFailed>()
    const caught = start.pipe(
      Pipeline.catchTag(
        "a",
        fetch,
        () => ({ n: 1 }),
        "StepTimedOut",
        plain,
        ({ timeout }) => Duration.toMillis(timeout)
      )
    )
    expectTypeOf<Parts<typeof caught>[1]>().toEqualTypeOf<Red | Blue>()
  })

  it("a pipeline that is made from data is as exact", () => {
    const made = Pipeline.fromSteps("data", {
      input: Schema.Struct({ n: Schema.Number }),
      steps: [{ key: "a", unit: length, select: ({ n }, results) => String(results["z"] ?? n) }],
      output: { schema: Schema.Number, select: (results) => results["a"] ?? 0 }
    })
    expectTypeOf<Parts<typeof made>>().toEqualTypeOf<[{ readonly n: number }, Red, Disk, number]>()
    expectTypeOf<Pipeline.State<typeof made>>().toEqualTypeOf<{ readonly input: { readonly n: number } }>()
  })

  it("checks that are put together need all that each needs, and look at all that each looks at", () => {
    const onDisk = Validation.check("a", (n: number) => Effect.map(Disk, ({ size }) => few(n < size)))
    const onNet = Validation.check("b", (n: number) => Effect.map(Net, ({ url }) => few(n < url.length)))
    const inHead = Validation.check("c", (n: number) => few(n < 3))
    const named = Validation.check("d", ({ name }: { readonly name: string }) => few(name !== ""))
    const aged = Validation.check("e", ({ age }: { readonly age: number }) => few(age > 0))

    expectTypeOf(Validation.chain(onDisk, onNet, inHead)).toEqualTypeOf<Validation.Validation<number, Disk | Net>>()
    expectTypeOf(Validation.all(onDisk, Validation.chain(onNet, inHead)))
      .toEqualTypeOf<Validation.Validation<number, Disk | Net>>()
    expectTypeOf(Validation.all(named, aged))
      .toEqualTypeOf<Validation.Validation<{ readonly name: string } & { readonly age: number }>>()
    expectTypeOf(Validation.all(inHead)).toEqualTypeOf<Validation.Validation<number>>()
    expectTypeOf(Validation.chain()).toEqualTypeOf<Validation.Validation<unknown>>()
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
    expectTypeOf<Parts<typeof pipeline>[1]>().toEqualTypeOf<Red | Step.StepTimedOut>()
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

const few = (isFine: boolean) => isFine ? [] : [Validation.error("no", "it is not fine")]

/** What a pipeline takes, fails with, needs and gives. */
type Parts<P> = P extends Pipeline.Pipeline<infer In, unknown, infer E, infer R, infer Out> ? [In, E, R, Out] : never
