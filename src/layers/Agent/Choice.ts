/**
 * Which agent answers, as a command line chooses it. A hand-off to whoever calls is the default, whatever keys there
 * are in the environment.
 *
 * @since 0.1.0
 */
import { Context, Duration, Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import * as Field from "../../pipeline/Field.ts"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import type { Agent } from "../Agent.ts"
import type { BaseUrlRefused } from "./address.ts"
import type * as completing from "./completing.ts"
import * as HandOff from "./HandOff.ts"
import type { CassetteFailed } from "./Replay.ts"

const text = (description: string) => Schema.String.annotations({ description })
const amount = (description: string) => Schema.optional(Schema.Positive.annotations({ description }))
const count = (description: string) => Schema.optional(Schema.Int.pipe(Schema.positive()).annotations({ description }))
const key = (variable: string, description: string) =>
  Schema.optional(Schema.Redacted(text(description)).pipe(Field.env(variable)))

/** Whether an agent is given as what is run or read. */
const isSpelledOut = (agent: unknown): boolean => typeof agent === "string" && agent.includes(":")

/**
 * The settings of a program that asks an agent: part of its own.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import { Agent, Pipeline, Program, Step } from "effect-cairn"
 * import { AgentChoice } from "effect-cairn/agents"
 *
 * const translate = Step.make("translate", {
 *   title: "Translating",
 *   input: Schema.String,
 *   success: Schema.String,
 *   failure: Agent.Failure,
 *   run: (text) => Agent.ask({ name: "translation", prompt: `Into English:\n\n${text}`, answer: Schema.String })
 * })
 *
 * export const translation = Program.make(
 *   Pipeline.make("translation", { input: Schema.Struct({ text: Schema.String }) }).pipe(
 *     Pipeline.step("english", translate, ({ input }) => input.text),
 *     Pipeline.output(Schema.String, ({ english }) => english)
 *   ),
 *   {
 *     description: "Translates a text into English",
 *     settings: Schema.Struct(AgentChoice.fields),
 *     layer: (settings) => AgentChoice.layer(settings)
 *   }
 * )
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const fields = {
  agent: Schema.optionalWith(
    text("Who answers: handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE")
      .pipe(Field.env("CAIRN_AGENT"), Field.unrecorded(isSpelledOut)),
    { default: () => "handoff" }
  ),
  model: Schema.optional(text("Which model answers")),
  attempts: count("How many of its answers may be refused before the step fails"),
  deadline: Schema.optional(text("How long a handed-off question stays open, such as '2 hours'")),
  defaultAnswer: Schema.optional(text("The answer, as JSON, that counts after the deadline")),
  timeLimit: Schema.optional(text("How long a model or a command may take for one answer")),
  maxTokens: count("How many tokens an answer of a model may have"),
  baseUrl: Schema.optional(text("Where the model's API is").pipe(Field.env("CAIRN_BASE_URL"), Field.unrecorded())),
  allowPrivateHost: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Let --base-url lead into a private network" }).pipe(Field.unrecorded()),
    { default: () => false }
  ),
  agentEnv: Schema.optional(
    Schema.Array(Schema.String).annotations({ description: "A variable of the environment that a command may see" })
      .pipe(Field.unrecorded())
  ),
  budgetRequests: count("How many requests a run may make"),
  budgetTokens: count("How many tokens a run may use"),
  budgetUsd: amount("How many US dollars a run may spend"),
  price: Schema.optional(text("US dollars for a million tokens in and out, such as 3,15")),
  cassette: Schema.optional(text("Keep answers in this file, and take them from it").pipe(Field.path)),
  cassetteMode: Schema.optionalWith(
    Schema.Literal("replay", "record", "strict").annotations({
      description: "replay: ask for what is not on it; record: ask for everything; strict: ask for nothing"
    }),
    { default: () => "replay" as const }
  ),
  anthropicKey: key("ANTHROPIC_API_KEY", "The key for --agent anthropic"),
  openaiKey: key("OPENAI_API_KEY", "The key for --agent openai"),
  compatibleKey: key("CAIRN_API_KEY", "The key for --agent compatible, where it needs one")
}

const Settings = Schema.Struct(fields)

/**
 * The settings as they are decoded.
 *
 * @category models
 * @since 0.1.0
 */
export type Settings = typeof Settings.Type

/**
 * What was chosen this time, for layers that are put together before anybody chooses.
 *
 * @category services
 * @since 0.1.0
 */
export class Chosen extends Context.Tag("effect-cairn/layers/Agent/Choice/Chosen")<Chosen, Settings>() {}

/**
 * The settings name no agent that could be asked. Nothing was run.
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
 * Why an agent that was named cannot be used.
 *
 * @category errors
 * @since 0.1.0
 */
export type Unusable = AgentMisconfigured | BaseUrlRefused | CassetteFailed

/**
 * The agent that the settings name. What it needs is loaded only then. Commands run in `root`, from which the files of
 * questions are found too; by default that is the current folder.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  settings: Settings,
  options: { readonly root?: string } = {}
): Layer.Layer<Agent, Unusable> =>
  Layer.unwrapEffect(Effect.gen(function*() {
    const { agent, cassette: file, cassetteMode: mode, model } = settings
    const isReplay = agent.startsWith("replay:")
    if (file === undefined) {
      if (mode !== "replay") {
        return yield* refuse(`--cassette-mode ${mode} needs a cassette.`, "Add --cassette FILE.")
      }
      if (!isReplay) return yield* chosen(settings, options)
    } else if (isReplay) {
      return yield* refuse(
        "--agent replay: and --cassette name a cassette each.",
        "Leave one of them out: --agent replay:FILE is the same as --cassette FILE --cassette-mode strict."
      )
    }
    const cassette = file ?? agent.slice("replay:".length)
    if (cassette === "") return yield* refuse("--agent replay: names no cassette.", "Write --agent replay:FILE")
    const Replay = yield* Effect.promise(() => import("./Replay.ts"))
    if (isReplay || mode === "strict") return Replay.strict(cassette, { model })
    return Replay.recording(yield* chosen(settings, options), { file: cassette, model: model ?? agent, mode })
  }))

/**
 * The agent that was chosen this time. It is built, and refused, only where something asks it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerChosen: Layer.Layer<Agent, Unusable, Chosen> = Layer.unwrapEffect(
  Effect.map(Chosen, (settings) => layer(settings))
)

const chosen = (
  settings: Settings,
  { root }: { readonly root?: string }
): Effect.Effect<Layer.Layer<Agent>, Unusable> =>
  Effect.gen(function*() {
    const { agent, model } = settings
    const common = { ...(yield* optionsOf(settings)), root }
    switch (agent) {
      case "handoff":
        return yield* handOff(settings)
      case "anthropic":
      case "openai": {
        const provider = {
          ...common,
          ...(yield* providerOf(settings)),
          apiKey: agent === "anthropic"
            ? yield* needed(agent, "ANTHROPIC_API_KEY", settings.anthropicKey)
            : yield* needed(agent, "OPENAI_API_KEY", settings.openaiKey)
        }
        return agent === "anthropic"
          ? (yield* loaded(agent, () => import("./Anthropic.ts"))).layer(provider)
          : (yield* loaded(agent, () => import("./OpenAi.ts"))).layer(provider)
      }
      case "compatible": {
        const { baseUrl, ...provider } = yield* providerOf(settings)
        if (baseUrl === undefined) {
          return yield* refuse(
            "--agent compatible needs --base-url: where is the model's API?",
            "Add --base-url http://localhost:11434/v1 (Ollama), or where your server is."
          )
        }
        const apiKey = Option.getOrUndefined(yield* trimmed("CAIRN_API_KEY", settings.compatibleKey))
        const { layer } = yield* loaded(agent, () => import("./Compatible.ts"))
        return layer({ ...common, ...provider, baseUrl, apiKey })
      }
      default: {
        const Command = yield* Effect.promise(() => import("./Command.ts"))
        const preset = Command.presetOf(agent)
        const words = agent.startsWith("command:") ? Command.words(agent.slice("command:".length)) : Option.none()
        const command = Option.orElse(preset, () => words)
        if (Option.isNone(command)) {
          return yield* agent.startsWith("command:")
            ? refuse(
              `--agent ${agent}: that is no command line.`,
              "Write the program and its arguments, such as --agent 'command:claude -p'"
            )
            : refuse(
              `There is no agent "${agent}".`,
              "Choose one of handoff, anthropic, openai, compatible, claude, codex, opencode, command:LINE, replay:FILE."
            )
        }
        const isPriced = Option.exists(preset, ({ isPriced }) => isPriced)
        if (settings.budgetUsd !== undefined && !isPriced && settings.price === undefined) {
          return yield* refuse(
            `What ${agent} costs is not known, so that --budget-usd could not hold.`,
            "Add --price IN,OUT, or use --budget-requests or --budget-tokens."
          )
        }
        return Command.layer({ ...common, command: command.value, model, env: settings.agentEnv })
      }
    }
  })

const handOff = (settings: Settings): Either.Either<Layer.Layer<Agent>, AgentMisconfigured> =>
  Either.gen(function*() {
    const { attempts, defaultAnswer } = settings
    const deadline = yield* duration("--deadline", settings.deadline)
    if (defaultAnswer !== undefined && deadline === undefined) {
      return yield* refuse("--default-answer counts after a deadline, and there is none.", "Add --deadline '2 hours'.")
    }
    const otherwise = defaultAnswer === undefined ? Option.none() : Option.some(
      yield* Either.mapLeft(foreignJson(defaultAnswer), (problem) =>
        new AgentMisconfigured({
          reason: `--default-answer: ${problem}`,
          fix: "Give the answer as JSON, such as --default-answer '{\"title\": \"none\"}'"
        }))
    )
    return HandOff.layer({
      ...(attempts === undefined ? {} : { attempts }),
      ...(deadline === undefined ? {} : { deadline, otherwise })
    })
  })

const optionsOf = (settings: Settings): Either.Either<completing.Options, AgentMisconfigured> =>
  Either.gen(function*() {
    const { attempts, budgetRequests, budgetTokens, budgetUsd } = settings
    const [input = -1, output = -1, ...more] = (settings.price ?? "").split(",").map(Number)
    const isPrice = input >= 0 && output >= 0 && more.length === 0
    if (settings.price !== undefined && !isPrice) {
      return yield* refuse(`--price ${settings.price} is no price.`, "Write two numbers: --price 3,15")
    }
    return {
      attempts,
      timeLimit: yield* duration("--time-limit", settings.timeLimit),
      budget: { requests: budgetRequests, tokens: budgetTokens, usd: budgetUsd },
      price: isPrice ? { input, output } : undefined
    }
  })

const duration = (
  option: string,
  given: string | undefined
): Either.Either<Duration.Duration | undefined, AgentMisconfigured> => {
  if (given === undefined) return Either.right(undefined)
  return Option.match(Option.filter(Duration.decodeUnknown(given), Duration.greaterThan(0)), {
    onNone: () => refuse(`${option} ${JSON.stringify(given)} is no length of time.`, `Write ${option} '90 seconds'`),
    onSome: Either.right
  })
}

/** Which model it is and where, once it is known that a budget in dollars can be kept with it. */
const providerOf = (settings: Settings) =>
  Effect.gen(function*() {
    const { agent, allowPrivateHost: allowPrivate, budgetUsd, maxTokens, model, price } = settings
    if (model === undefined) {
      return yield* refuse(`--agent ${agent} needs --model: which one?`, "Add --model NAME")
    }
    const { dated, priceOf } = yield* Effect.promise(() => import("./prices.ts"))
    if (budgetUsd !== undefined && price === undefined && Option.isNone(priceOf(model))) {
      return yield* refuse(
        `The price of "${model}" is not known (${dated}), so that --budget-usd could not hold.`,
        "Add --price IN,OUT: US dollars for a million tokens in and out."
      )
    }
    if (settings.baseUrl === undefined) return { model, maxTokens, baseUrl: undefined }
    const { baseUrl } = yield* Effect.promise(() => import("./address.ts"))
    return { model, maxTokens, allowPrivate, baseUrl: yield* baseUrl(settings.baseUrl, { allowPrivate }) }
  })

/** A module that needs packages which are not there where only the library was installed. */
const loaded = <A>(agent: string, load: () => Promise<A>): Effect.Effect<A, AgentMisconfigured> =>
  Effect.tryPromise({
    try: load,
    catch: () =>
      new AgentMisconfigured({
        reason: `--agent ${agent} needs packages that are not installed here.`,
        fix: `npm install @effect/platform @effect/platform-node${
          agent === "compatible" ? "" : ` @effect/ai @effect/ai-${agent} @effect/experimental`
        }`
      })
  })

/** A key without the line end that files leave behind it, which no header can hold. It is never shown. */
const trimmed = (
  name: string,
  given: Redacted.Redacted | undefined
): Either.Either<Option.Option<Redacted.Redacted>, AgentMisconfigured> => {
  const key = given === undefined ? "" : Redacted.value(given).trim()
  if (key === "") return Either.right(Option.none())
  return /^[\x21-\x7E]+$/.test(key)
    ? Either.right(Option.some(Redacted.make(key)))
    : refuse(`${name} holds what no key can hold, such as a space or a line end.`, `Set ${name} anew.`)
}

const needed = (agent: string, name: string, given: Redacted.Redacted | undefined) =>
  Either.flatMap(
    trimmed(name, given),
    Option.match({
      onNone: () => refuse(`--agent ${agent} needs a key, and ${name} is not set.`, `export ${name}=…`),
      onSome: Either.right
    })
  )
