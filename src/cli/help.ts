/**
 * Help pages: at most 80 columns, examples first, every default and variable beside its option.
 *
 * @since 0.1.0
 */
import * as exitCode from "./exitCode.ts"
import { type Flag, type Group, type Spec, usage } from "./Spec.ts"

const width = 80

/**
 * The page of one command.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofCommand = (name: string, spec: Spec): string => {
  const sections = [
    ...wrapped(spec.description, 0),
    "",
    "Usage",
    ...wrapped(usage(name, spec), 2, 4)
  ]
  if (spec.examples.length > 0) {
    sections.push("", "Examples")
    for (const { command, description } of spec.examples) {
      if (description !== undefined) sections.push(...wrapped(`# ${description}`, 2))
      sections.push(...wrapped(`${name} ${command}`, 2, 6))
    }
  }
  if (spec.args.length > 0) {
    sections.push("", "Arguments", ...table(spec.args.map((arg) => [`<${arg.name}>`, arg.description])))
  }
  for (const group of groups) {
    const flags = spec.flags.filter((flag) => flag.group === group)
    if (flags.length > 0) sections.push("", group, ...table(flags.map((flag) => [flagText(flag), flagWords(flag)])))
  }
  sections.push("", "Exit codes", ...table(exitCode.meanings))
  return `${sections.join("\n")}\n`
}

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
  readonly shared: ReadonlyArray<Spec>
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
        ["", "Examples", ...examples.flatMap(({ command }) => wrapped(`${app.name} ${command}`, 2, 6))]),
      ...(app.programs.length === 0 ? [] : ["", "Programs", ...rows(app.programs)]),
      "",
      "Runs",
      ...rows(app.shared),
      "",
      ...wrapped("What a step has finished is kept: repeat a command that was stopped, and it goes on.", 0),
      ...wrapped(`${app.name} <command> --help shows the options of a command.`, 0)
    ].join("\n")
  }\n`
}

/**
 * A command as data, for programs that write command lines.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (name: string, specs: ReadonlyArray<Spec>): unknown => ({
  schema: "cairn.help/1",
  commands: specs.map((spec) => ({
    name: spec.name,
    usage: usage(name, spec),
    description: spec.description,
    examples: spec.examples.map((example) => ({ ...example, command: `${name} ${example.command}` })),
    arguments: spec.args,
    options: spec.flags
  })),
  exitCodes: Object.fromEntries(exitCode.meanings)
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
    ...(flag.fallback === undefined ? [] : [`[default: ${flag.fallback}]`]),
    ...(flag.env === undefined ? [] : [`[env: ${flag.env}]`])
  ].join(" ")

const table = (rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> => {
  const left = Math.min(26, Math.max(...rows.map(([name]) => name.length)))
  return rows.flatMap(([name, words]) => {
    const [first = "", ...more] = wrapped(words, 0, 0, width - left - 4)
    const indent = " ".repeat(left + 4)
    return name.length > left
      ? [`  ${name}`, `${indent}${first}`, ...more.map((line) => `${indent}${line}`)]
      : [`  ${name.padEnd(left)}  ${first}`.trimEnd(), ...more.map((line) => `${indent}${line}`)]
  })
}

/** Text in lines of at most `columns`; a word that is longer stands alone. */
const wrapped = (text: string, indent: number, hanging = indent, columns = width): Array<string> => {
  const lines: Array<string> = []
  let line = " ".repeat(indent)
  let empty = true
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = " ".repeat(hanging)
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  lines.push(line)
  return lines
}
