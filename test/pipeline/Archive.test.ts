import { LibsqlClient } from "@effect/sql-libsql"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import * as JournalSql from "../../src/layers/Journal/Sql.ts"
import * as Archive from "../../src/pipeline/Archive.ts"
import * as CurrentStep from "../../src/pipeline/CurrentStep.ts"
import { sha256 } from "../../src/pipeline/digest.ts"
import { Journal } from "../../src/pipeline/Journal.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { suspended } from "../../src/pipeline/Suspended.ts"
import { temporary } from "../layers/journal/temporary.ts"
import * as Scene from "./scene.ts"

const { step } = Scene

/** A run that has come to an answer, and waits for another. */
const waiting = Effect.gen(function*() {
  const scene = yield* Scene.make
  const asking = Step.make("asking", {
    title: "Asking",
    input: Schema.String,
    success: Schema.String,
    run: () =>
      Effect.gen(function*() {
        const one = yield* ask("one")
        return one + (yield* ask("two"))
      })
  })
  const ask = (name: string) => CurrentStep.ask({ name, ask: "user", prompt: "?", answer: Schema.String }, suspended)
  const pipeline = Pipeline.make("kept", { input: Schema.String }).pipe(
    Pipeline.step("first", step(scene, "first"), ({ input }) => input),
    Pipeline.step("asked", asking, ({ first }) => first),
    Pipeline.output(Schema.String, ({ asked }) => asked)
  )
  const answer = (value: string) => ({ answers: new Map([["asked", Given.Json({ value })]]) })
  yield* Effect.exit(scene.on(Run.start(pipeline, "é ☃ \u2028 🪨")))
  yield* Effect.exit(scene.on(Run.resume(pipeline, scene.id(), answer("yes "))))
  scene.noted()
  return { scene, pipeline, answer, id: scene.id() }
})

const recordsOf = (id: string) =>
  Effect.flatMap(Journal, (journal) => journal.peek<ReadonlyArray<string>>(id, [], (all, record) => [...all, record]))

const refusal = (scene: Scene.Scene, text: string) =>
  scene.on(Effect.flip(Archive.restore(text, { where: "run.jsonl" })))

/** The text with a line of it changed, and a checksum that says that it should be so. */
const forged = (text: string, change: (lines: Array<string>) => void) => {
  const lines = text.split("\n").slice(1, -1)
  change(lines)
  const body = lines.map((line) => `${line}\n`).join("")
  const header = { ...JSON.parse(text.split("\n")[0] ?? ""), records: lines.length, sha256: sha256(body) }
  return `${JSON.stringify(header)}\n${body}`
}

describe("an exported run", () => {
  const stores: ReadonlyArray<readonly [name: string, layer: () => Layer.Layer<Journal>]> = [
    ["memory", () => JournalMemory.layerOf(JournalMemory.make())],
    ["files", () => JournalFile.layer({ home: join(temporary(), "home") })],
    [
      "SQLite",
      () =>
        JournalSql.layer().pipe(
          Layer.provide(LibsqlClient.layer({ url: `file:${join(temporary(), "runs.db")}` })),
          Layer.orDie
        )
    ]
  ]

  it.effect.each(stores)("is the same run in another store: %s", ([, layer]) =>
    Effect.gen(function*() {
      const { answer, id, pipeline, scene } = yield* waiting
      const { header, text } = yield* scene.on(Archive.make(id))

      yield* Effect.gen(function*() {
        assert.deepStrictEqual(yield* Archive.restore(text, { where: "it" }), header)
        assert.deepStrictEqual(yield* recordsOf(id), scene.store.journals.get(id)?.records)
        assert.strictEqual((yield* Run.info(id)).status, "waiting")
        assert.strictEqual((yield* Archive.make(id)).text, text)
        const exists = yield* Effect.flip(Archive.restore(text, { where: "it" }))
        assert.deepStrictEqual(exists, new Archive.RunExists({ run: id }))

        assert.strictEqual(yield* Run.resume(pipeline, id, answer("indeed")), "yes indeed")
        assert.deepStrictEqual(scene.noted(), [])
      }).pipe(Effect.provide(layer()))
    }))

  it.effect("says what it is in its first line, and holds the records as they are", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* waiting
      const { header, text } = yield* scene.on(Archive.make(id))
      const [first = "", ...lines] = text.split("\n")

      assert.deepStrictEqual(JSON.parse(first), header)
      assert.deepStrictEqual(
        [header.schema, header.run, header.program, header.records],
        ["cairn.export/1", id, "kept", lines.length - 1]
      )
      assert.strictEqual(header.sha256, sha256(lines.join("\n")))
      assert.deepStrictEqual(lines.slice(0, -1), scene.store.journals.get(id)?.records)
    }))

  it.effect("is refused in words where it is cut, changed, newer or something else, and nothing is made", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* waiting
      const { text } = yield* scene.on(Archive.make(id))
      const there = yield* Scene.make
      const cases: ReadonlyArray<readonly [text: string, message: string, newer?: true]> = [
        ["", "run.jsonl cannot be imported: it is not an exported run"],
        ["{", "run.jsonl cannot be imported: it is not an exported run"],
        ["{\"schema\":\"cairn.result/1\"}\n", "run.jsonl cannot be imported: it is not an exported run"],
        ["{\"schema\":\"cairn.export/1\"}\n", "run.jsonl cannot be imported: its first line does not fit"],
        [text.replace(id, "../../evil"), "run.jsonl cannot be imported: its first line does not fit"],
        [text.replace("cairn.export/1", "cairn.export/2"), "run.jsonl is newer than this Cairn: cairn.export/2", true],
        [
          text.replace("first", "f1rst"),
          "run.jsonl cannot be imported: it is damaged: what it holds is not what was exported"
        ],
        [`${text}{}\n`, "run.jsonl cannot be imported: it is damaged: what it holds is not what was exported"],
        [
          text.replaceAll("\n", "\r\n"),
          "run.jsonl cannot be imported: it is damaged: what it holds is not what was exported"
        ],
        [
          forged(text, (lines) => void lines.splice(2, 0, "{\"k\":\"FromTheFuture\"}")),
          "run.jsonl is newer than this Cairn: line 4: unknown kind of record \"FromTheFuture\"",
          true
        ],
        [
          forged(text, (lines) => {
            lines[0] = lines[0]?.replace(`"format":${RunRecord.format}`, `"format":${RunRecord.format + 1}`) ?? ""
          }),
          `run.jsonl is newer than this Cairn: line 2: format ${RunRecord.format + 1}`,
          true
        ],
        [
          forged(text, (lines) => void lines.push("7")),
          `run.jsonl cannot be imported: line ${text.split("\n").length}: not a JSON object`
        ],
        [
          forged(text, (lines) => void lines.push("{ \"k\":\"RunInterrupted\",\"at\":1}")),
          `run.jsonl cannot be imported: line ${text.split("\n").length}: it is no record of a run`
        ],
        [
          forged(text, (lines) => void lines.shift()),
          `run.jsonl cannot be imported: line 2: it is no record of run "${id}"`
        ],
        [
          forged(text, (lines) => void lines.push(lines[0] ?? "")),
          `run.jsonl cannot be imported: line ${text.split("\n").length}: it is no record of run "${id}"`
        ],
        [forged(text, (lines) => void lines.splice(0)), "run.jsonl cannot be imported: it holds nothing"]
      ]
      for (const [text, message, newer = false] of cases) {
        const error = yield* refusal(there, text)
        assert.deepStrictEqual([error.message, "newer" in error && error.newer], [message, newer])
        assert.include(error.fix, newer ? "Update Cairn" : "Export the run once more")
      }
      for (let length = 0; length < text.length; length++) {
        const error = yield* refusal(there, text.slice(0, length))
        assert.strictEqual(error._tag, "ArchiveRefused", String(length))
      }
      assert.strictEqual(there.store.journals.size, 0)
    }))

  it.effect("is none of a run that is not there, has not begun, or is damaged", () =>
    Effect.gen(function*() {
      const { id, scene } = yield* waiting
      yield* scene.on(Effect.flatMap(Journal, (journal) => journal.create("kept-00000000-1")))
      const tags = yield* Effect.forEach(
        ["nothing", "kept-00000000-1"],
        (run) => Effect.map(Effect.flip(scene.on(Archive.make(run))), ({ _tag }) => _tag)
      )
      scene.store.journals.get(id)?.records.push(RunRecord.encode({ _tag: "RunInterrupted", at: 1 }).replace("1", "x"))

      assert.deepStrictEqual(tags, ["RunNotFound", "RunNotFound"])
      assert.strictEqual((yield* Effect.flip(scene.on(Archive.make(id))))._tag, "JournalDamaged")
    }))
})
