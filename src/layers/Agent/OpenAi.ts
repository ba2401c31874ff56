/**
 * A model of OpenAI as an agent, through its Responses API.
 *
 * @since 0.1.0
 */
import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as OpenAiLanguageModel from "@effect/ai-openai/OpenAiLanguageModel"
import { Layer } from "effect"
import type { Agent } from "../Agent.ts"
import * as http from "./http.ts"
import * as LanguageModel from "./LanguageModel.ts"
import type { Provider } from "./Provider.ts"
import { remembered } from "./Provider.ts"

/**
 * Asks a model of OpenAI.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Provider): Layer.Layer<Agent> => {
  const { apiKey, baseUrl, maxTokens, model } = options
  const config = maxTokens === undefined ? {} : { max_output_tokens: maxTokens }
  return LanguageModel.layerWith(
    model,
    options,
    (call, { isStrict }) => isStrict ? call : OpenAiLanguageModel.withConfigOverride(call, { strict: false })
  ).pipe(
    Layer.provide(OpenAiLanguageModel.layer({ model, config })),
    Layer.provide(OpenAiClient.layer({ apiKey, apiUrl: baseUrl })),
    Layer.provide(http.layer(options)),
    remembered(apiKey)
  )
}
