/**
 * A journal that is made of records there are already.
 *
 * @since 0.1.0
 */
import { Effect, Exit } from "effect"
import { Journal, type JournalDamaged, type JournalError } from "./Journal.ts"

/**
 * Makes a journal and puts records into it; false where there is one of that name, which stays as it is. Where that
 * cannot be done to the end, no journal is left.
 *
 * @category running
 * @since 0.1.0
 */
export const fill = (
  name: string,
  records: ReadonlyArray<string>
): Effect.Effect<boolean, JournalDamaged | JournalError, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    if (!(yield* journal.create(name))) return false
    return yield* Effect.scoped(
      Effect.gen(function*() {
        const opened = yield* journal.open(name)
        // Between the two, whoever starts the program may have found it empty, and begun.
        if (yield* opened.scan(false, () => true)) return false
        yield* Effect.forEach(batches(records), (batch) => opened.append(batch, { alone: true }), { discard: true })
        return true
      })
    ).pipe(
      Effect.catchTag("RunHeld", () => Effect.succeed(false)),
      Effect.onExit((exit) => Exit.isSuccess(exit) ? Effect.void : Effect.ignore(journal.remove(name)))
    )
  })

/** In characters: what is appended with one sync is in memory once more. */
const most = 4 * 1024 * 1024

function* batches(records: ReadonlyArray<string>): Generator<ReadonlyArray<string>> {
  let batch: Array<string> = []
  let length = 0
  for (const record of records) {
    batch.push(record)
    length += record.length
    if (length < most) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}
