import { assert, describe, it } from "@effect/vitest"
import { Array, Cause, Effect, Either, Exit, Option } from "effect"
import { execFileSync } from "node:child_process"
import * as NodeFs from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as Lock from "../../src/layers/Journal/Lock.ts"
import * as Owner from "../../src/layers/Journal/Owner.ts"
import { Journal, JournalDamaged, JournalError, type OpenJournal, RunHeld } from "../../src/pipeline/Journal.ts"
import * as RunRecord from "../../src/pipeline/RunRecord.ts"
import { Crash, faulty, type Name, unsettled, type Verdict } from "./journal/faulty.ts"
import { temporary } from "./journal/temporary.ts"
import { created, opened, peeked, type Placed, refusal, scanned, within } from "./JournalContract.ts"

const name = "demo-1"
const folderOf = (home: string) => join(home, "runs", name)
const fileOf = (home: string) => join(folderOf(home), "journal")

const on =
  (home: string, disk: Disk.Operations = Disk.real, options: Omit<JournalFile.Options, "home"> = {}) =>
  <A, E>(effect: Effect.Effect<A, E, Journal>): Effect.Effect<A, E> =>
    effect.pipe(Effect.provide(JournalFile.layer({ home, ...options })), Effect.provideService(Disk.Disk, disk))

/** As fast as memory: for sweeps that ask what is read, not what is durable. */
const hasty: Disk.Operations = { ...Disk.real, sync: () => {}, datasync: () => {} }

const records = ["{\"k\":\"first\"}", "{\"k\":\"é ☃\"}", "{}", "{\"k\":\"last\",\"v\":[1,2]}"]

/** A journal of those records, written by two owners, and where each begins. */
const written = (home: string) =>
  Effect.gen(function*() {
    yield* created(name)
    yield* within(name, (journal) => journal.append(records.slice(0, 2), { alone: true }))
    yield* within(name, (journal) => journal.append(records.slice(2), { alone: true }))
    const placed = yield* peeked(name)
    return { bytes: NodeFs.readFileSync(fileOf(home)), placed, starts: placed.map(([position]) => position) }
  }).pipe(on(home, hasty))

const recordsOf = (placed: ReadonlyArray<Placed>) => placed.map(([, record]) => record)

/** How many records lie wholly before the byte. */
const wholeBefore = (bytes: Buffer, cut: number) => bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length

const line = (json: string) => `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`

describe("Journal (File), damaged", () => {
  it.effect("keeps all whole records of a file that was cut off anywhere, with or without zeros behind, and goes on", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes, placed } = yield* written(home)
      for (let cut = 0; cut <= bytes.length; cut++) {
        for (const zeros of [0, 1, 5000]) {
          const where = `cut at ${cut}, ${zeros} zeros behind`
          const kept = placed.slice(0, wholeBefore(bytes, cut))
          const end = bytes.subarray(0, cut).lastIndexOf(0x0a) + 1
          const content = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(zeros)])
          NodeFs.writeFileSync(fileOf(home), content)

          assert.deepStrictEqual(yield* on(home)(peeked(name)), kept, where)
          assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), content, where)
          yield* within(name, (journal) =>
            Effect.gen(function*() {
              assert.deepStrictEqual(yield* scanned(journal), kept, where)
              assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), bytes.subarray(0, end), where)
              assert.deepStrictEqual(yield* journal.append(["{\"k\":\"more\"}"], { alone: true }), [end], where)
            })).pipe(on(home, hasty))
          assert.deepStrictEqual(yield* on(home)(peeked(name)), [...kept, [end, "{\"k\":\"more\"}"]], where)
        }
      }
    }))

  it.effect("names the record and the byte whichever bit was flipped, and changes nothing", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes, starts } = yield* written(home)
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const at = bit >> 3
        const flipped = Buffer.from(bytes)
        flipped[at] = (bytes[at] ?? 0) ^ 1 << (bit & 7)
        NodeFs.writeFileSync(fileOf(home), flipped)
        const record = starts.filter((start) => start <= at).length

        const looking = yield* on(home)(refusal(peeked(name)))
        const opening = yield* on(home, hasty)(refusal(within(name, scanned)))

        for (const error of [looking, opening]) {
          assert.instanceOf(error, JournalDamaged, `bit ${bit}`)
          assert.deepStrictEqual(
            { ...error, reason: "" },
            {
              ...error,
              journal: name,
              where: fileOf(home),
              record,
              byte: starts[record - 1],
              newer: false,
              reason: ""
            },
            `bit ${bit}`
          )
        }
        assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), flipped)
      }
    }))

  it.effect("refuses every other change, and changes nothing", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes, starts } = yield* written(home)
      const [, second = 0, third = 0, fourth = 0] = starts
      const [one, two, three, four] = [
        bytes.subarray(0, second),
        bytes.subarray(second, third),
        bytes.subarray(third, fourth),
        bytes.subarray(fourth)
      ]
      const zeroed = (from: number, to: number) => Buffer.from(bytes).fill(0, from, to)
      const stale = Buffer.from(line("{\"n\":5,\"g\":1,\"k\":\"of an owner that was succeeded\"}"))
      const skipped = Buffer.from(line("{\"n\":6,\"k\":\"one is missing\"}"))
      const damages: ReadonlyArray<readonly [string, Buffer, record: number, byte: number]> = [
        ["a line twice", Buffer.concat([one, two, two, three, four]), 3, third],
        ["a line too few", Buffer.concat([one, three, four]), 2, second],
        ["the first line too few", Buffer.concat([two, three, four]), 1, 0],
        ["two lines in the other order", Buffer.concat([one, three, two, four]), 2, second],
        ["CRLF", Buffer.from(bytes.toString().replaceAll("\n", "\r\n")), 1, 0],
        ["a byte order mark", Buffer.concat([Buffer.from("\uFEFF"), bytes]), 1, 0],
        ["an empty line", Buffer.concat([bytes, Buffer.from("\n")]), 5, bytes.length],
        ["a blank line", Buffer.concat([bytes, Buffer.from(" \n")]), 5, bytes.length],
        ["zeros over a line's end", zeroed(second - 1, second), 1, 0],
        ["zeros over some lines' ends", zeroed(second - 1, fourth), 1, 0],
        ["zeros from the middle of a line to the middle of the last", zeroed(second + 5, fourth + 5), 2, second],
        ["zeros before the end of the last line", zeroed(fourth + 20, bytes.length - 1), 4, fourth],
        ["zeros, and something behind", Buffer.concat([bytes, Buffer.alloc(4096), four]), 5, bytes.length],
        ["the end of the file, then zeros, then a byte", Buffer.concat([one, Buffer.from("ab\0\0c")]), 2, second],
        ["a space in the place of the last end", Buffer.concat([bytes.subarray(0, -1), Buffer.from(" ")]), 4, fourth],
        ["an owner that had been succeeded", Buffer.concat([bytes, stale]), 5, bytes.length],
        ["a number too few", Buffer.concat([bytes, skipped]), 5, bytes.length],
        ["no number", Buffer.concat([bytes, Buffer.from(line("{\"k\":1}"))]), 5, bytes.length],
        ["text", Buffer.from("Dear diary,\n"), 1, 0],
        ["a compressed file", Buffer.from("1f8b0800000000000003000a0000", "hex"), 1, 0]
      ]
      for (const [damage, content, record, byte] of damages) {
        NodeFs.writeFileSync(fileOf(home), content)
        const uses = [peeked(name), within(name, scanned)]
        for (const use of uses) {
          const error = yield* on(home)(refusal(use))
          assert.instanceOf(error, JournalDamaged, damage)
          assert.deepStrictEqual(
            [error._tag === "JournalDamaged" && [error.record, error.byte]],
            [[record, byte]],
            damage
          )
        }
        const appending = yield* on(home)(refusal(within(name, (journal) => journal.append(["{}"], { alone: true }))))
        assert.instanceOf(appending, JournalError, damage)
        assert.include(String(appending), `record ${record}, byte ${byte}`, damage)
        assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), content, damage)
      }
    }))

  it.effect("refuses what never ends before it fills the memory", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes } = yield* written(home)
      NodeFs.truncateSync(fileOf(home), 3 * 1024 ** 3)
      let most = 0
      const disk: Disk.Operations = {
        ...Disk.real,
        read: (descriptor, into, ...rest) => {
          most = Math.max(most, into.length)
          return Disk.real.read(descriptor, into, ...rest)
        }
      }

      const error = yield* on(home, disk)(refusal(within(name, scanned)))

      assert.deepStrictEqual(
        error,
        new JournalDamaged({
          journal: name,
          where: fileOf(home),
          record: 5,
          byte: bytes.length,
          reason: "it has no end within 67108864 bytes",
          newer: false
        })
      )
      assert.isAtMost(most, 64 * 1024 * 1024)
    }))

  it.effect("names the damage of a record that is read at its position, after it was scanned", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes, starts } = yield* written(home)
      yield* within(name, (journal) =>
        Effect.gen(function*() {
          yield* scanned(journal)
          const third = starts[2] ?? 0
          NodeFs.writeFileSync(fileOf(home), Buffer.from(bytes).fill("x", third + 12, third + 13))

          const error = yield* refusal(journal.read(third))

          assert.instanceOf(error, JournalDamaged)
          assert.deepStrictEqual(
            error._tag === "JournalDamaged" && [error.record, error.byte, error.reason],
            [3, third, "its checksum does not fit"]
          )
          assert.strictEqual((yield* refusal(journal.read(bytes.length)))._tag, "JournalDamaged")
          assert.strictEqual((yield* refusal(journal.read(3)))._tag, "JournalDamaged")
        })).pipe(on(home))
    }))

  it.effect("reads records of any length, in parts of any length", () =>
    Effect.gen(function*() {
      const home = temporary()
      const mebi = 1024 * 1024
      const lengths = [1, mebi - 100, mebi, 3 * mebi, 1, 4096 - 25, 4096 - 24, 4096 - 23, 2 * mebi, 1]
      const long = lengths.map((length) => `{"v":"${"é".repeat(length / 2)}${"x".repeat(length % 2)}"}`)
      yield* created(name).pipe(on(home))
      yield* within(name, (journal) => journal.append(long, { alone: false })).pipe(on(home))
      const halves = faulty((_, name) => name === "read" ? "half" : "ok").disk
      for (const disk of [Disk.real, halves]) {
        yield* within(name, (journal) =>
          Effect.gen(function*() {
            const placed = yield* scanned(journal)
            assert.deepStrictEqual(recordsOf(placed), long)
            for (const [position, record] of placed) assert.strictEqual(yield* journal.read(position), record)
          })).pipe(on(home, disk))
      }
    }))

  it.effect("judges nothing that somebody may be writing before it has looked twice", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes, placed, starts } = yield* written(home)
      /** Shows another byte the first time that the file is read. */
      const blurred = (): Disk.Operations => {
        let blurring: number | undefined
        return {
          ...Disk.real,
          open: (path, flags, mode) => {
            const descriptor = Disk.real.open(path, flags, mode)
            if (path === fileOf(home)) blurring = descriptor
            return descriptor
          },
          read: (descriptor, into, offset, ...rest) => {
            const count = Disk.real.read(descriptor, into, offset, ...rest)
            if (descriptor === blurring) into[offset + (starts[1] ?? 0) + 3] = 0x20
            if (descriptor === blurring) blurring = undefined
            return count
          }
        }
      }

      assert.deepStrictEqual(yield* on(home, blurred())(peeked(name)), placed)
      assert.instanceOf(yield* on(home, blurred())(refusal(within(name, scanned))), JournalDamaged)
      assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), bytes)
    }))
})

/** What a process does with a journal, and which of its records were acknowledged. */
const session = (acknowledged: Array<string>) =>
  Effect.gen(function*() {
    yield* created(name)
    const journal = yield* opened(name)
    yield* scanned(journal)
    const append = (batch: ReadonlyArray<string>, alone: boolean) =>
      Effect.tap(journal.append(batch, { alone }), () => Effect.sync(() => void acknowledged.push(...batch)))
    yield* append(["{\"a\":1}"], true)
    yield* append(["{\"a\":2}", "{\"a\":3}"], false)
    yield* append(["{\"a\":4}"], true)
    assert.strictEqual((yield* scanned(journal)).length, 4)
  }).pipe(Effect.scoped)

const all = ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}"]

/** The process that had it is no more: its number belongs to another one. */
const bury = (home: string) => {
  const folder = folderOf(home)
  for (const lock of NodeFs.existsSync(folder) ? NodeFs.readdirSync(folder) : []) {
    if (/^lock\.\d+$/.test(lock) && NodeFs.statSync(join(folder, lock)).size > 0) {
      NodeFs.writeFileSync(join(folder, lock), JSON.stringify({ ...Owner.self(), start: "1" }))
    }
  }
}

/** What a process finds that comes next. */
const found = (home: string) =>
  Effect.gen(function*() {
    yield* created(name)
    return yield* within(name, (journal) =>
      Effect.tap(scanned(journal), () => journal.append(["{\"more\":true}"], { alone: true })))
  }).pipe(on(home), Effect.map(recordsOf))

/** What was acknowledged, and then at most what was on its way. */
const assertKept = (found: ReadonlyArray<string>, acknowledged: ReadonlyArray<string>, where: string) => {
  assert.deepStrictEqual(found.slice(0, acknowledged.length), acknowledged, where)
  assert.deepStrictEqual(found, all.slice(0, found.length), where)
}

const undisturbed = Effect.gen(function*() {
  const home = temporary()
  const { calls, disk } = faulty()
  yield* on(join(home, "home"), disk)(session([]))
  return calls
})

const failing = (verdict: (operation: number, name: Name, path: string) => Verdict) =>
  Effect.gen(function*() {
    const home = join(temporary(), "home")
    const acknowledged: Array<string> = []
    const { calls, disk } = faulty(verdict)
    const exit = yield* Effect.exit(on(home, disk)(session(acknowledged)))
    return { home, acknowledged, exit, calls }
  })

describe("Journal (File) under faults", () => {
  for (const code of ["EIO", "ENOSPC", "EACCES", "EMFILE"]) {
    it.effect(`loses nothing, whichever operation fails with ${code}, once or from then on`, () =>
      Effect.gen(function*() {
        const operations = (yield* undisturbed).length
        for (const isSticky of [false, true]) {
          for (let k = 1; k <= operations; k++) {
            const { acknowledged, calls, exit, home } = yield* failing((operation) =>
              operation === k || (isSticky && operation > k) ? { code } : "ok"
            )
            const where = `${code} at operation ${k} (${calls[k - 1]?.name} ${calls[k - 1]?.path})`

            if (Exit.isFailure(exit)) {
              const error = yield* Cause.failureOption(exit.cause)
              assert.instanceOf(error, JournalError, where)
              assert.include(String(error), code, where)
            } else assert.deepStrictEqual(acknowledged, all, where)
            // Where not even the lock could be given back, the end of the process does it.
            bury(home)
            assertKept(yield* found(home), acknowledged, where)
          }
        }
      }))
  }

  it.effect("loses nothing when the process ends between any two operations, even in the middle of a write", () =>
    Effect.gen(function*() {
      const operations = (yield* undisturbed).length
      for (const isHalf of [false, true]) {
        for (let k = 1; k <= operations; k++) {
          const { acknowledged, exit, home } = yield* failing((operation) =>
            operation > k || (operation === k && !isHalf) ? "crash" : operation === k ? "half" : "ok"
          )
          if (Exit.isFailure(exit)) {
            assert.deepStrictEqual(Option.getOrNull(Cause.dieOption(exit.cause)), new Crash(), `operation ${k}`)
          } else assert.deepStrictEqual(acknowledged, all, `operation ${k}`)
          bury(home)
          assertKept(yield* found(home), acknowledged, `operation ${k}`)
        }
      }
    }))

  it.effect("loses nothing when the process ends anywhere, with a durability of that, and syncs the file when it is closed", () =>
    Effect.gen(function*() {
      const lax = (home: string, disk: Disk.Operations) => on(home, disk, { durability: "process" })
      const { calls, disk } = faulty()
      yield* lax(join(temporary(), "home"), disk)(session([]))
      const ofFile = calls.filter(({ path }) => path.endsWith("/journal")).map(({ name }) => name)
      assert.notInclude(ofFile, "datasync")
      assert.notInclude(ofFile, "datasyncLater")
      assert.strictEqual(ofFile.lastIndexOf("sync"), ofFile.lastIndexOf("close") - 1)
      assert.isAbove(ofFile.lastIndexOf("sync"), ofFile.lastIndexOf("write"))

      for (let k = 1; k <= calls.length; k++) {
        const home = join(temporary(), "home")
        const acknowledged: Array<string> = []
        const { disk } = faulty((operation) => operation >= k ? "crash" : "ok")
        yield* Effect.exit(lax(home, disk)(session(acknowledged)))
        bury(home)
        assertKept(yield* found(home), acknowledged, `operation ${k}`)
      }
    }))

  it.effect("writes on after a write that took only a part", () =>
    Effect.gen(function*() {
      const { acknowledged, calls, exit, home } = yield* failing((_, name) =>
        name === "write" || name === "read" ? "half" : "ok"
      )

      assert.deepStrictEqual(exit, Exit.void)
      assert.deepStrictEqual(acknowledged, all)
      assert.isAbove(calls.filter(({ name }) => name === "write").length, 10)
      assert.deepStrictEqual(yield* found(home), all)
    }))

  for (
    const [call, alone] of [["write", true], ["write", false], ["datasync", true], ["datasyncLater", false]] as const
  ) {
    for (const verdict of ["nothing", { code: "EIO" }] as const) {
      if (verdict === "nothing" && call !== "write") continue
      const what = verdict === "nothing" ? "takes nothing" : "fails"
      it.effect(`takes no more after a ${call} ${alone ? "" : "for several "}that ${what}, tries no sync again, and takes back what it had written`, () =>
        Effect.gen(function*() {
          const home = temporary()
          const { bytes, placed } = yield* written(home)
          let armed = false
          const { calls, disk } = faulty((_, name) => {
            if (!armed || name !== call) return "ok"
            // What has no room for zeros is tried without them.
            armed = verdict === "nothing"
            return verdict
          })
          yield* within(name, (journal) =>
            Effect.gen(function*() {
              yield* scanned(journal)
              const before = calls.length
              armed = true
              const error = yield* refusal(journal.append(["{\"a\":1}", "{\"a\":2}"], { alone }))
              assert.deepStrictEqual(
                error,
                new JournalError({
                  operation: "append",
                  journal: name,
                  where: fileOf(home),
                  reason: verdict === "nothing"
                    ? "ENOSPC: the disk took only a part of what was written"
                    : "EIO: injected"
                })
              )
              for (const alone of [true, false]) {
                assert.strictEqual(yield* refusal(journal.append(["{}"], { alone })), error)
              }
              const syncs = calls.slice(before).filter(({ name }) => name.startsWith("datasync") || name === "sync")
              assert.strictEqual(syncs.length, call.startsWith("datasync") ? 1 : 0)
              assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), bytes)
              assert.deepStrictEqual(yield* scanned(journal), placed)
              assert.strictEqual(yield* journal.read(placed[3]?.[0] ?? -1), records[3])
            })).pipe(on(home, disk))
          assert.deepStrictEqual(yield* on(home)(peeked(name)), placed)
        }))
    }
  }

  it.effect("appends nothing to a file that somebody else changed, and leaves it as it is", () =>
    Effect.gen(function*() {
      for (
        const [alone, addition] of [
          [true, line("{\"n\":5,\"g\":9,\"k\":\"mine\"}")],
          [false, line("{\"n\":5,\"g\":9,\"k\":\"mine\"}")],
          [true, "x"],
          [false, "x"]
        ] as const
      ) {
        const home = temporary()
        const { bytes, placed } = yield* written(home)
        const changed = Buffer.concat([bytes, Buffer.from(addition)])
        yield* within(name, (journal) =>
          Effect.gen(function*() {
            yield* scanned(journal)
            NodeFs.writeFileSync(fileOf(home), changed)
            const error = yield* refusal(journal.append(["{}"], { alone }))
            assert.include(
              error.message,
              `somebody else changed the file: it has ${changed.length} bytes in place of ${bytes.length}`
            )
            assert.deepStrictEqual(NodeFs.readFileSync(fileOf(home)), changed)
            assert.deepStrictEqual(yield* scanned(journal), placed)
          })).pipe(on(home))

        yield* within(name, (journal) =>
          Effect.gen(function*() {
            yield* scanned(journal)
            NodeFs.rmSync(folderOf(home), { recursive: true })
            assert.include((yield* refusal(journal.append(["{}"], { alone }))).message, "somebody removed the file")
          })).pipe(on(home))
      }
    }))

  it.live("gives the same through the thread pool", () =>
    Effect.gen(function*() {
      const home = temporary()
      const batches = Array.makeBy(20, (number) => [`{"a":${number}}`, `{"b":"${"x".repeat(number * 1000)}"}`])
      yield* created(name).pipe(on(home))
      const placed = yield* within(name, (journal) =>
        Effect.forEach(batches, (batch, number) =>
          Effect.map(journal.append(batch, { alone: number % 5 === 0 }), (positions) =>
            Array.zip(positions, batch)), {
          concurrency: "unbounded"
        })).pipe(on(home))

      assert.deepStrictEqual(
        yield* on(home)(peeked(name)),
        placed.flat().sort(([a], [b]) =>
          a - b
        )
      )
    }))
})

describe("Journal (File), what it asks of the disk", () => {
  const value = JSON.stringify("x".repeat(198))
  const record = (number: number) =>
    RunRecord.succeeded({
      path: `task/TASK-${number}`,
      step: "render-task",
      version: 1,
      digest: "pEjJ1oKJ7yb0fVh3C0aJpA",
      at: 1_790_000_000_000 + number,
      ms: 1234,
      attempts: 1
    }, value)
  const tally = (calls: ReadonlyArray<{ readonly name: Name }>) => {
    const counts: Partial<Record<Name, number>> = {}
    for (const { name } of calls) counts[name] = (counts[name] ?? 0) + 1
    return counts
  }

  it.effect("is one write and one sync for a record, and at most 150 bytes beside its value, however many there are", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { calls, disk } = faulty()
      yield* created(name).pipe(on(home))
      const add = (from: number, to: number, generation: string) =>
        within(name, (journal) =>
          Effect.gen(function*() {
            yield* scanned(journal)
            for (let number = from; number < to; number++) {
              const text = record(number)
              const before = calls.length
              yield* journal.append([text], { alone: true })
              // Without the look at the name of the file, now and then.
              const made = calls.slice(before).filter(({ name }) => name !== "stat")
              assert.deepStrictEqual(tally(made), { read: 1, write: 1, datasync: 1 })
              const bytes = `00000000 {"n":${number + 1},${number === from ? generation : ""}`.length + text.length
              const [, { bytes: written, zeros } = { bytes: 0, zeros: 0 }] = made
              assert.strictEqual(written - zeros, bytes)
              assert.isAtMost(bytes, value.length + 150)
            }
          })).pipe(on(home, disk))

      yield* add(0, 10, "")
      // It is the same when there are 10,000 more.
      yield* within(name, (journal) => journal.append(Array.makeBy(10_000, record), { alone: true })).pipe(on(home))
      yield* add(10_010, 10_020, "\"g\":3,")
    }))

  it.effect("is one write and one sync for a batch", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { calls, disk } = faulty()
      yield* created(name).pipe(on(home))
      yield* within(name, (journal) =>
        Effect.gen(function*() {
          yield* scanned(journal)
          const before = calls.length
          yield* journal.append(Array.makeBy(16, record), { alone: false })
          assert.deepStrictEqual(tally(calls.slice(before).filter(({ name }) => name !== "stat")), {
            read: 1,
            write: 1,
            datasyncLater: 1
          })
        })).pipe(on(home, disk))
    }))

  it.effect("is one reading of the file when it is opened, and no writing", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      const { calls, disk } = faulty()
      yield* within(name, scanned).pipe(on(home, disk))

      const ofFile = calls.filter(({ path }) => path === fileOf(home))
      // The second read is the one that finds the end.
      assert.deepStrictEqual(tally(ofFile), { open: 1, stat: 2, read: 2, sync: 1, close: 1 })
    }))

  it.effect("acknowledges nothing in a file whose name, or whose folder's, the loss of power could take away", () =>
    Effect.gen(function*() {
      const home = join(temporary(), "a", "b", ".cairn")
      const { disk, folders } = unsettled(Disk.real)
      const seen: Array<ReadonlyArray<string>> = []
      const open = (journal: OpenJournal) => journal.append(["{}"], { alone: true })
      const spy: Disk.Operations = {
        ...disk,
        datasync: (descriptor) => {
          seen.push([...folders])
          disk.datasync(descriptor)
        }
      }
      yield* Effect.zipRight(created(name), within(name, open)).pipe(on(home, spy))
      yield* within(name, open).pipe(on(home, spy))
      yield* Effect.flatMap(Journal, (journal) => journal.remove(name)).pipe(on(home, spy))

      assert.deepStrictEqual(seen, [[], []])
      assert.deepStrictEqual([...folders], [])
    }))
})

describe("Journal (File), made by one that ends", () => {
  it.effect("is durable by its name once another one writes into it, wherever the first one ended", () =>
    Effect.gen(function*() {
      let isOver = false
      for (let k = 0; !isOver; k++) {
        const home = join(temporary(), ".cairn")
        const { disk, folders } = unsettled(Disk.real)
        let calls = 0
        const ending = new Proxy(disk, {
          get: (target, key) => {
            if (calls++ === k) throw new Crash()
            return Reflect.get(target, key)
          }
        })
        const first = Effect.zipRight(created(name), within(name, scanned))
        isOver = Exit.isSuccess(yield* Effect.exit(first.pipe(on(home, ending))))
        bury(home)

        let isSettled = false
        const spy: Disk.Operations = {
          ...disk,
          datasync: (descriptor) => {
            isSettled = folders.size === 0
            disk.datasync(descriptor)
          }
        }
        yield* Effect.zipRight(
          created(name),
          within(name, (journal) => journal.append(["{}"], { alone: true }))
        ).pipe(on(home, spy))
        assert.isTrue(isSettled, `after operation ${k}: ${[...folders].join(", ")}`)
      }
    }))
})

describe("Journal (File), its files", () => {
  const modes = (root: string) =>
    Object.fromEntries(
      NodeFs.readdirSync(root, { recursive: true, encoding: "utf8" })
        .map((path) => [path, (NodeFs.lstatSync(join(root, path)).mode & 0o7777).toString(8)] as const)
        .sort(([a], [b]) => a < b ? -1 : 1)
    )

  it.effect("are for their owner alone, whatever the umask", () =>
    Effect.gen(function*() {
      for (const umask of [0o000, 0o022, 0o277, 0o077]) {
        const root = temporary()
        const before = process.umask(umask)
        yield* written(join(root, ".cairn")).pipe(Effect.ensuring(Effect.sync(() => process.umask(before))))

        assert.deepStrictEqual(modes(root), {
          ".cairn": "700",
          ".cairn/.gitignore": "600",
          ".cairn/runs": "700",
          ".cairn/runs/demo-1": "700",
          ".cairn/runs/demo-1/journal": "600",
          ".cairn/runs/demo-1/lock.2": "600"
        })
        assert.strictEqual(NodeFs.readFileSync(join(root, ".cairn/.gitignore"), "utf8"), "*\n")
      }
    }))

  it.effect("are hidden from git only in a home that was made for them", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      assert.deepStrictEqual(NodeFs.readdirSync(home), ["runs"])
    }))

  it.effect("are refused where they are something else, without waiting for it and without touching it", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes } = yield* written(home)
      const elsewhere = join(home, "elsewhere")
      const file = fileOf(home)
      const server = createServer()
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      const oddities: ReadonlyArray<readonly [reason: string, make: () => unknown]> = [
        ["it is a link, not a file", () => {
          NodeFs.writeFileSync(elsewhere, bytes)
          NodeFs.symlinkSync(elsewhere, file)
        }],
        ["it is a link, not a file", () => NodeFs.symlinkSync(join(home, "nowhere"), file)],
        ["it is a link, not a file", () => NodeFs.symlinkSync("/dev/zero", file)],
        ["it is a pipe, not a file", () => execFileSync("mkfifo", [file])],
        ["it is a folder, not a file", () => NodeFs.mkdirSync(file)],
        ["users other than its owner may write it (chmod go-w)", () => {
          NodeFs.writeFileSync(file, bytes)
          NodeFs.chmodSync(file, 0o620)
        }]
      ]
      const check = (reason: string, where: string) =>
        Effect.gen(function*() {
          for (const use of [peeked(name), within(name, scanned)]) {
            const error = yield* on(home)(refusal(use))
            assert.deepStrictEqual(
              error,
              new JournalDamaged({ journal: name, where, record: 0, byte: 0, reason, newer: false })
            )
          }
        })
      for (const [reason, make] of oddities) {
        NodeFs.rmSync(file, { recursive: true, force: true })
        make()
        yield* check(reason, file)
      }
      assert.deepStrictEqual(NodeFs.readFileSync(elsewhere), bytes)
      assert.isFalse(NodeFs.existsSync(join(home, "nowhere")))

      NodeFs.rmSync(file)
      yield* Effect.async<void>((resume) => void server.listen(file, () => resume(Effect.void)))
      yield* check("it is a socket or a device, not a file", file)
    }).pipe(Effect.scoped))

  it.effect("are refused in a folder that is another's, a link, or open to others", () =>
    Effect.gen(function*() {
      const home = temporary()
      const { bytes } = yield* written(home)
      const folder = folderOf(home)
      const elsewhere = join(home, "elsewhere")
      const refused = (reason: string, disk = Disk.real, where = folder) =>
        Effect.gen(function*() {
          const damaged = new JournalDamaged({ journal: name, where, record: 0, byte: 0, reason, newer: false })
          for (const use of [peeked(name), within(name, scanned)]) {
            assert.deepStrictEqual(yield* on(home, disk)(refusal(use)), damaged)
          }
        })
      const foreign = (stats: NodeFs.Stats): NodeFs.Stats => Object.assign(stats, { uid: 12_345 })
      const uid = process.geteuid?.()

      const othersFolder = { ...Disk.real, lstat: (path: string) => foreign(Disk.real.lstat(path)) }
      yield* refused(`it belongs to user 12345, not to user ${uid}`, othersFolder)
      const othersFile = { ...Disk.real, stat: (descriptor: number) => foreign(Disk.real.stat(descriptor)) }
      yield* refused(`it belongs to user 12345, not to user ${uid}`, othersFile, fileOf(home))
      NodeFs.chmodSync(folder, 0o770)
      yield* refused("users other than its owner may write it (chmod go-w)")
      NodeFs.chmodSync(folder, 0o700)
      const before = NodeFs.readdirSync(folder)
      NodeFs.renameSync(folder, elsewhere)
      NodeFs.symlinkSync(elsewhere, folder)
      yield* refused("it is a link, not a folder")
      const journal = yield* Journal.pipe(on(home))
      assert.include(String(yield* refusal(journal.remove(name))), "it is a link, not a folder")
      assert.deepStrictEqual(yield* journal.list, [])
      NodeFs.rmSync(folder)
      NodeFs.writeFileSync(folder, bytes)
      yield* refused("it is a file, not a folder")
      assert.deepStrictEqual(NodeFs.readdirSync(elsewhere), before)
      assert.deepStrictEqual(NodeFs.readFileSync(join(elsewhere, "journal")), bytes)
    }))

  it.effect("are made by the next owner where the first one had no time to", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* created(name).pipe(on(home))

      assert.deepStrictEqual(yield* on(home)(peeked(name)), [])
      assert.deepStrictEqual(NodeFs.readdirSync(folderOf(home)), [])
      yield* within(name, (journal) => journal.append(["{}"], { alone: true })).pipe(on(home))
      assert.deepStrictEqual(recordsOf(yield* on(home)(peeked(name))), ["{}"])
    }))

  it.effect("go for good, with what a removal that was cut short had left", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      const remove = Effect.flatMap(Journal, (journal) => journal.remove(name))
      const cutShort = faulty((_, name) => name === "removeAll" ? { code: "EIO" } : "ok").disk
      assert.instanceOf(yield* on(home, cutShort)(refusal(remove)), JournalError)
      assert.strictEqual(NodeFs.readdirSync(join(home, "runs")).length, 1)
      assert.deepStrictEqual(yield* on(home)(Effect.flatMap(Journal, (journal) => journal.list)), [])

      yield* remove.pipe(on(home))

      assert.deepStrictEqual(NodeFs.readdirSync(join(home, "runs")), [])
    }))
})

describe("Journal (File), its lock", () => {
  const here = Owner.self()
  const lockOf = (home: string, generation: number) => join(folderOf(home), `lock.${generation}`)
  const locks = (home: string) => NodeFs.readdirSync(folderOf(home)).filter((name) => name.startsWith("lock")).sort()
  const held = (owner: string, unreachable: boolean) => new RunHeld({ run: name, owner, unreachable })

  const unreachable = (home: string, title: string) =>
    Effect.gen(function*() {
      const error = yield* on(home)(refusal(within(name, scanned)))
      assert.isTrue(error._tag === "RunHeld" && error.unreachable, title)
      assert.isTrue(yield* on(home)(Effect.flatMap(Journal, (journal) => journal.isHeld(name))), title)
      assert.strictEqual(
        (yield* on(home)(refusal(Effect.flatMap(Journal, (journal) => journal.remove(name)))))._tag,
        "RunHeld"
      )
      // Asked for, it is taken, and the next one needs not to ask.
      yield* within(name, scanned).pipe(on(home, Disk.real, { breakLock: true }))
      yield* within(name, scanned).pipe(on(home))
    })

  it.effect("is taken from an owner that is seen to have ended, and only from one", () =>
    Effect.gen(function*() {
      const owners: ReadonlyArray<readonly [string, object | string, Owner.Life]> = [
        ["itself", here, "alive"],
        ["itself, from before the start was known", { ...here, start: null }, "alive"],
        ["a process whose number is used again", { ...here, start: "1" }, "dead"],
        ["a process that is gone", { ...here, pid: 2 ** 22 + 1 }, "dead"],
        ["a process from before the machine started", { ...here, boot: "earlier" }, "dead"],
        ["a process on another host", { ...here, boot: "other", host: "other" }, "unreachable"],
        ["a process on another host that has no boot id", { ...here, boot: null, host: "other" }, "unreachable"],
        ["a process in another pid namespace", { ...here, pids: "pid:[1]" }, "unreachable"],
        ["a living process in another time namespace", { ...here, times: "time:[1]", start: "1" }, "unreachable"],
        ["a process that is gone, of another time namespace", { ...here, times: "time:[1]", pid: 2 ** 22 + 1 }, "dead"],
        ["one that released it", "", "dead"],
        ["one whose lock the loss of power emptied", "\0".repeat(200), "dead"],
        ["one whose lock the loss of power tore", "{\"pid\":1", "dead"],
        ["one whose lock the loss of power tore and filled up", `{"pid":1${"\0".repeat(9)}`, "dead"],
        ["one that cannot be read", "{\"pid\":1\n", "unreachable"],
        ["one of another make", "{\"pid\":\"1\"}\n", "unreachable"]
      ]
      for (const [title, owner, life] of owners) {
        const home = temporary()
        yield* written(home)
        NodeFs.writeFileSync(lockOf(home, 2), typeof owner === "string" ? owner : JSON.stringify(owner))
        switch (life) {
          case "dead":
            assert.isFalse(yield* on(home)(Effect.flatMap(Journal, (journal) => journal.isHeld(name))), title)
            yield* within(name, scanned).pipe(on(home))
            assert.deepStrictEqual(locks(home), ["lock.3"], title)
            break
          case "alive":
            for (const breakLock of [false, true]) {
              assert.deepStrictEqual(
                yield* on(home, Disk.real, { breakLock })(refusal(within(name, scanned))),
                held(`process ${process.pid} on ${here.host}`, false),
                title
              )
            }
            assert.deepStrictEqual(locks(home), ["lock.2"], title)
            break
          case "unreachable":
            yield* unreachable(home, title)
        }
      }
    }))

  it.effect("is not taken where something else is in its place", () =>
    Effect.gen(function*() {
      const oddities: ReadonlyArray<readonly [string, (path: string) => unknown]> = [
        ["a link", (path) => NodeFs.symlinkSync("/dev/null", path)],
        ["a pipe that somebody writes to", (path) => {
          execFileSync("mkfifo", [path])
          NodeFs.writeSync(NodeFs.openSync(path, "r+"), "x")
        }]
      ]
      for (const [title, make] of oddities) {
        const home = temporary()
        yield* written(home)
        make(lockOf(home, 3))
        yield* unreachable(home, title)
      }
    }))

  it.effect("counts on from the generation of the records where its own files are gone", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      NodeFs.rmSync(lockOf(home, 2))
      yield* within(name, (journal) => journal.append(["{\"k\":5}"], { alone: true })).pipe(on(home))
      yield* within(name, (journal) => journal.append(["{\"k\":6}"], { alone: true })).pipe(on(home))
      yield* within(name, (journal) => journal.append(["{\"k\":7}"], { alone: true })).pipe(on(home))

      assert.deepStrictEqual(locks(home), ["lock.3"])
      assert.deepStrictEqual(recordsOf(yield* on(home)(peeked(name))), [
        ...records,
        "{\"k\":5}",
        "{\"k\":6}",
        "{\"k\":7}"
      ])
      const generations = NodeFs.readFileSync(fileOf(home), "utf8").split("\n").map((line) =>
        /"g":(\d+)/.exec(line)?.[1]
      )
      assert.deepStrictEqual(generations, [undefined, undefined, "2", undefined, undefined, undefined, "3", undefined])
    }))

  it.effect("is not taken twice where the folder was replaced in between", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      NodeFs.writeFileSync(lockOf(home, 2), "")
      let isReplaced = false
      // Judged free in one folder; linked into another one, which somebody holds already.
      const disk: Disk.Operations = {
        ...Disk.real,
        link: (from, to) => {
          if (!isReplaced) {
            isReplaced = true
            NodeFs.rmSync(lockOf(home, 2))
            NodeFs.writeFileSync(lockOf(home, 1), JSON.stringify(here))
          }
          Disk.real.link(from, to)
        }
      }

      assert.deepStrictEqual(
        yield* on(home, disk)(refusal(within(name, scanned))),
        held(`process ${process.pid} on ${here.host}`, false)
      )
      assert.isTrue(yield* on(home)(Effect.flatMap(Journal, (journal) => journal.isHeld(name))))
      assert.instanceOf(yield* on(home)(refusal(within(name, scanned))), RunHeld)
      assert.deepStrictEqual(locks(home), ["lock.1", "lock.3"])
      NodeFs.writeFileSync(lockOf(home, 1), "")
      yield* within(name, scanned).pipe(on(home))
    }))

  it.effect("is not taken under a number that later owners had passed", () =>
    Effect.gen(function*() {
      const home = temporary()
      yield* written(home)
      let isPassed = false
      const disk: Disk.Operations = {
        ...Disk.real,
        link: (from, to) => {
          if (!isPassed) {
            isPassed = true
            NodeFs.rmSync(lockOf(home, 2))
            NodeFs.writeFileSync(lockOf(home, 5), "")
          }
          Disk.real.link(from, to)
        }
      }

      yield* within(name, scanned).pipe(on(home, disk))

      assert.deepStrictEqual(locks(home), ["lock.6"])
    }))

  type Fate = "holds it" | "gives it back" | "dies"
  const fates: ReadonlyArray<Fate> = ["holds it", "gives it back", "dies"]

  /** Takes the lock, with a disk that lets others act before its operation of that number. */
  const taking = (folder: string, fate: Fate, before: number, others: () => void) => {
    let operations = 0
    const { disk } = faulty(() => {
      if (++operations === before) others()
      return "ok"
    })
    const lock = Lock.acquire(disk, folder, { breakLock: false })
    if (Either.isRight(lock)) {
      if (fate === "gives it back") Lock.release(Disk.real, lock.right)
      if (fate === "dies") {
        NodeFs.closeSync(lock.right.descriptor)
        NodeFs.writeFileSync(join(folder, `lock.${lock.right.generation}`), JSON.stringify({ ...here, start: "1" }))
      }
    }
    return { holds: Either.isRight(lock) && fate === "holds it", lock }
  }

  it("is never held by two, whatever two others do between any operations of one that takes it", () => {
    const folder = temporary()
    const beginnings: ReadonlyArray<readonly [string, string]> = [
      ["lock.1", ""],
      ["lock.3", JSON.stringify({ ...here, start: "1" })]
    ]
    let cases = 0
    for (const [name, content] of beginnings) {
      for (const second of fates) {
        for (const third of ["holds it", "dies"] as const) {
          const run = (k: number, j: number) => {
            const where = `${name}, the second ${second} at ${k}, the third ${third} at ${j}`
            for (const old of NodeFs.readdirSync(folder)) NodeFs.rmSync(join(folder, old))
            NodeFs.writeFileSync(join(folder, name), content)
            const all: Array<ReturnType<typeof taking>> = []
            all.push(taking(folder, "holds it", k, () => {
              all.push(taking(folder, second, j, () => {
                all.push(taking(folder, third, 0, () => {}))
              }))
            }))

            const holders = all.filter(({ holds }) => holds)
            assert.isAtMost(holders.length, 1, where)
            assert.strictEqual(Lock.holder(Disk.real, folder) !== undefined, holders.length === 1, where)
            for (const { lock } of holders) if (Either.isRight(lock)) Lock.release(Disk.real, lock.right)
            assert.isTrue(Either.isRight(taking(folder, "gives it back", 0, () => {}).lock), where)
            cases++
            return all.length
          }
          for (let k = 1; run(k, 0) > 1; k++) {
            for (let j = 1; run(k, j) > 2; j++);
          }
        }
      }
    }
    assert.isAbove(cases, 1000)
  })
})
