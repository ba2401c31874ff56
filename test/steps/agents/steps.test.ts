import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { locate } from "../../../src/steps/agents/locate.ts"
import { discoverTemplates } from "../../../src/steps/agents/steps.ts"

const platform = Layer.merge(NodeFileSystem.layer, NodePath.layer)

const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "cairn-agents-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const write = (folder: string, ...paths: ReadonlyArray<string>) => {
  for (const path of paths) {
    fs.mkdirSync(join(folder, path, ".."), { recursive: true })
    fs.writeFileSync(join(folder, path), "")
  }
}

describe("discoverTemplates", () => {
  it.scoped("lists every template by code unit, and is led nowhere by links", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      write(
        folder,
        "templates/b/x.template",
        "templates/B.ts.template",
        "templates/a b (c)/y.template",
        "templates/a/.env.template",
        "templates/notes.md",
        "other/z.template",
        "agents/a.md"
      )
      fs.mkdirSync(join(folder, "templates", "folder.template"))
      fs.symlinkSync("..", join(folder, "templates", "b", "up"))
      fs.symlinkSync(".", join(folder, "templates", "again"))
      fs.symlinkSync("nowhere", join(folder, "templates", "gone.template"))
      fs.symlinkSync(join(folder, "other/z.template"), join(folder, "templates", "linked.template"))

      const found = yield* discoverTemplates({ template: folder, name: "x-y" })

      assert.deepStrictEqual(found, {
        all: [
          "templates/B.ts.template",
          "templates/a b (c)/y.template",
          "templates/a/.env.template",
          "templates/b/x.template",
          "templates/linked.template"
        ],
        related: ["templates/a b (c)/y.template", "templates/b/x.template"]
      })
    }).pipe(Effect.provide(platform)))

  it.scoped("finds none where there is no such folder", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      assert.deepStrictEqual(yield* discoverTemplates({ template: folder, name: "x" }), { all: [], related: [] })
    }).pipe(Effect.provide(platform)))
})

describe("locate", () => {
  it.scoped("looks among the templates of the person, where nothing else is said", () =>
    Effect.gen(function*() {
      const home = yield* temporary
      write(home, ".agentecflow/templates/api/agents/reviewer.md")
      const api = join(home, ".agentecflow/templates/api")

      const located = yield* locate({ agent: `${process.cwd()}/api/reviewer`, template: null, roots: [] }).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["HOME", home]])))
      )

      assert.deepStrictEqual(located, {
        file: join(api, "agents/reviewer.md"),
        stem: "reviewer",
        template: api,
        folder: join(api, "agents"),
        root: api
      })
    }).pipe(Effect.provide(platform)))
})
