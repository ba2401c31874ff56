/**
 * Journals in databases, through drivers that are installed where the command is called. They are no part of the command, and run on
 * the `effect` that they were installed with: what goes to and fro between the two is plain values.
 *
 * @since 0.1.0
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { type Cause, type Context, Effect, type Exit, type Layer, Redacted, Schema, type Scope } from "effect"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Journal, type JournalDamaged, JournalError } from "../../pipeline/Journal.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import * as Database from "./Database.ts"
import * as Postgres from "./postgres.ts"
import * as sqliteFile from "./sqliteFile.ts"
import * as Tables from "./Tables.ts"

/**
 * The driver of a database is not installed here, or is one that cannot be used. Nothing was run.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreUnusable extends Schema.TaggedError<StoreUnusable>()("StoreUnusable", {
  reason: Schema.String,
  /** A command to paste, or a sentence. */
  fix: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/**
 * Where the driver is looked for, and what is the same for every database.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Tables.Options {
  readonly cwd: string
  readonly where: string
}

type Kept = Effect.Effect<Journal["Type"], JournalError | JournalDamaged | StoreUnusable, Scope.Scope>

/**
 * Keeps journals in a SQLite file, which is made where there is none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sqlite = (file: string, options: Options): Kept =>
  Effect.flatMap(openedFile(file, options), (database) => Tables.make(database, options))

const openedFile = (file: string, options: Where, name = file) =>
  Effect.gen(function*() {
    const Libsql = yield* found(options.cwd, libsql)
    yield* sqliteFile.prepared(file, options.where)
    return yield* Effect.mapError(Database.opened(() => new Libsql(name)), unopened(options))
  })

/**
 * Keeps journals in a PostgreSQL database.
 *
 * @category constructors
 * @since 0.1.0
 */
export const postgres = (url: Redacted.Redacted, options: Options): Kept =>
  Effect.flatMap(connected(url, options), (database) => Tables.make(database, options))

const connected = (url: Redacted.Redacted, options: Where) =>
  Effect.gen(function*() {
    const { asked, built, effect, module, reserved } = reaching(yield* found(options.cwd, pg))
    const layer = module.layer({ url: effect.Redacted.make(Redacted.value(url)), applicationName: "cairn" })
    const client = yield* Effect.mapError(built(layer, module.PgClient), unopened(options, Postgres.remedy))
    return Database.make("pg", asked(client), reserved(client))
  })

/**
 * Looks at a SQLite file that is there, and changes nothing in it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const lookAtSqlite = (file: string, options: Where): Looked =>
  Effect.suspend(() => openedFile(file, options, existsSync(`${file}-wal`) ? file : untouched(file))).pipe(
    Effect.flatMap((database) => Tables.look(database, options)),
    Effect.scoped
  )

/** A file with no log beside it has everything in itself, and is read without one being made. */
const untouched = (file: string): string => `${pathToFileURL(file).href}?immutable=1`

/**
 * Looks at a PostgreSQL database, and changes nothing in it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const lookAtPostgres = (url: Redacted.Redacted, options: Where): Looked =>
  Effect.scoped(Effect.flatMap(connected(url, options), (database) => Tables.look(database, options)))

type Where = Pick<Options, "cwd" | "where">
type Looked = Effect.Effect<Tables.Look, JournalError | JournalDamaged | StoreUnusable>

const unopened = ({ where }: Where, remedy?: string) => ({ reason }: Database.Refused) =>
  new JournalError({ operation: "open", journal: "*", where, reason, remedy })

/** A driver, the module of it that is its client, the versions that are made for the same Effect as this program, and what is used of it. */
interface Driver<M> {
  readonly name: string
  readonly client: string
  readonly version: string
  readonly load: (client: string) => M
}

/** Of this one, what it has under it: to that a statement is known that was asked before. */
const libsql: Driver<new(file: string) => Database.SqliteHandle> = {
  name: "@effect/sql-libsql",
  client: "LibsqlClient",
  version: "0.42",
  load: (client) =>
    createRequire(createRequire(client).resolve("@libsql/client"))("libsql") as new(
      file: string
    ) => Database.SqliteHandle
}
const pg: Driver<{ readonly module: typeof PgClient; readonly effect: Foreign }> = {
  name: "@effect/sql-pg",
  client: "PgClient",
  version: "0.53",
  load: (client) => {
    const there = createRequire(client)
    return {
      module: there(client) as typeof PgClient,
      effect: Object.fromEntries(
        ["Cause", "Context", "Effect", "Exit", "Layer", "Redacted", "Scope"].map((
          module
        ) => [module, there(`effect/${module}`) as unknown])
      ) as unknown as Foreign
    }
  }
}

/** What is used of the `effect` beside a driver. */
interface Foreign {
  readonly Cause: typeof Cause
  readonly Context: typeof Context
  readonly Effect: typeof Effect
  readonly Exit: typeof Exit
  readonly Layer: typeof Layer
  readonly Redacted: typeof Redacted
  readonly Scope: typeof Scope
}

const reaching = <M>({ effect, module }: { readonly effect: Foreign; readonly module: M }) => {
  const run = <A>(theirs: Effect.Effect<A, SqlError>): Effect.Effect<A, Database.Refused> =>
    Effect.async((resume) => {
      effect.Effect.runCallback(theirs, {
        onExit: (exit) =>
          resume(
            effect.Exit.isSuccess(exit)
              ? Effect.succeed(exit.value)
              : Effect.fail(Database.refusedBy(effect.Cause.squash(exit.cause)))
          )
      })
    })
  const scope = Effect.acquireRelease(
    run(effect.Scope.make()),
    (scope) => Effect.ignore(run(effect.Scope.close(scope, effect.Exit.void)))
  )
  return {
    effect,
    module,
    /** A client, until the scope closes. */
    built: <I, C extends SqlClient, R>(layer: Layer.Layer<I | R, SqlError>, tag: Context.Tag<I, C>) =>
      scope.pipe(
        Effect.flatMap((scope) => run(effect.Layer.buildWithScope(layer, scope))),
        Effect.map((context) => effect.Context.get(context, tag))
      ),
    /** A connection of it, until the scope closes. */
    reserved: (client: SqlClient) =>
      scope.pipe(
        Effect.flatMap((scope) => run(effect.Scope.extend(client.reserve, scope))),
        Effect.map((connection): Database.Run => (statement, parameters = []) =>
          run(connection.execute(statement, parameters, undefined))
        )
      ),
    asked: (client: SqlClient): Database.Run => (statement, parameters) =>
      run(client.unsafe<Database.Row>(statement, parameters).withoutTransform)
  }
}

const found = <M>(cwd: string, { client, load, name, version }: Driver<M>): Effect.Effect<M, StoreUnusable> => {
  const fix = `npm install ${name}@${version}`
  return Effect.gen(function*() {
    const here = createRequire(join(cwd, "package.json"))
    const path = yield* Effect.try({
      try: () => here.resolve(`${name}/${client}`),
      catch: () => new StoreUnusable({ reason: `The driver ${name} is not installed in ${cwd}, nor above it.`, fix })
    })
    return yield* Effect.try({
      try: () => {
        const installed: unknown = here(`${name}/package.json`)
        const number = typeof installed === "object" && installed !== null && "version" in installed
          ? String(installed.version)
          : "without a version"
        // From 4 on it is made for another Effect.
        if (!number.startsWith("0.")) throw new Error(`it is ${number}, and has to be ${version}`)
        return load(path)
      },
      catch: (error) =>
        new StoreUnusable({
          reason: `The driver ${name} cannot be used: ${messageOf(error).split("\n")[0]}`,
          fix
        })
    })
  })
}
