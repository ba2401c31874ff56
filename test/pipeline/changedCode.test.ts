/** What a change of the code means for a run that was begun before it: the table of `docs/changing-code.md`, row by row. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { RecordedResultInvalid } from "../../src/pipeline/RunError.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

const base = Pipeline.make("changed", { input: Schema.String })

/** Three steps, the last of which depends on both, and one that fails as long as it may not succeed. */
const before = (scene: Scene.Scene) =>
  base.pipe(
    Pipeline.step("a", step(scene, "first"), ({ input }) => input),
    Pipeline.step("b", step(scene, "second"), ({ input }) => input),
    Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
    Pipeline.step("end", step(scene, "end", () => Effect.fail(new Scene.Oops({ why: "not yet" }))), ({ c }) => c)
  )

const end = (scene: Scene.Scene) => step(scene, "end")

/** A step that makes something else of its input than `Scene.step` does. */
const other = (scene: Scene.Scene, name: string, version = 1) =>
  step(scene, name, () => Effect.succeed("other"), { version })

interface Change {
  readonly what: string
  /** The pipeline after it. */
  readonly after: (scene: Scene.Scene) => Pipeline.Pipeline<string, unknown, unknown, never, unknown>
  /** What a plan says: a few words a key. */
  readonly plan: Readonly<Record<string, string>>
  /** The bodies that then run. */
  readonly runs: ReadonlyArray<string>
}

const failed = "runs: it failed before"

const changes: ReadonlyArray<Change> = [
  {
    what: "nothing, a comment, or another version of the package",
    after: before,
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "a key is another, and `was` names the old one",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("bee", step(scene, "second"), ({ input }) => input, { was: "b" }),
        Pipeline.step("c", step(scene, "third"), ({ a, bee }) => a + bee),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", bee: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "a key is another",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("bee", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, bee }) => a + bee),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", bee: "runs", c: "perhaps after bee", end: "runs after c", "bee?": "b" },
    runs: ["second", "end"]
  },
  {
    what: "a step has another name",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "renamed", (text) => Effect.succeed(`second(${text})`)), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: {
      a: "kept",
      b: `runs: step "second" became "renamed"`,
      c: "perhaps after b",
      end: "runs after c"
    },
    runs: ["renamed", "end"]
  },
  {
    what: "steps are in another order",
    after: (scene) =>
      base.pipe(
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { b: "kept", a: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "a step is put before others, which do not read it",
    after: (scene) =>
      base.pipe(
        Pipeline.step("new", step(scene, "new"), ({ input }) => input),
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { new: "runs", a: "kept", b: "kept", c: "kept", end: failed },
    runs: ["new", "end"]
  },
  {
    what: "a step is put before one that reads it",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("new", step(scene, "new"), ({ b }) => b),
        Pipeline.step("c", step(scene, "third"), ({ a, new: b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "kept", new: "runs", c: "perhaps after new", end: "runs after c" },
    runs: ["new", "third", "end"]
  },
  {
    what: "a step is left out",
    after: (scene) =>
      base.pipe(
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ b, input }) => `first(${input})${b}`),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { b: "kept", c: "kept", end: failed, "gone": "a" },
    runs: ["end"]
  },
  {
    what: "a selector gives something else",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => `${input}!`),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "runs: its input changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: ["first", "third", "end"]
  },
  {
    what: "a selector gives the same in another way",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => [input].join("")),
        Pipeline.step("b", step(scene, "second"), ({ a }) => a.slice(6, -1)),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a.concat(b)),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "an option that is no part of what is recorded: title, retry, timeout, summary, hidden",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first", undefined, { hidden: true }), ({ input }) => input),
        Pipeline.step(
          "b",
          Step.make("second", {
            title: "Another title",
            input: Schema.String,
            success: Schema.String,
            failure: Scene.Oops,
            timeout: "1 minute",
            retry: { times: 3 },
            summary: (text) => text,
            run: (text) => Effect.as(scene.note("second"), text)
          }),
          ({ input }) => input
        ),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "`after` names a key",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input, { after: ["a"] }),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "runs: what it comes after changed", c: "perhaps after b", end: "runs after c" },
    runs: ["second", "end"]
  },
  {
    what: "the body of a step",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", other(scene, "first"), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: ["end"]
  },
  {
    what: "the body of a step, and its version",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", other(scene, "first", 2), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "runs: version 1 became 2", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: ["first", "third", "end"]
  },
  {
    what: "the version alone: what it gives is the same, so that what reads it is kept",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first", undefined, { version: 2 }), ({ input }) => input),
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "runs: version 1 became 2", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: ["first", "end"]
  }
]

describe("a change of the code", () => {
  it.effect.each(changes)("$what", ({ after, plan, runs }) =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* Effect.exit(scene.on(Run.start(before(scene), "x")))
      const id = scene.id()
      scene.noted()
      const pipeline = after(scene)

      const { gone, nodes, renames } = yield* scene.on(Run.forecastOf(pipeline, id))
      assert.deepStrictEqual(
        Object.fromEntries([
          ...nodes.map(({ first, key, verdict, why }) => [
            key,
            `${verdict}${why === undefined ? "" : `: ${why}`}${first === undefined ? "" : ` after ${first}`}`
          ]),
          ...renames.map(({ now, was }) => [`${now}?`, was]),
          ...gone.map((key) => ["gone", key])
        ]),
        plan
      )
      assert.deepStrictEqual(scene.noted(), [])

      yield* Effect.exit(scene.on(Run.resume(pipeline, id)))
      assert.deepStrictEqual(scene.noted().map((note) => note.replace(/ .*$/, "")), runs)
      // It is said when it goes on, and recorded of each step that ran although there was a result.
      assert.deepStrictEqual(
        scene.shown.findLast((event) => event._tag === "Foreseen")?.forecast.nodes,
        nodes
      )
      const events = yield* scene.on(Run.events(id))
      for (const { key, why } of nodes) {
        if (why === undefined) continue
        const ran = events.findLast((event) =>
          (event._tag === "StepSucceeded" || event._tag === "StepFailed") && event.path === key
        )
        assert.strictEqual(ran !== undefined && "why" in ran ? ran.why : undefined, why)
      }
    }))
})

// --- results of another form

const Price = Schema.Struct({ amount: Schema.Number, currency: Schema.String })

const priced = <A>(
  scene: Scene.Scene,
  step: Step.Step<string, A>,
  last: (text: string) => Effect.Effect<string, Scene.Oops> = Effect.succeed
) =>
  Pipeline.make("priced", { input: Schema.String }).pipe(
    Pipeline.step("price", step, ({ input }) => input),
    Pipeline.step("last", Scene.step(scene, "last", last), ({ price }) => JSON.stringify(price)),
    Pipeline.output(Schema.String, ({ last }) => last)
  )

/** Version 1: a number. */
const one = (scene: Scene.Scene) =>
  Step.make("price", {
    title: "Finding the price",
    input: Schema.String,
    success: Schema.Number,
    run: (text) => Effect.as(scene.note("one"), text.length)
  })

const isNumber = Schema.is(Schema.Number)

/** Version 3, and what it makes of the results of versions before it. */
const three = (
  scene: Scene.Scene,
  migrate?: Step.Migrate<typeof Price.Encoded>
) =>
  Step.make("price", {
    title: "Finding the price",
    input: Schema.String,
    success: Price,
    version: 3,
    ...(migrate === undefined ? {} : { migrate }),
    run: (text) => Effect.as(scene.note("three"), { amount: text.length, currency: "EUR" })
  })

const toPrice: Step.Migrate<typeof Price.Encoded> = (recorded, version) =>
  version === 1 && isNumber(recorded)
    ? Either.right({ amount: recorded, currency: "EUR" })
    : Either.left(`/: there is no way from version ${version}`)

const stopped = Effect.gen(function*() {
  const scene = yield* Scene.make
  yield* Effect.exit(
    scene.on(Run.start(priced(scene, one(scene), () => Effect.fail(new Scene.Oops({ why: "" }))), "abc"))
  )
  scene.noted()
  return { scene, id: scene.id() }
})

describe("a result of an older version", () => {
  it.effect("that is migrated is reused, not run again, each time that the run goes on", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      const pipeline = priced(scene, three(scene, toPrice))

      const { nodes } = yield* scene.on(Run.forecastOf(pipeline, id))
      assert.deepStrictEqual(nodes.map(({ verdict }) => verdict), ["kept", "runs"])
      const output = `{"amount":3,"currency":"EUR"}`
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, id)), output)
      assert.deepStrictEqual(scene.noted(), [`last ${output}`])
      assert.strictEqual(yield* scene.on(Run.resume(pipeline, id)), output)
      assert.deepStrictEqual(scene.noted(), [])
    }))

  it.effect("runs again where there is no migration, or it was made from something else", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      yield* scene.on(Run.resume(priced(scene, three(scene)), id))
      assert.deepStrictEqual(scene.noted(), ["three", `last {"amount":3,"currency":"EUR"}`])

      const other = yield* stopped
      const fork = yield* other.scene.on(
        Run.fork(priced(other.scene, three(other.scene, toPrice)), other.id, { input: "abcd" })
      )
      yield* other.scene.on(Run.resume(priced(other.scene, three(other.scene, toPrice)), fork))
      assert.deepStrictEqual(other.scene.noted(), ["three", `last {"amount":4,"currency":"EUR"}`])
    }))

  it.effect("is not taken back to one before it: version 3 became 1", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      yield* scene.on(Run.resume(priced(scene, three(scene)), id))
      scene.noted()

      const { nodes } = yield* scene.on(Run.forecastOf(priced(scene, one(scene)), id))
      assert.deepStrictEqual(nodes[0]?.why, "version 3 became 1")
    }))

  it.effect("that cannot be migrated names step, place and both ways out before any body runs, in a plan too", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      const records = [...scene.store.journals.get(id)?.records ?? []]
      const cases: ReadonlyArray<readonly [migrate: typeof toPrice, issues: string]> = [
        [() => Either.left("/: not a price"), "/: not a price"],
        [
          () => {
            throw new Error("boom")
          },
          "/: its migration threw: boom"
        ],
        [() => Either.right({ amount: NaN, currency: 3 } as never), "/currency: Expected string, actual 3"]
      ]
      for (const [migrate, issues] of cases) {
        const pipeline = priced(scene, three(scene, migrate))
        const expected = new RecordedResultInvalid({
          run: id,
          path: "price",
          step: "price",
          version: 1,
          now: 3,
          issues
        })
        assert.deepStrictEqual(yield* Effect.flip(scene.on(Run.forecastOf(pipeline, id))), expected)
        assert.deepStrictEqual(yield* Effect.flip(scene.on(Run.resume(pipeline, id))), expected)
        assert.include(
          expected.message,
          `The result of "price" that run "${id}" recorded under version 1 of the step "price" cannot be migrated to version 3:\n${issues}`
        )
        assert.strictEqual(
          expected.fix,
          `Correct the migration of "price" for version 1, or run it again: cairn resume ${id} --from price`
        )
      }
      assert.deepStrictEqual(scene.noted(), [])
      assert.deepStrictEqual(scene.store.journals.get(id)?.records, records)

      yield* scene.on(Run.resume(priced(scene, three(scene, cases[0]?.[0])), id, { from: "price" }))
      assert.deepStrictEqual(scene.noted(), ["three", `last {"amount":3,"currency":"EUR"}`])
    }))

  it.effect("is migrated where it is an item, stands in a nested pipeline, or recovers from a failure", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const nested = <A, I>(price: Step.Step<string, A>, schema: Schema.Schema<A, I>) => {
        const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
          Pipeline.step("price", price, ({ input }) => input),
          Pipeline.output(schema, ({ price }) => price)
        )
        return Pipeline.make("nested", { input: Schema.String }).pipe(
          Pipeline.forEach("each", price, () => ["x", "yy"], { key: (item) => item }),
          Pipeline.nest("in", inner, ({ input }) => input),
          Pipeline.catchTag(
            "caught",
            step(scene, "failing", (why) => Effect.fail(new Scene.Oops({ why }))),
            ({ input }) => input,
            "Oops",
            price,
            ({ why }) => why
          )
        )
      }
      yield* scene.on(Run.start(nested(one(scene), Schema.Number), "abc"))
      scene.noted()

      const pipeline = nested(three(scene, toPrice), Price)
      const { nodes } = yield* scene.on(Run.forecastOf(pipeline, scene.id()))
      yield* scene.on(Run.resume(pipeline, scene.id()))

      assert.deepStrictEqual(nodes.map(({ verdict }) => verdict), ["kept", "kept", "kept"])
      assert.deepStrictEqual(scene.noted(), [])
    }))
})

describe("a result of another form under the same version", () => {
  it.effect("is never taken silently: it names step, place and both ways out, each of which works", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      const changed = (version: number) =>
        priced(
          scene,
          Step.make("price", {
            title: "Finding the price",
            input: Schema.String,
            success: Price,
            version,
            run: (text) => Effect.as(scene.note("changed"), { amount: text.length, currency: "EUR" })
          })
        )
      const error = yield* Effect.flip(scene.on(Run.resume(changed(1), id)))

      assert.instanceOf(error, RecordedResultInvalid)
      assert.include(
        error.message,
        `The result of "price" that run "${id}" recorded does not fit the step "price" any more:\n/: `
      )
      assert.strictEqual(
        error.fix,
        `Count up the version of "price", or run it again: cairn resume ${id} --from price`
      )
      assert.deepStrictEqual(scene.noted(), [])
      const copy = yield* scene.on(Run.fork(changed(1), id))
      yield* scene.on(Run.resume(changed(1), id, { from: "price" }))
      yield* scene.on(Run.resume(changed(2), copy))
      const both = ["changed", `last {"amount":3,"currency":"EUR"}`]
      assert.deepStrictEqual(scene.noted(), [...both, ...both])
    }))

  it.effect("is taken where it fits the new form as well", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      const wider = Step.make("price", {
        title: "Finding the price",
        input: Schema.String,
        success: Schema.Union(Schema.Number, Price),
        run: () => Effect.as(scene.note("wider"), 1)
      })
      yield* scene.on(Run.resume(priced(scene, wider), id))

      assert.deepStrictEqual(scene.noted(), ["last 3"])
      assert.deepStrictEqual(Option.map((yield* scene.info).state.started, ({ run }) => run), Option.some(id))
    }))
})
