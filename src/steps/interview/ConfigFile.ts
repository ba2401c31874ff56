/**
 * The file in which the settings of a template are saved: its format, its rules, and how answers become settings.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import type { Answer } from "../../layers/Asked.ts"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import * as Validation from "../../pipeline/Validation.ts"
import { catalogue } from "./catalogue.ts"
import { ConfigCorrupt, ConfigInvalid } from "./errors.ts"
import * as stored from "./stored.ts"

/** @category constants */
export const fileName = ".template-create-config.json"

const version = "1.0"

type Type = "text" | "texts" | "optional text" | "optional boolean" | "optional list"

/** The settings in their order, and what each must be. The first sixteen must be there. */
const fields: Readonly<Record<string, Type>> = {
  template_name: "text",
  template_purpose: "text",
  primary_language: "text",
  framework: "text",
  framework_version: "text",
  architecture_pattern: "text",
  domain_modeling: "text",
  layer_organization: "text",
  standard_folders: "texts",
  unit_testing_framework: "text",
  testing_scope: "texts",
  test_pattern: "text",
  error_handling: "text",
  validation_approach: "text",
  dependency_injection: "text",
  configuration_approach: "text",
  description: "optional text",
  version: "optional text",
  author: "optional text",
  ui_architecture: "optional text",
  navigation_pattern: "optional text",
  needs_data_access: "optional boolean",
  data_access: "optional text",
  api_pattern: "optional text",
  state_management: "optional text",
  has_documentation: "optional boolean",
  documentation_input_method: "optional text",
  documentation_paths: "optional list",
  documentation_text: "optional text",
  documentation_urls: "optional list",
  documentation_usage: "optional text"
}

const required = Object.entries(fields).filter(([, type]) => !type.startsWith("optional")).map(([name]) => name)

/**
 * Settings as they are saved. What a later version added is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Saved {
  readonly createdAt: string
  readonly updatedAt: string
  readonly config: Readonly<Record<string, unknown>>
  /** What else the file holds. */
  readonly rest: Readonly<Record<string, unknown>>
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((item) => typeof item === "string")

const types: Readonly<Record<Type, { readonly expected: string; readonly is: (value: unknown) => boolean }>> = {
  text: { expected: "text", is: (value) => typeof value === "string" },
  texts: { expected: "a list of texts", is: isTexts },
  "optional text": { expected: "text or null", is: (value) => value === null || typeof value === "string" },
  "optional boolean": { expected: "true, false or null", is: (value) => value === null || typeof value === "boolean" },
  "optional list": { expected: "a list or null", is: (value) => value === null || Array.isArray(value) }
}

/** A check of one setting, where it is there and of the right type. */
const setting = <A>(
  name: string,
  is: (value: unknown) => value is A,
  problem: (value: A) => string | undefined
): Validation.Check<Config> =>
  Validation.check(`value of ${name}`, (config) => {
    const value = config[name]
    const found = is(value) ? problem(value) : undefined
    return found === undefined ? [] : [Validation.error("value", found, { path: name })]
  })

type Config = Readonly<Record<string, unknown>>

const isText = (value: unknown): value is string => typeof value === "string"
const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

/** What is wrong with a setting whatever the choices are; everything that is, is found. */
const form: Validation.Validation<Config> = Validation.all(
  Validation.check(
    "required settings",
    (config) =>
      required.filter((name) => config[name] === undefined || config[name] === null).map((name) =>
        Validation.error("missing", "is missing", { path: name })
      )
  ),
  Validation.check("types of settings", (config) =>
    Object.entries(fields).flatMap(([name, type]) => {
      const value = config[name]
      // What is missing was found before.
      return value === undefined || value === null || types[type].is(value)
        ? []
        : [Validation.error("type", `expected ${types[type].expected}, found ${kindOf(value)}`, { path: name })]
    })),
  setting("template_name", isText, (name) => {
    const length = Array.from(name).length
    return length < 3 || length > 50 ? `has ${length} characters, and must have 3 to 50` : undefined
  }),
  // Whatever the question accepts is accepted here.
  setting(
    "version",
    isText,
    (version) => /^(|[\p{L}\p{N}]+)$/u.test(version.replace(/[.+-]/g, "")) ? undefined : `"${version}" is no version`
  ),
  setting("standard_folders", isList, (folders) => folders.length === 0 ? "is empty" : undefined),
  setting("testing_scope", isList, (scope) => scope.length === 0 ? "is empty" : undefined)
)

/** That no setting has a value which no answer to its question could have given. */
const choices = (issue: typeof Validation.error): Validation.Check<Config> =>
  Validation.check(
    "choices",
    (config) =>
      stored.fromStored(catalogue, toStored(config)).strays.map(({ id, value, wanted }) =>
        issue("not-a-choice", `${JSON.stringify(value)} cannot be an answer (${wanted})`, { path: id })
      )
  )

/**
 * What settings must be before they are saved.
 *
 * @category rules
 * @since 0.1.0
 */
export const rules: Validation.Validation<Config> = Validation.all(form, choices(Validation.error))

const configOf = (file: unknown): Option.Option<Config> =>
  isObject(file) && isObject(file.config) ? Option.some(file.config) : Option.none()

/**
 * What a file of settings must be to begin from it: of the right shape, since nothing more can be said of it otherwise,
 * and with settings that keep the rules. A choice that there is no more is not offered, and no reason to begin anew.
 *
 * @category rules
 * @since 0.1.0
 */
export const file: Validation.Validation<unknown> = Validation.chain(
  Validation.check(
    "an object",
    (file) => isObject(file) ? [] : [Validation.error("shape", `it is not an object, but ${kindOf(file)}`)]
  ),
  Validation.check(
    "version and config",
    (file) =>
      ["version", "config"].filter((key) => isObject(file) && !Object.hasOwn(file, key)).map((key) =>
        Validation.error("shape", `"${key}" is missing`)
      )
  ),
  Validation.check("config", (file) =>
    isObject(file) && !isObject(file.config)
      ? [Validation.error("shape", `"config" is not an object, but ${kindOf(file.config)}`)]
      : []),
  Validation.check("version", (file) =>
    isObject(file) && file.version !== version
      ? [
        Validation.warning(
          "version",
          `It is of version ${JSON.stringify(file.version)}, and ${
            JSON.stringify(version)
          } is known: what it means may have changed`
        )
      ]
      : []),
  Validation.at("", configOf, Validation.all(form, choices(Validation.warning)))
)

/**
 * Reads the file. The first thing that is wrong with its shape is told, or everything that is wrong with the settings.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (
  path: string,
  text: string
): Effect.Effect<
  { readonly saved: Saved; readonly warnings: ReadonlyArray<Validation.Issue> },
  ConfigCorrupt | ConfigInvalid
> =>
  Effect.gen(function*() {
    const corrupt = (reason: string) => new ConfigCorrupt({ path, reason })
    const value = yield* Either.mapLeft(foreignJson(text), corrupt)
    const { warnings } = yield* Effect.mapError(Validation.validate(file, value), ({ issues }) => {
      const shape = issues.filter(({ code }) => code === "shape")
      return shape.length === 0
        ? new ConfigInvalid({ path, issues })
        : corrupt(shape.map(({ message }) => message).join("; "))
    })
    const { config: _, created_at: createdAt, updated_at: updatedAt, version: __, ...rest } = isObject(value)
      ? value
      : {}
    return {
      saved: {
        createdAt: isText(createdAt) ? createdAt : "",
        updatedAt: isText(updatedAt) ? updatedAt : "",
        config: Option.getOrElse(configOf(value), () => ({})),
        rest
      },
      warnings
    }
  })

/**
 * The text of the file.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = ({ config, createdAt, rest, updatedAt }: Saved): string =>
  `${JSON.stringify({ version, created_at: createdAt, updated_at: updatedAt, config, ...rest }, null, 2)}\n`

/**
 * All settings in their order, from what is stored of answers; then what was among the settings before and is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromStored = (
  answers: Readonly<Record<string, Answer | null>>,
  before: Option.Option<Saved>
): Readonly<Record<string, unknown>> => {
  const joined = withJoined(answers)
  const unknown = Option.match(before, {
    onNone: () => [],
    onSome: ({ config }) => Object.entries(config).filter(([name]) => !Object.hasOwn(fields, name))
  })
  return Object.fromEntries([
    ...Object.keys(fields).map((name) => [name, joined[name] ?? null] as const),
    ...unknown
  ])
}

/**
 * Stored answers as they are written: a text of several lines is one text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withJoined = (
  answers: Readonly<Record<string, Answer | null>>
): Readonly<Record<string, Answer | null>> =>
  isTexts(answers.documentation_text)
    ? { ...answers, documentation_text: answers.documentation_text.join("\n") }
    : answers

/**
 * What is stored of answers, from settings.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toStored = (config: Config): Config => ({
  ...config,
  ...(isText(config.documentation_text) ? { documentation_text: config.documentation_text.split("\n") } : {})
})
