/** What every journal promises, whatever it is kept in. */
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Exit, type Layer, Scope } from "effect"
import * as FastCheck from "effect/FastCheck"
import { Journal, JournalError, type OpenJournal, RunHeld } from "../../src/pipeline/Journal.ts"

/** Layers over one store, as processes have one disk. */
export interface Harness {
  readonly layer: Layer.Layer<Journal>
  /** What a name that is not there fails with. */
  readonly where: (name: string) => string
  readonly absent?: { readonly reason: string; readonly remedy: string | undefined }
}

/** The failure of an effect that must fail. */
export const refusal = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  effect.pipe(Effect.flip, Effect.orDieWith(() => new Error("It succeeded and should have been refused")))

/** A place and what is there. */
export type Placed = readonly [position: number, record: string]

const push = (all: ReadonlyArray<Placed>, record: string, position: number) => [...all, [position, record] as const]

export const scanned = (journal: OpenJournal) => journal.scan<ReadonlyArray<Placed>>([], push)
export const peeked = (name: string) =>
  Effect.flatMap(Journal, (journal) => journal.peek<ReadonlyArray<Placed>>(name, [], push))
export const created = (name: string) => Effect.flatMap(Journal, (journal) => journal.create(name))
export const opened = (name: string) => Effect.flatMap(Journal, (journal) => journal.open(name))

/** Opens, uses, closes. */
export const within = <A, E, R>(name: string, use: (journal: OpenJournal) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(opened(name), use))

/** JSON objects with everything that text can hold. */
export const anyRecord = FastCheck.dictionary(
  FastCheck.oneof(FastCheck.constantFrom("n", "g"), FastCheck.string({ unit: "binary", maxLength: 8 })),
  FastCheck.jsonValue(),
  { maxKeys: 4 }
).map((object) => JSON.stringify(object))

const alone = { alone: true }
const together = { alone: false }

export const suite = (name: string, make: () => Harness) =>
  describe(`Journal (${name})`, () => {
    const test = (title: string, body: (harness: Harness) => Effect.Effect<void, object, Journal>) =>
      it.effect(title, () => {
        const harness = make()
        return Effect.provide(body(harness), harness.layer)
      })

    test("is created once", () =>
      Effect.gen(function*() {
        assert.isTrue(yield* created("demo-1"))
        assert.isFalse(yield* created("demo-1"))
        assert.isTrue(yield* created("demo-2"))
      }))

    test("is made of records at once, unless it is there, and goes on from them", () =>
      Effect.gen(function*() {
        const { createWith, list } = yield* Journal
        const batches = [["{\"a\":1}", "{}"], [`{"long":"${"x".repeat(100_000)}"}`]]

        assert.isTrue(yield* createWith("demo-1", batches))
        assert.isFalse(yield* createWith("demo-1", [["{\"b\":1}"]]))
        assert.isFalse(yield* created("demo-1"))
        assert.deepStrictEqual(yield* list, ["demo-1"])
        yield* within("demo-1", (journal) => Effect.zipRight(scanned(journal), journal.append(["{\"c\":1}"], alone)))
        assert.deepStrictEqual((yield* peeked("demo-1")).map(([, record]) => record), [...batches.flat(), "{\"c\":1}"])
      }))

    test("is not made of anything that it would not take, and then nothing is there", () =>
      Effect.gen(function*() {
        const { createWith, list } = yield* Journal

        assert.instanceOf(yield* refusal(createWith("demo-1", [["{}"], ["no record"]])), JournalError)
        assert.deepStrictEqual(yield* list, [])
        assert.isTrue(yield* createWith("demo-1", []))
        assert.deepStrictEqual(yield* peeked("demo-1"), [])
      }))

    test("is empty at first", () =>
      Effect.gen(function*() {
        yield* created("demo-1")

        assert.deepStrictEqual(yield* within("demo-1", scanned), [])
        assert.deepStrictEqual(yield* peeked("demo-1"), [])
      }))

    test("gives back each record as it was appended, by a scan, a peek, and at its position", () =>
      Effect.gen(function*() {
        const records = [
          "{}",
          "{\"a\":1}",
          "{\"n\":7,\"g\":\"é ☃ 🪨\"}",
          `{"long":"${"x".repeat(100_000)}"}`,
          "{\"g\":5,\"n\":\" }\"}"
        ]
        yield* created("demo-1")

        const positions = yield* within("demo-1", (journal) =>
          Effect.gen(function*() {
            const first = yield* journal.append(records.slice(0, 1), alone)
            const more = yield* journal.append(records.slice(1, 4), together)
            const last = yield* journal.append(records.slice(4), alone)
            const positions = [...first, ...more, ...last]
            const expected = Array.zip(positions, records)
            assert.deepStrictEqual(yield* scanned(journal), expected)
            assert.deepStrictEqual(yield* peeked("demo-1"), expected)
            for (const [position, record] of [...expected].reverse()) {
              assert.strictEqual(yield* journal.read(position), record)
            }
            return positions
          }))

        assert.deepStrictEqual(positions, [...positions].sort((a, b) => a - b))
        assert.deepStrictEqual(yield* within("demo-1", scanned), Array.zip(positions, records))
        assert.deepStrictEqual(yield* peeked("demo-1"), Array.zip(positions, records))
      }))

    it.effect.prop(
      "keeps any batches of any records, in their order, however often it is closed in between",
      {
        sessions: FastCheck.array(FastCheck.array(FastCheck.array(anyRecord, { maxLength: 3 }), { maxLength: 3 }), {
          maxLength: 3
        })
      },
      ({ sessions }) =>
        Effect.gen(function*() {
          yield* created("demo-1")
          const expected: Array<Placed> = []
          for (const batches of sessions) {
            yield* within("demo-1", (journal) =>
              Effect.gen(function*() {
                for (const [index, batch] of batches.entries()) {
                  const positions = yield* journal.append(batch, { alone: index % 2 === 0 })
                  expected.push(...Array.zip(positions, batch))
                  assert.strictEqual(positions.length, batch.length)
                }
                assert.deepStrictEqual(yield* scanned(journal), expected)
              }))
          }
          assert.deepStrictEqual(yield* peeked("demo-1"), expected)
        }).pipe(Effect.provide(make().layer)),
      { fastCheck: { numRuns: 30 } }
    )

    test("keeps what is appended before anything was scanned", () =>
      Effect.gen(function*() {
        yield* created("demo-1")
        yield* within("demo-1", (journal) => journal.append(["{\"a\":1}"], alone))
        yield* within("demo-1", (journal) => journal.append(["{\"a\":2}"], together))

        assert.deepStrictEqual((yield* peeked("demo-1")).map(([, record]) => record), ["{\"a\":1}", "{\"a\":2}"])
      }))

    test("puts what many fibers append into one order, and gives each its own positions", () =>
      Effect.gen(function*() {
        yield* created("demo-1")
        const all = yield* within("demo-1", (journal) =>
          Effect.forEach(Array.range(1, 50), (number) => {
            const batch = [`{"a":${number}}`, `{"b":${number}}`]
            return Effect.map(
              journal.append(batch, { alone: number % 3 === 0 }),
              (positions) => Array.zip(positions, batch)
            )
          }, { concurrency: "unbounded" }))

        const expected = all.flat().sort(([a], [b]) => a - b)
        assert.deepStrictEqual(yield* peeked("demo-1"), expected)
        assert.deepStrictEqual(expected.map(([, record]) => record.charAt(2)).join(""), "ab".repeat(50))
      }))

    test("takes nothing more after a record that is not one line of a JSON object", () =>
      Effect.gen(function*() {
        for (
          const [index, bad] of ["", "[]", "7", "{", "{ }", "{ \"a\":1}", "{\"a\":\n1}", "{\"a\":\"\0\"}"].entries()
        ) {
          const name = `demo-${index}`
          yield* created(name)
          yield* within(name, (journal) =>
            Effect.gen(function*() {
              yield* journal.append(["{\"a\":1}"], alone)
              const error = yield* refusal(journal.append(["{\"a\":2}", bad], { alone: index % 2 === 0 }))
              assert.deepStrictEqual([error._tag, error.operation, error.journal], ["JournalError", "append", name])
              assert.deepStrictEqual(yield* refusal(journal.append(["{}"], alone)), error)
              assert.deepStrictEqual(yield* refusal(journal.append(["{}"], together)), error)
              assert.strictEqual((yield* scanned(journal)).length, 1)
            }))
          assert.deepStrictEqual((yield* peeked(name)).map(([, record]) => record), ["{\"a\":1}"])
        }
      }))

    test("is held by one at a time, until its scope closes", () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        yield* created("demo-1")
        assert.isFalse(yield* journal.isHeld("demo-1"))
        const scope = yield* Scope.make()
        yield* Scope.extend(journal.open("demo-1"), scope)

        const error = yield* refusal(Effect.scoped(journal.open("demo-1")))
        assert.instanceOf(error, RunHeld)
        assert.isTrue(yield* journal.isHeld("demo-1"))
        assert.instanceOf(yield* refusal(journal.remove("demo-1")), RunHeld)
        assert.deepStrictEqual(yield* journal.list, ["demo-1"])

        yield* Scope.close(scope, Exit.void)
        assert.isFalse(yield* journal.isHeld("demo-1"))
        yield* Effect.scoped(journal.open("demo-1"))
      }))

    test("is looked at while it is held, and each record is there once it is acknowledged", () =>
      Effect.gen(function*() {
        yield* created("demo-1")
        yield* within("demo-1", (journal) =>
          Effect.gen(function*() {
            for (let number = 1; number <= 5; number++) {
              yield* journal.append([`{"a":${number}}`], { alone: number % 2 === 0 })
              assert.strictEqual((yield* peeked("demo-1")).length, number)
            }
          }))
      }))

    test("neither takes nor gives anything once it is closed", () =>
      Effect.gen(function*() {
        yield* created("demo-1")
        const [journal, position] = yield* within(
          "demo-1",
          (journal) =>
            Effect.map(journal.append(["{\"a\":1}"], alone), (positions) => [journal, positions[0] ?? -1] as const)
        )

        const uses: ReadonlyArray<Effect.Effect<unknown, object>> = [
          journal.append(["{}"], alone),
          journal.append(["{}"], together),
          journal.read(position),
          scanned(journal)
        ]
        for (const use of uses) {
          const error = yield* refusal(use)
          assert.instanceOf(error, JournalError)
          assert.include(String(error), "closed")
        }
        assert.deepStrictEqual(yield* peeked("demo-1"), [[position, "{\"a\":1}"]])
      }))

    test("refuses what is not there", ({ absent: words = { reason: "ENOENT: no such file or directory" }, where }) =>
      Effect.gen(function*() {
        const journal = yield* Journal
        const absent = (operation: "open" | "read") =>
          new JournalError({
            operation,
            journal: "absent",
            where: where("absent"),
            ...words
          })

        assert.deepStrictEqual(yield* refusal(Effect.scoped(journal.open("absent"))), absent("open"))
        assert.deepStrictEqual(yield* refusal(peeked("absent")), absent("read"))
        assert.isFalse(yield* journal.isHeld("absent"))
        assert.deepStrictEqual(yield* journal.list, [])
        yield* journal.remove("absent")
      }))

    test("has a name that is one on every system", () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        const names = ["", ".", "..", "a/b", "../a", "A", "é", "a b", "a\0", "-a", ".a", "a.b", "a\n", "a".repeat(201)]
        for (const name of names) {
          const uses: ReadonlyArray<Effect.Effect<unknown, object>> = [
            journal.create(name),
            Effect.scoped(journal.open(name)),
            peeked(name).pipe(Effect.provideService(Journal, journal)),
            journal.isHeld(name),
            journal.remove(name)
          ]
          for (const use of uses) {
            const error = yield* refusal(use)
            assert.instanceOf(error, JournalError)
            assert.include(String(error), "a name is")
          }
        }
        assert.deepStrictEqual(yield* journal.list, [])
        assert.isTrue(yield* journal.create("a".repeat(200)))
      }))

    test("lists what was created and not removed", () =>
      Effect.gen(function*() {
        const journal = yield* Journal
        for (const name of ["b-1", "a-1", "c-1"]) yield* created(name)
        yield* within("b-1", (opened) => opened.append(["{\"a\":1}"], alone))
        assert.deepStrictEqual([...yield* journal.list].sort(), ["a-1", "b-1", "c-1"])

        yield* journal.remove("b-1")

        assert.deepStrictEqual([...yield* journal.list].sort(), ["a-1", "c-1"])
        assert.isTrue(yield* created("b-1"))
        assert.deepStrictEqual(yield* within("b-1", scanned), [])
      }))
  })
