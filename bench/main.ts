/**
 * Measures Cairn beside what the machine can do at best, all in one run, and prints the ratios with their targets.
 *
 *     npm run bench                          everything, about two minutes
 *     npm run bench -- steps resume          only some: steps, stores, fan-out, resume, start-up, size
 *     npm run bench -- --rounds 15           more rounds, where the machine is busy
 */
import { availableParallelism, cpus } from "node:os"
import { parseArgs } from "node:util"
import { fanOut } from "./fanOut.ts"
import { resume } from "./resume.ts"
import { size } from "./size.ts"
import { startUp } from "./startUp.ts"
import { steps } from "./steps.ts"
import { stores } from "./stores.ts"
import { print, type Row } from "./table.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "9" } }
})
const rounds = Math.max(5, Number(values.rounds))

const parts: Record<string, ReadonlyArray<() => ReadonlyArray<Row> | Promise<ReadonlyArray<Row>>>> = {
  steps: [() => steps(rounds, 1000), () => steps(Math.ceil(rounds / 2), 10_000)],
  stores: [() => stores(rounds, 1000)],
  "fan-out": [() => fanOut(rounds, 1600)],
  resume: [() => resume(rounds, 1000), () => resume(rounds, 10_000)],
  "start-up": [() => startUp(rounds)],
  size: [size]
}

const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")} to measure; there are ${Object.keys(parts).join(", ")}.`)
  process.exit(2)
}

console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? "unknown"}, ${rounds} rounds\n`)
console.log("Medians. Each ratio is that of two things measured in turn in the same round.\n")
for (const name of positionals.length === 0 ? Object.keys(parts) : positionals) {
  for (const measure of parts[name] ?? []) print(await measure())
}
