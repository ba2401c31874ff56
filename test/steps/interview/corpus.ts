/** Answers the interview of a template as a script of the corpus says, and compares what came of it. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Deferred, Effect, Exit, Fiber, Layer, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as InterviewerScripted from "../../../src/layers/Interviewer/Scripted.ts"
import * as JournalMemory from "../../../src/layers/Journal/Memory.ts"
import * as WorkspaceRooted from "../../../src/layers/Workspace/Rooted.ts"
import * as Run from "../../../src/pipeline/Run.ts"
import { Input, templateQa } from "../../../src/programs/templateQa.ts"
import { fastFolder } from "../../fastFolder.ts"

export interface Script {
  readonly about: string
  readonly resume: boolean
  readonly files: Readonly<Record<string, unknown>>
  readonly steps: ReadonlyArray<{ readonly id: string; readonly typed: string }>
}

export interface Expected {
  readonly exit_code: number
  readonly config: Readonly<Record<string, unknown>> | null
  readonly session_saved: Readonly<Record<string, unknown>> | null
  readonly questions_asked: ReadonlyArray<string>
  readonly known_differences?: ReadonlyArray<{ readonly recommended_values?: unknown }>
}

export const interrupt = "<INTERRUPT>"

const readJson = (path: string): unknown => JSON.parse(fs.readFileSync(path, "utf8"))

export const names = (cases: string): ReadonlyArray<string> =>
  fs.readdirSync(cases).filter((name) => fs.existsSync(join(cases, name, "expected.json"))).sort()

/** A case, and a folder to run it in. */
export const open = (cases: string, name: string) => {
  const folder = fs.realpathSync(fs.mkdtempSync(join(fastFolder, "template-qa-")))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const filled = (file: string): unknown =>
    JSON.parse(fs.readFileSync(join(cases, name, file), "utf8").replaceAll("{{WORK}}", folder))
  const script = filled("script.json") as Script
  const expected = filled("expected.json") as Expected
  for (const [file, content] of Object.entries(script.files)) {
    fs.writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content))
  }
  return { folder, script, expected }
}

/** What was saved in a folder: the settings, and the answers of a session. */
export const saved = (folder: string) => {
  const at = (file: string, key: string) => {
    const path = join(folder, file)
    return fs.existsSync(path) ? (readJson(path) as Record<string, unknown>)[key] as object : null
  }
  return { config: at(".template-create-config.json", "config"), session: at(".template-init-session.json", "answers") }
}

/** The settings of an answer in the corpus, or the value that is recommended in its place. */
export const right = ({ config, known_differences = [], session_saved }: Expected) => {
  const recommended = Object.assign(
    {},
    ...known_differences.map(({ recommended_values: values }) => values ?? {})
  ) as object
  return {
    config: config && { ...config, ...recommended },
    session: session_saved && { ...session_saved, ...recommended }
  }
}

/** Runs a script to its end, and gives the questions in the order in which they were asked. */
export const play = (folder: string, { resume, steps }: Script) =>
  Effect.gen(function*() {
    const isWaiting = yield* Deferred.make<void>()
    const lines = steps.map(({ id, typed }): InterviewerScripted.Line =>
      typed === interrupt
        ? { id, does: Effect.zipRight(Deferred.succeed(isWaiting, undefined), Effect.never) }
        : { id, typed }
    )
    const running = yield* Effect.fork(
      Run.start(templateQa, Schema.decodeSync(Input)({ path: folder, resume })).pipe(
        Effect.provide(Layer.mergeAll(
          InterviewerScripted.layer(lines),
          WorkspaceRooted.layer({ root: folder }),
          NodeContext.layer,
          JournalMemory.layer
        ))
      )
    )
    yield* Effect.raceFirst(Deferred.await(isWaiting), Fiber.await(running))
    const exit = yield* Effect.map(Fiber.interrupt(running), (exit) => exit)
    return Exit.mapBoth(exit, { onSuccess: (output) => output, onFailure: (error) => error._tag })
  })
