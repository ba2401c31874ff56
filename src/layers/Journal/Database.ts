/**
 * What a journal asks of a database: statements with parameters, and a session for itself.
 *
 * @since 0.1.0
 */
import type { SqlClient } from "@effect/sql/SqlClient"
import { Effect, type Scope } from "effect"
import { messageOf } from "../../pipeline/messageOf.ts"

/**
 * A database that said no, in its own words.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Refused {
  readonly _tag: "Refused"
  /** `SQLITE_BUSY`, `57P01`, `ECONNREFUSED` */
  readonly code: string
  readonly reason: string
}

/**
 * @category models
 * @since 0.1.0
 */
export type Row = { readonly [column: string]: unknown }

/**
 * Runs one statement, in which each `?` stands for a parameter.
 *
 * @category models
 * @since 0.1.0
 */
export type Run = (
  statement: string,
  parameters?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, Refused>

/**
 * @category models
 * @since 0.1.0
 */
export interface Database {
  readonly dialect: "sqlite" | "pg"
  readonly run: Run
  /** Runs statements in one session, which is used by nobody else until the scope closes. */
  readonly session: Effect.Effect<Run, Refused, Scope.Scope>
}

/**
 * A database of a dialect, from a client that is asked in it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (dialect: Database["dialect"], run: Run, session: Database["session"]): Database => {
  const asked = dialect === "sqlite"
    ? (run: Run) => run
    : (run: Run): Run => (statement, parameters) => run(numbered(statement), parameters)
  return { dialect, run: asked(run), session: Effect.map(session, asked) }
}

/**
 * The database behind a client; `undefined` where it is of a kind that no journal was tried on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofClient = (client: SqlClient): Database | undefined => {
  // Without the span and the building of a query that `client.unsafe` brings: for a text these take longer than SQLite.
  const run: Run = (statement, parameters = []) =>
    Effect.flatMap(client.reserve, (connection) => connection.execute(statement, parameters, undefined)).pipe(
      Effect.scoped,
      Effect.mapError(refusedBy)
    )
  return client.onDialectOrElse({
    sqlite: (): Database => make("sqlite", run, Effect.succeed(run)),
    pg: (): Database =>
      make(
        "pg",
        run,
        Effect.mapBoth(client.reserve, {
          onFailure: refusedBy,
          onSuccess: (connection): Run => (statement, parameters = []) =>
            Effect.mapError(connection.execute(statement, parameters, undefined), refusedBy)
        })
      ),
    orElse: () => undefined
  })
}

/**
 * A SQLite file that is open, as `libsql` gives one.
 *
 * @category models
 * @since 0.1.0
 */
export interface SqliteHandle {
  readonly prepare: (statement: string) => {
    /** Whether it gives rows. */
    readonly reader: boolean
    readonly all: (parameters: ReadonlyArray<unknown>) => ReadonlyArray<unknown>
    readonly run: (parameters: ReadonlyArray<unknown>) => unknown
  }
  readonly close: () => unknown
}

/**
 * Opens a SQLite file until the scope closes. A statement is prepared once: after each wait for the disk, SQLite takes
 * about as long to understand one as it takes to do it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const opened = (open: () => SqliteHandle): Effect.Effect<Database, Refused, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.map(Effect.try({ try: open, catch: refusedBy }), ofHandle),
      ({ close }) => Effect.ignore(Effect.try(close))
    ),
    ({ database }) => database
  )

const ofHandle = (handle: SqliteHandle): { readonly database: Database; readonly close: () => void } => {
  let hasWritten = false
  const known = new Map<string, ReturnType<SqliteHandle["prepare"]>>()
  const prepared = (statement: string) => {
    const made = known.get(statement) ?? handle.prepare(statement)
    known.set(statement, made)
    return made
  }
  const run: Run = (statement, parameters = []) =>
    Effect.try({
      try: () => {
        const asked = prepared(statement)
        if (asked.reader) return asked.all(parameters) as ReadonlyArray<Row>
        hasWritten = true
        asked.run(parameters)
        return []
      },
      catch: refusedBy
    })
  return {
    database: make("sqlite", run, Effect.succeed(run)),
    close: () => {
      try {
        // So that the file has everything in itself, unless others are at it. Statements keep SQLite from doing so.
        if (hasWritten) { for (const statement of settling) handle.prepare(statement).all([]) }
      } finally {
        handle.close()
      }
    }
  }
}

const settling = ["PRAGMA busy_timeout = 0", "PRAGMA wal_checkpoint(TRUNCATE)"]

/** PostgreSQL numbers its parameters. */
const numbered = (statement: string): string => {
  let number = 0
  return statement.replace(/\?/g, () => `$${++number}`)
}

/**
 * What lies at the bottom of a client's failure.
 *
 * @category constructors
 * @since 0.1.0
 */
export const refusedBy = (error: unknown): Refused => {
  const cause = innermost(error)
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  const message = messageOf(cause)
  return { _tag: "Refused", code, reason: message === "" ? code : message }
}

const innermost = (error: unknown): unknown => {
  // Tried on every address of a host; each failed for itself.
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
}
