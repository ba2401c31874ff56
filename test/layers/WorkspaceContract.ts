/** What every workspace promises, whatever it is made of. */
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, type Layer } from "effect"
import { createHash } from "node:crypto"
import {
  isUnchanged,
  type Placed,
  type RootUnusable,
  type Tree,
  Workspace,
  type WriteFailed
} from "../../src/layers/Workspace.ts"
import { inRun } from "./stepInRun.ts"

export { inRun, stepIn } from "./stepInRun.ts"

export interface Harness {
  readonly layer: Layer.Layer<Workspace, RootUnusable | WriteFailed>
  /** All files of the tree, by path. */
  readonly files: () => Record<string, string>
  /** Changes a file as a user would; `null` removes it. */
  readonly edit: (path: string, content: string | null) => void
}

/** The failure of an effect that must fail. */
export const refusal = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  effect.pipe(Effect.flip, Effect.orDieWith(() => new Error("It succeeded and should have been refused")))

export const sha256 = (content: string) => createHash("sha256").update(content).digest("hex")

export const owner = "tasks/backlog/demo"
export const plan = ".claude/task-plans/DEM-1-implementation-plan.md"

export const tree = (content = "one", options: Partial<Tree> = {}): Tree => ({
  owner,
  files: [
    { path: `${owner}/README.md`, content: `created: now\n${content}\n` },
    { path: `${owner}/DEM-1.md`, content: "task\n" },
    { path: plan, content: `plan ${content}\n` }
  ],
  replace: false,
  ...options
})

export const changes = (placed: Pick<Placed, "files">) =>
  Object.fromEntries(placed.files.map((file) => [file.path, file.change]))

/** The tree without the manifest, whose content is no promise. */
export const visible = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith(".cairn-manifest.json")))

export const contents = (tree: Tree) => Object.fromEntries(tree.files.map((file) => [file.path, file.content]))

const place = (tree: Tree) => Effect.flatMap(Workspace, (workspace) => workspace.place(tree))

/** Writes one file. */
export const write = (path: string, content: string, options: { readonly expected?: string } = {}) =>
  Effect.flatMap(
    Workspace,
    (workspace) => Effect.map(workspace.write([{ path, content, ...options }]), (files) => Array.unsafeGet(files, 0))
  )

export const suite = (name: string, make: () => Harness) =>
  describe(`Workspace (${name})`, () => {
    const test = (title: string, body: (harness: Harness) => Effect.Effect<void, object, Workspace>) =>
      it.effect(title, () => {
        const harness = make()
        return Effect.provide(body(harness), harness.layer)
      })

    test("creates a tree with all of its files", ({ files }) =>
      Effect.gen(function*() {
        const placed = yield* place(tree())

        assert.deepStrictEqual(visible(files()), contents(tree()))
        assert.deepStrictEqual(placed, {
          owner,
          files: tree().files.map(({ content, path }) => ({
            path,
            bytes: content.length,
            sha256: sha256(content),
            change: "created" as const
          }))
        })
      }))

    test("writes nothing when it places the same tree again", ({ files }) =>
      Effect.gen(function*() {
        yield* place(tree()).pipe(inRun("demo-1"))
        const before = files()

        const again = yield* place(tree()).pipe(inRun("demo-2"))

        assert.isTrue(isUnchanged(again))
        assert.deepStrictEqual(files(), before)
      }))

    test("writes nothing when only what may differ differs", ({ files }) =>
      Effect.gen(function*() {
        yield* place(tree())
        const before = files()
        const later = {
          ...tree(),
          files: tree().files.map((file) => ({ ...file, content: file.content.replace("now", "later") })),
          sameBut: (content: string) => content.replace(/^created: .*$/m, "")
        }

        assert.isTrue(isUnchanged(yield* place(later)))
        assert.deepStrictEqual(files(), before)
      }))

    test("refuses a folder that differs and names what does", ({ files }) =>
      Effect.gen(function*() {
        yield* place(tree())
        const before = files()

        const error = yield* refusal(place(tree("two")))

        assert.deepInclude(error, { _tag: "TreeExists", path: owner, occupied: "folder" })
        assert.deepStrictEqual(error._tag === "TreeExists" ? error.differs : [], [plan, `${owner}/README.md`])
        assert.deepStrictEqual(files(), before)
      }))

    test("refuses a folder that the user made, and with replace places around the user's files", ({ edit, files }) =>
      Effect.gen(function*() {
        edit(`${owner}/README.md`, "mine\n")

        assert.strictEqual((yield* refusal(place(tree())))._tag, "TreeExists")
        const placed = yield* place(tree("one", { replace: true }))

        assert.deepStrictEqual(changes(placed), {
          [`${owner}/README.md`]: "kept",
          [`${owner}/DEM-1.md`]: "created",
          [plan]: "created"
        })
        assert.deepStrictEqual(visible(files()), { ...contents(tree()), [`${owner}/README.md`]: "mine\n" })
      }))

    test("never overwrites a file of another owner outside the folder", ({ edit, files }) =>
      Effect.gen(function*() {
        edit(plan, "the plan of another feature\n")

        const error = yield* refusal(place(tree()))
        assert.deepInclude(error, { _tag: "TreeExists", occupied: "files" })
        assert.deepStrictEqual(files(), { [plan]: "the plan of another feature\n" })

        const placed = yield* place(tree("one", { replace: true }))
        assert.strictEqual(changes(placed)[plan], "kept")
        assert.strictEqual(files()[plan], "the plan of another feature\n")
      }))

    test("replaces what is ours, removes what is stale, keeps and names what the user made or changed", ({ edit, files }) =>
      Effect.gen(function*() {
        const extra = [{ path: `${owner}/old.md`, content: "old\n" }, { path: `${owner}/edited.md`, content: "old\n" }]
        yield* place({ ...tree(), files: [...tree().files, ...extra] })
        edit(`${owner}/DEM-1.md`, "task, done\n")
        edit(`${owner}/edited.md`, "edited\n")
        edit(`${owner}/notes.md`, "notes\n")
        const next = tree("two", { replace: true })
        const wanted = {
          ...next,
          files: next.files.map((file) => file.path.endsWith("DEM-1.md") ? { ...file, content: "task two\n" } : file)
        }

        const placed = yield* place(wanted)

        assert.deepStrictEqual(changes(placed), {
          [`${owner}/README.md`]: "replaced",
          [`${owner}/DEM-1.md`]: "kept",
          [plan]: "replaced",
          [`${owner}/old.md`]: "removed",
          [`${owner}/edited.md`]: "kept",
          [`${owner}/notes.md`]: "kept"
        })
        assert.deepStrictEqual(visible(files()), {
          ...contents(wanted),
          [`${owner}/DEM-1.md`]: "task, done\n",
          [`${owner}/edited.md`]: "edited\n",
          [`${owner}/notes.md`]: "notes\n"
        })
        const before = files()
        assert.isTrue(isUnchanged(yield* place(wanted)))
        assert.deepStrictEqual(files(), before)
      }))

    test("tells the same result when the same run places the same tree again", ({ files }) =>
      Effect.gen(function*() {
        yield* place({ ...tree(), files: [...tree().files, { path: `${owner}/old.md`, content: "old\n" }] })
        const next = tree("two", { replace: true })
        const first = yield* place(next).pipe(inRun("demo-1"))
        const before = files()

        const second = yield* place(next).pipe(inRun("demo-1"))

        assert.deepStrictEqual(second, first)
        assert.deepStrictEqual(files(), before)
      }))

    test("puts a file that is gone back, in the same run, and keeps the changed ones", ({ edit, files }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        const placed = yield* place(tree()).pipe(inRun("demo-1"))
        assert.isTrue(yield* workspace.holds(placed))

        edit(`${owner}/README.md`, "mine\n")
        assert.isTrue(yield* workspace.holds(placed))
        assert.deepStrictEqual(yield* workspace.changed(placed), [`${owner}/README.md`])

        edit(`${owner}/DEM-1.md`, null)
        assert.isFalse(yield* workspace.holds(placed))
        const again = yield* place(tree()).pipe(inRun("demo-1"))

        assert.deepStrictEqual(changes(again), {
          [`${owner}/README.md`]: "kept",
          [`${owner}/DEM-1.md`]: "created",
          [plan]: "created"
        })
        assert.deepStrictEqual(visible(files()), { ...contents(tree()), [`${owner}/README.md`]: "mine\n" })
      }))

    test("fingerprints a file by what it was before this run wrote to it", ({ edit }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        edit("agent.md", "old\n")
        const before = yield* workspace.fingerprint("agent.md")
        assert.strictEqual(before, sha256("old\n"))
        assert.strictEqual(yield* workspace.fingerprint("none.md"), "missing")

        yield* write("agent.md", "new\n", { expected: before }).pipe(inRun("demo-1"))
        yield* write("agent.md", "newer\n", { expected: before }).pipe(inRun("demo-1"))
        yield* place(tree()).pipe(inRun("demo-1"))

        assert.strictEqual(yield* workspace.fingerprint("agent.md").pipe(inRun("demo-1")), before)
        assert.strictEqual(yield* workspace.fingerprint(`${workspace.root}/${plan}`).pipe(inRun("demo-1")), "missing")
        assert.strictEqual(yield* workspace.fingerprint("agent.md").pipe(inRun("demo-2")), sha256("newer\n"))
        edit("agent.md", "edited\n")
        assert.strictEqual(yield* workspace.fingerprint("agent.md").pipe(inRun("demo-1")), sha256("edited\n"))
      }))

    test("reads a file up to a limit", ({ edit }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        edit("report.md", "12345")

        const read = yield* workspace.read("report.md", { limit: 5 })

        assert.strictEqual(new TextDecoder().decode(read.bytes), "12345")
        assert.strictEqual(read.sha256, sha256("12345"))
        assert.deepInclude(yield* refusal(workspace.read("report.md", { limit: 4 })), {
          _tag: "FileTooLarge",
          path: "report.md",
          bytes: 5,
          limit: 4
        })
        assert.deepInclude(yield* refusal(workspace.read("none.md", { limit: 5 })), {
          _tag: "FileNotFound",
          path: "none.md"
        })
      }))

    test("writes one file only over what was read", ({ edit, files }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        edit("agent.md", "old\n")
        const { sha256: expected } = yield* workspace.read("agent.md", { limit: 100 })

        assert.deepStrictEqual(yield* write("agents/ext.md", "ext\n"), {
          path: "agents/ext.md",
          bytes: 4,
          sha256: sha256("ext\n"),
          change: "created"
        })
        assert.strictEqual((yield* write("agent.md", "new\n", { expected })).change, "replaced")
        assert.strictEqual((yield* write("agent.md", "new\n", { expected })).change, "unchanged")
        edit("agent.md", "edited\n")
        for (const options of [{ expected }, { expected: "absent" }, {}]) {
          assert.strictEqual((yield* refusal(write("agent.md", "newer\n", options)))._tag, "FileChanged")
        }
        edit("agent.md", null)
        assert.strictEqual(
          (yield* refusal(write("agent.md", "newer\n", { expected })))._tag,
          "FileChanged"
        )

        assert.deepStrictEqual(files(), { "agents/ext.md": "ext\n" })
      }))

    test("writes several files together or none of them", ({ edit, files }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        edit("agent.md", "old\n")
        const both = (expected: string) =>
          workspace.write([{ path: "agent.md", content: "new\n", expected }, {
            path: "agent-ext.md",
            content: "ext\n"
          }])

        assert.strictEqual((yield* refusal(both(sha256("other\n"))))._tag, "FileChanged")
        edit("agent-ext.md", "theirs\n")
        assert.strictEqual((yield* refusal(both(sha256("old\n"))))._tag, "FileChanged")
        assert.deepStrictEqual(files(), { "agent-ext.md": "theirs\n", "agent.md": "old\n" })
        edit("agent-ext.md", null)

        assert.deepStrictEqual((yield* both(sha256("old\n"))).map(({ change, path }) => `${change} ${path}`), [
          "replaced agent.md",
          "created agent-ext.md"
        ])
        assert.deepStrictEqual(files(), { "agent-ext.md": "ext\n", "agent.md": "new\n" })
        const twice = workspace.write([{ path: "a.md", content: "1" }, { path: "A.md", content: "2" }])
        assert.strictEqual((yield* refusal(twice))._tag, "UnsafePath")
      }))

    test("takes a file away while it writes another, where it is the one that was read", ({ edit, files }) =>
      Effect.gen(function*() {
        const workspace = yield* Workspace
        edit("old.md", "old\n")
        const move = (expected: string) =>
          workspace.write([{ path: "new.md", content: "old\n" }, { path: "old.md", content: null, expected }])

        assert.strictEqual((yield* refusal(move(sha256("other\n"))))._tag, "FileChanged")
        assert.deepStrictEqual(files(), { "old.md": "old\n" })

        assert.deepStrictEqual((yield* move(sha256("old\n"))).map(({ change, path }) => `${change} ${path}`), [
          "created new.md",
          "removed old.md"
        ])
        assert.deepStrictEqual(files(), { "new.md": "old\n" })
        assert.deepStrictEqual(yield* workspace.write([{ path: "old.md", content: null }]), [])
      }))

    test("writes again what it wrote in the same run, with the same result", ({ edit, files }) =>
      Effect.gen(function*() {
        edit("agent.md", "old\n")
        const again = (content: string) =>
          write("agent.md", content, { expected: sha256("old\n") }).pipe(inRun("demo-1"))

        const first = yield* again("new\n")
        assert.deepStrictEqual(yield* again("new\n"), first)
        assert.strictEqual((yield* again("newer\n")).change, "replaced")
        edit("agent.md", "edited\n")
        assert.strictEqual((yield* refusal(again("newest\n")))._tag, "FileChanged")

        assert.deepStrictEqual(files(), { "agent.md": "edited\n" })
      }))

    test("refuses every unsafe path before anything is written", ({ files }) =>
      Effect.gen(function*() {
        const long = "a".repeat(256)
        const names = [
          "",
          ".",
          "..",
          "../a",
          "a/../b",
          "/etc/passwd",
          "a//b",
          "a/",
          "a\\b",
          "C:a",
          "C:\\a",
          "\\\\host\\share",
          "a\0b",
          "a\nb",
          "a\u0085b",
          "a\u202eb",
          "a\u200bb",
          "a.",
          "a ",
          "b./c",
          "CON",
          "con.md",
          "a/nul",
          "COM1.txt",
          "lpt9",
          ".git/config",
          "x/.GIT/hooks/pre-commit",
          "git~1/config",
          ".g\u200cit/config",
          long,
          "é".repeat(128),
          "\ud800",
          ".cairn/runs/a",
          ".cairn-stage-x/new-0"
        ]
        for (const name of names) {
          const error = yield* refusal(write(name, "x"))
          assert.strictEqual(error._tag, "UnsafePath", JSON.stringify(name))
          const inTree = yield* refusal(
            place({ ...tree(), files: [...tree().files, { path: name, content: "x" }] })
          )
          assert.strictEqual(inTree._tag, "UnsafePath", JSON.stringify(name))
          const asOwner = yield* refusal(place({ ...tree(), owner: name }))
          assert.strictEqual(asOwner._tag, "UnsafePath", JSON.stringify(name))
        }
        const pairs = [["A.md", "a.md"], ["\u00e9.md", "e\u0301.md"], ["straße", "STRASSE"], ["a.md", "a.md"], [
          "a",
          "a/b"
        ]]
        for (const pair of [...pairs, [`${owner}/.cairn-manifest.json`], ["tasks"], [owner]]) {
          const error = yield* refusal(place({ ...tree(), files: pair.map((path) => ({ path, content: "x" })) }))
          assert.strictEqual(error._tag, "UnsafePath", pair.join(" "))
        }

        assert.deepStrictEqual(files(), {})
      }))

    test("says in every error what happened and what to do", ({ edit }) =>
      Effect.gen(function*() {
        edit(plan, "taken\n")
        const workspace = yield* Workspace

        const errors = [
          yield* refusal(place(tree())),
          yield* refusal(write(plan, "x")),
          yield* refusal(write("../x", "x")),
          yield* refusal(workspace.read("none", { limit: 1 })),
          yield* refusal(workspace.read(plan, { limit: 1 }))
        ]

        for (const error of errors) {
          assert.include(error.message, error.path)
          assert.isAbove(error.fix.length, 10)
        }
      }))
  })
