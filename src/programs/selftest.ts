/**
 * A pipeline that writes down what it does, for whoever tests from outside that nothing finished is lost: it is killed,
 * its disk fails, it is raced against itself, and afterwards its notes and its results must agree.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { Array, Effect, Random, Schema } from "effect"
import * as CurrentStep from "../pipeline/CurrentStep.ts"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import * as Step from "../pipeline/Step.ts"
import { suspended } from "../pipeline/Suspended.ts"

const Count = Schema.Int.pipe(Schema.positive())

/**
 * What a run of `selftest` is about.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Input = Schema.Struct({
  shape: Schema.Literal("chain").annotations({ description: "How the steps hang together" }).pipe(Field.argument),
  steps: Count.annotations({ description: "How many steps there are" }),
  width: Schema.optionalWith(Count.annotations({ description: "How many of them stand side by side" }), {
    default: () => 1
  }),
  effects: Schema.String.annotations({ description: "The file to which each step appends what it does" }).pipe(
    Field.path
  ),
  ask: Schema.optional(Count.annotations({ description: "The step that asks an agent" }))
})
export type Input = typeof Input.Type

/**
 * The result of each step, by name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = Schema.Struct({ results: Schema.Record({ key: Schema.String, value: Schema.String }) })

/**
 * The file could not be appended to.
 *
 * @category errors
 * @since 0.1.0
 */
export class EffectsFailed extends Schema.TaggedError<EffectsFailed>()("EffectsFailed", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.reason}`
  }
  get fix(): string {
    return "Name a file that can be written with --effects, then repeat the command."
  }
}

const Work = Schema.Struct({
  effects: Schema.String,
  step: Schema.String,
  saw: Schema.Record({ key: Schema.String, value: Schema.String }),
  asks: Schema.Boolean
})

/** Appends a line with one `write`, so that no two processes mix theirs. */
const note = (file: string, line: unknown): Effect.Effect<void, EffectsFailed, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.open(file, { flag: "a" })),
    Effect.flatMap((opened) => opened.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`))),
    Effect.scoped,
    Effect.mapError(({ message }) => new EffectsFailed({ file, reason: message }))
  )

const nonce = Effect.map(
  Effect.replicateEffect(Random.nextIntBetween(0, 2 ** 32), 4),
  (parts) => parts.map((part) => part.toString(16).padStart(8, "0")).join("")
)

const question = {
  name: "go-on",
  ask: "agent",
  prompt: "Say anything, so that the test goes on.",
  answer: Schema.String,
  example: "go on"
} as const

const work = Step.make("work", {
  title: "Working",
  input: Work,
  success: Schema.String,
  failure: EffectsFailed,
  run: ({ asks, effects, saw, step }) =>
    Effect.gen(function*() {
      const own = yield* nonce
      yield* note(effects, { ev: "start", step, nonce: own, saw })
      if (asks) yield* CurrentStep.ask(question, suspended)
      yield* Effect.sleep("2 millis")
      yield* note(effects, { ev: "end", step, nonce: own })
      return own
    })
})

const conclude = Step.make("conclude", {
  title: "Concluding",
  input: Work,
  success: Schema.String,
  failure: EffectsFailed,
  hidden: true,
  run: ({ effects, saw }) => Effect.as(note(effects, { ev: "final", results: saw }), "")
})

/**
 * As many steps as the input says, in rows of its width: each sees the results of the row before.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const selftest = ({ ask, steps, width }: Input) => {
  const names = Array.makeBy(steps, (index) => `s${index + 1}`)
  const rows = Array.chunksOf(names, width).map((row, index, all) => {
    const before: ReadonlyArray<string> = all[index - 1] ?? []
    return row.map((key) => ({
      key,
      unit: work,
      select: ({ effects }: Input, results: Readonly<Record<string, string>>) => ({
        effects,
        step: key,
        saw: pick(results, before),
        asks: ask !== undefined && key === `s${ask}`
      })
    }))
  })
  return Pipeline.fromSteps("selftest", {
    input: Input,
    steps: [...rows.flatMap((row) => width === 1 ? row : [row]), {
      key: "final",
      unit: conclude,
      select: ({ effects }, results) => ({ effects, step: "final", saw: pick(results, names), asks: false })
    }],
    output: { schema: Output, select: (results) => ({ results: pick(results, names) }) }
  })
}

const pick = (results: Readonly<Record<string, string>>, names: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, results[name] ?? ""]))
