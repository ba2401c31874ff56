/** Whole processes of the bundled command, beside one that does nothing. */
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { fresh } from "./folder.ts"
import { compare, median } from "./rounds.ts"
import { megabytes, millis, type Row, times } from "./table.ts"

const project = join(import.meta.dirname, "../..")
const cairn = join(project, "dist/bin/cairn.mjs")
const report = join(project, "examples/reports/feature-workflow.md")
const task = join(project, "examples/reports/feature-workflow.json")

interface Command {
  readonly what: string
  readonly args: () => ReadonlyArray<string>
  readonly target?: number
}

const inside = (...args: ReadonlyArray<string>) => {
  const root = fresh()
  mkdirSync(root)
  return [...args, "--home", join(root, ".cairn"), "--root", root]
}

const commands: ReadonlyArray<Command> = [
  { what: "cairn --help", args: () => [cairn, "--help"], target: 2.5 },
  { what: "cairn --version", args: () => [cairn, "--version"], target: 2.5 },
  { what: "cairn implement, a 16 kB report", args: () => inside(cairn, "implement", report, "--task", task) },
  { what: "cairn runs, one of 3,000 steps", args: () => [cairn, "runs", ...of3000()] }
]

/** Where a run of so many steps is, which is made once. */
const of3000 = (): ReadonlyArray<string> => {
  if (long === undefined) {
    long = ["--home", fresh()]
    const chain = ["selftest", "chain", "--steps", "3000", "--effects", fresh(), "--durability", "process"]
    const args = [cairn, ...chain, ...long]
    ended(args, spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] }))
  }
  return long
}
let long: ReadonlyArray<string> | undefined

export const startUp = async (rounds: number): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (const { args, target, what } of commands) {
    const compared = await compare(rounds, () => wall(args()), () => wall(["-e", "0"]))
    const memory = median(Array.from({ length: 3 }, () => peak(args())))
    rows.push({
      what,
      ours: millis(compared.ours),
      beside: `${millis(compared.limit)}  node -e 0`,
      ratio: times(compared.ratio, target)
    }, {
      what: "  its peak of memory",
      ours: megabytes(memory),
      beside: `${megabytes(peak(["-e", "0"]))}  node -e 0`,
      ratio: target === undefined ? "" : `at most 65 MB: ${memory <= 65 ? "yes" : "NO"}`
    })
  }
  return rows
}

const wall = (args: ReadonlyArray<string>): number => {
  const began = performance.now()
  ended(args, spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }))
  return performance.now() - began
}

const peak = (args: ReadonlyArray<string>): number => {
  const first = ["--import", pathToFileURL(join(import.meta.dirname, "peakMemory.mjs")).href]
  const { output } = ended(
    args,
    spawnSync(process.execPath, [...first, ...args], { stdio: ["ignore", "pipe", "pipe", "pipe"], encoding: "utf8" })
  )
  return Number(output[3]) / 1024
}

const ended = <A extends { readonly status: number | null; readonly stderr: unknown }>(
  args: ReadonlyArray<string>,
  process: A
): A => {
  if (process.status === 0) return process
  throw new Error(`node ${args.join(" ")} ended with ${process.status}: ${String(process.stderr)}`)
}
