/**
 * A journal that is made of records there are already.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import { Journal, type JournalDamaged, type JournalError } from "./Journal.ts"

/**
 * Makes a journal of records, all of it or nothing; false where there is one of that name, which stays as it is.
 *
 * @category running
 * @since 0.1.0
 */
export const fill = (
  name: string,
  records: ReadonlyArray<string>
): Effect.Effect<boolean, JournalDamaged | JournalError, Journal> =>
  Effect.flatMap(Journal, (journal) => journal.createWith(name, batches(records)))

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
