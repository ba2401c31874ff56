/**
 * Which agent answers, as a command line chooses it. A hand-off to whoever calls is the default, whatever keys there
 * are in the environment.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import { Config, Duration, Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import * as Field from "../../pipeline/Field.ts"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import * as Secrets from "../../pipeline/Secrets.ts"
import type { Agent } from "../Agent.ts"
import type * as completing from "./completing.ts"
import * as HandOff from "./HandOff.ts"
import type { BaseUrlRefused } from "./http.ts"
import type { CassetteFailed } from "./Replay.ts"

const text = (description: string) => Schema.optional(Schema.String.annotations({ description }))
const amount = (description: string) => Schema.optional(Schema.Positive.annotations({ description }))
const count = (description: string) => Schema.optional(Schema.Int.pipe(Schema.positive()).annotations({ description }))

/**
 * The settings of a program that asks an agent: part of its own.
 *
 * @category schemas
 * @since 0.1.0
 */
export const fields = {
  agent: Schema.optionalWith(
    Schema.String.annotations({
      description:
        "Who answers: handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE"
    }).pipe(Field.env("CAIRN_AGENT")),
    { default: () => "handoff" }
  ),
  attempts: count("How many of its answers may be refused before the step fails"),
  deadline: text("How long a handed-off question stays open, such as '2 hours'"),
  defaultAnswer: text("The answer, as JSON, that counts after the deadline"),
  model: text("The model of anthropic, openai or compatible"),
  baseUrl: text("Where the model's API is"),
  allowPrivateHost: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Let --base-url lead into a private network" }),
    { default: () => false }
  ),
  timeLimit: text("How long one answer of a model or a command may take"),
  budgetRequests: count("How many answers a run may ask models for"),
  budgetTokens: count("How many tokens a run may use"),
  budgetUsd: amount("How many US dollars a run may spend"),
  price: text("US dollars for a million tokens in and out, such as 3,15"),
  record: Schema.optional(
    Schema.String.annotations({ description: "Put what the agent answers on this cassette" }).pipe(Field.path)
  )
}

const Settings = Schema.Struct(fields)

/**
 * @category models
 * @since 0.1.0
 */
export type Settings = typeof Settings.Type

/**
 * The settings name no agent that could be asked.
 *
 * @category errors
 * @since 0.1.0
 */
export class AgentMisconfigured extends Schema.TaggedError<AgentMisconfigured>()("AgentMisconfigured", {
  reason: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

const refuse = (reason: string, fix: string) => Either.left(new AgentMisconfigured({ reason, fix }))

/**
 * The agent that the settings name. What it needs is loaded only then.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  settings: Settings
): Layer.Layer<Agent, AgentMisconfigured | Unusable, FileSystem.FileSystem> =>
  Layer.unwrapEffect(Effect.gen(function*() {
    const base = yield* chosen(settings)
    const { record } = settings
    if (record === undefined) return base
    const Replay = yield* Effect.promise(() => import("./Replay.ts"))
    return Replay.recording(base, { file: record, model: settings.model ?? settings.agent, anew: true })
  }))

/** Why an agent that was named cannot be used. */
type Unusable = CassetteFailed | BaseUrlRefused

const chosen = (
  settings: Settings
): Effect.Effect<
  Layer.Layer<Agent, Unusable, FileSystem.FileSystem>,
  AgentMisconfigured | Unusable
> =>
  Effect.gen(function*() {
    const { agent, attempts } = settings
    const [kind = "", rest] = agent.split(/:(.*)/s)
    const common = yield* commonOf(settings)
    switch (kind) {
      case "handoff": {
        const deadline = yield* duration("--deadline", settings.deadline)
        const otherwise = settings.defaultAnswer === undefined ? Option.none() : Option.some(
          yield* Either.mapLeft(foreignJson(settings.defaultAnswer), (problem) =>
            new AgentMisconfigured({
              reason: `--default-answer: ${problem}`,
              fix: "Give the answer as JSON, such as --default-answer '{\"title\": \"none\"}'."
            }))
        )
        if (Option.isSome(otherwise) && deadline === undefined) {
          return yield* refuse(
            "--default-answer counts after a deadline, and there is none.",
            "Add --deadline '2 hours'."
          )
        }
        return HandOff.layer({
          ...(attempts === undefined ? {} : { attempts }),
          ...(deadline === undefined ? {} : { deadline, otherwise })
        })
      }
      case "anthropic": {
        const model = yield* modelOf(settings)
        const apiKey = yield* key("ANTHROPIC_API_KEY", agent)
        const Anthropic = yield* Effect.promise(() => import("./Anthropic.ts"))
        return Anthropic.layer({ ...common, model, apiKey, baseUrl: yield* urlOf(settings) })
      }
      case "openai": {
        const model = yield* modelOf(settings)
        const apiKey = yield* key("OPENAI_API_KEY", agent)
        const OpenAi = yield* Effect.promise(() => import("./OpenAi.ts"))
        return OpenAi.layer({ ...common, model, apiKey, baseUrl: yield* urlOf(settings) })
      }
      case "compatible": {
        const model = yield* modelOf(settings)
        const baseUrl = yield* urlOf(settings)
        if (baseUrl === undefined) {
          return yield* refuse(
            "--agent compatible needs --base-url: where is the model's API?",
            "Add --base-url http://localhost:11434/v1 (Ollama), or where your server is."
          )
        }
        const apiKey = yield* optionalKey("CAIRN_API_KEY")
        const Compatible = yield* Effect.promise(() => import("./Compatible.ts"))
        return Compatible.layer({ ...common, model, baseUrl, apiKey: Option.getOrUndefined(apiKey) })
      }
      case "replay": {
        if (rest === undefined || rest === "") {
          return yield* refuse("--agent replay: names no cassette.", "Write --agent replay:FILE.")
        }
        const Replay = yield* Effect.promise(() => import("./Replay.ts"))
        return Replay.strict(rest, { model: settings.model })
      }
      default: {
        const Command = yield* Effect.promise(() => import("./Command.ts"))
        const words = kind === "command" ? Command.words(rest ?? "") : Option.fromNullable(Command.presets[agent])
        if (Option.isNone(words)) {
          return yield* refuse(
            kind === "command"
              ? `--agent ${agent}: that is no command line.`
              : `There is no agent "${agent}".`,
            "Choose one of handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE."
          )
        }
        if (settings.budgetUsd !== undefined) {
          return yield* refuse(
            "What a command costs is not known, so that --budget-usd could not hold.",
            "Leave it out, or use --budget-requests."
          )
        }
        return Command.layer({ ...common, words: words.value })
      }
    }
  })

const commonOf = (settings: Settings): Either.Either<completing.Options, AgentMisconfigured> =>
  Either.gen(function*() {
    const timeLimit = yield* duration("--time-limit", settings.timeLimit)
    const [input, output] = (settings.price ?? "").split(",").map(Number)
    if (settings.price !== undefined && !(input !== undefined && input >= 0 && output !== undefined && output >= 0)) {
      return yield* refuse(`--price ${settings.price} is no price.`, "Write two numbers: --price 3,15")
    }
    return {
      attempts: settings.attempts,
      timeLimit,
      budget: { requests: settings.budgetRequests, tokens: settings.budgetTokens, usd: settings.budgetUsd },
      price: input === undefined || output === undefined ? undefined : { input, output }
    }
  })

const duration = (
  option: string,
  given: string | undefined
): Either.Either<Duration.Duration | undefined, AgentMisconfigured> => {
  if (given === undefined) return Either.right(undefined)
  return Option.match(Duration.decodeUnknown(given), {
    onNone: () => refuse(`${option} ${JSON.stringify(given)} is no length of time.`, `Write ${option} '90 seconds'.`),
    onSome: Either.right
  })
}

const modelOf = ({ agent, budgetUsd, model, price }: Settings): Effect.Effect<string, AgentMisconfigured> =>
  Effect.gen(function*() {
    if (model === undefined) {
      return yield* refuse(`--agent ${agent} needs --model: which one?`, "Add --model NAME.")
    }
    const { priceOf } = yield* Effect.promise(() => import("./prices.ts"))
    if (budgetUsd !== undefined && price === undefined && Option.isNone(priceOf(model))) {
      return yield* refuse(
        `The price of "${model}" is not known, so that --budget-usd could not hold.`,
        "Add --price IN,OUT: US dollars for a million tokens in and out."
      )
    }
    return model
  })

const urlOf = ({ allowPrivateHost, baseUrl }: Settings): Effect.Effect<string | undefined, Unusable> =>
  Effect.gen(function*() {
    if (baseUrl === undefined) return undefined
    const http = yield* Effect.promise(() => import("./http.ts"))
    return yield* http.baseUrl(baseUrl, { allowPrivate: allowPrivateHost })
  })

/** A key from the environment, without the line end that files leave behind it. It is never shown. */
const optionalKey = (name: string): Effect.Effect<Option.Option<Redacted.Redacted>, AgentMisconfigured> =>
  Secrets.read(Effect.flatMap(
    Effect.orElseSucceed(Effect.asSome(Config.redacted(name)), () => Option.none<Redacted.Redacted>()),
    (found) => {
      const key = Option.filter(Option.map(found, (key) => Redacted.value(key).trim()), (key) => key !== "")
      return Option.isSome(key) && !/^[\x21-\x7E]+$/.test(key.value)
        ? refuse(`${name} holds what no key can hold, such as a space or a line end.`, `Set ${name} anew.`)
        : Either.right(Option.map(key, (key) => Redacted.make(key)))
    }
  ))

const key = (name: string, agent: string): Effect.Effect<Redacted.Redacted, AgentMisconfigured> =>
  Effect.flatMap(
    optionalKey(name),
    Option.match({
      onNone: () => refuse(`--agent ${agent} needs a key, and ${name} is not set.`, `export ${name}=…`),
      onSome: Either.right
    })
  )
