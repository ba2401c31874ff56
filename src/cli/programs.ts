/**
 * The programs of a command line. One that is given by its name is loaded only where a call is about it.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import type { AnyProgram, Lazy, Parts } from "./App.ts"
import { DefinitionRefused } from "./UsageError.ts"

type Listed = Pick<Parts, "name" | "programs">

/**
 * @category accessors
 * @since 0.1.0
 */
export const names = ({ programs }: Listed): ReadonlyArray<string> => programs.map(({ name }) => name)

/**
 * Whether it is there where these names are called.
 *
 * @category guards
 * @since 0.1.0
 */
export const isThere = (program: Listed["programs"][number], names: ReadonlyArray<string>): boolean =>
  !("load" in program) || names.includes(program.name)

/**
 * Those that are there anyway, and of the others those that are named.
 *
 * @category effects
 * @since 0.1.0
 */
export const named = (
  { name, programs }: Listed,
  names: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<AnyProgram>, DefinitionRefused> =>
  Effect.forEach(
    programs.filter((program) => isThere(program, names)),
    (program) => "load" in program ? loaded(name, program) : Effect.succeed(program),
    { concurrency: "unbounded" }
  )

/**
 * @category effects
 * @since 0.1.0
 */
export const all = (listed: Listed): Effect.Effect<ReadonlyArray<AnyProgram>, DefinitionRefused> =>
  named(listed, names(listed))

/**
 * @category effects
 * @since 0.1.0
 */
export const find = (listed: Listed, name: string): Effect.Effect<Option.Option<AnyProgram>, DefinitionRefused> =>
  Effect.map(
    named(listed, [name]),
    (programs) => Option.fromNullable(programs.find((program) => program.name === name))
  )

const loaded = (
  commandLine: string,
  { load, name }: Lazy<AnyProgram>
): Effect.Effect<AnyProgram, DefinitionRefused> => {
  const refused = (reason: string) => new DefinitionRefused({ name: commandLine, reason })
  return Effect.tryPromise({
    try: load,
    catch: (error) => refused(`the program "${name}" cannot be loaded: ${String(error)}`)
  }).pipe(
    Effect.filterOrFail(
      (program) => program.name === name,
      (program) => refused(`what is loaded as the program "${name}" is called "${program.name}"`)
    )
  )
}
