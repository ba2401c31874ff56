/** Steps, pipelines and persisted Refs in Effect code that knows nothing of runs: what each needs and fails with is exact. */
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, HttpServer } from "@effect/platform"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Chunk, Context, Effect, Either, Fiber, Layer, pipe, Ref, Schema, type Scope, Stream, TestClock } from "effect"
import {
  Agent,
  AgentHandOff,
  type Journal,
  JournalMemory,
  PersistedRef,
  Pipeline,
  Run,
  type RunError,
  Step,
  type Suspended
} from "effect-cairn"

class TooLong extends Schema.TaggedError<TooLong>()(
  "TooLong",
  { limit: Schema.Number },
  HttpApiSchema.annotations({ status: 413 })
) {}
class Limit extends Context.Tag("test/effectCode/Limit")<Limit, number>() {}
class Greeter extends Context.Tag("test/effectCode/Greeter")<Greeter, {
  readonly greet: (name: string) => Effect.Effect<string>
}>() {}

const measure = Step.make("measure", {
  title: "Measuring",
  input: Schema.String,
  success: Schema.Number,
  failure: TooLong,
  run: (text) =>
    Effect.flatMap(Limit, (limit) => text.length > limit ? new TooLong({ limit }) : Effect.succeed(text.length))
})
const greet = Step.make("greet", {
  title: "Greeting",
  input: Schema.String,
  success: Schema.String,
  timeout: "1 minute",
  run: (name) => Effect.flatMap(Greeter, (greeter) => greeter.greet(name))
})
const limit = Layer.succeed(Limit, 5)
const greeter = Layer.succeed(Greeter, { greet: (name) => Effect.succeed(`Hello ${name}`) })

describe("a step without a run", () => {
  it.effect("is a function to an Effect: in a generator, behind combinators, many at once", () =>
    Effect.gen(function*() {
      const program = Effect.gen(function*() {
        const size = yield* measure("four")
        return `${yield* greet("Ada")} ${size}`
      })
      expectTypeOf(program).toEqualTypeOf<
        Effect.Effect<string, TooLong | Step.StepTimedOut, Limit | Greeter>
      >()
      const piped = pipe(Effect.succeed("four"), Effect.flatMap(measure))
      expectTypeOf(piped).toEqualTypeOf<Effect.Effect<number, TooLong, Limit>>()
      const chained = Effect.andThen(Effect.succeed("four"), measure)
      expectTypeOf(chained).toEqualTypeOf<Effect.Effect<number, TooLong, Limit>>()
      const many = Effect.forEach(["a", "bc"], measure, { concurrency: "unbounded" })
      expectTypeOf(many).toEqualTypeOf<Effect.Effect<Array<number>, TooLong, Limit>>()
      const beside = Effect.all({ size: measure("four"), words: greet("Ada") })
      expectTypeOf(beside).toEqualTypeOf<
        Effect.Effect<{ size: number; words: string }, TooLong | Step.StepTimedOut, Limit | Greeter>
      >()

      const all = yield* Effect.all([program, piped, chained, many, beside]).pipe(Effect.provide([limit, greeter]))
      assert.deepStrictEqual(all, ["Hello Ada 4", 4, 4, [1, 2], { size: 4, words: "Hello Ada" }])
    }))

  it.effect("fails with what it declares, which catchTag takes away", () =>
    Effect.gen(function*() {
      const caught = measure("too long").pipe(Effect.catchTag("TooLong", (error) => Effect.succeed(-error.limit)))
      expectTypeOf(caught).toEqualTypeOf<Effect.Effect<number, never, Limit>>()
      const slow = greet("Ada").pipe(Effect.catchTag("StepTimedOut", ({ step }) => Effect.succeed(`no ${step}`)))
      expectTypeOf(slow).toEqualTypeOf<Effect.Effect<string, never, Greeter>>()

      assert.strictEqual(yield* Effect.provide(caught, limit), -5)
      const waiting = yield* Effect.fork(Effect.provideService(slow, Greeter, { greet: () => Effect.never }))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(waiting), "no greet")
    }))

  it.effect("maps a stream, which has its failures and needs", () =>
    Effect.gen(function*() {
      const sizes = Stream.make("a", "bc", "too long").pipe(Stream.mapEffect(measure, { concurrency: 2 }))
      expectTypeOf(sizes).toEqualTypeOf<Stream.Stream<number, TooLong, Limit>>()
      const safe = sizes.pipe(Stream.catchTag("TooLong", ({ limit }) => Stream.make(limit)))
      expectTypeOf(safe).toEqualTypeOf<Stream.Stream<number, never, Limit>>()
      const tapped = Stream.make("Ada").pipe(Stream.tap(greet))
      expectTypeOf(tapped).toEqualTypeOf<Stream.Stream<string, Step.StepTimedOut, Greeter>>()

      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Effect.provide(Stream.runCollect(safe), limit)), [1, 2, 5])
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Effect.provide(Stream.runCollect(tapped), greeter)), ["Ada"])
    }))

  it("answers HTTP requests: its failures are those of the API, its needs those of the group", async () => {
    const endpoint = HttpApiEndpoint.post("measure", "/measure").setPayload(Schema.Struct({ text: Schema.String }))
      .addSuccess(Schema.Number)
    const api = HttpApi.make("texts").add(HttpApiGroup.make("texts").add(endpoint.addError(TooLong)))
    const texts = HttpApiBuilder.group(
      api,
      "texts",
      (handlers) => handlers.handle("measure", ({ payload }) => measure(payload.text))
    )
    expectTypeOf(texts).toEqualTypeOf<Layer.Layer<HttpApiGroup.ApiGroup<"texts", "texts">, never, Limit>>()
    const silent = HttpApi.make("texts").add(HttpApiGroup.make("texts").add(endpoint))
    HttpApiBuilder.group(
      silent,
      "texts",
      // @ts-expect-error the API does not say that it may be too long
      (handlers) => handlers.handle("measure", ({ payload }) => measure(payload.text))
    )

    const { dispose, handler } = HttpApiBuilder.toWebHandler(
      Layer.merge(HttpApiBuilder.api(api).pipe(Layer.provide(texts), Layer.provide(limit)), HttpServer.layerContext)
    )
    const post = async (text: string) => {
      const response = await handler(
        new Request("http://localhost/measure", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ text })
        })
      )
      return [response.status, await response.json()]
    }

    assert.deepStrictEqual(await post("four"), [200, 4])
    assert.deepStrictEqual(await post("too long"), [413, { _tag: "TooLong", limit: 5 }])
    await dispose()
  })

  it.effect("is wrapped as a whole, and keeps its failures", () =>
    Effect.gen(function*() {
      const provided = measure.pipe(Step.transform(Effect.provide(limit)))
      expectTypeOf(provided).toEqualTypeOf<Step.Step<string, number, TooLong>>()

      assert.deepStrictEqual(yield* Effect.either(provided("too long")), Either.left(new TooLong({ limit: 5 })))
    }))
})

describe("a persisted Ref in an ordinary program", () => {
  const Change = Schema.Union(
    Schema.TaggedStruct("Paid", { amount: Schema.Number }),
    Schema.TaggedStruct("Spent", { amount: Schema.Number })
  )
  const balance = PersistedRef.fold({
    change: Change,
    initial: 0,
    apply: (value, { _tag, amount }) => _tag === "Paid" ? value + amount : value - amount
  })

  class Account extends Context.Tag("test/effectCode/Account")<
    Account,
    PersistedRef.PersistedRef<number, typeof Change.Type>
  >() {
    /** The state of a program is a layer like any other. */
    static readonly layer = Layer.scoped(Account, PersistedRef.open("account", balance))
  }

  it.effect("is a service that is there again when the program is started again", () =>
    Effect.gen(function*() {
      expectTypeOf(PersistedRef.open("account", balance)).toEqualTypeOf<
        Effect.Effect<
          PersistedRef.PersistedRef<number, typeof Change.Type>,
          Journal.JournalError | Journal.JournalDamaged | Journal.RunHeld,
          Journal.Journal | Scope.Scope
        >
      >()
      expectTypeOf(Account.layer).toEqualTypeOf<
        Layer.Layer<
          Account,
          Journal.JournalError | Journal.JournalDamaged | Journal.RunHeld,
          Journal.Journal
        >
      >()
      const program = Effect.gen(function*() {
        const account = yield* Account
        const seen = yield* Effect.fork(Stream.runCollect(Stream.take(account.changes, 3)))
        yield* Effect.yieldNow()
        yield* account.update({ _tag: "Paid", amount: 10 })
        const left = yield* account.update({ _tag: "Spent", amount: 3 })
        return { left, seen: Chunk.toReadonlyArray(yield* Fiber.join(seen)) }
      })
      expectTypeOf(program).toEqualTypeOf<
        Effect.Effect<{ left: number; seen: ReadonlyArray<number> }, Journal.JournalError, Account>
      >()

      const store = JournalMemory.make()
      const started = Effect.provide(program, Layer.provide(Account.layer, JournalMemory.layerOf(store)))
      assert.deepStrictEqual(yield* started, { left: 7, seen: [0, 10, 7] })
      assert.deepStrictEqual(yield* started, { left: 14, seen: [7, 17, 14] })
    }))

  it.effect("is held by one program at a time, which catchTag tells", () =>
    Effect.gen(function*() {
      const second = Effect.scoped(PersistedRef.open("account", balance)).pipe(
        Effect.as("mine"),
        Effect.catchTag("RunHeld", () => Effect.succeed("held"))
      )
      expectTypeOf(second).toEqualTypeOf<
        Effect.Effect<string, Journal.JournalError | Journal.JournalDamaged, Journal.Journal>
      >()

      yield* Effect.scoped(Effect.gen(function*() {
        yield* PersistedRef.open("account", balance)
        assert.strictEqual(yield* second, "held")
      }))
      assert.strictEqual(yield* second, "mine")
      assert.strictEqual(yield* PersistedRef.peek("account", balance), 0)
    }).pipe(Effect.provide(JournalMemory.layer)))
})

describe("a pipeline as one Effect of a bigger one", () => {
  const welcome = Pipeline.make("welcome", { input: Schema.String }).pipe(
    Pipeline.step("size", measure, ({ input }) => input),
    Pipeline.step("words", greet, ({ input }) => input),
    Pipeline.output(Schema.String, ({ size, words }) => `${words} (${size})`)
  )

  it.effect("needs what its steps need, and a journal; the layers are those of the caller", () =>
    Effect.gen(function*() {
      const whole = Run.start(welcome, "Ada")
      expectTypeOf(whole).toEqualTypeOf<
        Effect.Effect<
          string,
          TooLong | Step.StepTimedOut | RunError.RunError | Suspended.Suspended,
          Limit | Greeter | Journal.Journal
        >
      >()
      const bigger = Effect.gen(function*() {
        const greeted = yield* Ref.make<ReadonlyArray<string>>([])
        const counting = Layer.succeed(Greeter, {
          greet: (name) => Effect.as(Ref.update(greeted, (names) => [...names, name]), `Hi ${name}`)
        })
        const words = yield* Effect.forEach(["Ada", "Bob"], (name) => Run.start(welcome, name), { concurrency: 2 })
          .pipe(Effect.provide(counting))
        return { words, greeted: yield* Ref.get(greeted) }
      })
      expectTypeOf(bigger).toEqualTypeOf<
        Effect.Effect<
          { words: Array<string>; greeted: ReadonlyArray<string> },
          TooLong | Step.StepTimedOut | RunError.RunError | Suspended.Suspended,
          Limit | Journal.Journal
        >
      >()

      assert.deepStrictEqual(yield* bigger, { words: ["Hi Ada (3)", "Hi Bob (3)"], greeted: ["Ada", "Bob"] })
    }).pipe(Effect.provide([limit, JournalMemory.layer])))

  it.effect("uses what the caller opened once for several runs, and leaves closing it to the caller", () =>
    Effect.gen(function*() {
      const closed: Array<string> = []
      const room = Layer.scoped(
        Greeter,
        Effect.acquireRelease(
          Effect.succeed({ greet: (name: string) => Effect.sync(() => `Hello ${name}, closed ${closed.length}`) }),
          () => Effect.sync(() => closed.push("room"))
        )
      )
      const words = yield* Effect.zip(Run.start(welcome, "Ada"), Run.start(welcome, "Bob")).pipe(Effect.provide(room))

      assert.deepStrictEqual([words, closed], [["Hello Ada, closed 0 (3)", "Hello Bob, closed 0 (3)"], ["room"]])
    }).pipe(Effect.provide([limit, JournalMemory.layer])))

  it.effect("fails with values that catchTags handles one by one, until none is left", () =>
    Effect.gen(function*() {
      const said = (error: { readonly _tag: string }) => Effect.succeed(error._tag)
      const handled = Run.start(welcome, "Leonardo").pipe(
        Effect.catchTag("TooLong", ({ limit }) => Effect.succeed(`no more than ${limit}`)),
        Effect.catchTag("StepTimedOut", said),
        Effect.catchTag("Suspended", ({ requests }) => Effect.succeed(requests.map(({ path }) => path).join())),
        Effect.catchTags({
          AnswerInvalid: said,
          AnswerUnreadable: said,
          InputTooLong: said,
          JournalDamaged: said,
          JournalError: said,
          RecordedInputInvalid: said,
          RecordedResultInvalid: said,
          RunHeld: said,
          RunNotFound: said,
          StepNotFound: said,
          WrongRequest: said
        })
      )
      expectTypeOf(handled).toEqualTypeOf<Effect.Effect<string, never, Limit | Greeter | Journal.Journal>>()

      assert.strictEqual(yield* handled, "no more than 5")
    }).pipe(Effect.provide([limit, greeter, JournalMemory.layer])))

  it.effect("says in its types that it may wait for an answer, and by a value for which", () =>
    Effect.gen(function*() {
      const ask = Step.make("ask", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        failure: Agent.Failure,
        run: (prompt) => Agent.ask({ name: "count", prompt, answer: Schema.Number })
      })
      expectTypeOf(ask).toEqualTypeOf<Step.Step<string, number, Agent.Failure, Agent.Agent>>()
      const counting = Pipeline.make("counting", { input: Schema.String }).pipe(
        Pipeline.step("ask", ask, ({ input }) => input),
        Pipeline.output(Schema.Number, ({ ask }) => ask)
      )
      const asked = Run.start(counting, "How many?").pipe(
        Effect.map(String),
        Effect.catchTag("Suspended", ({ requests }) => Effect.succeed(requests.map(({ prompt }) => prompt).join()))
      )
      expectTypeOf(asked).toEqualTypeOf<
        Effect.Effect<string, Agent.Failure | RunError.RunError, Agent.Agent | Journal.Journal>
      >()

      assert.strictEqual(yield* asked, "How many?")
    }).pipe(Effect.provide([AgentHandOff.layer(), JournalMemory.layer])))
})
