/**
 * Journals in memory, for tests and for runs that nobody will resume.
 *
 * @since 0.1.0
 */
import { Effect, Layer } from "effect"
import { Journal, JournalError, RunHeld } from "../../pipeline/Journal.ts"
import { refusedName, refusedRecord } from "./limits.ts"

/**
 * What layers of the same store share, as processes share a disk. A position is the index of a record.
 *
 * @category models
 * @since 0.1.0
 */
export interface Store {
  readonly journals: Map<string, Kept>
}

/**
 * One journal in a store.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kept {
  readonly records: Array<string>
  held: boolean
}

/**
 * Makes an empty store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Store => ({ journals: new Map() })

/**
 * Keeps journals in a store that outlives the layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOf = (store: Store): Layer.Layer<Journal> => Layer.succeed(Journal, journalOf(store))

/**
 * Keeps journals for as long as the layer lives.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Journal> = Layer.sync(Journal, () => journalOf(make()))

const journalOf = ({ journals }: Store) => {
  const refused = (operation: JournalError["operation"], journal: string, reason: string) =>
    new JournalError({ operation, journal, where: "memory", reason })

  const named = (operation: JournalError["operation"], name: string) =>
    Effect.suspend(() => {
      const reason = refusedName(name)
      return reason === undefined ? Effect.void : refused(operation, name, reason)
    })

  const find = (operation: JournalError["operation"], name: string) =>
    Effect.flatMap(named(operation, name), () => {
      const kept = journals.get(name)
      return kept === undefined ? Effect.fail(refused(operation, name, absent)) : Effect.succeed(kept)
    })

  const hold = (name: string, kept: Kept) =>
    Effect.suspend(() => {
      if (kept.held) return Effect.fail(new RunHeld({ run: name, owner: "this process", unreachable: false }))
      kept.held = true
      return Effect.succeed(kept)
    })

  const fold = <S>(kept: Kept, initial: S, fold: (state: S, record: string, position: number) => S) =>
    Effect.sync(() => kept.records.reduce(fold, initial))

  return Journal.of({
    create: (name) =>
      Effect.map(named("create", name), () => {
        if (journals.has(name)) return false
        journals.set(name, { records: [], held: false })
        return true
      }),
    createWith: (name, batches) =>
      Effect.flatMap(named("create", name), () => {
        if (journals.has(name)) return Effect.succeed(false)
        const records = Array.from(batches).flat()
        const reason = records.map(refusedRecord).find((reason) => reason !== undefined)
        if (reason !== undefined) return refused("append", name, reason)
        journals.set(name, { records, held: false })
        return Effect.succeed(true)
      }),
    open: (name) =>
      Effect.gen(function*() {
        const kept = yield* find("open", name)
        let isClosed = false
        let failed: JournalError | undefined
        yield* Effect.acquireRelease(hold(name, kept), () =>
          Effect.sync(() => {
            isClosed = true
            kept.held = false
          }))
        const whileOpen = <A>(operation: JournalError["operation"], use: Effect.Effect<A, JournalError>) =>
          Effect.suspend(() => isClosed ? refused(operation, name, "it is closed") : use)
        return {
          scan: (initial, f) => whileOpen("read", fold(kept, initial, f)),
          read: (position) =>
            whileOpen(
              "read",
              Effect.suspend(() => {
                const record = kept.records[position]
                return record === undefined
                  ? refused("read", name, `there is no record ${position}`)
                  : Effect.succeed(record)
              })
            ),
          append: (records) =>
            whileOpen(
              "append",
              Effect.suspend(() => {
                const reason = records.map(refusedRecord).find((reason) => reason !== undefined)
                if (reason !== undefined) failed ??= refused("append", name, reason)
                return failed ?? Effect.succeed(records.map((record) => kept.records.push(record) - 1))
              })
            )
        }
      }),
    peek: (name, initial, f) => Effect.flatMap(find("read", name), (kept) => fold(kept, initial, f)),
    isHeld: (name) => Effect.map(named("read", name), () => journals.get(name)?.held === true),
    list: Effect.sync(() => Array.from(journals.keys())),
    remove: (name) =>
      Effect.gen(function*() {
        yield* named("remove", name)
        const kept = journals.get(name)
        if (kept === undefined) return
        yield* hold(name, kept)
        journals.delete(name)
      })
  })
}

const absent = "ENOENT: no such file or directory"
