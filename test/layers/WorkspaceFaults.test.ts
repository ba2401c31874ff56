import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import * as NodeFs from "node:fs"
import { join } from "node:path"
import { type Tree, Workspace, type WriteFailed } from "../../src/layers/Workspace.ts"
import * as Fs from "../../src/layers/Workspace/Fs.ts"
import * as WorkspaceRooted from "../../src/layers/Workspace/Rooted.ts"
import { fastFolder } from "../fastFolder.ts"
import { contents, inRun, owner, refusal, sha256, tree, visible } from "./WorkspaceContract.ts"
import { edit, files } from "./WorkspaceDisk.ts"

/** What becomes of the operation of this number, counted from 1. */
type Verdict = "ok" | "crash" | "half" | { readonly code: string }

class Crash {
  readonly _tag = "Crash"
}

/** The real disk, but for what `verdict` says of each operation that may be refused. */
const faulty = (verdict: (operation: number, name: keyof Fs.Operations) => Verdict) => {
  let operations = 0
  const guard = <A>(name: keyof Fs.Operations, path: string, run: Effect.Effect<A, Fs.SystemError>) =>
    Effect.suspend((): Effect.Effect<A, Fs.SystemError> => {
      const said = verdict(++operations, name)
      if (said === "crash") return Effect.die(new Crash())
      if (said === "ok" || said === "half") return run
      return Effect.fail(new Fs.SystemError({ path, code: said.code, reason: `${said.code}: injected` }))
    })
  const { disk } = Fs
  const fs: Fs.Operations = {
    open: (path, how, mode) => guard("open", path, disk.open(path, how, mode)),
    // What the test leaves open, the system would have closed.
    close: (descriptor, path) => Effect.zipRight(disk.close(descriptor, path), guard("close", path, Effect.void)),
    fstat: (descriptor, path) => guard("fstat", path, disk.fstat(descriptor, path)),
    fchmod: (descriptor, path, mode) => guard("fchmod", path, disk.fchmod(descriptor, path, mode)),
    fsync: (descriptor, path) => guard("fsync", path, disk.fsync(descriptor, path)),
    read: (descriptor, path, into) => guard("read", path, disk.read(descriptor, path, into)),
    write: (descriptor, path, from) =>
      Effect.suspend(() => {
        const half = from.subarray(0, Math.ceil(from.length / 2))
        return guard(
          "write",
          path,
          disk.write(descriptor, path, verdict(operations + 1, "write") === "half" ? half : from)
        )
      }),
    lstat: (path) => guard("lstat", path, disk.lstat(path)),
    realpath: (path) => guard("realpath", path, disk.realpath(path)),
    readdir: (path) => guard("readdir", path, disk.readdir(path)),
    mkdir: (path, mode) => guard("mkdir", path, disk.mkdir(path, mode)),
    rmdir: (path) => guard("rmdir", path, disk.rmdir(path)),
    rename: (from, to) => guard("rename", to, disk.rename(from, to)),
    link: (from, to) => guard("link", to, disk.link(from, to)),
    unlink: (path) => guard("unlink", path, disk.unlink(path))
  }
  return { fs, count: () => operations }
}

interface Scenario {
  readonly title: string
  readonly prepare: (root: string) => Effect.Effect<unknown, object>
  readonly call: Effect.Effect<object, { readonly _tag: string }, Workspace>
}

const place = (tree: Tree) => Effect.flatMap(Workspace, (workspace) => workspace.place(tree))
const layer = (root: string) => WorkspaceRooted.layer({ root, runs: `${root}-runs` })

const scenarios: ReadonlyArray<Scenario> = [
  { title: "a new tree", prepare: () => Effect.void, call: place(tree()) },
  {
    title: "a tree that is replaced",
    prepare: (root) =>
      Effect.gen(function*() {
        const old = [`${owner}/old/stale.md`, `${owner}/old/edited.md`, `${owner}/gone/stale.md`]
        yield* place({ ...tree(), files: [...tree().files, ...old.map((path) => ({ path, content: "old\n" }))] })
        edit(root, `${owner}/old/edited.md`, "edited\n")
        edit(root, `${owner}/DEM-1.md`, "task, edited\n")
        edit(root, `${owner}/notes.md`, "notes\n")
      }).pipe(inRun("demo-1"), Effect.provide(layer(root))),
    call: place({
      ...tree("two", { replace: true }),
      files: [...tree("two").files, { path: `${owner}/new/one.md`, content: "new\n" }]
    })
  },
  {
    title: "two files where they belong",
    prepare: (root) => Effect.sync(() => edit(root, "agent.md", "old\n")),
    call: Effect.flatMap(Workspace, (workspace) =>
      workspace.write([
        { path: "agent.md", content: "new\n", expected: sha256("old\n") },
        { path: "agent-ext.md", content: "ext\n" }
      ]))
  }
]

/** A fresh tree, as the scenario wants it, that goes when the scope does. */
const prepared = (scenario: Scenario) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const parent = NodeFs.realpathSync(NodeFs.mkdtempSync(join(fastFolder, "workspace-")))
      NodeFs.mkdirSync(join(parent, "root"))
      return join(parent, "root")
    }),
    (root) => Effect.sync(() => NodeFs.rmSync(join(root, ".."), { recursive: true, force: true }))
  ).pipe(Effect.tap((root) => scenario.prepare(root)))

/** One process: everything is built anew. */
const inProcess = (scenario: Scenario, root: string, fs: Fs.Operations) =>
  scenario.call.pipe(
    Effect.provideService(Fs.Fs, fs),
    inRun("demo-2"),
    Effect.provide(layer(root)),
    Effect.exit
  )

const undisturbed = (scenario: Scenario) =>
  Effect.gen(function*() {
    const root = yield* prepared(scenario)
    const before = files(root)
    const { count, fs } = faulty(() => "ok")
    const exit = yield* inProcess(scenario, root, fs)
    return { before, after: files(root), exit, operations: count() }
  }).pipe(Effect.scoped)

// Every operation with FULL=1; otherwise every one with the first code and in a crash, and a part of the rest.
const isFull = process.env["FULL"] === "1"
const patience = isFull ? 1_800_000 : 120_000

const isWriteFailed = (error: { readonly _tag: string }): error is WriteFailed => error._tag === "WriteFailed"

for (const scenario of scenarios) {
  describe(`Workspace (Rooted) under faults: ${scenario.title}`, () => {
    for (const code of ["ENOSPC", "EIO", "EACCES", "EPERM"]) {
      it.effect(
        `is as before or completes, whichever operation fails with ${code}, once`,
        () =>
          Effect.gen(function*() {
            const good = yield* undisturbed(scenario)
            const unsure: Array<string> = []
            assert.isTrue(Exit.isSuccess(good.exit))
            for (
              let k = isFull || code === "ENOSPC" ? 1 : code.length;
              k <= good.operations;
              k += isFull || code === "ENOSPC" ? 1 : 7
            ) {
              yield* Effect.gen(function*() {
                const root = yield* prepared(scenario)
                let failed = ""
                const { fs } = faulty((operation, name) => {
                  if (operation === k) failed = name
                  return operation === k ? { code } : "ok"
                })
                const exit = yield* inProcess(scenario, root, fs)
                const where = `${code} at operation ${k} (${failed})`

                if (Exit.isSuccess(exit)) {
                  // A refusal that has another way around it.
                  assert.deepStrictEqual(files(root), good.after, where)
                  assert.deepStrictEqual(exit, good.exit, where)
                  return
                }
                const error = yield* refusal(exit)
                assert.strictEqual(error._tag, "WriteFailed", where)
                if (isWriteFailed(error)) {
                  assert.isAbove(error.path.length, 0, where)
                  assert.include(error.reason, code, where)
                  if (error.undone) assert.deepStrictEqual(files(root), good.before, where)
                  else unsure.push(failed)
                }
                assert.deepStrictEqual(yield* inProcess(scenario, root, Fs.disk), good.exit, where)
                assert.deepStrictEqual(files(root), good.after, where)
              }).pipe(Effect.scoped)
            }
            // Looking for a stage that was left behind; and, at the very end, opening our own to sync it, and that sync.
            if (code === "ENOSPC" || isFull) assert.deepStrictEqual(unsure, ["lstat", "open", "fsync"])
          }),
        patience
      )
    }

    it.effect("completes after a disk that refuses everything from some operation on", () =>
      Effect.gen(function*() {
        const good = yield* undisturbed(scenario)
        for (let k = 1; k <= good.operations; k += isFull ? 1 : 5) {
          yield* Effect.gen(function*() {
            const root = yield* prepared(scenario)
            const { fs } = faulty((operation) => operation >= k ? { code: "EIO" } : "ok")
            const exit = yield* inProcess(scenario, root, fs)
            if (Exit.isFailure(exit)) {
              const error = yield* refusal(exit)
              assert.strictEqual(error._tag, "WriteFailed", `operation ${k}`)
              if (isWriteFailed(error) && error.undone) {
                assert.deepStrictEqual(files(root), good.before, `operation ${k}`)
              }
            }
            assert.deepStrictEqual(yield* inProcess(scenario, root, Fs.disk), good.exit, `operation ${k}`)
            assert.deepStrictEqual(files(root), good.after, `operation ${k}`)
          }).pipe(Effect.scoped)
        }
      }))

    it.effect(
      "completes when it is called again after a crash between any two operations",
      () =>
        Effect.gen(function*() {
          const good = yield* undisturbed(scenario)
          for (let k = 1; k <= good.operations; k++) {
            yield* Effect.gen(function*() {
              const root = yield* prepared(scenario)
              yield* inProcess(scenario, root, faulty((operation) => operation < k ? "ok" : "crash").fs)
              for (const [path, content] of Object.entries(visible(files(root)))) {
                if (path.startsWith(".cairn-stage-") || path.endsWith("/")) continue
                assert.include([good.before[path], good.after[path]], content, `operation ${k}: ${path}`)
              }

              assert.deepStrictEqual(yield* inProcess(scenario, root, Fs.disk), good.exit, `operation ${k}`)
              assert.deepStrictEqual(files(root), good.after, `operation ${k}`)
            }).pipe(Effect.scoped)
          }
        }),
      patience
    )

    it.effect("completes even when the healing crashes as well, at any operation", () =>
      Effect.gen(function*() {
        const good = yield* undisturbed(scenario)
        for (let k = 1; k <= good.operations; k += isFull ? 1 : 29) {
          for (let j = 1 + (k % 5); j <= 2 * good.operations; j += isFull ? 7 : 37) {
            yield* Effect.gen(function*() {
              const root = yield* prepared(scenario)
              const crashing = (n: number) => faulty((operation) => operation < n ? "ok" : "crash").fs
              yield* inProcess(scenario, root, crashing(k))
              yield* inProcess(scenario, root, crashing(j))

              assert.deepStrictEqual(yield* inProcess(scenario, root, Fs.disk), good.exit, `${k}, then ${j}`)
              assert.deepStrictEqual(files(root), good.after, `${k}, then ${j}`)
            }).pipe(Effect.scoped)
          }
        }
      }), patience)

    it.effect("writes on after a write that took only a part, and fails where the disk stays full", () =>
      Effect.gen(function*() {
        const good = yield* undisturbed(scenario)
        const parts = yield* prepared(scenario)
        const slow = faulty((_, name) => name === "write" ? "half" : "ok")
        assert.deepStrictEqual(yield* inProcess(scenario, parts, slow.fs), good.exit)
        assert.deepStrictEqual(files(parts), good.after)

        const full = yield* prepared(scenario)
        let writes = 0
        const { fs } = faulty((_, name) => name !== "write" ? "ok" : ++writes <= 2 ? "half" : { code: "ENOSPC" })
        const error = yield* refusal(yield* inProcess(scenario, full, fs))
        assert.strictEqual(error._tag, "WriteFailed")
        assert.deepStrictEqual(files(full), good.before)
      }).pipe(Effect.scoped))
  })
}

describe("Workspace (Rooted), interrupted", () => {
  const creating = scenarios[0]

  it.live("leaves nothing behind while it is staging, and finishes once it is placing", () =>
    Effect.gen(function*() {
      if (creating === undefined) return
      const seen = new Set<string>()
      const good = yield* undisturbed(creating)
      for (let k = 1; k <= good.operations; k++) {
        yield* Effect.gen(function*() {
          const root = yield* prepared(creating)
          const reached = yield* Deferred.make<void>()
          const asked = yield* Deferred.make<void>()
          let operations = 0
          const pausing: Fs.Operations = Object.assign({}, Fs.disk)
          const pause = <A>(run: Effect.Effect<A, Fs.SystemError>) =>
            Effect.suspend(() =>
              ++operations === k
                ? Deferred.succeed(reached, undefined).pipe(
                  Effect.zipRight(Deferred.await(asked)),
                  Effect.uninterruptible,
                  Effect.zipRight(run)
                )
                : run
            )
          const fs: Fs.Operations = {
            ...pausing,
            open: (path, how, mode) => pause(Fs.disk.open(path, how, mode)),
            fsync: (descriptor, path) => pause(Fs.disk.fsync(descriptor, path)),
            mkdir: (path, mode) => pause(Fs.disk.mkdir(path, mode)),
            link: (from, to) => pause(Fs.disk.link(from, to)),
            unlink: (path) => pause(Fs.disk.unlink(path)),
            rename: (from, to) => pause(Fs.disk.rename(from, to))
          }
          const fiber = yield* Effect.fork(inProcess(creating, root, fs))
          const outcome = yield* Effect.raceFirst(
            Effect.as(Deferred.await(reached), true),
            Effect.as(Fiber.await(fiber), false)
          )
          if (!outcome) return
          const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
          yield* Effect.yieldNow()
          yield* Deferred.succeed(asked, undefined)
          yield* Fiber.join(interrupting)

          const left = files(root)
          const isBefore = Object.keys(left).length === 0
          seen.add(isBefore ? "before" : "after")
          if (!isBefore) assert.deepStrictEqual(left, good.after, `interrupted at ${k}`)
        }).pipe(Effect.scoped)
      }
      assert.deepStrictEqual([...seen].sort(), ["after", "before"])
    }))

  it.effect("overwrites no file that came to be while it was staging", () =>
    Effect.gen(function*() {
      const scenario = scenarios[1]
      if (scenario === undefined) return
      for (const path of [`${owner}/README.md`, `${owner}/new/one.md`, `${owner}/old/stale.md`]) {
        const root = yield* prepared(scenario)
        let isDone = false
        const fs: Fs.Operations = {
          ...Fs.disk,
          rename: (from, to) =>
            Effect.tap(Fs.disk.rename(from, to), () =>
              Effect.sync(() => {
                if (isDone || !to.endsWith("intent.json")) return
                isDone = true
                edit(root, path, "just now\n")
              }))
        }
        const before = files(root)

        const error = yield* refusal(yield* inProcess(scenario, root, fs))

        assert.strictEqual(error._tag, "FileChanged")
        assert.deepStrictEqual(files(root), { ...before, [path]: "just now\n" })
      }
    }).pipe(Effect.scoped))

  it.effect("places a tree on a disk without hard links", () =>
    Effect.gen(function*() {
      if (creating === undefined) return
      const root = yield* prepared(creating)
      const { fs } = faulty((_, name) => name === "link" ? { code: "EPERM" } : "ok")

      assert.isTrue(Exit.isSuccess(yield* inProcess(creating, root, fs)))
      assert.deepStrictEqual(visible(files(root)), contents(tree()))
    }).pipe(Effect.scoped))
})
