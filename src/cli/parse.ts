/**
 * Reads a command line against the description of its command.
 *
 * A first pass names every mistake in the words of the person who made it: what was probably meant, which option lacks
 * its value. What it lets through goes to the parser of `@effect/cli` in one canonical form, since left to itself that
 * parser reports a repeated switch or a misspelt option after an argument as an "unknown argument".
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as CliOptions from "@effect/cli/Options"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import { Effect, Layer, Option } from "effect"
import { unpainted } from "../layers/Reporter/paint.ts"
import type { Flag, Spec } from "./Spec.ts"
import { suggest } from "./suggest.ts"
import { UsageError } from "./UsageError.ts"

/**
 * What was given, by the name of the option or argument; what was left out is absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parsed {
  readonly args: ReadonlyArray<string>
  readonly values: ReadonlyMap<string, ReadonlyArray<string>>
  readonly switches: ReadonlyMap<string, boolean>
}

/**
 * Reads the words after the name of the command.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = Effect.fnUntraced(function*(name: string, spec: Spec, words: ReadonlyArray<string>) {
  const { args, given, options, values: all } = yield* canonical(name, spec, words)
  const directive = yield* Descriptor.parse(
    descriptorOf(spec),
    [spec.name, ...options, ...(args.length === 0 ? [] : ["--", ...args])],
    CliConfig.make({ isCaseSensitive: true, autoCorrectLimit: 0, showBuiltIns: false })
  ).pipe(
    Effect.catchAll(({ error }) =>
      new UsageError({
        reason: unpainted(HelpDoc.toAnsiText(error)).trim(),
        fix: `${name} ${spec.name} --help`
      })
    ),
    Effect.provide(platform)
  )
  const values = new Map<string, ReadonlyArray<string>>()
  const switches = new Map<string, boolean>()
  if (directive._tag === "UserDefined") {
    for (const [name, value] of Object.entries(directive.value.options)) {
      if (!given.has(name)) continue
      if (typeof value === "boolean") switches.set(name, value)
      else values.set(name, value.map((index) => all[Number(index)] ?? ""))
    }
  }
  return { args, values, switches } satisfies Parsed
})

/** What the parser asks for; it touches none of it. */
const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer)

/** The command as `@effect/cli` knows it. */
const descriptorOf = (spec: Spec) =>
  Descriptor.make(
    spec.name,
    CliOptions.all(Object.fromEntries(spec.flags.map((flag) => [flag.name, optionOf(flag)]))),
    Args.repeated(Args.text())
  )

const optionOf = ({ kind, name }: Flag): CliOptions.Options<boolean | ReadonlyArray<string>> =>
  kind === "switch"
    ? CliOptions.boolean(inner(name), { negationNames: [inner(`no-${name}`)] })
    : CliOptions.repeated(CliOptions.text(inner(name)))

/** Under its own name an option of one letter would be lost, and one called `version` taken for the parser's own. */
const inner = (name: string): string => `given-${name}`

/** The words in one order and one spelling, or what is wrong with them. */
const canonical = (name: string, spec: Spec, words: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const options: Array<string> = []
    const args: Array<string> = []
    /** Options carry the places of their values in here: a value may be anything, also nothing, or `--`. */
    const values: Array<string> = []
    const given = new Map<string, number>()
    const command = [name, spec.name].filter((part) => part !== "").join(" ")
    const flags = new Map<string, { readonly flag: Flag; readonly on: boolean }>()
    for (const flag of spec.flags) {
      flags.set(`--${flag.name}`, { flag, on: true })
      if (flag.alias !== undefined) flags.set(`-${flag.alias}`, { flag, on: true })
      if (flag.kind === "switch") flags.set(`--no-${flag.name}`, { flag, on: false })
    }
    const toSwitch = (flag: Flag, on: boolean) => {
      if (given.has(flag.name)) {
        const before = options.findIndex((word) =>
          word === `--${inner(flag.name)}` || word === `--${inner(`no-${flag.name}`)}`
        )
        options.splice(before, 1)
      }
      given.set(flag.name, 1)
      options.push(`--${inner(on ? flag.name : `no-${flag.name}`)}`)
    }

    for (let index = 0; index < words.length; index++) {
      const word = words[index] ?? ""
      if (word === "--") {
        args.push(...words.slice(index + 1))
        break
      }
      const isNegative = /^-\.?\d/.test(word) && !flags.has(word.slice(0, 2))
      if (!word.startsWith("-") || word === "-" || isNegative) {
        args.push(word)
        continue
      }
      const equals = word.startsWith("--") ? word.indexOf("=") : -1
      const typed = equals < 0 ? word : word.slice(0, equals)
      const known = flags.get(typed)
      if (known === undefined) {
        const letters = Array.from(word.slice(1), (letter) => flags.get(`-${letter}`))
        if (/^-[A-Za-z]{2,}$/.test(word) && letters.every((entry) => entry?.flag.kind === "switch")) {
          for (const entry of letters) if (entry !== undefined) toSwitch(entry.flag, true)
          continue
        }
        const inner = [...flags.keys()].filter((key) => key.startsWith(`${typed}.`))
        return yield* new UsageError({
          reason: `${command} has no option ${typed}.`,
          fix: inner.length > 0 ?
            `It has: ${inner.join(", ")}` :
            Option.match(suggest(typed, [...flags.keys()].filter((key) => key.startsWith("--"))), {
              onNone: () => `${command} --help`,
              onSome: (meant) => `Did you mean ${meant}?`
            })
        })
      }
      const { flag, on } = known
      if (flag.kind === "switch") {
        if (equals >= 0) {
          return yield* new UsageError({
            reason: `${typed} is a switch and takes no value.`,
            fix: `Give ${typed}, or --no-${flag.name}.`
          })
        }
        toSwitch(flag, on)
        continue
      }
      const value = equals >= 0 ? word.slice(equals + 1) : words[++index]
      if (value === undefined || (equals < 0 && value !== "-" && isOption(value, flags))) {
        return yield* new UsageError({
          reason: `${typed} needs a value${flag.meta === undefined ? "" : ` (${flag.meta})`}.`,
          fix: `Give ${typed} ${flag.choices?.[0] ?? flag.meta ?? "VALUE"}, or see: ${command} --help`
        })
      }
      if (flag.choices !== undefined && !flag.choices.includes(value)) {
        return yield* notAChoice(typed, value, flag.choices, command)
      }
      const times = (given.get(flag.name) ?? 0) + 1
      if (times > 1 && flag.repeated !== true) {
        return yield* new UsageError({ reason: `${typed} is given twice.`, fix: `Give ${typed} once.` })
      }
      given.set(flag.name, times)
      options.push(`--${inner(flag.name)}`, String(values.push(value) - 1))
    }

    const takes = spec.args.some((arg) => arg.repeated === true) ? Infinity : spec.args.length
    if (args.length > takes) {
      return yield* new UsageError({
        reason: `${command} does not know what to do with ${JSON.stringify(args[takes] ?? "")}.`,
        fix: `${command} --help`
      })
    }
    for (const [index, word] of args.entries()) {
      const arg = spec.args[Math.min(index, spec.args.length - 1)]
      if (arg?.choices !== undefined && !arg.choices.includes(word)) {
        return yield* notAChoice(`<${arg.name}>`, word, arg.choices, command)
      }
    }
    return { options, args, given, values }
  })

const notAChoice = (shown: string, word: string, choices: ReadonlyArray<string>, command: string): UsageError =>
  new UsageError({
    reason: `${shown} cannot be ${JSON.stringify(word)}: it is one of ${choices.join(", ")}.`,
    fix: Option.match(suggest(word, choices), {
      onNone: () => `${command} --help`,
      onSome: (meant) =>
        shown.startsWith("--") ? `Did you mean ${shown} ${meant}?` : `Did you mean: ${command} ${meant}`
    })
  })

/** A value may begin with a dash, unless it is an option of this very command. */
const isOption = (value: string, flags: ReadonlyMap<string, unknown>): boolean =>
  flags.has(value) || (value.startsWith("--") && flags.has(value.replace(/=.*$/s, "")))

/**
 * Splits the words into the name of the command and the rest; options may come before it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const commandOf = (
  flags: ReadonlyArray<Flag>,
  words: ReadonlyArray<string>
): { readonly command: Option.Option<string>; readonly rest: ReadonlyArray<string> } => {
  const valued = new Set(
    flags.filter(({ kind }) => kind === "value").flatMap((
      { alias, name }
    ) => [`--${name}`, ...(alias ? [`-${alias}`] : [])])
  )
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    if (word === "--") break
    if (valued.has(word)) index++
    else if (!word.startsWith("-")) return { command: Option.some(word), rest: words.toSpliced(index, 1) }
  }
  return { command: Option.none(), rest: words }
}
