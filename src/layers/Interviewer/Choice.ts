/**
 * How a person is asked, as a command line chooses it: as its settings say, and else as the surroundings allow. Nothing
 * ever waits for somebody to type where nobody can, unless typed lines were asked for.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Layer, Schema } from "effect"
import * as Field from "../../pipeline/Field.ts"
import type { Interviewer } from "../Interviewer.ts"
import { Surroundings } from "../Surroundings.ts"
import * as Answers from "./Answers.ts"
import * as Defaults from "./Defaults.ts"
import * as HandOff from "./HandOff.ts"
import * as Lines from "./Lines.ts"
import * as Nobody from "./Nobody.ts"

const off = (description: string) =>
  Schema.optionalWith(Schema.Boolean.annotations({ description }), { default: () => false })

/**
 * The settings of a program that asks a person: part of its own.
 *
 * @category schemas
 * @since 0.1.0
 */
export const fields = {
  answers: Schema.optional(
    Schema.String.annotations({ description: "A file with answers, in JSON or YAML" }).pipe(Field.path)
  ),
  answer: Schema.optionalWith(
    Schema.Array(Schema.String).annotations({ description: "One answer, as NAME=ANSWER" }),
    { default: () => [] }
  ),
  defaults: off("Ask nothing: every question that was not answered has its default"),
  lines: off("Read typed lines, one for each answer, from a pipe too"),
  agent: Schema.optional(
    Schema.Literal("handoff").annotations({ description: "Let whoever calls answer: end with 42 and the questions" })
  )
}

/**
 * One way of asking at a time.
 *
 * @category guards
 * @since 0.1.0
 */
export const isOneWay = ({ agent, defaults, lines }: Settings): boolean =>
  [agent !== undefined, defaults, lines].filter((isChosen) => isChosen).length <= 1

const Settings = Schema.Struct(fields)

/**
 * The settings as they are decoded.
 *
 * @category models
 * @since 0.1.0
 */
export type Settings = typeof Settings.Type

/**
 * The interviewer for the settings, here.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  settings: Settings
): Layer.Layer<Interviewer, Answers.AnswersFileInvalid, FileSystem.FileSystem> =>
  Layer.unwrapEffect(Effect.gen(function*() {
    const surroundings = yield* Surroundings
    const base = yield* chosen(settings, surroundings)
    const inFile = settings.answers === undefined ? new Map() : yield* Answers.fromFile(settings.answers)
    const inPairs = Answers.fromPairs(settings.answer)
    const given = new Map<string, unknown>([...inFile, ...inPairs.given])
    return given.size + inPairs.refusals.length === 0
      ? base
      : Layer.provide(Answers.layer(given, inPairs.refusals), base)
  }))

const chosen = (
  { agent, defaults, lines }: Settings,
  { caller, isPlain }: typeof Surroundings.Service
): Effect.Effect<Layer.Layer<Interviewer>> => {
  if (lines) return Effect.succeed(Lines.layerProcess)
  if (defaults) return Effect.succeed(Defaults.layer)
  if (agent !== undefined || caller === "agent") return Effect.succeed(HandOff.layer)
  if (caller === "nobody") return Effect.succeed(Nobody.layer)
  return isPlain
    ? Effect.succeed(Lines.layerProcess)
    // What draws is only loaded where somebody looks.
    : Effect.map(Effect.promise(() => import("./Prompt.ts")), (Prompt) => Prompt.layerProcess)
}
