/**
 * One owner for a folder: the files `lock.1`, `lock.2`, … in it, of which the highest rules.
 *
 * A lock is the name of a finished file, given by `link`, which fails where the name is there. Its owner gives it back
 * by emptying it; one that ended without doing so is succeeded by the next number, never robbed of its own. So no lock
 * is removed while it rules, none is taken from a process that lives, frozen or not, and no clock is asked.
 *
 * @since 0.1.0
 */
import { Either, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import * as Disk from "./Disk.ts"
import * as Owner from "./Owner.ts"

/**
 * A lock that is held.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lock {
  readonly generation: number
  readonly descriptor: number
}

/**
 * Somebody else who holds the lock, in words.
 *
 * @category models
 * @since 0.1.0
 */
export interface Holder {
  readonly owner: string
  readonly unreachable: boolean
}

/**
 * Takes the lock of a folder, or says who has it. Throws what the system says.
 *
 * @category combinators
 * @since 0.1.0
 */
export const acquire = (
  disk: Disk.Operations,
  folder: string,
  options: { readonly breakLock: boolean }
): Either.Either<Lock, Holder> => {
  for (let round = 0; round < 100; round++) {
    const before = generations(disk.readdir(folder))
    const holder = holderAmong(disk, folder, before, options)
    if (holder !== undefined) return Either.left(holder)

    const generation = Math.max(0, ...before) + 1
    const descriptor = claim(disk, folder, generation)
    if (descriptor === undefined) continue
    const lock = { generation, descriptor }
    try {
      // The number may have been free because later owners have tidied up, or because the folder is another one by now.
      const names = disk.readdir(folder)
      const others = generations(names).filter((other) => other !== generation)
      const rival = holderAmong(disk, folder, others, options)
      if (rival === undefined && others.every((other) => other < generation)) {
        tidy(disk, folder, names, others)
        return Either.right(lock)
      }
      release(disk, lock)
      if (rival !== undefined) return Either.left(rival)
    } catch (cause) {
      release(disk, lock)
      throw cause
    }
  }
  return Either.left({ owner: "others who take turns", unreachable: false })
}

/**
 * Gives a lock back. It asks for no space and touches no name, so it cannot fail on a full disk or hit another's.
 *
 * @category combinators
 * @since 0.1.0
 */
export const release = (disk: Disk.Operations, lock: Lock): void => {
  Disk.ignoring(() => disk.truncate(lock.descriptor, 0))
  Disk.ignoring(() => disk.close(lock.descriptor))
}

/**
 * Says who holds a folder. Throws what the system says.
 *
 * @category accessors
 * @since 0.1.0
 */
export const holder = (disk: Disk.Operations, folder: string): Holder | undefined =>
  holderAmong(disk, folder, generations(disk.readdir(folder)), { breakLock: false })

/**
 * Says whether a folder had an owner, who has ended or given it back. Throws what the system says.
 *
 * @category guards
 * @since 0.1.0
 */
export const isAbandoned = (disk: Disk.Operations, folder: string): boolean => {
  const all = generations(disk.readdir(folder))
  return all.length > 0 && holderAmong(disk, folder, all, { breakLock: false }) === undefined
}

const lockName = /^lock\.([1-9]\d{0,14})$/
const claimPrefix = "lock-claim."
const lockOf = (folder: string, generation: number) => join(folder, `lock.${generation}`)

const generations = (names: ReadonlyArray<string>): ReadonlyArray<number> =>
  names.flatMap((name) => {
    const number = lockName.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })

/** Links a finished file to the name of the generation; `undefined` where somebody was faster. */
const claim = (disk: Disk.Operations, folder: string, generation: number): number | undefined => {
  const path = join(folder, claimPrefix + randomBytes(8).toString("hex"))
  const descriptor = Disk.makeFile(disk, path, `${JSON.stringify(Owner.self())}\n`)
  const linked = Disk.attempt(() => disk.link(path, lockOf(folder, generation)))
  Disk.ignoring(() => disk.unlink(path))
  if (Either.isRight(linked)) return descriptor
  Disk.ignoring(() => disk.close(descriptor))
  // Taken by a rival, or tidied up by an owner before it was ours.
  if (linked.left.code === "EEXIST" || linked.left.code === "ENOENT") return undefined
  throw Disk.toError(linked.left)
}

const tidy = (
  disk: Disk.Operations,
  folder: string,
  names: ReadonlyArray<string>,
  others: ReadonlyArray<number>
): void => {
  const claims = names.filter((name) => name.startsWith(claimPrefix)).map((name) => join(folder, name))
  for (const path of [...others.map((other) => lockOf(folder, other)), ...claims]) {
    Disk.ignoring(() => disk.unlink(path))
  }
}

const holderAmong = (
  disk: Disk.Operations,
  folder: string,
  among: ReadonlyArray<number>,
  options: { readonly breakLock: boolean }
): Holder | undefined => {
  for (const generation of among) {
    const holder = holderOf(disk, lockOf(folder, generation))
    if (holder !== undefined && !(holder.unreachable && options.breakLock)) return holder
  }
  return undefined
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Owner.Owner))

const holderOf = (disk: Disk.Operations, path: string): Holder | undefined => {
  const content = Disk.attempt(() => readLock(disk, path))
  if (Either.isLeft(content)) {
    const { code, reason } = content.left
    if (code === "ENOENT") return undefined
    if (!oddities.has(code)) throw Disk.toError(content.left)
    return { owner: `somebody (${path}: ${reason})`, unreachable: true }
  }
  // Emptied by its owner, or linked just before the power went.
  if (/^\0*$/.test(content.right)) return undefined
  const owner = decode(content.right)
  if (Either.isLeft(owner)) {
    // It was linked whole: without its end it is what the loss of power has left of it, and so of its owner.
    return /^\{[^\n]*$/.test(content.right)
      ? undefined
      : { owner: `somebody (${path} cannot be read)`, unreachable: true }
  }
  const life = Owner.life(owner.right, Owner.self())
  return life === "dead" ? undefined : { owner: Owner.show(owner.right), unreachable: life === "unreachable" }
}

/** What reading says of things that are no files. Anything else it says is about the disk. */
const oddities: ReadonlySet<string> = new Set(["ELOOP", "EISDIR", "ENXIO", "ESPIPE"])

const readLock = (disk: Disk.Operations, path: string): string =>
  Disk.withOpen(disk, path, Disk.readHere, (descriptor) => {
    const bytes = Buffer.allocUnsafe(4096)
    return bytes.toString("utf8", 0, disk.read(descriptor, bytes, 0, bytes.length, 0))
  })
