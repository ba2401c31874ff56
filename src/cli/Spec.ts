/**
 * A command as data: its arguments, its options, its words. Parsing, help and completions are all made from it.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

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
  /** What a shell completes there, beside the choices. */
  readonly completes?: "steps"
  readonly description: string
  readonly fallback?: string
  readonly env?: string
  /** What other options must say for this one to be taken. */
  readonly only?: ReadonlyArray<Condition>
  readonly group: Group
}

/** An option, or an argument, and what it must say. */
export interface Condition {
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
  readonly completes?: "files" | "runs" | "questions"
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
 * The option of every command that takes a run for itself.
 *
 * @category constants
 * @since 0.1.0
 */
export const breakLock: Flag = {
  name: "break-lock",
  kind: "switch",
  description: "Take the run from an owner on another host that has ended",
  group: "Options"
}

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
  { ...breakLock, group: "Run" }
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
