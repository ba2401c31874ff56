/**
 * Questions and answers as files beside a run's checkpoint, for whoever answers without this program.
 *
 * A request file is made from the journal and made again when it is missing; the journal alone is the truth.
 *
 * @since 0.1.0
 */
import { DateTime, Effect, Either } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileOf, maxBytes } from "../layers/Answers/Folder.ts"
import { foreignJson } from "../pipeline/foreignJson.ts"
import type { OpenRequest } from "../pipeline/RunEvent.ts"
import type { Home } from "./home.ts"
import { InputInvalid } from "./UsageError.ts"

/**
 * What a waiting command says of a question.
 *
 * @category models
 * @since 0.1.0
 */
export interface Open {
  readonly id: string
  readonly step: string
  readonly ask: "agent" | "user"
  readonly file: string
  readonly answer: { readonly command: string; readonly file: string }
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const open = (name: string, home: Home, run: string, request: OpenRequest): Open => ({
  id: request.id,
  step: request.path,
  ask: request.ask,
  file: join(home.runs, run, "requests", `${request.id}.json`),
  answer: {
    command: `${name} answer ${run} ${request.id} --file -${home.option}`,
    file: fileOf(home.runs, run, request.id)
  }
})

/**
 * Writes the open requests of a run, and removes those that are closed.
 *
 * @category effects
 * @since 0.1.0
 */
export const publish = (name: string, home: Home, run: string, requests: ReadonlyArray<OpenRequest>): void => {
  const folder = join(home.runs, run, "requests")
  for (const name of [folder, join(home.runs, run, "responses")]) fs.mkdirSync(name, { recursive: true, mode: 0o700 })
  const wanted = new Set(requests.map(({ id }) => `${id}.json`))
  for (const file of fs.readdirSync(folder)) if (!wanted.has(file)) fs.rmSync(join(folder, file), { force: true })
  for (const request of requests) {
    const { answer, file } = open(name, home, run, request)
    const {
      ask,
      answerSchema,
      attempt,
      attempts,
      deadline,
      example,
      files,
      id,
      name: asked,
      path,
      previousErrors,
      prompt
    } = request
    const text = JSON.stringify(
      {
        schema: "cairn.request/1",
        run,
        id,
        step: path,
        name: asked,
        attempt,
        ask,
        prompt,
        files,
        answerSchema,
        example,
        limits: {
          maxBytes,
          attempts,
          deadline: deadline === undefined ? undefined : DateTime.formatIso(DateTime.unsafeMake(deadline))
        },
        previousErrors,
        answer
      },
      null,
      2
    )
    // Whole or not at all: somebody may be reading it now.
    const draft = join(folder, `.${id}.${process.pid}`)
    fs.writeFileSync(draft, `${text}\n`, { mode: 0o600, flag: "wx" })
    fs.renameSync(draft, file)
  }
}

const fileText = (path: string): Either.Either<string, string> =>
  Either.try({
    try: () => {
      const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
      try {
        const stats = fs.fstatSync(descriptor)
        if (!stats.isFile()) throw new Error("it is not a file")
        if (stats.size > maxBytes) throw new Error(`it is longer than ${maxBytes / 1024 / 1024} MiB`)
        return new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(descriptor))
      } finally {
        fs.closeSync(descriptor)
      }
    },
    catch: (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      return code === "ENOENT"
        ? "there is no such file"
        : code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? "it is not UTF-8 text"
        : message
    }
  })

/**
 * Reads the text of a file, or of stdin where the file is `-`.
 *
 * @category effects
 * @since 0.1.0
 */
export const readText = (
  file: string,
  path: string,
  readStdin: () => string | undefined
): Effect.Effect<string, InputInvalid> =>
  Effect.gen(function*() {
    const where = file === "-" ? "stdin" : file
    const text = file === "-" ? Either.right(readStdin()) : fileText(path)
    if (Either.isLeft(text)) return yield* new InputInvalid({ where, reason: text.left })
    if (text.right === undefined) {
      return yield* new InputInvalid({ where, reason: "it is a terminal; hand it in through a pipe or a file" })
    }
    return text.right
  })

/**
 * Reads the JSON in a file, or in stdin where the file is `-`.
 *
 * @category effects
 * @since 0.1.0
 */
export const readJson = (
  file: string,
  path: string,
  readStdin: () => string | undefined
): Effect.Effect<unknown, InputInvalid> =>
  Effect.flatMap(readText(file, path, readStdin), (text) =>
    Either.mapLeft(
      foreignJson(text),
      (reason) => new InputInvalid({ where: file === "-" ? "stdin" : file, reason })
    ))
