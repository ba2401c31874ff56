import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { temporary } from "../cli/command.ts"
import * as Postgres from "../layers/journal/postgres.ts"
import * as Copies from "./copies.ts"
import * as Power from "./power.ts"
import * as Processes from "./processes.ts"
import * as Stores from "./stores.ts"
import * as Strace from "./strace.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const seed = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000)

const unseen = Strace.absence()
if (unseen !== undefined) console.warn(`Skipped, the loss of power with SQLite: ${unseen}`)

const serverless = Postgres.absence()
if (serverless !== undefined) console.warn(`Skipped, faults with PostgreSQL: ${serverless}`)

describe("the built command, as a process", { timeout: 300_000 }, () => {
  const promises: ReadonlyArray<
    readonly [promise: string, count: number, tried: (options: Processes.Options) => Promise<Processes.Tried>]
  > = [
    ["keeps every result when it is killed with -9 again and again", 8, (options) => Processes.kills(options)],
    [
      "keeps them in SQLite, too, when it is killed again and again",
      5,
      (options) => Stores.inSqlite(options, Processes.kills)
    ],
    ["ends within seconds when it is told to, and goes on", 4, Processes.signals],
    ["is run by one of several that want it, and the others are told by whom", 4, Processes.races],
    ["loses nothing, whichever call to the disk fails", 4, Processes.calls],
    ["loses nothing, behind whichever call the power goes", 6, Power.cuts],
    ["leaves all of what it imports or forks, or nothing", 3, Copies.copies],
    ["leaves all of it or nothing in SQLite", 3, Copies.copiesInSqlite],
    ["names the place of damage, and changes nothing", 2, Processes.damages],
    ["does not mind a clock that jumps", 1, Processes.clockJumps]
  ]
  for (const [promise, count, tried] of promises) {
    it(promise, async () => {
      const { cases, violations } = await tried({ folder, seed, count })

      assert.deepStrictEqual(violations, [])
      assert.isAtLeast(cases, count)
    })
  }

  it.skipIf(serverless !== undefined)("keeps every result in PostgreSQL, too", async () => {
    const { cases, violations } = await Stores.inPostgres({ folder, seed, count: 5 }, Processes.kills)

    assert.deepStrictEqual(violations, [])
    assert.isAtLeast(cases, 5)
  })

  it.skipIf(serverless !== undefined)("leaves all of it or nothing in PostgreSQL", async () => {
    const { cases, violations } = await Copies.copiesInPostgres({ folder, seed, count: 2 })

    assert.deepStrictEqual(violations, [])
    assert.strictEqual(cases, 2)
  })

  it.skipIf(unseen !== undefined)("loses nothing in SQLite, behind whichever call the power goes", async () => {
    const { cases, violations } = await Power.cutsInSqlite({ folder, seed, count: 6 })

    assert.deepStrictEqual(violations, [])
    assert.strictEqual(cases, 6)
  })

  it.skipIf(unseen !== undefined).each(Power.plantedInSqlite.slice(0, 1))(
    "is found to lose something where $bug",
    async (bug) => {
      const { violations } = await Power.cutsInSqlite({ folder, seed, count: 6, synchronous: bug.synchronous })

      assert.isNotEmpty(violations)
    }
  )

  it("is found to leave a part of a run where what is half made is called what a run is called", async () => {
    const { violations } = await Copies.copiesUnhidden({ folder, seed: 2, count: 6 })

    assert.isNotEmpty(violations)
  })

  it.each(Power.planted.slice(0, 1))("is found to lose something where $bug", async ({ without }) => {
    const { violations } = await Power.cuts({ folder, seed, count: 8, without })

    assert.isNotEmpty(violations)
  })
})
