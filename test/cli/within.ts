/** A command line called in this process, which takes a tenth of the time of one of its own. */
import { Effect } from "effect"
import { Cli } from "effect-cairn/cli"
import { callWith, type Options, type Said } from "./calling.ts"
import { definition, place } from "./definition.ts"

/** Calls the fixture. */
export const call = (args: ReadonlyArray<string>, options: Options): Effect.Effect<Said> =>
  Effect.suspend(() => {
    place.folder = options.cwd
    return callOf(definition, args, options)
  })

export const callOf = (
  definition: Parameters<typeof Cli.main>[0],
  args: ReadonlyArray<string>,
  options: Options
): Effect.Effect<Said> => callWith((io) => Cli.main(definition, io), args, options)
