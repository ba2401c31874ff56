/**
 * Journals as files: `<home>/runs/<name>/journal`, one checksummed JSON record per line. `docs/format.md` describes it.
 *
 * A record that `append` has returned for survives the process and the loss of power. Linux and macOS keep that
 * promise; a network file system, or a disk that lies about its flushes, does not.
 *
 * @since 0.1.0
 */
import { Effect, Either, Layer } from "effect"
import { randomBytes } from "node:crypto"
import { constants, type Stats } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { Journal, JournalDamaged, JournalError, RunHeld } from "../../pipeline/Journal.ts"
import * as Disk from "./Disk.ts"
import { isName, notAName } from "./isName.ts"
import * as Lock from "./Lock.ts"
import * as Opened from "./Opened.ts"
import { scan } from "./scan.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The folder that holds `runs/`. It is made when the first run is. */
  readonly home: string
  /** Takes a run from an owner on another host or in another pid namespace. Never from one that is seen to live. */
  readonly breakLock?: boolean
}

/**
 * Keeps journals in files.
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
      const folderOf = (name: string) => join(runs, name)
      const fileOf = (name: string) => join(runs, name, "journal")

      const attempt = <A>(operation: Operation, name: string, where: string, run: () => A) =>
        Effect.suspend(() => {
          if (!isName(name)) return Effect.fail(new JournalError({ operation, journal: name, where, reason: notAName }))
          return Either.mapLeft(
            Disk.attempt(run),
            ({ reason }) => new JournalError({ operation, journal: name, where, reason })
          )
        })

      const damaged = (name: string, where: string, reason: string) =>
        new JournalDamaged({ journal: name, where, record: 1, byte: 0, reason, newer: false })

      const locked = (name: string, operation: "open" | "remove") =>
        Effect.flatMap(
          attempt(
            operation === "open" ? "lock" : operation,
            name,
            folderOf(name),
            () => Lock.acquire(disk, folderOf(name), { breakLock: options.breakLock === true })
          ),
          Either.mapLeft((holder) => new RunHeld({ run: name, ...holder }))
        )

      /** Refuses a folder that somebody else could have filled. */
      const checkFolder = (operation: Operation, name: string) =>
        Effect.flatMap(attempt(operation, name, folderOf(name), () => disk.lstat(folderOf(name))), (stats) => {
          const reason = stats.isDirectory() ? notOurs(stats) : `it is ${kind(stats)}, not a folder`
          return reason === undefined ? Effect.void : Effect.fail(damaged(name, folderOf(name), reason))
        })

      /** Opens the file and refuses all but what this program makes. `undefined` where there is none. */
      const openFile = (operation: Operation, name: string, flags: number) =>
        Effect.gen(function*() {
          const where = fileOf(name)
          const opened = yield* attempt(
            operation,
            name,
            where,
            () => Disk.attempt(() => disk.open(where, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK))
          )
          if (Either.isLeft(opened)) {
            const { code, reason } = opened.left
            if (code === "ENOENT") return undefined
            const odd = oddities[code]
            if (odd !== undefined) return yield* damaged(name, where, odd)
            return yield* new JournalError({ operation, journal: name, where, reason })
          }
          const descriptor = opened.right
          const refuse = <E>(error: E) => {
            Disk.ignoring(() => disk.close(descriptor))
            return Effect.fail(error)
          }
          const stats = Disk.attempt(() => disk.stat(descriptor))
          if (Either.isLeft(stats)) {
            return yield* refuse(new JournalError({ operation, journal: name, where, reason: stats.left.reason }))
          }
          const reason = stats.right.isFile() ? notOurs(stats.right) : `it is ${kind(stats.right)}, not a file`
          return reason === undefined ? descriptor : yield* refuse(damaged(name, where, reason))
        })

      const openOrMake = (name: string) =>
        Effect.gen(function*() {
          const there = yield* openFile("open", name, readAndAppend)
          if (there !== undefined) return there
          yield* attempt("open", name, fileOf(name), () => {
            disk.close(Disk.makeFile(disk, fileOf(name), ""))
            Disk.syncFolder(disk, folderOf(name))
          })
          const made = yield* openFile("open", name, readAndAppend)
          return made ?? (yield* new JournalError({
            operation: "open",
            journal: name,
            where: fileOf(name),
            reason: "ENOENT: somebody removed it at once"
          }))
        })

      /** The home and its `runs/`, each name durable. */
      const prepare = () => {
        const missing: Array<string> = []
        for (let path = home; Disk.unlessAbsent(() => disk.lstat(path)) === undefined; path = dirname(path)) {
          missing.push(path)
        }
        for (const path of missing.reverse()) {
          if (path === home) Disk.makeFolder(disk, path)
          else Disk.makePlainFolder(disk, path)
          Disk.syncFolder(disk, dirname(path))
        }
        if (missing.length > 0 || basename(home) === ".cairn") ignore()
        if (Disk.makeFolder(disk, runs)) Disk.syncFolder(disk, home)
      }

      const ignore = () => {
        const path = join(home, ".gitignore")
        if (Disk.unlessAbsent(() => disk.lstat(path)) !== undefined) return
        const made = Disk.attempt(() => disk.close(Disk.makeFile(disk, path, "*\n")))
        if (Either.isLeft(made) && made.left.code !== "EEXIST") throw Disk.toError(made.left)
      }

      return Journal.of({
        create: (name) =>
          Effect.uninterruptible(attempt("create", name, folderOf(name), () => {
            prepare()
            const made = Disk.makeFolder(disk, folderOf(name))
            if (made) Disk.syncFolder(disk, runs)
            return made
          })),

        open: (name) =>
          Effect.gen(function*() {
            yield* checkFolder("open", name)
            // Whoever made it may have ended before its name was durable.
            yield* attempt("open", name, folderOf(name), () => {
              Disk.syncFolder(disk, runs)
              Disk.syncFolder(disk, folderOf(name))
            })
            const lock = yield* Effect.acquireRelease(
              locked(name, "open"),
              (lock) => Effect.sync(() => Lock.release(disk, lock))
            )
            return yield* Opened.make(disk, name, fileOf(name), openOrMake(name), lock.generation)
          }),

        peek: (name, initial, fold) =>
          Effect.flatMap(checkFolder("read", name), () =>
            Effect.acquireUseRelease(
              openFile("read", name, constants.O_RDONLY),
              (descriptor) =>
                descriptor === undefined
                  ? Effect.succeed(initial)
                  : scan(disk, descriptor, { until: Number.POSITIVE_INFINITY, live: true }, initial, fold).pipe(
                    Effect.mapBoth({
                      onSuccess: ({ state }) => state,
                      onFailure: Opened.toError(name, fileOf(name))
                    })
                  ),
              (descriptor) => Effect.sync(() => descriptor === undefined ? undefined : disk.close(descriptor))
            )),

        isHeld: (name) =>
          attempt("read", name, folderOf(name), () =>
            Disk.unlessAbsent(() =>
              Lock.holder(disk, folderOf(name))
            ) !== undefined),

        list: Effect.suspend(() =>
          Either.mapBoth(
            Disk.attempt(() =>
              Disk.unlessAbsent(() => disk.readdir(runs)) ?? []
            ),
            {
              onLeft: ({ reason }) => new JournalError({ operation: "list", journal: "*", where: runs, reason }),
              onRight: (names) =>
                names.filter((name) =>
                  isName(name) && Disk.unlessAbsent(() => disk.lstat(folderOf(name)))?.isDirectory() === true
                )
            }
          )
        ),

        remove: (name) =>
          Effect.uninterruptible(Effect.gen(function*() {
            const isThere = yield* attempt("remove", name, folderOf(name), () =>
              Disk.unlessAbsent(() => disk.lstat(folderOf(name))) !== undefined)
            if (isThere) {
              const lock = yield* locked(name, "remove")
              const grave = join(runs, `${gravePrefix}${randomBytes(8).toString("hex")}`)
              yield* Effect.ensuring(
                attempt("remove", name, folderOf(name), () => {
                  disk.rename(folderOf(name), grave)
                  Disk.syncFolder(disk, runs)
                }),
                Effect.sync(() =>
                  Lock.release(disk, lock)
                )
              )
            }
            // What a removal that was cut short has left goes with it.
            yield* attempt("remove", name, runs, () => {
              for (
                const other of Disk.unlessAbsent(() =>
                  disk.readdir(runs)
                ) ?? []
              ) {
                if (other.startsWith(gravePrefix)) disk.removeAll(join(runs, other))
              }
            })
          }))
      })
    })
  )

type Operation = JournalError["operation"]

/** No name of a run begins like this, so what is half removed is never seen as one. */
const gravePrefix = ".removed-"

const readAndAppend = constants.O_RDWR | constants.O_APPEND

/** What opening says of things that are no files. */
const oddities: { readonly [code: string]: string } = {
  ELOOP: "it is a link, not a file",
  EISDIR: "it is a folder, not a file",
  ENXIO: "it is a socket or a device, not a file"
}

const kind = (stats: Stats): string =>
  stats.isDirectory()
    ? "a folder"
    : stats.isSymbolicLink()
    ? "a link"
    : stats.isFIFO()
    ? "a pipe"
    : stats.isFile()
    ? "a file"
    : "a socket or a device"

/** Says why others could have written it. */
const notOurs = (stats: Stats): string | undefined => {
  const uid = process.geteuid?.()
  if (uid === undefined) return undefined
  if (stats.uid !== uid) return `it belongs to user ${stats.uid}, not to user ${uid}`
  return (stats.mode & 0o022) === 0 ? undefined : "users other than its owner may write it (chmod go-w)"
}
