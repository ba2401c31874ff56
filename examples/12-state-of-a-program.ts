/**
 * The state of an ordinary program, kept like a checkpoint: a change is on disk before anybody sees what it did, and the
 * value is what all changes come to. Here the program is started twice, one after the other.
 *
 * Prints:
 *   open: write it down
 *   open: write it down, read it again
 */
import { Console, Effect, Schema } from "effect"
import { JournalFile, PersistedRef } from "effect-cairn"

const Change = Schema.Union(
  Schema.TaggedStruct("Added", { task: Schema.String }),
  Schema.TaggedStruct("Done", { task: Schema.String })
)

const tasks = PersistedRef.fold({
  change: Change,
  initial: [] as ReadonlyArray<string>,
  apply: (open, change) =>
    change._tag === "Added" ? [...open, change.task] : open.filter((task) => task !== change.task)
})

const session = (...changes: ReadonlyArray<typeof Change.Type>) =>
  Effect.gen(function*() {
    const ref = yield* PersistedRef.open("tasks", tasks)
    yield* Effect.forEach(changes, (change) => ref.update(change))
    yield* Console.log(`open: ${(yield* ref.get).join(", ")}`)
  }).pipe(Effect.scoped, Effect.provide(JournalFile.layer({ home: ".tasks" })))

const program = Effect.gen(function*() {
  yield* session({ _tag: "Added", task: "write it down" })
  yield* session({ _tag: "Added", task: "read it again" })
})

await Effect.runPromise(program)
