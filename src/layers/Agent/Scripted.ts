/**
 * An agent that says what it was told to say: for tests and demonstrations.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option, Ref } from "effect"
import { Given } from "../../pipeline/Question.ts"
import { Agent, AgentFailed, type Failure, make } from "../Agent.ts"

/**
 * What it says to one question: text as an agent would write it, JSON, or a failure.
 *
 * @category models
 * @since 0.1.0
 */
export type Line = { readonly text: string } | { readonly value: unknown } | { readonly failure: Failure }

/**
 * Answers with the lines in their order, whatever is asked; after the last one it fails. `attempts` is how many of its
 * answers may be refused for one question, 1 unless given.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  lines: ReadonlyArray<Line>,
  options: { readonly attempts?: number } = {}
): Layer.Layer<Agent> =>
  Layer.effect(
    Agent,
    Effect.map(Ref.make(lines), (remaining) =>
      make({
        name: "scripted",
        attempts: options.attempts ?? 1,
        answer: ({ name }) => () =>
          Effect.flatMap(
            Ref.modify(remaining, ([first, ...rest]) => [Option.fromNullable(first), rest] as const),
            Option.match({
              onNone: () =>
                new AgentFailed({
                  agent: "scripted",
                  question: name,
                  reason: "it has no line left to say",
                  isTransient: false
                }),
              onSome: (line) =>
                "failure" in line
                  ? Effect.fail(line.failure)
                  : Effect.succeed("text" in line ? Given.Text(line) : Given.Json(line))
            })
          )
      }))
  )
