/**
 * The journal of a real run, cut off at every byte and with every bit flipped. What was cut is run again and nothing
 * else; what was changed is refused, by record and byte, before any step runs and without a change.
 */
import { Effect, Exit, Option } from "effect"
import * as FastCheck from "effect/FastCheck"
import { crc32 } from "node:zlib"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import { CurrentStep } from "../../src/pipeline/CurrentStep.ts"
import { type Journal, JournalDamaged } from "../../src/pipeline/Journal.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { Suspended } from "../../src/pipeline/Suspended.ts"
import * as Generated from "../pipeline/arbitraryPipeline.ts"
import type { Plant } from "./history.ts"
import type { Tried } from "./processes.ts"
import * as SimulatedDisk from "./SimulatedDisk.ts"

export interface Options {
  /** Every how many bytes it is cut, and bits are flipped. */
  readonly every: number
  readonly plant?: Plant
}

const home = "/home"

/** A pipeline that asks and comes to its end, so that its journal holds records of most kinds. */
const specimen = () => {
  const generated = FastCheck.tuple(Generated.anyPipeline, Generated.anyInput)
  for (const [pipeline, input] of FastCheck.sample(generated, { numRuns: 2000, seed: 7 })) {
    const worked = Generated.work(pipeline, input, 0)
    const isTelling = ["asksTwice", "flaky", "ForEach", "Nest"].every((way) => worked.ways.has(way))
    if (isTelling && worked.failure === undefined && worked.records.size >= 6) return { pipeline, input, worked }
  }
  throw new Error("no such pipeline was generated")
}

export const tried = ({ every, plant = (operations) => operations }: Options): Effect.Effect<Tried> =>
  Effect.gen(function*() {
    const { input, pipeline: spec, worked } = specimen()
    const disk = SimulatedDisk.make("posix", () => 0)
    const simulated = SimulatedDisk.operations(disk)
    const began: Array<string> = []
    const world = (atOnce: boolean): Generated.World => ({
      ...Generated.calm(0),
      began: () =>
        Effect.map(CurrentStep, (current) => {
          if (Option.isSome(current)) began.push(current.value.path)
        }),
      consulted: () => Effect.succeed(atOnce)
    })
    const on =
      (operations: Disk.Operations) => <A, E>(run: Effect.Effect<A, E, Journal>): Effect.Effect<Exit.Exit<A, E>> =>
        run.pipe(
          Effect.provide(JournalFile.layer({ home })),
          Effect.provideService(Disk.Disk, operations),
          Effect.exit
        )

    // It waits as often as it can, so that there is a record of each question and each answer.
    let answers = new Map<string, Given>()
    for (let n = 0; n < 40; n++) {
      const end = yield* Effect.flip(Run.start(Generated.build(spec, world(false)), input, { answers })).pipe(
        on(simulated)
      )
      if (Exit.isFailure(end)) break
      if (!(end.value instanceof Suspended)) throw end.value
      answers = new Map(
        end.value.requests.map(({ id, prompt }) => [id, Given.Json({ value: Generated.answerFrom(prompt) })])
      )
    }
    const [written] = SimulatedDisk.files(disk).filter(([path]) => path.endsWith("/journal"))
    if (written === undefined) throw new Error("no journal was written")
    const [path, file] = written
    const whole = file.content
    const id = path.split("/").at(-2) ?? ""
    const starts = [0]
    for (const [at, byte] of whole.entries()) if (byte === 0x0a) starts.push(at + 1)
    const records = starts.length - 1
    /** The paths of the steps that are recorded in so many lines. */
    const stepsIn = (lines: number) =>
      whole.subarray(0, starts[lines]).toString().split("\n").flatMap((line) => {
        const { k, p } = JSON.parse(line.slice(9) || "{}") as { readonly k?: string; readonly p?: string }
        return k === "S" && p !== undefined ? [p] : []
      })

    const attempt = (content: Buffer, isDone: boolean) =>
      Effect.suspend(() => {
        // No power is cut here: what waits for a sync would only be looked through again and again.
        SimulatedDisk.settleAll(disk)
        SimulatedDisk.replace(file, content)
        began.length = 0
        const pipeline = Generated.build(spec, world(true))
        return (isDone ? Run.resume(pipeline, id) : Run.start(pipeline, input)).pipe(on(plant(simulated, disk)))
      })

    const violations: Array<string> = []
    let cases = 0
    for (let cut = 0; cut <= whole.length; cut += every) {
      const lines = starts.filter((start) => start > 0 && start <= cut).length
      const end = yield* attempt(whole.subarray(0, cut), lines === records)
      cases++
      const repeated = began.filter((path) => stepsIn(lines).includes(path))
      if (!Exit.isSuccess(end) || end.value !== worked.output) violations.push(`cut at ${cut}: ${String(end)}`)
      if (repeated.length > 0) violations.push(`cut at ${cut}: ${repeated.join(", ")} ran again`)
    }
    for (let bit = 0; bit < whole.length * 8; bit += every) {
      const at = bit >> 3
      const flipped = Buffer.from(whole)
      flipped[at] = (whole[at] ?? 0) ^ (1 << (bit & 7))
      const record = starts.filter((start) => start <= at).length
      const end = yield* attempt(flipped, true)
      cases++
      const error = Exit.isFailure(end) && end.cause._tag === "Fail" ? end.cause.error : undefined
      const isNamed = error instanceof JournalDamaged && error.record === record && error.byte === starts[record - 1]
      if (!isNamed) violations.push(`bit ${bit}: ${String(end)}`)
      if (began.length > 0) violations.push(`bit ${bit}: ${began.join(", ")} ran`)
      if (!file.content.equals(flipped)) violations.push(`bit ${bit}: the file was changed`)
    }
    return { cases, violations, note: `${records} records, ${whole.length} bytes` }
  })

const isWhole = (line: string) => crc32(line.slice(9)).toString(16).padStart(8, "0") === line.slice(0, 8)

/** Changes a journal before it is read. */
const reading = (change: (lines: ReadonlyArray<string>) => ReadonlyArray<string>): Plant => (operations, disk) => ({
  ...operations,
  open: (path, flags, mode) => {
    const file = path.endsWith("/journal") ? SimulatedDisk.fileAt(disk, path) : undefined
    if (file !== undefined) {
      const lines = file.content.toString().split("\n")
      SimulatedDisk.replace(file, Buffer.from([...change(lines.slice(0, -1)), lines.at(-1)].join("\n")))
    }
    return operations.open(path, flags, mode)
  }
})

/** Journals that are read as many are. */
export const planted: ReadonlyArray<{ readonly bug: string; readonly plant: Plant }> = [
  {
    bug: "damage is taken for the end, and what comes behind it is dropped",
    plant: reading((lines) => {
      const first = lines.findIndex((line) => !isWhole(line))
      return first === -1 ? lines : lines.slice(0, first)
    })
  },
  {
    bug: "a damaged record is skipped, and the others are numbered anew",
    plant: reading((lines) =>
      lines.filter(isWhole).map((line, index) => {
        const json = line.slice(9).replace(/^\{"n":\d+/, `{"n":${index + 1}`)
        return `${crc32(json).toString(16).padStart(8, "0")} ${json}`
      })
    )
  },
  {
    bug: "checksums are not looked at",
    plant: reading((lines) =>
      lines.map((line) => `${crc32(line.slice(9)).toString(16).padStart(8, "0")} ${line.slice(9)}`)
    )
  }
]
