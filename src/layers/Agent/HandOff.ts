/**
 * The agent that calls us answers: the run stops with a request, and goes on with the answer.
 *
 * @since 0.1.0
 */
import { type Duration, Layer, Option } from "effect"
import { Given } from "../../pipeline/Question.ts"
import { suspended } from "../../pipeline/Suspended.ts"
import { Agent, make } from "../Agent.ts"

/**
 * Suspends the run for every question. `attempts` is how many answers may be refused before the step fails, 3 unless
 * given. There is no deadline unless `deadline` is given; after it `otherwise` counts, where that is given, as the JSON
 * of the answer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: {
  readonly attempts?: number
  readonly deadline?: Duration.DurationInput
  readonly otherwise?: Option.Option<unknown>
} = {}): Layer.Layer<Agent> =>
  Layer.succeed(
    Agent,
    make({
      name: "handoff",
      attempts: options.attempts ?? 3,
      ...(options.deadline === undefined ? {} : {
        deadline: {
          after: options.deadline,
          otherwise: Option.map(options.otherwise ?? Option.none(), (value) => Given.Json({ value }))
        }
      }),
      answer: () => suspended
    })
  )
