/**
 * `schema`: what goes into a program, what comes out of it, and what is said meanwhile, as JSON Schema.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, Schema } from "effect"
import * as jsonSchema from "../../pipeline/jsonSchema.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import type { AnyProgram, App, Outcome } from "../App.ts"
import * as Programs from "../programs.ts"
import { Line, Result } from "../result.ts"
import * as Spec from "../Spec.ts"

/** @category constructors */
export const spec = (programs: ReadonlyArray<string>): Spec.Spec => ({
  name: "schema",
  description: "Prints the JSON Schema of a program's input and output.",
  args: [{
    name: "what",
    description: "A program, or what every program prints: its result, its events",
    required: true,
    choices: [...programs, ...Object.keys(shared)]
  }],
  flags: Spec.everywhere,
  examples: [
    ...programs.slice(0, 1).map((name) => ({ command: `schema ${name}`, description: "What it takes and gives" })),
    { command: "schema result", description: "The document that --json prints" },
    { command: "schema event", description: "A line of --progress json" }
  ]
})

/** What all programs print. */
const shared: Readonly<Record<string, Schema.Schema.AnyNoContext>> = { result: Result, event: Line }

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const [name = ""] = app.parsed.args
  const schemas = Option.match(yield* Programs.find(app, name), {
    onNone: () => ({ document: described(shared[name]) }),
    onSome: ({ fixed, input }) => ({
      input: described(input),
      output: described(Option.getOrUndefined(outputOf(fixed)))
    })
  })
  return {
    json: { schema: "cairn.schema/1", of: name, ...schemas },
    text: `${JSON.stringify("document" in schemas ? schemas.document : schemas, null, 2)}\n`
  } satisfies Outcome
})

/** The schema of what a program gives; none where it gives nothing, or where that depends on its input. */
const outputOf = (fixed: AnyProgram["fixed"]): Option.Option<Schema.Schema.AnyNoContext> =>
  Option.flatMap(
    fixed,
    ({ definition: { output } }) => Option.map(Option.fromNullable(output), ({ codec }) => Schema.make(codec.ast))
  )

const described = (schema: Schema.Schema.AnyNoContext | undefined): object => {
  if (schema === undefined) return {}
  // A schema of one's own may hold what JSON Schema has no word for.
  return Either.getOrElse(
    Either.try(() => jsonSchema.make(schema)),
    (error) => ({ $comment: messageOf(error) })
  )
}
