import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, type Layer, Option, Schema, TestClock } from "effect"
import * as Agent from "../../src/layers/Agent.ts"
import * as AgentHandOff from "../../src/layers/Agent/HandOff.ts"
import * as AgentScripted from "../../src/layers/Agent/Scripted.ts"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given, Refusal } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { AnswerInvalid, Suspended, WrongRequest } from "../../src/pipeline/Suspended.ts"
import * as Validation from "../../src/pipeline/Validation.ts"
import * as Scene from "../pipeline/scene.ts"

const Summary = Schema.Struct({ title: Schema.NonEmptyString, risks: Schema.Array(Schema.String) })

const ask: Agent.Ask<typeof Summary.Type, typeof Summary.Encoded> = {
  name: "summary",
  prompt: "Summarize it.",
  answer: Summary,
  files: ["notes.md"],
  example: { title: "Notes", risks: [] },
  check: Validation.all(
    Validation.check(
      "risks",
      ({ risks }) =>
        risks.length > 2 ? [Validation.error("too-many-risks", "names more than 2", { path: "/risks" })] : []
    ),
    Validation.check(
      "title",
      ({ title }) => title.length > 20 ? [Validation.error("long-title", "is longer than 20", { path: "/title" })] : []
    )
  )
}

const summarize = Step.make("summarize", {
  title: "Summarizing",
  input: Schema.String,
  success: Summary,
  failure: Agent.Failure,
  run: () => Agent.ask(ask)
})

const pipeline = Pipeline.make("summary", { input: Schema.String }).pipe(
  Pipeline.step("summary", summarize, ({ input }) => input),
  Pipeline.output(Summary, ({ summary }) => summary)
)

const good = { title: "Notes", risks: ["rain"] }
const text = (text: string) => Given.Text({ text })
const json = (value: unknown) => text(JSON.stringify(value))

/** One call of the program, with an answer or without. */
const call = (scene: Scene.Scene, layer: Layer.Layer<Agent.Agent>, given?: Given) =>
  scene.on(
    Run.start(pipeline, "x", given === undefined ? {} : { answers: new Map([["summary", given]]) }).pipe(
      Effect.provide(layer)
    )
  )

const waiting = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.flatMap(
    Effect.flip(effect),
    (error) => error instanceof Suspended ? Effect.succeed(error.requests) : Effect.die(error)
  )

describe("an agent that hands off", () => {
  it.effect("stops the run with a request, and goes on with the answer", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make

      const [request] = yield* waiting(call(scene, AgentHandOff.layer()))
      assert.deepStrictEqual(
        [request?.ask, request?.prompt, request?.files, request?.example, request?.attempts, request?.deadline],
        ["agent", "Summarize it.", ["notes.md"], { title: "Notes", risks: [] }, 3, undefined]
      )

      assert.deepStrictEqual(yield* call(scene, AgentHandOff.layer(), json(good)), good)
    }))

  it.effect("takes the answer under the id of its request, and under no other", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const [request] = yield* waiting(call(scene, AgentHandOff.layer()))

      const open = [{ id: request?.id ?? "", path: "summary" }]
      for (const id of ["another", ` ${request?.id}`, [request?.id], null, 7]) {
        const stray = yield* Effect.flip(call(scene, AgentHandOff.layer({ attempts: 9 }), json({ id, value: good })))
        assert.deepStrictEqual(
          stray,
          new WrongRequest({
            run: scene.id(),
            id: typeof id === "string" ? id : JSON.stringify(id),
            open,
            kept: undefined
          })
        )
      }
      const nowhere = yield* Effect.flip(
        call(scene, AgentHandOff.layer({ attempts: 9 }), text(`{"__proto__":{"id":"${request?.id}"},"value":{}}`))
      )
      assert.deepStrictEqual(nowhere instanceof AnswerInvalid ? nowhere.issues : [], [
        "/__proto__: no key may have this name"
      ])

      assert.deepStrictEqual(
        yield* call(scene, AgentHandOff.layer(), json({ id: request?.id, value: good })),
        good
      )
    }))

  it.effect("bears so many refused answers, names all that is wrong with each, and fails with the last", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const layer = AgentHandOff.layer({ attempts: 3 })
      yield* waiting(call(scene, layer))
      const told: Array<string> = []
      const refused = (given: Given) =>
        Effect.flatMap(Effect.flip(call(scene, layer, given)), (error) => {
          if (!(error instanceof AnswerInvalid)) return Effect.die(error)
          told.push(...(error.message.match(/attempt \d of \d/) ?? []))
          return Effect.succeed([error.isLast, error.reason, error.issues] as const)
        })

      assert.deepStrictEqual(yield* refused(json({ risks: "none", more: 1 })), [false, "InvalidAnswer", [
        `/more: is unexpected, expected: "title" | "risks"`,
        "/title: is missing",
        "/risks: Expected ReadonlyArray<string>, actual \"none\""
      ]])
      const [request] = yield* waiting(call(scene, layer))
      assert.deepStrictEqual([request?.attempt, request?.previousErrors.length], [2, 3])

      assert.deepStrictEqual(yield* refused(json({ title: "x".repeat(21), risks: ["a", "b", "c"] })), [
        false,
        "too-many-risks",
        ["/risks: names more than 2", "/title: is longer than 20"]
      ])
      assert.deepStrictEqual((yield* refused(text("Sorry, I"))).slice(0, 2), [true, "InvalidAnswer"])
      assert.strictEqual((yield* scene.info).status, "failed")
      assert.deepStrictEqual(told, ["attempt 1 of 3", "attempt 2 of 3", "attempt 3 of 3"])

      // Asking again begins to count anew.
      const [next] = yield* waiting(call(scene, layer))
      assert.strictEqual(next?.attempt, 1)
      assert.notStrictEqual(next?.id, request?.id)
    }))

  it.effect("keeps waiting when the agent will answer later, and fails at once when it gives up", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const layer = AgentHandOff.layer({ attempts: 2 })
      const moody = Step.make("moody", {
        title: "Asking",
        input: Schema.String,
        success: Schema.String,
        failure: Agent.Failure,
        run: () =>
          Agent.ask({
            name: "mood",
            prompt: "?",
            answer: Schema.String,
            read: (text) =>
              text === "later"
                ? Either.left(Refusal.Late({ message: "after 300 s" }))
                : text === "no"
                ? Either.left(Refusal.Declined({ message: "out of ideas" }))
                : Either.right(text)
          })
      })
      const pipeline = Pipeline.make("moody", { input: Schema.String }).pipe(
        Pipeline.step("mood", moody, ({ input }) => input)
      )
      const call = (...given: ReadonlyArray<string>) =>
        scene.on(
          Run.start(pipeline, "x", { answers: new Map(given.map((said) => ["mood", text(said)])) }).pipe(
            Effect.provide(layer)
          )
        )

      yield* waiting(call())
      yield* waiting(call("later"))
      const late = yield* Effect.flip(call("later"))
      assert.deepStrictEqual(
        late,
        new Agent.AgentTimedOut({ agent: "handoff", question: "mood", reason: "after 300 s" })
      )
      yield* waiting(call())
      const declined = yield* Effect.flip(call("no"))
      assert.deepStrictEqual(
        declined,
        new Agent.AgentFailed({ agent: "handoff", question: "mood", reason: "out of ideas", isTransient: false })
      )
    }))

  it.effect("waits until its deadline, after which the default counts, or the step has failed", () =>
    Effect.gen(function*() {
      for (const otherwise of [Option.some<unknown>(good), Option.none()]) {
        const scene = yield* Scene.make
        const layer = AgentHandOff.layer({ deadline: "1 hour", otherwise })
        const [request] = yield* waiting(call(scene, layer))
        assert.strictEqual(request?.deadline, (yield* TestClock.currentTimeMillis) + 3_600_000)
        yield* TestClock.adjust("59 minutes")
        yield* waiting(call(scene, layer))
        yield* TestClock.adjust("1 minute")

        const end = yield* Effect.either(call(scene, layer))

        assert.deepStrictEqual(
          end,
          Option.isSome(otherwise) ? Either.right(good) : Either.left(
            new Agent.AgentTimedOut({
              agent: "handoff",
              question: "summary",
              reason: "there was no answer within 1h"
            })
          )
        )
      }
    }))
})

describe("an agent that answers at once", () => {
  it.effect("is asked again with what was wrong, and each answer is on record with what it cost", () =>
    Effect.gen(function*() {
      const scene = yield* Scene.make
      const told: Array<ReadonlyArray<string>> = []
      const costly = Agent.make({
        name: "costly",
        attempts: 2,
        answer: () => (refused) =>
          Effect.zipRight(
            CurrentStep.spend({ requests: 1, ms: 10, outputTokens: 5 }),
            Effect.sync(() => {
              told.push(Option.match(refused, { onNone: () => [], onSome: (refusal) => [refusal._tag] }))
              return told.length === 1 ? text("Here you are: {}") : json(good)
            })
          )
      })
      const on = scene.on(Effect.provideService(Run.start(pipeline, "x"), Agent.Agent, costly))

      assert.deepStrictEqual(yield* on, good)

      assert.deepStrictEqual(told, [[], ["Invalid"]])
      assert.deepStrictEqual((yield* scene.told).filter((event) => event.startsWith("Answer")), [
        "AnswerRefused summary",
        "AnswerRecorded summary"
      ])
      assert.deepStrictEqual((yield* scene.info).state.usage, { requests: 2, ms: 20, outputTokens: 10 })
    }))

  it.effect("says its lines in their order, and fails after the last one", () =>
    Effect.gen(function*() {
      const failure = new Agent.AgentTimedOut({ agent: "scripted", question: "summary", reason: "asleep" })
      const answers = yield* Effect.provide(
        Effect.all([1, 2, 3, 4].map(() => Effect.either(summarize("x")))),
        AgentScripted.layer([{ text: JSON.stringify(good) }, { value: good }, { failure }])
      )

      assert.deepStrictEqual(answers, [
        Either.right(good),
        Either.right(good),
        Either.left(failure),
        Either.left(
          new Agent.AgentFailed({
            agent: "scripted",
            question: "summary",
            reason: "it has no line left to say",
            isTransient: false
          })
        )
      ])
    }))
})
