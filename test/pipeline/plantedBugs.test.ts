/** A law counts only if it finds what it is there to find: each kind of bug is planted, and must be found. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import type { Journal, OpenJournal } from "../../src/pipeline/Journal.ts"
import type * as Step from "../../src/pipeline/Step.ts"
import * as Generated from "./arbitraryPipeline.ts"
import * as Laws from "./laws.ts"

/** What a law finds broken, in the first of so many cases in which it does. The seed is fixed: it finds it every time. */
const found = (
  law: string,
  variant: Laws.Variant,
  cases: FastCheck.Arbitrary<Laws.Case>
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    for (const spec of FastCheck.sample(cases, { numRuns: 300, seed: 20 })) {
      const violations = yield* Laws.resumeIsUndisturbed(
        variant,
        Laws.inMemory(JournalMemory.make()),
        Laws.inMemory(JournalMemory.make()),
        new Map()
      )(spec)
      const ofLaw = violations.filter((violation) => violation.startsWith(`${law}: `))
      if (ofLaw.length > 0) return ofLaw
    }
    return []
  })

/** Plants something into every step. */
const inSteps = (change: (definition: Step.Definition) => Partial<Step.Definition>): Laws.Variant => ({
  step: <In, A, E>(step: Step.Step<In, A, E>): Step.Step<In, A, E> =>
    Object.assign((input: In) => step(input), step, { definition: { ...step.definition, ...change(step.definition) } })
})

/** Plants something into every journal that is opened. */
const inJournals = (change: (opened: OpenJournal) => Partial<OpenJournal>): Laws.Variant => ({
  journal: (journal: Journal["Type"]) => ({
    ...journal,
    open: (name) => Effect.map(journal.open(name), (opened) => ({ ...opened, ...change(opened) }))
  })
})

const blind = (definition: Step.Definition) => ({
  input: { ...definition.input, encode: () => Either.right(null) }
})

/** Journals that acknowledge a record before they have it: it gets there with the next one. */
const hasty: Laws.Variant = inJournals((opened) => {
  let waiting: ReadonlyArray<string> = []
  let length = 0
  return {
    scan: (initial, fold) =>
      opened.scan(initial, (state, record, position) => {
        length = position + 1
        return fold(state, record, position)
      }),
    append: (records, options) =>
      Effect.suspend(() => {
        const late = waiting
        waiting = records
        const positions = records.map((_, index) => length + index)
        length += records.length
        return late.length === 0 ? Effect.succeed(positions) : Effect.as(opened.append(late, options), positions)
      })
  }
})

/** Journals that say they have a record, and do not. */
const dropping = (dropped: (record: string) => boolean): Laws.Variant =>
  inJournals((opened) => ({
    append: (records, options) =>
      Effect.map(opened.append(records.filter((record) => !dropped(record)), options), (positions) => {
        let next = 0
        return records.map((record) => (dropped(record) ? -1 : positions[next++] ?? -1))
      })
  }))

/** Journals that do not give back all of what they have. */
const losing = (lost: (record: string) => boolean): Laws.Variant =>
  inJournals((opened) => ({
    scan: (initial, fold) =>
      opened.scan(initial, (state, record, position) => (lost(record) ? state : fold(state, record, position)))
  }))

const isKind = (kind: string) => (record: string) => record.startsWith(`{"k":"${kind}"`)

const planted: ReadonlyArray<
  readonly [bug: string, law: string, variant: Laws.Variant, cases: FastCheck.Arbitrary<Laws.Case>]
> = [
  ["reuse that ignores the input", "resume", inSteps(blind), Laws.changedCase],
  [
    "reuse by key alone",
    "resume",
    inSteps((definition) => ({ ...blind(definition), name: "any", version: 1 })),
    Laws.changedCase
  ],
  ["reuse that ignores the version", "resume", inSteps(() => ({ version: 1 })), Laws.changedCase],
  ["reuse that ignores the step's name", "resume", inSteps(() => ({ name: "any" })), Laws.changedCase],
  [
    "reuse that ignores what a step reads",
    "resume",
    inSteps(() => ({ fingerprint: Option.none() })),
    Laws.changedCase
  ],
  ["visible before durable", "durable", hasty, Laws.unchangedCase],
  ["answers lost on a re-run", "answers", dropping(isKind("AnswerRecorded")), Laws.unchangedCase],
  ["answers lost on a resume", "answers", losing(isKind("AnswerRecorded")), Laws.unchangedCase],
  ["questions lost on a resume", "questions", losing(isKind("RequestOpened")), Laws.unchangedCase],
  ["a result lost on a resume", "once", losing(isKind("S")), Laws.unchangedCase],
  ["a recovery lost on a resume", "once", losing((record) => record.includes("#catch")), Laws.unchangedCase],
  ["an end that is not written down", "status", dropping(isKind("RunInterrupted")), Laws.unchangedCase],
  ["a state that is not the fold", "fold", {
    journal: (journal) => ({
      ...journal,
      peek: (name, initial, fold) =>
        journal.peek(
          name,
          initial,
          (state, record, position) => (isKind("StepFailed")(record) ? state : fold(state, record, position))
        )
    })
  }, Laws.unchangedCase],
  [
    "a result that is not what the step gives",
    "model",
    inSteps(({ success }) => ({ success: { ...success, decode: () => Either.right(0) } })),
    Laws.unchangedCase
  ],
  [
    "finalizers that are not waited for",
    "finalizers",
    inSteps(({ execute }) => ({
      execute: (input, watch) => Effect.flatMap(Effect.forkDaemon(execute(input, watch)), Fiber.join)
    })),
    Laws.unchangedCase
  ],
  ["a plan that is another one each time", "plan", { build: everOther() }, Laws.unchangedCase]
]

/** Builds the nodes of a pipeline in another order every other time. */
function everOther(): typeof Generated.build {
  let times = 0
  return (spec, world) =>
    Generated.build(times++ % 2 === 0 ? spec : { ...spec, nodes: [...spec.nodes].reverse() }, world)
}

describe("the laws find", () => {
  for (const [bug, law, variant, cases] of planted) {
    it.live(bug, () =>
      Effect.gen(function*() {
        const violations = yield* found(law, variant, cases)

        assert.isAbove(violations.length, 0)
      }))
  }
})
