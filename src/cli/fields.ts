/**
 * What the fields of a schema become on a command line: options, arguments, and variables for what is secret.
 *
 * @since 0.1.0
 */
import { type Array as Arr, Duration, Either, Option, Schema } from "effect"
import * as Field from "../pipeline/Field.ts"
import type { Argument, Condition, Flag, Group, Spec, Variable } from "./Spec.ts"
import * as when from "./when.ts"

/**
 * The options that the fields of a schema become, except those given by their place. Where structs are told apart by a
 * literal, fields of one name are one option.
 *
 * @category constructors
 * @since 0.1.0
 */
export const flagsOf = (schema: Schema.Schema.AnyNoContext, group: Group): ReadonlyArray<Flag> => {
  const fields = Field.of(schema)
  return oneByName(fields.filter(({ argument, secret }) => !argument && !secret)).map((same): Flag => {
    const [field] = same
    return {
      name: optionName(field.name),
      ...optional("alias", field.alias),
      kind: isSwitch(field) ? "switch" : "value",
      ...(field.repeated || field.keyed ? { repeated: true } : {}),
      ...(same.every(({ required }) => required) ? { required: true } : {}),
      ...(isSwitch(field) ? {} : { meta: [...new Set(same.map(metaOf))].join("|") }),
      ...choicesOf(same),
      description: descriptionOf(same),
      ...optional("fallback", Option.filter(defaultOf(field), (text) => text !== "" && text !== "false")),
      ...optional("env", field.env),
      ...conditionsOf(same, fields),
      group
    }
  })
}

/** Fields of one name that belong to different kinds of one struct, and are given in one way. */
type Same = Arr.NonEmptyReadonlyArray<Field.Field>

const oneByName = (fields: ReadonlyArray<Field.Field>): ReadonlyArray<Same> => {
  const all: Array<Arr.NonEmptyArray<Field.Field>> = []
  for (const field of fields) {
    const same = all.find(([other]) =>
      other.name === field.name && other.only.length > 0 && field.only.length > 0 && isSwitch(other) === isSwitch(field)
    )
    if (same === undefined) all.push([field])
    else same.push(field)
  }
  return all
}

const choicesOf = (same: Same): { readonly choices?: ReadonlyArray<string> } =>
  same.every(({ choices, keyed }) => choices.length > 0 && !keyed)
    ? { choices: [...new Set(same.flatMap(({ choices }) => choices.map(String)))] }
    : {}

const descriptionOf = ([first, ...others]: Same): string => {
  const described = [first, ...others].find(({ description }) => description !== "")?.description ?? ""
  // What a schema says of itself, such as "a positive number", does not say what it is of.
  return described === ""
    ? wordsOf(first.name)
    : /^an? /.test(described)
    ? `${wordsOf(first.name)}: ${described}`
    : described
}

/** What must be said elsewhere; nothing, where all there is to say has them. */
const conditionsOf = (same: Same, fields: ReadonlyArray<Field.Field>): { readonly only?: ReadonlyArray<Condition> } => {
  const only = same[0].only.flatMap(({ at, values }, index, { length }) => {
    const tag = fields.find(({ name }) => name === at.join("."))
    const all = index < length - 1 ? values : same.flatMap(({ only }) => only[index]?.values ?? [])
    return tag === undefined || all.length === tag.choices.length ? [] : [{ shown: shownOf(tag), values: all }]
  })
  return only.length === 0 ? {} : { only }
}

/**
 * What a person calls a field: an argument, an option, or the variable that is the only way to give it.
 *
 * @category rendering
 * @since 0.1.0
 */
export const shownOf = ({ argument, env, name, secret }: Field.Field): string =>
  argument
    ? `<${optionName(name)}>`
    : secret
    ? `The variable ${Option.getOrElse(env, () => name)}`
    : `--${optionName(name)}`

/** What stands for a field that is left out, in the words in which it is given. */
const defaultOf = (field: Field.Field): Option.Option<string> =>
  Option.flatMap(field.fallback, (value) => {
    const wordOf = (value: unknown): Option.Option<string> =>
      Duration.isDuration(value)
        ? Option.some(when.ofSpan(value))
        : Option.map(
          Either.getRight(Schema.encodeUnknownEither(field.schema)(value)),
          (json) => typeof json === "object" ? JSON.stringify(json) : String(json)
        )
    const words = field.keyed
      ? Object.entries(Object(value)).map(([key, value]) => Option.map(wordOf(value), (word) => `${key}=${word}`))
      : field.repeated && isIterable(value)
      ? Array.from(value, wordOf)
      : [wordOf(value)]
    return Option.map(Option.all(words), (words) => words.join(","))
  })

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value

/**
 * The arguments that the fields of a schema become.
 *
 * @category constructors
 * @since 0.1.0
 */
export const argsOf = (schema: Schema.Schema.AnyNoContext): ReadonlyArray<Argument> => {
  const fields = Field.of(schema)
  return oneByName(fields.filter(({ argument }) => argument)).map((same): Argument => {
    const [field] = same
    const conditions = conditionsOf(same, fields)
    return {
      name: optionName(field.name),
      description: descriptionOf(same),
      required: same.every(({ required }) => required),
      ...(field.repeated || field.keyed ? { repeated: true } : {}),
      ...choicesOf(same),
      ...(field.path ? { completes: "files" } : {}),
      ...conditions
    }
  })
}

/**
 * The variables that stand in for secrets, which no option takes: a command line can be seen by others.
 *
 * @category constructors
 * @since 0.1.0
 */
export const variablesOf = (schema: Schema.Schema.AnyNoContext): ReadonlyArray<Variable> =>
  Field.of(schema).filter(({ secret }) => secret).map((field) => ({
    name: Option.getOrElse(field.env, () => field.name),
    description: descriptionOf([field]),
    required: field.required && field.only.length === 0
  }))

/**
 * A command, with the options that a command line adds to all of them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withGlobals = (options: Schema.Schema.AnyNoContext): (spec: Spec) => Spec => {
  const flags = flagsOf(options, "Everywhere")
  const variables = variablesOf(options)
  return (spec) => ({
    ...spec,
    flags: [...spec.flags, ...flags],
    variables: [...(spec.variables ?? []), ...variables]
  })
}

/** `dryRun` is given as `--dry-run`, `mail.dryRun` as `--mail.dry-run`. */
export const optionName = (field: string): string =>
  field.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/[^A-Za-z0-9.]+/g, "-").replace(/(^|\.)-|-(?=\.|$)/g, "$1")
    .toLowerCase()

/** @category guards */
export const isSwitch = (field: Field.Field): boolean => field.kind === "boolean" && !field.repeated

const wordsOf = (name: string): string => {
  const words = optionName(name).replaceAll(/[-.]/g, " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const metaOf = (field: Field.Field): string =>
  `${field.keyed ? "KEY=" : ""}${
    field.path
      ? "PATH"
      : field.keyed && field.kind === "choice"
      ? field.choices.join("|")
      : metas[field.kind]
  }`

const metas: Readonly<Record<Field.Field["kind"], string>> = {
  number: "NUMBER",
  duration: "DURATION",
  date: "DATE",
  json: "JSON",
  mixed: "VALUE",
  text: "TEXT",
  choice: "TEXT",
  boolean: "TRUE|FALSE"
}

const optional = <K extends string>(key: K, value: Option.Option<string>): { readonly [P in K]?: string } =>
  Option.match(value, { onNone: () => ({}), onSome: (text) => ({ [key]: text }) as { [P in K]: string } })
