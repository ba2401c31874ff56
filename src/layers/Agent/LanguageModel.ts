/**
 * Any language model of `@effect/ai` as an agent.
 *
 * @since 0.1.0
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Layer, Option } from "effect"
import { Agent, AgentFailed } from "../Agent.ts"
import * as completing from "./completing.ts"
import * as http from "./http.ts"

/**
 * Asks the language model that is provided. `model` is what it is called in errors and in the table of prices.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  model: string,
  options: completing.Options = {}
): Layer.Layer<Agent, never, FileSystem.FileSystem | LanguageModel.LanguageModel> =>
  Layer.effect(
    Agent,
    Effect.flatMap(LanguageModel.LanguageModel, (service) =>
      completing.agentOf(model, options, ({ question, text }) =>
        http.calling(service.generateText({ prompt: text })).pipe(
          Effect.map(({ text, usage }): completing.Completion => ({
            text,
            inputTokens: Option.fromNullable(usage.inputTokens),
            outputTokens: Option.fromNullable(usage.outputTokens)
          })),
          Effect.mapError(({ isTransient, reason }) =>
            new AgentFailed({ agent: model, question, reason, isTransient })
          )
        )))
  )
