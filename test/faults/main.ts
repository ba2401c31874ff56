/**
 * Tries what `docs/reliability.md` promises, as often as it says there, and ends with 1 where anything was broken.
 *
 *     npm run faults                               everything
 *     npm run faults -- histories kills            only some
 *     npm run faults -- histories --seed 4711      one history, or the same random choices, once more
 *     npm run faults -- --scale 0.1                a tenth of it
 */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { at } from "../cli/command.ts"
import * as Copies from "./copies.ts"
import * as Damage from "./damage.ts"
import * as Disks from "./disks.ts"
import * as Laboratory from "./laboratory.ts"
import * as Mutants from "./mutants.ts"
import * as Placing from "./placing.ts"
import { planted } from "./planted.ts"
import * as Power from "./power.ts"
import * as Processes from "./processes.ts"
import type { Measured } from "./steps.ts"
import * as Stores from "./stores.ts"
import * as Strace from "./strace.ts"
import * as table from "./table.ts"

interface Part {
  readonly promise: string
  readonly count: number
  readonly run: (options: Processes.Options) => Promise<Processes.Tried>
}

/** Beside a run of a hundredth as many. */
async function steps({ count }: Processes.Options): Promise<Processes.Tried> {
  // As the command tells it, too.
  const flags = "--no-allocation-site-pretenuring"
  const measure = (count: number): Measured =>
    JSON.parse(
      execFileSync(process.execPath, [flags, at("test/.built/steps.mjs"), String(count)], { encoding: "utf8" })
    )
  const few = measure(Math.max(1000, count / 100))
  const many = measure(count)
  const violations: Array<string> = []
  const more = many.peakMebibytes - few.peakMebibytes
  const slower = many.lastMicroseconds / many.firstMicroseconds
  if (more > 64) violations.push(`it takes ${more.toFixed(0)} MiB more than a hundredth of it`)
  if (many.peakMebibytes > 512) violations.push(`it takes ${many.peakMebibytes.toFixed(0)} MiB`)
  if (slower > 3) violations.push(`a step takes ${slower.toFixed(1)} times as long at the end`)
  if (many.bytes > 512) violations.push(`a step takes ${many.bytes.toFixed(0)} bytes beside its result`)
  return {
    cases: count,
    violations,
    note: `${many.peakMebibytes.toFixed(0)} MiB (${more.toFixed(0)} more), a step ${
      many.firstMicroseconds.toFixed(0)
    } us at first and ${many.lastMicroseconds.toFixed(0)} at the end, ${many.bytes.toFixed(0)} bytes beside its result`
  }
}

const parts: Readonly<Record<string, Part>> = {
  histories: {
    promise: "Nothing lost or repeated, whatever disk and power do",
    count: 20_000,
    run: async ({ count, seed }) => {
      const { seen, violations } = await Effect.runPromise(Laboratory.histories(seed, count))
      const cuts = seen.get("power cut") ?? 0
      const note = `${cuts} power cuts, ${seen.get("kill") ?? 0} kills`
      return { cases: count, violations, note }
    }
  },
  placings: {
    promise: "Placed files: old or new, the user's stay",
    count: 5000,
    run: async ({ count, seed }) => ({
      cases: count,
      violations: await Effect.runPromise(Laboratory.placings(seed, count))
    })
  },
  planted: {
    promise: "Planted bugs are found",
    count: planted.length,
    run: async (options) => {
      const violations: Array<string> = []
      for (const { bug, ...how } of planted) {
        if ((await Effect.runPromise(Laboratory.found(how, 300))) === undefined) violations.push(`not found: ${bug}`)
      }
      for (const { bug, plant } of Damage.planted) {
        const { violations: found } = await Effect.runPromise(Damage.tried({ every: 211, plant }))
        if (found.length === 0) violations.push(`not found: ${bug}`)
      }
      for (const { bug, plant } of Placing.planted) {
        const found = await Effect.runPromise(Laboratory.placings(1, 300, { plant }, ({ length }) => length > 0))
        if (found.length === 0) violations.push(`not found: ${bug}`)
      }
      for (const { bug, without } of Power.planted) {
        const { violations: found } = await Power.cuts({ ...options, count: 20, without })
        if (found.length === 0) violations.push(`not found: ${bug}`)
      }
      const inSqlite = Strace.absence() === undefined ? Power.plantedInSqlite : []
      for (const { bug, synchronous } of inSqlite) {
        const { violations: found } = await Power.cutsInSqlite({ ...options, count: 20, synchronous })
        if (found.length === 0) violations.push(`not found: ${bug}`)
      }
      const { violations: halves } = await Copies.copiesUnhidden({ ...options, count: 20 })
      if (halves.length === 0) violations.push("not found: what is half made is called what a run is called")
      const all = [planted, Damage.planted, Placing.planted, Power.planted, inSqlite]
      return { cases: all.flat().length + 1, violations }
    }
  },
  mutants: {
    promise: "Whatever the programs read: done, or what is wrong",
    count: 10_000,
    run: (options) => Effect.runPromise(Mutants.tried(options))
  },
  damage: {
    promise: "Cut at any byte, any bit flipped: exact, or refused",
    count: 1000,
    // A tenth of it is about every tenth byte, and an odd step comes to each bit of one.
    run: ({ count }) => Effect.runPromise(Damage.tried({ every: Math.round(1000 / count) | 1 }))
  },
  kills: {
    promise: "kill -9: nothing lost, nothing recorded twice",
    count: 2000,
    run: (options) => Processes.kills(options)
  },
  "kills-sqlite": {
    promise: "The same with runs in SQLite",
    count: 500,
    run: (options) => Stores.inSqlite(options, Processes.kills)
  },
  "kills-postgres": {
    promise: "The same with runs in PostgreSQL",
    count: 500,
    run: (options) => Stores.inPostgres(options, Processes.kills)
  },
  signals: { promise: "SIGINT and SIGTERM: ends within 5 s, goes on", count: 600, run: Processes.signals },
  races: { promise: "Never two runners, never a stale lock", count: 500, run: Processes.races },
  takeovers: { promise: "A killed owner is succeeded within 100 ms", count: 100, run: Processes.takeovers },
  calls: { promise: "Each failing call: 74, and the run goes on", count: 100_000, run: Processes.calls },
  power: { promise: "A power cut behind each call: nothing lost", count: 100_000, run: Power.cuts },
  "power-sqlite": {
    promise: "The same with runs in SQLite",
    count: 100_000,
    run: async (options) => {
      const absence = Strace.absence()
      return absence === undefined
        ? Power.cutsInSqlite(options)
        : { cases: 0, violations: [], note: `not tried: ${absence}` }
    }
  },
  copies: { promise: "Import and fork, ended anywhere: all of it or nothing", count: 100_000, run: Copies.copies },
  "copies-sqlite": { promise: "The same in SQLite", count: 100_000, run: Copies.copiesInSqlite },
  "copies-postgres": { promise: "The same in PostgreSQL", count: 100_000, run: Copies.copiesInPostgres },
  clocks: { promise: "Clocks that are wrong or jump change nothing", count: 60, run: Processes.clockJumps },
  damages: { promise: "A damaged journal: 65, where, and what to do", count: 100, run: Processes.damages },
  full: { promise: "A full file system of 1 MB: 74, then on", count: 20, run: Disks.full },
  "read-only": { promise: "A read-only file system: 74, then on", count: 1, run: Disks.readOnly },
  foreign: { promise: "Somebody else's files are refused", count: 1, run: Disks.foreign },
  steps: { promise: "100,000 steps: memory and time a step stay flat", count: 100_000, run: steps }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: "string", default: "1" }, seed: { type: "string" } }
})
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")} to try; there are ${Object.keys(parts).join(", ")}.`)
  process.exit(2)
}

const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const folder = fs.mkdtempSync(join(tmpdir(), "cairn-faults-"))
console.log(`Node ${process.version}, ${process.platform}, seed ${seed}\n`)
table.head()
let isBroken = false
for (const name of positionals.length === 0 ? Object.keys(parts) : positionals) {
  const part = parts[name]
  if (part === undefined) continue
  const isReplayed = values.seed !== undefined && (name === "histories" || name === "placings" || name === "mutants")
  const began = performance.now()
  const count = isReplayed ? 1 : Math.ceil(part.count * Number(values.scale))
  const tried = await part.run({ folder, seed, count })
  table.print({ promise: part.promise, tried, ms: performance.now() - began })
  isBroken ||= tried.violations.length > 0
}
fs.rmSync(folder, { recursive: true, force: true })
process.exitCode = isBroken ? 1 : 0
