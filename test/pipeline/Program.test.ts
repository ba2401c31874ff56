import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schema } from "effect"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Program from "../../src/pipeline/Program.ts"
import * as Step from "../../src/pipeline/Step.ts"
import * as Scene from "./scene.ts"

class Greeting extends Context.Tag("test/Greeting")<Greeting, string>() {}
class Dictionary extends Context.Tag("test/Dictionary")<Dictionary, Readonly<Record<string, string>>>() {}
class Unknown extends Schema.TaggedError<Unknown>()("Unknown", { language: Schema.String }) {}

const greet = Step.make("greet", {
  title: "Greeting",
  input: Schema.String,
  success: Schema.String,
  run: (name) => Effect.map(Greeting, (greeting) => `${greeting}, ${name}`)
})

const Input = Schema.Struct({ name: Schema.String })
const Output = Schema.Struct({ text: Schema.String, at: Schema.Date })

const pipelineOf = (name: string) =>
  Pipeline.make(name, { input: Input }).pipe(
    Pipeline.step("text", greet, ({ input }) => input.name),
    Pipeline.output(Output, ({ text }) => ({ text, at: new Date(0) }))
  )

const options = {
  description: "Says hello",
  settings: Schema.Struct({ language: Schema.String }),
  layer: ({ language }: { readonly language: string }, { name }: { readonly name: string }) =>
    Layer.effect(
      Greeting,
      Effect.flatMap(Dictionary, (words) => {
        const word = words[language]
        return word === undefined ? new Unknown({ language }) : Effect.succeed(name === "" ? "Nobody" : word)
      })
    )
}

const on = <A, E, R>(scene: Scene.Scene, effect: Effect.Effect<A, E, R | Dictionary>) =>
  scene.on(Effect.provideService(effect, Dictionary, { en: "Hello", de: "Hallo" }) as Effect.Effect<A, E>)

describe("a program", () => {
  it.effect("provides what its steps need as the settings say, and gives its result as JSON and as text", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const program = Program.make(pipelineOf("hello"), { ...options, print: ({ text }) => `${text}!` })
      expectTypeOf(program).toEqualTypeOf<Program.Program<Unknown, Dictionary>>()
      const output = (text: string) => ({ output: { text, at: "1970-01-01T00:00:00.000Z" }, text: `${text}!` })

      const first = yield* on(scene, program.start({ name: "Ada" } as never, { language: "de" } as never, {}))
      assert.deepStrictEqual(first, output("Hallo, Ada"))
      // The settings are of this time only.
      const again = yield* on(
        scene,
        program.resume(scene.id(), { name: "Ada" } as never, { language: "en" } as never, { from: "text" })
      )
      assert.deepStrictEqual(again, output("Hello, Ada"))
      const none = yield* Effect.flip(
        on(scene, program.start({ name: "Ada" } as never, { language: "fr" } as never, {}))
      )
      assert.deepStrictEqual(none, new Unknown({ language: "fr" }))
    }))

  it.effect("without an output or words of its own prints nothing, or its JSON", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const quiet = Program.make(Pipeline.make("quiet", { input: Input }), { description: "Does nothing" })
      const json = Program.make(
        Pipeline.make("json", { input: Input }).pipe(Pipeline.output(Input, ({ input }) => input)),
        { description: "Says it again" }
      )
      const start = <E, R>(program: Program.Program<E, R>) =>
        on(scene, program.start({ name: "Ada" } as never, {} as never, {}))

      assert.deepStrictEqual(yield* start(quiet), { output: null, text: "" })
      assert.deepStrictEqual(yield* start(json), { output: { name: "Ada" }, text: `{\n  "name": "Ada"\n}` })
    }))

  it.effect("may have another pipeline for each input, all of one name", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const made = (nameOf: (name: string) => string) =>
        Program.make(
          { name: "made", input: Input, pipeline: ({ name }: typeof Input.Type) => pipelineOf(nameOf(name)) },
          options
        )
      const start = (program: Program.Program<Unknown, Dictionary>) =>
        on(scene, program.start({ name: "Ada" } as never, { language: "en" } as never, {}))
      const program = made(() => "made")

      assert.deepStrictEqual([program.name, program.fixed], ["made", Option.none()])
      assert.include((yield* start(program)).text, "Hello, Ada")
      assert.include(yield* Scene.bug(start(made((name) => name))), `Pipeline "Ada": the program "made" makes it`)
    }))
})
