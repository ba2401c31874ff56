import { LibsqlClient } from "@effect/sql-libsql"
import { PgClient } from "@effect/sql-pg"
import { Layer, Redacted } from "effect"
import { join } from "node:path"
import { afterAll, describe } from "vitest"
import * as JournalSql from "../../src/layers/Journal/Sql.ts"
import * as Postgres from "./journal/postgres.ts"
import { temporary } from "./journal/temporary.ts"
import { suite } from "./JournalContract.ts"

suite("SQLite", () => {
  const file = join(temporary(), "runs.db")
  return {
    layer: JournalSql.layer().pipe(Layer.provide(LibsqlClient.layer({ url: `file:${file}` })), Layer.orDie),
    where: () => `sqlite:${file}`,
    absent: { reason: "there is no such checkpoint", remedy: undefined }
  }
})

const absence = Postgres.absence()
if (absence !== undefined) console.warn(`Skipped, journals in PostgreSQL: ${absence}`)
const postgres = absence === undefined ? await Postgres.start() : undefined
afterAll(() => postgres?.stop())

describe.skipIf(postgres === undefined)("with a server", () => {
  suite("PostgreSQL", () => {
    const url = postgres?.empty() ?? ""
    return {
      layer: JournalSql.layer().pipe(Layer.provide(PgClient.layer({ url: Redacted.make(url) })), Layer.orDie),
      where: () => postgres?.where ?? "",
      absent: {
        reason: "there is no such checkpoint",
        remedy:
          "See to it that the database can be reached and written, then repeat the same command: everything acknowledged is kept."
      }
    }
  })
})
