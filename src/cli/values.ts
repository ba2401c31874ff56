/**
 * From the words of a command line to a value that a schema accepts.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, ParseResult, Schema } from "effect"
import { isAbsolute, resolve } from "node:path"
import * as Field from "../pipeline/Field.ts"
import type { Parsed } from "./parse.ts"
import { isSwitch, optionName } from "./Spec.ts"
import { UsageError } from "./UsageError.ts"

/**
 * The fields of a schema that were given, as its encoded side: numbers as numbers, paths absolute, variables of the
 * environment where the option is missing.
 *
 * @category parsing
 * @since 0.1.0
 */
export const given = Effect.fnUntraced(function*(
  schema: Schema.Schema.AnyNoContext,
  parsed: Parsed,
  world: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }
) {
  const record: Record<string, unknown> = {}
  let place = 0
  for (const field of Field.of(schema)) {
    const name = optionName(field.name)
    const shown = field.argument ? `<${name}>` : `--${name}`
    if (isSwitch(field) && !field.argument) {
      const value = parsed.switches.get(name)
      if (value !== undefined) record[field.name] = value
    }
    const words = field.argument
      ? field.repeated ? parsed.args.slice(place) : parsed.args.slice(place, place + 1)
      : parsed.values.get(name) ?? []
    if (field.argument) place += words.length
    const fromEnv = Option.getOrUndefined(Option.map(field.env, (variable) => world.env[variable]))
    const all = words.length > 0 || record[field.name] !== undefined || fromEnv === undefined || fromEnv === ""
      ? words
      : [fromEnv]
    if (all.length === 0) continue
    const values: Array<unknown> = []
    for (const word of all) {
      const value = read(field, word, world.cwd)
      if (Either.isLeft(value)) {
        return yield* new UsageError({
          reason: `${shown} cannot be ${field.secret ? "what was given" : JSON.stringify(word)}: ${value.left}.`,
          fix: "Correct it and repeat the command."
        })
      }
      values.push(value.right)
    }
    record[field.name] = field.repeated ? values : values[0]
  }
  return record
})

/** What stands for paths that were left out, made absolute like those that were given. */
export const withPaths = (
  schema: Schema.Schema.AnyNoContext,
  record: Readonly<Record<string, unknown>>,
  cwd: string
): Record<string, unknown> => {
  const all: Record<string, unknown> = { ...record }
  for (const field of Field.of(schema)) {
    if (!field.path) continue
    const value = all[field.name] ?? Option.getOrUndefined(field.fallback)
    if (typeof value === "string") all[field.name] = isAbsolute(value) ? value : resolve(cwd, value)
  }
  return all
}

/**
 * The value that a record stands for, or what is wrong with it in the words of the command line.
 *
 * @category parsing
 * @since 0.1.0
 */
export const decoded = (
  schema: Schema.Schema.AnyNoContext,
  record: unknown,
  usage: string
): Effect.Effect<unknown, UsageError> =>
  Effect.mapError(Schema.decodeUnknown(schema, { errors: "first" })(record), (error) => {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
    const field = Field.of(schema).find(({ name }) => name === String(issue?.path[0]))
    const shown = field === undefined
      ? issue?.path.join("/") ?? ""
      : field.argument
      ? `<${optionName(field.name)}>`
      : `--${optionName(field.name)}`
    const missing = issue?._tag === "Missing"
    return new UsageError({
      reason: missing
        ? `${shown} is missing.`
        : `${shown === "" ? "" : `${shown}: `}${issue?.message ?? "it does not fit"}`,
      fix: usage
    })
  })

/** The settings that may be kept in the checkpoint: those that were given, without secrets. */
export const withoutSecrets = (
  schema: Schema.Schema.AnyNoContext,
  record: Readonly<Record<string, unknown>>
): Record<string, unknown> => {
  const secret = new Set(Field.of(schema).filter(({ secret }) => secret).map(({ name }) => name))
  return Object.fromEntries(Object.entries(record).filter(([name]) => !secret.has(name)))
}

const read = (field: Field.Field, word: string, cwd: string): Either.Either<unknown, string> => {
  switch (field.kind) {
    case "number": {
      const number = Number(word)
      return word.trim() !== "" && Number.isFinite(number) ? Either.right(number) : Either.left("it is not a number")
    }
    case "boolean":
      return word === "true" || word === "1"
        ? Either.right(true)
        : word === "false" || word === "0"
        ? Either.right(false)
        : Either.left("it is neither true nor false")
    case "choice": {
      const choice = field.choices.find((choice) => String(choice) === word)
      return choice === undefined ? Either.left(`it is one of ${field.choices.join(", ")}`) : Either.right(choice)
    }
    case "json":
      return Either.mapLeft(Schema.decodeEither(Schema.parseJson())(word), () => "it is not JSON")
    case "text":
      if (!field.path) return Either.right(word)
      return word === ""
        ? Either.left("a path is not empty")
        : word.includes("\0")
        ? Either.left("a path holds no NUL")
        : Either.right(isAbsolute(word) ? word : resolve(cwd, word))
  }
}
