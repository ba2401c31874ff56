/** What a journal file says of its end, whatever the loss of power or damage has left there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as NodeFs from "node:fs"
import * as Disk from "../../src/layers/Journal/Disk.ts"
import * as Line from "../../src/layers/Journal/line.ts"
import { scan } from "../../src/layers/Journal/scan.ts"

const sector = 512

/** A file in memory. */
const holding = (content: Buffer): Disk.Operations => ({
  ...Disk.real,
  stat: () => Object.assign(new NodeFs.Stats(), { size: content.length }),
  read: (_, into, offset, length, position) => content.copy(into, offset, position, position + length)
})

const read = (content: Buffer) =>
  Effect.runSync(Effect.either(
    scan(holding(content), 0, { live: false }, [] as ReadonlyArray<string>, (records, record) => [...records, record])
  ))

const record = (name: string, length: number) => JSON.stringify({ k: name, v: "x".repeat(length) })

/** Batches as they are written, one behind the other: where each line begins, and the bytes. */
const written = (batches: ReadonlyArray<ReadonlyArray<string>>) => {
  const place = Line.beginning()
  const starts: Array<number> = []
  let bytes = Buffer.alloc(0)
  for (const batch of batches) {
    for (const [ahead, record] of batch.entries()) {
      starts.push(bytes.length)
      bytes = Buffer.concat([bytes, Line.encode(place, 1, record, ahead)])
    }
  }
  return { bytes, starts }
}

const grown = (bytes: Buffer, size: number) => Buffer.concat([bytes], size)

/** The sectors of `bytes[from, to)`, as far as they are in there. */
const sectorsOf = (from: number, to: number): ReadonlyArray<readonly [from: number, to: number]> => {
  const found: Array<readonly [number, number]> = []
  for (let at = from; at < to;) {
    const end = Math.min(to, at - at % sector + sector)
    found.push([at, end])
    at = end
  }
  return found
}

const without = (content: Buffer, sectors: ReadonlyArray<readonly [from: number, to: number]>) => {
  const holed = Buffer.from(content)
  for (const [from, to] of sectors) holed.fill(0, from, to)
  return holed
}

/** How long what was acknowledged is, and of how many records what comes next is made. */
const shapes = [30, 400, 430, 700].flatMap((ahead) =>
  [[300], [1500], [40, 40], [700, 100, 900], [10, 2000, 10]].map((batch) => ({
    acknowledged: [[record("first", ahead)], [record("a", 20), record("b", 50)]],
    batch: batch.map((length, index) => record(`new ${index}`, length))
  }))
)

const assertBeginning = (
  found: ReturnType<typeof read>,
  whole: ReadonlyArray<string>,
  atLeast: number,
  how: string
) => {
  if (Either.isLeft(found)) return assert.fail(`${how}: ${JSON.stringify(found.left)}`)
  const { end, rest, state } = found.right
  assert.deepStrictEqual(state, whole.slice(0, state.length), how)
  assert.isAtLeast(state.length, atLeast, how)
  assert.isAtLeast(rest, 0)
  assert.isAtLeast(end, 0)
}

describe("the end of a journal file", () => {
  it("is clean, or a batch that nobody was told of, whichever of its sectors are there", () => {
    for (const { acknowledged, batch } of shapes) {
      const kept = acknowledged.flat()
      const before = written(acknowledged).bytes
      const { bytes } = written([...acknowledged, batch])
      const file = grown(bytes, 16_384 + 3)
      const sectors = sectorsOf(before.length, bytes.length)
      for (let lost = 0; lost < 1 << sectors.length; lost++) {
        const how = `${batch.length} records in ${sectors.length} sectors, without ${lost.toString(2)}`
        const left = without(file, sectors.filter((_, index) => (lost >> index & 1) === 1))
        const found = read(left)
        assertBeginning(found, [...kept, ...batch], lost === 0 ? kept.length + batch.length : kept.length, how)
        // What a size that was not made durable leaves.
        assertBeginning(read(left.subarray(0, bytes.length)), [...kept, ...batch], kept.length, how)
      }
      for (let cut = before.length; cut <= bytes.length; cut++) {
        const how = `${batch.length} records, cut at ${cut}`
        const short = bytes.subarray(0, cut)
        for (const left of [short, grown(short, file.length)]) {
          assertBeginning(read(left), [...kept, ...batch], kept.length, how)
        }
      }
    }
  })

  it("is damage where what is missing had been acknowledged: something was written behind it", () => {
    const laters = [[[record("later", 5)]], [[record("later", 5), record("with it", 900)], [record("latest", 9)]]]
    for (const { acknowledged, batch } of shapes) {
      const before = written(acknowledged).bytes
      const upTo = written([...acknowledged, batch]).bytes
      for (const later of laters) {
        const { bytes, starts } = written([...acknowledged, batch, ...later])
        const file = grown(bytes, 16_384)
        for (const [from, to] of sectorsOf(before.length, upTo.length)) {
          const first = starts.findLastIndex((start) => start <= from)
          const damage = { record: first + 1, byte: starts[first] ?? 0, reason: "it has zeros in it" }
          assert.deepStrictEqual(read(without(file, [[from, to]])), Either.left({ _tag: "Damaged", damage }))
        }
      }
    }
  })

  it("is damage wherever a bit of a record is another one, and never costs a record", () => {
    const { acknowledged, batch } = shapes[8] ?? assert.fail("there is no such shape")
    const all = [...acknowledged.flat(), ...batch]
    const { bytes, starts } = written([...acknowledged, batch])
    const file = grown(bytes, bytes.length + 700)
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file)
      const at = bit >> 3
      flipped[at] = (file[at] ?? 0) ^ 1 << (bit & 7)
      const found = read(flipped)
      const record = starts.findLastIndex((start) => start <= at)
      if (Either.isRight(found)) {
        assert.isAtLeast(at, bytes.length, `bit ${bit}`)
        assert.deepStrictEqual(found.right.state, all, `bit ${bit}`)
      } else if (found.left._tag === "Damaged") {
        const isBehind = at >= bytes.length
        assert.deepStrictEqual(
          [found.left.damage.record, found.left.damage.byte],
          isBehind ? [all.length + 1, bytes.length] : [record + 1, starts[record]],
          `bit ${bit}`
        )
      } else assert.fail(`bit ${bit}: ${JSON.stringify(found.left)}`)
    }
  })

  it("is damage where zeros are in a sector that holds more", () => {
    const { acknowledged, batch } = shapes[8] ?? assert.fail("there is no such shape")
    const { bytes, starts } = written([...acknowledged, batch])
    const file = grown(bytes, 16_384)
    const last = starts.at(-1) ?? 0
    for (const length of [1, 2, 9, 100]) {
      for (let at = 0; at + length < bytes.length - 1; at += 7) {
        const found = read(without(file, [[at, at + length]]))
        // From the beginning of a record to the end of a sector it looks like one that was never there.
        const isSector = at >= last && (at === last || at % sector === 0) && (at + length) % sector === 0
        assert.strictEqual(Either.isLeft(found) || isSector, true, `${length} zeros at ${at}`)
      }
    }
  })
})
