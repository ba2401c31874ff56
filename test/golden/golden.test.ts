/** Runs that earlier formats have left, resumed by today's code for ever. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { crc32 } from "node:zlib"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Archive from "../../src/pipeline/Archive.ts"
import type { Journal } from "../../src/pipeline/Journal.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"
import { temporary } from "../cli/command.ts"
import { call } from "../cli/within.ts"
import { golden } from "./program.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const formats = fs.readdirSync(here).filter((name) => name.startsWith("format-"))
const made = temporary()
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))

/** A copy of the runs of a format, for their owner alone. */
const copied = (format: string) =>
  Effect.sync(() => {
    const home = fs.mkdtempSync(join(made, "home-"))
    for (const run of fs.readdirSync(join(here, format, "runs"))) {
      fs.mkdirSync(join(home, "runs", run), { recursive: true, mode: 0o700 })
      fs.writeFileSync(
        join(home, "runs", run, "journal"),
        fs.readFileSync(join(here, format, "runs", run, "journal")),
        { mode: 0o600 }
      )
    }
    return home
  })

/** Something done to the run of a name, in a world that lets every step end. */
const within = <A, E>(
  format: string,
  name: string,
  use: (
    run: Run.Info,
    pipeline: ReturnType<typeof golden>,
    noted: Array<string>
  ) => Effect.Effect<A, E, Journal>
) =>
  Effect.gen(function*() {
    const home = yield* copied(format)
    const noted: Array<string> = []
    const pipeline = golden({ note: (what) => Effect.sync(() => void noted.push(what)), end: Effect.void })
    return yield* Effect.gen(function*() {
      const run = (yield* Run.list).find(({ state }) => JSON.stringify(state.started).includes(`"name":"${name}"`))
      return yield* use(run ?? assert.fail(`there is no run "${name}"`), pipeline, noted)
    }).pipe(Effect.provide(JournalFile.layer({ home })))
  })

/** What each run is, and what becomes of it: the bodies that run, and what it gives. */
const runs = [
  { name: "finished", status: "done", runs: [], answer: null },
  { name: "half-done", status: "stopped", runs: ["ending"], answer: null },
  { name: "waiting", status: "waiting", runs: ["asking", "ending"], answer: "first, second" },
  { name: "failed", status: "failed", runs: ["undone", "ending"], answer: null }
] as const

describe.each(formats)("%s", (format) => {
  it.effect.each(runs)(
    "is resumed: $name",
    ({ answer, name, runs, status }) =>
      within(format, name, (run, pipeline, noted) =>
        Effect.gen(function*() {
          assert.strictEqual(run.status, status)
          const { gone, nodes, renames } = yield* Run.forecastOf(pipeline, run.id)
          assert.deepStrictEqual([renames, gone], [[], []])
          assert.deepStrictEqual(noted, [])

          const answers = new Map(answer === null ? [] : [["asked", Given.Json({ value: "second" })]])
          const given = yield* Run.resume(pipeline, run.id, { answers })

          assert.deepStrictEqual(noted, [...runs])
          assert.deepStrictEqual(given, {
            end: `undone(two(one(source(${name}))).)`,
            answer,
            again: "!!",
            at: new Date(0)
          })
          const kept = nodes.filter(({ verdict }) => verdict === "kept").map(({ key }) => key)
          assert.includeMembers(kept, [
            "source",
            "typed",
            "in",
            "left",
            "right",
            "each",
            "again",
            "caught",
            "checked",
            "spent"
          ])
          assert.strictEqual((yield* Run.info(run.id)).status, "done")
          yield* Run.resume(pipeline, run.id)
          assert.deepStrictEqual(noted, [...runs])
        }))
  )

  it.effect("is written by today's code as it stands, as far as the format is today's", () =>
    Effect.gen(function*() {
      const kinds = new Set<string>()
      for (const { name } of runs) {
        yield* within(format, name, ({ id }) =>
          Effect.gen(function*() {
            const events = yield* Run.events(id)
            const { text } = yield* Archive.make(id)
            for (const { _tag } of events) kinds.add(_tag)
            if (format === `format-${RunRecord.format}`) {
              assert.deepStrictEqual(events.map(RunRecord.encode), text.trimEnd().split("\n").slice(1))
            }
          }))
      }
      assert.deepStrictEqual([...kinds].sort(), [
        "AnswerRecorded",
        "AnswerRefused",
        "ChoiceMade",
        "Compensated",
        "RequestOpened",
        "RunFailed",
        "RunInterrupted",
        "RunResumed",
        "RunStarted",
        "RunSucceeded",
        "RunSuspended",
        "StepFailed",
        "StepSucceeded",
        "StepVoided"
      ])
    }))
})

describe("a newer format", () => {
  it.live("is refused as newer than this Cairn, by every command, and is not touched", () =>
    Effect.gen(function*() {
      const cwd = fs.mkdtempSync(join(made, "cwd-"))
      yield* call(["fixture", "--how", "fail", "-q"], { cwd })
      const runs = join(cwd, ".cairn/runs")
      const [id = ""] = fs.readdirSync(runs)
      const journal = join(runs, id, "journal")
      const lines = fs.readFileSync(journal, "utf8").trimEnd().split("\n").map((line) => {
        const json = line.slice(9).replace(`"format":${RunRecord.format}`, `"format":${RunRecord.format + 1}`)
        return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`
      })
      fs.writeFileSync(journal, lines.join(""))
      const before = fs.readFileSync(journal)

      for (
        const args of [
          "fixture --how fail",
          "resume @last",
          "show @last",
          "plan @last",
          "plan fixture --how fail",
          "fork @last",
          "export @last -o run.jsonl",
          "answer @last --file -"
        ]
      ) {
        const { code, stderr } = yield* call(args.split(" "), { cwd, input: "1" })
        assert.strictEqual(code, 65, args)
        assert.include(stderr.replaceAll(/\n */g, " "), "is newer than this Cairn", args)
        assert.include(stderr, "Update Cairn, then repeat the command. Nothing was changed.")
      }
      const listed = yield* call(["runs"], { cwd })
      assert.strictEqual(listed.code, 0)
      assert.match(listed.stdout, new RegExp(`^${id} +fixture +newer `, "m"))
      assert.include((yield* call(["rm", id], { cwd })).stderr, `Run "${id}" is newer than this Cairn, and what it has`)
      assert.deepStrictEqual(fs.readFileSync(journal), before)
      assert.deepStrictEqual(fs.readdirSync(runs), [id])
    }))
})
