/**
 * Questions and answers as files beside a run's checkpoint, for whoever answers without this program.
 *
 * A request file is made from the journal and made again when it is missing; the journal alone is the truth.
 *
 * @since 0.1.0
 */
import { DateTime, Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileOf, maxBytes } from "../layers/Answers/Folder.ts"
import { randomId } from "../pipeline/digest.ts"
import { foreignJson } from "../pipeline/foreignJson.ts"
import { JournalError } from "../pipeline/Journal.ts"
import { messageOf } from "../pipeline/messageOf.ts"
import * as printable from "../pipeline/printable.ts"
import { quote } from "../pipeline/quote.ts"
import type { OpenRequest } from "../pipeline/RunEvent.ts"
import type { App } from "./App.ts"
import type { Home } from "./home.ts"
import type { Io } from "./Io.ts"
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

/** What is asked here is answered with this command line, in this folder. */
type Called = Pick<App, "called" | "home" | "json">

/**
 * @category constructors
 * @since 0.1.0
 */
export const open = (app: Called, run: string, request: OpenRequest): Open => ({
  id: request.id,
  step: request.path,
  ask: request.ask,
  file: join(requestsOf(app.home, run), `${request.id}.json`),
  answer: {
    command: command(app, run, request.id, "-"),
    file: fileOf(app.home.runs, run, request.id)
  }
})

/**
 * The command that answers a question, named by its id or by the path of the step that asks. Who reads JSON gets JSON.
 *
 * @category constructors
 * @since 0.1.0
 */
export const command = (app: Called, run: string, request: string, file: string): string =>
  `${app.called} answer ${quote(run)} ${quote(request)} --file ${file}${options(app)}`

/**
 * The command that a run goes on with.
 *
 * @category constructors
 * @since 0.1.0
 */
export const next = (app: Called, run: string): string => `${app.called} resume ${quote(run)}${options(app)}`

const options = ({ home, json }: Called): string => `${home.option}${json ? " --json" : ""}`

/**
 * What a person calls a question: the path of its step, unless that asks more than one.
 *
 * @category accessors
 * @since 0.1.0
 */
export const pathOrId = ({ id, path }: OpenRequest, open: ReadonlyArray<OpenRequest>): string =>
  open.some((other) => other.path === path && other.id !== id) ? id : path

/**
 * A question in the words that a person needs to answer it, among those that are open with it.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toLines = (
  app: Called,
  run: string,
  request: OpenRequest,
  among: ReadonlyArray<OpenRequest>,
  columns: number
): ReadonlyArray<string> => {
  const { ask, attempt, attempts, example, path, previousErrors, prompt } = request
  return [
    `  ${ask === "agent" ? "An agent" : "A person"} is asked by ${printable.line(path)}${
      attempts === undefined || attempt === 1 ? "" : ` (attempt ${attempt} of ${attempts})`
    }:`,
    ...excerpt(prompt, columns).map((line) => `    ${line}`.trimEnd()),
    ...previousErrors.slice(0, 5).flatMap((error) =>
      printable.wrap(`  Refused   ${printable.line(error)}`, columns, 12)
    ),
    `  Answer    ${command(app, run, pathOrId(request, among), "FILE")}`,
    ...(example === undefined
      ? []
      : [`            such as ${printable.fit(printable.json(JSON.stringify(example)), Math.min(columns - 20, 60))}`]),
    `  Question  ${quote(open(app, run, request).file)}`
  ]
}

/** The beginning of a question: enough to know what it is about. */
const excerpt = (prompt: string, columns: number): ReadonlyArray<string> => {
  const lines = printable.text(prompt.slice(0, 2000)).trim().split("\n").flatMap((line) =>
    printable.wrap(line, Math.min(columns, 80) - 4)
  )
  return lines.length <= 6 ? lines : [...lines.slice(0, 5), "…"]
}

const requestsOf = (home: Home, run: string): string => join(home.runs, run, "requests")

/**
 * Whether questions of a run were written down here.
 *
 * @category accessors
 * @since 0.1.0
 */
export const isPublished = (home: Home, run: string): boolean => fs.existsSync(requestsOf(home, run))

/**
 * Writes the open requests of a run, and removes those that are closed.
 *
 * @category effects
 * @since 0.1.0
 */
export const publish = (
  app: Called,
  run: string,
  requests: ReadonlyArray<OpenRequest>
): Effect.Effect<void, JournalError> => {
  const folder = requestsOf(app.home, run)
  return Effect.try({
    try: () => {
      for (const path of [folder, join(folder, "..", "responses")]) ensureFolder(path)
      const open = new Set(requests.map(({ id }) => `${id}.json`))
      const stale = fs.readdirSync(folder).filter((file) => isRequest.test(file) && !open.has(file))
      for (const file of stale) fs.rmSync(join(folder, file), { force: true })
      for (const request of requests) write(app, run, request)
    },
    catch: (error) =>
      new JournalError({
        operation: "append",
        journal: run,
        where: folder,
        reason: messageOf(error)
      })
  })
}

const isRequest = /^[0-9a-f]{32}\.json$/

/** A folder that only its owner may enter. What else stands in its place is moved away, and nothing in it touched. */
const ensureFolder = (path: string): void => {
  const there = fs.lstatSync(path, { throwIfNoEntry: false })
  if (there?.isDirectory() === true && there.uid === process.geteuid?.() && (there.mode & 0o022) === 0) return
  if (there !== undefined) fs.renameSync(path, `${path}.rejected-${randomId().slice(0, 8)}`)
  fs.mkdirSync(path, { recursive: true, mode: 0o700 })
}

/**
 * A question as data: all that somebody needs who has nothing else.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (app: Called, run: string, request: OpenRequest) => {
  const { answerSchema, ask, attempt, attempts, deadline, example, files, id, name, path, previousErrors, prompt } =
    request
  return {
    schema: "cairn.request/1",
    run,
    id,
    step: path,
    name,
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
    answer: open(app, run, request).answer
  }
}

const write = (app: Called, run: string, request: OpenRequest): void => {
  const { file } = open(app, run, request)
  const text = JSON.stringify(toJson(app, run, request), null, 2)
  // Whole or not at all: somebody may be reading it now.
  const draft = `${file}.${randomId()}`
  fs.writeFileSync(draft, `${text}\n`, { mode: 0o600, flag: "wx" })
  fs.renameSync(draft, file)
}

const bytesOf = (path: string, limit: number): Effect.Effect<Uint8Array, string> =>
  Effect.try({
    try: () => {
      const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
      try {
        const stats = fs.fstatSync(descriptor)
        if (!stats.isFile()) throw new Error("it is not a file")
        if (stats.size > limit) throw new Error(`it is longer than ${limit / 1024 / 1024} MiB`)
        return fs.readFileSync(descriptor)
      } finally {
        fs.closeSync(descriptor)
      }
    },
    catch: (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      return code === "ENOENT" ? "there is no such file" : message
    }
  })

const textOf = (bytes: Uint8Array): Effect.Effect<string, string> =>
  Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => "it is not UTF-8 text"
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
  readStdin: Io["readStdin"],
  limit = maxBytes
): Effect.Effect<string, InputInvalid> =>
  (file === "-" ? readStdin(limit) : bytesOf(path, limit)).pipe(
    Effect.flatMap(textOf),
    Effect.mapError((reason) => new InputInvalid({ where: nameOf(file), reason }))
  )

/**
 * Reads the JSON in a file, or in stdin where the file is `-`.
 *
 * @category effects
 * @since 0.1.0
 */
export const readJson = (
  file: string,
  path: string,
  readStdin: Io["readStdin"]
): Effect.Effect<unknown, InputInvalid> =>
  Effect.flatMap(readText(file, path, readStdin), (text) =>
    text.trim() === ""
      ? new InputInvalid({ where: nameOf(file), reason: "it is empty" })
      : Effect.mapError(foreignJson(text), (reason) => new InputInvalid({ where: nameOf(file), reason })))

/**
 * What a person calls a source of JSON.
 *
 * @category rendering
 * @since 0.1.0
 */
export const nameOf = (file: string): string => file === "-" ? "stdin" : file
