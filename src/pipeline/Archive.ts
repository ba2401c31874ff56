/**
 * A run as one text, for another store or another machine: a line that says what it is, and a line for each record.
 *
 * It is made from a journal and becomes one again, wherever that is kept. A checksum finds damage, not forgery.
 *
 * @since 0.1.0
 */
import { Effect, Either, Schema } from "effect"
import { sha256 } from "./digest.ts"
import { fill } from "./fill.ts"
import { Journal, type JournalDamaged, type JournalError } from "./Journal.ts"
import * as PersistedRef from "./PersistedRef.ts"
import { quote } from "./quote.ts"
import { RunNotFound } from "./RunError.ts"
import * as RunRecord from "./RunRecord.ts"

/**
 * The first line.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Header = Schema.Struct({
  schema: Schema.Literal("cairn.export/1"),
  run: Schema.String.pipe(Schema.pattern(/^[a-z0-9][a-z0-9-]{0,150}-[0-9a-f]{8}-[1-9]\d{0,15}$/)),
  program: Schema.String,
  /** How many lines follow. */
  records: Schema.Int,
  /** Of those lines, each with its end, in hexadecimal. */
  sha256: Schema.String
})
export type Header = typeof Header.Type

/**
 * A text that cannot be made a run of. Nothing was changed.
 *
 * @category errors
 * @since 0.1.0
 */
export class ArchiveRefused extends Schema.TaggedError<ArchiveRefused>()("ArchiveRefused", {
  where: Schema.String,
  reason: Schema.String,
  /** True when a newer version made it, which is not damage but also cannot be read. */
  newer: Schema.Boolean
}) {
  override get message(): string {
    return this.newer
      ? `${this.where} is newer than this Cairn: ${this.reason}`
      : `${this.where} cannot be imported: ${this.reason}`
  }
  get fix(): string {
    return this.newer
      ? "Update Cairn, then repeat the command. Nothing was changed."
      : "Nothing was changed. Export the run once more from the store that it is in, and import the whole file."
  }
}

/**
 * There is a run of this id, which is not touched.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunExists extends Schema.TaggedError<RunExists>()("RunExists", { run: Schema.String }) {
  override get message(): string {
    return `There is a run "${this.run}" here already`
  }
  get fix(): string {
    return `Look at it: cairn show ${quote(this.run)}\nOr remove it first: cairn rm ${quote(this.run)}`
  }
}

/**
 * Reads a run, without a lock, as a text that `restore` makes the same run of.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Archive, JournalFile } from "effect-cairn"
 *
 * // From one store to another
 * export const moved = (run: string) =>
 *   Archive.make(run).pipe(
 *     Effect.provide(JournalFile.layer({ home: "here/.cairn" })),
 *     Effect.flatMap(({ text }) =>
 *       Effect.provide(Archive.restore(text, { where: run }), JournalFile.layer({ home: "there/.cairn" }))
 *     )
 *   )
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const make = (run: string): Effect.Effect<
  { readonly header: Header; readonly text: string },
  JournalDamaged | JournalError | RunNotFound,
  Journal
> =>
  Effect.gen(function*() {
    const { list } = yield* Journal
    if (!(yield* list).includes(run)) return yield* new RunNotFound({ run, reason: `There is no run "${run}"` })
    const { lines, program } = yield* PersistedRef.peek<Read, Line>(run, {
      initial: { lines: [], program: undefined },
      encode: ({ text }) => text,
      decode: read,
      apply: ({ lines, program }, line) => {
        lines.push(line.text)
        return { lines, program: program ?? line.program }
      }
    })
    if (program === undefined) {
      return yield* new RunNotFound({
        run,
        reason: `Run "${run}" was stopped before it began: there is nothing of it yet`
      })
    }
    const body = bodyOf(lines)
    const header: Header = { schema: "cairn.export/1", run, program, records: lines.length, sha256: sha256(body) }
    return { header, text: `${JSON.stringify(header)}\n${body}` }
  })

/**
 * Makes the run that a text stands for: all of it, or nothing. `where` is what a person calls the text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const restore = (
  text: string,
  { where }: { readonly where: string }
): Effect.Effect<Header, ArchiveRefused | JournalDamaged | JournalError | RunExists, Journal> =>
  Effect.gen(function*() {
    const { header, lines } = yield* Either.mapLeft(parse(text), (why) => new ArchiveRefused({ where, ...why }))
    if (!(yield* fill(header.run, lines))) return yield* new RunExists({ run: header.run })
    return header
  })

interface Why {
  readonly reason: string
  readonly newer: boolean
}

interface Line {
  readonly text: string
  /** The program of a run that starts here. */
  readonly program: string | undefined
  readonly run: string | undefined
}

interface Read {
  readonly lines: Array<string>
  readonly program: string | undefined
}

const read = (text: string): Either.Either<Line, Why> =>
  Either.map(RunRecord.decode(text), (event) => ({
    text,
    ...(event._tag === "RunStarted"
      ? { program: event.program, run: event.run }
      : { program: undefined, run: undefined })
  }))

const bodyOf = (lines: ReadonlyArray<string>): string => lines.map((line) => `${line}\n`).join("")

const parse = (text: string): Either.Either<
  { readonly header: Header; readonly lines: ReadonlyArray<string> },
  Why
> => {
  const damaged = (reason: string) => Either.left({ reason, newer: false })
  const end = text.indexOf("\n")
  return Either.flatMap(headerOf(end < 0 ? text : text.slice(0, end)), (header) => {
    const body = end < 0 ? "" : text.slice(end + 1)
    const lines = body.split("\n")
    if (lines.pop() !== "" || lines.length < header.records) {
      return damaged(`it is cut short: it has ${lines.length} of ${header.records} records`)
    }
    if (lines.length > header.records || sha256(body) !== header.sha256) {
      return damaged("it is damaged: what it holds is not what was exported")
    }
    for (const [index, line] of lines.entries()) {
      const record = read(line)
      const at = `line ${index + 2}: `
      if (Either.isLeft(record)) return Either.left({ ...record.left, reason: `${at}${record.left.reason}` })
      // What `RunRecord` writes begins so, and is one line of what a journal takes.
      if (!line.startsWith("{\"k\":\"")) return damaged(`${at}it is no record of a run`)
      const { program, run } = record.right
      const isBeginning = run === header.run && program === header.program
      if (index === 0 ? !isBeginning : run !== undefined) return damaged(`${at}it is no record of run "${header.run}"`)
    }
    return lines.length === 0 ? damaged("it holds nothing") : Either.right({ header, lines })
  })
}

const decodeHeader = Schema.decodeUnknownEither(Schema.parseJson(Header))
const decodeKind = Schema.decodeUnknownEither(Schema.parseJson(Schema.Struct({ schema: Schema.String })))

const headerOf = (line: string): Either.Either<Header, Why> =>
  Either.orElse(Either.mapLeft(decodeHeader(line), () => undefined), () =>
    Either.match(decodeKind(line), {
      onLeft: () => Either.left({ reason: "it is not an exported run", newer: false }),
      onRight: ({ schema }) => {
        const [, version] = /^cairn\.export\/(\d+)$/.exec(schema) ?? []
        return Either.left(
          version === undefined
            ? { reason: "it is not an exported run", newer: false }
            : Number(version) > 1
            ? { reason: schema, newer: true }
            : { reason: "its first line does not fit", newer: false }
        )
      }
    }))
