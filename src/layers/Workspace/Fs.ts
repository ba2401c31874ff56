/**
 * The few operations of the disk that a workspace is made of, so that a test can refuse any one of them.
 *
 * They block the thread: each takes microseconds but for the syncs, and what must not be torn apart is not.
 *
 * @since 0.1.0
 */
import { Context, Data, Effect } from "effect"
import { createHash } from "node:crypto"
import * as NodeFs from "node:fs"
import { dirname } from "node:path"
import { messageOf } from "../../pipeline/messageOf.ts"

/**
 * What the system said no to.
 *
 * @category errors
 * @since 0.1.0
 */
export class SystemError extends Data.TaggedError("SystemError")<{
  readonly path: string
  readonly code: string
  readonly reason: string
}> {}

/**
 * Something else is where a regular file was looked for.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotRegular extends Data.TaggedError("NotRegular")<{
  readonly path: string
  readonly kind: string
}> {}

/**
 * What is known of a file without reading it. `kind` is in words, since it is shown.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stat {
  readonly kind: "a file" | "a folder" | "a link" | "a pipe" | "a device" | "a socket"
  readonly size: number
  readonly mode: number
}

/**
 * How a file is opened: `read` follows links, `readHere` refuses one, `create` refuses whatever is there.
 *
 * @category models
 * @since 0.1.0
 */
type How = "read" | "readHere" | "create"

/**
 * @category models
 * @since 0.1.0
 */
export interface Operations {
  readonly open: (path: string, how: How, mode?: number) => Effect.Effect<number, SystemError>
  readonly close: (descriptor: number, path: string) => Effect.Effect<void, SystemError>
  readonly fstat: (descriptor: number, path: string) => Effect.Effect<Stat, SystemError>
  readonly fchmod: (descriptor: number, path: string, mode: number) => Effect.Effect<void, SystemError>
  readonly fsync: (descriptor: number, path: string) => Effect.Effect<void, SystemError>
  /** May read less than there is room for; 0 at the end. */
  readonly read: (descriptor: number, path: string, into: Uint8Array) => Effect.Effect<number, SystemError>
  /** May write less than it was given without any error, as the system does on a full disk. */
  readonly write: (descriptor: number, path: string, from: Uint8Array) => Effect.Effect<number, SystemError>
  readonly lstat: (path: string) => Effect.Effect<Stat, SystemError>
  readonly realpath: (path: string) => Effect.Effect<string, SystemError>
  readonly readdir: (path: string) => Effect.Effect<ReadonlyArray<string>, SystemError>
  readonly mkdir: (path: string, mode: number) => Effect.Effect<void, SystemError>
  readonly rmdir: (path: string) => Effect.Effect<void, SystemError>
  readonly rename: (from: string, to: string) => Effect.Effect<void, SystemError>
  readonly link: (from: string, to: string) => Effect.Effect<void, SystemError>
  readonly unlink: (path: string) => Effect.Effect<void, SystemError>
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = NodeFs.constants

const flags: Record<How, number> = {
  read: O_RDONLY | O_NONBLOCK,
  readHere: O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
  create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
}

const attempt = <A>(path: string, run: () => A): Effect.Effect<A, SystemError> =>
  Effect.try({
    try: run,
    catch: (cause) => {
      const message = messageOf(cause)
      const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "UNKNOWN"
      // "ENOENT: no such file or directory, open '…'": what it was doing is said elsewhere, with a better path.
      const comma = message.startsWith(`${code}: `) ? message.indexOf(",") : -1
      return new SystemError({ path, code, reason: comma === -1 ? message : message.slice(0, comma) })
    }
  })

const toStat = (stats: NodeFs.Stats): Stat => ({
  kind: stats.isFile()
    ? "a file"
    : stats.isDirectory()
    ? "a folder"
    : stats.isSymbolicLink()
    ? "a link"
    : stats.isFIFO()
    ? "a pipe"
    : stats.isSocket()
    ? "a socket"
    : "a device",
  size: stats.size,
  mode: stats.mode & 0o777
})

/**
 * The operations of the real disk.
 *
 * @category constructors
 * @since 0.1.0
 */
export const disk: Operations = {
  open: (path, how, mode) => attempt(path, () => NodeFs.openSync(path, flags[how], mode)),
  close: (descriptor, path) => attempt(path, () => NodeFs.closeSync(descriptor)),
  fstat: (descriptor, path) => attempt(path, () => toStat(NodeFs.fstatSync(descriptor))),
  fchmod: (descriptor, path, mode) => attempt(path, () => NodeFs.fchmodSync(descriptor, mode)),
  fsync: (descriptor, path) => attempt(path, () => NodeFs.fsyncSync(descriptor)),
  read: (descriptor, path, into) => attempt(path, () => NodeFs.readSync(descriptor, into, 0, into.length, null)),
  write: (descriptor, path, from) => attempt(path, () => NodeFs.writeSync(descriptor, from, 0, from.length, null)),
  lstat: (path) => attempt(path, () => toStat(NodeFs.lstatSync(path))),
  realpath: (path) => attempt(path, () => NodeFs.realpathSync(path)),
  readdir: (path) => attempt(path, () => NodeFs.readdirSync(path)),
  mkdir: (path, mode) => Effect.asVoid(attempt(path, () => NodeFs.mkdirSync(path, { mode }))),
  rmdir: (path) => attempt(path, () => NodeFs.rmdirSync(path)),
  rename: (from, to) => attempt(to, () => NodeFs.renameSync(from, to)),
  link: (from, to) => attempt(to, () => NodeFs.linkSync(from, to)),
  unlink: (path) => attempt(path, () => NodeFs.unlinkSync(path))
}

/**
 * The operations in force: the real disk unless a test provides others.
 *
 * @category services
 * @since 0.1.0
 */
export class Fs extends Context.Reference<Fs>()("effect-cairn/layers/Workspace/Fs", {
  defaultValue: (): Operations => disk
}) {}

/**
 * Turns the failures with one of these codes into a value.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orElse =
  <B>(codes: ReadonlyArray<string>, value: B) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A | B, E, R> =>
    Effect.catchAll(
      self,
      (error): Effect.Effect<B, E> =>
        error instanceof SystemError && codes.includes(error.code) ? Effect.succeed(value) : Effect.fail(error)
    )

/**
 * The codes that mean: there is nothing of this name.
 *
 * @category constructors
 * @since 0.1.0
 */
export const absent: ReadonlyArray<string> = ["ENOENT", "ENOTDIR"]

/**
 * What is there, or `null`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const peek = (path: string): Effect.Effect<Stat | null, SystemError> =>
  Effect.flatMap(Fs, (fs) => fs.lstat(path).pipe(orElse(absent, null)))

/**
 * Opens a file, and closes it whatever happens.
 *
 * @category combinators
 * @since 0.1.0
 */
const withOpen = <A, E>(
  path: string,
  how: How,
  mode: number | undefined,
  use: (descriptor: number, fs: Operations) => Effect.Effect<A, E>
): Effect.Effect<A, E | SystemError> =>
  Effect.flatMap(Fs, (fs) =>
    Effect.acquireUseRelease(
      fs.open(path, how, mode),
      (descriptor) => use(descriptor, fs),
      // What a close could still say, the sync before it has said.
      (descriptor) => Effect.ignore(fs.close(descriptor, path))
    ))

/**
 * Opens what must be a regular file, which is asked of the descriptor that is then read.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withRegular = <A, E>(
  path: string,
  how: "read" | "readHere",
  use: (descriptor: number, stat: Stat, fs: Operations) => Effect.Effect<A, E>
): Effect.Effect<A, E | SystemError | NotRegular> =>
  withOpen(
    path,
    how,
    undefined,
    (descriptor, fs) =>
      Effect.flatMap(
        fs.fstat(descriptor, path),
        (stat): Effect.Effect<A, E | NotRegular> =>
          stat.kind === "a file" ? use(descriptor, stat, fs) : Effect.fail(new NotRegular({ path, kind: stat.kind }))
      )
  ).pipe(
    Effect.mapError((error) => {
      if (!(error instanceof SystemError)) return error
      if (error.code === "ENXIO") return new NotRegular({ path, kind: "a socket" })
      return how === "readHere" && error.code === "ELOOP" ? new NotRegular({ path, kind: "a link" }) : error
    })
  )

const chunkSize = 64 * 1024

/**
 * Reads on until the end, or until more than `limit` bytes have come, which the last of them show.
 *
 * @category combinators
 * @since 0.1.0
 */
export const readUpTo = Effect.fnUntraced(
  function*(fs: Operations, descriptor: number, path: string, size: number, limit: number) {
    const chunks: Array<Uint8Array> = []
    let total = 0
    while (total <= limit) {
      // One more than the size, so that the end shows itself without a second round.
      const room = Math.max(Math.min(size + 1 - total, 16 * 1024 * 1024), chunkSize)
      const chunk = new Uint8Array(Math.min(room, limit + 1 - total))
      const count = yield* fs.read(descriptor, path, chunk)
      if (count === 0) break
      chunks.push(chunk.subarray(0, count))
      total += count
    }
    const bytes = new Uint8Array(total)
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }
)

/**
 * @category models
 * @since 0.1.0
 */
export interface Snapshot {
  readonly sha256: string
  readonly size: number
  readonly mode: number
  /** The content, unless it is larger than what was asked to be kept. */
  readonly bytes: Uint8Array | null
}

/**
 * Hashes a regular file of any size, and hands on its content if it is small.
 *
 * @category combinators
 * @since 0.1.0
 */
export const snapshot = (
  path: string,
  how: "read" | "readHere",
  keep: number
): Effect.Effect<Snapshot, SystemError | NotRegular> =>
  withRegular(path, how, (descriptor, stat, fs) =>
    Effect.gen(function*() {
      const hash = createHash("sha256")
      const first = yield* readUpTo(fs, descriptor, path, stat.size, keep)
      hash.update(first)
      let size = first.length
      if (first.length > keep) {
        const chunk = new Uint8Array(1024 * 1024)
        for (
          let count = yield* fs.read(descriptor, path, chunk);
          count > 0;
          count = yield* fs.read(descriptor, path, chunk)
        ) {
          hash.update(chunk.subarray(0, count))
          size += count
        }
      }
      return { sha256: hash.digest("hex"), size, mode: stat.mode, bytes: first.length > keep ? null : first }
    }))

/**
 * Writes a new file, whole and durable. A full disk may take a part of it without an error: then the rest is tried
 * again, which names the error, and the size has the last word. The name itself is durable once its folder is synced.
 *
 * @category combinators
 * @since 0.1.0
 */
export const writeNew = (path: string, bytes: Uint8Array, mode: number | null): Effect.Effect<void, SystemError> =>
  withOpen(path, "create", mode === null ? 0o666 : 0o600, (descriptor, fs) =>
    Effect.gen(function*() {
      let written = 0
      while (written < bytes.length) {
        const count = yield* fs.write(descriptor, path, bytes.subarray(written))
        if (count === 0) return yield* shortWrite(path)
        written += count
      }
      if (mode !== null) yield* fs.fchmod(descriptor, path, mode)
      const stat = yield* fs.fstat(descriptor, path)
      if (stat.size !== bytes.length) return yield* shortWrite(path)
      yield* fs.fsync(descriptor, path)
    }))

const shortWrite = (path: string) =>
  new SystemError({ path, code: "ENOSPC", reason: "ENOSPC: the disk took only a part of the file" })

/**
 * Replaces a file of our own, which holds no user's data, with all of the new content or none of it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const writeAtomic = (path: string, bytes: Uint8Array, mode: number): Effect.Effect<void, SystemError> =>
  Effect.gen(function*() {
    const fs = yield* Fs
    const part = `${path}.part`
    yield* fs.unlink(part).pipe(orElse(absent, undefined))
    yield* writeNew(part, bytes, mode)
    yield* fs.rename(part, path)
    yield* syncFolder(dirname(path))
  }).pipe(Effect.uninterruptible)

/**
 * Makes the names in a folder durable.
 *
 * @category combinators
 * @since 0.1.0
 */
export const syncFolder = (path: string): Effect.Effect<void, SystemError> =>
  withOpen(path, "readHere", undefined, (descriptor, fs) => fs.fsync(descriptor, path))
