import { assert, it } from "@effect/vitest"
import { Effect, Option, Ref } from "effect"
import * as FastCheck from "effect/FastCheck"
import { execFileSync } from "node:child_process"
import * as NodeFs from "node:fs"
import { join } from "node:path"
import { isUnchanged, type Tree, Workspace } from "../../src/layers/Workspace.ts"
import * as WorkspaceDryRun from "../../src/layers/Workspace/DryRun.ts"
import * as Fs from "../../src/layers/Workspace/Fs.ts"
import * as WorkspaceMemory from "../../src/layers/Workspace/Memory.ts"
import * as WorkspaceRooted from "../../src/layers/Workspace/Rooted.ts"
import { CurrentStep, DryRun } from "../../src/pipeline/CurrentStep.ts"
import {
  changes,
  contents,
  inRun,
  owner,
  plan,
  refusal,
  sha256,
  stepIn,
  suite,
  tree,
  visible,
  write
} from "./WorkspaceContract.ts"
import { edit, files, temporary } from "./WorkspaceDisk.ts"

suite("Memory", () => {
  const map = new Map<string, string>()
  return {
    layer: WorkspaceMemory.layer(map),
    files: () => Object.fromEntries([...map].sort(([a], [b]) => a < b ? -1 : 1)),
    edit: (path, content) => content === null ? void map.delete(path) : void map.set(path, content)
  }
})

suite("Rooted", () => {
  const root = temporary()
  return {
    layer: WorkspaceRooted.layer({ root }),
    files: () => files(root),
    edit: (path, content) => edit(root, path, content)
  }
})

suite("Rooted, with the folders of the runs", () => {
  const root = temporary()
  return {
    layer: WorkspaceRooted.layer({ root, runs: join(temporary(), "runs") }),
    files: () => files(root),
    edit: (path, content) => edit(root, path, content)
  }
})

const place = (tree: Tree) => Effect.flatMap(Workspace, (workspace) => workspace.place(tree))

it.effect("knows in another process what the run wrote", () =>
  Effect.gen(function*() {
    const root = temporary()
    const runs = join(temporary(), "runs")
    edit(root, "agent.md", "old\n")
    const process = <A, E>(effect: Effect.Effect<A, E, Workspace>, runs?: string) =>
      effect.pipe(inRun("demo-1"), Effect.provide(WorkspaceRooted.layer({ root, runs })))
    const over = (expected: string, content: string) => write("agent.md", content, { expected })
    const fingerprint = (path: string) => Effect.flatMap(Workspace, (workspace) => workspace.fingerprint(path))

    yield* process(over(sha256("old\n"), "new\n"), runs)
    yield* process(place(tree()), runs)

    assert.strictEqual(yield* process(fingerprint("agent.md"), runs), sha256("old\n"))
    assert.strictEqual((yield* process(over(sha256("old\n"), "newer\n"), runs)).change, "replaced")
    assert.strictEqual(yield* process(fingerprint("agent.md"), runs), sha256("old\n"))
    assert.strictEqual(yield* process(fingerprint(plan), runs), "missing")
    // Without a record of the run, the manifest of the folder still knows.
    assert.strictEqual(yield* process(fingerprint(`${owner}/README.md`)), "missing")
    assert.strictEqual(yield* process(fingerprint("agent.md")), sha256("newer\n"))
  }))

it.effect("reads only regular files, and never hangs on another one", () =>
  Effect.gen(function*() {
    const root = temporary()
    const outside = temporary()
    edit(outside, "report.md", "outside")
    NodeFs.symlinkSync(join(outside, "report.md"), join(root, "link.md"))
    NodeFs.symlinkSync("loop", join(root, "loop"))
    NodeFs.mkdirSync(join(root, "folder"))
    execFileSync("mkfifo", [join(root, "pipe")])
    NodeFs.closeSync(NodeFs.openSync(join(root, "sparse"), "w"))
    NodeFs.truncateSync(join(root, "sparse"), 3 * 1024 ** 3)

    yield* Effect.gen(function*() {
      const { fingerprint, read } = yield* Workspace
      const limit = 2 * 1024 * 1024

      assert.strictEqual(new TextDecoder().decode((yield* read("link.md", { limit })).bytes), "outside")
      assert.strictEqual((yield* read(join(outside, "report.md"), { limit })).bytes.length, 7)
      const refused = {
        folder: "FileNotRegular",
        pipe: "FileNotRegular",
        "/dev/zero": "FileNotRegular",
        loop: "FileUnreadable",
        "nul\0": "FileUnreadable",
        "link.md/x": "FileNotFound",
        sparse: "FileTooLarge"
      }
      for (const [path, tag] of Object.entries(refused)) {
        assert.strictEqual((yield* refusal(read(path, { limit })))._tag, tag, path)
      }
      for (const path of ["folder", "pipe", "/dev/zero", "loop", "nul\0"]) {
        assert.strictEqual(yield* fingerprint(path), "unreadable", path)
      }
      assert.strictEqual(yield* fingerprint("sparse"), `size ${3 * 1024 ** 3}`)
      assert.strictEqual(yield* fingerprint("link.md"), sha256("outside"))
    }).pipe(Effect.provide(WorkspaceRooted.layer({ root })))
  }))

it.effect("follows no link below the root, wherever it leads", () =>
  Effect.gen(function*() {
    const outside = temporary()
    edit(outside, "kept.md", "kept")
    const cases: ReadonlyArray<(root: string) => void> = [
      (root) => NodeFs.symlinkSync(outside, join(root, "tasks")),
      (root) => NodeFs.symlinkSync(outside, join(root, ".claude")),
      (root) => {
        NodeFs.mkdirSync(join(root, "real"))
        NodeFs.symlinkSync("real", join(root, "tasks"))
      },
      (root) => {
        NodeFs.mkdirSync(join(root, "tasks/backlog"), { recursive: true })
        NodeFs.symlinkSync(outside, join(root, owner))
      },
      (root) => {
        NodeFs.mkdirSync(join(root, ".claude/task-plans"), { recursive: true })
        NodeFs.symlinkSync(join(outside, "kept.md"), join(root, plan))
      },
      (root) => NodeFs.symlinkSync(join(outside, "none"), join(root, "tasks")),
      (root) => edit(root, "tasks", "a file"),
      (root) => NodeFs.symlinkSync(outside, join(root, ".cairn-stage-demo-1")),
      (root) => {
        NodeFs.mkdirSync(join(root, owner), { recursive: true })
        NodeFs.symlinkSync(join(outside, "kept.md"), join(root, owner, ".cairn-manifest.json"))
      }
    ]
    for (const prepare of cases) {
      for (const replace of [false, true]) {
        const root = temporary()
        prepare(root)
        const before = files(root)

        const error = yield* place(tree("one", { replace })).pipe(
          inRun("demo-1"),
          Effect.provide(WorkspaceRooted.layer({ root })),
          refusal
        )

        assert.strictEqual(error._tag, "UnsafePath", prepare.toString())
        assert.deepStrictEqual(files(root), before)
        assert.deepStrictEqual(files(outside), { "kept.md": "kept" })
      }
    }
  }))

it.effect("resolves a root that is a link once, and refuses one that is no folder", () =>
  Effect.gen(function*() {
    const root = temporary()
    const link = join(temporary(), "link")
    NodeFs.symlinkSync(root, link)

    yield* place(tree()).pipe(Effect.provide(WorkspaceRooted.layer({ root: link })))
    assert.deepStrictEqual(visible(files(root)), contents(tree()))

    for (const bad of [join(root, "none"), join(root, plan)]) {
      const error = yield* place(tree()).pipe(Effect.provide(WorkspaceRooted.layer({ root: bad })), refusal)
      assert.deepInclude(error, { _tag: "RootUnusable", root: bad })
    }
    for (const code of ["EIO", "EACCES", "EMFILE"]) {
      const broken = { ...Fs.disk, realpath: (path: string) => new Fs.SystemError({ path, code, reason: code }) }
      const error = yield* place(tree()).pipe(
        Effect.provide(WorkspaceRooted.layer({ root })),
        Effect.provideService(Fs.Fs, broken),
        refusal
      )
      assert.deepInclude(error, { _tag: "WriteFailed", path: root, undone: true }, code)
    }
  }))

it.effect("keeps the mode of a file that it replaces", () =>
  Effect.gen(function*() {
    const root = temporary()
    const modeOf = (path: string) => NodeFs.statSync(join(root, path)).mode & 0o777
    edit(root, "agent.md", "old\n")
    NodeFs.chmodSync(join(root, "agent.md"), 0o750)
    edit(root, "plain", "")

    yield* Effect.zipRight(write("agent.md", "new\n", { expected: sha256("old\n") }), write("other.md", "x")).pipe(
      Effect.provide(WorkspaceRooted.layer({ root }))
    )

    assert.strictEqual(modeOf("agent.md"), 0o750)
    assert.strictEqual(modeOf("other.md"), modeOf("plain"))
  }))

it.effect("believes no manifest about files that are none of its business", () =>
  Effect.gen(function*() {
    const root = temporary()
    edit(root, "src/index.ts", "code\n")
    edit(root, "outside.md", "x\n")
    edit(root, `${owner}/README.md`, "old\n")
    const claim = (path: string, content: string) => ({ path, sha256: sha256(content), previous: null })
    const manifest = {
      format: "cairn.manifest/1",
      run: null,
      files: [claim("src/index.ts", "code\n"), claim("../outside.md", "x\n"), claim(".git/config", "")],
      removed: []
    }
    edit(root, `${owner}/.cairn-manifest.json`, JSON.stringify(manifest))

    const placed = yield* place(tree("one", { replace: true })).pipe(Effect.provide(WorkspaceRooted.layer({ root })))

    assert.strictEqual(files(root)["src/index.ts"], "code\n")
    assert.strictEqual(changes(placed)[`${owner}/README.md`], "kept")
  }))

it.effect("names the run that was stopped in the middle where a folder is in the way", () =>
  Effect.gen(function*() {
    const root = temporary()
    NodeFs.mkdirSync(join(root, ".cairn-stage-demo-7"))
    edit(root, `${owner}/README.md`, "half\n")

    const error = yield* place(tree()).pipe(
      inRun("demo-8"),
      Effect.provide(WorkspaceRooted.layer({ root })),
      refusal
    )

    assert.deepInclude(error, { _tag: "TreeExists", path: owner })
    assert.include(error._tag === "TreeExists" ? error.fix : "", "demo-7")
  }))

it.effect("shows in a dry run what it would do, and writes nothing", () =>
  Effect.gen(function*() {
    const root = temporary()
    const simulated = yield* Ref.make(0)
    const step = {
      ...stepIn("demo-2"),
      simulated: Ref.update(simulated, (n) => n + 1)
    }
    yield* place(tree()).pipe(inRun("demo-1"), Effect.provide(WorkspaceRooted.layer({ root })))
    const before = files(root)
    const dry = <A, E>(effect: Effect.Effect<A, E, Workspace | DryRun>) =>
      effect.pipe(
        Effect.provideService(CurrentStep, Option.some(step)),
        Effect.provide(WorkspaceDryRun.layer({ root, runs: join(root, "runs") }))
      )

    const placed = yield* dry(place(tree("two", { replace: true })))
    assert.deepStrictEqual(placed.files.map(({ change, path }) => [path, change]), [
      [`${owner}/README.md`, "replaced"],
      [`${owner}/DEM-1.md`, "unchanged"],
      [plan, "replaced"]
    ])
    assert.strictEqual(
      placed.files[0]?.diff,
      `--- a/${owner}/README.md\n+++ b/${owner}/README.md\n@@ -1,2 +1,2 @@\n created: now\n-one\n+two\n`
    )
    assert.isFalse(placed.files[1] !== undefined && "diff" in placed.files[1])

    const written = yield* dry(write("agents/new.md", "new\n"))
    assert.strictEqual(written.diff, "--- /dev/null\n+++ b/agents/new.md\n@@ -0,0 +1,1 @@\n+new\n")

    assert.strictEqual((yield* dry(refusal(place(tree("two")))))._tag, "TreeExists")
    assert.strictEqual((yield* dry(refusal(place(tree("x", { owner: "../x" })))))._tag, "UnsafePath")
    assert.isTrue(yield* dry(DryRun))
    assert.isFalse(yield* DryRun)
    assert.strictEqual(yield* Ref.get(simulated), 4)
    assert.deepStrictEqual(files(root), before)

    const real = yield* place(tree("two", { replace: true })).pipe(
      inRun("demo-2"),
      Effect.provide(WorkspaceRooted.layer({ root }))
    )
    const withoutDiffs = placed.files.map(({ bytes, change, path, sha256 }) => ({ path, bytes, sha256, change }))
    assert.deepStrictEqual(real, { owner, files: withoutDiffs })
  }))

const names = FastCheck.constantFrom("a.md", "b.md", "c/d.md", "c/e.md")
const generated = FastCheck.record({
  files: FastCheck.dictionary(names, FastCheck.constantFrom("1\n", "2\n", "3\n")),
  outside: FastCheck.dictionary(FastCheck.constantFrom("p1.md", "p2.md"), FastCheck.constantFrom("1\n", "2\n")),
  user: FastCheck.array(FastCheck.tuple(names, FastCheck.option(FastCheck.constantFrom("1\n", "mine\n"))), {
    maxLength: 3
  })
})

it.effect.prop(
  "loses no file of the user, and placing twice writes once, whatever was there",
  { rounds: FastCheck.array(generated, { minLength: 1, maxLength: 4 }) },
  ({ rounds }) => {
    const disk = new Map<string, string>()
    return Effect.gen(function*() {
      for (const { files, outside, user } of rounds) {
        const theirs = new Map<string, string>()
        for (const [name, content] of user) {
          disk.delete(`own/${name}`)
          theirs.delete(`own/${name}`)
          if (content !== null) {
            disk.set(`own/${name}`, content)
            if (content === "mine\n") theirs.set(`own/${name}`, content)
          }
        }
        const wanted = [
          ...Object.entries(files).map(([name, content]) => ({ path: `own/${name}`, content })),
          ...Object.entries(outside).map(([name, content]) => ({ path: `plans/${name}`, content }))
        ]

        const placed = yield* place({ owner: "own", files: wanted, replace: true })
        const before = new Map(disk)
        const again = yield* place({ owner: "own", files: wanted, replace: true })

        assert.isTrue(isUnchanged(again))
        assert.deepStrictEqual(disk, before)
        for (const [path, content] of theirs) assert.strictEqual(disk.get(path), content)
        for (const file of placed.files) {
          if (file.change === "removed") assert.isFalse(disk.has(file.path))
          else assert.strictEqual(sha256(disk.get(file.path) ?? ""), file.sha256)
        }
      }
    }).pipe(Effect.provide(WorkspaceMemory.layer(disk)))
  }
)
