import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { emissionOrder, type Task, waves, workspaces } from "../../../src/steps/tasks/waves.ts"

const task = (id: string, files: ReadonlyArray<string> = [], dependencies: ReadonlyArray<string> = []): Task => ({
  id,
  files,
  dependencies
})
const planned = (tasks: ReadonlyArray<Task>, sequential = false) =>
  Either.map(
    waves(emissionOrder(tasks), { sequential, report: "r.md" }),
    (waves) => waves.map((wave) => wave.map(({ id }) => id))
  )

describe("waves", () => {
  it("take tasks with most files first, and put those that share a file one after the other", () => {
    const tasks = [task("a", ["x"]), task("b", ["y", "z"]), task("c"), task("d", ["x", "y"]), task("e", ["z"])]

    assert.deepStrictEqual(emissionOrder(tasks).map(({ id }) => id), ["b", "d", "a", "e", "c"])
    assert.deepStrictEqual(planned(tasks), Either.right([["b", "a", "c"], ["d", "e"]]))
  })

  it("know a file under the names that it may have", () => {
    const tasks = [
      task("a", ["./src/x.ts"]),
      task("b", ["src\\x.ts"]),
      task("c", [".\\src/x.ts"]),
      task("d", ["src/X.ts"])
    ]

    assert.deepStrictEqual(planned(tasks), Either.right([["a", "d"], ["b"], ["c"]]))
  })

  it("come after what they depend on", () => {
    const tasks = [task("a", [], ["c"]), task("b", ["x"], ["a"]), task("c", ["x"]), task("d", ["x"], ["c", "c"])]

    assert.deepStrictEqual(planned(tasks), Either.right([["c"], ["d", "a"], ["b"]]))
  })

  it("hold one task each when nothing is done side by side", () => {
    assert.deepStrictEqual(planned([task("a"), task("b", ["x"]), task("c")], true), Either.right([["b"], ["a"], ["c"]]))
    assert.deepStrictEqual(planned([task("a", [], ["b"]), task("b")], true), Either.right([["b"], ["a"]]))
  })

  it("are refused where a dependency is unknown or leads back, however long the way", () => {
    const unknown = Either.getOrThrow(Either.flip(planned([task("a", [], ["z"])])))
    assert.deepInclude(unknown, { _tag: "DependencyUnknown", id: "a", dependency: "z" })
    assert.strictEqual(unknown.message, "r.md: dependency 'z' does not exist (needed by a)")

    const ring = (size: number) =>
      Array.from({ length: size }, (_, index) => task(`t${index}`, [], [`t${(index + 1) % size}`]))
    const short = Either.getOrThrow(Either.flip(planned([task("x", [], ["t0"]), ...ring(2)])))
    assert.deepInclude(short, { _tag: "DependencyCycle", cycle: ["t0", "t1", "t0"] })
    assert.strictEqual(short.message, "r.md: these tasks wait for each other: t0 → t1 → t0")
    const self = Either.getOrThrow(Either.flip(planned(ring(1))))
    assert.deepInclude(self, { _tag: "DependencyCycle", cycle: ["t0", "t0"] })
    const long = Either.getOrThrow(Either.flip(planned(ring(20_000))))
    assert.strictEqual(long._tag === "DependencyCycle" ? long.cycle.length : 0, 20_001)
    assert.isBelow(long.message.length, 200)
  })

  it("of a long chain are as many as its tasks", () => {
    const chain = Array.from(
      { length: 20_000 },
      (_, index) => task(`t${index}`, ["x"], index === 0 ? [] : [`t${index - 1}`])
    )

    assert.deepStrictEqual(planned(chain), Either.right(chain.map(({ id }) => [id])))
  })

  const files = FastCheck.uniqueArray(FastCheck.constantFrom("a", "b", "c", "d", "e"), { maxLength: 4 })
  const tasks = FastCheck.array(FastCheck.tuple(files, FastCheck.array(FastCheck.nat(20), { maxLength: 3 })), {
    maxLength: 20
  }).map((made) =>
    made.map(([files, earlier], index) =>
      task(`t${index}`, files, earlier.filter((other) => other < index).map((other) => `t${other}`))
    )
  )

  it.prop("are what passing over all tasks again for each wave would give", { tasks }, ({ tasks }) => {
    const order = emissionOrder(tasks)
    const expected: Array<Array<string>> = []
    const done = new Set<string>()
    for (let open = order; open.length > 0;) {
      const used = new Set<string>()
      const wave = open.filter(({ dependencies, files }) => {
        if (dependencies.some((id) => !done.has(id)) || files.some((file) => used.has(file))) return false
        for (const file of files) used.add(file)
        return true
      })
      for (const { id } of wave) done.add(id)
      expected.push(wave.map(({ id }) => id))
      open = open.filter((task) => !wave.includes(task))
    }

    assert.deepStrictEqual(planned(tasks), Either.right(expected))
  })

  it("of many tasks on few files take no time", () => {
    const many = Array.from({ length: 30_000 }, (_, index) => task(`t${index}`, [`f${index % 3}`, `g${index % 7}`]))

    const result = Either.getOrThrow(planned(many))

    assert.strictEqual(result.flat().length, many.length)
  })
})

it("workspaces are named in waves of several tasks", () => {
  assert.deepStrictEqual(workspaces([["a", "b"], ["c"], ["d", "e"]], "x"), {
    a: "x-wave1-1",
    b: "x-wave1-2",
    d: "x-wave3-1",
    e: "x-wave3-2"
  })
})
