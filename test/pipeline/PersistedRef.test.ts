import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Either, Exit, Fiber, type Layer, Schema, Scope, Stream } from "effect"
import * as FastCheck from "effect/FastCheck"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { Journal, JournalDamaged, JournalError, type OpenJournal } from "../../src/pipeline/Journal.ts"
import * as PersistedRef from "../../src/pipeline/PersistedRef.ts"
import * as Scene from "./scene.ts"

const Added = Schema.Struct({ add: Schema.Number })
type Added = typeof Added.Type

const encode = Schema.encodeSync(Schema.parseJson(Added))
const decode = Schema.decodeUnknownEither(Schema.parseJson(Added))

/** All that was ever added, in order: a value that tells its whole history. */
const history: PersistedRef.Fold<ReadonlyArray<number>, Added> = {
  initial: [],
  apply: (all, { add }) => [...all, add],
  encode: (change) => {
    if (change.add < 0) throw new RangeError("nothing negative")
    return encode(change)
  },
  decode: (record) => Either.mapLeft(decode(record), () => ({ reason: "not an addition", newer: false }))
}

const add = (add: number): Added => ({ add })
const numbers = (length: number) => Array.from({ length }, (_, index) => index)

type Append = OpenJournal["append"]

const refused = new JournalError({ operation: "append", journal: "sums", where: "test", reason: "EIO" })

/** Opens the Ref `sums` on a journal whose appends are wrapped. */
const opened = (wrap: (append: Append) => Append = (append) => append) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    yield* journal.create("sums")
    const open = yield* journal.open("sums")
    return yield* PersistedRef.fromJournal("sums", { ...open, append: wrap(open.append) }, history)
  })

/** What is on disk. */
const stored = PersistedRef.peek("sums", history)

const inMemory = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
  Effect.provide(effect, JournalMemory.layerOf(JournalMemory.make()))

describe("PersistedRef", () => {
  it.scoped("gives the value with a change, which is then on disk", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const ref = yield* opened()
      assert.deepStrictEqual(yield* ref.get, [])

      assert.deepStrictEqual(yield* ref.update(add(1), { alone: true }), [1])
      assert.deepStrictEqual(yield* ref.update(add(2)), [1, 2])

      assert.deepStrictEqual(yield* ref.get, [1, 2])
      assert.deepStrictEqual(yield* stored, [1, 2])
    }))))

  it.live("shows nothing before the disk has it", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const synced = yield* Deferred.make<void>()
      const ref = yield* opened((append) => (records, options) =>
        Effect.zipLeft(append(records, options), Deferred.await(synced))
      )

      const alone = yield* Effect.fork(ref.update(add(1), { alone: true }))
      const queued = yield* Effect.fork(ref.update(add(2)))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.deepStrictEqual(yield* ref.get, [])
      assert.deepStrictEqual(yield* stored, [1])

      yield* Deferred.succeed(synced, undefined)
      assert.deepStrictEqual(yield* Fiber.join(alone), [1])
      assert.deepStrictEqual(yield* Fiber.join(queued), [1, 2])
      assert.deepStrictEqual(yield* ref.get, [1, 2])
    }))))

  it.live("writes changes that come together with one sync, and one that is alone at once", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const appends: Array<readonly [count: number, alone: boolean]> = []
      const ref = yield* opened((append) => (records, options) => {
        appends.push([records.length, options.alone])
        return append(records, options)
      })

      const values = yield* Effect.forEach(numbers(16), (n) => ref.update(add(n)), { concurrency: "unbounded" })
      yield* ref.update(add(16), { alone: true })
      yield* ref.update(add(17), { alone: true })

      assert.deepStrictEqual(appends, [[16, false], [1, true], [1, true]])
      assert.deepStrictEqual(values, numbers(16).map(() => numbers(16)))
      assert.deepStrictEqual(yield* stored, numbers(18))
    }))))

  it.live("takes what comes during a sync with the next one, in order", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const sizes: Array<number> = []
      const ref = yield* opened((append) => (records, options) => {
        sizes.push(records.length)
        return Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 10), append(records, options))
      })

      const first = yield* Effect.fork(ref.update(add(0), { alone: true }))
      yield* Effect.repeatN(Effect.yieldNow(), 3)
      const rest = yield* Effect.fork(
        Effect.forEach([1, 2, 3], (n) => ref.update(add(n), { alone: true }), { concurrency: "unbounded" })
      )
      yield* Fiber.join(first)
      yield* Fiber.join(rest)

      assert.deepStrictEqual(sizes, [1, 3])
      assert.deepStrictEqual(yield* stored, [0, 1, 2, 3])
    }))))

  it.live("takes nothing more after a failed append: every queued and every later change fails, and none is seen", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      let appends = 0
      const ref = yield* opened((append) => (records, options) =>
        Effect.zipRight(
          Effect.repeatN(Effect.yieldNow(), 5),
          appends++ === 1 ? Effect.fail(refused) : append(records, options)
        )
      )
      yield* ref.update(add(0))

      const batch = yield* Effect.fork(
        Effect.forEach([1, 2, 3], (n) => Effect.exit(ref.update(add(n))), { concurrency: "unbounded" })
      )
      yield* Effect.repeatN(Effect.yieldNow(), 4)
      const queued = yield* Effect.fork(
        Effect.forEach([4, 5], (n) => Effect.exit(ref.update(add(n))), { concurrency: "unbounded" })
      )
      const ended = [...(yield* Fiber.join(batch)), ...(yield* Fiber.join(queued))]
      const later = [
        yield* Effect.exit(ref.update(add(6))),
        yield* Effect.exit(ref.update(add(7), { alone: true }))
      ]

      assert.deepStrictEqual([...ended, ...later], numbers(7).map(() => Exit.fail(refused)))
      assert.strictEqual(appends, 2)
      assert.deepStrictEqual(yield* ref.get, [0])
      assert.deepStrictEqual(yield* stored, [0])
    }))))

  it.live("leaves nobody waiting where the journal has a bug", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const ref = yield* opened(() => () => Effect.die(new Error("a bug")))

      const exits = yield* Effect.forEach([1, 2, 3], (n) => Effect.exit(ref.update(add(n))), {
        concurrency: "unbounded"
      }).pipe(Effect.timeout("2 seconds"))
      const later = yield* Effect.exit(ref.update(add(4), { alone: true }))

      assert.deepStrictEqual([...exits, later].map(Exit.isFailure), [true, true, true, true])
      assert.deepStrictEqual(yield* ref.get, [])
    }))))

  it.live("lets only that change die which cannot be written down", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const ref = yield* opened()

      const exits = yield* Effect.forEach([1, -1, 2], (n) => Effect.exit(ref.update(add(n))), {
        concurrency: "unbounded"
      }).pipe(Effect.timeout("2 seconds"))

      assert.deepStrictEqual(exits, [
        Exit.succeed([1, 2]),
        Exit.die(new RangeError("nothing negative")),
        Exit.succeed([1, 2])
      ])
      assert.deepStrictEqual(yield* stored, [1, 2])
    }))))

  it.live("agrees with its journal wherever an update is interrupted", () =>
    Effect.forEach(numbers(24), (point) =>
      inMemory(Effect.scoped(Effect.gen(function*() {
        const ref = yield* opened((append) => (records, options) =>
          Effect.repeatN(Effect.yieldNow(), 4).pipe(
            Effect.zipRight(append(records, options)),
            Effect.zipLeft(Effect.repeatN(Effect.yieldNow(), 4))
          )
        )

        const alone = point % 2 === 0
        const fibers = yield* Effect.forEach(alone ? [1] : [1, 2, 3], (n) => Effect.fork(ref.update(add(n), { alone })))
        yield* Effect.repeatN(Effect.yieldNow(), point)
        const exits = yield* Effect.forEach(fibers, Fiber.interrupt)

        assert.deepStrictEqual(yield* ref.get, yield* stored)
        // What it told anybody is there, and what is there it has told somebody or was interrupted in.
        for (const exit of exits) {
          if (Exit.isSuccess(exit)) assert.deepStrictEqual(yield* stored, exit.value)
        }
        const after = yield* ref.update(add(9))
        assert.deepStrictEqual(after, yield* stored)
      }))), { discard: true }))

  it.live("tells the value now, then every value after it, each once", () =>
    inMemory(Effect.scoped(Effect.gen(function*() {
      const ref = yield* opened()
      yield* ref.update(add(0))

      const begun = yield* Deferred.make<void>()
      const seen = yield* Effect.fork(
        ref.changes.pipe(
          Stream.tap(() => Deferred.succeed(begun, undefined)),
          Stream.take(3),
          Stream.runCollect
        )
      )
      yield* Deferred.await(begun)
      yield* ref.update(add(1))
      yield* ref.update(add(2), { alone: true })

      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(seen)), [[0], [0, 1], [0, 1, 2]])
    }))))

  it.live("tells everybody the same, whenever they begin to listen and however slow they are", () =>
    Effect.forEach(numbers(40), (point) =>
      inMemory(Effect.scoped(Effect.gen(function*() {
        const ref = yield* opened((append) => (records, options) =>
          Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 2), append(records, options))
        )
        const last = 5
        const listen = Effect.repeatN(Effect.yieldNow(), point).pipe(
          Effect.zipRight(
            ref.changes.pipe(
              Stream.tap(() => Effect.repeatN(Effect.yieldNow(), point % 7)),
              Stream.takeUntil((all) => all.includes(last)),
              Stream.runCollect
            )
          ),
          Effect.map(Chunk.toReadonlyArray)
        )
        const seen = yield* Effect.fork(listen)
        for (const n of numbers(last + 1)) yield* ref.update(add(n), { alone: n % 2 === 0 })

        // Each value once, from the first that was seen to the last.
        const values = (yield* Fiber.join(seen)).map(({ length }) => length)
        const first = values[0] ?? -1
        assert.deepStrictEqual(values, numbers(last + 2 - first).map((n) => first + n))
      }))), { discard: true }))

  it.live("has no more to tell once it is closed", () =>
    inMemory(Effect.gen(function*() {
      const scope = yield* Scope.make()
      const ref = yield* Scope.extend(opened(), scope)
      const begun = yield* Deferred.make<void>()
      const seen = yield* Effect.fork(
        Stream.runCollect(Stream.tap(ref.changes, () => Deferred.succeed(begun, undefined)))
      )
      yield* Deferred.await(begun)
      yield* ref.update(add(1))
      yield* Effect.repeatN(Effect.yieldNow(), 10)
      yield* Scope.close(scope, Exit.void)

      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(seen)), [[], [1]])
    })))

  it.effect("is made where there is none, and is the same one afterwards", () =>
    inMemory(Effect.gen(function*() {
      const Change = Schema.Union(
        Schema.TaggedStruct("Added", { at: Schema.Date }),
        Schema.TaggedStruct("Emptied", {})
      )
      const dates = PersistedRef.fold({
        change: Change,
        initial: [] as ReadonlyArray<Date>,
        apply: (all, change) => change._tag === "Added" ? [...all, change.at] : []
      })
      const opened = PersistedRef.open("dates", dates)
      const at = new Date(1000)

      yield* Effect.scoped(Effect.flatMap(opened, (ref) =>
        Effect.zipRight(ref.update({ _tag: "Emptied" }), ref.update({ _tag: "Added", at }))))

      assert.deepStrictEqual(
        yield* Effect.scoped(Effect.flatMap(opened, (ref) =>
          ref.get)),
        [at]
      )
      assert.deepStrictEqual(yield* PersistedRef.peek("dates", dates), [at])
      const bug = yield* Effect.scoped(Effect.flatMap(opened, (ref) =>
        Scene.bug(ref.update({ _tag: "Added", at: new Date(Number.NaN) }))))
      assert.include(bug, "A change does not fit its schema")
      assert.deepStrictEqual(yield* PersistedRef.peek("dates", dates), [at])

      const error = yield* Effect.flip(Effect.scoped(PersistedRef.open(
        "dates",
        PersistedRef.fold({
          change: Schema.Number,
          initial: 0,
          apply: (sum, n) =>
            sum + n
        })
      )))
      assert.strictEqual(error._tag, "JournalDamaged")
      assert.include(error.message, "record 1, byte 0: a change that does not fit: /change: ")
    })))

  it("takes no changes that hold a secret, or that are not JSON", () => {
    const refused = <A, I>(change: Schema.Schema<A, I>, reason: string) =>
      assert.throws(() => PersistedRef.fold({ change, initial: 0, apply: (n) => n }), TypeError, reason)

    refused(Schema.Redacted(Schema.String), "holds a Redacted value")
    refused(Schema.Struct({ at: Schema.DateFromSelf }), `encodes "/at" to DateFromSelf, which is not JSON`)
  })

  it.effect("is not opened where a record cannot be read, and says which", () =>
    inMemory(Effect.gen(function*() {
      const journal = yield* Journal
      yield* journal.create("sums")
      yield* Effect.scoped(Effect.flatMap(journal.open("sums"), (open) =>
        open.append([`{"add":1}`, `{"sub":1}`, `{"add":2}`, `{}`], { alone: true })))

      const damage = new JournalDamaged({
        journal: "sums",
        where: "",
        record: 2,
        byte: 1,
        reason: "not an addition",
        newer: false
      })
      assert.deepStrictEqual(yield* Effect.flip(Effect.scoped(PersistedRef.open("sums", history))), damage)
      assert.deepStrictEqual(yield* Effect.flip(stored), damage)
    })))

  it.effect("names the file of a record that cannot be read", () =>
    Effect.gen(function*() {
      const home = mkdtempSync(join(tmpdir(), "cairn-test-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(home, { recursive: true })))
      yield* Effect.gen(function*() {
        const journal = yield* Journal
        yield* journal.create("sums")
        yield* Effect.scoped(
          Effect.flatMap(journal.open("sums"), (open) => open.append([`{"add":1}`, `{"sub":1}`], { alone: true }))
        )

        const opened = yield* Effect.flip(Effect.scoped(PersistedRef.open("sums", history)))
        assert.include(opened.message, `is damaged: ${join(home, "runs/sums/journal")}, record 2, byte `)
        assert.deepStrictEqual(yield* Effect.flip(stored), opened)
      }).pipe(Effect.provide(JournalFile.layer({ home })))
    }).pipe(Effect.scoped))

  it.effect("has one owner at a time", () =>
    inMemory(
      Effect.gen(function*() {
        const error = yield* Effect.scoped(
          Effect.zipRight(PersistedRef.open("sums", history), Effect.flip(PersistedRef.open("sums", history)))
        )
        assert.strictEqual(error._tag, "RunHeld")

        const ref = yield* PersistedRef.open("sums", history)
        assert.deepStrictEqual(yield* ref.update(add(1)), [1])
      }).pipe(Effect.scoped)
    ))
})

// --- the property

interface Sessions {
  /** Groups of changes that are made at once. */
  readonly groups: ReadonlyArray<number>
  /** The append that goes wrong, and what is on disk then. */
  readonly failing: { readonly nth: number; readonly how: "nothing" | "half" | "all" } | undefined
}

const sessions: FastCheck.Arbitrary<ReadonlyArray<Sessions>> = FastCheck.array(
  FastCheck.record({
    groups: FastCheck.array(FastCheck.integer({ min: 1, max: 4 }), { maxLength: 4 }),
    failing: FastCheck.option(
      FastCheck.record({
        nth: FastCheck.nat({ max: 4 }),
        how: FastCheck.constantFrom("nothing" as const, "half" as const, "all" as const)
      }),
      { nil: undefined }
    )
  }),
  { minLength: 1, maxLength: 4 }
)

/** A Ref that is opened again and again, while its disk fails now and then. */
const reopenedIsAcknowledged = (all: ReadonlyArray<Sessions>) =>
  Effect.gen(function*() {
    let next = 0
    let expected: ReadonlyArray<number> = []
    for (const { failing, groups } of all) {
      let appends = 0
      const left = yield* Effect.scoped(Effect.gen(function*() {
        const ref = yield* opened((append) => (records, options) => {
          if (appends++ !== failing?.nth) return append(records, options)
          const kept = failing.how === "nothing"
            ? 0
            : failing.how === "half"
            ? Math.ceil(records.length / 2)
            : records.length
          return Effect.zipRight(
            kept === 0 ? Effect.void : append(records.slice(0, kept), options),
            Effect.fail(refused)
          )
        })
        assert.deepStrictEqual(yield* ref.get, expected)

        const acknowledged = new Set<number>()
        for (const size of groups) {
          const changes = numbers(size).map((n) => next + n)
          next += size
          yield* Effect.forEach(changes, (change) =>
            Effect.matchEffect(ref.update(add(change), { alone: size === 1 }), {
              onFailure: () => Effect.void,
              onSuccess: (value) => {
                acknowledged.add(change)
                assert.isTrue(value.includes(change))
                return Effect.void
              }
            }), { concurrency: "unbounded", discard: true })
        }
        return { acknowledged, value: yield* ref.get }
      }))

      const disk = yield* stored
      const fresh = left.value.slice(expected.length)
      // What it showed is the fold of what it acknowledged, and a beginning of what is on disk.
      assert.deepStrictEqual(left.value.slice(0, expected.length), expected)
      assert.deepStrictEqual(new Set(fresh), left.acknowledged)
      assert.deepStrictEqual(disk.slice(0, left.value.length), left.value)
      // Only the batch that failed may be there without having been acknowledged.
      if (failing === undefined || appends <= failing.nth || failing.how === "nothing") {
        assert.deepStrictEqual(disk, left.value)
      }
      expected = disk
    }
  })

const property = (layer: () => Layer.Layer<Journal>, numRuns: number) =>
  Effect.promise(() =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        sessions,
        (all) => Effect.runPromise(Effect.provide(reopenedIsAcknowledged(all), layer()))
      ),
      { numRuns }
    )
  )

describe("a PersistedRef that is opened again", () => {
  it.live("has the fold of all acknowledged changes, in memory", () =>
    property(() => JournalMemory.layerOf(JournalMemory.make()), 200))

  it.live("has the fold of all acknowledged changes, in files", () =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "cairn-ref-"))),
      (root) => property(() => JournalFile.layer({ home: mkdtempSync(join(root, "home-")) }), 30),
      (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
    ))
})
