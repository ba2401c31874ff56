/**
 * From the words of a command line to a value that a schema accepts.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, Schema, SchemaAST as AST } from "effect"
import * as fs from "node:fs"
import { isAbsolute, resolve } from "node:path"
import * as Field from "../pipeline/Field.ts"
import { issues } from "../pipeline/issues.ts"
import { messageOf } from "../pipeline/messageOf.ts"
import { isSwitch, optionName, shownOf } from "./fields.ts"
import type { Io } from "./Io.ts"
import type { Parsed } from "./parse.ts"
import { suggest } from "./suggest.ts"
import { UsageError } from "./UsageError.ts"
import * as when from "./when.ts"

/** What is given for a schema: the encoded side of a struct. */
export type Given = Readonly<Record<string, unknown>>

/** Where a command is called. */
type World = Pick<Io, "cwd" | "env">

/**
 * What was given for a schema, laid over what is there already: numbers as numbers, paths absolute, variables of the
 * environment where the option is missing.
 *
 * @category parsing
 * @since 0.1.0
 */
export const given = Effect.fnUntraced(function*(
  schema: Schema.Schema.AnyNoContext,
  parsed: Parsed,
  world: World,
  base: Given = {}
) {
  const fields = Field.of(schema)
  const touched: Array<Field.Field> = []
  let record = base
  let place = 0
  for (const field of fields) {
    const name = optionName(field.name)
    const isOn = isSwitch(field) && !field.argument ? parsed.switches.get(name) : undefined
    const words = field.argument
      ? field.repeated || field.keyed ? parsed.args.slice(place) : parsed.args.slice(place, place + 1)
      : field.secret
      ? []
      : parsed.values.get(name) ?? []
    if (!applies(field, fields, record)) {
      const isTaken = fields.some((other) => other.name === field.name && applies(other, fields, record))
      if (!field.argument && !isTaken && (words.length > 0 || isOn !== undefined)) {
        return yield* misplaced(field, fields, record)
      }
      continue
    }
    if (field.argument) place += words.length
    const fromEnv = words.length > 0 || isOn !== undefined ? Option.none() : yield* variable(field, world)
    const all = Option.match(fromEnv, { onNone: () => words, onSome: (value) => [value] })
    if (isOn === undefined && all.length === 0) continue
    const values: Array<unknown> = isOn === undefined ? [] : [isOn]
    for (const word of all) {
      const value = field.keyed ? readByKey(field, word, world.cwd) : read(field, word, world.cwd)
      if (Either.isLeft(value)) {
        const by = Option.isNone(fromEnv) ? shownOf(field) : `The variable ${Option.getOrElse(field.env, () => "")}`
        return yield* new UsageError({
          reason: `${by} cannot be ${field.secret ? "what it is" : JSON.stringify(word)}: ${value.left}.`,
          fix: "Correct it and repeat the command."
        })
      }
      values.push(value.right)
    }
    const value = field.keyed
      ? { ...Object(at.get(record, field.at)), ...Object.fromEntries(values as ReadonlyArray<[string, unknown]>) }
      : field.repeated
      ? values
      : values[0]
    // What belonged to another kind of the struct goes with it.
    if (value !== at.get(record, field.at)) {
      for (const other of fields) {
        const condition = other.only.find((condition) => condition.at.join(".") === field.name)
        if (condition !== undefined && !condition.values.includes(String(value))) record = at.without(record, other.at)
      }
    }
    record = at.with(record, field.at, value)
    touched.push(field)
  }
  // The default of a struct stands for what is not given of it.
  for (const field of fields) {
    const { beside } = field
    if (Option.isNone(beside) || Option.isNone(beside.value.value) || at.get(record, field.at) !== undefined) continue
    const { of, value: { value } } = beside.value
    const isBegun = touched.some((other) => of.every((key, index) => other.at[index] === key))
    if (isBegun && at.get(base, of) === undefined && applies(field, fields, record)) {
      record = at.with(record, field.at, value)
    }
  }
  return record
})

/** Whether there is a field, as far as the literals go by which structs are told apart. */
const applies = (field: Field.Field, fields: ReadonlyArray<Field.Field>, record: Given): boolean =>
  field.only.every(({ at, values }) => Option.exists(tagIn(at, fields, record), (tag) => values.includes(tag)))

const tagIn = (
  place: ReadonlyArray<string>,
  fields: ReadonlyArray<Field.Field>,
  record: Given
): Option.Option<string> =>
  Option.map(
    Option.orElse(
      Option.fromNullable(at.get(record, place)),
      () =>
        Option.flatMap(
          Option.fromNullable(fields.find(({ name }) => name === place.join("."))),
          ({ beside }) => Option.flatMap(beside, ({ value }) => value)
        )
    ),
    String
  )

/** What is given belongs to another kind of the struct than the one that is meant. */
const misplaced = (field: Field.Field, fields: ReadonlyArray<Field.Field>, record: Given): UsageError => {
  const condition = field.only.find(({ at, values }) =>
    !Option.exists(tagIn(at, fields, record), (tag) => values.includes(tag))
  )
  const place = condition?.at ?? []
  const tag = fields.find(({ name }) => name === place.join("."))
  const shown = tag === undefined ? place.join(".") : shownOf(tag)
  const kinds = fields.filter(({ name }) => name === field.name).flatMap(({ only }) =>
    only.filter(({ at }) => at === place || at.join(".") === place.join(".")).flatMap(({ values }) => values)
  )
  const meant = tagIn(place, fields, record)
  return new UsageError({
    reason: `${shownOf(field)} belongs to ${shown} ${kinds.join(" or ")}, ${
      Option.match(meant, {
        onNone: () => `and no ${shown} is given.`,
        onSome: (kind) => `not to ${shown} ${kind}.`
      })
    }`,
    fix: `${Option.isSome(meant) ? "Leave it out, or give" : "Give"} ${shown} ${kinds[0] ?? ""}`
  })
}

/** A value that the environment holds; a secret may also be in a file that it names. */
const variable = (
  field: Field.Field,
  { cwd, env }: World
): Effect.Effect<Option.Option<string>, UsageError> =>
  Option.match(field.env, {
    onNone: () => Effect.succeedNone,
    onSome: (name) => {
      const value = env[name] || undefined
      const file = field.secret ? env[`${name}_FILE`] || undefined : undefined
      if (file === undefined) return Effect.succeed(Option.fromNullable(value))
      if (value !== undefined) {
        return new UsageError({
          reason: `The variables ${name} and ${name}_FILE are both set.`,
          fix: `unset one of them`
        })
      }
      return Effect.try({
        // The line that an editor ends is no part of a secret.
        try: () => fs.readFileSync(resolve(cwd, file), "utf8").replace(/\r?\n$/, ""),
        catch: (error) =>
          new UsageError({
            reason: `The file that ${name}_FILE names cannot be read: ${messageOf(error)}`,
            fix: `Let ${name}_FILE name a file that holds the secret, or set ${name}.`
          })
      }).pipe(Effect.map(Option.liftPredicate((text) => text !== "")))
    }
  })

/** What stands for paths that were left out, made absolute like those that were given. */
export const withPaths = (schema: Schema.Schema.AnyNoContext, record: Given, cwd: string): Given => {
  const fields = Field.of(schema)
  let all = record
  for (const field of fields) {
    if (!field.path || !applies(field, fields, all)) continue
    const value = at.get(all, field.at) ?? Option.getOrUndefined(field.fallback)
    if (value === undefined) continue
    // In a struct that is left out, it is that which stands for it.
    const { beside } = field
    if (Option.isSome(beside) && at.get(all, beside.value.of) === undefined) {
      all = at.with(all, beside.value.of, beside.value.whole)
    }
    if (field.at.length > 1 && at.get(all, field.at.slice(0, -1)) === undefined) continue
    all = at.with(all, field.at, absolute(value, cwd))
  }
  return all
}

/** Paths made absolute, alone, in a list or by key; a schema may turn down whatever else there is. */
const absolute = (value: unknown, cwd: string): unknown =>
  typeof value === "string"
    ? isAbsolute(value) ? value : resolve(cwd, value)
    : Array.isArray(value)
    ? value.map((one) => absolute(one, cwd))
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, absolute(one, cwd)]))
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
    const [issue] = issues(error)
    const path = (issue?.path ?? []).map(String)
    const fields = Field.of(schema)
    const given = typeof record === "object" && record !== null ? record as Given : {}
    const stray = fields.find((field) =>
      at.get(given, field.at) !== undefined &&
      !fields.some((other) => other.name === field.name && applies(other, fields, given))
    )
    if (stray !== undefined) return misplaced(stray, fields, given)
    if (issue?._tag === "Unexpected") return unexpected(path, fields, given)
    const field = fields.filter((field) => isWithin(path, field.at) && applies(field, fields, given))
      .sort((a, b) => b.at.length - a.at.length)[0]
    const within = path.slice(field?.at.length ?? 0).join("/")
    const where = [field === undefined ? "" : shownOf(field), within].filter((part) => part !== "").join(": ")
    const message = field?.secret === true
      ? "it is not what is asked for"
      : field?.kind === "choice" && within === ""
      ? `it is one of ${field.choices.join(", ")}`
      : issue?.message ?? "it does not fit"
    return new UsageError({
      reason: issue?._tag === "Missing" ? `${where} is missing.` : `${where === "" ? "" : `${where}: `}${message}`,
      fix: options.fix
    })
  })
}

const isWithin = (path: ReadonlyArray<string>, place: ReadonlyArray<string>): boolean =>
  place.every((key, index) => path[index] === key)

/** A document holds what its schema does not know. */
const unexpected = (path: ReadonlyArray<string>, fields: ReadonlyArray<Field.Field>, record: Given): UsageError => {
  const beside = fields.filter((field) =>
    field.at.length >= path.length && isWithin(field.at, path.slice(0, -1)) && applies(field, fields, record)
  )
  const names = [...new Set(beside.map(({ at }) => at[path.length - 1] ?? ""))]
  return new UsageError({
    reason: `There is no ${JSON.stringify(path.join("/"))} to give.`,
    fix: Option.match(suggest(path.at(-1) ?? "", names), {
      onNone: () => names.length === 0 ? "Leave it out." : `There are: ${names.join(", ")}`,
      onSome: (meant) => `Did you mean ${JSON.stringify(meant)}?`
    })
  })
}

/** The settings that the checkpoint keeps: those that were given, and no secret. */
export const recorded = (schema: Schema.Schema.AnyNoContext, record: Given): Given =>
  Field.of(schema).reduce((record, field) => {
    const value = at.get(record, field.at)
    return value === undefined || field.isRecorded(value) ? record : at.without(record, field.at)
  }, record)

/** `key=value`. */
const readByKey = (field: Field.Field, word: string, cwd: string): Either.Either<unknown, string> => {
  const equals = word.indexOf("=")
  return equals < 1
    ? Either.left("it is a key, = and a value")
    : Either.map(read(field, word.slice(equals + 1), cwd), (value) => [word.slice(0, equals), value])
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
    case "duration":
      return Option.match(when.span(word), {
        onNone: () => Either.left("it is a duration, such as 30s, 5m or 2 hours"),
        onSome: (span) => Either.mapLeft(Schema.encodeUnknownEither(field.schema)(span), String)
      })
    case "date":
      return !when.isIso(word)
        ? Either.left("it is a date, such as 2026-11-20, 2026-11-20T17:02 or 2026-11-20T17:02:00Z")
        : Either.right(AST.isNumberKeyword(AST.encodedAST(field.schema.ast)) ? Date.parse(word) : word)
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

/** Values at places in structs of structs. */
const at = {
  get: (record: unknown, [key, ...rest]: ReadonlyArray<string>): unknown =>
    key === undefined ? record : isRecord(record) && Object.hasOwn(record, key) ? at.get(record[key], rest) : undefined,
  with: (record: unknown, [key, ...rest]: ReadonlyArray<string>, value: unknown): Given => ({
    ...(isRecord(record) ? record : {}),
    ...(key === undefined ? {} : {
      [key]: rest.length === 0 ? value : at.with(at.get(record, [key]), rest, value)
    })
  }),
  without: (record: Given, [key = "", ...rest]: ReadonlyArray<string>): Given => {
    const { [key]: value, ...others } = record
    return rest.length === 0 ? others : isRecord(value) ? { ...record, [key]: at.without(value, rest) } : record
  }
}

const isRecord = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value)
