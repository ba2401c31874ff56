import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, Layer, Option, Ref, Schema, TestClock } from "effect"
import * as Agent from "../../src/layers/Agent.ts"
import type * as Budget from "../../src/layers/Agent/budget.ts"
import * as completing from "../../src/layers/Agent/completing.ts"
import { priceOf } from "../../src/layers/Agent/prices.ts"
import { Trouble } from "../../src/layers/Agent/trouble.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "../pipeline/scene.ts"

const color: Agent.Ask<string, string> = { name: "color", prompt: "Which color?", answer: Schema.String }

const asking = Step.make("asking", {
  title: "Asking",
  input: Schema.String,
  success: Schema.String,
  failure: Agent.Failure,
  run: () => Agent.ask(color)
})

/** As many questions as there are items, so many at a time. */
const fanOut = (concurrency: number) =>
  Pipeline.make("fan-out", { input: Schema.Array(Schema.String) }).pipe(
    Pipeline.forEach("each", asking, ({ input }) => input, { key: (item) => item, concurrency })
  )

const blue = (taken: Partial<completing.Completion> = {}): completing.Completion => ({
  text: "{\"answer\": \"blue\"}",
  end: "done",
  ...taken
})

/** An agent with a budget that counts who is asking. */
const counting = Effect.fnUntraced(function*(
  budget: Budget.Limits,
  complete: Effect.Effect<completing.Completion, Trouble>,
  options: completing.Options = {}
) {
  const state = yield* Ref.make({ calls: 0, now: 0, most: 0 })
  const layer = Layer.effect(
    Agent.Agent,
    completing.agentOf(
      "test",
      { ...options, budget },
      () =>
        Ref.update(state, ({ calls, most, now }) => ({ calls: calls + 1, now: now + 1, most: Math.max(most, now + 1) }))
          .pipe(
            Effect.zipRight(complete),
            Effect.ensuring(Ref.update(state, (state) => ({ ...state, now: state.now - 1 })))
          )
    )
  )
  return { layer, state }
})

/** One question. */
const one = Pipeline.make("one", { input: Schema.String }).pipe(Pipeline.step("color", asking, ({ input }) => input))

const items = ["a", "b", "c", "d", "e", "f"]

describe("a budget", () => {
  it.effect("is never exceeded by a fan-out, and what it does not allow is refused before it is asked", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const { layer, state } = yield* counting({ requests: 4 }, Effect.as(Effect.yieldNow(), blue()))
      const run = scene.on(Effect.provide(Run.start(fanOut(6), items), layer))

      for (const calls of [4, 4]) {
        assert.deepStrictEqual(
          yield* Effect.flip(run),
          new Agent.BudgetExceeded({ question: "color", limit: "requests", allowed: 4, spent: 4, estimate: 1 })
        )
        assert.strictEqual((yield* Ref.get(state)).calls, calls)
      }
      assert.strictEqual((yield* scene.told).filter((event) => event.startsWith("StepSucceeded")).length, 4)
      assert.strictEqual((yield* scene.info).state.usage.requests, 4)

      const { layer: more } = yield* counting({ requests: 6 }, Effect.succeed(blue()))
      yield* scene.on(Effect.provide(Run.start(fanOut(6), items), more))
      assert.strictEqual((yield* scene.info).state.usage.requests, 6)
    }))

  it.effect("counts a request that is stopped together with its run", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const began = yield* Deferred.make<void>()
      const hanging = yield* counting(
        { requests: 1 },
        Effect.zipRight(Deferred.succeed(began, undefined), Effect.never)
      )
      const fiber = yield* Effect.fork(scene.on(Effect.provide(Run.start(one, "it"), hanging.layer)))
      yield* Deferred.await(began)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.interrupt(fiber)

      const { state, status } = yield* scene.info
      assert.deepStrictEqual([status, state.usage], ["interrupted", { requests: 1, ms: 2000 }])
      const { layer, state: calls } = yield* counting({ requests: 1 }, Effect.succeed(blue()))
      const error = yield* Effect.flip(scene.on(Effect.provide(Run.start(one, "it"), layer)))
      assert.deepStrictEqual([error._tag, (yield* Ref.get(calls)).calls], ["BudgetExceeded", 0])
      const more = yield* counting({ requests: 2 }, Effect.succeed(blue()))
      yield* scene.on(Effect.provide(Run.start(one, "it"), more.layer))
      assert.strictEqual((yield* scene.info).state.usage.requests, 2)
    }))

  it.effect("makes those wait that it has room for only once the others have taken less than they might", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      // Each is expected to take a bit more than 1000 tokens, and takes half of that.
      const { layer, state } = yield* counting(
        { tokens: 3100 },
        Effect.as(Effect.yieldNow(), blue({ inputTokens: 3, outputTokens: 497 }))
      )

      yield* scene.on(Effect.provide(Run.start(fanOut(6), items), layer))

      assert.deepStrictEqual(yield* Ref.get(state), { calls: 6, now: 0, most: 3 })
    }))

  it.effect("lets one go that waits and is interrupted", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const { layer } = yield* counting(
        { tokens: 1500 },
        Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never)
      )

      yield* Effect.gen(function*() {
        const first = yield* Effect.fork(Agent.ask(color))
        yield* Deferred.await(asked)
        const second = yield* Effect.fork(Agent.ask(color))
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(second)
        yield* Fiber.interrupt(first)
      }).pipe(Effect.provide(layer))
    }))

  it.effect("counts what was in vain, timed out, or was not counted by anybody", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [Effect.Effect<completing.Completion, Trouble>, completing.Options, number]> =
        [
          [new Trouble({ reason: "busy", help: "wait" }), {}, 4],
          [new Trouble({ reason: "wrong", help: "none" }), {}, 1],
          [Effect.never, { timeLimit: "1 minute" }, 1]
        ]
      for (const [complete, options, requests] of cases) {
        const scene = yield* Scene.make
        const { layer } = yield* counting({}, complete, options)
        const fiber = yield* Effect.fork(
          Effect.either(scene.on(Effect.provide(Run.start(fanOut(1), ["a"]), layer)))
        )
        yield* TestClock.adjust("5 minutes")
        assert.isTrue(Either.isLeft(yield* Fiber.join(fiber)))
        assert.strictEqual((yield* scene.info).state.usage.requests, requests)
      }

      for (const [budget, tokens] of [[{}, undefined], [{ tokens: 10_000 }, 5]] as const) {
        const scene = yield* Scene.make
        const { layer } = yield* counting(budget, Effect.succeed(blue()))
        yield* scene.on(Effect.provide(Run.start(fanOut(1), ["a"]), layer))
        assert.strictEqual((yield* scene.info).state.usage.outputTokens, tokens)
      }
    }))

  it.effect("of dollars is kept by the price that is given, by the table's, or by what an answer says it cost", () =>
    Effect.gen(function*() {
      const spentBy = Effect.fnUntraced(function*(options: completing.Options, taken: Partial<completing.Completion>) {
        const scene = yield* Scene.make
        const { layer } = yield* counting({ usd: 1 }, Effect.succeed(blue(taken)), options)
        yield* scene.on(Effect.provide(Run.start(fanOut(1), ["a"]), layer))
        return (yield* scene.info).state.usage.usd
      })
      const million = { inputTokens: 100_000, outputTokens: 10_000 }

      assert.strictEqual(yield* spentBy({ price: { input: 2, output: 10 } }, million), 0.3)
      assert.strictEqual(yield* spentBy({ price: { input: 2, output: 10 } }, { ...million, usd: 0.5 }), 0.5)

      const scene = yield* Scene.make
      const { layer, state } = yield* counting({ usd: 0.05 }, Effect.succeed(blue({ usd: 0.04, outputTokens: 1000 })), {
        price: { input: 10, output: 20 }
      })
      const error = yield* Effect.flip(scene.on(Effect.provide(Run.start(fanOut(1), ["a", "b"]), layer)))
      assert.strictEqual((yield* Ref.get(state)).calls, 1)
      assert.isTrue(
        error instanceof Agent.BudgetExceeded && error.limit === "usd" && error.message.includes("$0.04 is spent")
      )
    }))

  it.effect("holds outside of a run, as long as the agent is there", () =>
    Effect.gen(function*() {
      const { layer, state } = yield* counting({ requests: 2 }, Effect.succeed(blue()))

      const ends = yield* Effect.provide(Effect.all([1, 2, 3].map(() => Effect.either(Agent.ask(color)))), layer)

      assert.deepStrictEqual(ends.map(Either.isRight), [true, true, false])
      assert.strictEqual((yield* Ref.get(state)).calls, 2)
    }))
})

describe("the table of prices", () => {
  it("knows a model by its name, with a date or without, and none that only begins like it", () => {
    const names = ["gpt-5-mini-2025-08-07", "gpt-5", "claude-haiku-4-5-20251001", "gpt-5-pro", "toString", "llama3"]
    assert.deepStrictEqual(names.map((name) => Option.getOrNull(priceOf(name))), [
      { input: 0.25, output: 2 },
      { input: 1.25, output: 10 },
      { input: 1, output: 5 },
      null,
      null,
      null
    ])
  })
})
