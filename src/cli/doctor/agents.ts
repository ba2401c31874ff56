/**
 * Who could answer a question: the agent that calls, agents that can be called, models with a key; and how things are shown.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import * as fs from "node:fs"
import { delimiter, join, resolve } from "node:path"
import { Surroundings } from "../../layers/Surroundings.ts"
import * as agentEnvironment from "../agentEnvironment.ts"
import type { Call } from "../Command.ts"
import { type Finding, ok, problem } from "./Finding.ts"

/** Agents that `--agent` calls by the name of their command. */
const commands = ["claude", "codex", "opencode"]

/** @category accessors */
export const agent = ({ env }: Call): Finding => {
  const calls = Option.match(agentEnvironment.of(env), {
    onNone: () => "no coding agent calls",
    onSome: (name) => `${name} calls (${Option.getOrElse(agentEnvironment.variableOf(env), () => "")})`
  })
  const there = commands.filter((name) =>
    (env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && isExecutable(join(folder, name)))
  )
  return ok("agent", `${calls}; ${there.length === 0 ? "none can be called" : `can be called: ${there.join(", ")}`}`)
}

const isExecutable = (path: string): boolean =>
  Option.isSome(Option.liftThrowable(() => fs.accessSync(path, fs.constants.X_OK))())

/** Which secrets are there: their names alone. */
export const keys = ({ cwd, env }: Call, secrets: ReadonlyArray<string>): ReadonlyArray<Finding> => {
  const names = [...new Set(secrets)]
  if (names.length === 0) return []
  const isSet = (name: string) => (env[name] ?? "") !== ""
  const set = names.flatMap((name) => [name, `${name}_FILE`].filter(isSet))
  const unset = names.filter((name) => !isSet(name) && !isSet(`${name}_FILE`))
  const unread = set.filter((name) => name.endsWith("_FILE") && !names.includes(name)).filter((name) =>
    Option.isNone(Option.liftThrowable(() => fs.accessSync(resolve(cwd, env[name] ?? ""), fs.constants.R_OK))())
  )
  return [
    ok(
      "keys",
      [
        ...(set.length === 0 ? [] : [`set: ${set.join(", ")}`]),
        ...(unset.length === 0 ? [] : [`not set: ${unset.join(", ")}`])
      ].join("; ")
    ),
    ...unread.map((name) =>
      problem("keys", `the file that ${name} names cannot be read`, `Let ${name} name a file that holds the secret.`)
    )
  ]
}

/** How things are shown here, and whom somebody could ask. */
export const terminal: Effect.Effect<Finding> = Effect.map(Surroundings, ({ caller, colors, columns, isPlain }) => {
  const width = columns()
  const shown = Number.isFinite(width)
    ? `a terminal of ${width} columns, ${
      isPlain ? "where lines can only be added" : colors ? "with colours" : "without colours"
    }`
    : "no terminal: progress is shown as lines"
  return ok("terminal", `${shown}; ${caller === "person" ? "a person can be asked" : "no person can be asked"}`)
})
