/**
 * One owner for a folder: the files `lock.1`, `lock.2`, … in it, of which the highest rules.
 *
 * A lock is the name of a finished file, given by `link`, which fails where the name is there. It is released by its owner,
 * who empties it; an owner that ended without doing so is succeeded by the next number, never robbed of its own. So no
 * lock is removed while it rules, none is taken from a process that lives, frozen or not, and no clock is asked.
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
  const held = (generation: number): Holder | undefined => {
    const holder = holderOf(disk, folder, generation)
    return holder?.unreachable === true && options.breakLock ? undefined : holder
  }

  for (let round = 0; round < 100; round++) {
    const last = highest(disk.readdir(folder))
    const holder = held(last)
    if (holder !== undefined) return Either.left(holder)

    const generation = last + 1
    const descriptor = claim(disk, folder, generation)
    if (descriptor === undefined) continue
    try {
      // The number was free because later owners had tidied up, or the folder is another one by now: then it is not ours.
      const names = disk.readdir(folder)
      const rules = highest(names) === generation && (last === 0 || names.includes(`lock.${last}`))
      const rival = rules ? held(last) : undefined
      if (rules && rival === undefined) {
        tidy(disk, folder, names, generation)
        return Either.right({ generation, descriptor })
      }
      disk.close(descriptor)
      disk.unlink(join(folder, `lock.${generation}`))
      if (rival !== undefined) return Either.left(rival)
    } catch (cause) {
      release(disk, { generation, descriptor })
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
  holderOf(disk, folder, highest(disk.readdir(folder)))

const lockName = /^lock\.([1-9]\d{0,14})$/
const claimPrefix = "lock-claim."

const highest = (names: ReadonlyArray<string>): number => {
  let generation = 0
  for (const name of names) generation = Math.max(generation, Number(lockName.exec(name)?.[1] ?? 0))
  return generation
}

/** Links a finished file to the name of the generation; `undefined` where somebody was faster. */
const claim = (disk: Disk.Operations, folder: string, generation: number): number | undefined => {
  const path = join(folder, claimPrefix + randomBytes(8).toString("hex"))
  const descriptor = Disk.makeFile(disk, path, `${JSON.stringify(Owner.self())}\n`)
  try {
    disk.link(path, join(folder, `lock.${generation}`))
  } catch (cause) {
    disk.close(descriptor)
    Disk.ignoring(() => disk.unlink(path))
    const { code } = Disk.toRefusal(cause)
    // Taken by a rival, or tidied up by an owner before it was ours.
    if (code === "EEXIST" || code === "ENOENT") return undefined
    throw cause
  }
  Disk.ignoring(() => disk.unlink(path))
  return descriptor
}

/** The one before stays, so that whoever judged it can see that it is still there. */
const tidy = (disk: Disk.Operations, folder: string, names: ReadonlyArray<string>, generation: number): void => {
  for (const name of names) {
    const other = Number(lockName.exec(name)?.[1] ?? generation)
    if (other < generation - 1 || name.startsWith(claimPrefix)) Disk.ignoring(() => disk.unlink(join(folder, name)))
  }
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Owner.Owner))

const holderOf = (disk: Disk.Operations, folder: string, generation: number): Holder | undefined => {
  if (generation === 0) return undefined
  const content = Disk.attempt(() => readLock(disk, join(folder, `lock.${generation}`)))
  if (Either.isLeft(content)) {
    return content.left.code === "ENOENT"
      ? undefined
      : { owner: `somebody (lock.${generation}: ${content.left.reason})`, unreachable: true }
  }
  // Emptied by its owner, or linked just before the power went.
  if (/^\0*$/.test(content.right)) return undefined
  const owner = decode(content.right)
  if (Either.isLeft(owner)) return { owner: `somebody (lock.${generation} cannot be read)`, unreachable: true }
  const life = Owner.life(owner.right, Owner.self())
  return life === "dead" ? undefined : { owner: Owner.show(owner.right), unreachable: life === "unreachable" }
}

const readLock = (disk: Disk.Operations, path: string): string =>
  Disk.withOpen(disk, path, Disk.readHere, (descriptor) => {
    const bytes = Buffer.allocUnsafe(4096)
    return bytes.toString("utf8", 0, disk.read(descriptor, bytes, 0, bytes.length, 0))
  })
