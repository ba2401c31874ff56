import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Plan from "../../src/pipeline/Plan.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Generated from "./arbitraryPipeline.ts"

class Lost extends Schema.TaggedError<Lost>()("Lost", { where: Schema.String }) {}

const step = (name: string, options: { readonly hidden?: boolean; readonly version?: number } = {}) =>
  Step.make(name, {
    title: `Doing ${name}`,
    input: Schema.String,
    success: Schema.String,
    failure: Lost,
    ...options,
    run: () => Effect.dieMessage("a plan runs nothing")
  })

const inner = Pipeline.make("inner", { input: Schema.String }).pipe(
  Pipeline.step("one", step("one"), ({ input }) => input),
  Pipeline.step("two", step("two"), ({ one }) => one),
  Pipeline.output(Schema.String, ({ two }) => two)
)

/** Every combinator, with what it reads. */
const whole = Pipeline.make("whole", { input: Schema.String }).pipe(
  Pipeline.step("source", step("read", { hidden: true }), ({ input }) => input),
  Pipeline.step("a", step("first", { version: 3 }), ({ source }) => source),
  Pipeline.all((bind) => ({
    b: bind(step("left"), ({ a }) => a),
    c: bind(inner, ({ input, a }) => input + a)
  })),
  Pipeline.forEach("d", step("item"), ({ b, c }) => [b, c], { key: (item) => item }),
  Pipeline.when("e", step("maybe"), ({ d }) => d.length > 3 ? Option.some(d.join()) : Option.none()),
  Pipeline.repeat("f", step("draft"), {
    initial: ({ e }) => Option.getOrElse(e, () => ""),
    until: (text, { b }) => text === b,
    next: (text, { c }) => text + c,
    times: 2
  }),
  Pipeline.catchTag("g", step("risky"), ({ f }) => f, "Lost", step("instead"), ({ where }, { a }) => where + a),
  Pipeline.announce(({ g }) => ({ title: g })),
  Pipeline.validate("h", Validation.chain(Validation.check<string>("check", () => [])), ({ g }) => g),
  Pipeline.step("i", step("last"), ({ h }) => h.passed.join(), { after: ["a", "h"] })
)

describe("a plan", () => {
  it("says what there is, how it is numbered and what feeds what, and runs nothing", () => {
    const plan = Plan.of(whole)

    assert.deepStrictEqual(
      [
        plan.name,
        plan.of,
        plan.nodes.map(({ feeds, key, kind, number }) => [key, kind, Option.getOrNull(number), feeds])
      ],
      ["whole", 9, [
        ["source", "step", null, ["input"]],
        ["a", "step", 1, ["source"]],
        ["b", "branch", 2, ["a"]],
        ["c", "branch", 3, ["input", "a"]],
        ["d", "forEach", 4, ["b", "c"]],
        ["e", "when", 5, ["d"]],
        ["f", "repeat", 6, ["e", "b", "c"]],
        ["g", "catchTag", 7, ["f", "a"]],
        ["h", "validate", 8, ["g"]],
        ["i", "step", 9, ["h", "a"]]
      ]]
    )
    assert.deepStrictEqual(plan.nodes[1], {
      key: "a",
      title: "Doing first",
      kind: "step",
      unit: "first",
      version: 3,
      hidden: false,
      writes: false,
      number: Option.some(1),
      feeds: ["source"],
      inner: []
    })
    assert.deepStrictEqual(plan.nodes[3]?.inner.map(({ feeds, key }) => [key, feeds]), [
      ["one", ["input"]],
      ["two", ["one"]]
    ])
  })

  it("takes what a selector read before it wanted more than a stand-in can give", () => {
    const greedy = Pipeline.make("greedy", { input: Schema.Array(Schema.Number) }).pipe(
      Pipeline.step("a", step("first"), ({ input }) => String(input[0])),
      Pipeline.step("b", step("second"), ({ a, input }) => {
        for (const n of input) if (n > 3) return a
        for (let text = a;; text += a) if (text.length > 3) return text
      }),
      Pipeline.step("c", step("third"), ({ b }) => {
        throw new Error(b)
      })
    )

    assert.deepStrictEqual(Plan.of(greedy).nodes.map(({ feeds }) => feeds), [["input"], ["a", "input"], ["b"]])
  })

  it("numbers no pipeline of which nothing is to be seen", () => {
    const unseen = Pipeline.make("unseen", { input: Schema.String }).pipe(
      Pipeline.step("one", step("first", { hidden: true }), ({ input }) => input),
      Pipeline.output(Schema.String, ({ one }) => one)
    )
    const plan = Plan.of(
      Pipeline.make("whole", { input: Schema.String }).pipe(
        Pipeline.step("a", unseen, ({ input }) => input),
        Pipeline.step("b", step("second"), ({ a }) => a)
      )
    )

    assert.deepStrictEqual(plan.nodes.map(({ hidden, number }) => [hidden, number]), [
      [true, Option.none()],
      [false, Option.some(1)]
    ])
  })

  it("is drawn with a box for each node and an arrow for each feed", () => {
    const small = Pipeline.make("small", { input: Schema.String }).pipe(
      Pipeline.step("source", step("read", { hidden: true }), ({ input }) => input),
      Pipeline.step("in ner", inner, ({ source }) => source),
      Pipeline.forEach("each", step("\"quoted\""), (state) => [state["in ner"]], { key: (item) => item })
    )

    assert.strictEqual(
      Plan.toMermaid(Plan.of(small)),
      `flowchart TD
  input([input])
  n_source("Doing read")
  input --> n_source
  subgraph n_in_20_ner ["1. inner"]
    n_in_20_ner_2f_one["Doing one"]
    n_in_20_ner_2f_two["Doing two"]
    n_in_20_ner_2f_one --> n_in_20_ner_2f_two
  end
  n_source --> n_in_20_ner
  n_each["2. Doing #quot;quoted#quot; (each)"]
  n_in_20_ner --> n_each
`
    )
  })
})

describe("a shape", () => {
  const base = Pipeline.make("shape", { input: Schema.String })
  const shape = (pipeline: Pipeline.Any) => Plan.shape(pipeline)
  const one = shape(base.pipe(Pipeline.step("a", step("first"), ({ input }) => input)))

  it("stays where only selectors, titles and bodies change", () => {
    const other = Step.make("first", {
      title: "Another title",
      input: Schema.String,
      success: Schema.String,
      failure: Lost,
      run: (text) => Effect.succeed(text)
    })
    assert.strictEqual(shape(base.pipe(Pipeline.step("a", other, ({ input }) => input.trim()))), one)
  })

  it("changes with a key, a kind, a name, a version or a schema, wherever they are", () => {
    const typed = <A, I>(success: Schema.Schema<A, I>) =>
      Step.make("first", {
        title: "",
        input: Schema.String,
        success,
        failure: Lost,
        run: () => Effect.dieMessage("a plan runs nothing")
      })
    const caught = (recovery: Step.Step<string, string, Lost>) =>
      base.pipe(Pipeline.catchTag("a", step("first"), ({ input }) => input, "Lost", recovery, ({ where }) => where))
    const nested = (version: number) =>
      base.pipe(Pipeline.step(
        "a",
        Pipeline.make("inner", { input: Schema.String }).pipe(
          Pipeline.step("b", step("first", { version }), ({ input }) => input)
        ),
        ({ input }) => input
      ))
    const shapes = [
      one,
      shape(base),
      shape(base.pipe(Pipeline.step("b", step("first"), ({ input }) => input))),
      shape(base.pipe(Pipeline.when("a", step("first"), ({ input }) => Option.some(input)))),
      shape(base.pipe(Pipeline.step("a", step("second"), ({ input }) => input))),
      shape(base.pipe(Pipeline.step("a", step("first", { version: 2 }), ({ input }) => input))),
      shape(base.pipe(Pipeline.step("a", typed(Schema.Number), ({ input }) => input))),
      shape(base.pipe(Pipeline.step("a", typed(Schema.NumberFromString), ({ input }) => input))),
      shape(base.pipe(Pipeline.step("a", typed(Schema.Struct({ n: Schema.Number })), ({ input }) => input))),
      shape(base.pipe(Pipeline.step("a", typed(Schema.Struct({ m: Schema.Number })), ({ input }) => input))),
      shape(nested(1)),
      shape(nested(2)),
      shape(caught(step("instead"))),
      shape(caught(step("instead", { version: 2 })))
    ]

    assert.strictEqual(new Set(shapes).size, shapes.length)
  })
})

describe("the step at a path", () => {
  it("is the one whose results are recorded there, for every path of every run", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(Generated.anyPipeline, Generated.anyInput, (spec, input) =>
        Effect.runPromise(
          Effect.gen(function*() {
            const pipeline = Generated.build(spec, Generated.calm(0))
            yield* Effect.exit(Run.start(pipeline, input))
            const [run] = yield* Run.list
            assert(run !== undefined)
            for (const [path, { step }] of run.state.executions) {
              const found = Option.map(Plan.stepAt(pipeline, path), ({ definition }) => definition.name)
              assert.deepStrictEqual([path, found], [path, Option.some(step)])
            }
          }).pipe(Effect.provide(JournalMemory.layer))
        )),
      { numRuns: 100 }
    ))

  it("is that of a check, whatever its name", () => {
    const names = ["plain", "a/b", "50%", "#1", "%2F"]
    const checked = Pipeline.make("checked", { input: Schema.String }).pipe(
      Pipeline.validate(
        "v",
        Validation.all(...names.map((name) => Validation.check<string>(name, () => []))),
        ({ input }) => input
      )
    )
    const paths = ["v/plain", "v/a%2Fb", "v/50%25", "v/%231", "v/%252F"]

    assert.deepStrictEqual(
      paths.map((path) => Option.map(Plan.stepAt(checked, path), ({ definition }) => definition.name)),
      names.map(Option.some)
    )
  })

  it("is none where there is none", () => {
    for (const path of ["", "z", "a/b", "c", "c/z", "h/z", "d", "g#catch/x", "f"]) {
      assert.deepStrictEqual([path, Plan.stepAt(whole, path)], [path, Option.none()])
    }
  })
})
