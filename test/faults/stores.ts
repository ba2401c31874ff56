/** What is kept in the store that a command was told of, looked at from here. */
import { Effect, Layer, Redacted } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Installed from "../../src/layers/Journal/Installed.ts"
import { Journal } from "../../src/pipeline/Journal.ts"
import { at } from "../cli/command.ts"
import * as Postgres from "../layers/journal/postgres.ts"
import type { Options, Store, Tried } from "./processes.ts"

/** Commands look for the drivers above the folder that they are called in. */
export const linkDrivers = (folder: string): void => {
  const modules = join(folder, "node_modules")
  if (!fs.existsSync(modules)) fs.symlinkSync(at("node_modules"), modules)
}

/** Tries something with runs in a SQLite file beside the folder of each. */
export const inSqlite = (
  options: Options,
  tried: (options: Options, store: Store) => Promise<Tried>
): Promise<Tried> => {
  linkDrivers(options.folder)
  return tried(options, () => ({ CAIRN_STORE: "sqlite:runs.db" }))
}

/** Tries something with runs on a PostgreSQL server, where one is installed. */
export const inPostgres = async (
  options: Options,
  tried: (options: Options, store: Store) => Promise<Tried>
): Promise<Tried> => {
  const absence = Postgres.absence()
  if (absence !== undefined) return { cases: 0, violations: [], note: `not tried: ${absence}` }
  linkDrivers(options.folder)
  const server = await Postgres.start(undefined, 1000)
  try {
    return await tried(options, () => ({ CAIRN_STORE: server.empty() }))
  } finally {
    await server.stop()
  }
}

/** The journals of a folder, or of the database that `CAIRN_STORE` names. */
export const layer = (cwd: string, { CAIRN_STORE }: Record<string, string>): Layer.Layer<Journal> => {
  if (CAIRN_STORE === undefined) return JournalFile.layer({ home: join(cwd, ".cairn") })
  const options = { cwd: at("."), where: "the store" }
  const [, file] = /^sqlite:(.*)$/.exec(CAIRN_STORE) ?? []
  return Layer.scoped(
    Journal,
    Effect.orDie(
      file === undefined
        ? Installed.postgres(Redacted.make(CAIRN_STORE), options)
        : Installed.sqlite(join(cwd, file), options)
    )
  )
}

/** How many runs there are. */
export const count = (cwd: string, env: Record<string, string>): Promise<number> =>
  Effect.flatMap(Journal, ({ list }) => list).pipe(
    Effect.map(({ length }) => length),
    Effect.provide(layer(cwd, env)),
    Effect.runPromise
  )
