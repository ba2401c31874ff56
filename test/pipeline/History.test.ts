import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Scope, TestClock } from "effect"
import * as History from "../../src/pipeline/History.ts"
import { Journal } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Scene from "./scene.ts"

const day = 24 * 60 * 60 * 1000

/** One run a day: of `a` and `b` by turns, every third of which fails. */
const days = (scene: Scene.Scene, count: number) =>
  Effect.gen(function*() {
    for (let n = 1; n <= count; n++) {
      yield* TestClock.setTime(n * day)
      const failing = Scene.step(
        scene,
        "step",
        (text) => n % 3 === 0 ? Effect.fail(new Scene.Oops({ why: text })) : Effect.succeed(text)
      )
      const pipeline = Pipeline.make(n % 2 === 0 ? "b" : "a", { input: Schema.String }).pipe(
        Pipeline.step("step", failing, ({ input }) => input)
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, `day ${n}`)))
    }
  })

/** Runs as the day they changed on, and their status where that is not `done`. */
const told = (infos: ReadonlyArray<Run.Info>) =>
  infos.map(({ program, state: { at }, status }) => `${program}${at / day}${status === "done" ? "" : ` ${status}`}`)

const there = (scene: Scene.Scene) => Effect.map(scene.on(Run.list), told)

/** The run of a day. */
const ofDay = (scene: Scene.Scene, n: number) =>
  Effect.map(scene.on(Run.list), (infos) => infos.find(({ state: { at } }) => at === n * day)?.id ?? "none")

describe("runs", () => {
  it.effect("are chosen by program, by state and by when they changed, and by all of that", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* days(scene, 6)
      const all = yield* scene.on(Run.list)
      const chosen = (filter: History.Filter) => told(all.filter(History.matches(filter)))

      assert.deepStrictEqual(chosen({}), ["b6 failed", "a5", "b4", "a3 failed", "b2", "a1"])
      assert.deepStrictEqual(chosen({ programs: ["b"] }), ["b6 failed", "b4", "b2"])
      assert.deepStrictEqual(chosen({ programs: ["b", "a"], statuses: ["failed"] }), ["b6 failed", "a3 failed"])
      assert.deepStrictEqual(chosen({ statuses: ["unfinished"] }), ["b6 failed", "a3 failed"])
      assert.deepStrictEqual(chosen({ statuses: ["waiting", "done"], since: 2 * day, before: 5 * day }), ["b4", "b2"])
      assert.deepStrictEqual(chosen({ programs: [] }), [])
    }))
})

describe("removing", () => {
  it.effect("takes all that are named, or none where one is not finished", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* days(scene, 4)
      const [one, failed, four] = [yield* ofDay(scene, 1), yield* ofDay(scene, 3), yield* ofDay(scene, 4)]

      const error = yield* Effect.flip(scene.on(History.remove([one, failed])))
      assert.instanceOf(error, History.RunUnfinished)
      assert.include(error.message, `"${failed}" is not finished (failed)`)
      assert.include(error.fix, `cairn rm ${failed} --unfinished`)
      assert.deepStrictEqual(told(yield* scene.on(History.remove([one, four], { dryRun: true }))), ["a1", "b4"])
      assert.deepStrictEqual(yield* there(scene), ["b4", "a3 failed", "b2", "a1"])

      assert.deepStrictEqual(told(yield* scene.on(History.remove([one, four, one]))), ["a1", "b4"])
      yield* scene.on(History.remove([failed], { unfinished: true }))
      assert.deepStrictEqual(yield* there(scene), ["b2"])
    }))

  it.effect("leaves what is held, whatever it is told", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* days(scene, 3)
      const scope = yield* Scope.make()
      const [one, two] = [yield* ofDay(scene, 1), yield* ofDay(scene, 2)]
      yield* scene.on(Scope.extend(Effect.flatMap(Journal, (journal) => journal.open(one)), scope))

      const error = yield* Effect.flip(scene.on(History.remove([two, one], { unfinished: true })))
      const collected = yield* scene.on(History.collect({ unfinished: true }))

      if (error._tag !== "RunHeld") assert.fail(error._tag)
      assert.strictEqual(error.owner, "this process")
      assert.deepStrictEqual(told(collected.removed), ["a3 failed", "b2"])
      assert.deepStrictEqual(collected.kept.map(({ info, why }) => [info.id, why]), [[one, "held"]])
      assert.deepStrictEqual(yield* there(scene), ["a1"])
      yield* Scope.close(scope, Exit.void)
    }))

  it.effect("of what may go keeps the last of each program, what is young, and what could go on", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* days(scene, 9)
      const would = (retention: History.Retention) =>
        Effect.map(
          scene.on(History.collect(retention, { dryRun: true })),
          ({ kept, removed }) => [told(removed), kept.map(({ info, why }) => `${told([info]).join()}: ${why}`)]
        )
      const unfinished = ["a9 failed: unfinished", "b6 failed: unfinished", "a3 failed: unfinished"]

      assert.deepStrictEqual(yield* would({ keep: 1 }), [
        ["a5", "b4", "b2", "a1"],
        ["a9 failed: unfinished", "b8: recent", "a7: recent", ...unfinished.slice(1)]
      ])
      assert.deepStrictEqual(yield* would({ before: 4 * day }), [
        ["b2", "a1"],
        [
          "a9 failed: unfinished",
          "b8: recent",
          "a7: recent",
          "b6 failed: unfinished",
          "a5: recent",
          "b4: recent",
          "a3 failed: unfinished"
        ]
      ])
      assert.deepStrictEqual(yield* would({ keep: 2, before: 8 * day, programs: ["a"] }), [
        ["a1"],
        ["a9 failed: unfinished", "a7: recent", "a5: recent", "a3 failed: unfinished"]
      ])
      assert.deepStrictEqual(yield* would({ keep: 3, unfinished: true }), [
        ["a3 failed", "b2", "a1"],
        ["a9 failed: recent", "b8: recent", "a7: recent", "b6 failed: recent", "a5: recent", "b4: recent"]
      ])
      assert.strictEqual((yield* there(scene)).length, 9)

      yield* scene.on(History.collect({ keep: 1 }))
      assert.deepStrictEqual(yield* there(scene), ["a9 failed", "b8", "a7", "b6 failed", "a3 failed"])
    }))
})
