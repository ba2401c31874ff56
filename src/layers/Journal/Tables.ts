/**
 * Journals in the tables of a database. `docs/stores.md` describes them.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, type Scope } from "effect"
import { randomId } from "../../pipeline/digest.ts"
import { Journal, JournalDamaged, JournalError, type OpenJournal, type RunHeld } from "../../pipeline/Journal.ts"
import type { Database, Refused, Run } from "./Database.ts"
import { refusedName, refusedRecord } from "./limits.ts"
import * as Postgres from "./postgres.ts"
import * as Rows from "./rows.ts"
import * as Sqlite from "./sqlite.ts"

/**
 * How far a lock is respected, and what the database is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Takes a run in SQLite from an owner on another host. Never from one that is seen to live. */
  readonly breakLock?: boolean
  /** What errors call the database; by default what it says of itself. Credentials have no place in it. */
  readonly where?: string
}

/**
 * What differs between databases.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kind {
  readonly run: Run
  /** What the database is called, without any credentials. */
  readonly where: Effect.Effect<string, Refused>
  /** Makes the connection one whose commits survive the loss of power. */
  readonly settle: Effect.Effect<void, Refused>
  readonly tables: {
    /** Gives a row where they are there. */
    readonly exist: string
    /** Make what is not there, however often and by however many at once. */
    readonly make: ReadonlyArray<string>
  }
  /** What one may not do there, and has to: with the tables, or in order to make them. */
  readonly lacking: (isMade: boolean) => Effect.Effect<ReadonlyArray<string>, Refused>
  /** Why it keeps less than it says. */
  readonly doubts: Effect.Effect<ReadonlyArray<string>, Refused>
  /** Holds a journal, if it is there, until the scope closes. */
  readonly hold: (journal: {
    readonly id: number
    readonly name: string
    readonly breakLock: boolean
  }) => Effect.Effect<Option.Option<Held>, Refused | RunHeld, Scope.Scope>
  readonly isHeld: (id: number) => Effect.Effect<boolean, Refused>
  /** Whether a refusal says that what was kept cannot be trusted. */
  readonly isDamage: (refused: Refused) => boolean
  /** What to do where the database refuses, if it is not what one does about a disk. */
  readonly remedy: string | undefined
}

/**
 * How the holder of a journal, and nobody else, reads and appends.
 *
 * @category models
 * @since 0.1.0
 */
export interface Held {
  readonly run: Run
  /** All in one statement, which is one commit. */
  readonly append: (records: ReadonlyArray<Rows.Placed>) => Effect.Effect<void, Refused>
}

/**
 * Keeps journals in a database, and makes the tables unless they are there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  database: Database,
  options: Options = {}
): Effect.Effect<Journal["Type"], JournalError | JournalDamaged> =>
  Effect.gen(function*() {
    const kind = kindOf(database)
    const { run } = kind
    const where = options.where ?? (yield* Effect.mapError(kind.where, failing(kind, database.dialect)("open", every)))
    const fails = failing(kind, where)
    const refused = (operation: Operation, journal: string, reason: string) =>
      new JournalError({ operation, journal, where, reason, remedy: kind.remedy })
    /** Of an operation that has no say about damage: whoever reads next will have it. */
    const refuses = (operation: Operation, journal: string) => ({ reason }: Refused) =>
      refused(operation, journal, reason)

    const version = yield* Effect.mapError(prepared(kind), fails("open", every))
    if (version > format) {
      const reason = `its tables have format ${version}`
      return yield* new JournalDamaged({ journal: every, where, record: 0, byte: 0, reason, newer: true })
    }

    const named = <A, E, R>(operation: Operation, name: string, use: Effect.Effect<A, E, R>) =>
      Effect.suspend((): Effect.Effect<A, E | JournalError, R> => {
        const reason = refusedName(name)
        return reason === undefined ? use : refused(operation, name, reason)
      })
    const idOf = (name: string) =>
      Effect.map(
        run("SELECT id FROM cairn_journals WHERE name = ?", [name]),
        ([row]) => row === undefined ? Option.none() : Option.some(Number(row.id))
      )
    const hold = (id: number, name: string) => kind.hold({ id, name, breakLock: options.breakLock === true })

    /** Removes what nobody finishes any more. One in which there is nothing yet may have been begun just now. */
    const tidy = Effect.flatMap(
      run("SELECT id, name FROM cairn_journals WHERE name LIKE ? AND id IN (SELECT journal FROM cairn_records)", [
        `${draftPrefix}%`
      ]),
      Effect.forEach(({ id, name }) =>
        hold(Number(id), String(name)).pipe(
          Effect.flatMap(
            Effect.transposeMapOption(({ run }) => run("DELETE FROM cairn_journals WHERE id = ?", [id]))
          ),
          Effect.scoped,
          Effect.ignore
        ), { discard: true })
    )

    return Journal.of({
      where: () => where,

      create: (name) =>
        named(
          "create",
          name,
          run("INSERT INTO cairn_journals (name) VALUES (?) ON CONFLICT (name) DO NOTHING RETURNING id", [name])
        ).pipe(
          Effect.map((made) => made.length > 0),
          Effect.catchTag("Refused", (error) => Effect.fail(refuses("create", name)(error)))
        ),

      // Under a name that is none of a run, until all is there.
      createWith: (name, batches) =>
        named(
          "create",
          name,
          Effect.gen(function*() {
            const fails = failing(kind, where)("create", name)
            if (Option.isSome(yield* Effect.mapError(idOf(name), fails))) return false
            const draft = `${draftPrefix}${randomId()}`
            const drop = (run: Run) => Effect.ignore(run("DELETE FROM cairn_journals WHERE name = ?", [draft]))
            const [row] = yield* Effect.mapError(
              run("INSERT INTO cairn_journals (name) VALUES (?) RETURNING id", [draft]),
              fails
            )
            const id = Number(row?.id)
            return yield* Effect.gen(function*() {
              const held = yield* Effect.mapError(
                hold(id, draft),
                (error) => error._tag === "RunHeld" ? refused("create", name, error.message) : fails(error)
              )
              if (Option.isNone(held)) return yield* refused("create", name, absent)
              const journal = yield* opened(held.value, id, {
                refused: (operation, reason) => refused(operation, name, reason),
                fails: () => fails
              })
              yield* Effect.forEach(batches, (batch) => journal.append(batch, { alone: true }), { discard: true })
              const placed = yield* Effect.either(
                held.value.run("UPDATE cairn_journals SET name = ? WHERE id = ?", [name, id])
              )
              if (Either.isRight(placed)) return true
              // Somebody else has made one meanwhile.
              if (Option.isSome(yield* Effect.mapError(idOf(name), fails))) return false
              return yield* fails(placed.left)
            }).pipe(Effect.scoped, Effect.ensuring(drop(run)))
          }).pipe(Effect.uninterruptible)
        ),

      open: (name) =>
        named(
          "open",
          name,
          Effect.gen(function*() {
            const id = yield* Effect.mapError(idOf(name), fails("open", name))
            const held = Option.isNone(id)
              ? Option.none()
              : yield* Effect.catchTag(hold(id.value, name), "Refused", (error) =>
                Effect.fail(fails("lock", name)(error)))
            if (Option.isNone(id) || Option.isNone(held)) {
              return yield* refused("open", name, absent)
            }
            return yield* opened(held.value, id.value, {
              refused: (operation, reason) =>
                refused(operation, name, reason),
              fails: (operation) =>
                fails(operation, name)
            })
          })
        ),

      peek: (name, initial, fold) =>
        named(
          "read",
          name,
          Effect.gen(function*() {
            const id = yield* Effect.mapError(idOf(name), fails("read", name))
            if (Option.isNone(id)) return yield* refused("read", name, absent)
            return yield* Effect.flatMap(
              Rows.endOf(run, id.value),
              (end) => Rows.scan(run, id.value, end, initial, fold)
            )
              .pipe(Effect.mapError(fails("read", name)))
          })
        ),

      isHeld: (name) =>
        named(
          "read",
          name,
          Effect.flatMap(
            idOf(name),
            Option.match({
              onNone: () => Effect.succeed(false),
              onSome: kind.isHeld
            })
          )
        ).pipe(Effect.catchTag("Refused", (error) => Effect.fail(refuses("read", name)(error)))),

      list: run("SELECT name FROM cairn_journals").pipe(
        Effect.mapBoth({
          onFailure: refuses("list", every),
          onSuccess: (rows) => rows.map(({ name }) => String(name)).filter((name) => !name.startsWith(draftPrefix))
        })
      ),

      remove: (name) =>
        named(
          "remove",
          name,
          Effect.gen(function*() {
            const id = yield* idOf(name)
            const held = Option.isNone(id) ? Option.none() : yield* hold(id.value, name)
            if (Option.isSome(id) && Option.isSome(held)) {
              yield* held.value.run("DELETE FROM cairn_journals WHERE id = ?", [id.value])
            }
            yield* Effect.ignore(tidy)
          }).pipe(Effect.scoped, Effect.uninterruptible)
        ).pipe(Effect.catchTag("Refused", (error) => Effect.fail(refuses("remove", name)(error))))
    })
  })

/**
 * What journals would find in a database.
 *
 * @category models
 * @since 0.1.0
 */
export interface Look {
  /** The format of its tables; `undefined` where there are none yet, or where they cannot be read. */
  readonly format: number | undefined
  /** Whether a newer program has made them. */
  readonly isNewer: boolean
  /** What one may not do there, and has to. */
  readonly lacking: ReadonlyArray<string>
  /** Why it keeps less than it says. */
  readonly doubts: ReadonlyArray<string>
}

/**
 * Looks at a database, and makes and changes nothing.
 *
 * @category accessors
 * @since 0.1.0
 */
export const look = (
  database: Database,
  { where }: { readonly where: string }
): Effect.Effect<Look, JournalError | JournalDamaged> => {
  const kind = kindOf(database)
  return Effect.gen(function*() {
    const isMade = (yield* kind.run(kind.tables.exist)).length > 0
    const lacking = yield* kind.lacking(isMade)
    const version = isMade && lacking.length === 0 ? yield* versionOf(kind) : undefined
    return { format: version, isNewer: version !== undefined && version > format, lacking, doubts: yield* kind.doubts }
  }).pipe(Effect.mapError(failing(kind, where)("open", every)))
}

const kindOf = (database: Database): Kind => database.dialect === "pg" ? Postgres.make(database) : Sqlite.make(database)

type Operation = JournalError["operation"]

/** No name of a run begins like this, so what is half made is never seen as one. */
const draftPrefix = ".draft-"

/** The tables that this program makes, and understands. */
const format = 1

/** Settles the connection, makes the tables where there are none, and says which format they have. */
const prepared = (kind: Kind): Effect.Effect<number, Refused> =>
  Effect.gen(function*() {
    const { run, settle, tables } = kind
    yield* settle
    const there = yield* run(tables.exist)
    if (there.length === 0) yield* Effect.forEach(tables.make, (statement) => run(statement), { discard: true })
    return yield* versionOf(kind)
  })

const versionOf = ({ run }: Kind): Effect.Effect<number, Refused> =>
  Effect.map(run("SELECT max(version) AS version FROM cairn_format"), ([row]) => Number(row?.version))

const failing =
  ({ isDamage, remedy }: Kind, where: string) =>
  (operation: Operation, journal: string) =>
  (error: Refused | Rows.Damaged): JournalError | JournalDamaged =>
    error._tag === "Damaged"
      ? new JournalDamaged({
        journal,
        where,
        newer: false,
        record: error.record,
        byte: error.byte,
        reason: error.reason
      })
      : isDamage(error)
      ? new JournalDamaged({ journal, where, newer: false, record: 0, byte: 0, reason: error.reason })
      : new JournalError({ operation, journal, where, reason: error.reason, remedy })

/** Reads and appends until the scope closes, one after the other. */
const opened = (
  { append, run }: Held,
  id: number,
  { fails, refused }: {
    readonly refused: (operation: Operation, reason: string) => JournalError
    readonly fails: (operation: Operation) => (error: Refused | Rows.Damaged) => JournalError | JournalDamaged
  }
): Effect.Effect<OpenJournal, JournalError | JournalDamaged, Scope.Scope> =>
  Effect.gen(function*() {
    const turn = yield* Effect.makeSemaphore(1)
    const read = Rows.reader(run, id)
    let end = yield* Effect.mapError(Rows.endOf(run, id), fails("open"))
    let isClosed = false
    /** Why nothing is taken any more: nobody knows whether what was refused is there. */
    let failed: JournalError | undefined
    yield* Effect.addFinalizer(() => turn.withPermits(1)(Effect.sync(() => void (isClosed = true))))

    const whileOpen = <A, E>(use: Effect.Effect<A, E>) =>
      turn.withPermits(1)(
        Effect.suspend((): Effect.Effect<A, E | JournalError> => isClosed ? refused("read", closed) : use)
      )

    const appended = (records: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<number>, JournalError> => {
      if (isClosed) return refused("append", closed)
      if (failed !== undefined) return failed
      const reason = records.map(refusedRecord).find((reason) => reason !== undefined)
      if (reason !== undefined) return (failed = refused("append", reason))
      const placed = Rows.place(end, records)
      return Effect.mapBoth(append(placed), {
        onFailure: ({ reason }) => (failed = refused("append", reason)),
        onSuccess: () => {
          end = placed.reduce((_, last) => Rows.behind(last), end)
          return placed.map(({ position }) => position)
        }
      })
    }

    return {
      scan: (initial, fold) => whileOpen(Effect.mapError(Rows.scan(run, id, end, initial, fold), fails("read"))),
      read: (position) => whileOpen(Effect.mapError(read(position), fails("read"))),
      append: (records) =>
        records.length === 0
          ? Effect.succeed([])
          : Effect.uninterruptible(turn.withPermits(1)(Effect.suspend(() => appended(records))))
    }
  })

/** In place of a name, where all of them are meant. */
const every = "*"

const absent = "there is no such checkpoint"
const closed = "it is closed"
