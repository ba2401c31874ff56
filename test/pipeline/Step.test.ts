import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Option, Redacted, Schedule, Schema, TestClock } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Scene from "./scene.ts"

const { Oops } = Scene

/** A pipeline of nothing but this step. */
const only = <A, E>(step: Step.Step<string, A, E>) =>
  Pipeline.make("only", { input: Schema.String }).pipe(Pipeline.step("a", step, ({ input }) => input))

/** A step that does with its attempts as it is told. */
const trying = (
  options: Pick<Parameters<typeof Step.make<string, string, number, number, Scene.Oops, unknown>>[1], "retry">,
  body: (attempt: number) => Effect.Effect<number, Scene.Oops>
) => {
  let attempts = 0
  return Step.make("trying", {
    title: "Trying",
    input: Schema.String,
    success: Schema.Number,
    failure: Oops,
    ...options,
    run: () => Effect.suspend(() => body(++attempts))
  })
}

const fails = (attempt: number) => Effect.fail(new Oops({ why: `attempt ${attempt}` }))

describe("a step by itself", () => {
  it.effect("is an ordinary Effect, with its retry", () =>
    Effect.gen(function*() {
      const step = trying({ retry: { times: 2 } }, (attempt) => attempt < 3 ? fails(attempt) : Effect.succeed(attempt))

      assert.strictEqual(yield* step("x"), 3)
      assert.strictEqual(step.title, "Trying")
    }))

  it.effect("retries as long as its failure is worth it, and then fails with the last one", () =>
    Effect.gen(function*() {
      const step = trying({ retry: { while: ({ why }) => why !== "attempt 3" } }, fails)

      assert.deepStrictEqual(yield* Effect.flip(step("x")), new Oops({ why: "attempt 3" }))
    }))

  it.effect("waits between attempts as its schedule says, which may need something", () =>
    Effect.gen(function*() {
      class Patience extends Context.Tag("test/Patience")<Patience, number>() {}
      const spaced = Schedule.spaced("1 minute").pipe(Schedule.delayedEffect((delay) => Effect.as(Patience, delay)))
      const step = Step.make("spaced", {
        title: "Trying",
        input: Schema.String,
        success: Schema.Number,
        failure: Oops,
        retry: { schedule: spaced, times: 1 },
        run: () => Effect.fail(new Oops({ why: "again" }))
      })

      const fiber = yield* Effect.fork(Effect.provideService(Effect.exit(step("x")), Patience, 1))
      yield* TestClock.adjust("59 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), Exit.fail(new Oops({ why: "again" })))
    }))

  it.effect("gives every attempt its own time and its own scope", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      let attempts = 0
      const step = Step.make("slow", {
        title: "Waiting",
        input: Schema.String,
        success: Schema.Number,
        timeout: "1 minute",
        retry: { times: 1 },
        run: () =>
          Effect.gen(function*() {
            const attempt = ++attempts
            yield* Effect.acquireRelease(
              Effect.sync(() => log.push(`open ${attempt}`)),
              () => Effect.sync(() => log.push(`close ${attempt}`))
            )
            return yield* Effect.never
          })
      })

      const fiber = yield* Effect.fork(Effect.flip(step("x")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(log, ["open 1", "close 1", "open 2"])
      yield* TestClock.adjust("1 minute")

      const error = yield* Fiber.join(fiber)
      assert.instanceOf(error, Step.StepTimedOut)
      assert.strictEqual(error.message, `Step "slow" took longer than 1m`)
      assert.include(error.fix, "Repeat the command")
      assert.deepStrictEqual(log, ["open 1", "close 1", "open 2", "close 2"])
    }))

  it.effect("dies where it asks what nobody answers at once", () =>
    Effect.gen(function*() {
      const step = Step.make("asking", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        run: () => Effect.zipRight(Effect.void, suspended())
      })

      assert.include(yield* Scene.bug(step("x")), "outside a run nobody can wait")
      assert.deepStrictEqual(yield* CurrentStep.idempotencyKey, Option.none())
    }))
})

describe("transform", () => {
  it.effect("wraps the whole step once, outside its attempts, in a run too", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const around = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.acquireUseRelease(scene.note("before"), () => effect, () => scene.note("after"))
      const step = trying({ retry: { times: 1 } }, (attempt) =>
        Effect.zipRight(scene.note(`attempt ${attempt}`), attempt === 1 ? fails(attempt) : Effect.succeed(attempt)))

      yield* Step.transform(step, around)("x")
      assert.deepStrictEqual(scene.noted(), ["before", "attempt 1", "attempt 2", "after"])

      const again = trying({ retry: { times: 1 } }, (attempt) =>
        Effect.zipRight(scene.note(`attempt ${attempt}`), attempt === 1 ? fails(attempt) : Effect.succeed(attempt)))
      yield* scene.on(Run.start(only(again.pipe(Step.transform(around))), "x"))
      assert.deepStrictEqual(scene.noted(), ["before", "attempt 1", "attempt 2", "after"])
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepSucceeded a", "RunSucceeded"])
    }))

  it.effect("keeps what the step is: its name, version, undo and looks at the world", () =>
    Effect.gen(function*() {
      const step = Step.make("whole", {
        title: "Doing",
        input: Schema.String,
        success: Schema.String,
        version: 3,
        writes: true,
        hidden: true,
        fingerprint: Effect.succeed,
        holds: () => Effect.succeed(true),
        run: Effect.succeed
      }).pipe(Step.compensate(() => Effect.void))
      const { execute: _1, transformed: _2, ...before } = step.definition
      const { execute: _3, transformed: _4, ...after } = Step.transform(step, Effect.withSpan("span")).definition

      assert.deepStrictEqual(after, before)
    }))
})

describe("the looks of a step at the world, and its undo,", () => {
  it.effect("have a scope of their own, closed before anything else happens", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const used = (what: string) =>
        Effect.acquireRelease(scene.note(`open ${what}`), () => scene.note(`close ${what}`))
      const step = Step.make("scoped", {
        title: "Looking",
        input: Schema.String,
        success: Schema.String,
        fingerprint: () => Effect.as(used("fingerprint"), "same"),
        holds: () => Effect.as(used("holds"), true),
        run: (text) => Effect.as(scene.note("body"), text)
      }).pipe(Step.compensate(() => used("undo")))
      const pipeline = Pipeline.make("scopes", { input: Schema.String }).pipe(
        Pipeline.step("a", step, ({ input }) => input),
        Pipeline.step("b", Scene.step(scene, "last", () => Effect.fail(new Oops({ why: "" }))), ({ a }) => a)
      )

      yield* Effect.exit(scene.on(Run.start(pipeline, "x")))
      assert.deepStrictEqual(scene.noted(), ["open fingerprint", "close fingerprint", "body", "last x"])
      yield* Effect.exit(scene.on(Run.start(pipeline, "x", { compensate: true })))
      // Once to foretell what it would do, and once to do it.
      const looks = "open fingerprint, close fingerprint, open holds, close holds"
      assert.strictEqual(scene.noted().join(", "), `${looks}, ${looks}, last x, open undo, close undo`)
    }))
})

describe("a schema", () => {
  class Account
    extends Schema.Class<Account>("Account")({ name: Schema.String, key: Schema.Redacted(Schema.String) })
  {}
  interface Tree {
    readonly keys: ReadonlyArray<Redacted.Redacted>
    readonly below: ReadonlyArray<Tree>
  }
  const Tree: Schema.Schema<Tree, unknown> = Schema.Struct({
    keys: Schema.Array(Schema.Redacted(Schema.String)),
    below: Schema.Array(Schema.suspend((): Schema.Schema<Tree, unknown> => Tree))
  }) as Schema.Schema<Tree, unknown>

  const made = (part: "input" | "success" | "failure", schema: Schema.Schema.AnyNoContext) => () =>
    Step.make("made", {
      title: "Made",
      input: part === "input" ? schema : Schema.String,
      success: part === "success" ? schema : Schema.String,
      ...(part === "failure" ? { failure: schema } : {}),
      run: () => Effect.succeed("")
    })

  it("with a secret in it is refused where the step is made, wherever the secret is", () => {
    const secrets: ReadonlyArray<Schema.Schema.AnyNoContext> = [
      Schema.Redacted(Schema.String),
      Schema.RedactedFromSelf(Schema.String),
      Schema.Struct({ key: Schema.optional(Schema.Redacted(Schema.String)) }),
      Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.Redacted(Schema.String)) }),
      Schema.Tuple(Schema.String, Schema.Redacted(Schema.NumberFromString)),
      Schema.OptionFromNullOr(Schema.Redacted(Schema.String)),
      Schema.Redacted(Schema.String).pipe(Schema.brand("Key")),
      Account,
      Tree
    ]
    for (const schema of secrets) {
      for (const part of ["input", "success", "failure"] as const) {
        assert.throws(
          made(part, schema),
          Step.StepRefused,
          `Step "made": the schema of its ${part} holds a Redacted value, and secrets are never stored`
        )
      }
    }
  })

  it("whose encoded side is not JSON is refused, with the place in it", () => {
    const odd: ReadonlyArray<readonly [Schema.Schema.AnyNoContext, string]> = [
      [Schema.DateFromSelf, "encodes to DateFromSelf, which is not JSON"],
      [Schema.Struct({ at: Schema.Struct({ day: Schema.DateFromSelf }) }), `encodes "/at/day" to DateFromSelf`],
      [Schema.Array(Schema.BigIntFromSelf), `encodes "/*" to a bigint`],
      [Schema.Record({ key: Schema.String, value: Schema.SymbolFromSelf }), `encodes "/*" to a symbol`],
      [Schema.Tuple(Schema.String, Schema.Undefined), `encodes "/1" to undefined`],
      [Schema.Struct({ a: Schema.UndefinedOr(Schema.OptionFromSelf(Schema.String)) }), `encodes "/a" to Option`]
    ]
    for (const [schema, reason] of odd) {
      for (const part of ["input", "success", "failure"] as const) {
        assert.throws(made(part, schema), Step.StepRefused, reason)
      }
    }
  })

  it("of anything that JSON can hold is taken", () => {
    const plain: ReadonlyArray<Schema.Schema.AnyNoContext> = [
      Schema.Void,
      Schema.Undefined,
      Schema.Unknown,
      Schema.Date,
      Schema.BigInt,
      Schema.OptionFromNullOr(Schema.Duration),
      Schema.Struct({ a: Schema.optional(Schema.Number), b: Schema.UndefinedOr(Schema.String) }),
      Schema.Map({ key: Schema.String, value: Schema.Uint8ArrayFromBase64 })
    ]
    for (const schema of plain) made("success", schema)()
  })

  it.effect("that does not tell of a secret does not let one through", () =>
    Effect.gen(function*() {
      const hidden: ReadonlyArray<readonly [Schema.Schema.AnyNoContext, unknown]> = [
        [Schema.Unknown, Redacted.make("canary")],
        [Schema.Struct({ any: Schema.Any }), { any: { key: [Redacted.make("canary")] } }],
        [
          Schema.transform(Schema.String, Schema.declare(Redacted.isRedacted), {
            decode: (text) => Redacted.make(text),
            encode: (key) => String(Redacted.value(key))
          }),
          Redacted.make("canary")
        ]
      ]
      for (const [schema, value] of hidden) {
        const scene = yield* Scene.make
        const step = Step.make("leak", {
          title: "Leaking",
          input: Schema.String,
          success: schema as Schema.Schema<unknown, unknown>,
          run: () => Effect.succeed(value)
        })

        const bug = yield* Scene.bug(scene.on(Run.start(only(step), "x")))

        assert.include(bug, "a Redacted value, and secrets are never stored")
        assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
        assert.notInclude(scene.store.journals.get(scene.id())?.records.join("\n") ?? "", "canary")
      }
    }))

  it.effect("that throws is one that does not fit", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const Odd = Schema.transform(Schema.String, Schema.String, {
        decode: (text) => {
          if (text === "thrown back") throw new Error("it threw")
          return text
        },
        encode: (text) => {
          if (text === "thrown") throw new Error("it threw")
          return text
        }
      })
      for (const text of ["thrown", "thrown back"]) {
        const step = Step.make("odd", {
          title: "Being odd",
          input: Schema.String,
          success: Odd,
          run: () => Effect.succeed(text)
        })

        const bug = yield* Scene.bug(scene.on(Run.start(only(step), text)))

        assert.include(bug, "it threw")
        assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
      }
    }))
})

describe("a body", () => {
  it.effect("that throws is one that dies", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const step = Scene.step(scene, "first", (): Effect.Effect<string> => {
        throw new TypeError("thrown")
      })

      const exit = yield* Effect.exit(scene.on(Run.start(only(step), "x")))

      assert.deepStrictEqual(exit, Exit.die(new TypeError("thrown")))
      assert.deepStrictEqual(yield* scene.told, ["RunStarted", "StepFailed a", "RunFailed a"])
    }))

  it.effect("counts its attempts anew when the run goes on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const reached = yield* Deferred.make<void>()
      let stuck = true
      const attempt = Effect.map(
        CurrentStep.CurrentStep,
        Option.match({ onNone: () => 0, onSome: ({ attempt }) => attempt })
      )
      const step = Step.make("counting", {
        title: "Counting",
        input: Schema.String,
        success: Schema.Number,
        failure: Oops,
        retry: { times: 2 },
        run: () =>
          Effect.gen(function*() {
            const now = yield* attempt
            yield* scene.note(`attempt ${now}`)
            if (now === 1) return yield* new Oops({ why: "the first" })
            if (stuck) return yield* Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
            return now
          })
      })

      const fiber = yield* Effect.fork(scene.on(Run.start(only(step), "x")))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      stuck = false
      yield* scene.on(Run.start(only(step), "x"))

      assert.deepStrictEqual(scene.noted(), ["attempt 1", "attempt 2", "attempt 1", "attempt 2"])
    }))
})
