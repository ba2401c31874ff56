/** Durable steps in databases, beside an append and a sync of each result by hand. */
import { LibsqlClient } from "@effect/sql-libsql"
import { PgClient } from "@effect/sql-pg"
import { Layer, Redacted } from "effect"
import { JournalSql } from "effect-cairn/sql"
import Libsql from "libsql"
import { tmpdir } from "node:os"
import * as Postgres from "../test/layers/journal/postgres.ts"
import { fresh } from "./folder.ts"
import { compare } from "./rounds.ts"
import { stepping } from "./stepping.ts"
import { micros, type Row, times } from "./table.ts"

export const stores = async (rounds: number, count: number): Promise<ReadonlyArray<Row>> => {
  const { byHand, on } = stepping(count)
  const measured = async (what: string, target: number, ours: () => Promise<number>): Promise<Row> => {
    const compared = await compare(rounds, ours, () => byHand("append + fdatasync"))
    return {
      what: `durable step in ${what}`,
      ours: micros(compared.ours),
      beside: `${micros(compared.limit)}  append + fdatasync`,
      ratio: times(compared.ratio, target)
    }
  }

  const sqlite = [
    await measured("SQLite", 2, () => on(JournalSql.layerSqlite(() => new Libsql(fresh())))),
    await measured(
      "SQLite, through LibsqlClient",
      2,
      () => on(Layer.provide(JournalSql.layer(), LibsqlClient.layer({ url: `file:${fresh()}` })))
    )
  ]
  const absence = Postgres.absence()
  if (absence !== undefined) {
    return [...sqlite, { what: "durable step in PostgreSQL", ours: "", beside: absence, ratio: "" }]
  }
  const server = await Postgres.start(tmpdir())
  try {
    const postgres = await measured(
      "PostgreSQL",
      6,
      () => on(Layer.provide(JournalSql.layer(), PgClient.layer({ url: Redacted.make(server.empty()) })))
    )
    return [...sqlite, postgres]
  } finally {
    await server.stop()
  }
}
