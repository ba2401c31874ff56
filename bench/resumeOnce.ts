/**
 * One process of `resume.ts`: makes a run of so many finished steps and is killed at the next; goes on with a copy of that,
 * or only reads its file, and prints how many milliseconds passed until the first step that was open; or does both again
 * and again, and prints what that comes to.
 */
import { Effect, Schema } from "effect"
import { JournalFile, Pipeline, Run, Step } from "effect-cairn"
import { closeSync, cpSync, fsyncSync, openSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { fresh } from "./folder.ts"
import { result } from "./result.ts"
import { compare } from "./rounds.ts"

const [side, home = "", ...rest] = process.argv.slice(2)
const count = Number(rest.at(-1))
const rounds = Number(rest[0])

const step = Step.make("step", {
  title: "Stepping",
  input: Schema.Number,
  success: Schema.String,
  run: () => Effect.succeed(result)
})

let reached: Effect.Effect<never> = Effect.never
const open = Step.make("open", {
  title: "Being open",
  input: Schema.Number,
  success: Schema.String,
  run: () => Effect.suspend(() => reached)
})

const made = () =>
  Pipeline.fromSteps("resumed", {
    input: Schema.Void,
    steps: Array.from({ length: count + 1 }, (_, index) => ({
      key: `step-${index}`,
      unit: index < count ? step : open,
      select: () => index
    }))
  })

const start = (pipeline: ReturnType<typeof made>, home: string) =>
  Effect.runPromiseExit(Effect.provide(Run.start(pipeline, undefined), JournalFile.layer({ home })))

const journalIn = (home: string): string => {
  const runs = join(home, "runs")
  return join(runs, readdirSync(runs)[0] ?? "", "journal")
}

/** Every round goes on with the same records; what was copied is on disk before the clock starts. */
const copied = (): string => {
  const copy = fresh()
  cpSync(home, copy, { recursive: true })
  const descriptor = openSync(journalIn(copy), "r+")
  fsyncSync(descriptor)
  closeSync(descriptor)
  return copy
}

const ours = async () => {
  const pipeline = made()
  const home = copied()
  let passed = Number.NaN
  const began = performance.now()
  reached = Effect.suspend(() => {
    passed = performance.now() - began
    return Effect.interrupt
  })
  await start(pipeline, home)
  return passed
}

const byHand = () => {
  // So that both find the same in memory.
  made()
  const path = journalIn(home)
  const began = performance.now()
  const bytes = readFileSync(path)
  const records: Array<unknown> = []
  for (let from = 0, to = bytes.indexOf("\n"); to !== -1; from = to + 1, to = bytes.indexOf("\n", from)) {
    const json = bytes.subarray(from + 9, to)
    if (crc32(json) !== Number.parseInt(bytes.toString("latin1", from, from + 8), 16)) {
      throw new Error(`damaged at ${from}`)
    }
    records.push(JSON.parse(json.toString()))
  }
  const passed = performance.now() - began
  if (records.length < count) throw new Error(`only ${records.length} records`)
  return passed
}

switch (side) {
  case "killed":
    reached = Effect.sync(() => process.kill(process.pid, "SIGKILL")).pipe(Effect.zipRight(Effect.never))
    await start(made(), home)
    break
  case "ours":
    console.log(await ours())
    break
  case "by-hand":
    console.log(byHand())
    break
  case "again":
    await compare(5, ours, byHand)
    console.log(JSON.stringify(await compare(rounds, ours, byHand)))
}
