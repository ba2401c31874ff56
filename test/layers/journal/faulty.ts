/** A disk that counts what is asked of it, and refuses what a test tells it to. */
import { constants } from "node:fs"
import { dirname } from "node:path"
import * as Disk from "../../../src/layers/Journal/Disk.ts"

export type Name = keyof Disk.Operations

/** What becomes of an operation. A `half` is a write that takes the first half, `nothing` one that takes no byte. */
export type Verdict = "ok" | "crash" | "half" | "nothing" | { readonly code: string }

/** What ends a process between two operations. */
export class Crash {
  readonly _tag = "Crash"
}

export interface Call {
  readonly name: Name
  /** The path, also of what was opened before. */
  readonly path: string
  readonly bytes: number
  /** How many of them are zeros, at their end. */
  readonly zeros: number
}

export const faulty = (
  verdict: (operation: number, name: Name, path: string) => Verdict = () => "ok",
  real: Disk.Operations = Disk.real
) => {
  const calls: Array<Call> = []
  const paths = new Map<number, string>()
  const pathOf = (descriptor: number) => paths.get(descriptor) ?? ""
  const refused = (code: string) => Disk.toError({ code, reason: `${code}: injected` })

  const guard = <A>(name: Name, path: string, run: (said: "ok" | "half" | "nothing") => A, from?: Uint8Array): A => {
    calls.push({ name, path, bytes: from?.length ?? 0, zeros: from === undefined ? 0 : zerosAtEnd(from) })
    const said = verdict(calls.length, name, path)
    if (said === "crash") throw new Crash()
    if (typeof said === "object") throw refused(said.code)
    return run(said)
  }
  const part = (from: Uint8Array, offset: number, said: "ok" | "half" | "nothing") =>
    said === "ok" ? from : from.subarray(0, offset + (said === "half" ? Math.ceil((from.length - offset) / 2) : 0))
  const disk: Disk.Operations = {
    open: (path, flags, mode) =>
      guard("open", path, () => {
        const descriptor = real.open(path, flags, mode)
        paths.set(descriptor, path)
        return descriptor
      }),
    close: (descriptor) => {
      // What the test would leave open, the system would have closed.
      real.close(descriptor)
      guard("close", pathOf(descriptor), () => undefined)
    },
    stat: (descriptor) => guard("stat", pathOf(descriptor), () => real.stat(descriptor)),
    read: (descriptor, into, offset, length, position) =>
      guard(
        "read",
        pathOf(descriptor),
        (said) => real.read(descriptor, into, offset, said === "half" ? Math.ceil(length / 2) : length, position)
      ),
    write: (descriptor, from, offset, position) =>
      guard(
        "write",
        pathOf(descriptor),
        (said) => real.write(descriptor, part(from, offset, said), offset, position),
        from.subarray(offset)
      ),
    datasync: (descriptor) => guard("datasync", pathOf(descriptor), () => real.datasync(descriptor)),
    // On the spot, so that a crash ends the fiber and not the tests.
    datasyncLater: (descriptor, done) => {
      const outcome = Disk.attempt(() => guard("datasyncLater", pathOf(descriptor), () => real.datasync(descriptor)))
      done(outcome._tag === "Right" ? null : refused(outcome.left.code))
    },
    sync: (descriptor) => guard("sync", pathOf(descriptor), () => real.sync(descriptor)),
    truncate: (descriptor, size) => guard("truncate", pathOf(descriptor), () => real.truncate(descriptor, size)),
    chmod: (path, mode) => guard("chmod", path, () => real.chmod(path, mode)),
    chmodOpen: (descriptor, mode) => guard("chmodOpen", pathOf(descriptor), () => real.chmodOpen(descriptor, mode)),
    lstat: (path) => guard("lstat", path, () => real.lstat(path)),
    mkdir: (path, mode) => guard("mkdir", path, () => real.mkdir(path, mode)),
    readdir: (path) => guard("readdir", path, () => real.readdir(path)),
    link: (from, to) => guard("link", to, () => real.link(from, to)),
    rename: (from, to) => guard("rename", to, () => real.rename(from, to)),
    unlink: (path) => guard("unlink", path, () => real.unlink(path)),
    removeAll: (path) => guard("removeAll", path, () => real.removeAll(path))
  }
  return { disk, calls }
}

const zerosAtEnd = (bytes: Uint8Array): number => bytes.length - 1 - bytes.findLastIndex((byte) => byte !== 0)

/** The folders in which a name was made that the loss of power could still take away. */
export const unsettled = (disk: Disk.Operations): { readonly disk: Disk.Operations; readonly folders: Set<string> } => {
  const folders = new Set<string>()
  const opened = new Map<number, string>()
  return {
    folders,
    disk: {
      ...disk,
      open: (path, flags, mode) => {
        const descriptor = disk.open(path, flags, mode)
        opened.set(descriptor, path)
        if ((flags & constants.O_CREAT) !== 0 && path.endsWith("/journal")) folders.add(dirname(path))
        return descriptor
      },
      mkdir: (path, mode) => {
        disk.mkdir(path, mode)
        folders.add(dirname(path))
      },
      rename: (from, to) => {
        disk.rename(from, to)
        folders.add(dirname(to))
      },
      sync: (descriptor) => {
        disk.sync(descriptor)
        folders.delete(opened.get(descriptor) ?? "")
      }
    }
  }
}
