/**
 * Which paths may be written to, decided by their spelling alone. A path is refused and never made into another one.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { UnsafePath } from "../Workspace.ts"
import { manifestName } from "./Manifest.ts"

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i
const encoder = new TextEncoder()

/**
 * Why a path, relative to the root and with `/`, must not be written to; `undefined` when it may.
 *
 * @category guards
 * @since 0.1.0
 */
export const unsafe = (path: string): string | undefined => {
  if (path === "") return "it is empty"
  if (path.startsWith("/")) return "it is absolute"
  if (path.includes("\\")) return "it holds a backslash"
  if (path.includes(":")) return "it holds a colon, which names a drive or a stream elsewhere"
  if (invisible.test(path)) return "it holds a control or an invisible character"
  const names = path.split("/")
  for (const name of names) {
    if (name === "") return "a part of it is empty"
    if (name === "." || name === "..") return `"${name}" is no name`
    if (/[. ]$/.test(name)) return "a name in it ends with a dot or a space"
    if (device.test(name)) return `"${name}" is the name of a device`
    if (/^(\.git|git~[0-9]+)$/i.test(name)) return "it leads into the folder of git"
    if (encoder.encode(name).length > 255) return "a name in it is longer than 255 bytes"
  }
  if (/^\.cairn(-stage-.*)?$/i.test(names[0] ?? "")) return "it leads into a folder that Cairn keeps for itself"
  return undefined
}

/**
 * A path as a file system sees it that minds neither case nor the form of an accent.
 *
 * @category combinators
 * @since 0.1.0
 */
const folded = (path: string): string => path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC")

/**
 * Fails unless the path may be written to.
 *
 * @category guards
 * @since 0.1.0
 */
export const check = (path: string): Effect.Effect<void, UnsafePath> => {
  const reason = unsafe(path)
  return reason === undefined ? Effect.void : Effect.fail(new UnsafePath({ path, reason }))
}

/**
 * Fails unless all of the paths may be written to, and side by side: no two of them are one file on some system, and
 * none is the folder of another.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkFiles = (paths: ReadonlyArray<string>): Effect.Effect<void, UnsafePath> =>
  Effect.asVoid(sideBySide(paths, new Map(), new Map()))

/**
 * The same for the files of a tree, beside the folder that it owns and the manifest in it.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkTree = (owner: string, paths: ReadonlyArray<string>): Effect.Effect<void, UnsafePath> =>
  Effect.gen(function*() {
    yield* check(owner)
    const manifest = `${owner}/${manifestName}`
    const files = yield* sideBySide(
      paths,
      new Map([[folded(manifest), manifest]]),
      new Map([owner, ...parents(owner)].map((folder) => [folded(folder), owner]))
    )
    for (const parent of [owner, ...parents(owner)]) {
      if (files.has(folded(parent))) {
        return yield* new UnsafePath({ path: parent, reason: "it is both a file and a folder" })
      }
    }
  })

/** The paths together with those that are taken already, both by their folded spelling. */
const sideBySide = (
  paths: ReadonlyArray<string>,
  taken: ReadonlyMap<string, string>,
  owned: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyMap<string, string>, UnsafePath> =>
  Effect.gen(function*() {
    const files = new Map(taken)
    for (const path of paths) {
      yield* check(path)
      const same = files.get(folded(path))
      if (same !== undefined) {
        const reason = same.endsWith(manifestName)
          ? "the name is kept for the manifest"
          : `it is the same file as "${same}"`
        return yield* new UnsafePath({ path, reason })
      }
      files.set(folded(path), path)
    }
    const folders = new Map(owned)
    for (const path of paths) {
      for (const parent of parents(path)) folders.set(folded(parent), path)
    }
    for (const path of paths) {
      if (folders.has(folded(path))) {
        return yield* new UnsafePath({ path, reason: "another path needs a folder of that name" })
      }
    }
    return files
  })

/**
 * The folders that a path lies in, the outermost first, without the root.
 *
 * @category combinators
 * @since 0.1.0
 */
export const parents = (path: string): ReadonlyArray<string> => {
  const names = path.split("/")
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"))
}
