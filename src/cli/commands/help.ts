/**
 * `help`: what there is to know of the command line itself.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { quote } from "../../pipeline/quote.ts"
import type { App, Outcome } from "../App.ts"
import * as exitCode from "../exitCode.ts"
import * as help from "../help.ts"
import * as Spec from "../Spec.ts"
import { suggest } from "../suggest.ts"
import { UsageError } from "../UsageError.ts"

/**
 * The commands there are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Specs {
  readonly programs: ReadonlyArray<Spec.Spec>
  /** Commands of somebody's own. */
  readonly own: ReadonlyArray<Spec.Spec>
  readonly shared: ReadonlyArray<Spec.Spec>
  readonly all: ReadonlyArray<Spec.Spec>
  /** Those of two words. */
  readonly inner: ReadonlyArray<Spec.Spec>
  /** The command line without the name of a command. */
  readonly root: Spec.Spec
}

const exitCodes = "exit-codes"

/** @category constructors */
export const spec = (commands: ReadonlyArray<string>): Spec.Spec => ({
  name: "help",
  description: "Shows help: of a command, of all of them, or of the exit codes.",
  args: [{
    name: "topic",
    description: `A command, or ${exitCodes}`,
    required: false,
    choices: [...commands, "help", exitCodes]
  }],
  flags: Spec.everywhere,
  examples: [{ command: `help ${exitCodes}` }]
})

/** @category running */
export const run = <E>(app: App, specs: Effect.Effect<Specs, E>): Effect.Effect<Outcome, E> =>
  Effect.map(specs, (specs) => {
    const [topic] = app.parsed.args
    const spec = specs.all.find(({ name }) => name === topic)
    if (spec !== undefined) return ofCommand(app, spec)
    return topic === exitCodes
      ? {
        text: help.ofExitCodes(app.exitCodes),
        json: { schema: "cairn.exit-codes/1", codes: Object.fromEntries(exitCode.meaningsWith(app.exitCodes)) }
      }
      : ofAll(app, specs)
  })

/** @category running */
export const ofCommand = (app: App, spec: Spec.Spec): Outcome => ({
  text: help.ofCommand(app.name, spec, app.exitCodes),
  json: help.toJson(app.name, [spec], app.exitCodes)
})

/** @category running */
export const ofAll = (app: App, specs: Specs): Outcome => ({
  text: help.ofAll({ ...specs, name: app.name, version: app.version }),
  json: help.toJson(app.name, specs.all, app.exitCodes)
})

/** @category errors */
export const unknown = (app: App, specs: Specs, command: string): UsageError =>
  new UsageError({
    reason: `There is no command ${JSON.stringify(command)}.`,
    fix: Option.match(suggest(command, specs.all.map(({ name }) => name)), {
      onNone: () => `${app.name} --help`,
      onSome: (meant) => {
        const { args } = app.io
        return `Did you mean: ${app.name} ${args.toSpliced(args.indexOf(command), 1, meant).map(quote).join(" ")}`
      }
    })
  })
