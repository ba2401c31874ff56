import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Either, type Layer, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentHandOff from "../../src/layers/Agent/HandOff.ts"
import * as AgentReplay from "../../src/layers/Agent/Replay.ts"
import * as AgentScripted from "../../src/layers/Agent/Scripted.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { temporary } from "../cli/command.ts"
import * as Scene from "../pipeline/scene.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const ask = (name: string, prompt: string) => Agent.ask({ name, prompt, answer: Schema.NumberFromString })

const on = <A, E, E2>(effect: Effect.Effect<A, E, Agent.Agent>, layer: Layer.Layer<Agent.Agent, E2>) =>
  Effect.provide(effect, layer)

const recorded = (file: string, lines: ReadonlyArray<AgentScripted.Line>, mode: "record" | "replay") =>
  AgentReplay.recording(AgentScripted.layer(lines), { file, model: "test", mode })

describe("a cassette", () => {
  it.effect("holds what was answered, and answers it when nobody can be asked", () =>
    Effect.gen(function*() {
      const file = join(folder, "first.json")
      const both = Effect.all([ask("one", "1?"), ask("two", "2?")])

      assert.deepStrictEqual(yield* on(both, recorded(file, [{ value: "1" }, { value: "2" }], "record")), [1, 2])

      assert.deepStrictEqual(yield* on(both, AgentReplay.strict(file)), [1, 2])
      assert.deepStrictEqual(yield* on(both, AgentReplay.strict(file, { model: "test" })), [1, 2])
      const { recordings, schema } = JSON.parse(fs.readFileSync(file, "utf8"))
      assert.deepStrictEqual(
        [schema, recordings.map(({ answer, name, prompt }: Record<string, unknown>) => [name, prompt, answer])],
        ["cairn.cassette/1", [["one", "1?", "1"], ["two", "2?", "2"]]]
      )
    }))

  it.effect("is asked first, or recorded anew", () =>
    Effect.gen(function*() {
      const file = join(folder, "second.json")
      const one = ask("one", "1?")
      yield* on(one, recorded(file, [{ value: "1" }], "replay"))

      assert.strictEqual(yield* on(one, recorded(file, [], "replay")), 1)
      assert.strictEqual(yield* on(one, recorded(file, [{ value: "7" }], "record")), 7)
      assert.strictEqual(yield* on(one, AgentReplay.strict(file)), 7)
    }))

  it.effect("shows the nearest recording, and how it differs, where there is none", () =>
    Effect.gen(function*() {
      const file = join(folder, "third.json")
      yield* on(
        Effect.all([ask("one", "First line\nWhat is 1?"), ask("two", "Something else")]),
        recorded(file, [{ value: "1" }, { value: "2" }], "record")
      )
      const missed = (asking: Effect.Effect<number, Agent.Failure, Agent.Agent>, model?: string) =>
        Effect.map(
          Effect.flip(on(asking, AgentReplay.strict(file, { model }))),
          (error) => error instanceof Agent.AgentFailed ? error.reason.replace(file, "FILE") : error
        )
      const plain = (name: string, prompt: string) => Effect.catchTag(ask(name, prompt), "Suspended", Effect.die)

      assert.strictEqual(
        yield* missed(plain("one", "First line\nWhat is 2?")),
        "FILE has no recording of it. The nearest one: its prompt differs:\n" +
          "--- recorded\n+++ asked\n@@ -1,2 +1,2 @@\n First line\n-What is 1?\n\\ No newline at end of file\n" +
          "+What is 2?\n\\ No newline at end of file\n"
      )
      assert.strictEqual(
        yield* missed(plain("one", "First line\nWhat is 1?"), "other"),
        "FILE has no recording of it. The nearest one: its model is \"test\""
      )
      assert.strictEqual(
        yield* Effect.map(
          Effect.flip(on(plain("one", "1?"), AgentReplay.strict(join(folder, "none.json")))),
          ({ message }) => message.replace(folder, "")
        ),
        "The agent (replay) gave no answer to \"one\": /none.json holds no recording"
      )
    }))

  it.effect("that is none, or cannot be read or written, is refused", () =>
    Effect.gen(function*() {
      const file = join(folder, "broken.json")
      fs.writeFileSync(file, "{\"schema\": \"cairn.cassette/9\"}")

      for (const broken of [file, folder]) {
        const end = yield* Effect.either(on(ask("one", "1?"), AgentReplay.strict(broken)))
        assert.isTrue(Either.isLeft(end) && end.left instanceof AgentReplay.CassetteFailed)
      }
      const end = yield* Effect.either(
        on(ask("one", "1?"), recorded(join(folder, "none", "x.json"), [{ value: "1" }], "replay"))
      )
      assert.isTrue(Either.isLeft(end) && end.left instanceof Agent.AgentFailed)
    }))

  it.effect("is added to by several at once", () =>
    Effect.gen(function*() {
      const file = join(folder, "shared.json")
      const names = ["a", "b", "c", "d", "e"]

      yield* Effect.forEach(
        names,
        (name) =>
          on(
            Effect.all([ask(name, "1"), ask(name, "2")], { concurrency: 2 }),
            recorded(file, [{ value: "1" }, { value: "1" }], "replay")
          ),
        { concurrency: "unbounded" }
      )

      assert.deepStrictEqual(
        yield* on(Effect.all(names.flatMap((name) => [ask(name, "1"), ask(name, "2")])), AgentReplay.strict(file)),
        names.flatMap(() => [1, 1])
      )
    }))
})

describe("a run with a cassette", () => {
  const pipeline = Pipeline.make("sum", { input: Schema.Array(Schema.String) }).pipe(
    Pipeline.forEach(
      "each",
      Step.make("number", {
        title: "Asking",
        input: Schema.String,
        success: Schema.Number,
        failure: Agent.Failure,
        run: (name) =>
          Agent.ask({
            name,
            prompt: `${name}?`,
            answer: Schema.Number,
            read: (text) => Either.right(Number(text.slice(1)))
          })
      }),
      ({ input }) => input,
      { key: (item) => item }
    ),
    Pipeline.output(Schema.Array(Schema.Number), ({ each }) => each)
  )
  const run = (
    scene: Scene.Scene,
    layer: Layer.Layer<Agent.Agent, AgentReplay.CassetteFailed>,
    answers = new Map<string, Given>()
  ) => scene.on(Effect.provide(Run.start(pipeline, ["one", "two"], { answers }), layer))

  it.effect("runs offline from what was recorded of another, and costs nothing", () =>
    Effect.gen(function*() {
      const file = join(folder, "run.json")
      yield* run(yield* Scene.make, recorded(file, [{ text: "=1" }, { text: "=2" }], "record"))
      const scene = yield* Scene.make

      assert.deepStrictEqual(yield* run(scene, AgentReplay.strict(file)), [1, 2])

      assert.strictEqual((yield* scene.info).state.usage.requests, 0)
      assert.isAbove((yield* scene.told).filter((event) => event.startsWith("AnswerRecorded")).length, 1)
    }))

  it.effect("records what was handed off, once it is answered", () =>
    Effect.gen(function*() {
      const file = join(folder, "handed-off.json")
      const scene = yield* Scene.make
      const layer = AgentReplay.recording(AgentHandOff.layer(), { file, model: "handoff", mode: "replay" })
      yield* Effect.flip(run(scene, layer))
      const given = (path: string, text: string) => [path, Given.Text({ text })] as const

      assert.deepStrictEqual(
        yield* run(scene, layer, new Map([given("each/one", "=1"), given("each/two", "=2")])),
        [1, 2]
      )

      assert.deepStrictEqual(yield* run(yield* Scene.make, AgentReplay.strict(file)), [1, 2])
    }))

  it.effect("needs nothing of it that is in its checkpoint", () =>
    Effect.gen(function*() {
      const file = join(folder, "half.json")
      const scene = yield* Scene.make
      yield* Effect.flip(run(scene, recorded(file, [{ text: "=1" }], "record")))
      const empty = join(folder, "empty.json")

      const end = yield* Effect.flip(run(scene, AgentReplay.strict(empty)))

      assert.isTrue(end instanceof Agent.AgentFailed && end.question === "two")
    }))
})
