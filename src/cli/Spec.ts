/**
 * A command as data: its arguments, its options, its words. Parsing, help and completions are all made from it.
 *
 * @since 0.1.0
 */
import { type Array as Arr, Duration, Either, Option, Schema } from "effect"
import * as Field from "../pipeline/Field.ts"
import * as when from "./when.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Flag {
  readonly name: string
  readonly alias?: string
  /** A switch takes no value; it may be switched off with `--no-name`. */
  readonly kind: "switch" | "value"
  readonly repeated?: boolean
  readonly required?: boolean
  /** What stands for the value in help: `FILE`. */
  readonly meta?: string
  readonly choices?: ReadonlyArray<string>
  readonly description: string
  readonly fallback?: string
  readonly env?: string
  /** What other options must say for this one to be taken. */
  readonly only?: ReadonlyArray<Condition>
  readonly group: Group
}

/** An option, or an argument, and what it must say. */
interface Condition {
  readonly shown: string
  readonly values: ReadonlyArray<string>
}

/** The headings of help, in its order. */
export type Group = "Options" | "Settings" | "Run" | "Everywhere"

/**
 * @category models
 * @since 0.1.0
 */
export interface Argument {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly repeated?: boolean
  readonly choices?: ReadonlyArray<string>
  /** Some of what may stand there, for a shell to offer. */
  readonly offers?: ReadonlyArray<string>
  /** What a shell completes there, beside these and the choices. */
  readonly completes?: "files" | "runs"
  /** What other arguments or options must say for this one to be taken. */
  readonly only?: ReadonlyArray<Condition>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Spec {
  readonly name: string
  readonly description: string
  readonly args: ReadonlyArray<Argument>
  readonly flags: ReadonlyArray<Flag>
  readonly variables?: ReadonlyArray<Variable>
  readonly examples: ReadonlyArray<{ readonly command: string; readonly description?: string }>
}

/**
 * What is read from the environment alone.
 *
 * @category models
 * @since 0.1.0
 */
export interface Variable {
  readonly name: string
  readonly description: string
  readonly required: boolean
}

/**
 * The options that every command has.
 *
 * @category constants
 * @since 0.1.0
 */
export const everywhere: ReadonlyArray<Flag> = [
  { name: "json", kind: "switch", description: "Print one JSON document on stdout", group: "Everywhere" },
  {
    name: "progress",
    kind: "value",
    meta: "MODE",
    choices: ["auto", "live", "lines", "json", "none"],
    description: "How progress is shown, on stderr",
    fallback: "auto",
    group: "Everywhere"
  },
  {
    name: "color",
    kind: "value",
    meta: "WHEN",
    choices: ["auto", "always", "never"],
    description: "Whether to use colours",
    fallback: "auto",
    group: "Everywhere"
  },
  {
    name: "home",
    kind: "value",
    meta: "DIR",
    description: "Where checkpoints are kept, as files unless --store says otherwise",
    fallback: "the nearest .cairn",
    env: "CAIRN_HOME",
    group: "Everywhere"
  },
  {
    name: "store",
    kind: "value",
    meta: "WHERE",
    description: "Keep them elsewhere: file:DIR, sqlite:FILE, postgres://USER@HOST/DATABASE",
    env: "CAIRN_STORE",
    group: "Everywhere"
  },
  { name: "quiet", alias: "q", kind: "switch", description: "Show the result and errors only", group: "Everywhere" },
  { name: "verbose", alias: "v", kind: "switch", description: "Show debug logs and stack traces", group: "Everywhere" },
  { name: "help", alias: "h", kind: "switch", description: "Show this help", group: "Everywhere" }
]

/**
 * The command line without the name of a command.
 *
 * @category constants
 * @since 0.1.0
 */
export const root: Spec = {
  name: "",
  description: "",
  args: [],
  flags: [...everywhere, { name: "version", kind: "switch", description: "Show the version", group: "Everywhere" }],
  examples: []
}

/**
 * A command, with the options that a command line adds to all of them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withGlobals = (options: Schema.Schema.AnyNoContext) => (spec: Spec): Spec => ({
  ...spec,
  flags: [...spec.flags, ...flagsOf(options, "Everywhere")],
  variables: [...(spec.variables ?? []), ...variablesOf(options)]
})

/**
 * The argument of commands that are about a run.
 *
 * @category constants
 * @since 0.1.0
 */
export const aRun = {
  name: "run",
  description: "Its id, the beginning of it, or @last",
  completes: "runs"
} satisfies Partial<Argument>

/**
 * The options of every command that runs something.
 *
 * @category constants
 * @since 0.1.0
 */
export const running: ReadonlyArray<Flag> = [
  {
    name: "compensate",
    kind: "switch",
    description: "Undo what finished steps did, if the run fails",
    group: "Run"
  },
  {
    name: "durability",
    kind: "value",
    meta: "WHAT",
    choices: ["power", "process"],
    description: "What a finished step survives: the loss of power, or only the end of the process, which is faster",
    fallback: "power",
    group: "Run"
  },
  {
    name: "break-lock",
    kind: "switch",
    description: "Take the run from an owner on another host that has ended",
    group: "Run"
  }
]

/**
 * @category constants
 * @since 0.1.0
 */
export const starting: ReadonlyArray<Flag> = [
  {
    name: "new",
    kind: "switch",
    description: "Begin anew, although there is an unfinished run",
    group: "Run"
  },
  {
    name: "input",
    kind: "value",
    meta: "FILE",
    description: "Read the whole input as JSON; - is stdin",
    group: "Run"
  },
  ...running
]

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
 * What is wrong with commands that were put together: two of one name, or two options of one name in one of them. Of
 * `others` no more is known than what they are called.
 *
 * @category accessors
 * @since 0.1.0
 */
export const clash = (specs: ReadonlyArray<Spec>, others: ReadonlyArray<string> = []): Option.Option<string> => {
  const command = twice([...specs.map(({ name }) => name), ...others])
  if (command !== undefined) return Option.some(`two commands are called "${command}"; rename one of them`)
  for (const { args, flags, name } of specs) {
    const option = twice(
      flags.flatMap((flag) => [`--${flag.name}`, ...(flag.alias === undefined ? [] : [`-${flag.alias}`])])
    )
    if (option !== undefined) {
      return Option.some(`"${name}" has two options ${option}, a field of its own and another; rename one of them`)
    }
    const argument = twice(args.map(({ name }) => name))
    if (argument !== undefined) return Option.some(`"${name}" has two arguments <${argument}>; rename the field`)
  }
  return Option.none()
}

const twice = (names: ReadonlyArray<string>): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index)

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

/**
 * How a command is called, in one line.
 *
 * @category rendering
 * @since 0.1.0
 */
export const usage = (name: string, spec: Spec): string =>
  [
    name,
    spec.name,
    ...spec.args.map((arg) => {
      const text = `<${arg.name}>${arg.repeated === true ? "..." : ""}`
      return arg.required && arg.only === undefined ? text : `[${text}]`
    }),
    ...spec.flags.filter(({ only, required }) => required === true && only === undefined).map((flag) =>
      `--${flag.name} ${flag.meta ?? ""}`.trim()
    ),
    "[options]"
  ].filter((part) => part !== "").join(" ")

/**
 * What a person may do who does not know how to call a command.
 *
 * @category rendering
 * @since 0.1.0
 */
export const hint = (name: string, spec: Spec): string => {
  const help = `${name} ${spec.name} --help`
  const [example] = spec.examples
  return example === undefined ? help : `For example: ${name} ${example.command}\nAll of it: ${help}`
}
