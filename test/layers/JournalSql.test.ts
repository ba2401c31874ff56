import { LibsqlClient } from "@effect/sql-libsql"
import { PgClient } from "@effect/sql-pg"
import { SqlClient } from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Layer, Redacted, Schema, Scope } from "effect"
import Libsql from "libsql"
import * as fs from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as Database from "../../src/layers/Journal/Database.ts"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Owner from "../../src/layers/Journal/Owner.ts"
import * as JournalSql from "../../src/layers/Journal/Sql.ts"
import * as Tables from "../../src/layers/Journal/Tables.ts"
import { Journal, JournalDamaged, JournalError, RunHeld } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { fourTimes, held, owners, settled, withoutNew } from "./journal/owners.ts"
import * as Postgres from "./journal/postgres.ts"
import { temporary } from "./journal/temporary.ts"
import { created, opened, peeked, refusal, scanned, suite, within } from "./JournalContract.ts"

const absence = Postgres.absence()
if (absence !== undefined) console.warn(`Skipped, journals in PostgreSQL: ${absence}`)
const server = absence === undefined ? await Postgres.start() : undefined
afterAll(() => server?.stop())

const remedy =
  "See to it that the database can be reached and written, then repeat the same command: everything acknowledged is kept."

/** A database of its own for each test. */
interface Kind {
  readonly name: string
  readonly isThere: boolean
  readonly absent: { readonly reason: string; readonly remedy: string | undefined }
  readonly empty: () => {
    /** As the processes take it. */
    readonly store: string
    readonly where: string
    readonly client: Layer.Layer<SqlClient>
  }
}

const kinds: ReadonlyArray<Kind> = [
  {
    name: "SQLite",
    isThere: true,
    absent: { reason: "there is no such checkpoint", remedy: undefined },
    empty: () => {
      const file = join(temporary(), "runs#1.db")
      const client = Layer.suspend(() => LibsqlClient.layer({ url: `file:${encodeURI(file).replace("#", "%23")}` }))
      return { store: `sqlite:${file}`, where: `sqlite:${file}`, client }
    }
  },
  {
    name: "PostgreSQL",
    isThere: server !== undefined,
    absent: { reason: "there is no such checkpoint", remedy },
    empty: () => {
      const url = server?.empty() ?? ""
      const client = Layer.orDie(PgClient.layer({ url: Redacted.make(url) }))
      return { store: url, where: server?.where ?? "", client }
    }
  }
]

const layerOn = (client: Layer.Layer<SqlClient>, options?: JournalSql.Options) =>
  Layer.orDie(Layer.provide(JournalSql.layer(options), client))

/** Something the database is told behind the back of its journals. */
const told = (client: Layer.Layer<SqlClient>, statement: string) =>
  Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(client), Effect.orDie)

for (const kind of kinds) {
  describe.skipIf(!kind.isThere)(`with ${kind.name}`, () => {
    suite(kind.name, () => {
      const { client, where } = kind.empty()
      return { layer: layerOn(client), where: () => where, absent: kind.absent }
    })

    const three = Effect.gen(function*() {
      yield* created("demo-1")
      yield* within("demo-1", (journal) => journal.append(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"], { alone: true }))
    })

    it.effect("says which record is not what was written, and reads nothing behind it", () =>
      Effect.gen(function*() {
        const damages: ReadonlyArray<readonly [statement: string, record: number, byte: number, reason: string]> = [
          ["UPDATE cairn_records SET record = '{\"a\":9}' WHERE position = 7", 2, 7, "its checksum does not fit"],
          ["UPDATE cairn_records SET checksum = checksum + 1 WHERE position = 14", 3, 14, "its checksum does not fit"],
          ["DELETE FROM cairn_records WHERE position = 7", 2, 7, "no record begins here"],
          ["DELETE FROM cairn_records WHERE position = 0", 1, 0, "no record begins here"],
          // What was written at one place, at another.
          [
            `UPDATE cairn_records SET record = '{"a":3}', checksum = (SELECT checksum FROM cairn_records WHERE position = 14)
             WHERE position = 7`,
            2,
            7,
            "its checksum does not fit"
          ]
        ]
        for (const [statement, record, byte, reason] of damages) {
          const { client, where } = kind.empty()
          const on = Effect.provide(layerOn(client))
          yield* on(three)
          yield* told(client, statement)

          const expected = new JournalDamaged({ journal: "demo-1", where, record, byte, reason, newer: false })
          assert.deepStrictEqual(yield* on(refusal(peeked("demo-1"))), expected)
          assert.deepStrictEqual(yield* on(refusal(within("demo-1", scanned))), expected)
          assert.deepStrictEqual(
            yield* on(refusal(within("demo-1", (journal) => journal.read(byte)))),
            expected
          )
        }
      }))

    it.effect("does not touch tables of a newer format", () =>
      Effect.gen(function*() {
        const { client, where } = kind.empty()
        yield* Effect.provide(three, layerOn(client))
        yield* told(client, "INSERT INTO cairn_format (version) VALUES (2)")

        const error = yield* refusal(Layer.build(Layer.provide(JournalSql.layer(), client)))

        assert.deepStrictEqual(
          error,
          new JournalDamaged({
            journal: "*",
            where,
            record: 0,
            byte: 0,
            reason: "its tables have format 2",
            newer: true
          })
        )
        assert.strictEqual(
          error.message,
          `The checkpoints are newer than this Cairn (${where}: its tables have format 2)`
        )
      }).pipe(Effect.scoped))

    it.effect("makes its tables once, whoever else does at the same time", () =>
      Effect.gen(function*() {
        const { client } = kind.empty()

        const made = yield* Effect.all(
          Array.from({ length: 5 }, () => Effect.provide(created("demo-1"), Layer.fresh(layerOn(client)))),
          { concurrency: "unbounded" }
        )

        assert.deepStrictEqual(made.filter((isFirst) => isFirst), [true])
      }))

    it.effect("is asked once for each step, by one insert that is one commit", () =>
      Effect.gen(function*() {
        const asked: Array<string> = []
        const counted = (run: Database.Run): Database.Run => (statement, parameters) => {
          asked.push(statement.trim().split(/\s+/).slice(0, 3).join(" "))
          return run(statement, parameters)
        }
        const { client } = kind.empty()
        const step = Step.make("double", {
          title: "Doubling",
          input: Schema.Number,
          success: Schema.Number,
          run: (n) => Effect.succeed(n * 2)
        })
        const pipeline = (count: number) =>
          Pipeline.fromSteps("counted", {
            input: Schema.Number,
            steps: Array.from({ length: count }, (_, index) => ({ key: `s${index}`, unit: step, select: () => index }))
          })
        const statements = (count: number) =>
          Effect.gen(function*() {
            const database = Database.ofClient(yield* SqlClient)
            if (database === undefined) return yield* Effect.dieMessage("no database")
            const journal = yield* Tables.make({
              ...database,
              run: counted(database.run),
              session: Effect.map(database.session, counted)
            })
            asked.length = 0
            yield* Effect.provideService(Run.start(pipeline(count), count), Journal, journal)
            return [...asked]
          }).pipe(Effect.provide(client))

        const few = yield* statements(10)
        const many = yield* statements(110)

        const inserts = (all: ReadonlyArray<string>) =>
          all.filter((text) => text === "INSERT INTO cairn_records").length
        console.log(`${kind.name}: ${(many.length - few.length) / 100} statements a step`)
        assert.strictEqual(many.length - few.length, 100)
        assert.strictEqual(inserts(many) - inserts(few), 100)
      }))

    it.effect("takes a run from another store and goes on with it", () =>
      Effect.gen(function*() {
        const ran: Array<string> = []
        let until = 2
        const step = (name: string) =>
          Step.make(name, {
            title: name,
            input: Schema.Number,
            success: Schema.Number,
            failure: Schema.String,
            run: (n) =>
              n >= until ? Effect.fail("not yet") : Effect.sync(() => {
                ran.push(name)
                return n + 1
              })
          })
        const pipeline = Pipeline.make("wandering", { input: Schema.Number }).pipe(
          Pipeline.step("a", step("a"), ({ input }) => input),
          Pipeline.step("b", step("b"), ({ a }) => a),
          Pipeline.step("c", step("c"), ({ b }) => b),
          Pipeline.step("d", step("d"), ({ c }) => c),
          Pipeline.output(Schema.Number, ({ d }) => d)
        )
        const file = JournalFile.layer({ home: temporary() })
        const sql = layerOn(kind.empty().client)
        const other = layerOn(kind.empty().client)
        const copied = (from: Layer.Layer<Journal>, to: Layer.Layer<Journal>) =>
          Effect.gen(function*() {
            const [name = ""] = yield* Effect.flatMap(Journal, ({ list }) => list).pipe(Effect.provide(from))
            const records = (yield* Effect.provide(peeked(name), from)).map(([, record]) => record)
            yield* created(name).pipe(Effect.provide(to))
            yield* within(name, (journal) => journal.append(records, { alone: false })).pipe(Effect.provide(to))
            const there = (yield* Effect.provide(peeked(name), to)).map(([, record]) => record)
            assert.deepStrictEqual(there, records)
          })

        assert.strictEqual(yield* refusal(Effect.provide(Run.start(pipeline, 0), file)), "not yet")
        yield* copied(file, sql)
        until = 3
        assert.strictEqual(yield* refusal(Effect.provide(Run.start(pipeline, 0), sql)), "not yet")
        yield* copied(sql, other)
        const back = JournalFile.layer({ home: temporary() })
        yield* copied(other, back)
        until = 9
        assert.strictEqual(yield* Effect.provide(Run.start(pipeline, 0), back), 4)
        assert.deepStrictEqual(ran, ["a", "b", "c", "d"])
      }))

    describe("between processes", { timeout: 120_000 }, () => {
      const { several, started } = owners()
      const numbersIn = (client: Layer.Layer<SqlClient>) =>
        Effect.runPromise(Effect.provide(peeked("demo-1"), layerOn(client))).then((placed) =>
          placed.map(([, record]) => (JSON.parse(record) as { readonly number: number }).number)
        )

      it("is opened by one of five, new or taken from an owner that was killed, and four are told who has it", async () => {
        const rivals = await several(5)
        const { client, store } = kind.empty()
        for (let round = 0; round < 6; round++) {
          const answers = await Promise.all(rivals.map((rival) => rival.ask(`open ${store} demo-1`)))

          const { pid, winner } = settled(rivals, answers)
          assert.deepStrictEqual(answers.map(withoutNew).sort(), [...fourTimes(held(pid)), `opened ${round}`].sort())
          assert.strictEqual(await winner?.ask(`append ${round}`), "appended")
          if (round < 4) assert.strictEqual(await winner?.ask("close"), "closed")
          else {
            await winner?.kill("SIGKILL")
            rivals.splice(rivals.findIndex((rival) => rival === winner), 1, await started())
          }
        }
        assert.deepStrictEqual(await numbersIn(client), Array.from({ length: 6 }, (_, round) => round))
      })

      it("is not taken from an owner that is stopped, and goes on when the owner does", async () => {
        const [owner, rival] = await several(2)
        const { store } = kind.empty()
        assert.strictEqual(await owner?.ask(`open ${store} demo-1`), "true opened 0")
        owner?.child.kill("SIGSTOP")

        for (let round = 0; round < 3; round++) {
          assert.strictEqual(await rival?.ask(`open ${store} demo-1`), `false ${held(owner?.pid)}`)
        }
        owner?.child.kill("SIGCONT")
        assert.strictEqual(await owner?.ask("append 1"), "appended")
        assert.strictEqual(await owner?.ask("close"), "closed")
        assert.strictEqual(await rival?.ask(`open ${store} demo-1`), "false opened 1")
      })

      it("has every record that was acknowledged before a kill -9", async () => {
        const { client, store } = kind.empty()
        let acknowledged = 0
        for (let round = 0; round < 3; round++) {
          const owner = await started()
          const before = Number(/ opened (\d+)$/.exec(await owner.ask(`open ${store} demo-1`))?.[1])
          assert.isAtLeast(before, acknowledged)
          owner.tell("write")
          while (owner.rest.length < 20 + 7 * round) await new Promise(setImmediate)
          await owner.kill("SIGKILL")
          acknowledged = Number(/^durable (\d+)$/.exec(owner.rest.at(-1) ?? "")?.[1]) + 1

          const numbers = await numbersIn(client)
          assert.isAtLeast(numbers.length, acknowledged)
          assert.deepStrictEqual(numbers, numbers.map((_, index) => index))
        }
      })
    })
  })
}

describe("with SQLite alone", () => {
  const [sqlite] = kinds
  const fresh = () => sqlite?.empty() ?? assert.fail()

  suite("a SQLite file that is open", () => {
    const { where } = fresh()
    const layer = JournalSql.layerSqlite(() => new Libsql(where.slice("sqlite:".length)))
    return { layer: Layer.orDie(layer), where: () => where, absent: sqlite?.absent ?? assert.fail() }
  })

  it.effect("syncs every commit, and writes a log that does not grow", () =>
    Effect.gen(function*() {
      const { client, where } = fresh()
      const file = new Libsql(where.slice("sqlite:".length))
      const sql = yield* Effect.provide(SqlClient, yield* Layer.build(client))
      yield* Layer.build(JournalSql.layer()).pipe(Effect.provideService(SqlClient, sql))
      yield* Layer.build(JournalSql.layerSqlite(() => file))

      const expected = { synchronous: 2, journal_mode: "wal", wal_autocheckpoint: 200 }
      for (const [name, value] of Object.entries(expected)) {
        const [through] = yield* sql.unsafe(`PRAGMA ${name}`)
        assert.deepStrictEqual(Object.values(through ?? {}), [value], name)
        assert.deepStrictEqual(Object.values(file.prepare(`PRAGMA ${name}`).all()[0] ?? {}), [value], name)
      }
    }).pipe(Effect.scoped))

  it.effect("prepares a statement once where the file is its own, and fails where there is none", () =>
    Effect.gen(function*() {
      const { where } = fresh()
      const asked: Array<string> = []
      const open = (file: string) => () => {
        const handle = new Libsql(file)
        return {
          close: () => handle.close(),
          prepare: (statement: string) => {
            asked.push(statement)
            return handle.prepare(statement)
          }
        }
      }
      const layer = JournalSql.layerSqlite(open(where.slice("sqlite:".length)))
      yield* Effect.gen(function*() {
        yield* created("demo-1")
        yield* within("demo-1", (journal) =>
          Effect.gen(function*() {
            for (let n = 0; n < 50; n++) yield* journal.append([`{"a":${n}}`], { alone: true })
            assert.strictEqual((yield* scanned(journal)).length, 50)
          }))
      }).pipe(Effect.provide(layer))

      assert.deepStrictEqual(asked.filter((statement, index) => asked.indexOf(statement) !== index), [])
      assert.strictEqual(asked.filter((statement) => statement.startsWith("INSERT INTO cairn_records")).length, 1)

      const error = yield* refusal(
        Layer.build(JournalSql.layerSqlite(open(join(where.slice("sqlite:".length), "none"))))
      )
      assert.instanceOf(error, JournalError)
      assert.strictEqual(error.operation, "open")
    }).pipe(Effect.scoped))

  it.effect("has everything in its one file once nobody uses it, and waits for nobody who does", () =>
    Effect.gen(function*() {
      const { where } = fresh()
      const file = where.slice("sqlite:".length)
      const inCopy = () => {
        fs.copyFileSync(file, `${file}.copy`)
        return new Libsql(`file:${encodeURI(file).replace("#", "%23")}.copy?immutable=1`)
          .prepare("SELECT record FROM cairn_records").all([]).length
      }
      const appended = (name: string) =>
        Effect.gen(function*() {
          yield* created(name)
          yield* within(name, (journal) => journal.append(["{\"a\":1}"], { alone: true }))
        }).pipe(Effect.provide(JournalSql.layerSqlite(() => new Libsql(file))))

      yield* appended("demo-1")
      assert.strictEqual(inCopy(), 1)

      const reader = new Libsql(file)
      reader.exec("BEGIN; SELECT * FROM cairn_records")
      const times: Array<number> = []
      // Who waits for the reader does so each time; a busy machine is slow now and then.
      for (const name of ["demo-2", "demo-3", "demo-4"]) {
        const began = performance.now()
        yield* appended(name)
        times.push(performance.now() - began)
      }
      assert.isBelow(Math.min(...times), 400)
      reader.exec("COMMIT")
      yield* appended("demo-5")
      assert.strictEqual(inCopy(), 5)
    }))

  it.effect("is not taken from another host, unless one is told to; then the first one can add nothing", () =>
    Effect.gen(function*() {
      const { client } = fresh()
      yield* Effect.provide(created("demo-1"), layerOn(client))
      const elsewhere = JSON.stringify({ ...Owner.self(), host: "elsewhere", boot: "another" })
      const first = yield* Layer.build(layerOn(client))
      const journal = yield* Effect.provide(opened("demo-1"), first)
      yield* told(client, `UPDATE cairn_journals SET owner = '${elsewhere}'`)

      assert.deepStrictEqual(
        yield* refusal(within("demo-1", scanned)).pipe(Effect.provide(layerOn(client))),
        new RunHeld({ run: "demo-1", owner: `process ${process.pid} on elsewhere`, unreachable: true })
      )
      yield* within("demo-1", (taken) =>
        Effect.gen(function*() {
          yield* taken.append(["{\"a\":1}"], { alone: true })
          const error = yield* refusal(journal.append(["{\"b\":1}"], { alone: true }))
          assert.instanceOf(error, JournalError)
          assert.strictEqual(error.reason, "another process has taken over")
          assert.deepStrictEqual((yield* scanned(taken)).map(([, record]) => record), ["{\"a\":1}"])
        })).pipe(Effect.provide(layerOn(client, { breakLock: true })))
    }).pipe(Effect.scoped))

  it.effect("takes nothing on a full disk, and goes on once there is room", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* created("demo-1")
      const long = `{"a":"${"x".repeat(20_000)}"}`
      yield* within("demo-1", (journal) =>
        Effect.gen(function*() {
          yield* journal.append(["{\"a\":1}"], { alone: true })
          yield* sql`PRAGMA max_page_count = 10`
          const error = yield* refusal(journal.append([long], { alone: true }))
          assert.deepStrictEqual(
            [error.operation, error.reason, error.fix],
            [
              "append",
              "database or disk is full",
              "Make the disk writable and free some space, then repeat the same command: everything acknowledged is kept."
            ]
          )
          yield* sql.unsafe("PRAGMA max_page_count = 10000")
          assert.deepStrictEqual(yield* refusal(journal.append(["{}"], { alone: true })), error)
        }))

      yield* within("demo-1", (journal) => journal.append([long], { alone: true }))
      assert.deepStrictEqual((yield* peeked("demo-1")).map(([, record]) => record), ["{\"a\":1}", long])
    }).pipe(
      Effect.provide(Layer.suspend(() => {
        const { client } = fresh()
        return Layer.provideMerge(layerOn(client), client)
      })),
      Effect.orDie
    ))
})

describe.skipIf(server === undefined)("with PostgreSQL alone", () => {
  const fresh = () => kinds[1]?.empty() ?? assert.fail()

  it.live("is another's as soon as the server has ended the session, and its first owner can add nothing", () =>
    Effect.gen(function*() {
      const { client } = fresh()
      yield* Effect.provide(created("demo-1"), layerOn(client))
      yield* Effect.gen(function*() {
        const journal = yield* opened("demo-1")
        yield* journal.append(["{\"a\":1}"], { alone: true })
        const rival = within("demo-1", (taken) => taken.append(["{\"b\":1}"], { alone: true })).pipe(
          Effect.provide(Layer.fresh(layerOn(client)))
        )
        assert.deepStrictEqual(
          yield* refusal(rival),
          new RunHeld({ run: "demo-1", owner: `process ${process.pid} on ${hostname()}`, unreachable: false })
        )
        yield* told(
          client,
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        )
        yield* rival
        const error = yield* refusal(journal.append(["{\"a\":2}"], { alone: true }))
        assert.instanceOf(error, JournalError)
        assert.strictEqual(error.fix, remedy)
      }).pipe(Effect.scoped, Effect.provide(layerOn(client)))

      assert.deepStrictEqual(
        (yield* Effect.provide(peeked("demo-1"), layerOn(client))).map(([, record]) => record),
        ["{\"a\":1}", "{\"b\":1}"]
      )
    }))

  it.live("fails with the server, and goes on when that is back", () =>
    Effect.gen(function*() {
      const { client } = fresh()
      yield* Effect.provide(created("demo-1"), layerOn(client))
      yield* Effect.gen(function*() {
        const scope = yield* Scope.make()
        const journal = yield* Scope.extend(opened("demo-1"), scope)
        yield* journal.append(["{\"a\":1}"], { alone: true })
        yield* Effect.promise(() => server?.crash() ?? Promise.resolve())
        const error = yield* refusal(journal.append(["{\"a\":2}"], { alone: true }))
        assert.deepStrictEqual([error._tag, error.operation], ["JournalError", "append"])
        yield* Scope.close(scope, Exit.void)
        yield* within("demo-1", (journal) => journal.append(["{\"a\":3}"], { alone: true }))
        assert.deepStrictEqual((yield* peeked("demo-1")).map(([, record]) => record), ["{\"a\":1}", "{\"a\":3}"])
      }).pipe(Effect.provide(layerOn(client)))
    }))

  it.live("has all that was acknowledged before a server crashed that does not wait for its disk by itself", () =>
    Effect.gen(function*() {
      const kept = (heard: (statement: string) => string) =>
        Effect.gen(function*() {
          const client = Layer.orDie(
            PgClient.layer({ url: Redacted.make(`${fresh().store}%20-csynchronous_commit%3Doff`) })
          )
          yield* Effect.gen(function*() {
            const database = Database.ofClient(yield* SqlClient)
            if (database === undefined) return yield* Effect.dieMessage("no database")
            const journals = yield* Tables.make({
              ...database,
              session: Effect.map(database.session, (run): Database.Run => (statement, parameters) =>
                run(heard(statement), parameters))
            })
            yield* journals.create("demo-1")
            const journal = yield* journals.open("demo-1")
            for (let n = 0; n < 20; n++) {
              yield* journal.append([`{"a":${n}}`], { alone: true })
            }
            yield* Effect.promise(() =>
              server?.crash() ?? Promise.resolve()
            )
          }).pipe(Effect.scoped, Effect.provide(client))
          const records = yield* Effect.provide(Effect.either(peeked("demo-1")), layerOn(client))
          return Either.isRight(records) ? records.right.length : 0
        })

      assert.strictEqual(yield* kept((statement) => statement), 20)

      // That this finds anything: a session that is not told to wait for the disk. It may have been written by chance.
      let least = 20
      for (let round = 0; round < 8 && least === 20; round++) {
        least = yield* kept((statement) => statement.replace(/'synchronous_commit'/g, "'none'"))
      }
      assert.isBelow(least, 20)
    }).pipe(Effect.orDie))

  it.effect("commits to disk, in a session that is named after its process and does not run out", () =>
    Effect.gen(function*() {
      const url = `${fresh().store}%20-csynchronous_commit%3Doff%20-cidle_session_timeout%3D1000`
      const client = yield* Layer.build(PgClient.layer({ url: Redacted.make(url) }))
      const database = yield* Effect.provide(Effect.map(SqlClient, Database.ofClient), client)
      if (database === undefined) return yield* Effect.dieMessage("no database")
      const sessions: Array<Database.Run> = []
      const journal = yield* Tables.make({
        ...database,
        session: Effect.tap(database.session, (run) => Effect.sync(() => sessions.push(run)))
      })
      const settings = () =>
        Effect.forEach(
          ["synchronous_commit", "application_name", "idle_session_timeout", "tcp_keepalives_idle"],
          (name) =>
            Effect.map(
              sessions[0]?.("SELECT current_setting(?) AS value", [name]) ?? Effect.succeed([]),
              ([row]) => row?.value
            )
        )
      yield* journal.create("demo-1")

      yield* Effect.scoped(Effect.gen(function*() {
        yield* journal.open("demo-1")
        assert.deepStrictEqual(yield* settings(), ["on", `cairn process ${process.pid} on ${hostname()}`, "0", "20"])
      }))
    }).pipe(Effect.scoped, Effect.orDie))
})
