import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import * as ReporterLive from "../../src/layers/Reporter/Live.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import type { RunEvent } from "../../src/pipeline/RunEvent.ts"
import * as Terminal from "../cli/Terminal.ts"

interface View {
  readonly tell: (...events: ReadonlyArray<RunEvent>) => Effect.Effect<void>
  /** Something else writes to the terminal. */
  readonly log: (text: string) => Effect.Effect<void>
  /** Something else draws on the terminal. */
  readonly beside: (text: string) => Effect.Effect<void>
  readonly resize: (columns: number, rows: number) => Effect.Effect<void>
  readonly screen: Effect.Effect<ReadonlyArray<string>>
  readonly all: Effect.Effect<ReadonlyArray<string>>
  /** Each piece that was written. */
  readonly writes: Array<string>
}

/** A view on a terminal; it ends with the scope. */
const open = (
  size: { readonly columns: number; readonly rows: number } = { columns: 60, rows: 12 },
  titles?: ReadonlyArray<string>
) =>
  Effect.gen(function*() {
    let now = size
    let changed = () => {}
    const terminal = Terminal.make(size)
    const writes: Array<string> = []
    const draw = (text: string) => {
      writes.push(text)
      terminal.write(text.replaceAll("\n", "\r\n"))
    }
    let write = draw
    let settle = () => {}
    const layer = ReporterLive.layer({
      ...(titles === undefined ? {} : { titles }),
      draw,
      size: () => now,
      onResize: (listener) => {
        changed = listener
        return () => {
          changed = () => {}
        }
      },
      onPause: () => () => {},
      onBeside: (settles) => {
        settle = settles
        return () => {
          settle = () => {}
        }
      },
      divert: (to) => {
        write = (text) => to(text)
        return () => {
          write = draw
        }
      }
    })
    const { report } = yield* Effect.provide(Reporter, yield* Layer.build(layer))
    const view: View = {
      tell: (...events) => Effect.forEach(events, report, { discard: true }),
      log: (text) => Effect.sync(() => write(text)),
      beside: (text) =>
        Effect.sync(() => {
          settle()
          draw(text)
        }),
      resize: (columns, rows) =>
        Effect.sync(() => {
          now = { columns, rows }
          terminal.resize(columns, rows)
          changed()
        }),
      screen: Effect.sync(terminal.screen),
      all: Effect.sync(terminal.all),
      writes
    }
    return view
  })

const of = 12

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

const place = (number: number, title = `Step ${number}`) => ({ path: `s${number}`, number, of, title })
const identity = { step: "s", version: 1, digest: "" }

const started = (number: number, at = 0, title?: string): RunEvent => ({
  _tag: "StepStarted",
  at,
  ...place(number, title)
})
const succeeded = (number: number, summary?: string, title?: string): RunEvent => ({
  _tag: "StepSucceeded",
  at: 0,
  ms: 100,
  attempts: 1,
  value: null,
  ...identity,
  ...place(number, title),
  ...(summary === undefined ? {} : { summary })
})
const failed = (number: number): RunEvent => ({
  _tag: "StepFailed",
  at: 0,
  ms: 100,
  attempts: 1,
  ...identity,
  ...place(number),
  problem: { _tag: "Failure", tag: "Oops", message: `number ${number} is no good`, fix: "None." }
})
const group = (number: number, done: number, total: number, open = true): RunEvent => ({
  _tag: "GroupProgressed",
  at: 0,
  done,
  total,
  failed: 0,
  open,
  ...place(number)
})

describe("the live view", () => {
  it.scoped("draws each row once a moment, in one piece, and leaves text", () =>
    Effect.gen(function*() {
      const view = yield* open()

      yield* view.tell(began, started(1))
      assert.deepStrictEqual(yield* view.screen, ["p · run p-1", "⠋  1/12 Step 1                          0.0s"])
      yield* TestClock.adjust("160 millis")
      assert.deepStrictEqual(yield* view.screen, ["p · run p-1", "⠹  1/12 Step 1                          0.2s"])
      yield* view.tell(succeeded(1, "it is done"))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual(yield* view.screen, [
        "p · run p-1",
        "✓  1/12 Step 1                          0.1s  it is done"
      ])
      // The beginning, the row, two frames, the text that it became; then there is nothing to draw.
      const { length } = view.writes
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([length, view.writes.length], [5, 5])
    }))

  it.scoped("has all rows below each other from the first one on, where the titles are known", () =>
    Effect.gen(function*() {
      const long = "A step whose title is rather long"
      const view = yield* open({ columns: 80, rows: 12 }, ["Step 1", long])

      yield* view.tell(began, started(1), succeeded(1, "one"))
      yield* TestClock.adjust("80 millis")
      yield* view.tell(started(2, 0, long), succeeded(2, "two", long))
      yield* TestClock.adjust("80 millis")

      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "✓  1/12 Step 1                               0.1s  one",
        `✓  2/12 ${long}    0.1s  two`
      ])
    }))

  it.scoped("leaves what has ended as text before somebody else draws below it", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(began, started(1), succeeded(1, "it is done"))

      yield* view.beside("? Which one\n")
      yield* TestClock.adjust("10 seconds")
      yield* view.tell(started(2, 10_000))

      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "✓  1/12 Step 1                          0.1s  it is done",
        "? Which one",
        "⠴  2/12 Step 2                          0.0s"
      ])
    }))

  it.scoped("draws nothing over what somebody else draws, until it hears of a row again", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(began, group(1, 0, 2))

      yield* view.beside("? Which one\n")
      yield* view.tell({ _tag: "StepStarted", at: 0, path: "s1/a", title: "Step 1: a", hidden: true })
      yield* TestClock.adjust("10 seconds")
      yield* view.beside("? And then\n")
      assert.deepStrictEqual((yield* view.screen).slice(1), ["? Which one", "? And then"])

      yield* view.tell(group(1, 1, 2))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "? Which one",
        "? And then",
        "⠦  1/12 Step 1                         10.1s  1/2  a"
      ])
    }))

  it.scoped("says how far a chain came, and breaks what is long between words", () =>
    Effect.gen(function*() {
      const view = yield* open({ columns: 40, rows: 30 })
      const run = "settings-20e660ee-1"
      yield* view.tell(
        { _tag: "RunResumed", at: 0, settings: {}, plan: "", of, was: "interrupted", run, program: "settings" },
        {
          _tag: "Validated",
          at: 0,
          path: "",
          report: {
            passed: ["resume"],
            failed: ["session"],
            warnings: [],
            skipped: [{ check: "save", reason: "\"session\" found an error" }]
          }
        },
        // That of a part is the part's own business.
        {
          _tag: "Validated",
          at: 0,
          path: "s1",
          report: { passed: [], failed: ["a"], warnings: [], skipped: [] }
        }
      )
      yield* TestClock.adjust("80 millis")

      assert.deepStrictEqual(yield* view.screen, [
        "settings · going on with run",
        "   settings-20e660ee-1",
        "   (it was interrupted)",
        "   ✓ resume: passed",
        "   ✗ session: failed",
        "   – save: skipped, \"session\" found an",
        "     error"
      ])
    }))

  it.scoped("lets rows that end at once become text in their order", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(began, started(1), started(2), started(3))

      yield* view.tell(succeeded(3), failed(2))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "⠙  1/12 Step 1                          0.1s",
        "✗  2/12 Step 2                          0.1s  number 2 is …",
        "✓  3/12 Step 3                          0.1s"
      ])

      yield* view.tell(succeeded(1))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "✓  1/12 Step 1                          0.1s",
        "✗  2/12 Step 2                          0.1s",
        "        number 2 is no good",
        "✓  3/12 Step 3                          0.1s"
      ])
    }))

  it.scoped("writes no more for a thousand items than their time asks for", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(began, group(1, 0, 1000))
      for (let item = 1; item <= 1000; item++) {
        yield* view.tell(
          { _tag: "StepStarted", at: 0, path: `s1/${item}`, title: `Step 1: ${item}` },
          group(1, item, 1000)
        )
        if (item % 10 === 0) yield* TestClock.adjust("10 millis")
      }
      yield* view.tell(group(1, 1000, 1000, false))
      yield* TestClock.adjust("80 millis")

      assert.deepStrictEqual((yield* view.screen).slice(1), [
        "✓  1/12 Step 1                          0.0s  1000/1000"
      ])
      assert.isAtMost(view.writes.length, 1000 / 80 + 4)
      assert.isAtMost(view.writes.join("").length, view.writes.length * 120)
    }))

  it.scoped("shows what others write above the rows, line by line", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(began, started(1))

      yield* view.log("half a ")
      yield* TestClock.adjust("80 millis")
      assert.strictEqual((yield* view.screen).length, 2)
      yield* view.log("line\nand more\n")
      yield* TestClock.adjust("80 millis")

      assert.deepStrictEqual(yield* view.screen, [
        "p · run p-1",
        "half a line",
        "and more",
        "⠹  1/12 Step 1                          0.2s"
      ])
    }))

  it.scoped("shows as many rows as there is room for", () =>
    Effect.gen(function*() {
      const view = yield* open({ columns: 60, rows: 6 })
      yield* view.tell(began, ...Array.from({ length: 9 }, (_, index) => started(index + 1)))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual((yield* view.screen).map((line) => line.slice(0, 14).trim()), [
        "p · run p-1",
        "⠙  1/12 Step 1",
        "⠙  2/12 Step 2",
        "⠙  3/12 Step 3",
        "… 6 more"
      ])

      yield* view.tell(succeeded(5))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual((yield* view.all).map((line) => line.slice(0, 14).trim()), [
        "p · run p-1",
        "✓  5/12 Step 5",
        "⠹  1/12 Step 1",
        "⠹  2/12 Step 2",
        "⠹  3/12 Step 3",
        "… 5 more"
      ])
    }))

  it.scoped("is never wider than the terminal, whatever a title is made of", () =>
    Effect.gen(function*() {
      const view = yield* open({ columns: 40, rows: 12 })
      const title = "日本語のとても長いタイトル 👩‍👩‍👧 \u001B[2J and on and on"
      yield* view.tell(began, started(1, 0, title), {
        _tag: "StepProgressed",
        at: 0,
        ...place(1),
        progress: { done: 7, total: 9, note: "\u001B]0;owned\u0007" }
      })
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual(yield* view.screen, ["p · run p-1", "⠙  1/12 日本語のとても長…     0.1s  7/9"])

      yield* view.tell(succeeded(1, "\u001B[1A漢字", title))
      yield* TestClock.adjust("80 millis")
      assert.deepStrictEqual(yield* view.screen, [
        "p · run p-1",
        "✓  1/12 日本語のとても長いタイトル 👩‍👩‍👧",
        "        \\u{1B}[2J and on and on",
        "        0.1s  7/9  \\u{1B}[1A漢字"
      ])
    }))

  it.scoped("tells reused steps together", () =>
    Effect.gen(function*() {
      const view = yield* open()
      yield* view.tell(
        { _tag: "RunResumed", at: 0, settings: {}, plan: "", of, was: "failed", run: "p-1", program: "p" },
        ...[1, 2, 3].map((number): RunEvent => ({ _tag: "Reused", at: 0, ...place(number) })),
        { _tag: "Skipped", at: 0, ...place(4) },
        { _tag: "Reused", at: 0, ...place(5) },
        started(6)
      )
      yield* TestClock.adjust("80 millis")

      assert.deepStrictEqual(yield* view.screen, [
        "p · going on with run p-1 (it had failed)",
        "Steps 1–3 of 12: done before, kept",
        "–  4/12 Step 4                          0.0s  not needed",
        "Step 5 of 12: done before, kept",
        "⠙  6/12 Step 6                          0.1s"
      ])
    }))

  it.effect("leaves what was under way as text when it ends", () =>
    Effect.gen(function*() {
      const view = yield* Effect.scoped(Effect.gen(function*() {
        const view = yield* open()
        yield* view.tell(began, started(1), started(2), succeeded(2))
        yield* TestClock.adjust("1 seconds")
        yield* view.tell({ _tag: "RunInterrupted", at: 1000 })
        yield* view.log("no end of the line")
        return view
      }))

      assert.deepStrictEqual(yield* view.all, [
        "p · run p-1",
        "■  1/12 Step 1                          1.0s  stopped",
        "✓  2/12 Step 2                          0.1s",
        "no end of the line"
      ])
      yield* view.log("\nafterwards")
      assert.strictEqual((yield* view.all).at(-1), "afterwards")
    }))

  it.effect.prop(
    "leaves each word once, in whatever order steps end, others write, and the terminal changes its size",
    {
      doings: fc.array(
        fc.oneof(
          fc.record({ _tag: fc.constant("Ends" as const), number: fc.integer({ min: 1, max: 6 }), well: fc.boolean() }),
          fc.record({ _tag: fc.constant("Logs" as const), ends: fc.boolean() }),
          fc.record({ _tag: fc.constant("Passes" as const), ms: fc.integer({ min: 1, max: 200 }) }),
          fc.record({ _tag: fc.constant("Resizes" as const), columns: fc.integer({ min: 24, max: 90 }) })
        ),
        { maxLength: 24 }
      )
    },
    ({ doings }) =>
      Effect.gen(function*() {
        const running = new Set<number>()
        const ended: Array<number> = []
        let logged = ""
        const view = yield* Effect.scoped(Effect.gen(function*() {
          const view = yield* open({ columns: 80, rows: 20 })
          yield* view.tell(began)
          for (const doing of doings) {
            switch (doing._tag) {
              case "Ends": {
                const { number, well } = doing
                if (ended.includes(number)) break
                if (running.delete(number)) {
                  ended.push(number)
                  yield* view.tell(well ? succeeded(number, `word${number}`) : failed(number))
                } else {
                  running.add(number)
                  yield* view.tell(started(number))
                }
                break
              }
              case "Logs": {
                const text = `log${logged.length}${doing.ends ? "\n" : " "}`
                logged += text
                yield* view.log(text)
                break
              }
              case "Passes":
                yield* TestClock.adjust(doing.ms)
                break
              case "Resizes":
                yield* view.resize(doing.columns, 20)
            }
          }
          return view
        }))

        // Where lines are broken depends on the width; the words do not.
        const words = (yield* view.all).join(" ").split(/\s+/)
        const expected = [
          "p · run p-1",
          ...[...ended, ...running].map((number) => `${number}/12 Step ${number}`),
          logged
        ].join(" ").split(/\s+/).filter((word) => word !== "")
        const isTold = (word: string) => /^(log\d+|\d+\/12|Step|p|run|p-1|·)$/.test(word)
        assert.deepStrictEqual(words.filter(isTold).sort(), expected.filter(isTold).sort())
        assert.strictEqual(words.filter((word) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]$/.test(word)).length, 0)
        assert.strictEqual(words.filter((word) => /^[✓✗…]$/.test(word)).length, ended.length + running.size)
      }),
    { fastCheck: { numRuns: 60 } }
  )
})
