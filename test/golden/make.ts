/** Makes the runs that are kept: `make.ts HOME NAME`. The half-done one ends as a kill ends it. */
import { Deferred, Effect, Fiber, FiberId } from "effect"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import { Given } from "../../src/pipeline/Question.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { golden, input, Unfit } from "./program.ts"

const [home = "", name = ""] = process.argv.slice(2)

let isFirst = true
const reached = Deferred.unsafeMake<void>(FiberId.none)

const pipeline = golden({
  note: () => Effect.void,
  end: Effect.suspend(() => {
    if (name === "half-done") process.kill(process.pid, "SIGKILL")
    if (name === "failed") return new Unfit({ why: "it cannot end", count: 1 })
    return name === "finished" && isFirst
      ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
      : Effect.void
  })
})

const made = Effect.gen(function*() {
  const begun = yield* Effect.fork(Run.start(pipeline, input(name), { settings: { loud: true }, compensate: true }))
  yield* Effect.race(Deferred.await(reached), Fiber.await(begun))
  yield* Fiber.interrupt(begun)
  isFirst = false
  const [id = ""] = (yield* Run.list).map(({ id }) => id)
  if (name === "waiting") {
    const answer = (value: unknown) => ({ answers: new Map([["asked", Given.Json({ value })]]) })
    yield* Effect.exit(Run.resume(pipeline, id, answer(7)))
    yield* Effect.exit(Run.resume(pipeline, id, answer("first")))
  }
  if (name === "finished") yield* Run.resume(pipeline, id, { from: "chosen" })
})

void Effect.runPromiseExit(Effect.provide(made, JournalFile.layer({ home })))
