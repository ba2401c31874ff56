/**
 * Checkpoints in a database. They need `@effect/sql` and a client of it, such as `@effect/sql-libsql` or
 * `@effect/sql-pg`.
 *
 * @since 0.1.0
 */
export * as JournalSql from "./layers/Journal/Sql.ts"
