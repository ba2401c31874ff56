import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as corpus from "./corpus.ts"

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shipped = folder("../../corpus/template-qa")
const all = folder("../../../../shared/corpus/template-qa")

describe("the corpus of template-qa", () => {
  for (const cases of fs.existsSync(all) ? [shipped, all] : [shipped]) {
    for (const name of corpus.names(cases)) {
      it.effect(`${cases === shipped ? "" : "whole: "}${name}`, () =>
        Effect.gen(function*() {
          const { expected, folder, script } = corpus.open(cases, name)

          const exit = yield* corpus.play(folder, script)

          assert.deepStrictEqual(corpus.saved(folder), corpus.right(expected))
          if (expected.config === null) assert.isTrue(Exit.isFailure(exit))
          else {
            assert.deepStrictEqual(
              Exit.isSuccess(exit) ? exit.value.asked : exit.cause,
              [...new Set(expected.questions_asked)]
            )
          }
        }))
    }
  }
})
