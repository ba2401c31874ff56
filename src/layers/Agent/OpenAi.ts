/**
 * A model of OpenAI as an agent, through its Responses API.
 *
 * @since 0.1.0
 */
import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as OpenAiLanguageModel from "@effect/ai-openai/OpenAiLanguageModel"
import type * as FileSystem from "@effect/platform/FileSystem"
import { Layer, type Redacted } from "effect"
import type { Agent } from "../Agent.ts"
import type * as completing from "./completing.ts"
import * as http from "./http.ts"
import * as LanguageModel from "./LanguageModel.ts"

/** @category layers */
export const layer = (
  options: completing.Options & {
    readonly model: string
    readonly apiKey: Redacted.Redacted
    readonly baseUrl?: string | undefined
  }
): Layer.Layer<Agent, never, FileSystem.FileSystem> =>
  LanguageModel.layer(options.model, options).pipe(
    Layer.provide(OpenAiLanguageModel.layer({ model: options.model })),
    Layer.provide(OpenAiClient.layer({ apiKey: options.apiKey, apiUrl: options.baseUrl })),
    Layer.provide(http.layer([options.apiKey]))
  )
