/** So many steps in a process of its own, which says how much memory it had at most and what the last ones took. */
import { Effect, Schema } from "effect"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Run from "../../src/pipeline/Run.ts"
import * as Step from "../../src/pipeline/Step.ts"
import { fastFolder } from "../fastFolder.ts"

/** What one such process says. */
export interface Measured {
  readonly peakMebibytes: number
  /** Of a step, once it is warm and at the end. */
  readonly firstMicroseconds: number
  readonly lastMicroseconds: number
  /** Of the journal, for a step, beside its result. */
  readonly bytes: number
}

const result = "x".repeat(98)

const measure = (count: number): Effect.Effect<Measured, unknown> => {
  const part = Math.floor(count / 20)
  const at = new Map<number, number>()
  const step = Step.make("work", {
    title: "Working",
    input: Schema.Int,
    success: Schema.String,
    run: (index) =>
      Effect.sync(() => {
        if (index === part || index === 2 * part || index === count - part || index === count - 1) {
          at.set(index, performance.now())
        }
        return result
      })
  })
  // Nothing is kept of what the steps give, so that what is left is what Cairn keeps.
  const pipeline = Pipeline.make("long", { input: Schema.Void }).pipe(
    Pipeline.forEach("steps", step, () => Array.from({ length: count }, (_, index) => index), {
      key: String,
      concurrency: 1,
      discard: true
    })
  )
  return Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(fastFolder, "cairn-long-"))),
    (folder) =>
      Effect.gen(function*() {
        yield* Run.start(pipeline, undefined)
        const peakMebibytes = process.resourceUsage().maxRSS / 1024
        const [id = ""] = (yield* Run.list).map(({ id }) => id)
        const micros = (from: number, to: number) =>
          ((at.get(to) ?? 0) - (at.get(from) ?? 0)) * 1000 / Math.max(1, to - from)
        return {
          peakMebibytes,
          firstMicroseconds: micros(part, 2 * part),
          lastMicroseconds: micros(count - part, count - 1),
          bytes: statSync(join(folder, "runs", id, "journal")).size / count - JSON.stringify(result).length
        }
      }).pipe(Effect.provide(JournalFile.layer({ home: folder }))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
}

process.stdout.write(JSON.stringify(await Effect.runPromise(measure(Number(process.argv[2])))))
