/**
 * What holds for every run of every pipeline, however often and wherever it was stopped, as functions that give what
 * they found broken: so that they can be tried on planted bugs too.
 */
import { Cause, Effect, Exit, Fiber, HashMap, type Layer, Option, Schema } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { CurrentStep, DryRun } from "../../src/pipeline/CurrentStep.ts"
import { canonicalJson } from "../../src/pipeline/digest.ts"
import { Journal, JournalError } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Plan from "../../src/pipeline/Plan.ts"
import { Given } from "../../src/pipeline/Question.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { DurableEvent, type Forecast, type Foretold, type RunEvent } from "../../src/pipeline/RunEvent.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"
import * as RunState from "../../src/pipeline/RunState.ts"
import * as Summary from "../../src/pipeline/Summary.ts"
import { Suspended } from "../../src/pipeline/Suspended.ts"
import * as Generated from "./arbitraryPipeline.ts"

type Service = Journal["Type"]

/** Where and how a run is stopped. `nth` counts over the appends or bodies that are left, as far as can be foretold. */
export type Stop =
  | {
    readonly at: "append"
    readonly nth: number
    readonly how: "refused" | "stored but refused" | "half stored" | "killed before" | "killed after" | "interrupted"
  }
  | { readonly at: "body"; readonly nth: number; readonly how: "dies" | "interrupted" | "killed" }
  /** Interrupted while a body that has ended tidies up. */
  | { readonly at: "tidying"; readonly nth: number }
  /** Not stopped, but only pretended. */
  | { readonly at: "dry" }
  /** Not stopped, but begun again from a key. */
  | { readonly at: "from"; readonly key: number }
  /** Not stopped at all, but for its questions. */
  | { readonly at: "questions" }

/** How often each thing that the laws are about came to pass, to see that they are not empty. */
export type Seen = Map<string, number>

/** A kernel to try the laws on: the real one, unless something is planted. */
export interface Variant {
  /** Wraps the journal above the disk: what it does is done by the kernel, as far as the laws can tell. */
  readonly journal?: (journal: Service) => Service
  readonly step?: Generated.World["planted"]
  readonly build?: (spec: Generated.PipelineSpec, world: Generated.World) => Generated.Built
}

/** A place to keep journals in: the layer, and what to do about the lock of a process that was killed. */
export interface Store {
  readonly layer: Layer.Layer<Journal>
  /** Absent where a kill cannot be played. */
  readonly unlock?: (id: string) => void
}

/** Journals in memory, where a kill leaves behind what a disk would. */
export const inMemory = (store: JournalMemory.Store): Store => ({
  layer: JournalMemory.layerOf(store),
  unlock: (id) => {
    const kept = store.journals.get(id)
    if (kept !== undefined) kept.held = false
  }
})

export interface Case {
  readonly pipeline: Generated.PipelineSpec
  readonly changes: ReadonlyArray<Generated.Change>
  /** A pipeline of which nothing is known takes its place, in place of changes. */
  readonly other: Option.Option<Generated.PipelineSpec>
  readonly input: Generated.Input
  readonly stops: ReadonlyArray<{ readonly stop: Stop; readonly answers: boolean }>
  /** Which questions have their answer at once: all, none, or by turns. */
  readonly atOnce: "all" | "none" | "some"
  /** What the world holds before and after. */
  readonly reads: readonly [number, number]
  readonly via: "start" | "resume"
}

const stop: FastCheck.Arbitrary<Stop> = FastCheck.oneof(
  {
    weight: 5,
    arbitrary: FastCheck.record({
      at: FastCheck.constant("append" as const),
      nth: FastCheck.nat({ max: 14 }),
      how: FastCheck.constantFrom(
        "refused" as const,
        "stored but refused" as const,
        "half stored" as const,
        "killed before" as const,
        "killed after" as const,
        "interrupted" as const
      )
    })
  },
  {
    weight: 4,
    arbitrary: FastCheck.record({
      at: FastCheck.constant("body" as const),
      nth: FastCheck.nat({ max: 9 }),
      how: FastCheck.constantFrom("dies" as const, "interrupted" as const, "killed" as const)
    })
  },
  {
    weight: 1,
    arbitrary: FastCheck.record({ at: FastCheck.constant("tidying" as const), nth: FastCheck.nat({ max: 9 }) })
  },
  { weight: 1, arbitrary: FastCheck.record({ at: FastCheck.constant("dry" as const) }) },
  {
    weight: 1,
    arbitrary: FastCheck.record({ at: FastCheck.constant("from" as const), key: FastCheck.nat({ max: 6 }) })
  },
  { weight: 1, arbitrary: FastCheck.record({ at: FastCheck.constant("questions" as const) }) }
)

const base = {
  pipeline: Generated.anyPipeline,
  input: Generated.anyInput,
  stops: FastCheck.array(FastCheck.record({ stop, answers: FastCheck.boolean() }), { minLength: 1, maxLength: 3 }),
  atOnce: FastCheck.constantFrom("all" as const, "none" as const, "some" as const),
  via: FastCheck.constantFrom("start" as const, "resume" as const)
}

/** The same pipeline and world, before and after. */
export const unchangedCase: FastCheck.Arbitrary<Case> = FastCheck.record({
  ...base,
  changes: FastCheck.constant([]),
  other: FastCheck.constant(Option.none()),
  reads: FastCheck.constant([0, 0] as const)
})

/** Another pipeline or another world after than before. */
export const changedCase: FastCheck.Arbitrary<Case> = FastCheck.record({
  ...base,
  changes: FastCheck.array(Generated.anyChange, { minLength: 1, maxLength: 3 }),
  other: FastCheck.oneof(
    { weight: 5, arbitrary: FastCheck.constant(Option.none()) },
    { weight: 1, arbitrary: Generated.anyPipeline.map(Option.some) }
  ),
  reads: FastCheck.constantFrom([0, 0] as const, [0, 0] as const, [0, 1] as const)
})

// --- one session of a run

/** How a session ended. */
type Outcome =
  | { readonly _tag: "Done"; readonly output: number }
  | { readonly _tag: "Failed"; readonly failure: string }
  | { readonly _tag: "Suspended"; readonly requests: Suspended["requests"] }
  | { readonly _tag: "Died"; readonly defect: string }
  | { readonly _tag: "Interrupted" }
  | { readonly _tag: "Killed" }

interface Stored {
  readonly text: string
  readonly position: number
}

/** Everything that outlives a session. */
interface Machine {
  readonly variant: Variant
  readonly store: Store
  readonly journal: Service
  readonly violations: Array<string>
  readonly seen: Seen
  /** What the disk has, seen below the kernel. */
  readonly disk: Map<string, Array<Stored>>
  /** Questions whose answer a body has had. */
  readonly answered: Set<string>
  /** The code or the world is another one than when some of the journal was written. */
  changed: boolean
}

const machine = (variant: Variant, store: Store, seen: Seen): Effect.Effect<Machine> =>
  Effect.map(Effect.provide(Journal, store.layer), (journal) => ({
    variant,
    store,
    journal,
    violations: [],
    seen,
    disk: new Map(),
    answered: new Set(),
    changed: false
  }))

interface Session {
  readonly spec: Generated.PipelineSpec
  readonly input: Generated.Input
  readonly reads: number
  readonly stop: Stop | undefined
  readonly atOnce: Case["atOnce"]
  readonly answers: ReadonlyMap<string, Given>
  readonly via: Case["via"]
}

/** Hangs for ever, and holds nothing open meanwhile. */
const hang = Effect.async<never>(() => {})

const count = (seen: Seen, what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1)

const stateOf = (stored: ReadonlyArray<Stored>): RunState.RunState =>
  stored.reduce((state, { position, text }) => {
    const event = RunRecord.decode(text)
    return event._tag === "Right" ? RunState.apply(state, event.right, position) : state
  }, RunState.empty)

const session = (
  machine: Machine,
  { answers, atOnce, input, reads, spec, stop, via }: Session
): Effect.Effect<Outcome> =>
  Effect.gen(function*() {
    const { disk, journal, seen, store, variant, violations } = machine
    const recorded = () => stateOf([...disk.values()].flat())
    const before = recorded()
    const worked = Generated.work(spec, input, reads)
    const left = Math.max(worked.made.size - [...before.executions].length, 0)
    const isHere = (at: "append" | "body" | "tidying", count: number) =>
      stop?.at === at && count === stop.nth % (left + (at === "append" ? 3 : 1))
    let killed = false
    let root: Fiber.RuntimeFiber<unknown, unknown> | undefined
    let appends = 0
    let bodies = 0
    let entered = 0
    let ended = 0
    let turns = 0
    /** The paths of bodies that had what they give. */
    const finished = new Set<string>()
    /** The keys under which steps began, and what was foretold of each. */
    const began = new Set<string>()
    let foreseen: Forecast | undefined
    let end: (outcome: Outcome) => void = () => {}

    /** After a kill nothing moves any more. */
    const alive = Effect.suspend(() => (killed ? hang : Effect.void))
    const kill = Effect.suspend(() => {
      killed = true
      count(seen, "killed")
      end({ _tag: "Killed" })
      return hang
    })
    const interrupt = Effect.suspend(() => {
      count(seen, "interrupted")
      return root === undefined ? Effect.void : Fiber.interruptFork(root)
    })
    const breathe = Effect.repeatN(Effect.yieldNow(), 3)

    const onDisk: Service = {
      ...journal,
      remove: (name) => Effect.zipRight(journal.remove(name), Effect.sync(() => void disk.delete(name))),
      open: (name) =>
        Effect.map(journal.open(name), (opened) => {
          const stored = disk.get(name) ?? []
          disk.set(name, stored)
          const append = (records: ReadonlyArray<string>, options: { readonly alone: boolean }) =>
            Effect.map(opened.append(records, options), (positions) => {
              for (const [index, text] of records.entries()) stored.push({ text, position: positions[index] ?? -1 })
              return positions
            })
          const refused = new JournalError({ operation: "append", journal: name, where: "test", reason: "EIO" })
          return {
            ...opened,
            append: (records, options) =>
              Effect.suspend(() => {
                const nth = appends++
                const all = append(records, options)
                if (stop?.at !== "append" || !isHere("append", nth)) return Effect.zipRight(alive, all)
                count(seen, `${stop.how} at an append`)
                if (records.length > 1) count(seen, "stopped in a group commit")
                switch (stop.how) {
                  case "refused":
                    return Effect.fail(refused)
                  case "stored but refused":
                    return Effect.zipRight(all, Effect.fail(refused))
                  case "half stored":
                    return Effect.zipRight(
                      append(records.slice(0, Math.floor(records.length / 2)), options),
                      Effect.fail(refused)
                    )
                  case "killed before":
                    return store.unlock === undefined ? Effect.fail(refused) : kill
                  case "killed after":
                    return Effect.zipRight(all, store.unlock === undefined ? Effect.fail(refused) : kill)
                  case "interrupted":
                    return Effect.zipRight(interrupt, breathe).pipe(
                      Effect.zipRight(all),
                      Effect.zipLeft(breathe)
                    )
                }
              })
          }
        })
    }

    const pathNow = Effect.map(CurrentStep, Option.match({ onNone: () => "", onSome: ({ path }) => path }))
    const key = stop?.at === "from" ? stop.key : undefined
    // Going back forgets answers too.
    if (key !== undefined) machine.answered.clear()

    const world: Generated.World = {
      reads,
      planted: variant.step ?? ((step) => step),
      began: (step) =>
        Effect.gen(function*() {
          yield* alive
          entered++
          const current = yield* CurrentStep
          const path = Option.match(current, { onNone: () => "", onSome: ({ path }) => path })
          const attempt = Option.match(current, { onNone: () => 1, onSome: ({ attempt }) => attempt })
          if (attempt === 1) violations.push(...runsTwice(recorded(), path, step, worked))
        }),
      ended: Effect.suspend(() => {
        const nth = ended++
        if (stop?.at !== "tidying" || !isHere("tidying", nth)) return Effect.void
        count(seen, "interrupted while tidying up")
        return Effect.zipRight(interrupt, breathe)
      }),
      finished: Effect.map(pathNow, (path) => void finished.add(path)),
      inside: Effect.suspend(() => {
        if (stop?.at !== "body" || !isHere("body", bodies++)) return Effect.void
        count(seen, `${stop.how} in a body`)
        if (stop.how === "dies") return Effect.die(new Error("planted"))
        return stop.how === "interrupted" || store.unlock === undefined
          ? Effect.zipRight(interrupt, breathe)
          : kill
      }),
      consulted: (prompt) =>
        Effect.flatMap(
          Effect.zipRight(alive, pathNow),
          (path) =>
            Effect.sync(() => {
              if (machine.answered.has(`${path} ${worked.made.get(path)} ${prompt}`)) {
                violations.push(`answers: asked again, although it had been answered: ${path} ${prompt}`)
              }
              return atOnce === "all" || (atOnce === "some" && turns++ % 2 === 0)
            })
        ),
      answered: (prompt) =>
        Effect.flatMap(
          Effect.zipRight(alive, pathNow),
          (path) =>
            Effect.sync(() => {
              count(seen, "answered")
              machine.answered.add(`${path} ${worked.made.get(path)} ${prompt}`)
            })
        )
    }

    const reporter = {
      report: (event: RunEvent) =>
        Effect.zipRight(
          alive,
          Effect.sync(() => {
            if (event._tag === "Foreseen") foreseen = event.forecast
            if (event._tag === "StepStarted") began.add(event.path.replace(/[/#].*$/, ""))
            if (!isDurable(event) || stop?.at === "dry") return
            const text = RunRecord.encode(event)
            if (!Array.from(disk.values()).some((stored) => stored.some((record) => record.text === text))) {
              violations.push(`durable: shown before it was on disk: ${text}`)
            }
          })
        )
    }

    const pipeline = (variant.build ?? Generated.build)(spec, world)
    const from = key === undefined ? undefined : keyAt(pipeline, key)
    const options = { answers, ...(from === undefined ? {} : { from }) }
    const [id] = disk.keys()
    const again = id !== undefined && Option.isSome(before.started) && (via === "resume" || before.phase === "done")
    const shown = variant.journal?.(onDisk) ?? onDisk
    const running = (again ? Run.resume(pipeline, id, options) : Run.start(pipeline, input, options)).pipe(
      Effect.provideService(Journal, shown),
      Effect.provideService(Reporter, reporter),
      Effect.provideService(DryRun, stop?.at === "dry")
    )

    // What is new is not foreseen when it begins.
    const asked = id === undefined ? nothing : yield* planned({
      journal: shown,
      foretold: again
        ? Effect.option(Run.forecastOf(pipeline, id, options))
        : Effect.option(Run.forecast(pipeline, input, options)),
      told: Effect.orDie(Run.events(id)),
      verdicts: Effect.orDie(Run.verdicts(pipeline, id)),
      status: Effect.orDie(Run.info(id)),
      pipeline
    })
    if (entered > 0 || appends > 0) violations.push("plan: it ran or recorded something")

    const outcome = yield* Effect.async<Outcome>((resume) => {
      end = (outcome) => resume(Effect.succeed(outcome))
      const fiber = Effect.runFork(running)
      root = fiber
      fiber.addObserver((exit) => end(outcomeOf(exit)))
    })
    count(seen, outcome._tag)

    const now = [...disk.keys()][0]
    if (outcome._tag === "Killed" && now !== undefined) store.unlock?.(now)
    if (outcome._tag !== "Killed" && entered !== ended) {
      violations.push(`finalizers: ${entered} bodies began, the finalizers of ${ended} ran`)
    }
    // Only a disk or a kill can come between what a body gave and its record, in a run that is one.
    if (outcome._tag !== "Killed" && stop?.at !== "append" && stop?.at !== "dry") {
      const { executions } = recorded()
      const lost = [...finished].filter((path) => executions.get(path)?.succeeded !== true)
      if (lost.length > 0) violations.push(`finished: nothing is recorded of ${lost.join(", ")}`)
    }
    for (const { key, verdict } of foreseen?.nodes ?? []) {
      count(seen, `foretold: ${verdict}`)
      if (began.has(key) && (verdict === "kept" || verdict === "skipped")) {
        violations.push(`forecast: ${key} ran, although it was to be ${verdict}`)
      }
      if ((verdict === "runs" || verdict === "asks") && !began.has(key) && outcome._tag === "Done") {
        violations.push(`forecast: ${key} did not run, although it was said to`)
      }
    }
    if (foreseen !== undefined) {
      count(seen, "planned")
      if (canonicalJson(foreseen) !== canonicalJson(asked.forecast)) {
        violations.push(`plan: it said ${canonicalJson(asked.forecast)}, and the run ${canonicalJson(foreseen)}`)
      }
    }
    if (!machine.changed && from === undefined && before.phase !== "done") {
      for (const { path, status } of asked.rows) {
        count(seen, `shown as ${status}`)
        const hasBegun = began.has(path.replace(/#.*$/, ""))
        const isOver = status === "done" || status === "kept" || status === "skipped"
        if (isOver && hasBegun) violations.push(`show: ${path} ran, although it was shown as ${status}`)
        const isUnder = status === "running" || status === "stopped"
        // What reads a step that runs first may turn out to have what it needs.
        if (isUnder && !hasBegun && asked.verdicts.get(path) !== "perhaps" && outcome._tag === "Done") {
          violations.push(`show: nothing of ${path} ran, although it was shown as ${status}`)
        }
      }
    }
    if (disk.size > 1) violations.push(`identity: one command made ${disk.size} runs: ${[...disk.keys()].join(", ")}`)
    violations.push(...(yield* foldIsState(machine, outcome, stop)))
    return outcome
  })

/** What a plan says of a run, and the rows that are shown of it. */
const planned = ({ foretold, journal, pipeline, status, told, verdicts }: {
  readonly journal: Service
  readonly foretold: Effect.Effect<Option.Option<Forecast>, never, Journal>
  readonly told: Effect.Effect<ReadonlyArray<DurableEvent>, never, Journal>
  readonly verdicts: Effect.Effect<ReadonlyMap<string, Foretold["verdict"]>, never, Journal>
  readonly status: Effect.Effect<Run.Info, never, Journal>
  readonly pipeline: Pipeline.Any
}) =>
  Effect.gen(function*() {
    const known = { verdicts: yield* verdicts, isStopped: (yield* status).status === "stopped" }
    return {
      forecast: Option.getOrNull(yield* foretold),
      verdicts: known.verdicts,
      rows: Summary.rows(Summary.ofRecord(yield* told, Option.some(pipeline), known))
    }
  }).pipe(Effect.provideService(Journal, journal))

const nothing: Effect.Effect.Success<ReturnType<typeof planned>> = { forecast: null, verdicts: new Map(), rows: [] }

const isDurable = Schema.is(DurableEvent)

const keyAt = (pipeline: Pipeline.Any, index: number): string | undefined => {
  const keys = Pipeline.nodes(pipeline).flatMap(Pipeline.keysOf)
  return keys[index % Math.max(keys.length, 1)]
}

const outcomeOf = (exit: Exit.Exit<number, unknown>): Outcome => {
  if (Exit.isSuccess(exit)) return { _tag: "Done", output: exit.value }
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (error instanceof Suspended) return { _tag: "Suspended", requests: error.requests }
  if (error !== undefined) return { _tag: "Failed", failure: JSON.stringify(error) }
  return Option.match(Cause.dieOption(exit.cause), {
    onSome: (defect) => ({ _tag: "Died", defect: String(defect) }),
    onNone: () => ({ _tag: "Interrupted" })
  })
}

// --- the laws

/** A recorded step never runs twice, nor does one whose recorded failure has a recorded recovery. */
const runsTwice = (
  state: RunState.RunState,
  path: string,
  step: Generated.StepSpec,
  { made, records }: Generated.Worked
): ReadonlyArray<string> => {
  const execution = state.executions.get(path)
  if (
    execution?.step !== Generated.nameOf(step) || execution.version !== step.version ||
    execution.digest !== made.get(path)
  ) return []
  if (execution.succeeded) return [`once: ${path} ran again, although it is recorded`]
  // A recovery stands as long as it, too, would be made from the same.
  const recovery = state.executions.get(`${path}#catch`)
  const again = records.get(`${path}#catch`)
  const stands = recovery?.succeeded === true && recovery.step === again?.step &&
    recovery.version === again.version && recovery.digest === again.digest
  return stands ? [`once: ${path} ran again, although its recovery is recorded`] : []
}

/** The fold of what is on disk is what there is to say of the run. */
const foldIsState = (
  { disk, journal, variant }: Machine,
  outcome: Outcome,
  stop: Stop | undefined
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    const found: Array<string> = []
    for (const [id, stored] of disk) {
      const shown = variant.journal?.(journal) ?? journal
      const info = yield* Effect.orDie(Effect.provideService(Run.info(id), Journal, shown))
      const events = yield* Effect.orDie(Effect.provideService(Run.events(id), Journal, shown))
      const state = stateOf(stored)
      if (plain(info.state) !== plain(state)) found.push("fold: the fold of the events is not the state")
      const texts = events.map(RunRecord.encode)
      if (JSON.stringify(texts) !== JSON.stringify(stored.map(({ text }) => text))) {
        found.push("fold: the events are not those on disk")
      }
      if (plain(state) !== plain(folded(events, stored))) found.push("fold: the state is not what the events say")
      const expected = statusAfter(outcome, stop, state)
      if (expected !== undefined && info.status !== expected) {
        found.push(`status: it says ${info.status} and is ${expected} after ${outcome._tag}`)
      }
    }
    return found
  })

const statusAfter = (outcome: Outcome, stop: Stop | undefined, state: RunState.RunState): string | undefined => {
  if (stop?.at === "dry" && outcome._tag !== "Suspended") return undefined
  if (stop?.at === "append" && outcome._tag === "Failed") return undefined
  switch (outcome._tag) {
    case "Done":
      return "done"
    case "Failed":
    case "Died":
      return "failed"
    case "Suspended":
      return "waiting"
    case "Interrupted":
      // Its end was written down just before.
      return Option.isNone(state.started) ? undefined : state.phase === "running" ? "interrupted" : state.phase
    case "Killed":
      return state.phase === "running" ? "stopped" : state.phase
  }
}

/** The same fold written down once more, as plainly as can be. */
const folded = (events: ReadonlyArray<DurableEvent>, stored: ReadonlyArray<Stored>): RunState.RunState => {
  let state = RunState.empty
  const executions = new Map<string, RunState.Execution>()
  for (const [index, event] of events.entries()) {
    const position = stored[index]?.position ?? -1
    if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
      const { digest, path, step, version } = event
      executions.set(path, { position, succeeded: event._tag === "StepSucceeded", step, version, digest })
    }
    if (event._tag === "StepVoided" || (event._tag === "Compensated" && event.problem === undefined)) {
      executions.delete(event.path)
    }
    state = RunState.apply(state, event, position)
  }
  return {
    ...state,
    executions: Array.from(executions).reduce((all, [path, one]) => all.set(path, one), RunState.empty.executions)
  }
}

/** A state as text, whatever the order of its maps. */
const plain = (state: RunState.RunState): string =>
  canonicalJson({
    ...state,
    started: Option.getOrNull(state.started),
    resumed: Option.getOrNull(state.resumed),
    problem: Option.getOrNull(state.problem),
    executions: Object.fromEntries(state.executions),
    requests: Object.fromEntries(HashMap.filter(state.requests, (open) => open.length > 0)),
    answers: Object.fromEntries(state.answers),
    choices: Object.fromEntries(state.choices)
  })

/** The plan of the same code is the same plan, and tells what feeds what. */
const planIsStable = (spec: Generated.PipelineSpec, reads: number, { build = Generated.build }: Variant) => {
  const one = build(spec, Generated.calm(reads))
  const two = build(spec, Generated.calm(reads))
  const found: Array<string> = []
  if (Plan.shape(one) !== Plan.shape(two)) found.push("plan: the same code has two shapes")
  if (JSON.stringify(Plan.of(one)) !== JSON.stringify(Plan.of(two))) found.push("plan: the same code has two plans")
  if (JSON.stringify(Plan.of(one)) !== JSON.stringify(Plan.of(one))) found.push("plan: looking at it changes it")
  const feeds = Plan.of(one).nodes.map(({ feeds, key }) => [key, [...feeds].sort()])
  const expected = Generated.feedsOf(spec).map(([key, feeds]) => [key, [...feeds].sort()])
  if (JSON.stringify(feeds) !== JSON.stringify(expected)) {
    found.push(`plan: it says ${JSON.stringify(feeds)} of ${JSON.stringify(expected)}`)
  }
  return found
}

/** What a stopped run comes to is what the code comes to that ran undisturbed, and what the model says. */
export const resumeIsUndisturbed = (variant: Variant, store: Store, fresh: Store, seen: Seen) => (spec: Case) =>
  Effect.gen(function*() {
    const { atOnce, input, reads: [before, after], via } = spec
    const second = Option.getOrElse(spec.other, () => Generated.changed(spec.pipeline, spec.changes))
    const stopped = yield* machine(variant, store, seen)
    const { violations } = stopped

    let open: Suspended["requests"] = []
    const answers = () =>
      new Map(open.map(({ id, prompt }) => [id, Given.Json({ value: Generated.answerFrom(prompt) })]))
    for (const { answers: given, stop } of spec.stops) {
      const outcome = yield* session(stopped, {
        spec: spec.pipeline,
        input,
        reads: before,
        stop,
        atOnce,
        answers: given ? answers() : new Map(),
        via
      })
      open = RunState.openRequests(stateOf([...stopped.disk.values()].flat()))
      if (outcome._tag === "Suspended" && canonicalJson(outcome.requests) !== canonicalJson(open)) {
        violations.push("questions: those it ended with are not those that are open")
      }
    }

    stopped.changed = spec.changes.length > 0 || Option.isSome(spec.other) || before !== after
    const last = { spec: second, input, reads: after, stop: undefined, atOnce, via }
    let end = yield* session(stopped, { ...last, answers: new Map() })
    for (let n = 0; end._tag === "Suspended"; n++) {
      if (n > 40) {
        violations.push("resume: it asks for ever")
        break
      }
      open = end.requests
      end = yield* session(stopped, { ...last, answers: answers() })
    }

    const calm = yield* machine(variant, fresh, new Map())
    const reference = yield* session(calm, { ...last, atOnce: "all", answers: new Map() })
    violations.push(...calm.violations.map((violation) => `undisturbed, ${violation}`))

    const worked = Generated.work(second, input, after)
    const said = worked.failure === undefined
      ? { _tag: "Done", output: worked.output }
      : { _tag: "Failed", failure: JSON.stringify(worked.failure) }
    if (canonicalJson(reference) !== canonicalJson(said)) {
      violations.push(`model: ${canonicalJson(reference)} and not ${canonicalJson(said)}`)
    }
    if (canonicalJson(end) !== canonicalJson(reference)) {
      violations.push(`resume: it came to ${canonicalJson(end)}, undisturbed to ${canonicalJson(reference)}`)
    }
    violations.push(...planIsStable(spec.pipeline, before, variant), ...planIsStable(second, after, variant))
    violations.push(...recordsAre("resumed", stopped, worked, !stopped.changed))
    violations.push(...recordsAre("undisturbed", calm, worked, true))
    return violations
  })

/** The records of a run are those that the model says, no less where it succeeded, and no more where none were left over. */
const recordsAre = (
  what: string,
  { disk }: Machine,
  worked: Generated.Worked,
  exactly: boolean
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const stored = [...disk.values()].flat()
  const { executions } = stateOf(stored)
  const valueAt = new Map(stored.map(({ position, text }) => [position, RunRecord.decode(text)]))
  const adoptedFrom = (path: string) => {
    let old = path
    for (const [now, was] of [...worked.adopted].reverse()) {
      if (old === now || old.startsWith(`${now}/`)) old = `${was}${old.slice(now.length)}`
    }
    return old
  }
  for (const [path, { digest, step, value, version }] of worked.records) {
    const place = executions.has(path) ? path : adoptedFrom(path)
    const execution = executions.get(place)
    const event = execution === undefined ? undefined : valueAt.get(execution.position)
    if (event?._tag !== "Right" || event.right._tag !== "StepSucceeded") {
      if (worked.failure === undefined && !worked.loose.some((prefix) => path.startsWith(prefix))) {
        found.push(`records: ${what}, ${path} is not recorded`)
      }
      continue
    }
    const { digest: made, step: name, value: kept, version: number } = event.right
    const fits = name === step && number === version && made === digest && kept === value
    if (!fits && (worked.failure === undefined || exactly)) {
      found.push(`records: ${what}, ${path} holds ${canonicalJson(event.right)}`)
    }
  }
  if (exactly && worked.failure === undefined) {
    for (const [path, { succeeded }] of executions) {
      const isKnown = worked.made.has(path) || worked.loose.some((prefix) => path.startsWith(prefix))
      if (succeeded && !isKnown) found.push(`records: ${what}, ${path} should not be there`)
    }
  }
  return found
}
