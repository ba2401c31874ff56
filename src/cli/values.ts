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
import { suggest } from "./suggest.ts"
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
          reason: `${
            words.length === 0 ? `The variable ${Option.getOrElse(field.env, () => "")}` : shownOf(field)
          } cannot be ${field.secret ? "what it is" : JSON.stringify(word)}: ${value.left}.`,
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
    if (value !== undefined) all[field.name] = absolute(value, cwd)
  }
  return all
}

/** Paths made absolute, alone or in a list; a schema may turn down whatever else there is. */
const absolute = (value: unknown, cwd: string): unknown =>
  typeof value === "string"
    ? isAbsolute(value) ? value : resolve(cwd, value)
    : Array.isArray(value)
    ? value.map((one) => absolute(one, cwd))
    : value

/**
 * The value that a record stands for, or what is wrong with it in the words of the command line.
 *
 * @category parsing
 * @since 0.1.0
 */
export const decoded = (
  schema: Schema.Schema.AnyNoContext,
  record: unknown,
  options: {
    /** What to do where it does not fit. */
    readonly fix: string
    /** Whether what the schema does not know is an error: a slip in a document that somebody wrote. */
    readonly isStrict?: boolean
  }
): Effect.Effect<unknown, UsageError> => {
  const onExcessProperty = options.isStrict === true ? "error" : "ignore"
  return Effect.mapError(Schema.decodeUnknown(schema, { errors: "first", onExcessProperty })(record), (error) => {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
    const [first, ...inside] = issue?.path ?? []
    const fields = Field.of(schema)
    const field = fields.find(({ name }) => name === first)
    if (issue?._tag === "Unexpected") {
      return new UsageError({
        reason: `There is no ${JSON.stringify(issue.path.join("/"))} to give.`,
        fix: Option.match(suggest(String(first), fields.map(({ name }) => name)), {
          onNone: () => `There are: ${fields.map(({ name }) => name).join(", ")}`,
          onSome: (meant) => `Did you mean ${JSON.stringify(meant)}?`
        })
      })
    }
    const shown = field === undefined ? "" : shownOf(field)
    const within = [...(field === undefined && first !== undefined ? [first] : []), ...inside].join("/")
    const where = [shown, within].filter((part) => part !== "").join(": ")
    return new UsageError({
      reason: issue?._tag === "Missing"
        ? `${where} is missing.`
        : `${where === "" ? "" : `${where}: `}${issue?.message ?? "it does not fit"}`,
      fix: options.fix
    })
  })
}

/** What a person calls a field: an argument, an option, or the variable that is the only way to give it. */
const shownOf = ({ argument, env, name, secret }: Field.Field): string =>
  argument
    ? `<${optionName(name)}>`
    : secret
    ? Option.match(env, { onNone: () => `"${name}"`, onSome: (variable) => `The variable ${variable}` })
    : `--${optionName(name)}`

/** The settings that the checkpoint keeps: those that were given, and no secret. */
export const recorded = (
  schema: Schema.Schema.AnyNoContext,
  record: Readonly<Record<string, unknown>>
): Record<string, unknown> => {
  const fields = new Map(Field.of(schema).map((field) => [field.name, field]))
  return Object.fromEntries(
    Object.entries(record).filter(([name, value]) => fields.get(name)?.isRecorded(value) ?? true)
  )
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
      return Either.mapLeft(json(word), () => "it is not JSON")
    case "mixed":
      return Either.orElse(json(word), () => Either.right(word))
    case "text":
      if (!field.path) return Either.right(word)
      return word === ""
        ? Either.left("a path is not empty")
        : word.includes("\0")
        ? Either.left("a path holds no NUL")
        : Either.right(isAbsolute(word) ? word : resolve(cwd, word))
  }
}

const json = Schema.decodeEither(Schema.parseJson())
