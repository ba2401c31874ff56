/**
 * Journals in PostgreSQL: how they are made durable there, and who holds one.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { RunHeld } from "../../pipeline/Journal.ts"
import type { Database, Refused, Run } from "./Database.ts"
import * as Owner from "./Owner.ts"
import type { Placed } from "./rows.ts"
import type { Kind } from "./Tables.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ run, session }: Database): Kind => ({
  run,
  where: Effect.map(
    run(`SELECT concat('postgres://', host(inet_server_addr()) || ':' || inet_server_port(), '/', current_database())
         AS name`),
    ([row]) => String(row?.name)
  ),
  settle: Effect.void,
  tables: {
    exist: "SELECT 1 WHERE to_regclass('cairn_format') IS NOT NULL",
    // One text is one transaction. Of those who make them at once, all but the first find them made.
    make: [
      `SELECT pg_advisory_xact_lock(${makingTables});
       CREATE TABLE IF NOT EXISTS cairn_journals (
         id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         name TEXT NOT NULL UNIQUE
       );
       CREATE TABLE IF NOT EXISTS cairn_records (
         journal INTEGER NOT NULL REFERENCES cairn_journals ON DELETE CASCADE,
         position BIGINT NOT NULL,
         checksum INTEGER NOT NULL,
         record TEXT NOT NULL,
         PRIMARY KEY (journal, position)
       );
       CREATE TABLE IF NOT EXISTS cairn_format (version INTEGER NOT NULL PRIMARY KEY);
       INSERT INTO cairn_format (version) VALUES (1) ON CONFLICT DO NOTHING`
    ]
  },

  lacking: (isMade) =>
    Effect.map(
      run(`${isMade ? lackingOfTables : lackingOfSchema} UNION ALL ${readOnly}`),
      (rows) => rows.map(({ lacking }) => String(lacking))
    ),
  doubts: Effect.map(
    run("SELECT 1 WHERE current_setting('fsync') = 'off'"),
    (rows) => rows.map(() => "fsync is off: it loses what it has acknowledged when the power goes")
  ),

  // The session that has the lock is the one that appends: when the server lets go of the one, the other is over too.
  hold: ({ id, name }) =>
    Effect.gen(function*() {
      const run = yield* session
      yield* Effect.acquireRelease(run(settings, [prefix + Owner.show(Owner.self())]), () => Effect.ignore(run(reset)))
      yield* Effect.acquireRelease(
        // What a killed process had is free as soon as the server has noticed, which this waits for.
        run(`SELECT set_config('lock_timeout', '100', true), pg_advisory_lock(${lockClass}, ?)`, [id]),
        () => Effect.ignore(run(`SELECT pg_advisory_unlock(${lockClass}, ?)`, [id]))
      ).pipe(
        Effect.catchIf(({ code }) => code === isTakingTooLong, () =>
          Effect.flatMap(
            run(
              `SELECT l.pid, a.application_name AS name
               FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE ${isLock}`,
              [id]
            ),
            ([holder]) => new RunHeld({ run: name, owner: ownerIn(holder), unreachable: false })
          ))
      )
      // Whoever removed it had the lock until just now.
      const [there] = yield* run("SELECT id FROM cairn_journals WHERE id = ?", [id])
      return there === undefined ? Option.none() : Option.some({ run, append: append(run, id) })
    }),

  isHeld: (id) => Effect.map(run(`SELECT 1 FROM pg_locks l WHERE ${isLock}`, [id]), (rows) => rows.length > 0),

  isDamage: ({ code }) => code === "XX001" || code === "XX002",
  remedy
})

/**
 * What to do where the database refuses.
 *
 * @category constants
 * @since 0.1.0
 */
export const remedy =
  "See to it that the database can be reached and written, then repeat the same command: everything acknowledged is kept."

const append = (run: Run, id: number) => (records: ReadonlyArray<Placed>): Effect.Effect<void, Refused> => {
  const [first] = records
  const into = "INSERT INTO cairn_records (journal, position, checksum, record)"
  return Effect.asVoid(
    first !== undefined && records.length === 1
      ? run(`${into} VALUES (?, ?, ?, ?)`, [id, first.position, first.checksum, first.record])
      : run(`${into} SELECT ?, * FROM unnest(?::bigint[], ?::integer[], ?::text[])`, [
        id,
        records.map(({ position }) => position),
        records.map(({ checksum }) => checksum),
        records.map(({ record }) => record)
      ])
  )
}

const lackingOfSchema = `SELECT CASE WHEN current_schema() IS NULL THEN 'no schema of its search_path that may be used'
    ELSE concat('no right to CREATE in the schema ', current_schema()) END AS lacking
  WHERE current_schema() IS NULL OR NOT has_schema_privilege(current_schema(), 'CREATE')`

const lackingOfTables = `SELECT concat('no right to ', privilege, ' on the table ', name) AS lacking
  FROM (VALUES ('cairn_format', 'SELECT'), ('cairn_records', 'SELECT'), ('cairn_records', 'INSERT'),
    ('cairn_journals', 'SELECT'), ('cairn_journals', 'INSERT'), ('cairn_journals', 'UPDATE'), ('cairn_journals', 'DELETE')
  ) AS needed (name, privilege)
  WHERE NOT has_table_privilege(name, privilege)`

const readOnly =
  "SELECT 'no right to write: the session is read-only' AS lacking WHERE current_setting('transaction_read_only') = 'on'"

/** `lock_not_available` */
const isTakingTooLong = "55P03"

/** Locks of this kind are told from all others of the database by the table that they are about. */
const lockClass = "'cairn_journals'::regclass::oid::integer"

const isLock =
  `l.locktype = 'advisory' AND l.granted AND l.classid = 'cairn_journals'::regclass AND l.objid = ?::oid AND l.objsubid = 2
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** "cairn" in bytes, for the moment in which no table is there that could name a lock. */
const makingTables = 0x636169726e

const prefix = "cairn "

/**
 * The session is named after its process, for whoever is told who holds a run. A commit is on disk before it is
 * acknowledged, whatever the server does otherwise; a session that waits for a long step is not ended for that, and one
 * whose machine has lost its power is, within a minute.
 */
const settings = `SELECT set_config(name, CASE name
    WHEN 'application_name' THEN ?
    WHEN 'synchronous_commit' THEN 'on'
    WHEN 'idle_session_timeout' THEN '0'
    WHEN 'tcp_keepalives_idle' THEN '20'
    WHEN 'tcp_keepalives_interval' THEN '10'
    ELSE '3' END, false)
  FROM pg_settings WHERE (name = 'synchronous_commit' AND setting = 'off') OR name IN
    ('application_name', 'idle_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')`

const reset = `SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name IN
    ('application_name', 'idle_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')`

const ownerIn = (row: { readonly [column: string]: unknown } | undefined): string =>
  typeof row?.name === "string" && row.name.startsWith(prefix)
    ? row.name.slice(prefix.length)
    : row === undefined
    ? "somebody who has just let go of it"
    : `session ${String(row.pid)} of the database`
