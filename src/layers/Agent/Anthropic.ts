/**
 * A model of Anthropic as an agent.
 *
 * @since 0.1.0
 */
import * as AnthropicClient from "@effect/ai-anthropic/AnthropicClient"
import * as AnthropicLanguageModel from "@effect/ai-anthropic/AnthropicLanguageModel"
import type * as FileSystem from "@effect/platform/FileSystem"
import { Layer, type Redacted } from "effect"
import type { Agent } from "../Agent.ts"
import type * as completing from "./completing.ts"
import * as http from "./http.ts"
import * as LanguageModel from "./LanguageModel.ts"

/** Room for a long answer; an answer that is cut off is refused. */
const maxTokens = 16_000

/** @category layers */
export const layer = (
  options: completing.Options & {
    readonly model: string
    readonly apiKey: Redacted.Redacted
    readonly baseUrl?: string | undefined
  }
): Layer.Layer<Agent, never, FileSystem.FileSystem> =>
  LanguageModel.layer(options.model, options).pipe(
    Layer.provide(AnthropicLanguageModel.layer({ model: options.model, config: { max_tokens: maxTokens } })),
    Layer.provide(AnthropicClient.layer({ apiKey: options.apiKey, apiUrl: options.baseUrl })),
    Layer.provide(http.layer([options.apiKey]))
  )
