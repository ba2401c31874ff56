/**
 * Journals as files: `<home>/runs/<name>/journal`, one checksummed JSON record per line. `docs/format.md` describes it.
 *
 * A record that `append` has returned for survives the process and the loss of power, unless `durability` says less. Linux and macOS keep that
 * promise; a network file system, or a disk that lies about its flushes, does not.
 *
 * @since 0.1.0
 */
import { Effect, Either, Layer } from "effect"
import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { Journal, JournalError, RunHeld } from "../../pipeline/Journal.ts"
import { attempt, attemptChecked, checkOwner, kind, odd } from "./checked.ts"
import * as Disk from "./Disk.ts"
import { makeHome } from "./home.ts"
import { refusedName } from "./limits.ts"
import * as Lock from "./Lock.ts"
import * as Opened from "./Opened.ts"
import { scan } from "./scan.ts"

/**
 * Where the files are, and how far a lock is respected.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The folder that holds `runs/`. It is made when the first run is. */
  readonly home: string
  /** Takes a run from an owner on another host or in another pid namespace. Never from one that is seen to live. */
  readonly breakLock?: boolean
  /**
   * What a record survives once it is acknowledged: `power`, the default, its loss; `process`, only the end of the process,
   * since nothing is synced until the journal is closed. A step is then some ten times as fast.
   */
  readonly durability?: Durability
}

/**
 * What a record survives once it is acknowledged.
 *
 * @category models
 * @since 0.1.0
 */
export type Durability = "power" | "process"

/**
 * Keeps journals in files.
 *
 * @example
 * ```ts
 * import { JournalFile } from "effect-cairn"
 *
 * const journals = JournalFile.layer({ home: ".cairn" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<Journal> =>
  Layer.effect(
    Journal,
    Effect.map(Disk.Disk, (disk) => {
      const home = resolve(options.home)
      const runs = join(home, "runs")
      const breakLock = options.breakLock === true
      const writing = options.durability === "process" ? syncedOnClose(disk) : disk

      const named = <A, E, R>(operation: Operation, name: string, use: (folder: string) => Effect.Effect<A, E, R>) =>
        Effect.suspend((): Effect.Effect<A, E | JournalError, R> => {
          const reason = refusedName(name)
          return reason === undefined
            ? use(join(runs, name))
            : new JournalError({ operation, journal: name, where: runs, reason })
        })

      const locked = (name: string, operation: "lock" | "remove", folder = join(runs, name)) =>
        Effect.acquireRelease(
          Effect.flatMap(
            attempt(operation, name, folder, () => Lock.acquire(disk, folder, { breakLock })),
            Either.mapLeft((holder) => new RunHeld({ run: name, ...holder }))
          ),
          (lock) => Effect.sync(() => Lock.release(disk, lock))
        )

      /** Whoever made them may have ended by now: whoever writes into them makes their names durable. */
      const syncAbove = () => {
        Disk.syncFolderAbove(disk, dirname(home))
        for (const path of [home, runs]) Disk.syncFolder(disk, path)
      }

      /** Removes what removals that were cut short have left, and what nobody finishes any more. */
      const tidy = () => {
        for (const name of Either.getOrElse(Disk.attempt(() => disk.readdir(runs)), () => [])) {
          const folder = join(runs, name)
          const isLeft = name.startsWith(gravePrefix) ||
            (name.startsWith(draftPrefix) &&
              Either.getOrElse(Disk.attempt(() => Lock.isAbandoned(disk, folder)), () => false))
          if (isLeft) Disk.ignoring(() => disk.removeAll(folder))
        }
      }

      /** Opens the file, and makes it where whoever made the folder had no time to. Its name is durable before its records. */
      const openOrMake = (path: string) => {
        const there = openFile(disk, path, readAndWrite)
        if (there !== undefined && there.size > 0) return there.descriptor
        const descriptor = there?.descriptor ?? Disk.makeFile(disk, path, "", readAndWrite)
        try {
          Disk.syncFolder(disk, dirname(path))
          return descriptor
        } catch (cause) {
          Disk.ignoring(() => disk.close(descriptor))
          throw cause
        }
      }

      return Journal.of({
        where: (name) => join(runs, name, journalName),

        create: (name) =>
          named("create", name, (folder) =>
            attempt("create", name, folder, () => {
              makeHome(disk, home)
              Disk.makeFolder(disk, runs)
              return Disk.makeFolder(disk, folder)
            })),

        // Under a name that is none of a run, until all is there.
        createWith: (name, batches) =>
          named("create", name, (folder) => {
            const draft = join(runs, `${draftPrefix}${randomBytes(8).toString("hex")}`)
            const path = join(draft, journalName)
            return Effect.gen(function*() {
              yield* attempt("create", name, draft, () => {
                makeHome(disk, home)
                for (const path of [runs, draft]) Disk.makeFolder(disk, path)
                syncAbove()
              })
              const { generation } = yield* Effect.catchTag(
                locked(name, "lock", draft),
                "RunHeld",
                ({ message: reason }) => new JournalError({ operation: "create", journal: name, where: draft, reason })
              )
              const acquire = attempt("create", name, path, () => openOrMake(path))
              yield* Effect.scoped(
                Effect.flatMap(
                  Opened.make(disk, name, path, acquire, generation),
                  (journal) =>
                    Effect.forEach(batches, (batch) => journal.append(batch, { alone: true }), { discard: true })
                )
              )
              return yield* attempt("create", name, folder, () => {
                const placed = Disk.attempt(() => disk.rename(draft, folder))
                if (Either.isLeft(placed)) {
                  if (isThereCodes.has(placed.left.code)) return false
                  throw Disk.toError(placed.left)
                }
                Disk.syncFolder(disk, runs)
                return true
              })
            }).pipe(
              Effect.scoped,
              Effect.ensuring(Effect.sync(() => {
                Disk.ignoring(() => disk.removeAll(draft))
                tidy()
              })),
              Effect.uninterruptible
            )
          }),

        open: (name) =>
          named("open", name, (folder) =>
            Effect.gen(function*() {
              yield* attemptChecked("open", name, folder, () => {
                checkFolder(disk, folder)
                syncAbove()
              })
              const { generation } = yield* locked(name, "lock")
              const path = join(folder, journalName)
              const acquire = attemptChecked("open", name, path, () => openOrMake(path))
              return yield* Opened.make(writing, name, path, acquire, generation)
            })),

        peek: (name, initial, fold) =>
          named("read", name, (folder) => {
            const path = join(folder, journalName)
            return Effect.zipRight(
              attemptChecked("read", name, folder, () => checkFolder(disk, folder)),
              Effect.acquireUseRelease(
                attemptChecked("read", name, path, () => openFile(disk, path, constants.O_RDONLY)?.descriptor),
                (descriptor) =>
                  descriptor === undefined
                    ? Effect.succeed(initial)
                    : Effect.mapBoth(
                      scan(disk, descriptor, { live: true }, initial, fold),
                      { onSuccess: ({ state }) => state, onFailure: Opened.toError(name, path) }
                    ),
                (descriptor) =>
                  Effect.sync(() => descriptor === undefined ? undefined : Disk.ignoring(() => disk.close(descriptor)))
              )
            )
          }),

        isHeld: (name) =>
          named("read", name, (folder) =>
            attempt("read", name, folder, () =>
              Disk.unlessAbsent(() =>
                Lock.holder(disk, folder)
              ) !== undefined)),

        list: attempt("list", "*", runs, () =>
          (Disk.unlessAbsent(() =>
            disk.readdir(runs)
          ) ?? []).filter((name) =>
            refusedName(name) === undefined &&
            Either.match(
              Disk.attempt(() =>
                disk.lstat(join(runs, name))
              ),
              {
                // What cannot be looked at is there.
                onLeft: ({ code }) => code !== "ENOENT",
                onRight: (stats) => stats.isDirectory()
              }
            )
          )),

        remove: (name) =>
          named("remove", name, (folder) =>
            Effect.gen(function*() {
              const isThere = yield* attempt("remove", name, folder, () => {
                const isThere = Disk.unlessAbsent(() =>
                  disk.lstat(folder)
                ) !== undefined
                if (isThere) checkFolder(disk, folder)
                return isThere
              })
              const grave = join(runs, `${gravePrefix}${randomBytes(8).toString("hex")}`)
              if (isThere) {
                yield* locked(name, "remove")
                yield* attempt("remove", name, folder, () => {
                  disk.rename(folder, grave)
                  Disk.syncFolder(disk, runs)
                })
              }
              yield* attempt("remove", name, grave, () => disk.removeAll(grave))
              tidy()
            }).pipe(Effect.scoped, Effect.uninterruptible))
      })
    })
  )

type Operation = JournalError["operation"]

/** A disk that leaves it to the system when to write, until a file is closed. */
const syncedOnClose = (disk: Disk.Operations): Disk.Operations => ({
  ...disk,
  datasync: () => {},
  datasyncLater: (_, done) => done(null),
  close: (descriptor) => {
    Disk.ignoring(() => disk.sync(descriptor))
    disk.close(descriptor)
  }
})

const journalName = "journal"

/** No name of a run begins like this, so what is half removed is never seen as one. */
const gravePrefix = ".removed-"

/** Nor like this, so what is half made is not either. */
const draftPrefix = ".draft-"

/** What a folder says that has something in it, or a file, where another is to take its name. */
const isThereCodes: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR"])

const readAndWrite = constants.O_RDWR

/** Refuses a folder that somebody else could have filled. */
const checkFolder = (disk: Disk.Operations, path: string): void => {
  const stats = disk.lstat(path)
  if (!stats.isDirectory()) throw odd(`it is ${kind(stats)}, not a folder`)
  checkOwner(stats)
}

/** Opens the file and refuses all but what this program makes. `undefined` where there is none. */
const openFile = (
  disk: Disk.Operations,
  path: string,
  flags: number
): { readonly descriptor: number; readonly size: number } | undefined => {
  const opened = Disk.attempt(() => disk.open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK))
  if (Either.isLeft(opened)) {
    const { code } = opened.left
    if (code === "ENOENT") return undefined
    throw code in oddities ? odd(`it is ${oddities[code]}, not a file`) : Disk.toError(opened.left)
  }
  const descriptor = opened.right
  try {
    const stats = disk.stat(descriptor)
    if (!stats.isFile()) throw odd(`it is ${kind(stats)}, not a file`)
    checkOwner(stats)
    return { descriptor, size: stats.size }
  } catch (cause) {
    Disk.ignoring(() => disk.close(descriptor))
    throw cause
  }
}

/** What opening says of things that are no files. */
const oddities: { readonly [code: string]: string } = {
  ELOOP: "a link",
  EISDIR: "a folder",
  ENXIO: "a socket or a device"
}
