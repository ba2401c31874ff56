/**
 * A disk in memory that forgets what was not synced when the power goes, as a real one may: the journal's file access
 * on it is the real code, and what it loses, keeps or tears is chosen by a seed.
 *
 * A file is what was written and what of it is durable. A name in a folder is durable once its folder is synced, or,
 * under the rules of ext4, once anything is synced behind it, since its own journal keeps the order of names and sizes.
 */
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import { dirname } from "node:path"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as Fs from "../../src/layers/Workspace/Fs.ts"

/** What a system promises of names and data that were not synced: `posix` nothing at all, `ext4` the order of names. */
export type Rules = "posix" | "ext4"

interface File {
  readonly kind: "file"
  mode: number
  uid: number
  /** How many names it has, as the process sees them. */
  links: number
  /** What a process reads. A buffer is never changed, only replaced. */
  content: Buffer
  /** What is there after the power went, whatever the chance. */
  durable: Buffer
  /** What was done to it since. */
  pending: Array<Change>
  /** What a failed sync has left out, and no later one makes up for unless it is written again. */
  dropped: Array<Hole>
  /** When it was last written, in operations of the disk. */
  touched: number
}

/** What of a file is not what was written. */
interface Hole {
  readonly at: number
  readonly length: number
}

/** A write at a place, or a new size. */
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number }

interface Folder {
  readonly kind: "folder"
  mode: number
  uid: number
  readonly entries: Map<string, Node>
  readonly durable: Map<string, Node>
}

type Node = File | Folder

/** Names that come and go together. */
type Naming = ReadonlyArray<{ readonly folder: Folder; readonly name: string; readonly node: Node | undefined }>

interface Open {
  readonly node: Node
  readonly path: string
  /** Where a workspace reads or writes next. */
  position: number
}

/** All that outlives a process, and what the machine has done with it. */
export interface SimulatedDisk {
  readonly root: Folder
  /** Names that the loss of power may still take back, oldest first. */
  namings: Array<Naming>
  readonly rules: Rules
  readonly random: () => number
  readonly descriptors: Map<number, Open>
  next: number
  /** How many operations there were. */
  operations: number
}

export const make = (rules: Rules, random: () => number): SimulatedDisk => ({
  root: folder(0o755),
  namings: [],
  rules,
  random,
  descriptors: new Map(),
  next: 3,
  operations: 0
})

const uid = process.geteuid?.() ?? 0

const folder = (mode: number): Folder => ({ kind: "folder", mode, uid, entries: new Map(), durable: new Map() })

const file = (mode: number): File => ({
  kind: "file",
  mode,
  uid,
  links: 0,
  content: Buffer.alloc(0),
  durable: Buffer.alloc(0),
  pending: [],
  dropped: [],
  touched: 0
})

// --- what a process may ask for

const refuse = (code: string, what: string): never => {
  throw Disk.toError({ code, reason: `${code}: ${what}` })
}

const partsOf = (path: string) => path.split("/").filter((part) => part !== "")

const find = (disk: SimulatedDisk, path: string): Node | undefined => {
  let node: Node | undefined = disk.root
  for (const part of partsOf(path)) {
    if (node?.kind !== "folder") return undefined
    node = node.entries.get(part)
  }
  return node
}

const existing = (disk: SimulatedDisk, path: string): Node =>
  find(disk, path) ?? refuse("ENOENT", "no such file or directory")

const parentOf = (disk: SimulatedDisk, path: string): { readonly folder: Folder; readonly name: string } => {
  const parent = existing(disk, dirname(path))
  const name = partsOf(path).at(-1) ?? ""
  return parent.kind === "folder" ? { folder: parent, name } : refuse("ENOTDIR", "not a directory")
}

/** Gives or takes names, in sight of every process at once, and durable later. */
const name = (disk: SimulatedDisk, naming: Naming): void => {
  for (const { folder, name, node } of naming) {
    const before = folder.entries.get(name)
    if (before?.kind === "file") before.links--
    if (node?.kind === "file") node.links++
    if (node === undefined) folder.entries.delete(name)
    else folder.entries.set(name, node)
  }
  disk.namings.push(naming)
}

const settle = (disk: SimulatedDisk, isSettled: (naming: Naming) => boolean): void => {
  disk.namings = disk.namings.filter((naming) => {
    if (!isSettled(naming)) return true
    persist(naming)
    return false
  })
}

const persist = (naming: Naming): void => {
  for (const { folder, name, node } of naming) {
    if (node === undefined) folder.durable.delete(name)
    else folder.durable.set(name, node)
  }
}

const opened = (disk: SimulatedDisk, descriptor: number): Open =>
  disk.descriptors.get(descriptor) ?? refuse("EBADF", "bad file descriptor")

const openFile = (disk: SimulatedDisk, descriptor: number): File => {
  const { node } = opened(disk, descriptor)
  return node.kind === "file" ? node : refuse("EISDIR", "illegal operation on a directory")
}

/** What a write from `from` to `to` leaves of a hole. */
const without = (hole: Hole, from: number, to: number): ReadonlyArray<Hole> => {
  const end = hole.at + hole.length
  return [
    { at: hole.at, length: Math.min(end, from) - hole.at },
    { at: Math.max(hole.at, to), length: end - Math.max(hole.at, to) }
  ].filter(({ length }) => length > 0)
}

/** What of a file can get to the disk. */
const reached = ({ content, dropped }: File): Buffer => {
  if (dropped.length === 0) return content
  const holed = Buffer.from(content)
  for (const { at, length } of dropped) holed.fill(0, at, Math.min(holed.length, at + length))
  return holed
}

/** Makes a file or folder durable. Names follow the rules. */
const sync = (disk: SimulatedDisk, node: Node): void => {
  if (node.kind === "file") {
    node.durable = reached(node)
    node.pending = []
  }
  settle(disk, disk.rules === "ext4" ? () => true : (naming) => naming.some(({ folder }) => folder === node))
}

const { O_CREAT, O_DIRECTORY, O_EXCL } = NodeFs.constants

const statsOf = (node: Node): NodeFs.Stats =>
  Object.assign(Object.create(NodeFs.Stats.prototype) as NodeFs.Stats, {
    mode: node.mode | (node.kind === "file" ? NodeFs.constants.S_IFREG : NodeFs.constants.S_IFDIR),
    uid: node.uid,
    size: node.kind === "file" ? node.content.length : 4096,
    nlink: node.kind === "file" ? node.links : 2
  })

/** The operations of this disk, all of which succeed unless there is a reason in what is on it. */
export const operations = (disk: SimulatedDisk): Disk.Operations => {
  const write = (descriptor: number, from: Uint8Array, offset: number, at: number): number => {
    const file = openFile(disk, descriptor)
    const bytes = Buffer.from(from.subarray(offset))
    const change = { at, bytes }
    file.content = applied(file.content, change)
    file.pending.push(change)
    file.dropped = file.dropped.flatMap((hole) => without(hole, at, at + bytes.length))
    file.touched = disk.operations
    return bytes.length
  }
  const syncOpen = (descriptor: number) => sync(disk, opened(disk, descriptor).node)
  return {
    open: (path, flags, mode = 0o666) => {
      let node = find(disk, path)
      if (node === undefined) {
        if ((flags & O_CREAT) === 0) refuse("ENOENT", "no such file or directory")
        node = file(mode & ~0o022)
        name(disk, [{ ...parentOf(disk, path), node }])
      } else if ((flags & O_EXCL) !== 0) refuse("EEXIST", "file already exists")
      if ((flags & O_DIRECTORY) !== 0 && node.kind !== "folder") refuse("ENOTDIR", "not a directory")
      const descriptor = disk.next++
      disk.descriptors.set(descriptor, { node, path, position: 0 })
      return descriptor
    },
    close: (descriptor) => void disk.descriptors.delete(descriptor),
    stat: (descriptor) => statsOf(opened(disk, descriptor).node),
    read: (descriptor, into, offset, length, position) =>
      openFile(disk, descriptor).content.copy(into, offset, position, position + length),
    write,
    datasync: syncOpen,
    datasyncLater: (descriptor, done) => {
      syncOpen(descriptor)
      done(null)
    },
    sync: syncOpen,
    truncate: (descriptor, size) => {
      const file = openFile(disk, descriptor)
      file.content = resized(file.content, size)
      file.pending.push({ size })
      file.dropped = file.dropped.filter((hole) => hole.at < size)
      file.touched = disk.operations
    },
    chmod: (path, mode) => void (existing(disk, path).mode = mode),
    chmodOpen: (descriptor, mode) => void (opened(disk, descriptor).node.mode = mode),
    lstat: (path) => statsOf(existing(disk, path)),
    mkdir: (path, mode) => {
      const place = parentOf(disk, path)
      if (place.folder.entries.has(place.name)) refuse("EEXIST", "file already exists")
      name(disk, [{ ...place, node: folder(mode & ~0o022) }])
    },
    readdir: (path) => {
      const node = existing(disk, path)
      return node.kind === "folder" ? [...node.entries.keys()] : refuse("ENOTDIR", "not a directory")
    },
    link: (from, to) => {
      const node = existing(disk, from)
      const place = parentOf(disk, to)
      if (place.folder.entries.has(place.name)) refuse("EEXIST", "file already exists")
      name(disk, [{ ...place, node }])
    },
    rename: (from, to) => {
      const node = existing(disk, from)
      const there = find(disk, to)
      if (there?.kind === "folder" && there.entries.size > 0) refuse("ENOTEMPTY", "directory not empty")
      name(disk, [{ ...parentOf(disk, from), node: undefined }, { ...parentOf(disk, to), node }])
    },
    unlink: (path) => {
      if (existing(disk, path).kind === "folder") refuse("EISDIR", "illegal operation on a directory")
      name(disk, [{ ...parentOf(disk, path), node: undefined }])
    },
    removeAll: (path) => {
      if (find(disk, path) !== undefined) name(disk, [{ ...parentOf(disk, path), node: undefined }])
    }
  }
}

const { O_NOFOLLOW, O_RDONLY, O_WRONLY } = NodeFs.constants

/** The same disk for a workspace. `judge` is asked before each operation, and may throw or give a code. */
export const workspaceOperations = (
  disk: SimulatedDisk,
  judge: (name: keyof Fs.Operations, path: string) => string | undefined
): Fs.Operations => {
  const on = operations(disk)
  const attempt = <A>(name: keyof Fs.Operations, path: string, run: () => A): Effect.Effect<A, Fs.SystemError> =>
    Effect.suspend(() => {
      const code = judge(name, path)
      if (code !== undefined) return new Fs.SystemError({ path, code, reason: `${code}: injected` })
      const done = Disk.attempt(run)
      return done._tag === "Right" ? Effect.succeed(done.right) : new Fs.SystemError({ path, ...done.left })
    })
  const stat = ({ mode, ...stats }: NodeFs.Stats): Fs.Stat => ({
    kind: (mode & NodeFs.constants.S_IFMT) === NodeFs.constants.S_IFDIR ? "a folder" : "a file",
    size: stats.size,
    mode: mode & 0o777
  })
  return {
    open: (path, how, mode) =>
      attempt(
        "open",
        path,
        () => on.open(path, how === "create" ? O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW : O_RDONLY, mode)
      ),
    close: (descriptor, path) => attempt("close", path, () => on.close(descriptor)),
    fstat: (descriptor, path) => attempt("fstat", path, () => stat(on.stat(descriptor))),
    fchmod: (descriptor, path, mode) => attempt("fchmod", path, () => on.chmodOpen(descriptor, mode)),
    fsync: (descriptor, path) => attempt("fsync", path, () => on.sync(descriptor)),
    read: (descriptor, path, into) =>
      attempt("read", path, () => {
        const open = opened(disk, descriptor)
        const count = on.read(descriptor, into, 0, into.length, open.position)
        open.position += count
        return count
      }),
    write: (descriptor, path, from) =>
      attempt("write", path, () => {
        const open = opened(disk, descriptor)
        const count = on.write(descriptor, from, 0, open.position)
        open.position += count
        return count
      }),
    lstat: (path) => attempt("lstat", path, () => stat(on.lstat(path))),
    realpath: (path) =>
      attempt("realpath", path, () => {
        existing(disk, path)
        return path
      }),
    readdir: (path) => attempt("readdir", path, () => on.readdir(path)),
    mkdir: (path, mode) => attempt("mkdir", path, () => on.mkdir(path, mode)),
    rmdir: (path) =>
      attempt("rmdir", path, () => {
        if (on.readdir(path).length > 0) refuse("ENOTEMPTY", "directory not empty")
        name(disk, [{ ...parentOf(disk, path), node: undefined }])
      }),
    rename: (from, to) => attempt("rename", to, () => on.rename(from, to)),
    link: (from, to) => attempt("link", to, () => on.link(from, to)),
    unlink: (path) => attempt("unlink", path, () => on.unlink(path))
  }
}

const resized = (content: Buffer, size: number): Buffer =>
  size <= content.length
    ? content.subarray(0, size)
    : Buffer.concat([content, Buffer.alloc(size - content.length)])

// --- what becomes of it

/** The file at a path, for a test that looks or that does harm. */
export const fileAt = (disk: SimulatedDisk, path: string): File | undefined => {
  const node = find(disk, path)
  return node?.kind === "file" ? node : undefined
}

/** Every file there is. */
export const files = (disk: SimulatedDisk): ReadonlyArray<readonly [path: string, file: File]> => {
  const found: Array<readonly [string, File]> = []
  const visit = (folder: Folder, path: string) => {
    for (const [name, node] of folder.entries) {
      if (node.kind === "file") found.push([`${path}/${name}`, node])
      else visit(node, `${path}/${name}`)
    }
  }
  visit(disk.root, "")
  return found
}

/** A process is gone, and with it what it had open. What it has written is there, synced or not. */
export const endProcess = (disk: SimulatedDisk): void => disk.descriptors.clear()

/** A sync failed. What it was for is not on the disk and is not tried again, although it can still be read. */
export const dropPending = (disk: SimulatedDisk, path: string): void => {
  const file = fileAt(disk, path)
  if (file === undefined) return
  for (const change of file.pending) {
    if ("bytes" in change) file.dropped.push({ at: change.at, length: change.bytes.length })
  }
  file.pending = []
}

/** Makes a file with this content, durable at once but for its name. */
export const write = (disk: SimulatedDisk, path: string, content: string): void => {
  const node = file(0o644)
  replace(node, Buffer.from(content))
  name(disk, [{ ...parentOf(disk, path), node }])
}

/** All names are durable. */
export const settleAll = (disk: SimulatedDisk): void => settle(disk, () => true)

/** Puts other content into a file, durable at once. */
export const replace = (file: File, content: Buffer): void => {
  file.content = content
  file.durable = content
  file.pending = []
  file.dropped = []
}

/** The power goes. What was not synced is there or not. */
export const cutPower = (disk: SimulatedDisk): void => {
  const { namings, random, rules } = disk
  const all = everyFile(disk)
  endProcess(disk)
  const kept = rules === "ext4" ? Math.floor(random() * (namings.length + 1)) : namings.length
  const chance = random()
  for (const naming of namings.slice(0, kept)) if (rules === "ext4" || random() < chance) persist(naming)
  disk.namings = []
  for (const node of all) {
    node.content = survived(disk, node)
    node.durable = node.content
    node.pending = []
    node.dropped = []
    node.links = 0
  }
  const visit = (folder: Folder) => {
    folder.entries.clear()
    for (const [name, node] of folder.durable) {
      folder.entries.set(name, node)
      if (node.kind === "file") node.links++
      else visit(node)
    }
  }
  visit(disk.root)
}

/** Those with a name, now or when the power has gone, and those that are only open. */
const everyFile = (disk: SimulatedDisk): ReadonlySet<File> => {
  const found = new Set<File>()
  const visit = (node: Node | undefined) => {
    if (node?.kind === "file") found.add(node)
    if (node?.kind !== "folder") return
    for (const child of node.entries.values()) visit(child)
    for (const child of node.durable.values()) if (!found.has(child as File)) visit(child)
  }
  visit(disk.root)
  for (const naming of disk.namings) for (const { node } of naming) visit(node)
  for (const { node } of disk.descriptors.values()) visit(node)
  return found
}

const sector = 512

/** What is left of a file: all, nothing of what is pending, a part of it, or its size with zeros in place of data. */
const survived = (disk: SimulatedDisk, file: File): Buffer => {
  const { durable, pending } = file
  const { random } = disk
  if (pending.length === 0) return durable
  if (pending.length > 1 && random() < 0.25) return inAnyOrder(disk, file)
  const count = Math.floor(random() * (pending.length + 1))
  const done = pending.slice(0, count).reduce(applied, durable)
  const torn = pending[count]
  if (torn === undefined) return done
  if ("size" in torn) return done
  const end = torn.at + torn.bytes.length
  const isLong = Math.floor(torn.at / sector) < Math.floor((end - 1) / sector)
  switch (Math.floor(random() * (isLong ? 12 : 6))) {
    case 0:
      return done
    case 1:
      return reached(file)
    case 2:
      // The size was made durable, and the data not.
      return resized(done, Math.max(done.length, end))
    case 3:
    case 4:
    case 5: {
      const part = applied(done, {
        at: torn.at,
        bytes: torn.bytes.subarray(0, Math.floor(random() * torn.bytes.length))
      })
      return random() < 0.5 ? part : resized(part, Math.max(part.length, end))
    }
    default:
      return sectorBySector(disk, done, torn)
  }
}

/** What is left where the disk wrote in an order of its own: each sector, and the size, as it was at one time or another. */
const inAnyOrder = ({ random }: SimulatedDisk, { durable, pending }: File): Buffer => {
  const states = pending.reduce<ReadonlyArray<Buffer>>(
    (states, change) => [...states, applied(states.at(-1) ?? durable, change)],
    [durable]
  )
  const one = () => states[Math.floor(random() * states.length)] ?? durable
  const left = Buffer.alloc(one().length)
  for (let from = 0; from < left.length; from += sector) one().subarray(from, from + sector).copy(left, from)
  return left
}

/** What is left of a write of which each sector is on the disk or not. */
const sectorBySector = (
  { random }: SimulatedDisk,
  content: Buffer,
  write: Extract<Change, { readonly at: number }>
): Buffer => {
  const after = Buffer.from(applied(content, write))
  const before = resized(content, after.length)
  const end = write.at + write.bytes.length
  for (let from = write.at; from < end;) {
    const to = Math.min(end, from - (from % sector) + sector)
    if (random() < 0.5) before.copy(after, from, from, to)
    from = to
  }
  return after
}

const applied = (content: Buffer, change: Change): Buffer => {
  if ("size" in change) return resized(content, change.size)
  const before = resized(content, Math.max(content.length, change.at))
  return Buffer.concat([
    before.subarray(0, change.at),
    change.bytes,
    before.subarray(change.at + change.bytes.length)
  ])
}
