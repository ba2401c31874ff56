import * as NodeContext from "@effect/platform-node/NodeContext"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Asking, Interviewer } from "../../src/layers/Interviewer.ts"
import * as InterviewerScripted from "../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { Workspace, WriteFailed } from "../../src/layers/Workspace.ts"
import * as WorkspaceMemory from "../../src/layers/Workspace/Memory.ts"
import { Reporter } from "../../src/pipeline/Reporter.ts"
import * as Run from "../../src/pipeline/Run.ts"
import type { Report } from "../../src/pipeline/Validation.ts"
import { Input, templateQa } from "../../src/programs/templateQa.ts"
import { catalogue } from "../../src/steps/interview/catalogue.ts"
import * as Interview from "../../src/steps/interview/Interview.ts"

const configFile = ".template-create-config.json"
const sessionFile = ".template-init-session.json"

/** A folder in memory, and a disk that may refuse to write some file. */
const place = () => {
  const files = new Map<string, string>()
  const store = JournalMemory.make()
  const reports: Array<Report> = []
  const start = (
    lines: ReadonlyArray<InterviewerScripted.Line>,
    refuses: (path: string) => boolean = () => false,
    { asking = () => {}, ...input }: {
      readonly resume?: boolean
      /** Told of each question before it is asked. */
      readonly asking?: (id: string) => void
    } = {}
  ) =>
    Run.start(templateQa, Schema.decodeSync(Input)({ path: "/workspace", ...input })).pipe(
      Effect.provide(Layer.mergeAll(
        watched(InterviewerScripted.layer(lines), asking),
        disk(files, refuses),
        NodeContext.layer,
        JournalMemory.layerOf(store)
      )),
      Effect.provideService(Reporter, {
        report: (event) => Effect.sync(() => void (event._tag === "Validated" && reports.push(event.report)))
      })
    )
  return {
    files,
    start,
    /** The report of the three phases, of the last run. */
    phases: () => {
      const { failed, passed, skipped } = reports.at(-1) ?? assert.fail("nothing was reported")
      return { passed, failed, skipped: skipped.map(({ check, reason }) => `${check}: ${reason}`) }
    }
  }
}

const watched = (interviewer: Layer.Layer<Interviewer>, asking: (id: string) => void): Layer.Layer<Interviewer> =>
  Layer.effect(
    Interviewer,
    Effect.map(Interviewer, (inner) => ({
      ...inner,
      ask: (one: Asking) => Effect.zipRight(Effect.sync(() => asking(one.question.id)), inner.ask(one))
    }))
  ).pipe(Layer.provide(interviewer))

/** The files in memory, on a disk that refuses some of them. */
const disk = (files: Map<string, string>, refuses: (path: string) => boolean): Layer.Layer<Workspace> =>
  Layer.effect(
    Workspace,
    Effect.map(Workspace, (inner) => ({
      ...inner,
      write: (all: Parameters<typeof inner.write>[0]) => {
        const refused = all.find(({ path }) => refuses(path))
        return refused === undefined
          ? inner.write(all)
          : new WriteFailed({ path: refused.path, reason: "ENOSPC: no space left on device", undone: true })
      }
    }))
  ).pipe(Layer.provide(WorkspaceMemory.layer(files)))

/** Every question answered with its default, and a description. */
const plain = (...last: ReadonlyArray<InterviewerScripted.Line>): ReadonlyArray<InterviewerScripted.Line> => {
  const answers: Record<string, string | boolean | ReadonlyArray<string> | null> = {}
  const lines = Interview.placed(catalogue).flatMap((place) => {
    const { id } = place.question
    const resolved = Interview.resolve(place, answers)
    if (resolved._tag !== "Asked") {
      answers[id] = null
      return []
    }
    answers[id] = resolved.asked.default ?? "A template for tests"
    return [{ id, typed: id === "description" ? "A template for tests" : "" }]
  })
  return [...lines, ...last]
}

describe("template-qa", () => {
  it.effect("keeps every answer where the settings cannot be saved", () =>
    Effect.gen(function*() {
      const { files, phases, start } = place()

      const error = yield* Effect.flip(start(plain({ id: "proceed", typed: "" }), (path) => path === configFile))

      assert.deepInclude(error, { _tag: "SaveFailed", path: configFile })
      assert.deepStrictEqual(phases(), { passed: ["resume", "session"], failed: ["save"], skipped: [] })
      assert.deepStrictEqual([...files.keys()], [sessionFile])
      assert.deepInclude(JSON.parse(files.get(sessionFile) ?? "").answers, { description: "A template for tests" })

      const output = yield* start([])

      assert.deepInclude(output.config, { template_name: "my-template", framework: "maui" })
      assert.deepStrictEqual(phases(), { passed: ["resume", "session", "save"], failed: [], skipped: [] })
      assert.deepStrictEqual([...files.keys()], [configFile])
    }))

  it.effect("is a chain of three phases: one that fails leaves out those after it", () =>
    Effect.gen(function*() {
      const { files, phases, start } = place()

      const cancelled = yield* Effect.flip(start(plain({ id: "proceed", typed: "no" })))
      assert.strictEqual(cancelled._tag, "Cancelled")
      assert.deepStrictEqual(phases(), {
        passed: ["resume"],
        failed: ["session"],
        skipped: ["save: \"session\" found an error"]
      })

      files.set(configFile, "{}")
      const corrupt = yield* Effect.flip(start([], undefined, { resume: true }))
      assert.strictEqual(corrupt._tag, "ConfigCorrupt")
      assert.deepStrictEqual(phases(), {
        passed: [],
        failed: ["resume"],
        skipped: ["session: \"resume\" found an error", "save: \"resume\" found an error"]
      })
    }))

  describe("checks all answers once more at the end", () => {
    const folder = fs.mkdtempSync(join(tmpdir(), "cairn-template-qa-"))
    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
    const [first, second, gone] = ["first.md", "second.md", "gone.md"].map((name) => join(folder, name)) as [
      string,
      string,
      string
    ]
    /** Everything up to the confirmation, with this path as the one document. */
    const documented = (path: string) => [
      ...plain().filter(({ id }) => id !== "has_documentation"),
      { id: "has_documentation", typed: "y" },
      { id: "documentation_input_method", typed: "paths" },
      { id: "documentation_usage", typed: "" },
      { id: "documentation_paths", typed: path },
      { id: "documentation_paths", typed: "" }
    ]

    it.effect("and asks again for what is not right any more", () =>
      Effect.gen(function*() {
        const { phases, start } = place()
        fs.writeFileSync(first, "")
        yield* Effect.flip(start(documented(first)))
        fs.rmSync(first)
        fs.writeFileSync(second, "")

        const output = yield* start([
          { id: "proceed", typed: "" },
          { id: "documentation_paths", typed: second },
          { id: "documentation_paths", typed: "" },
          { id: "proceed", typed: "" }
        ])

        assert.deepInclude(output.config, { template_name: "my-template", documentation_paths: [second] })
        assert.deepStrictEqual(phases().failed, [])
      }))

    it.effect("three times at most; then it fails with what is wrong, and goes on with that", () =>
      Effect.gen(function*() {
        const { phases, start } = place()
        /** It is there while it is typed, and gone once everything is confirmed. */
        const asking = (id: string) => {
          if (id === "documentation_paths") fs.writeFileSync(gone, "")
          if (id === "proceed") fs.rmSync(gone)
        }
        const again = [
          { id: "documentation_paths", typed: gone },
          { id: "documentation_paths", typed: "" },
          { id: "proceed", typed: "" }
        ]

        const error = yield* Effect.flip(
          start([...documented(gone), { id: "proceed", typed: "" }, ...again, ...again], undefined, { asking })
        )

        assert.deepStrictEqual(
          error._tag === "ValidationFailed" && error.issues.map(({ code, message, path }) => [code, path, message]),
          [["not-there", "/documentation_paths", `There is nothing at ${gone}`]]
        )
        assert.deepStrictEqual(phases().failed, ["session"])

        fs.writeFileSync(second, "")
        const output = yield* start([
          { id: "documentation_paths", typed: second },
          { id: "documentation_paths", typed: "" },
          { id: "proceed", typed: "" }
        ])
        assert.deepInclude(output.config, { documentation_paths: [second] })
      }))
  })
})
