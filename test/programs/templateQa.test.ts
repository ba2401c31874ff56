import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as InterviewerScripted from "../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { Workspace, WriteFailed } from "../../src/layers/Workspace.ts"
import * as WorkspaceMemory from "../../src/layers/Workspace/Memory.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { Input, templateQa } from "../../src/programs/templateQa.ts"
import { catalogue } from "../../src/steps/interview/catalogue.ts"
import * as Interview from "../../src/steps/interview/Interview.ts"

const configFile = ".template-create-config.json"
const sessionFile = ".template-init-session.json"

/** A folder in memory, and a disk that may refuse to write some file. */
const place = () => {
  const files = new Map<string, string>()
  const store = JournalMemory.make()
  const start = (
    lines: ReadonlyArray<InterviewerScripted.Line>,
    refuses: (path: string) => boolean = () => false
  ) =>
    Run.start(templateQa, Schema.decodeSync(Input)({ path: "/workspace" })).pipe(
      Effect.provide(Layer.mergeAll(
        InterviewerScripted.layer(lines),
        disk(files, refuses),
        NodeContext.layer,
        JournalMemory.layerOf(store)
      ))
    )
  return { files, start }
}

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
      const { files, start } = place()

      const error = yield* Effect.flip(start(plain({ id: "proceed", typed: "" }), (path) => path === configFile))

      assert.deepInclude(error, { _tag: "SaveFailed", path: configFile })
      assert.deepStrictEqual([...files.keys()], [sessionFile])
      assert.deepInclude(JSON.parse(files.get(sessionFile) ?? "").answers, { description: "A template for tests" })

      const output = yield* start([])

      assert.deepInclude(output.config, { template_name: "my-template", framework: "maui" })
      assert.deepStrictEqual([...files.keys()], [configFile])
    }))
})
