/**
 * A pipeline of your own in a test: its services swapped, the run killed where you say, and what happened as text to keep
 * as a snapshot. `Resumable.check` then kills it everywhere.
 *
 * Prints:
 *   release begins
 *     version: done
 *   killed
 *   release goes on
 *     version: kept
 *     publish: done
 *   done
 *
 *   stopped 7 times, always with the same end: "published 1.3.0"
 */
import { Console, Context, Effect, Layer, Schema } from "effect"
import { Pipeline, Run, Step } from "effect-cairn"
import { Resumable, TestRun } from "effect-cairn/testing"

class Registry extends Context.Tag("effect-cairn/examples/06-in-a-test/Registry")<Registry, {
  readonly publish: (version: string) => Effect.Effect<string>
}>() {}

const nextVersion = Step.make("next-version", {
  title: "Choosing the version",
  input: Schema.String,
  success: Schema.String,
  run: (now) => Effect.succeed(now.replace(/\d+\.\d+$/, (rest) => `${Number(rest.split(".")[0]) + 1}.0`))
})

const publish = Step.make("publish", {
  title: "Publishing",
  input: Schema.String,
  success: Schema.String,
  run: (version) => Effect.flatMap(Registry, (registry) => registry.publish(version))
})

const release = Pipeline.make("release", { input: Schema.String }).pipe(
  Pipeline.step("version", nextVersion, ({ input }) => input),
  Pipeline.step("publish", publish, ({ version }) => version),
  Pipeline.output(Schema.String, ({ publish }) => publish)
)

// The real one is another layer.
const registry = Layer.succeed(Registry, { publish: (version) => Effect.succeed(`published ${version}`) })

const test = Effect.gen(function*() {
  yield* Run.start(release, "1.2.7").pipe(TestRun.crashDuring("publish"))
  yield* Run.start(release, "1.2.7")
  yield* Console.log(yield* TestRun.transcript)
  const { end, stops } = yield* Resumable.check(release, "1.2.7")
  yield* Console.log(`stopped ${stops} times, always with the same end: ${end}`)
})

await Effect.runPromise(test.pipe(Effect.provide([TestRun.layer(), registry])))
