/**
 * Where the checkpoints are.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import * as fs from "node:fs"
import { dirname, join, resolve } from "node:path"
import { sha256 } from "../pipeline/digest.ts"
import { quote } from "../pipeline/quote.ts"
import type { Parsed } from "./parse.ts"
import * as Store from "./store.ts"
import { UsageError } from "./UsageError.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Home {
  /** The folder for all that is kept in files, as an absolute path. */
  readonly folder: string
  /** The folder in it that holds one for each run. */
  readonly runs: string
  readonly store: Store.Store
  /** Where the checkpoints are, for people. */
  readonly where: string
  /** What a command to paste needs so that it finds them again. */
  readonly option: string
}

/**
 * The folder named by `--home`, by `CAIRN_HOME`, the nearest `.cairn` upwards, or `.cairn` here; and the database named
 * by `--store`, or by `CAIRN_STORE` where no option says otherwise: `--home` alone means files in that folder.
 *
 * @category constructors
 * @since 0.1.0
 */
export const find = (
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  { values }: Pick<Parsed, "values">
): Either.Either<Home, UsageError> => {
  const [home] = values.get("home") ?? []
  const [database] = values.get("store") ?? []
  // As from a variable that is not set: here would be a strange place for them.
  if (home === "") return Either.left(new UsageError({ reason: "--home names no folder.", fix: "Give --home DIR" }))
  const named = ofFiles(cwd, home ?? (env.CAIRN_HOME || undefined))
  if (isOther(named.folder)) {
    return Either.left(
      new UsageError({
        reason: `The folder for checkpoints is none: ${named.folder}`,
        fix: home === undefined ? "Set CAIRN_HOME to a folder, or give --home DIR" : "Give --home DIR"
      })
    )
  }
  const text = database ?? (home === undefined ? env.CAIRN_STORE : undefined)
  if (text === undefined || text === "") return Either.right(named)
  return Either.flatMap(Store.parse(cwd, text), (store) => {
    if (store._tag === "Files") {
      return home === undefined ? Either.right(ofFiles(cwd, store.folder)) : Either.left(
        new UsageError({ reason: "--home and --store file: name a folder each.", fix: "Leave one of them out." })
      )
    }
    if (values.get("durability")?.[0] === "process") {
      return Either.left(
        new UsageError({
          reason: "--durability process is for checkpoints in files: a database keeps what it has committed.",
          fix: "Leave --durability or --store out."
        })
      )
    }
    const { folder, option } = named
    // Where a password is only known to the environment, so is the rest: an option, of the folder too, would win over it.
    const isPasted = database !== undefined || !store.hasPassword
    return Either.right({
      folder,
      // Runs of different databases may have the same name.
      runs: join(folder, "stores", sha256(store.where).slice(0, 16)),
      store,
      where: store.where,
      option: isPasted ? `${option} --store ${quote(store.shown)}` : ""
    })
  })
}

/**
 * Where they are if nobody says anything.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofFiles = (cwd: string, named?: string): Home => {
  const folder = named === undefined ? nearest(cwd) ?? join(cwd, ".cairn") : resolve(cwd, named)
  return {
    folder,
    runs: join(folder, "runs"),
    store: Store.files,
    where: folder,
    // Absolute: the command may be pasted elsewhere, where the variable is not set.
    option: named === undefined ? "" : ` --home ${quote(folder)}`
  }
}

/**
 * Whether the checkpoint of a run is there: that of a dry run is removed at its end.
 *
 * @category accessors
 * @since 0.1.0
 */
export const holds = ({ runs }: Home, run: string): boolean => fs.existsSync(join(runs, run))

/** Whether something other than a folder is there. What cannot be looked at is told of where it is used. */
const isOther = (path: string): boolean =>
  Either.getOrElse(
    Either.try(() => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === false),
    () => false
  )

const nearest = (cwd: string): string | undefined => {
  for (let folder = cwd;; folder = dirname(folder)) {
    const home = join(folder, ".cairn")
    if (fs.statSync(home, { throwIfNoEntry: false })?.isDirectory() === true) return home
    if (dirname(folder) === folder) return undefined
  }
}
