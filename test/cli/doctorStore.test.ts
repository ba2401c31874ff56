import { PgClient } from "@effect/sql-pg"
import { SqlClient } from "@effect/sql/SqlClient"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { Cli } from "effect-cairn/cli"
import Libsql from "libsql"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Installed from "../../src/layers/Journal/Installed.ts"
import { Journal } from "../../src/pipeline/Journal.ts"
import * as Postgres from "../layers/journal/postgres.ts"
import { created, within } from "../layers/JournalContract.ts"
import { isJson, projectIn, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const folder = temporary()
const absence = Postgres.absence()
if (absence !== undefined) console.warn(`Skipped, doctor and PostgreSQL: ${absence}`)
const server = absence === undefined ? await Postgres.start() : undefined
afterAll(async () => {
  await server?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const project = () => projectIn(folder)

/** What is said of a database: the exit code, the status, the message behind its name. */
const said = (cwd: string, store: string) =>
  Effect.map(
    callOf({ name: "app", version: "1.2.3", programs: [], commands: [Cli.doctor] }, ["doctor", "--json"], {
      cwd,
      env: { CAIRN_STORE: store }
    }),
    ({ code, stderr, stdout }) => {
      assert.notInclude(stdout + stderr, Postgres.password)
      const { findings } = isJson(stdout) as {
        readonly findings: ReadonlyArray<{ readonly name: string; readonly status: string; readonly message: string }>
      }
      const { message, status } = findings.find(({ name }) => name === "database") ?? assert.fail(stdout)
      return [code, status, message] as const
    }
  )

describe("doctor, asked about a SQLite file", () => {
  it.effect("says what a run would find there, and changes nothing in it", () =>
    Effect.gen(function*() {
      const cwd = project()
      const file = join(cwd, "runs.db")
      const kept = `${file}: files are made, kept and removed`
      const looked = said(cwd, "sqlite:runs.db")

      assert.deepStrictEqual(yield* looked, [0, "ok", `${kept}; the first run makes its tables`])
      assert.deepStrictEqual(fs.readdirSync(cwd), ["node_modules"])

      yield* Effect.provideServiceEffect(created("demo-1"), Journal, Installed.sqlite(file, { cwd, where: file })).pipe(
        Effect.scoped
      )
      const before = fs.readFileSync(file)
      assert.deepStrictEqual(yield* looked, [0, "ok", `${kept}; its tables have format 1, and can be used`])
      assert.isTrue(fs.readFileSync(file).equals(before))

      // Alone, as somebody brought it from elsewhere: nothing is made beside it either.
      const elsewhere = join(cwd, "a #1 copy?.db")
      fs.copyFileSync(file, elsewhere)
      const names = fs.readdirSync(cwd)
      assert.deepStrictEqual(yield* said(cwd, `sqlite:${elsewhere}`), [
        0,
        "ok",
        `${elsewhere}: files are made, kept and removed; its tables have format 1, and can be used`
      ])
      assert.deepStrictEqual(fs.readdirSync(cwd), names)

      new Libsql(file).exec("INSERT INTO cairn_format (version) VALUES (2)")
      assert.deepStrictEqual(yield* looked, [
        74,
        "problem",
        `${kept}; its tables have format 2, which is newer than this program`
      ])

      fs.writeFileSync(join(cwd, "other.db"), "This is not a database, however long it is.".repeat(100), {
        mode: 0o600
      })
      const [code, status, message] = yield* said(cwd, "sqlite:other.db")
      assert.deepStrictEqual([code, status], [74, "problem"])
      assert.strictEqual(
        message,
        `The checkpoints cannot be trusted: sqlite:${join(cwd, "other.db")}: file is not a database`
      )
    }))
})

describe.skipIf(server === undefined)("doctor, asked about PostgreSQL", () => {
  const asOwner = (url: string, ...statements: ReadonlyArray<string>) =>
    Effect.flatMap(SqlClient, (sql) => Effect.forEach(statements, (statement) => sql.unsafe(statement))).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
    )

  it.live("says what a run would find there and what it may not do, and makes nothing", () =>
    Effect.gen(function*() {
      const cwd = project()
      const url = server?.empty() ?? ""
      const [, schema = ""] = /search_path%3D(\w+)$/.exec(url) ?? []
      const guest = url.replace("//cairn:", "//guest:")
      const where = `${server?.where} (-csearch_path=${schema})`
      const journals = (url: string) => Installed.postgres(Redacted.make(url), { cwd, where })

      assert.deepStrictEqual(yield* said(cwd, url), [0, "ok", `${where} answers; the first run makes its tables`])
      assert.deepStrictEqual((yield* asOwner(url, `SELECT 1 FROM pg_tables WHERE schemaname = '${schema}'`)).flat(), [])

      yield* asOwner(url, `CREATE ROLE guest LOGIN PASSWORD '${Postgres.password}'`)
      assert.deepStrictEqual(yield* said(cwd, guest), [
        74,
        "problem",
        `${where} answers; there is no schema of its search_path that may be used`
      ])
      yield* asOwner(url, `GRANT USAGE ON SCHEMA ${schema} TO guest`)
      assert.deepStrictEqual(yield* said(cwd, guest), [
        74,
        "problem",
        `${where} answers; there is no right to CREATE in the schema ${schema}`
      ])

      yield* Effect.scoped(journals(url))
      assert.deepStrictEqual(yield* said(cwd, url), [
        0,
        "ok",
        `${where} answers; its tables have format 1, and can be used`
      ])
      const rights = [
        ["SELECT", "cairn_format"],
        ["SELECT", "cairn_records"],
        ["INSERT", "cairn_records"],
        ["SELECT", "cairn_journals"],
        ["INSERT", "cairn_journals"],
        ["UPDATE", "cairn_journals"],
        ["DELETE", "cairn_journals"]
      ]
      const lacking = rights.map(([right, table]) => `no right to ${right} on the table ${table}`)
      assert.deepStrictEqual(yield* said(cwd, guest), [
        74,
        "problem",
        `${where} answers; there is ${lacking.join(", ")}`
      ])

      // With these, all that is done to journals can be done.
      yield* asOwner(url, ...rights.map(([right, table]) => `GRANT ${right} ON ${table} TO guest`))
      assert.deepStrictEqual((yield* said(cwd, guest)).slice(0, 2), [0, "ok"])
      yield* Effect.gen(function*() {
        const journal = yield* Journal
        yield* created("demo-1")
        yield* within("demo-1", (open) => open.append(["{\"a\":1}"], { alone: true }))
        assert.isTrue(yield* journal.createWith("demo-2", [["{\"a\":1}"]]))
        yield* journal.remove("demo-1")
        assert.deepStrictEqual(yield* journal.list, ["demo-2"])
      }).pipe(Effect.provideServiceEffect(Journal, journals(guest)), Effect.scoped)

      assert.deepStrictEqual(
        (yield* said(cwd, `${url}%20-cdefault_transaction_read_only%3Don`))[2].replace(/^.* answers; /, ""),
        "there is no right to write: the session is read-only"
      )
      yield* asOwner(url, "INSERT INTO cairn_format (version) VALUES (2)")
      assert.deepStrictEqual(yield* said(cwd, url), [
        74,
        "problem",
        `${where} answers; its tables have format 2, which is newer than this program`
      ])
    }))

  it.live("warns where its server keeps less than it says", () =>
    Effect.gen(function*() {
      const cwd = project()
      const url = server?.empty() ?? ""
      const told = (value: string) =>
        asOwner(url, `ALTER SYSTEM SET fsync = ${value}`, "SELECT pg_reload_conf()").pipe(
          Effect.zipRight(
            Effect.repeat(asOwner(url, "SELECT current_setting('fsync') AS fsync"), {
              until: (rows) => JSON.stringify(rows).includes(`"${value}"`)
            })
          )
        )
      yield* told("off")
      const [code, status, message] = yield* Effect.ensuring(said(cwd, url), Effect.ignore(told("on")))

      assert.deepStrictEqual([code, status], [0, "warning"])
      assert.match(message, / answers; fsync is off: it loses what it has acknowledged when the power goes$/)
    }))

  it.effect("says why it cannot be asked", () =>
    Effect.gen(function*() {
      const cwd = project()
      const url = server?.empty() ?? ""
      const [code, status, message] = yield* said(cwd, url.replace("//cairn:", "//nobody:"))

      assert.deepStrictEqual([code, status], [74, "problem"])
      assert.include(message, "cannot be reached: password authentication failed for user \"nobody\"")
      assert.include((yield* said(cwd, "postgres://me@127.0.0.1:1/runs"))[2], "cannot be reached: ")
    }))
})
