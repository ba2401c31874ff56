/**
 * Where the checkpoints are.
 *
 * @since 0.1.0
 */
import * as fs from "node:fs"
import { dirname, join, resolve } from "node:path"
import { quote } from "../pipeline/quote.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Home {
  /** The folder that holds `runs/`, as an absolute path. */
  readonly folder: string
  readonly runs: string
  /** What a command to paste needs so that it finds this folder again. */
  readonly option: string
}

/**
 * The folder named by `--home`, by `CAIRN_HOME`, the nearest `.cairn` upwards, or `.cairn` here.
 *
 * @category constructors
 * @since 0.1.0
 */
export const find = (
  cwd: string,
  option: string | undefined,
  variable: string | undefined
): Home => {
  const named = option ?? (variable === "" ? undefined : variable)
  const folder = named === undefined ? nearest(cwd) ?? join(cwd, ".cairn") : resolve(cwd, named)
  return {
    folder,
    runs: join(folder, "runs"),
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

const nearest = (cwd: string): string | undefined => {
  for (let folder = cwd;; folder = dirname(folder)) {
    const home = join(folder, ".cairn")
    if (fs.statSync(home, { throwIfNoEntry: false })?.isDirectory() === true) return home
    if (dirname(folder) === folder) return undefined
  }
}
