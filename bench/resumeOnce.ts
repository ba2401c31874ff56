/**
 * One process of `resume.ts`: goes on with a run of so many finished steps, or only reads its file, and prints how many
 * milliseconds passed until the first step that was open; or does both again and again, and prints what that comes to.
 */
import { Effect, Schema } from "effect"
import { JournalFile, Pipeline, Run, Step } from "effect-cairn"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { result } from "./result.ts"
import { compare } from "./rounds.ts"

const [side, home = "", count = "0", rounds = "0"] = process.argv.slice(2)

const step = Step.make("step", {
  title: "Stepping",
  input: Schema.Number,
  success: Schema.String,
  run: () => Effect.succeed(result)
})

let began = 0
let passed = 0
const open = Step.make("open", {
  title: "Being open",
  input: Schema.Number,
  success: Schema.String,
  run: () =>
    Effect.suspend(() => {
      passed = performance.now() - began
      return Effect.interrupt
    })
})

const made = () =>
  Pipeline.fromSteps("resumed", {
    input: Schema.Void,
    steps: Array.from({ length: Number(count) + 1 }, (_, index) => ({
      key: `step-${index}`,
      unit: index < Number(count) ? step : open,
      select: () => index
    }))
  })

const ours = async () => {
  const pipeline = made()
  began = performance.now()
  await Effect.runPromiseExit(Effect.provide(Run.start(pipeline, undefined), JournalFile.layer({ home })))
  return passed
}

const byHand = () => {
  // So that both find the same in memory.
  made()
  const runs = join(home, "runs")
  const path = join(runs, readdirSync(runs)[0] ?? "", "journal")
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
  if (records.length < Number(count)) throw new Error(`only ${records.length} records`)
  return passed
}

switch (side) {
  case "ours":
    console.log(await ours())
    break
  case "by-hand":
    console.log(byHand())
    break
  case "again":
    await compare(5, ours, byHand)
    console.log(JSON.stringify(await compare(Number(rounds), ours, byHand)))
}
