import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { applied, type Rule } from "../../../src/layers/Asked.ts"
import { existingPath } from "../../../src/steps/interview/existingPath.ts"
import * as rules from "../../../src/steps/interview/rules.ts"
import { fastFolder } from "../../fastFolder.ts"

/** The texts that a rule refuses, and why. */
const refused = (rule: Rule, texts: ReadonlyArray<string>) =>
  texts.flatMap((text) =>
    Effect.runSync(Effect.match(applied(rule, text), {
      onFailure: ([{ message }]) => [[text, message]],
      onSuccess: () => []
    }))
  )
const none = (rule: Rule, texts: ReadonlyArray<string>) => assert.deepStrictEqual(refused(rule, texts), [])
const every = (rule: Rule, texts: ReadonlyArray<string>) =>
  assert.deepStrictEqual(refused(rule, texts).map(([text]) => text), [...texts])

describe("a rule", () => {
  it("for a text of some length counts characters", () => {
    none(rules.atLeast(3, "It"), ["abc", "äöü", "👍👍👍"])
    assert.deepStrictEqual(refused(rules.atLeast(3, "It"), ["ab", "👍👍"]), [
      ["ab", "It must be at least 3 characters long"],
      ["👍👍", "It must be at least 3 characters long"]
    ])
  })

  it("for the name of a template", () => {
    none(rules.templateName, ["abc", "9-a_b", "a".repeat(50), "console"])
    assert.deepStrictEqual(
      refused(rules.templateName, ["", "ab", "a".repeat(51), "-abc", "a b c", "äbc", "abc\n", "CON", "Lpt1"])
        .map(([, message]) => message),
      [
        "Template name cannot be empty",
        "Template name must be at least 3 characters long",
        "Template name must be at most 50 characters long",
        ...Array.from(
          { length: 4 },
          () =>
            "Template name must begin with a letter or a digit, and hold only letters, digits, hyphens and underscores"
        ),
        "Some systems keep this name for themselves",
        "Some systems keep this name for themselves"
      ]
    )
  })

  it("for a version", () => {
    none(rules.version, ["1.0", "10.20.30", "1.0.0-rc.1", "1.0-beta", "0.0.0+build.5", "1.2.3-a-b+c-d"])
    every(rules.version, ["", "1", "v1.0", "1.0.", "1.0.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0+", "1.0 ", "１.０"])
  })

  it("for a URL", () => {
    none(rules.url, [
      "https://docs.example.org/style?v=2",
      "HTTP://LOCALHOST:8080/guide",
      "http://127.0.0.1",
      "https://example.technology/",
      "http://a-b.example.io?x",
      "http://example.org/#part"
    ])
    every(rules.url, [
      "",
      "ftp://files.example.org/x",
      "example.org",
      "http://",
      "http://example",
      "http://-a.org",
      "http://a-.org",
      "http://a..org",
      "http://256.0.0.1",
      "http://1.2.3",
      "http://example.org:port",
      "http://example.org/a b",
      "http://example.org?",
      "http://user@example.org",
      `http://${"a".repeat(64)}.org`
    ])
    assert.deepStrictEqual(refused(rules.url, ["gopher://x.org", "http://10.0.0.256/"]), [
      ["gopher://x.org", "URL must start with http:// or https://: \"gopher://x.org\""],
      [
        "http://10.0.0.256/",
        "\"http://10.0.0.256/\" is no URL that can be reached, such as https://docs.example.org/style"
      ]
    ])
  })

  it("for a line keeps out what no line holds", () => {
    none(rules.line, ["", "any text: äöü 👍"])
    every(rules.line, ["a\u0007b", "a\nb", "a\u2028b"])
    every(rules.words, ["", "  ", "a\u0007b"])
    none(rules.anything, ["a\tb"])
  })

  it("for a path gives where it leads, if there is something", async () => {
    const home = fs.realpathSync(fs.mkdtempSync(join(fastFolder, "rules-")))
    onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }))
    fs.writeFileSync(join(home, "notes.md"), "")
    const kept = (text: string) =>
      applied(existingPath, text).pipe(
        Effect.merge,
        Effect.provide(NodeContext.layer),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["HOME", home]]))),
        Effect.runPromise
      )

    assert.deepStrictEqual(
      await Promise.all([kept("~"), kept("~/notes.md"), kept(join(home, "x", "..", "notes.md"))]),
      [
        home,
        join(home, "notes.md"),
        join(home, "notes.md")
      ]
    )
    assert.strictEqual(await kept("."), process.cwd())
    assert.deepInclude((await kept("~/nothing"))[0], { message: `There is nothing at ${join(home, "nothing")}` })
    assert.deepInclude((await kept(""))[0], { code: "empty" })
  })
})
