/** What a change of the code means for a run that was begun before it: the table of `docs/changing-code.md`, row by row. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { RecordedInputInvalid, RecordedResultInvalid } from "../../src/pipeline/RunError.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

const base = Pipeline.make("changed", { input: Schema.String })

/** Three steps, the last of which depends on both, and one that fails. */
const before = (scene: Scene.Scene) => beginning(scene, step(scene, "first"))

/** The same with another first step. */
const beginning = (scene: Scene.Scene, first: Step.Step<string, string, Scene.Oops>) =>
  base.pipe(
    Pipeline.step("a", first, ({ input }) => input),
    Pipeline.step("b", step(scene, "second"), ({ input }) => input),
    Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
    Pipeline.step("end", failing(scene), ({ c }) => c)
  )

const failing = (scene: Scene.Scene) => step(scene, "end", () => Effect.fail(new Scene.Oops({ why: "not yet" })))

const end = (scene: Scene.Scene) => step(scene, "end")

/** A step that makes something else of its input than `Scene.step` does. */
const other = (scene: Scene.Scene, name: string, version = 1) =>
  step(scene, name, () => Effect.succeed("other"), { version })

type Coded = (scene: Scene.Scene) => Pipeline.Pipeline<string, unknown, unknown, never, unknown>

/** The first step with more options. */
const first = (
  scene: Scene.Scene,
  options: {
    readonly fingerprint?: () => Effect.Effect<string>
    readonly holds?: () => Effect.Effect<boolean>
    readonly input?: Schema.Schema<string, string>
  }
) =>
  Step.make("first", {
    title: "Doing first",
    input: Schema.String,
    success: Schema.String,
    failure: Scene.Oops,
    ...options,
    run: (text) => Effect.as(scene.note("first"), `first(${text})`)
  })

const afterOf = (scene: Scene.Scene, key: "a" | "b") =>
  base.pipe(
    Pipeline.step("a", step(scene, "first"), ({ input }) => input),
    Pipeline.step("b", step(scene, "second"), ({ a }) => a),
    Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b, { after: [key] }),
    Pipeline.step("end", failing(scene), ({ c }) => c)
  )

/** Lower case is what is recorded of it. */
const Uppercased = Schema.transform(Schema.String, Schema.String, {
  decode: (text) => text.toUpperCase(),
  encode: (text) => `${text.toLowerCase()}!`
})

/** The same program with another schema of its input. */
const taking = (scene: Scene.Scene, input: Schema.Schema<string, string>) =>
  Pipeline.make("changed", { input }).pipe(
    Pipeline.step("a", step(scene, "first"), ({ input }) => input),
    Pipeline.step("b", step(scene, "second"), ({ input }) => input),
    Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
    Pipeline.step("end", failing(scene), ({ c }) => c)
  )

interface Change {
  readonly what: string
  /** The pipeline before it, where that is not the one above. */
  readonly before?: Coded
  /** The pipeline after it. */
  readonly after: Coded
  /** What a plan says: a few words a key. */
  readonly plan: Readonly<Record<string, string>>
  /** The bodies that then run, in their order, and why, as it is recorded; `undefined` where there was no result. */
  readonly runs: Readonly<Record<string, string | undefined>>
}

const failed = "runs: it failed before"
/** What is recorded of the one that failed. */
const again = { end: "it failed before" }
const itsInput = "its input changed"

const changes: ReadonlyArray<Change> = [
  {
    what: "nothing, a comment, or another version of the package",
    after: before,
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: again
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
    runs: again
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
    runs: { second: undefined, ...again }
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
    runs: { renamed: `step "second" became "renamed"`, ...again }
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
    runs: again
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
    runs: { new: undefined, ...again }
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
    runs: { new: undefined, third: itsInput, ...again }
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
    runs: again
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
    runs: { first: itsInput, third: itsInput, ...again }
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
    runs: again
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
    runs: again
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
    runs: { second: "what it comes after changed", ...again }
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
    runs: again
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
    runs: { first: "version 1 became 2", third: itsInput, ...again }
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
    runs: { first: "version 1 became 2", ...again }
  },
  {
    what: "a step is left out that others read",
    after: (scene) =>
      base.pipe(
        Pipeline.step("b", step(scene, "second"), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ b }) => b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { b: "kept", c: "runs: its input changed", end: "runs after c", gone: "a" },
    runs: { third: itsInput, ...again }
  },
  {
    what: "options that are no part of what is recorded: writes, compensate",
    after: (scene) =>
      base.pipe(
        Pipeline.step("a", step(scene, "first", undefined, { writes: true }), ({ input }) => input),
        Pipeline.step("b", step(scene, "second").pipe(Step.compensate(() => scene.note("undo"))), ({ input }) => input),
        Pipeline.step("c", step(scene, "third"), ({ a, b }) => a + b),
        Pipeline.step("end", end(scene), ({ c }) => c)
      ),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: again
  },
  {
    what: "`after` names another key",
    before: (scene) => afterOf(scene, "a"),
    after: (scene) => afterOf(scene, "b"),
    plan: { a: "kept", b: "kept", c: "runs: what it comes after changed", end: "runs after c" },
    runs: { third: "what it comes after changed", ...again }
  },
  {
    what: "`fingerprint` is added",
    after: (scene) => beginning(scene, first(scene, { fingerprint: () => Effect.succeed("one") })),
    plan: { a: "runs: what it reads changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: { first: "what it reads changed", ...again }
  },
  {
    what: "`fingerprint` says something else",
    before: (scene) => beginning(scene, first(scene, { fingerprint: () => Effect.succeed("one") })),
    after: (scene) => beginning(scene, first(scene, { fingerprint: () => Effect.succeed("another") })),
    plan: { a: "runs: what it reads changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: { first: "what it reads changed", ...again }
  },
  {
    what: "`fingerprint` is left out",
    before: (scene) => beginning(scene, first(scene, { fingerprint: () => Effect.succeed("one") })),
    after: before,
    plan: { a: "runs: what it reads changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: { first: "what it reads changed", ...again }
  },
  {
    what: "`holds` is added, and is content",
    after: (scene) => beginning(scene, first(scene, { holds: () => Effect.succeed(true) })),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: again
  },
  {
    what: "`holds` is added, and is not content",
    after: (scene) => beginning(scene, first(scene, { holds: () => Effect.succeed(false) })),
    plan: { a: "runs: what it left behind is gone or changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: { first: "what it left behind is gone or changed", ...again }
  },
  {
    what: "the schema of a step's input, which encodes it as before",
    after: (scene) => beginning(scene, first(scene, { input: Schema.Trim })),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: again
  },
  {
    what: "the schema of a step's input, which encodes it in another way",
    after: (scene) => beginning(scene, first(scene, { input: Uppercased })),
    plan: { a: "runs: its input changed", b: "kept", c: "perhaps after a", end: "runs after c" },
    runs: { first: itsInput, ...again }
  },
  {
    what: "the schema of the program's input, which the recorded one fits and reads as before",
    after: (scene) => taking(scene, Schema.NonEmptyString),
    plan: { a: "kept", b: "kept", c: "kept", end: failed },
    runs: again
  },
  {
    what: "the schema of the program's input, which the recorded one fits and reads in another way",
    after: (scene) => taking(scene, Uppercased),
    plan: { a: "runs: its input changed", b: "runs: its input changed", c: "perhaps after a", end: "runs after c" },
    runs: { first: itsInput, second: itsInput, third: itsInput, ...again }
  }
]

describe("a change of the code", () => {
  it.effect.each(changes)("$what", ({ after, before: coded = before, plan, runs }) =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      yield* Effect.exit(scene.on(Run.start(coded(scene), "x")))
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
      const bodies = scene.noted().map((note) => note.replace(/ .*$/, ""))
      const events = yield* scene.on(Run.events(id))
      const recorded = events.slice(events.findIndex(({ _tag }) => _tag === "RunResumed")).flatMap((event) =>
        event._tag === "StepSucceeded" || event._tag === "StepFailed" ? [event] : []
      )
      assert.deepStrictEqual(bodies.map((body, index) => [body, recorded[index]?.why]), Object.entries(runs))
      assert.lengthOf(recorded, bodies.length)
      // What is said when it goes on is what was foretold.
      assert.deepStrictEqual(
        scene.shown.findLast((event) => event._tag === "Foreseen")?.forecast.nodes,
        nodes
      )
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

describe("an input that does not fit any more", () => {
  it.effect("ends a resume and a plan before any body runs, and a fork with one that fits keeps what it can", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* stopped
      const records = [...scene.store.journals.get(id)?.records ?? []]
      const pipeline = Pipeline.make("priced", { input: Schema.Struct({ name: Schema.String }) }).pipe(
        Pipeline.step("price", one(scene), ({ input }) => input.name),
        Pipeline.step("last", step(scene, "last"), ({ price }) => JSON.stringify(price))
      )
      const expected = new RecordedInputInvalid({
        run: id,
        program: "priced",
        issues: "/: Expected { readonly name: string }, actual \"abc\""
      })

      assert.deepStrictEqual(yield* Effect.flip(scene.on(Run.forecastOf(pipeline, id))), expected)
      assert.deepStrictEqual(yield* Effect.flip(scene.on(Run.resume(pipeline, id))), expected)
      assert.deepStrictEqual(scene.noted(), [])
      assert.deepStrictEqual(scene.store.journals.get(id)?.records, records)
      assert.include(expected.fix, `cairn fork ${id} --input FILE`)

      const fork = yield* scene.on(Run.fork(pipeline, id, { input: { name: "abc" } }))
      yield* scene.on(Run.resume(pipeline, fork))
      assert.deepStrictEqual(scene.noted(), ["last 3"])
    }))
})
