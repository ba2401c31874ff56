/**
 * What a shell may offer at the end of a command line: commands, options, choices, runs. The scripts of `completions`
 * ask for it, so that they know nothing themselves.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import { Journal } from "../pipeline/Journal.ts"
import * as Run from "../pipeline/Run.ts"
import * as RunState from "../pipeline/RunState.ts"
import type { App, Outcome } from "./App.ts"
import type { Specs } from "./commands/help.ts"
import * as handOff from "./handOff.ts"
import * as Home from "./home.ts"
import { commandOf } from "./parse.ts"
import type * as Spec from "./Spec.ts"
import * as Store from "./store.ts"

/**
 * The hidden command by which a shell asks.
 *
 * @category constants
 * @since 0.1.0
 */
export const word = "__complete"

/** The line that asks the shell for its own completion of file names. */
export const files = ":files"

interface Candidate {
  readonly value: string
  readonly description: string
}

/**
 * Offers what may stand in place of the last of the words, one candidate a line, with a tab before what it is.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (
  app: App,
  specs: Specs,
  words: ReadonlyArray<string>
): Effect.Effect<Outcome> => {
  const typed = joined(words[0] === "--" ? words.slice(1) : words)
  const before = typed.slice(0, -1)
  const current = typed.at(-1) ?? ""
  return Effect.map(offered(app, specs, before, current), (candidates) => ({
    text: candidates.map(({ description, value }) => `${value}\t${description}\n`).join(""),
    json: { schema: "cairn.completion/1", candidates }
  }))
}

/** Bash takes `--color=al` for three words. */
const joined = (words: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...words.slice(0, -1).filter((word) => word !== "="),
  ...words.slice(-1).map((word) => word === "=" ? "" : word)
]

const offered = (
  app: App,
  { all: specs, inner, root }: Specs,
  before: ReadonlyArray<string>,
  current: string
): Effect.Effect<ReadonlyArray<Candidate>> => {
  const { command, rest: words } = commandOf([root, ...specs].flatMap(({ flags }) => flags), before)
  const outer = specs.find(({ name }) => Option.contains(command, name)) ?? root
  const next = commandOf([outer, ...inner].flatMap(({ flags }) => flags), words)
  const within = inner.find(({ name }) => Option.exists(next.command, (word) => name === `${outer.name} ${word}`))
  const { rest, spec } = within === undefined ? { spec: outer, rest: words } : { spec: within, rest: next.rest }
  const flagOf = (word: string) => spec.flags.find(({ alias, name }) => word === `--${name}` || word === `-${alias}`)
  const begins = ({ value }: Candidate) => value.startsWith(current)
  const given = rest.filter((word, index) =>
    word !== "--" && !word.startsWith("-") && flagOf(rest[index - 1] ?? "")?.kind !== "value"
  )
  const valuesOf = ({ choices, completes, meta }: Spec.Flag, current: string) =>
    choices !== undefined
      ? Effect.succeed(choices.map((value) => ({ value, description: "" })))
      : completes === "steps"
      ? stepsOf(app, before, given[0] ?? last.value, current)
      : Effect.succeed(meta === "PATH" || meta === "FILE" || meta === "DIR" ? [{ value: files, description: "" }] : [])

  const valued = flagOf(before.at(-1) ?? "")
  if (valued?.kind === "value" && !before.includes("--")) {
    return Effect.map(
      valuesOf(valued, current),
      (values) => values.filter((one) => one.value === files || begins(one))
    )
  }
  const equals = current.startsWith("--") ? current.indexOf("=") : -1
  if (equals > 0) {
    const flag = flagOf(current.slice(0, equals))
    const before = current.slice(0, equals + 1)
    return flag === undefined
      ? Effect.succeed([])
      : Effect.map(
        valuesOf(flag, current.slice(equals + 1)),
        (values) => values.map((one) => ({ ...one, value: `${before}${one.value}` })).filter(begins)
      )
  }
  if (current.startsWith("-") && !before.includes("--")) {
    return Effect.succeed(
      spec.flags
        .filter(({ name, only = [], repeated }) =>
          (repeated === true || !before.includes(`--${name}`)) && only.every(({ shown, values }) => {
            const at = before.lastIndexOf(shown)
            return at < 0 || values.includes(before[at + 1] ?? "")
          })
        )
        .flatMap(({ description, kind, name }) => [
          { value: `--${name}`, description },
          ...(kind === "switch" && current.startsWith("--no-") ? [{ value: `--no-${name}`, description }] : [])
        ])
        .filter(begins)
    )
  }
  if (spec === root) {
    return Effect.succeed(
      Option.isSome(command)
        ? []
        : specs.map(({ description, name }) => ({ value: name, description })).filter(begins)
    )
  }
  const place = given.length
  const end = spec.args.at(-1)
  const arg = spec.args[place] ?? (end?.repeated === true ? end : undefined)
  if (arg === undefined) return Effect.succeed([])
  if (arg.completes === "files") return Effect.succeed([{ value: files, description: "" }])
  const named = [...(arg.choices ?? []), ...(arg.offers ?? [])].map((value) => ({
    value,
    description: describe(specs, value)
  }))
  const recorded = arg.completes === "runs"
    ? runsOf(app, before)
    : arg.completes === "questions"
    ? questionsOf(app, before, given[0] ?? last.value)
    : Effect.succeed([])
  return Effect.map(recorded, (recorded) => [...named, ...recorded].filter(begins))
}

const describe = (specs: ReadonlyArray<Spec.Spec>, name: string): string =>
  specs.find((spec) => spec.name === name)?.description ?? ""

const runsOf = (app: App, words: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Candidate>> =>
  inStore(
    app,
    words,
    Effect.map(
      Effect.flatMap(Journal, ({ list }) => list),
      (names) => [...[...names].sort().map((value) => ({ value, description: "" })), last]
    )
  )

/** The steps that something is recorded of, in the order in which they ended; their parts once one of them is begun. */
const stepsOf = (
  app: App,
  words: ReadonlyArray<string>,
  run: string,
  current: string
): Effect.Effect<ReadonlyArray<Candidate>> =>
  inStore(
    app,
    words,
    Effect.map(Effect.flatMap(Run.find(run), Run.info), ({ state: { executions } }) => {
      const paths = Array.from(executions)
        .sort(([, a], [, b]) => a.position - b.position)
        .map(([path]) => current.includes("/") ? path : path.replace(/\/.*$/, ""))
      return [...new Set(paths)].map((value) => ({ value, description: "" }))
    })
  )

/** The questions that a run waits for, in their order. */
const questionsOf = (app: App, words: ReadonlyArray<string>, run: string): Effect.Effect<ReadonlyArray<Candidate>> =>
  inStore(
    app,
    words,
    Effect.map(Effect.flatMap(Run.find(run), Run.info), ({ state }) => {
      const open = RunState.openRequests(state)
      return open.map((request) => ({ value: handOff.pathOrId(request, open), description: request.name }))
    })
  )

/** Looks into the folder that the rest of the line names; nothing is there where that cannot be read. */
const inStore = <E>(
  { io, parsed }: App,
  words: ReadonlyArray<string>,
  look: Effect.Effect<ReadonlyArray<Candidate>, E, Journal>
): Effect.Effect<ReadonlyArray<Candidate>> => {
  const values = new Map(
    ["home", "store"].flatMap((name) => {
      const at = words.indexOf(`--${name}`)
      const value = words[at + 1]
      return at === -1 || value === undefined ? [] : [[name, [value]]]
    })
  )
  return look.pipe(
    Effect.provide(
      Layer.unwrapEffect(
        Effect.map(Home.find(io.cwd, io.env, { values }), (home) => Store.layer({ home, io, parsed }))
      )
    ),
    Effect.orElseSucceed(() => [])
  )
}

const last: Candidate = { value: "@last", description: "The run that changed last" }
