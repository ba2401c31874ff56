/**
 * The few operations of the disk that a journal is made of, so that a test can count them and refuse any of them.
 *
 * They throw what the system says. `attempt` is the one place where that becomes a value.
 *
 * @since 0.1.0
 */
import { Context, Either } from "effect"
import * as NodeFs from "node:fs"

/**
 * @category models
 * @since 0.1.0
 */
export interface Operations {
  readonly open: (path: string, flags: number, mode?: number) => number
  readonly close: (descriptor: number) => void
  readonly stat: (descriptor: number) => NodeFs.Stats
  /** May read less than there is room for; 0 at the end. */
  readonly read: (descriptor: number, into: Uint8Array, offset: number, length: number, position: number) => number
  /** May write less than it was given without any error, as the system does on a full disk. */
  readonly write: (descriptor: number, from: Uint8Array, offset: number, position: number) => number
  readonly datasync: (descriptor: number) => void
  /** The same in the thread pool. */
  readonly datasyncLater: (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => void
  readonly sync: (descriptor: number) => void
  readonly truncate: (descriptor: number, size: number) => void
  readonly chmod: (path: string, mode: number) => void
  readonly chmodOpen: (descriptor: number, mode: number) => void
  readonly lstat: (path: string) => NodeFs.Stats
  readonly mkdir: (path: string, mode: number) => void
  readonly readdir: (path: string) => ReadonlyArray<string>
  readonly link: (from: string, to: string) => void
  readonly rename: (from: string, to: string) => void
  readonly unlink: (path: string) => void
  /** Removes a folder and all that is in it. */
  readonly removeAll: (path: string) => void
}

/**
 * The operations of the real disk.
 *
 * @category constructors
 * @since 0.1.0
 */
export const real: Operations = {
  open: NodeFs.openSync,
  close: NodeFs.closeSync,
  stat: (descriptor) => NodeFs.fstatSync(descriptor),
  read: NodeFs.readSync,
  write: (descriptor, from, offset, position) =>
    NodeFs.writeSync(descriptor, from, offset, from.length - offset, position),
  datasync: NodeFs.fdatasyncSync,
  datasyncLater: NodeFs.fdatasync,
  sync: NodeFs.fsyncSync,
  truncate: NodeFs.ftruncateSync,
  chmod: NodeFs.chmodSync,
  chmodOpen: NodeFs.fchmodSync,
  lstat: (path) => NodeFs.lstatSync(path),
  mkdir: (path, mode) => {
    NodeFs.mkdirSync(path, { mode })
  },
  readdir: (path) => NodeFs.readdirSync(path),
  link: NodeFs.linkSync,
  rename: NodeFs.renameSync,
  unlink: NodeFs.unlinkSync,
  removeAll: (path) => NodeFs.rmSync(path, { recursive: true, force: true })
}

/**
 * The operations in force: the real disk unless a test provides others.
 *
 * @category services
 * @since 0.1.0
 */
export class Disk extends Context.Reference<Disk>()("effect-cairn/layers/Journal/Disk", {
  defaultValue: (): Operations => real
}) {}

/**
 * What the system said no to.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Refusal {
  readonly code: string
  /** `ENOSPC: no space left on device` */
  readonly reason: string
}

/**
 * Runs operations that throw what the system says. What else is thrown is a bug, and thrown on.
 *
 * @category combinators
 * @since 0.1.0
 */
export const attempt = <A>(run: () => A): Either.Either<A, Refusal> => {
  try {
    return Either.right(run())
  } catch (cause) {
    return Either.left(toRefusal(cause))
  }
}

/**
 * Puts what the system says in words. What did not come from the system is a bug, and thrown on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toRefusal = (cause: unknown): Refusal => {
  if (!(cause instanceof Error) || !("code" in cause) || typeof cause.code !== "string") throw cause
  // "ENOENT: no such file or directory, open '…'": what it was doing is said elsewhere, with a better path.
  const comma = cause.message.startsWith(`${cause.code}: `) ? cause.message.indexOf(",") : -1
  return { code: cause.code, reason: comma === -1 ? cause.message : cause.message.slice(0, comma) }
}

/**
 * Turns a refusal back into what is thrown.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toError = ({ code, reason }: Refusal): Error => Object.assign(new Error(reason), { code })

/**
 * Runs operations of which it does not matter whether the system lets them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ignoring = (run: () => void): void => void attempt(run)

/**
 * Gives `undefined` where there is nothing of the name that `run` asks for.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unlessAbsent = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch (cause) {
    if (toRefusal(cause).code === "ENOENT") return undefined
    throw cause
  }
}

/**
 * Opens, and closes whatever happens.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withOpen = <A>(
  disk: Operations,
  path: string,
  flags: number,
  use: (descriptor: number) => A,
  mode?: number
): A => {
  const descriptor = disk.open(path, flags, mode)
  try {
    return use(descriptor)
  } finally {
    disk.close(descriptor)
  }
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = NodeFs.constants

/**
 * Opens for reading only what is here, and never waits for the other end of a pipe.
 *
 * @category constants
 * @since 0.1.0
 */
export const readHere = O_RDONLY | O_NOFOLLOW | O_NONBLOCK

/**
 * Makes the names in a folder durable.
 *
 * @category combinators
 * @since 0.1.0
 */
export const syncFolder = (disk: Operations, path: string): void =>
  withOpen(disk, path, O_RDONLY | O_DIRECTORY, disk.sync)

/**
 * The same for a folder that what is ours is in. One that may be passed through but not opened was not made here.
 *
 * @category combinators
 * @since 0.1.0
 */
export const syncFolderAbove = (disk: Operations, path: string): void => {
  const synced = attempt(() => syncFolder(disk, path))
  if (Either.isLeft(synced) && synced.left.code !== "EACCES") throw toError(synced.left)
}

/**
 * Makes a folder that only its owner may enter, whatever the umask. False where there is one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const makeFolder = (disk: Operations, path: string): boolean => {
  try {
    disk.mkdir(path, 0o700)
  } catch (cause) {
    if (toRefusal(cause).code === "EEXIST") return false
    throw cause
  }
  disk.chmod(path, 0o700)
  return true
}

/**
 * Makes a folder as the umask says, unless it is there.
 *
 * @category combinators
 * @since 0.1.0
 */
export const makePlainFolder = (disk: Operations, path: string): void => {
  const made = attempt(() => disk.mkdir(path, 0o777))
  if (Either.isLeft(made) && made.left.code !== "EEXIST") throw toError(made.left)
}

/**
 * Makes a file that only its owner may read, whatever the umask, with some content, and leaves it open.
 *
 * @category combinators
 * @since 0.1.0
 */
export const makeFile = (disk: Operations, path: string, content: string, flags: number = O_WRONLY): number => {
  const descriptor = disk.open(path, flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    disk.chmodOpen(descriptor, 0o600)
    writeAll(disk, descriptor, Buffer.from(content), 0)
    return descriptor
  } catch (cause) {
    ignoring(() => disk.close(descriptor))
    ignoring(() => disk.unlink(path))
    throw cause
  }
}

/**
 * Writes on until all is written: the system may take a part without an error, and names it on the next try.
 *
 * @category combinators
 * @since 0.1.0
 */
export const writeAll = (disk: Operations, descriptor: number, bytes: Uint8Array, position: number): void => {
  let written = 0
  while (written < bytes.length) {
    const count = disk.write(descriptor, bytes, written, position + written)
    // No reason is given where a disk takes nothing.
    if (count === 0) throw toError({ code: "ENOSPC", reason: "ENOSPC: the disk took only a part of what was written" })
    written += count
  }
}
