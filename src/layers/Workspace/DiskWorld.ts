/**
 * What the decisions look at, read from a real tree; and the parts of a workspace that only read.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { dirname, join, relative, resolve, sep } from "node:path"
import { CurrentStep } from "../../pipeline/CurrentStep.ts"
import {
  FileNotFound,
  FileNotRegular,
  FileTooLarge,
  FileUnreadable,
  type Placed,
  RootUnusable,
  UnsafePath,
  type Workspace,
  WriteFailed
} from "../Workspace.ts"
import type { World } from "./decide.ts"
import * as Fs from "./Fs.ts"
import * as Manifest from "./Manifest.ts"
import { sha256 } from "./sha256.ts"
import * as Transaction from "./Transaction.ts"
import type { Written } from "./Written.ts"

const keptInMemory = 8 * 1024 * 1024
const fingerprinted = 64 * 1024 * 1024

/**
 * The run that is going on, if any.
 *
 * @category combinators
 * @since 0.1.0
 */
export const currentRun: Effect.Effect<string | null> = Effect.map(
  CurrentStep,
  Option.match({ onNone: () => null, onSome: (step) => step.run })
)

/**
 * Resolves the links of a root once, so that everything below it can be held to.
 *
 * @category combinators
 * @since 0.1.0
 */
export const resolveRoot = (root: string): Effect.Effect<string, RootUnusable | WriteFailed> =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    const real = yield* fs.realpath(resolve(root))
    const stat = yield* fs.lstat(real)
    return stat.kind === "a folder" ? real : yield* new RootUnusable({ root, reason: `it is ${stat.kind}` })
  }).pipe(
    Effect.catchTag("SystemError", ({ code, reason }) =>
      Effect.fail(
        isMisnamed.has(code)
          ? new RootUnusable({ root, reason: code === "ENOENT" ? "there is no such folder" : reason })
          : new WriteFailed({ path: root, reason, undone: true })
      ))
  )

/** With these it is the name that was given; with any other one the disk is in trouble, and the same name may do later. */
const isMisnamed: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"])

/**
 * Text as it is, or `null` for bytes that are no UTF-8.
 *
 * @category combinators
 * @since 0.1.0
 */
const toText = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Option.getOrNull(Option.liftThrowable(() => decoder.decode(bytes))())

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (root: string, records: Written): World<Fs.SystemError> => ({
  look: (path) =>
    Effect.map(Transaction.look(root, path, keptInMemory), (seen) =>
      seen === null
        ? null
        : { sha256: seen.sha256, bytes: seen.size, mode: seen.mode, content: toText(seen.bytes) }),
  list: (folder) =>
    Effect.gen(function*() {
      const fs = yield* Fs.Fs
      yield* Transaction.checkParents(root, folder)
      const stat = yield* Fs.peek(join(root, ...folder.split("/")))
      if (stat === null) return null
      if (stat.kind !== "a folder") {
        return yield* new UnsafePath({ path: folder, reason: `it is ${stat.kind}, not a folder` })
      }
      const files: Array<string> = []
      const folders = [folder]
      for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
        for (const name of yield* fs.readdir(join(root, ...next.split("/")))) {
          const path = `${next}/${name}`
          const stat = yield* Fs.peek(join(root, ...path.split("/")))
          if (stat?.kind === "a file") files.push(path)
          if (stat?.kind === "a folder") folders.push(path)
        }
      }
      return files.sort()
    }),
  unfinished: Effect.gen(function*() {
    const fs = yield* Fs.Fs
    return (yield* fs.readdir(root))
      .filter((name) => name.startsWith(Transaction.stagePrefix))
      .map((name) => name.slice(Transaction.stagePrefix.length))
      .sort()
  }),
  recorded: records.read
})

/**
 * The reading half of the contract.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reading = (
  root: string,
  records: Written
): Pick<Workspace["Type"], "read" | "fingerprint" | "holds" | "changed"> => {
  const compare = (placed: Pick<Placed, "files">) =>
    Effect.forEach(
      placed.files.filter(({ change }) => change !== "kept" && change !== "removed"),
      ({ path, sha256 }) =>
        Transaction.look(root, path, 0).pipe(
          Effect.map((seen) => ({ path, isThere: seen !== null, isSame: seen?.sha256 === sha256 })),
          // What cannot be looked at is there, and it is not ours.
          Effect.orElseSucceed(() => ({ path, isThere: true, isSame: false }))
        )
    )

  return {
    read: (path, { limit }) => {
      const absolute = resolve(root, path)
      return Fs.withRegular(absolute, "read", (descriptor, stat, fs) =>
        Effect.gen(function*() {
          if (stat.size > limit) return yield* new FileTooLarge({ path, bytes: stat.size, limit })
          const bytes = yield* Fs.readUpTo(fs, descriptor, absolute, stat.size, limit)
          if (bytes.length > limit) return yield* new FileTooLarge({ path, bytes: bytes.length, limit })
          return { bytes, sha256: sha256(bytes) }
        })).pipe(
          Effect.catchTags({
            NotRegular: ({ kind }) => Effect.fail(new FileNotRegular({ path, kind })),
            SystemError: ({ code, reason }) =>
              Effect.fail(Fs.absent.includes(code) ? new FileNotFound({ path }) : new FileUnreadable({ path, reason }))
          })
        )
    },
    fingerprint: (path) =>
      Effect.gen(function*() {
        const fs = yield* Fs.Fs
        const absolute = yield* fs.realpath(resolve(root, path))
        const seen = yield* Fs.withRegular(absolute, "read", (descriptor, stat, fs) =>
          stat.size > fingerprinted
            ? Effect.succeed(`size ${stat.size}`)
            : Effect.map(Fs.readUpTo(fs, descriptor, absolute, stat.size, fingerprinted), sha256))
        const run = yield* currentRun
        if (run === null || !absolute.startsWith(root + sep)) return seen
        const within = relative(root, absolute).split(sep).join("/")
        const recorded = (yield* records.read(run)).get(within) ?? (yield* fromManifest(root, run, within))
        return recorded?.sha256 === seen ? recorded.previous ?? "missing" : seen
      }).pipe(
        Fs.orElse(Fs.absent, "missing"),
        Effect.orElseSucceed(() => "unreadable")
      ),
    holds: (placed) => Effect.map(compare(placed), (files) => files.every((file) => file.isThere)),
    changed: (placed) =>
      Effect.map(
        compare(placed),
        (files) => files.filter((file) => file.isThere && !file.isSame).map((file) => file.path)
      )
  }
}

/** What the manifest of a folder around a file says, where this run wrote it: without a record of the run, all that is known. */
const fromManifest = (root: string, run: string, path: string) =>
  Effect.gen(function*() {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      const seen = yield* Transaction.look(root, `${folder}/${Manifest.manifestName}`, keptInMemory)
      const manifest = Option.flatMap(Option.fromNullable(toText(seen?.bytes ?? null)), Manifest.decode)
      const entry = Option.isSome(manifest) && manifest.value.run === run
        ? manifest.value.files.find((file) => file.path === path)
        : undefined
      if (entry !== undefined) return entry
    }
    return undefined
  }).pipe(Effect.orElseSucceed(() => undefined))
