/** The folders of runs whose checkpoints are in a database. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { withFolders } from "../../src/layers/Journal/withFolders.ts"
import { Journal, RunHeld } from "../../src/pipeline/Journal.ts"
import { temporary } from "./journal/temporary.ts"
import { refusal } from "./JournalContract.ts"

describe("the folder of a run in a database", () => {
  it.effect("goes before the run does, so that the next one of its name finds nothing there", () =>
    Effect.gen(function*() {
      const home = temporary()
      const runs = join(home, "stores/some")
      const manifest = join(runs, "demo-1/written.json")
      const inner = yield* Effect.provide(Journal, JournalMemory.layer)
      const isThere: Array<boolean> = []
      const journal = yield* withFolders({
        ...inner,
        remove: (name) =>
          Effect.suspend(() => {
            isThere.push(fs.existsSync(manifest))
            return inner.remove(name)
          })
      }, { home, runs })
      yield* journal.create("demo-1")
      fs.writeFileSync(manifest, "{}")

      // Not while somebody has it.
      const held = Effect.zipRight(journal.open("demo-1"), refusal(journal.remove("demo-1")))
      assert.instanceOf(yield* Effect.scoped(held), RunHeld)
      assert.isTrue(fs.existsSync(manifest))

      yield* journal.remove("demo-1")
      assert.deepStrictEqual(isThere, [false])
      assert.deepStrictEqual(yield* journal.list, [])

      // One that is left of a run that is gone goes, too.
      fs.mkdirSync(join(runs, "demo-2"))
      yield* journal.remove("demo-2")
      assert.deepStrictEqual(fs.readdirSync(runs), [])
    }))
})
