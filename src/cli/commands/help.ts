/**
 * `help`: what there is to know of the command line itself.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
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
  readonly shared: ReadonlyArray<Spec.Spec>
  readonly all: ReadonlyArray<Spec.Spec>
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
export const run = (app: App, specs: Specs): Effect.Effect<Outcome> =>
  Effect.sync(() => {
    const [topic] = app.parsed.args
    const spec = specs.all.find(({ name }) => name === topic)
    if (spec !== undefined) return ofCommand(app, spec)
    return topic === exitCodes
      ? {
        text: help.ofExitCodes(),
        json: { schema: "cairn.exit-codes/1", codes: Object.fromEntries(exitCode.meanings) }
      }
      : ofAll(app, specs)
  })

/** @category running */
export const ofCommand = (app: App, spec: Spec.Spec): Outcome => ({
  text: help.ofCommand(app.name, spec),
  json: help.toJson(app.name, [spec])
})

/** @category running */
export const ofAll = (app: App, specs: Specs): Outcome => ({
  text: help.ofAll({ name: app.name, version: app.version, programs: specs.programs, shared: specs.shared }),
  json: help.toJson(app.name, specs.all)
})

/** @category errors */
export const unknown = (app: App, specs: Specs, command: string): UsageError =>
  new UsageError({
    reason: `There is no command ${JSON.stringify(command)}.`,
    fix: Option.match(suggest(command, specs.all.map(({ name }) => name)), {
      onNone: () => `${app.name} --help`,
      onSome: (meant) => `Did you mean: ${app.name} ${meant}`
    })
  })
