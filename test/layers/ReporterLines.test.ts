import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ReporterLines from "../../src/layers/Reporter/Lines.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import type { RunEvent } from "../../src/pipeline/RunEvent.ts"

/** What is written for events. */
const told = (events: ReadonlyArray<RunEvent>, options: { readonly hint?: string } = {}) => {
  let text = ""
  const layer = ReporterLines.layer({
    ...options,
    write: (more) => {
      text += more
    }
  })
  return Effect.flatMap(Reporter, ({ report }) => Effect.forEach(events, report)).pipe(
    Effect.provide(Layer.fresh(layer)),
    Effect.map(() => text.trimEnd().split("\n"))
  )
}

const of = 3
const began: RunEvent = {
  _tag: "RunStarted",
  at: 0,
  format: 1,
  run: "p-1",
  program: "p",
  identity: "",
  input: null,
  settings: {},
  plan: "",
  of
}
const resumed: RunEvent = {
  _tag: "RunResumed",
  at: 0,
  settings: {},
  plan: "",
  of,
  was: "waiting",
  run: "p-1",
  program: "p"
}

const place = (number: number) => ({ at: 0, path: `s${number}`, number, of, title: `Step of ${number}` })
const execution = { ms: 1200, attempts: 1, step: "s", version: 1, digest: "" }

const started = (number: number): RunEvent => ({ _tag: "StepStarted", ...place(number) })
const succeeded = (number: number, summary?: string): RunEvent => ({
  _tag: "StepSucceeded",
  ...place(number),
  ...execution,
  value: null,
  ...(summary === undefined ? {} : { summary })
})
const reused = (number: number): RunEvent => ({ _tag: "Reused", ...place(number) })
const problem = { _tag: "Failure", tag: "Oops", message: "it is no good", fix: "None." } as const
const failed = (number: number): RunEvent => ({ _tag: "StepFailed", ...place(number), ...execution, problem })
const group = (number: number, done: number, total: number, open = true, failed = 0): RunEvent => ({
  _tag: "GroupProgressed",
  ...place(number),
  done,
  total,
  failed,
  open
})
const item = (number: number, key: string): RunEvent => ({
  _tag: "StepStarted",
  at: 0,
  path: `s${number}/${key}`,
  title: `Step of ${number}: ${key}`
})

describe("plain lines", () => {
  it.effect("say that a step begins, and below it what came of it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* told([began, started(1), succeeded(1, "it is done"), started(2), succeeded(2), started(3), failed(3)]),
        [
          "p · run p-1",
          "Step 1/3: Step of 1...",
          "   ✓ it is done",
          "Step 2/3: Step of 2...",
          "   ✓ done",
          "Step 3/3: Step of 3...",
          "   ✗ it is no good"
        ]
      )
    }))

  it.effect("name a step again that ends after others have begun", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* told([began, started(1), started(2), succeeded(1, "one"), succeeded(2, "two")]), [
        "p · run p-1",
        "Step 1/3: Step of 1...",
        "Step 2/3: Step of 2...",
        "Step 1/3: Step of 1",
        "   ✓ one",
        "Step 2/3: Step of 2",
        "   ✓ two"
      ])
    }))

  it.effect("tell what is kept together, and what runs again with the reason", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* told([
          resumed,
          reused(1),
          reused(2),
          { _tag: "StepStarted", ...place(3), why: "the input changed" },
          {
            _tag: "StepSucceeded",
            ...place(3),
            ...execution,
            attempts: 2,
            value: null,
            summary: "three",
            why: "the input changed"
          }
        ], { hint: "--new starts over" }),
        [
          "p · going on with run p-1 (it waited for an answer; --new starts over)",
          "Steps 1–2 of 3: done before, kept",
          "Step 3/3: Step of 3... (again: the input changed)",
          "   ✓ three  (2 attempts)"
        ]
      )
    }))

  it.effect("tell every tenth of a long list, and the failures in it", () =>
    Effect.gen(function*() {
      const events: Array<RunEvent> = [began, group(1, 0, 40)]
      for (let done = 1; done <= 39; done++) events.push(item(1, `${done}`), group(1, done, 40))
      events.push(
        item(1, "40"),
        { _tag: "StepFailed", at: 0, path: "s1/40", ...execution, problem },
        group(1, 39, 40, true, 1),
        group(1, 39, 40, false, 1)
      )

      assert.deepStrictEqual(yield* told(events), [
        "p · run p-1",
        "Step 1/3: Step of 1...",
        ...[4, 8, 12, 16, 20, 24, 28, 32, 36].map((done) => `   ${done}/40`),
        "   ✗ s1/40: it is no good",
        "   ✗ 39/40, 1 failed"
      ])
    }))

  it.effect("tell a short list by its end, an empty one as not needed, and a kept one as kept", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* told([
          resumed,
          group(1, 0, 2),
          group(1, 1, 2),
          group(1, 2, 2),
          group(1, 2, 2, false),
          group(2, 0, 0),
          group(2, 0, 0, false),
          group(3, 0, 2),
          group(3, 1, 2),
          item(3, "b"),
          group(3, 2, 2),
          group(3, 2, 2, false)
        ]),
        [
          "p · going on with run p-1 (it waited for an answer)",
          "Step 1 of 3: done before, kept",
          "Step 2/3: Step of 2",
          "   – not needed",
          "Step 3/3: Step of 3...",
          "   ✓ 2/2"
        ]
      )
    }))

  it.effect("show retries with reason and delay, questions, answers, undoing and what is announced", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* told([
          began,
          started(1),
          { _tag: "Retrying", ...place(1), attempt: 1, problem, delay: 2500 },
          {
            _tag: "RequestOpened",
            at: 0,
            request: {
              id: "1",
              path: "s1",
              step: "s",
              version: 1,
              digest: "",
              name: "n",
              ask: "user",
              prompt: "?",
              files: [],
              answerSchema: {}
            }
          },
          {
            _tag: "Announced",
            at: 0,
            announcement: { title: "Found", rows: [["A", "1"], ["Long", "2"]], next: ["Go"] }
          },
          { _tag: "Compensated", at: 0, path: "s1", title: "Step of 1" }
        ]),
        [
          "p · run p-1",
          "Step 1/3: Step of 1...",
          "   ↻ Step of 1: attempt 2 in 2.5s: it is no good",
          "   ? waits for an answer  (2 attempts)",
          "",
          "Found",
          "  A     1",
          "  Long  2",
          "",
          "Next",
          "  1. Go",
          "",
          "   ↶ Step of 1: undone"
        ]
      )
    }))
})
