/**
 * What is on the disk is looked at before it is trusted.
 *
 * @since 0.1.0
 */
import { Effect, Either } from "effect"
import type { Stats } from "node:fs"
import { JournalDamaged, JournalError } from "../../pipeline/Journal.ts"
import * as Disk from "./Disk.ts"

/**
 * Runs operations of the disk; what they refuse is the failure of an operation on a journal.
 *
 * @category combinators
 * @since 0.1.0
 */
export const attempt = <A>(operation: JournalError["operation"], journal: string, where: string, run: () => A) =>
  Effect.suspend(() =>
    Either.mapLeft(
      Disk.attempt(run),
      ({ reason }) => new JournalError({ operation, journal, where, reason })
    )
  )

/**
 * The same. Where something else is in the place of a journal, nothing that was kept can be trusted.
 *
 * @category combinators
 * @since 0.1.0
 */
export const attemptChecked = <A>(operation: JournalError["operation"], journal: string, where: string, run: () => A) =>
  Effect.suspend(() =>
    Either.mapLeft(Disk.attempt(run), ({ code, reason }) =>
      code === oddCode
        ? new JournalDamaged({ journal, where, record: 0, byte: 0, reason, newer: false })
        : new JournalError({ operation, journal, where, reason }))
  )

const oddCode = "ODD"
/**
 * What to throw where something else is in the place of a journal.
 *
 * @category errors
 * @since 0.1.0
 */
export const odd = (reason: string): Error => Disk.toError({ code: oddCode, reason })

/**
 * What something is that should be a file or a folder.
 *
 * @category accessors
 * @since 0.1.0
 */
export const kind = (stats: Stats): string =>
  stats.isDirectory()
    ? "a folder"
    : stats.isSymbolicLink()
    ? "a link"
    : stats.isFIFO()
    ? "a pipe"
    : stats.isFile()
    ? "a file"
    : "a socket or a device"

/**
 * Refuses what others could have written.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkOwner = (stats: Stats): void => {
  const uid = process.geteuid?.()
  if (uid === undefined) return
  if (stats.uid !== uid) throw odd(`it belongs to user ${stats.uid}, not to user ${uid}`)
  if ((stats.mode & 0o022) !== 0) throw odd("users other than its owner may write it (chmod go-w)")
}
