/**
 * Answers that lie as `responses/<request>.json` in the folder of a run.
 *
 * Whoever may write there is not trusted further: only a regular file of ours is read, through one descriptor, in the
 * folder that was opened before it. An answer that was accepted is removed; one that was refused, or must not be read,
 * is moved out of the way as `….rejected`, so that another one can take its place.
 *
 * @since 0.1.0
 */
import { Array, Effect, Either, Layer, Option } from "effect"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { Answers } from "../../pipeline/Answers.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import { Given } from "../../pipeline/Question.ts"
import { AnswerUnreadable } from "../../pipeline/Suspended.ts"
import { RunFolder } from "../RunFolder.ts"
import * as utf8 from "./utf8.ts"

/**
 * An answer is never longer than a result may be: 16 MiB.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxBytes = 16 * 1024 * 1024

/**
 * Takes the answers that lie beside the checkpoint, in the folder of the run.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, RunFolder> = Layer.effect(
  Answers,
  Effect.map(RunFolder, (runs): typeof Answers.Service => ({
    left: (run, open) =>
      Effect.map(
        Effect.forEach(open, ({ id }) =>
          Effect.matchEffect(read(folderOf(runs, run), `${id}.json`), {
            onFailure: ({ kept, reason }) =>
              new AnswerUnreadable({
                run,
                id,
                file: fileOf(runs, run, id),
                reason,
                kept: Option.getOrUndefined(kept)
              }),
            onSuccess: (text) => Effect.succeed(Option.map(text, (text) => [id, Given.Text({ text })] as const))
          })),
        (found) => new Map(Array.getSomes(found))
      ),
    seen: (run, open) =>
      Effect.map(
        Effect.forEach(open, ({ id }) =>
          Effect.map(
            look(folderOf(runs, run), `${id}.json`),
            Option.map((text) => [id, Given.Text({ text })] as const)
          )),
        (found) => new Map(Array.getSomes(found))
      ),
    // What is recorded counts: a file that cannot be moved answers nothing that is open, or is judged once more.
    settled: (run, id, accepted) =>
      inside(folderOf(runs, run), (here) =>
        accepted
          ? attempt(() => fs.rmSync(join(here, `${id}.json`), { force: true })).pipe(Effect.as(Option.none<string>()))
          : reject(here, `${id}.json`, folderOf(runs, run))).pipe(
          Effect.map(Option.flatten),
          Effect.orElseSucceed(Option.none)
        )
  }))
)

/**
 * Where an answer may be left.
 *
 * @category accessors
 * @since 0.1.0
 */
export const fileOf = (runs: string, run: string, id: string): string => join(folderOf(runs, run), `${id}.json`)

const folderOf = (runs: string, run: string): string => join(runs, run, "responses")

/** Why something must not be read, and where it was moved, if it could be. */
interface Unreadable {
  readonly reason: string
  readonly kept: Option.Option<string>
}

/** The text of a file; nothing where there is none, or none yet. */
const read = (folder: string, name: string): Effect.Effect<Option.Option<string>, Unreadable> => {
  const moved = (what: string, here: string, name: string, shown: string) => (reason: string) =>
    Effect.flatMap(reject(here, name, shown), (kept) => Effect.fail({ reason: `${what} ${reason}`, kept }))
  return inside(folder, (here) => Effect.catchAll(text(join(here, name)), moved("it", here, name, folder))).pipe(
    Effect.map(Option.flatten),
    Effect.catchIf(
      (error) => typeof error === "string",
      moved("its folder", dirname(folder), "responses", dirname(folder))
    )
  )
}

/** The text of a file, if it may be read. */
const look = (folder: string, name: string): Effect.Effect<Option.Option<string>> =>
  inside(folder, (here) => text(join(here, name))).pipe(
    Effect.map(Option.flatten),
    Effect.orElseSucceed(Option.none)
  )

/** Moves something away under the first name that is free, without looking into it. Gives its new path. */
const reject = (
  here: string,
  name: string,
  shown: string,
  suffix = ".rejected",
  count = 2
): Effect.Effect<Option.Option<string>> => {
  const free = `${name}${suffix}`
  return attempt(() => fs.lstatSync(join(here, free))).pipe(
    Effect.flatMap((there) =>
      Option.isSome(there)
        ? reject(here, name, shown, `.rejected-${count}`, count + 1)
        : Effect.map(attempt(() => fs.renameSync(join(here, name), join(here, free))), Option.as(join(shown, free)))
    ),
    Effect.orElseSucceed(Option.none)
  )
}

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants

/** Uses a folder of ours by a path that leads into that very one, whatever is put in its place meanwhile. */
const inside = <A, E>(
  folder: string,
  use: (here: string) => Effect.Effect<A, E>
): Effect.Effect<Option.Option<A>, E | string> =>
  opened(
    folder,
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
    (descriptor) =>
      Effect.flatMap(attempt(() => fs.fstatSync(descriptor)), (stats): Effect.Effect<A, E | string> =>
        Option.exists(stats, isForeign)
          ? Effect.fail(foreign)
          // Elsewhere than on Linux there is no such path, and that the run's folder is ours alone has to do.
          : use(fs.existsSync(`/proc/self/fd/${descriptor}`) ? `/proc/self/fd/${descriptor}` : folder))
  )

const text = (file: string): Effect.Effect<Option.Option<string>, string> =>
  Effect.map(
    opened(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, (descriptor) =>
      Effect.flatMap(
        attempt(() => textOf(descriptor)),
        Option.getOrElse(() => Either.right(Option.none<string>()))
      )),
    Option.flatten
  )

/** The text of what was opened. Nothing where somebody is writing it, or about to: next time it will be whole. */
const textOf = (descriptor: number): Either.Either<Option.Option<string>, string> => {
  const before = fs.fstatSync(descriptor, { bigint: true })
  if (!before.isFile()) return Either.left("is not a regular file")
  if (before.nlink !== 1n) return Either.left("has another name elsewhere (a hard link)")
  if (isForeign(before)) return Either.left(foreign)
  if (before.size > maxBytes) return Either.left(`is longer than ${maxBytes / 1024 / 1024} MiB`)
  const bytes = readUpTo(descriptor, Number(before.size) + 1)
  const after = fs.fstatSync(descriptor, { bigint: true })
  const isWhole = BigInt(bytes.length) === before.size && after.size === before.size &&
    after.mtimeNs === before.mtimeNs && bytes.some((byte) => byte > 0x20)
  return isWhole ? Either.map(utf8.decode(bytes), Option.some) : Either.right(Option.none())
}

const readUpTo = (descriptor: number, room: number): Uint8Array => {
  const bytes = new Uint8Array(room)
  let length = 0
  for (let count = -1; count !== 0 && length < room; length += count) {
    count = fs.readSync(descriptor, bytes, length, room - length, null)
  }
  return bytes.subarray(0, length)
}

/** Uses what a path leads to, if there is something. */
const opened = <A, E>(
  path: string,
  flags: number,
  use: (descriptor: number) => Effect.Effect<A, E>
): Effect.Effect<Option.Option<A>, E | string> =>
  Effect.acquireUseRelease(
    attempt(() => fs.openSync(path, flags)),
    Effect.transposeMapOption(use),
    Effect.transposeMapOption((descriptor) => Effect.ignore(attempt(() => fs.closeSync(descriptor))))
  )

/** Nothing where the system says that there is nothing; a few words where it says anything else. */
const attempt = <A>(run: () => A): Effect.Effect<Option.Option<A>, string> =>
  Effect.try({ try: () => Option.some(run()), catch: wordsOf }).pipe(
    Effect.catchIf((words) => words === nothing, () => Effect.succeedNone)
  )

const nothing = "is not there"

const wordsOf = (error: unknown): string => {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ENOENT":
      return nothing
    case "ELOOP":
    case "EMLINK":
      return "is a symbolic link"
    case "ENOTDIR":
      return "is not a folder"
    case "EACCES":
      return "may not be read by this user"
    case "ENXIO":
      return "is not a regular file"
    default:
      return `cannot be read: ${messageOf(error)}`
  }
}

const foreign =
  "could have been written by somebody else (it must be yours, and nobody else may write to it: chmod go-w)"

const isForeign = ({ mode, uid }: fs.Stats | fs.BigIntStats): boolean =>
  Number(uid) !== process.geteuid?.() || (Number(mode) & 0o022) !== 0
