/**
 * `help` and `completions`: what there is to know of the command line itself.
 *
 * @since 0.1.0
 */
import * as Descriptor from "@effect/cli/CommandDescriptor"
import { Effect, Option } from "effect"
import type { App, Outcome } from "../App.ts"
import * as exitCode from "../exitCode.ts"
import * as help from "../help.ts"
import { descriptorOf } from "../parse.ts"
import * as Spec from "../Spec.ts"
import { suggest } from "../suggest.ts"
import { UsageError } from "../UsageError.ts"

const shells = ["bash", "zsh", "fish"] as const

/** @category constants */
export const helpSpec: Spec.Spec = {
  name: "help",
  description: "Shows help: of a command, of all of them, or of the exit codes.",
  args: [{ name: "topic", description: "A command, or exit-codes", required: false }],
  flags: Spec.everywhere,
  examples: [{ command: "help exit-codes" }]
}

/** @category constants */
export const completionsSpec: Spec.Spec = {
  name: "completions",
  description: "Prints a script that completes commands and options in a shell.",
  args: [{ name: "shell", description: shells.join(", "), required: true }],
  flags: Spec.everywhere,
  examples: [{ command: "completions bash >> ~/.bashrc" }]
}

/** @category running */
export const ofCommand = (app: App, specs: Specs, spec: Spec.Spec): Outcome => ({
  text: help.ofCommand(app.name, spec),
  json: help.toJson(app.name, specs.all.filter(({ name }) => name === spec.name))
})

/** @category running */
export const ofAll = (app: App, specs: Specs): Outcome => ({
  text: help.ofAll({ name: app.name, version: app.version, programs: specs.programs, shared: specs.shared }),
  json: help.toJson(app.name, specs.all)
})

/**
 * @category models
 * @since 0.1.0
 */
export interface Specs {
  readonly programs: ReadonlyArray<Spec.Spec>
  readonly shared: ReadonlyArray<Spec.Spec>
  readonly all: ReadonlyArray<Spec.Spec>
}

/** @category running */
export const topic = (app: App, specs: Specs): Effect.Effect<Outcome, UsageError> => {
  const [asked] = app.parsed.args
  if (asked === undefined) return Effect.succeed(ofAll(app, specs))
  if (asked === "exit-codes") {
    return Effect.succeed({
      text: exitCode.meanings.map(([code, meaning]) => `${code.padEnd(8)}  ${meaning}`).join("\n") + "\n",
      json: { schema: "cairn.exit-codes/1", codes: Object.fromEntries(exitCode.meanings) }
    })
  }
  const spec = specs.all.find(({ name }) => name === asked)
  return spec === undefined ? unknown(app, specs, asked, "help ") : Effect.succeed(ofCommand(app, specs, spec))
}

/** @category errors */
export const unknown = (app: App, specs: Specs, command: string, before = ""): Effect.Effect<never, UsageError> =>
  new UsageError({
    reason: `There is no command ${JSON.stringify(command)}.`,
    fix: Option.match(suggest(command, specs.all.map(({ name }) => name)), {
      onNone: () => `${app.name} --help`,
      onSome: (meant) => `Did you mean: ${app.name} ${before}${meant}`
    })
  })

/** @category running */
export const completions = (app: App, specs: Specs): Effect.Effect<Outcome, UsageError> => {
  const [first, ...others] = specs.all.map((spec) => [spec.name, descriptorOf(spec)] as const)
  const shell = shells.find((shell) => shell === app.parsed.args[0])
  if (shell === undefined || first === undefined) {
    return new UsageError({
      reason: app.parsed.args[0] === undefined
        ? "<shell> is missing."
        : `There are no completions for ${JSON.stringify(app.parsed.args[0])}.`,
      fix: `${app.name} completions ${shells.join("|")}`
    })
  }
  const all = Descriptor.withSubcommands(Descriptor.make(app.name), [first, ...others])
  const scripts = {
    bash: Descriptor.getBashCompletions,
    zsh: Descriptor.getZshCompletions,
    fish: Descriptor.getFishCompletions
  }
  return Effect.map(scripts[shell](all, app.name), (lines) => {
    // The choices of an option are offered as one word, "a,b,c", by the bash script.
    const script = `${lines.join("\n")}\n`.replace(
      /compgen -W "([^"]*)"/g,
      (_, words: string) => `compgen -W "${words.replaceAll(",", " ")}"`
    )
    return { text: script, json: { schema: "cairn.completions/1", shell, script } }
  })
}
