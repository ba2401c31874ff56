/**
 * Help pages: at most 80 columns, examples first, every default and variable beside its option.
 *
 * @since 0.1.0
 */
import * as printable from "../pipeline/printable.ts"
import type { App } from "./App.ts"
import * as exitCode from "./exitCode.ts"
import type { Argument, Flag, Group, Spec } from "./Spec.ts"
import { usage } from "./Spec.ts"

const width = 80

/**
 * The page of one command.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofCommand = (name: string, spec: Spec, exitCodes: App["exitCodes"] = {}): string => {
  const sections = [
    ...wrapped(spec.description),
    "",
    "Usage",
    ...wrapped(`  ${usage(name, spec)}`, 4)
  ]
  if (spec.examples.length > 0) {
    sections.push("", "Examples")
    for (const { command, description } of spec.examples) {
      if (description !== undefined) sections.push(...wrapped(`  # ${description}`, 4))
      sections.push(...wrapped(`  ${name} ${command}`, 6))
    }
  }
  if (spec.args.length > 0) {
    sections.push("", "Arguments", ...table(spec.args.map((arg) => [`<${arg.name}>`, argumentWords(arg)])))
  }
  for (const group of groups) {
    const flags = spec.flags.filter((flag) => flag.group === group)
    if (flags.length > 0) sections.push("", group, ...flagTable(flags))
  }
  sections.push(...environment(spec))
  sections.push("", "Exit codes", ...table(exitCode.meaningsWith(exitCodes)))
  return `${sections.join("\n")}\n`
}

/** Secrets may also be in files that their variables name. */
const environment = ({ variables = [] }: Spec): ReadonlyArray<string> =>
  variables.length === 0 ? [] : [
    "",
    "Environment",
    ...table(
      variables.map(({ description, name, required }) => [name, required ? `${description} [required]` : description])
    )
  ]

const flagTable = (flags: ReadonlyArray<Flag>): ReadonlyArray<string> =>
  table(flags.map((flag) => [flagText(flag), flagWords(flag)]))

const groups: ReadonlyArray<Group> = ["Options", "Settings", "Run", "Everywhere"]

/**
 * The page of the whole command line.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofAll = (app: {
  readonly name: string
  readonly version: string
  readonly programs: ReadonlyArray<Spec>
  readonly own: ReadonlyArray<Spec>
  readonly shared: ReadonlyArray<Spec>
  readonly root: Spec
}): string => {
  const examples = app.programs.flatMap((spec) => spec.examples.slice(0, 1))
  const rows = (specs: ReadonlyArray<Spec>) => table(specs.map((spec) => [spec.name, firstSentence(spec.description)]))
  return `${
    [
      `${app.name} ${app.version}`,
      "",
      "Usage",
      `  ${app.name} <command> [options]`,
      ...(examples.length === 0 ?
        [] :
        ["", "Examples", ...examples.flatMap(({ command }) => wrapped(`  ${app.name} ${command}`, 6))]),
      ...(app.programs.length === 0 ? [] : ["", "Programs", ...rows(app.programs)]),
      ...(app.own.length === 0 ? [] : ["", "Commands", ...rows(app.own)]),
      "",
      "Runs",
      ...rows(app.shared),
      "",
      "Everywhere",
      ...flagTable(app.root.flags),
      ...environment(app.root),
      "",
      ...wrapped("What a step has finished is kept: repeat a command that was stopped, and it goes on."),
      ...wrapped(`${app.name} <command> --help shows the options of a command.`)
    ].join("\n")
  }\n`
}

/**
 * What each exit code means.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofExitCodes = (exitCodes: App["exitCodes"]): string =>
  `${table(exitCode.meaningsWith(exitCodes)).map((line) => line.trim()).join("\n")}\n`

/**
 * A command as data, for programs that write command lines.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (name: string, specs: ReadonlyArray<Spec>, exitCodes: App["exitCodes"]): unknown => ({
  schema: "cairn.help/1",
  commands: specs.map((spec) => ({
    name: spec.name,
    usage: usage(name, spec),
    description: spec.description,
    examples: spec.examples.map((example) => ({ ...example, command: `${name} ${example.command}` })),
    arguments: spec.args,
    options: spec.flags,
    variables: spec.variables ?? []
  })),
  exitCodes: Object.fromEntries(exitCode.meaningsWith(exitCodes))
})

const firstSentence = (text: string): string => text.split(/(?<=\.)\s/, 1)[0]?.replace(/\.$/, "") ?? text

const flagText = (flag: Flag): string =>
  `${flag.alias === undefined ? "    " : `-${flag.alias}, `}--${flag.name}${
    flag.kind === "switch" ? "" : ` ${flag.meta ?? "VALUE"}`
  }${flag.repeated === true ? "..." : ""}`

const flagWords = (flag: Flag): string =>
  [
    flag.description,
    ...(flag.choices === undefined ? [] : [`(${flag.choices.join(" | ")})`]),
    ...conditionWords(flag),
    ...(flag.fallback === undefined ? [] : [together(`[default: ${flag.fallback}]`)]),
    ...(flag.env === undefined ? [] : [together(`[env: ${flag.env}]`)])
  ].join(" ")

const argumentWords = (argument: Argument): string =>
  [
    argument.description,
    ...(argument.choices === undefined ? [] : [`(${argument.choices.join(" | ")})`]),
    ...(argument.only === undefined ? argument.required ? [] : ["[optional]"] : conditionWords(argument))
  ].join(" ")

/** Whether it has to be given, and what it is for. */
const conditionWords = ({ only = [], required = false }: Pick<Flag, "only" | "required">): ReadonlyArray<string> =>
  only.length === 0
    ? required ? ["[required]"] : []
    : [
      together(
        `[${required ? "required" : "only"} with ${
          only.map(({ shown, values }) => `${shown} ${values.join("|")}`).join(" and ")
        }]`
      )
    ]

/** Words that stay on one line. */
const together = (text: string): string => text.replaceAll(" ", "\u00A0")

const table = (rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> => {
  const left = Math.min(26, Math.max(...rows.map(([name]) => name.length)))
  const indent = " ".repeat(left + 4)
  return rows.flatMap(([name, words]) => {
    const head = `  ${name.padEnd(left)}`
    const lines = name.length > left ? [head, ...wrapped(indent + words)] : wrapped(`${head}  ${words}`, indent.length)
    return lines.map((line) => line.trimEnd())
  })
}

/** Text in lines of at most 80 columns. */
const wrapped = (text: string, hanging?: number): ReadonlyArray<string> =>
  printable.wrap(text.replaceAll(/[\t\n\r]+/g, " "), width, hanging).map((line) => line.replaceAll("\u00A0", " "))
