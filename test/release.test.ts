/** What is not released yet becomes the next version. */
import { afterAll, assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { version } from "../src/cli/version.ts"
import { at, temporary } from "./cli/command.ts"

const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

it("makes a version of the changes: in the description of the package, the list of changes and the command", () => {
  const changes = fs.readdirSync(at(".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md")
  for (
    const path of [".changeset", "package.json", "package-lock.json", "CHANGELOG.md", "src/cli/version.ts", "scripts"]
  ) {
    fs.cpSync(at(path), join(folder, path), { recursive: true })
  }
  // One more, since at times there is none.
  fs.writeFileSync(
    join(folder, ".changeset/one-more.md"),
    "---\n\"effect-cairn\": minor\n---\n\nA change of this test.\n"
  )
  execFileSync("git", ["init", "-q", folder])

  execFileSync(process.execPath, ["scripts/release.mjs"], {
    cwd: folder,
    stdio: "pipe",
    env: { ...process.env, PATH: `${at("node_modules/.bin")}:${process.env.PATH}` }
  })

  const read = (path: string) => fs.readFileSync(join(folder, path), "utf8")
  const next = JSON.parse(read("package.json")).version as string
  assert.notStrictEqual(next, version)
  assert.include(read("src/cli/version.ts"), `export const version = "${next}"`)
  assert.strictEqual(JSON.parse(read("package-lock.json")).packages[""].version, next)
  const [, newest = "", before = ""] = read("CHANGELOG.md").split(/^## /m)
  assert.isTrue(newest.startsWith(`${next}\n`))
  assert.isTrue(before.startsWith(`${version}\n`))
  assert.include(newest, "A change of this test.")
  // Whoever wrote a change finds it there.
  for (const name of changes) {
    const [, words = ""] = fs.readFileSync(at(`.changeset/${name}`), "utf8").split(/^---\n\n/m)
    assert.include(newest, words.trim().split("\n")[0] ?? "")
  }
  assert.deepStrictEqual(fs.readdirSync(join(folder, ".changeset")).sort(), ["README.md", "config.json"])
})
