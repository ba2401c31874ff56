/**
 * Journals in SQLite: how they are made durable there, and who holds one.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, Schema } from "effect"
import { RunHeld } from "../../pipeline/Journal.ts"
import type { Database, Refused, Run } from "./Database.ts"
import * as Owner from "./Owner.ts"
import type { Kind } from "./Tables.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): Kind => {
  const run: Run = (statement, parameters) => {
    const once = database.run(statement, parameters)
    return Effect.catchIf(once, isBusy, () => Effect.retry(once, { while: isBusy, times: patience - 1 }))
  }
  /** What could not be given back, on a full disk for one: this process knows that nobody has it. */
  const left = new Map<number, number>()

  return {
    run,
    where: Effect.map(run("PRAGMA database_list"), (rows) => {
      const file = rows.find(({ name }) => name === "main")?.file
      return typeof file === "string" && file !== "" ? `sqlite:${file}` : "a SQLite database"
    }),
    // Of one connection, and not what every client begins with. Readers do not stand in the way of the log's writer.
    settle: Effect.forEach(
      [
        `PRAGMA busy_timeout = ${wait}`,
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        `PRAGMA wal_autocheckpoint = ${logged}`
      ],
      (pragma) => run(pragma),
      { discard: true }
    ),
    tables: {
      exist: "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'cairn_format'",
      make: [
        `CREATE TABLE IF NOT EXISTS cairn_journals (
           id INTEGER PRIMARY KEY AUTOINCREMENT,
           name TEXT NOT NULL UNIQUE,
           generation INTEGER NOT NULL DEFAULT 0,
           owner TEXT
         )`,
        `CREATE TABLE IF NOT EXISTS cairn_records (
           journal INTEGER NOT NULL,
           position INTEGER NOT NULL,
           checksum INTEGER NOT NULL,
           record TEXT NOT NULL,
           PRIMARY KEY (journal, position)
         )`,
        // A foreign key counts only on connections that ask for it.
        `CREATE TRIGGER IF NOT EXISTS cairn_removed AFTER DELETE ON cairn_journals
         BEGIN DELETE FROM cairn_records WHERE journal = OLD.id; END`,
        "CREATE TABLE IF NOT EXISTS cairn_format (version INTEGER NOT NULL PRIMARY KEY)",
        "INSERT INTO cairn_format (version) VALUES (1) ON CONFLICT DO NOTHING"
      ]
    },

    // Of a file, the system says what one may.
    lacking: () => Effect.succeed([]),
    doubts: Effect.succeed([]),

    hold: ({ breakLock, id, name }) => {
      const take: Effect.Effect<Option.Option<number>, Refused | RunHeld> = Effect.gen(function*() {
        for (let round = 0; round < 100; round++) {
          const [row] = yield* run("SELECT generation, owner FROM cairn_journals WHERE id = ?", [id])
          if (row === undefined) return Option.none()
          const generation = Number(row.generation)
          const holder = left.get(id) === generation ? undefined : holderIn(row.owner)
          if (holder !== undefined && !(breakLock && holder.unreachable)) {
            return yield* new RunHeld({ run: name, ...holder })
          }
          // Nobody who is dead comes back, and no number comes twice: what was judged is what is succeeded.
          const taken = yield* run(
            "UPDATE cairn_journals SET generation = generation + 1, owner = ? WHERE id = ? AND generation = ? RETURNING id",
            [JSON.stringify(Owner.self()), id, generation]
          )
          if (taken.length > 0) return Option.some(generation + 1)
        }
        return yield* new RunHeld({ run: name, owner: "others who take turns", unreachable: false })
      })
      const giveBack = (generation: number) =>
        run("UPDATE cairn_journals SET owner = NULL WHERE id = ? AND generation = ?", [id, generation]).pipe(
          Effect.tapError(() => Effect.sync(() => left.set(id, generation))),
          Effect.ignore
        )
      return Effect.acquireRelease(take, Effect.transposeMapOption(giveBack)).pipe(
        Effect.map(Option.map((generation) => ({
          run,
          append: (records) => {
            const [first] = records
            const inserted = first !== undefined && records.length === 1
              ? run(`INSERT INTO cairn_records (journal, position, checksum, record) VALUES (${owned}, ?, ?, ?)`, [
                id,
                generation,
                first.position,
                first.checksum,
                first.record
              ])
              : run(
                `INSERT INTO cairn_records (journal, position, checksum, record)
                 SELECT ${owned}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
                 FROM json_each(?)`,
                [
                  id,
                  generation,
                  JSON.stringify(records.map(({ checksum, position, record }) => [position, checksum, record]))
                ]
              )
            return Effect.catchIf(inserted, isSucceeded, (refused) => Effect.fail({ ...refused, reason: succeeded }))
          }
        })))
      )
    },

    isHeld: (id) =>
      Effect.map(
        run("SELECT owner FROM cairn_journals WHERE id = ?", [id]),
        ([row]) => holderIn(row?.owner) !== undefined
      ),

    isDamage: ({ code }) => /^SQLITE_(CORRUPT|NOTADB)/.test(code),
    remedy: undefined
  }
}

/** How long one call waits for another process that writes, in milliseconds: for so long nothing else goes on here. */
const wait = 500

/** After so many pages the log is written from its beginning again: where it does not grow, a sync has less to make durable. */
const logged = 200

/** How often it waits on: a process that was stopped in the middle of a commit lets nobody write. */
const patience = 20

const isBusy = ({ code }: Refused): boolean => code.startsWith("SQLITE_BUSY")

/** The journal, or nothing where another owner has it by now, which no record takes for its journal. */
const owned = "(SELECT id FROM cairn_journals WHERE id = ? AND generation = ?)"

const isSucceeded = ({ reason }: Refused): boolean =>
  reason.includes("NOT NULL constraint failed: cairn_records.journal")

const succeeded = "another process has taken over"

const decode = Schema.decodeUnknownEither(Schema.parseJson(Owner.Owner))

const holderIn = (owner: unknown): { readonly owner: string; readonly unreachable: boolean } | undefined => {
  if (owner === null || owner === undefined) return undefined
  const decoded = decode(owner)
  if (Either.isLeft(decoded)) return { owner: "somebody (who cannot be read)", unreachable: true }
  const life = Owner.life(decoded.right, Owner.self())
  return life === "dead" ? undefined : { owner: Owner.show(decoded.right), unreachable: life === "unreachable" }
}
