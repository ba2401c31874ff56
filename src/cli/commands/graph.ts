/**
 * `graph`: the shape of a program as the text of a flowchart.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as Plan from "../../pipeline/Plan.ts"
import type { App, Outcome } from "../App.ts"
import * as Programs from "../programs.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"

/** @category constructors */
export const spec = (names: ReadonlyArray<string>): Spec.Spec => ({
  name: "graph",
  description: "Draws a program as a Mermaid flowchart.",
  args: [{
    name: "program",
    description: "The name of the program",
    required: true,
    choices: names
  }],
  flags: Spec.everywhere,
  examples: names.slice(0, 1).map((name) => ({ command: `graph ${name} > ${name}.mmd` }))
})

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const [name = ""] = app.parsed.args
  const pipeline = Option.flatMap(yield* Programs.find(app, name), ({ fixed }) => fixed)
  if (Option.isNone(pipeline)) {
    return yield* new UsageError({
      reason: `The steps of ${name} depend on its input, so that there is no one graph.`,
      fix: `${app.name} ${name} --help`
    })
  }
  const plan = Plan.of(pipeline.value)
  const mermaid = Plan.toMermaid(plan)
  return { json: { schema: "cairn.graph/1", program: name, of: plan.of, mermaid }, text: mermaid } satisfies Outcome
})
