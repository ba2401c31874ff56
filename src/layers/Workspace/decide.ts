/**
 * What placing a tree or writing a file comes to, decided from what is there, before anything is touched. The layers
 * differ only in where they look and in what they then do with the decision.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import {
  FileChanged,
  type Placed,
  type PlacedFile,
  type Revision,
  type Tree,
  TreeExists,
  type UnsafePath
} from "../Workspace.ts"
import * as Manifest from "./Manifest.ts"
import { checkFiles, checkTree, parents, unsafe } from "./safePath.ts"
import { sha256 } from "./sha256.ts"

/**
 * A file that is there.
 *
 * @category models
 * @since 0.1.0
 */
interface Seen {
  readonly sha256: string
  readonly bytes: number
  readonly mode: number
  /** The text, or `null` where it is none or is very long. */
  readonly content: string | null
}

/**
 * What a layer lets the decision look at.
 *
 * @category models
 * @since 0.1.0
 */
export interface World<E> {
  /** The regular file at a checked path, or `null`. */
  readonly look: (path: string) => Effect.Effect<Seen | null, E | UnsafePath>
  /** The paths of all regular files in a folder and below it, or `null` if there is no such folder. */
  readonly list: (folder: string) => Effect.Effect<ReadonlyArray<string> | null, E | UnsafePath>
  /** The runs whose placing was not finished. */
  readonly unfinished: Effect.Effect<ReadonlyArray<string>, E>
  /** What the run wrote earlier, by path. */
  readonly recorded: (run: string) => Effect.Effect<ReadonlyMap<string, Manifest.Entry>, E>
}

/**
 * One change to the tree: the new content, or `null` for a file that goes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation {
  readonly path: string
  readonly content: string | null
  /** What is there now, if anything. */
  readonly before: Seen | null
}

/**
 * A result, and the changes that make it true.
 *
 * @category models
 * @since 0.1.0
 */
export interface Decision<A> {
  readonly result: A
  readonly operations: ReadonlyArray<Operation>
}

const toPlaced = (path: string, seen: Seen, change: PlacedFile["change"]): PlacedFile => ({
  path,
  bytes: seen.bytes,
  sha256: seen.sha256,
  change
})

const byPath = (a: { readonly path: string }, b: { readonly path: string }) =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0

/**
 * Decides what placing a tree comes to.
 *
 * @category constructors
 * @since 0.1.0
 */
export const place = <E>(
  world: World<E>,
  run: string | null,
  tree: Tree
): Effect.Effect<Decision<Placed>, E | UnsafePath | TreeExists> =>
  Effect.gen(function*() {
    const paths = tree.files.map((file) => file.path)
    yield* checkTree(tree.owner, paths)
    const inside = yield* world.list(tree.owner)
    const manifestPath = `${tree.owner}/${Manifest.manifestName}`
    const manifestSeen = inside === null ? null : yield* world.look(manifestPath)
    const manifest = Option.flatMap(Option.fromNullable(manifestSeen?.content), Manifest.decode)
    const old = new Map(Option.match(manifest, {
      onNone: () => [],
      onSome: ({ files }) => files.map((entry) => [entry.path, entry] as const)
    }))
    // What this run placed, it may bring up to date: a step that runs again is no second owner.
    const mine = run !== null && Option.exists(manifest, (manifest) => manifest.run === run)
    const replace = tree.replace || mine
    const isSame = (content: string, hash: string, seen: Seen) =>
      hash === seen.sha256 ||
      (tree.sameBut !== undefined && seen.content !== null && tree.sameBut(content) === tree.sameBut(seen.content))

    const files: Array<PlacedFile> = []
    const rest: Array<PlacedFile> = []
    const entries: Array<Manifest.Entry> = []
    const operations: Array<Operation> = []
    const foreign: Array<string> = []

    for (const { content, path } of tree.files) {
      const seen = yield* world.look(path)
      const entry = old.get(path)
      const isOurs = seen !== null && entry?.sha256 === seen.sha256
      const hash = sha256(content)
      if (seen !== null && isSame(content, hash, seen)) {
        const kept = isOurs && mine ? entry : { path, sha256: seen.sha256, previous: seen.sha256 }
        if (entry !== undefined) entries.push(isOurs ? kept : entry)
        files.push(toPlaced(path, seen, Manifest.changeOf(kept)))
      } else if (seen === null || isOurs) {
        const previous = mine && entry !== undefined ? entry.previous : seen?.sha256 ?? null
        const written = { path, sha256: hash, previous }
        entries.push(written)
        operations.push({ path, content, before: seen })
        files.push({ path, bytes: Buffer.byteLength(content), sha256: hash, change: Manifest.changeOf(written) })
      } else {
        foreign.push(path)
        if (entry !== undefined) entries.push(entry)
        files.push(toPlaced(path, seen, "kept"))
      }
    }

    const wanted = new Set(paths)
    const folders = new Set(paths.map((path) => parents(path).at(-1)))
    for (const [path, entry] of old) {
      if (wanted.has(path) || unsafe(path) !== undefined) continue
      // A manifest is only a file in the tree: it cannot make us remove what lies where we have no business.
      if (!path.startsWith(`${tree.owner}/`) && !folders.has(parents(path).at(-1))) continue
      const seen = yield* world.look(path)
      if (seen === null) continue
      if (entry.sha256 === seen.sha256) {
        operations.push({ path, content: null, before: seen })
        rest.push(toPlaced(path, seen, "removed"))
      } else {
        rest.push(toPlaced(path, seen, "kept"))
        entries.push(entry)
      }
    }

    if (!replace && inside !== null && (operations.length > 0 || foreign.length > 0)) {
      return yield* new TreeExists({
        path: tree.owner,
        occupied: "folder",
        differs: [...operations.map((operation) => operation.path), ...foreign].sort(),
        unfinished: yield* world.unfinished
      })
    }
    if (!replace && foreign.length > 0) {
      return yield* new TreeExists({
        path: tree.owner,
        occupied: "files",
        differs: foreign,
        unfinished: yield* world.unfinished
      })
    }

    if (tree.replace) {
      for (const path of inside ?? []) {
        if (wanted.has(path) || old.has(path) || path === manifestPath) continue
        const seen = yield* world.look(path)
        if (seen !== null) rest.push(toPlaced(path, seen, "kept"))
      }
    }
    const removed = rest.filter((file) => file.change === "removed")
    if (mine && Option.isSome(manifest)) {
      for (const file of manifest.value.removed) {
        if (wanted.has(file.path) || unsafe(file.path) !== undefined) continue
        if ((yield* world.look(file.path)) === null) {
          const again: PlacedFile = { ...file, change: "removed" }
          removed.push(again)
          rest.push(again)
        }
      }
    }

    if (operations.length > 0) {
      operations.push({
        path: manifestPath,
        before: manifestSeen,
        content: Manifest.encode({
          format: "cairn.manifest/1",
          run,
          files: entries,
          removed: removed.map(({ bytes, path, sha256 }) => ({ path, sha256, bytes })).sort(byPath)
        })
      })
    }
    return { result: { owner: tree.owner, files: [...files, ...rest.sort(byPath)] }, operations }
  })

/**
 * Decides what writing files where they belong comes to.
 *
 * @category constructors
 * @since 0.1.0
 */
export const write = <E>(
  world: World<E>,
  run: string | null,
  files: ReadonlyArray<Revision>
): Effect.Effect<Decision<ReadonlyArray<PlacedFile>>, E | UnsafePath | FileChanged> =>
  Effect.gen(function*() {
    yield* checkFiles(files.map(({ path }) => path))
    const recorded = run === null ? undefined : yield* world.recorded(run)
    const result: Array<PlacedFile> = []
    const operations: Array<Operation> = []
    for (const { content, expected = "absent", path } of files) {
      const seen = yield* world.look(path)
      const now = seen?.sha256 ?? "absent"
      const earlier = recorded?.get(path)
      // What the run itself wrote stands for what was there before, so that a step may run again.
      const mine = earlier !== undefined && earlier.sha256 === now ? earlier : undefined
      const hash = content === null ? "absent" : sha256(content)
      const previous = mine === undefined ? seen?.sha256 ?? null : mine.previous
      if (content !== null) {
        result.push({
          path,
          bytes: Buffer.byteLength(content),
          sha256: hash,
          change: Manifest.changeOf({ path, sha256: hash, previous })
        })
      } else if (seen !== null) result.push(toPlaced(path, seen, "removed"))
      if (now === hash) continue
      if (now !== expected && (mine === undefined || (mine.previous ?? "absent") !== expected)) {
        return yield* new FileChanged({ path })
      }
      operations.push({ path, content, before: seen })
    }
    return { result, operations }
  })

/**
 * What a run has to remember before it makes these changes: of each file, what it was before the run first wrote to it.
 * Remembered too early it does no harm, since an entry counts only while the file has the hash that it names.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remember = (
  recorded: ReadonlyMap<string, Manifest.Entry>,
  operations: ReadonlyArray<Operation>
): ReadonlyMap<string, Manifest.Entry> => {
  const next = new Map(recorded)
  for (const { before, content, path } of operations) {
    if (content === null) continue
    const earlier = recorded.get(path)
    const isMine = earlier !== undefined && before !== null && earlier.sha256 === before.sha256
    next.set(path, { path, sha256: sha256(content), previous: isMine ? earlier.previous : before?.sha256 ?? null })
  }
  return next
}
