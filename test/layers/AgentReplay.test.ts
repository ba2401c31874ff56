import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentReplay from "../../src/layers/Agent/Replay.ts"
import * as AgentScripted from "../../src/layers/Agent/Scripted.ts"
import { temporary } from "../cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const ask = (name: string, prompt: string) => Agent.ask({ name, prompt, answer: Schema.NumberFromString })

const on = <A, E, E2>(effect: Effect.Effect<A, E, Agent.Agent>, layer: Layer.Layer<Agent.Agent, E2, NodeFs>) =>
  Effect.provide(effect, Layer.provide(layer, NodeFileSystem.layer))
type NodeFs = Layer.Layer.Success<typeof NodeFileSystem.layer>

const recorded = (file: string, lines: ReadonlyArray<AgentScripted.Line>, anew: boolean) =>
  AgentReplay.recording(AgentScripted.layer(lines), { file, model: "test", anew })

describe("a cassette", () => {
  it.effect("holds what was answered, and answers it when nobody can be asked", () =>
    Effect.gen(function*() {
      const file = join(folder, "first.json")
      const both = Effect.all([ask("one", "1?"), ask("two", "2?")])

      assert.deepStrictEqual(yield* on(both, recorded(file, [{ value: "1" }, { value: "2" }], true)), [1, 2])

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
      yield* on(one, recorded(file, [{ value: "1" }], false))

      assert.strictEqual(yield* on(one, recorded(file, [], false)), 1)
      assert.strictEqual(yield* on(one, recorded(file, [{ value: "7" }], true)), 7)
      assert.strictEqual(yield* on(one, AgentReplay.strict(file)), 7)
    }))

  it.effect("shows the nearest recording, and how it differs, where there is none", () =>
    Effect.gen(function*() {
      const file = join(folder, "third.json")
      yield* on(
        Effect.all([ask("one", "First line\nWhat is 1?"), ask("two", "Something else")]),
        recorded(file, [{ value: "1" }, { value: "2" }], true)
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

  it.effect("that is none is refused", () =>
    Effect.gen(function*() {
      const file = join(folder, "broken.json")
      fs.writeFileSync(file, "{\"schema\": \"cairn.cassette/9\"}")

      const end = yield* Effect.either(on(ask("one", "1?"), AgentReplay.strict(file)))

      assert.isTrue(Either.isLeft(end) && end.left instanceof AgentReplay.CassetteFailed)
    }))
})
