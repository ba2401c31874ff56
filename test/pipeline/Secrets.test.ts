import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Redacted, Schema } from "effect"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Program from "../../src/pipeline/Program.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Secrets from "../../src/pipeline/Secrets.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import * as Scene from "./scene.ts"

/** With everything in it that is written in another way in JSON or in a URL. */
const canary = "canary \"quoted\"\n/ü&=?🪨"

/** A scene in which the canary was read, and what of it got out: into the checkpoint, or to the reporter. */
const scened = Effect.gen(function*() {
  const scene = yield* Scene.make
  const secrets = Secrets.make()
  secrets.remember({ keys: [Redacted.make(canary)] })
  const leaked = () => {
    const all = [...scene.store.journals.values()].flatMap(({ records }) => records).join("\n") +
      JSON.stringify(scene.shown)
    return ["canary", "quoted", encodeURIComponent("🪨")].filter((part) => all.includes(part))
  }
  const on = <A, E>(effect: Parameters<typeof scene.on<A, E>>[0]) =>
    scene.on(Effect.provideService(effect, Secrets.Secrets, secrets))
  return { ...scene, on, secrets, leaked }
})

class Refused extends Schema.TaggedError<Refused>()("Refused", { url: Schema.String, body: Schema.Unknown }) {
  override get message(): string {
    return `It was refused: ${this.url}`
  }
  get fix(): string {
    return `Look at ${this.url}`
  }
}

const stepOf = <A, I>(success: Schema.Schema<A, I>, run: (text: string) => Effect.Effect<A, Refused>) =>
  Step.make("step", {
    title: "Doing",
    input: Schema.String,
    success,
    failure: Refused,
    retry: { times: 1 },
    run
  })

const only = <A, E>(step: Step.Step<string, A, E>) =>
  Pipeline.make("only", { input: Schema.String }).pipe(Pipeline.step("a", step, ({ input }) => input))

describe("a secret that was read", () => {
  it("is known as it is, in JSON and in URLs, the longer before the shorter", () => {
    const secrets = Secrets.make()
    secrets.remember(Redacted.make("12345678"))
    secrets.remember(new Map()) // holds none
    secrets.remember({
      a: { b: [Redacted.make("12345678/90"), Redacted.make({ nested: Redacted.make("a b c d e") })] }
    })

    assert.isTrue(secrets.isIn("<12345678>"))
    assert.isFalse(secrets.isIn("1234567"))
    assert.deepStrictEqual(
      secrets.scrub<unknown>({
        "12345678": ["12345678%2F90", "12345678/90 12345678", "a%20b%20c%20d%20e", 12345678, null]
      }),
      { "<redacted>": ["<redacted>", "<redacted> <redacted>", "<redacted>", 12345678, null] }
    )
  })

  it("is known in what was encoded for a header, wherever it stands there", () => {
    const secrets = Secrets.make()
    secrets.remember(Redacted.make("pass?>word~ü"))
    for (const user of ["", "a", "me", "you", "anna"]) {
      const text = Buffer.from(`${user}pass?>word~ü:`)

      for (const encoded of [text.toString("base64"), text.toString("base64url")]) {
        assert.isTrue(secrets.isIn(`Basic ${encoded}`), encoded)
      }
    }
    assert.isFalse(secrets.isIn(Buffer.from("pass?>words").toString("base64")))
  })

  it("is not looked for where it is too short to tell from other words", () => {
    const secrets = Secrets.make()
    secrets.remember(Redacted.make("secret"))

    assert.strictEqual(secrets.scrub("the secret of life"), "the secret of life")
  })

  it.effect("is in nothing that is recorded or shown of failures, bugs, retries, progress, questions and announcements", () =>
    Effect.gen(function*() {
      const url = `https://user:${encodeURIComponent(canary)}@example.org`
      const long = `${"x".repeat(1995)}${canary}`
      const bodies: ReadonlyArray<Effect.Effect<string, Refused>> = [
        new Refused({ url, body: { echo: canary, deep: [canary] } }),
        new Refused({ url: long, body: null }),
        Effect.die(new Error(`No access with ${canary}`)),
        Effect.die(new Error(long)),
        Effect.die(canary),
        Effect.zipRight(CurrentStep.report({ note: `with ${canary}` }), new Refused({ url, body: canary }))
      ]
      for (const body of bodies) {
        const scene = yield* scened
        yield* Effect.exit(scene.on(Run.start(only(stepOf(Schema.String, () => body)), "x")))
        assert.deepStrictEqual([scene.leaked(), (yield* scene.info).status], [[], "failed"])
      }

      const scene = yield* scened
      const asking = Step.make("asking", {
        title: "Asking",
        input: Schema.String,
        success: Schema.String,
        summary: () => canary,
        run: () =>
          CurrentStep.ask({ name: "q", ask: "user", prompt: `Is it ${canary}?`, answer: Schema.String }, suspended)
      })
      const pipeline = only(asking).pipe(
        Pipeline.announce(() => ({ title: canary, rows: [["key", canary]] }))
      )
      yield* Effect.exit(scene.on(Run.start(pipeline, "x", { settings: { header: canary } })))
      yield* scene.on(Run.start(pipeline, "x", { answers: new Map([["a", Given.Json({ value: "no" })]]) }))
      assert.deepStrictEqual(scene.leaked(), [])
    }))

  it.effect("is refused in a result, an answer, an input, an output and the key of an item, and named as what it is", () =>
    Effect.gen(function*() {
      const hidden = stepOf(
        Schema.Struct({ headers: Schema.Array(Schema.String) }),
        () => Effect.succeed({ headers: [`x-api-key: ${canary}`] })
      )
      const echoing = Step.make("echoing", {
        title: "Asking",
        input: Schema.String,
        success: Schema.String,
        run: () =>
          CurrentStep.ask(
            { name: "q", ask: "agent", prompt: "?", answer: Schema.String },
            () => Effect.succeed(Given.Json({ value: canary }))
          )
      })
      const plain = stepOf(Schema.Boolean, () => Effect.succeed(true))
      const cases: ReadonlyArray<
        readonly [Pipeline.Pipeline<string, unknown, unknown, never, unknown>, string, string]
      > = [
        [only(hidden), "x", `the result of step "step"`],
        [only(echoing), "x", "AnswerRecorded a"],
        [only(plain), canary, "RunStarted"],
        [only(plain).pipe(Pipeline.output(Schema.String, () => canary)), "x", "RunSucceeded"],
        [
          Pipeline.make("only", { input: Schema.String }).pipe(
            Pipeline.forEach("a", plain, () => ["x"], { key: () => canary })
          ),
          "x",
          `the key of an item of "step"`
        ]
      ]
      for (const [pipeline, input, what] of cases) {
        const scene = yield* scened
        const bug = yield* Scene.bug(scene.on(Run.start(pipeline, input)))

        assert.include(bug, what)
        assert.include(bug, "holds a secret that was read here, and secrets are never stored")
        assert.deepStrictEqual(scene.leaked(), [])
      }
    }))

  it.effect("is remembered by whoever reads it from the configuration, or has it in its settings", () =>
    Effect.gen(function*() {
      const secrets = Secrets.make()
      const key = yield* Secrets.read(Config.redacted("KEY")).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["KEY", "key-of-config"]]))),
        Effect.provideService(Secrets.Secrets, secrets)
      )
      assert.strictEqual(Redacted.value(key), "key-of-config")
      assert.strictEqual(secrets.scrub("it is key-of-config"), "it is <redacted>")

      const scene = yield* Scene.make
      const program = Program.make(only(stepOf(Schema.String, () => Effect.die("it is key-of-settings"))), {
        description: "Leaks",
        settings: Schema.Struct({ key: Schema.Redacted(Schema.String) })
      })
      yield* Effect.exit(scene.on(
        program.start("x" as never, { key: Redacted.make("key-of-settings") } as never, {}).pipe(
          Effect.provideService(Secrets.Secrets, secrets)
        )
      ))
      assert.strictEqual(secrets.scrub("it is key-of-settings"), "it is <redacted>")
      assert.include(scene.store.journals.get(scene.id())?.records.join("\n"), "it is <redacted>")
    }))
})
