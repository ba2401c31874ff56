/**
 * One run of a generated pipeline on a simulated disk: it begins, is stopped, goes on and is stopped again, and in the
 * end is left in peace. What must hold all the while is given back as what was found broken.
 *
 * Everything follows from the seed.
 */
import { Cause, Effect, Either, Exit, Fiber, Option } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Lock from "../../src/layers/Journal/Lock.ts"
import * as Owner from "../../src/layers/Journal/Owner.ts"
import { CurrentStep } from "../../src/pipeline/CurrentStep.ts"
import { canonicalJson } from "../../src/pipeline/digest.ts"
import { Journal, JournalDamaged, JournalError, RunHeld } from "../../src/pipeline/Journal.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"
import { Suspended } from "../../src/pipeline/Suspended.ts"
import { Crash, faulty, type Name, type Verdict } from "../layers/journal/faulty.ts"
import * as Generated from "../pipeline/arbitraryPipeline.ts"
import { seeded } from "./random.ts"
import * as SimulatedDisk from "./SimulatedDisk.ts"

/** What goes wrong in a session, and before which operation of the disk. */
export type Fault =
  | { readonly how: "kill" | "torn write" | "interrupt" | "rival"; readonly at: number }
  /** Where it waits for the next sync, there is something to lose. */
  | { readonly how: "power cut"; readonly at: number; readonly waits: boolean }
  | { readonly how: "error"; readonly at: number; readonly code: string; readonly isSticky: boolean }
  | { readonly how: "short writes" | "none" }

export const faults = [
  "kill",
  "torn write",
  "power cut",
  "interrupt",
  "rival",
  "error",
  "short writes",
  "none"
] as const

export interface Options {
  readonly seed: number
  /** What may go wrong: all of it unless it is said. */
  readonly among?: ReadonlyArray<Fault["how"]>
  /** Puts a bug between the journal and the disk. */
  readonly plant?: Plant
}

/** Puts something between the journal and the disk. */
export type Plant = (operations: Disk.Operations, disk: SimulatedDisk.SimulatedDisk) => Disk.Operations

/** What became of a history. */
export interface History {
  readonly violations: ReadonlyArray<string>
  /** How often each thing came to pass. */
  readonly seen: ReadonlyMap<string, number>
}

type Outcome =
  | { readonly _tag: "Done"; readonly output: number }
  | { readonly _tag: "Failed"; readonly failure: string }
  | { readonly _tag: "Suspended"; readonly requests: Suspended["requests"] }
  | { readonly _tag: "Died"; readonly defect: string }
  | { readonly _tag: "Refused" | "Held" | "Interrupted" | "Ended" }
  | { readonly _tag: "Damaged"; readonly record: number }

const home = "/home/cairn"
const runs = `${home}/runs`

const generated = FastCheck.tuple(Generated.anyPipeline, Generated.anyInput)

/** Hangs for ever: a process that has ended does nothing more. */
const hang = Effect.async<never>(() => {})

export const run = ({ among = faults, plant = (operations) => operations, seed }: Options): Effect.Effect<History> =>
  Effect.gen(function*() {
    const random = seeded(seed)
    const between = (from: number, to: number) => from + Math.floor(random() * (to - from))
    const oneOf = <A>(all: ReadonlyArray<A>): A => all[between(0, all.length)] as A
    const [[spec, input] = [undefined, undefined]] = FastCheck.sample(generated, { numRuns: 1, seed })
    if (spec === undefined) return { violations: ["no pipeline was generated"], seen: new Map() }
    const worked = Generated.work(spec, input, 0)
    const disk = SimulatedDisk.make(oneOf(["posix", "ext4"] as const), random)
    const simulated = SimulatedDisk.operations(disk)
    const under = plant(simulated, disk)
    simulated.mkdir("/home", 0o755)
    SimulatedDisk.settleAll(disk)

    const violations: Array<string> = []
    const seen = new Map<string, number>()
    const count = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1)
    /** What was acknowledged, and has to be there for ever. */
    let acknowledged: ReadonlyArray<string> = []
    /** What was there when somebody last looked. */
    let present: ReadonlyArray<string> = []
    let open: Suspended["requests"] = []

    const anyFault = (): Fault => {
      const how = oneOf(among)
      if (how === "short writes" || how === "none") return { how }
      const at = between(1, random() < 0.4 ? 60 : 60 + 5 * worked.made.size)
      if (how === "power cut") return { how, at, waits: random() < 0.5 }
      return how === "error"
        ? { how, at, code: oneOf(["EIO", "ENOSPC", "EACCES", "EMFILE"]), isSticky: random() < 0.5 }
        : { how, at }
    }

    const names = () => Either.getOrElse(Disk.attempt(() => under.readdir(runs)), () => [])

    const isRecorded = (path: string) => recordedAt(acknowledged, path).length > 0

    const session = (fault: Fault) =>
      Effect.gen(function*() {
        let isOver = false
        let rival: Lock.Lock | undefined
        let root: Fiber.RuntimeFiber<number, unknown> | undefined
        let end: (outcome: Outcome) => void = () => {}
        const began = new Set<string>()
        const alive = Effect.suspend(() => (isOver ? hang : Effect.void))

        const crash = (): Verdict => {
          if (!isOver) {
            isOver = true
            count(fault.how)
            end({ _tag: "Ended" })
          }
          return "crash"
        }

        const verdict = (operation: number, name: Name, path: string): Verdict => {
          if (isOver) return "crash"
          disk.operations++
          const isJournal = path.endsWith("/journal")
          if (rival !== undefined && isJournal && name.startsWith("write")) {
            violations.push("two runners: one writes while another one holds the lock")
          }
          switch (fault.how) {
            case "kill":
              return operation >= fault.at ? crash() : "ok"
            case "power cut":
              return operation >= fault.at && (!fault.waits || name.startsWith("datasync")) ? crash() : "ok"
            case "torn write":
              if (operation === fault.at) return "half"
              return operation > fault.at ? crash() : "ok"
            case "short writes":
              return name.startsWith("write") || name === "read" ? "half" : "ok"
            case "error": {
              if (operation < fault.at || (operation > fault.at && !fault.isSticky)) return "ok"
              if (operation === fault.at) count(fault.how)
              // What a sync was for is gone when it fails; the system does not try it again.
              if (name.startsWith("datasync") && !fault.isSticky) SimulatedDisk.dropPending(disk, path)
              return { code: fault.code }
            }
            case "interrupt":
              if (operation === fault.at && root !== undefined) {
                count(fault.how)
                Effect.runFork(Fiber.interruptFork(root))
              }
              return "ok"
            case "rival": {
              const [id] = names()
              if (operation === fault.at && id !== undefined) {
                count(fault.how)
                const lock = Lock.acquire(under, `${runs}/${id}`, { breakLock: false })
                if (Either.isRight(lock)) rival = lock.right
                count(Either.isRight(lock) ? "a rival was first" : "a rival was refused")
              }
              return "ok"
            }
            case "none":
              return "ok"
          }
        }

        const operations = plant(faulty(verdict, simulated).disk, disk)
        const journal = yield* Journal.pipe(
          Effect.provide(JournalFile.layer({ home })),
          Effect.provideService(Disk.Disk, operations)
        )
        const watched: Journal["Type"] = {
          ...journal,
          open: (name) =>
            Effect.map(journal.open(name), (opened) => ({
              ...opened,
              scan: (initial, fold) =>
                Effect.suspend(() => {
                  const found: Array<string> = []
                  return Effect.tap(
                    opened.scan(initial, (state, record, position) => {
                      found.push(record)
                      return fold(state, record, position)
                    }),
                    () => Effect.sync(() => keeps(found))
                  )
                }),
              append: (records, options) =>
                Effect.tap(opened.append(records, options), () =>
                  Effect.sync(() => {
                    if (!isOver) acknowledged = [...acknowledged, ...records]
                  }))
            }))
        }
        const world: Generated.World = {
          ...Generated.calm(0),
          began: () =>
            Effect.gen(function*() {
              yield* alive
              const current = yield* CurrentStep
              const { attempt, path } = Option.getOrElse(current, () => ({ attempt: 1, path: "" }))
              if (attempt > 1) return
              if (began.has(path)) violations.push(`again: ${path} began twice in one session`)
              began.add(path)
              if (isRecorded(path) || isRecorded(`${path}#catch`)) {
                violations.push(`again: ${path} ran, although it is recorded`)
              }
              if (rival !== undefined) violations.push(`two runners: ${path} ran while another one holds the lock`)
            }),
          inside: alive,
          consulted: () => Effect.as(alive, random() < 0.5)
        }

        const pipeline = Generated.build(spec, world)
        const answers = new Map(
          open.map(({ id, prompt }) => [id, Given.Json({ value: Generated.answerFrom(prompt) })])
        )
        const [id] = names()
        const isDone = present.some((record) => record.includes("\"k\":\"RunSucceeded\""))
        const running = (isDone && id !== undefined
          ? Run.resume(pipeline, id)
          : Run.start(pipeline, input, { answers })).pipe(Effect.provideService(Journal, watched))

        const outcome = yield* Effect.async<Outcome>((resume) => {
          end = (outcome) => resume(Effect.succeed(outcome))
          const fiber = Effect.runFork(running)
          root = fiber
          fiber.addObserver((exit) => end(outcomeOf(exit)))
        })
        const isEnded = isOver
        isOver = true
        count(outcome._tag)

        if (outcome._tag === "Held" && rival === undefined) {
          violations.push("stale lock: nobody holds the run, and it is said to be held")
        }
        if (outcome._tag === "Died") violations.push(`defect: ${outcome.defect}`)
        if (outcome._tag === "Done" && outcome.output !== worked.output) {
          violations.push(`result: ${outcome.output} and not ${worked.output}`)
        }
        if (outcome._tag === "Refused" && fault.how !== "error") violations.push("refused without a reason")
        if (!isEnded && fault.how !== "error") {
          for (const { path } of disk.descriptors.values()) {
            if (rival === undefined || !/lock/.test(path)) violations.push(`left open: ${path}`)
          }
        }
        if (rival !== undefined) Lock.release(under, rival)
        else if (!isEnded && fault.how !== "error") {
          for (const name of names()) {
            if (Lock.holder(under, `${runs}/${name}`) !== undefined) {
              violations.push("stale lock: its owner did not give it back")
            }
          }
        }
        if (fault.how === "power cut" && isEnded) SimulatedDisk.cutPower(disk)
        SimulatedDisk.endProcess(disk)
        bury(disk)
        return outcome
      })

    /** What was acknowledged is what there is, and at most what was on its way besides. */
    const keeps = (found: ReadonlyArray<string>) => {
      const lost = acknowledged.findIndex((record, index) => record !== found[index])
      if (lost >= 0) violations.push(`lost: record ${lost + 1}, ${acknowledged[lost]}, is ${found[lost] ?? "gone"}`)
      acknowledged = found
    }

    /** Looks at what is there, as `show` does. */
    const look = Effect.gen(function*() {
      const [name, ...others] = names()
      if (others.length > 0) violations.push(`identity: one command made ${others.length + 1} runs`)
      const looked = yield* Effect.either(Effect.flatMap(Journal, (journal) =>
        name === undefined
          ? Effect.succeed([])
          : journal.peek(
            name,
            [] as ReadonlyArray<string>,
            (records, record) => [...records, record]
          ))).pipe(
          Effect.provide(JournalFile.layer({ home })),
          Effect.provideService(Disk.Disk, under)
        )
      if (Either.isLeft(looked)) {
        const how = looked.left instanceof JournalDamaged ? "damaged" : "unreadable"
        violations.push(`${how}: ${looked.left.message}`)
        return
      }
      const found = looked.right
      const before = acknowledged
      present = found
      keeps(found)
      // Only who opens the file next makes durable what is there beyond that.
      acknowledged = before
      for (const path of new Set(found.flatMap(pathsOf))) {
        if (recordedAt(found, path).length > 1) violations.push(`twice: ${path} is recorded twice`)
      }
    })

    const sessions = between(1, 5)
    for (let n = 0; n < sessions && violations.length === 0; n++) {
      const outcome = yield* session(anyFault())
      open = outcome._tag === "Suspended" && random() < 0.7 ? outcome.requests : []
      yield* look
    }
    if (violations.length > 0) return { violations, seen }

    let last = yield* session({ how: "none" })
    for (let n = 0; last._tag === "Suspended" && n < 40; n++) {
      open = last.requests
      last = yield* session({ how: "none" })
    }
    yield* look
    const expected: Outcome = worked.failure === undefined
      ? { _tag: "Done", output: worked.output ?? Number.NaN }
      : { _tag: "Failed", failure: JSON.stringify(worked.failure) }
    if (canonicalJson(last) !== canonicalJson(expected)) {
      violations.push(`result: ${canonicalJson(last)} and not ${canonicalJson(expected)}`)
    }
    if (worked.failure === undefined) {
      for (const [path, { digest, value }] of worked.records) {
        if (worked.loose.some((prefix) => path.startsWith(prefix))) continue
        const [record] = recordedAt(acknowledged, path)
        if (record?.digest !== digest || record.value !== value) {
          violations.push(`records: ${path} holds ${canonicalJson(record ?? null)}`)
        }
      }
    }
    return { violations, seen }
  })

const outcomeOf = (exit: Exit.Exit<number, unknown>): Outcome => {
  if (Exit.isSuccess(exit)) return { _tag: "Done", output: exit.value }
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (error instanceof Suspended) return { _tag: "Suspended", requests: error.requests }
  if (error instanceof JournalError) return { _tag: "Refused" }
  if (error instanceof RunHeld) return { _tag: "Held" }
  if (error instanceof JournalDamaged) return { _tag: "Damaged", record: error.record }
  if (error !== undefined) return { _tag: "Failed", failure: JSON.stringify(error) }
  return Option.match(Cause.dieOption(exit.cause), {
    onSome: (defect): Outcome => defect instanceof Crash ? { _tag: "Ended" } : { _tag: "Died", defect: String(defect) },
    onNone: () => ({ _tag: "Interrupted" })
  })
}

/** Whoever is named in a lock is no more: the number belongs to another process, or the machine has started anew. */
const bury = (disk: SimulatedDisk.SimulatedDisk): void => {
  const here = JSON.stringify(Owner.self())
  const gone = Buffer.from(`${JSON.stringify({ ...Owner.self(), start: "1" })}\n`)
  for (const [path, file] of SimulatedDisk.files(disk)) {
    if (/\/lock\.\d+$/.test(path) && file.content.toString().startsWith(here)) SimulatedDisk.replace(file, gone)
  }
}

const succeeded = (record: string) =>
  Either.match(RunRecord.decode(record), {
    onLeft: () => [],
    onRight: (event) => event._tag === "StepSucceeded" ? [event] : []
  })

const pathsOf = (record: string) => succeeded(record).map(({ path }) => path)

const recordedAt = (records: ReadonlyArray<string>, path: string) =>
  records.filter((record) => record.includes(JSON.stringify(path))).flatMap(succeeded).filter((event) =>
    event.path === path
  )
