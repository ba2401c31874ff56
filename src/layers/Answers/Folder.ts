/**
 * Answers that lie as `responses/<request>.json` in the folder of a run.
 *
 * Whoever may write there is not trusted further: only a regular file of ours is read, through one descriptor, whole.
 * An answer that was accepted is removed; one that was refused is kept beside it as `….rejected`.
 *
 * @since 0.1.0
 */
import { Effect, Either, Layer, Option } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Answers } from "../../pipeline/Answers.ts"
import { Given } from "../../pipeline/Question.ts"
import { AnswerUnreadable } from "../../pipeline/Suspended.ts"
import { RunFolder } from "../RunFolder.ts"

/**
 * An answer is never longer than a result may be: 16 MiB.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxBytes = 16 * 1024 * 1024

/** @category layers */
export const layer: Layer.Layer<never, never, RunFolder> = Layer.effect(
  Answers,
  Effect.map(RunFolder, (runs): typeof Answers.Service => ({
    left: (run, open) =>
      Effect.gen(function*() {
        const answers = new Map<string, Given>()
        for (const { id } of open) {
          const file = fileOf(runs, run, id)
          const text = yield* Either.mapLeft(
            read(join(runs, run, "responses"), file),
            (reason) => new AnswerUnreadable({ run, id, file, reason })
          )
          // A file that is still empty is one that somebody is about to write.
          if (Option.isSome(text) && text.value.trim() !== "") answers.set(id, Given.Text({ text: text.value }))
        }
        return answers
      }),
    settled: (run, id, accepted) =>
      Effect.sync(() => {
        const file = fileOf(runs, run, id)
        try {
          if (accepted) fs.rmSync(file, { force: true })
          else fs.renameSync(file, `${file}.rejected`)
        } catch {
          // What is recorded counts; a file that stays answers nothing that is open, or is judged once more.
        }
      })
  }))
)

/**
 * Where an answer may be left.
 *
 * @category accessors
 * @since 0.1.0
 */
export const fileOf = (runs: string, run: string, id: string): string => join(runs, run, "responses", `${id}.json`)

/** The text of a file, nothing where there is none, or why it must not be read. */
const read = (folder: string, file: string): Either.Either<Option.Option<string>, string> => {
  const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants
  const opened: Array<number> = []
  const open = (path: string, flags: number): fs.Stats => {
    const descriptor = fs.openSync(path, flags)
    opened.push(descriptor)
    return fs.fstatSync(descriptor)
  }
  try {
    const parent = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    if (isForeign(parent)) return Either.left("its folder is not only ours to write to")
    const before = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    if (!before.isFile()) return Either.left("it is not a regular file")
    if (before.nlink !== 1) return Either.left("it has another name elsewhere (a hard link)")
    if (isForeign(before)) return Either.left("it is not only ours to write to")
    if (before.size > maxBytes) return Either.left(`it is longer than ${maxBytes / 1024 / 1024} MiB`)
    const [, descriptor = -1] = opened
    const bytes = fs.readFileSync(descriptor)
    const after = fs.fstatSync(descriptor)
    const now = fs.lstatSync(file)
    if (bytes.length !== before.size || after.mtimeMs !== before.mtimeMs) return Either.left("it is being written")
    if (now.ino !== before.ino || now.dev !== before.dev) return Either.left("it was replaced while it was read")
    return Either.right(Option.some(new TextDecoder("utf-8", { fatal: true }).decode(bytes)))
  } catch (error) {
    return absent(error) ? Either.right(Option.none()) : Either.left(reasonOf(error))
  } finally {
    for (const descriptor of opened) fs.closeSync(descriptor)
  }
}

const isForeign = ({ mode, uid }: fs.Stats): boolean => uid !== process.geteuid?.() || (mode & 0o022) !== 0

const codeOf = (error: unknown): unknown => error instanceof Error && "code" in error ? error.code : undefined

const absent = (error: unknown): boolean => codeOf(error) === "ENOENT"

const reasonOf = (error: unknown): string => {
  switch (codeOf(error)) {
    case "ELOOP":
    case "EMLINK":
      return "it is a symbolic link"
    case "ENOTDIR":
      return "its folder is not a folder"
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return "it is not UTF-8 text"
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
