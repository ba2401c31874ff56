/**
 * A model of Anthropic as an agent.
 *
 * @since 0.1.0
 */
import * as AnthropicClient from "@effect/ai-anthropic/AnthropicClient"
import * as AnthropicLanguageModel from "@effect/ai-anthropic/AnthropicLanguageModel"
import { Layer } from "effect"
import type { Agent } from "../Agent.ts"
import * as http from "./http.ts"
import * as LanguageModel from "./LanguageModel.ts"
import type { Provider } from "./Provider.ts"
import { remembered } from "./Provider.ts"

/** Its API wants to know; an answer that is longer is refused. */
const maxTokens = 16_000

/**
 * Asks a model of Anthropic.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Provider): Layer.Layer<Agent> => {
  const { apiKey, baseUrl, model } = options
  return LanguageModel.layer(model, options).pipe(
    Layer.provide(
      AnthropicLanguageModel.layer({ model, config: { max_tokens: options.maxTokens ?? maxTokens } })
    ),
    Layer.provide(AnthropicClient.layer({ apiKey, apiUrl: baseUrl })),
    Layer.provide(http.layer(options)),
    remembered(apiKey)
  )
}
