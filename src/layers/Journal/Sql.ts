/**
 * Journals in a database: any `@effect/sql` client of SQLite or PostgreSQL. `docs/stores.md` says when to use which.
 *
 * A record that `append` has returned for survives the process and, as far as the database is let, the loss of power:
 * SQLite is told to sync every commit, and a PostgreSQL session not to acknowledge one before.
 *
 * @since 0.1.0
 */
import { SqlClient } from "@effect/sql/SqlClient"
import { Effect, Layer } from "effect"
import { Journal, type JournalDamaged, JournalError } from "../../pipeline/Journal.ts"
import * as Database from "./Database.ts"
import * as Tables from "./Tables.ts"

export type {
  /**
   * How far a lock is respected, and what the database is called.
   *
   * @category models
   * @since 0.1.0
   */
  Options
} from "./Tables.ts"

export type {
  /**
   * A SQLite file that is open, as `libsql` gives one.
   *
   * @category models
   * @since 0.1.0
   */
  SqliteHandle
} from "./Database.ts"

/**
 * Keeps journals in the database of a client, and makes the tables where there are none. The client of a SQLite file is
 * best used for nothing else: what makes its commits durable is a setting of its one connection.
 *
 * @example
 * ```ts
 * import { PgClient } from "@effect/sql-pg"
 * import { Config, Layer } from "effect"
 * import { JournalSql } from "effect-cairn/sql"
 *
 * const journals = JournalSql.layer().pipe(
 *   Layer.provide(PgClient.layerConfig({ url: Config.redacted("DATABASE_URL") }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Tables.Options = {}): Layer.Layer<Journal, JournalError | JournalDamaged, SqlClient> =>
  Layer.effect(
    Journal,
    Effect.flatMap(SqlClient, (client) => {
      const database = Database.ofClient(client)
      return database === undefined
        ? new JournalError({
          operation: "open",
          journal: "*",
          where: options.where ?? "a database",
          reason: "checkpoints are kept in SQLite and PostgreSQL, and in no other database",
          remedy: "Use a client of one of them."
        })
        : Tables.make(database, options)
    })
  )

/**
 * Keeps journals in a SQLite file that is open, and closes it with the layer. Its statements stay prepared, which no client
 * does of itself: a step takes about a third less than through one. `libsql` comes with `@effect/sql-libsql`.
 *
 * @example
 * ```ts
 * import { JournalSql } from "effect-cairn/sql"
 * import Libsql from "libsql"
 *
 * const journals = JournalSql.layerSqlite(() => new Libsql("runs.db"))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSqlite = (
  open: () => Database.SqliteHandle,
  options: Tables.Options = {}
): Layer.Layer<Journal, JournalError | JournalDamaged> =>
  Layer.scoped(
    Journal,
    Database.opened(open).pipe(
      Effect.mapError(({ reason }) =>
        new JournalError({ operation: "open", journal: "*", where: options.where ?? "a SQLite file", reason })
      ),
      Effect.flatMap((database) => Tables.make(database, options))
    )
  )
