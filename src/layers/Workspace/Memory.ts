/**
 * A workspace in memory, for tests and demonstrations.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { posix } from "node:path"
import { FileNotFound, FileTooLarge, type Placed, UnsafePath, Workspace } from "../Workspace.ts"
import * as decide from "./decide.ts"
import { currentRun } from "./DiskWorld.ts"
import { parents } from "./safePath.ts"
import { sha256 } from "./sha256.ts"
import * as Written from "./Written.ts"

const root = "/workspace"

/**
 * Keeps the files in a map from path (relative to the root, with `/`) to text. Whoever has the map sees what was
 * written, and may change it as a user would.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (files: Map<string, string> = new Map()): Layer.Layer<Workspace> =>
  Layer.sync(Workspace, () => {
    const records = Written.memory()
    const within = (path: string) => posix.relative(root, posix.resolve(root, path))

    const world: decide.World<never> = {
      look: (path) =>
        Effect.suspend(() => {
          const parent = parents(path).find((parent) => files.has(parent))
          if (parent !== undefined) {
            return Effect.fail(new UnsafePath({ path, reason: `${parent} is a file, not a folder` }))
          }
          const content = files.get(path)
          return Effect.succeed(
            content === undefined
              ? null
              : { sha256: sha256(content), bytes: Buffer.byteLength(content), mode: 0o644, content }
          )
        }),
      list: (folder) =>
        Effect.sync(() => {
          const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort()
          return inside.length === 0 ? null : inside
        }),
      unfinished: Effect.succeed([]),
      recorded: (run) => Effect.orDie(records.read(run))
    }

    const perform = <A, E>(decision: (run: string | null) => Effect.Effect<decide.Decision<A>, E>) =>
      Effect.gen(function*() {
        const run = yield* currentRun
        const { operations, result } = yield* decision(run)
        if (run !== null) {
          yield* records.write(run, decide.remember(yield* world.recorded(run), operations)).pipe(Effect.orDie)
        }
        for (const { content, path } of operations) {
          if (content === null) files.delete(path)
          else files.set(path, content)
        }
        return result
      })

    const compare = (placed: Pick<Placed, "files">) =>
      placed.files
        .filter(({ change }) => change !== "kept" && change !== "removed")
        .map(({ path, sha256: hash }) => ({ path, now: files.get(path), hash }))

    return Workspace.of({
      root,
      read: (path, { limit }) =>
        Effect.gen(function*() {
          const content = files.get(within(path))
          if (content === undefined) return yield* new FileNotFound({ path })
          const bytes = new TextEncoder().encode(content)
          if (bytes.length > limit) return yield* new FileTooLarge({ path, bytes: bytes.length, limit })
          return { bytes, sha256: sha256(bytes) }
        }),
      fingerprint: (path) =>
        Effect.gen(function*() {
          const content = files.get(within(path))
          if (content === undefined) return "missing"
          const run = yield* currentRun
          const entry = run === null ? undefined : (yield* world.recorded(run)).get(within(path))
          return entry?.sha256 === sha256(content) ? entry.previous ?? "missing" : sha256(content)
        }),
      place: (tree) => perform((run) => decide.place(world, run, tree)),
      write: (files) => perform((run) => decide.write(world, run, files)),
      holds: (placed) => Effect.sync(() => compare(placed).every(({ now }) => now !== undefined)),
      changed: (placed) =>
        Effect.sync(() =>
          compare(placed).filter(({ hash, now }) => now !== undefined && sha256(now) !== hash).map(({ path }) => path)
        )
    })
  })
