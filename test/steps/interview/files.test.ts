import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as Validation from "../../../src/pipeline/Validation.ts"
import * as catalogue from "../../../src/steps/interview/catalogue.ts"
import * as ConfigFile from "../../../src/steps/interview/ConfigFile.ts"
import * as SessionFile from "../../../src/steps/interview/SessionFile.ts"
import * as stored from "../../../src/steps/interview/stored.ts"

const config = JSON.parse(
  fs.readFileSync(
    fileURLToPath(new URL("../../corpus/template-qa/react-vite-with-urls/expected.json", import.meta.url)),
    "utf8"
  )
).config as Record<string, unknown>

const file = (changes: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
  JSON.stringify({
    version: "1.0",
    created_at: "then",
    updated_at: "later",
    config: { ...config, ...settings },
    ...changes
  })

const parsed = (text: string) => Effect.runSync(Effect.either(ConfigFile.parse("/it.json", text)))

/** What is wrong with a file, by the kind of the error. */
const problems = (text: string) => {
  const found = parsed(text)
  if (Either.isRight(found)) return found.right.warnings.map(({ message }) => message)
  const error = found.left
  return error._tag === "ConfigCorrupt"
    ? error.reason
    : error.issues.map(({ message, path }) => `${path}: ${message}`)
}

describe("the file of settings", () => {
  it("is written with all settings in their order, and read again", () => {
    const saved = {
      createdAt: "then",
      updatedAt: "later",
      config: ConfigFile.fromStored({ version: "1.0", template_name: "äöü" }, Option.none()),
      rest: {}
    }
    const text = ConfigFile.toText({ ...saved, config: { ...config, author: "Zoë" } })

    assert.deepStrictEqual(Object.keys(saved.config), Object.keys(config))
    assert.include(text, "  \"config\": {\n    \"template_name\": \"react_front-1\",")
    assert.include(text, "Zoë")
    assert.deepStrictEqual(
      Either.getOrThrow(parsed(text)).saved,
      { ...saved, config: { ...config, author: "Zoë" } }
    )
  })

  it("is not saved with a choice that there is not, and is read with a warning of it", () => {
    const strays = {
      test_pattern: "zen",
      standard_folders: ["src", "attic"],
      // These have been specified in words of one's own.
      primary_language: "Elixir",
      framework: "phoenix",
      framework_version: "1.7"
    }

    const refused = Effect.runSync(Effect.flip(Validation.validate(ConfigFile.rules, { ...config, ...strays })))
    const read = Either.getOrThrow(parsed(file({}, strays))).warnings

    assert.deepStrictEqual(refused.issues.map(({ code, message, path }) => [code, path, message]), [
      [
        "not-a-choice",
        "standard_folders",
        "[\"src\",\"attic\"] cannot be an answer (numbers from 1 to 6 with commas between them, or src, tests, docs, " +
        "scripts, github, docker)"
      ],
      ["not-a-choice", "test_pattern", "\"zen\" cannot be an answer (a number from 1 to 3, or aaa, bdd, none)"]
    ])
    assert.deepStrictEqual([refused.report.failed, refused.report.skipped], [["choices"], []])
    assert.deepStrictEqual(read, refused.issues.map((issue) => ({ ...issue, severity: "warning" })))
  })

  it("keeps what it does not know", () => {
    const { saved } = Either.getOrThrow(parsed(file({ tool: "x" }, { colour: "red" })))

    assert.deepStrictEqual(saved.rest, { tool: "x" })
    const again = ConfigFile.fromStored({ author: "me" }, Option.some(saved))
    assert.deepStrictEqual([again.author, again.colour, again.version], ["me", "red", null])
    assert.deepStrictEqual(JSON.parse(ConfigFile.toText({ ...saved, config: again })).tool, "x")
  })

  it("is corrupt where it is no JSON or of another shape", () => {
    assert.match(String(problems("{")), /^it is not JSON: /)
    assert.strictEqual(problems("[]"), "it is not an object, but list")
    assert.strictEqual(problems("{\"config\":{}}"), "\"version\" is missing")
    assert.strictEqual(problems("{}"), "\"version\" is missing; \"config\" is missing")
    assert.strictEqual(problems("{\"version\":\"1.0\",\"config\":7}"), "\"config\" is not an object, but number")
  })

  it("tells everything that is wrong with the settings", () => {
    assert.deepStrictEqual(
      problems(file({}, {
        template_name: "x",
        framework: undefined,
        test_pattern: null,
        error_handling: 7,
        standard_folders: [],
        testing_scope: ["unit", 1],
        needs_data_access: "yes",
        documentation_urls: "http://x.org",
        version: "1 0"
      })),
      [
        "framework: is missing",
        "test_pattern: is missing",
        "testing_scope: expected a list of texts, found list",
        "error_handling: expected text, found number",
        "needs_data_access: expected true, false or null, found text",
        "documentation_urls: expected a list or null, found text",
        "template_name: has 1 characters, and must have 3 to 50",
        "version: \"1 0\" is no version",
        "standard_folders: is empty"
      ]
    )
  })

  it("accepts every version that may be answered, and warns of a version of its own that it does not know", () => {
    assert.deepStrictEqual(problems(file({}, { version: "1.0.0-rc.1+build.5" })), [])
    assert.deepStrictEqual(problems(file({}, { version: "" })), [])
    assert.deepStrictEqual(problems(file({ version: "2.0" })), [
      "It is of version \"2.0\", and \"1.0\" is known: what it means may have changed"
    ])
  })

  it("becomes the answers that led to it, and those become it again", () => {
    const text: Record<string, unknown> = {
      ...config,
      documentation_text: "one\ntwo",
      documentation_urls: null,
      documentation_input_method: "text"
    }
    for (const settings of [config, text, { ...config, primary_language: "Elixir", framework: "Phoenix" }]) {
      const { answers, strays } = stored.fromStored(catalogue.catalogue, ConfigFile.toStored(settings))

      assert.deepStrictEqual(strays, [])
      assert.deepInclude(answers, {
        framework_version: "specific",
        framework_version_specific: "18.2.0",
        unit_testing_framework: "specify",
        unit_testing_framework_name: "vitest"
      })
      assert.deepStrictEqual(
        ConfigFile.fromStored(stored.toStored(catalogue.catalogue, answers), Option.none()),
        {
          ...settings,
          ...(settings.framework === "Phoenix"
            ? { ui_architecture: null, navigation_pattern: null, needs_data_access: null, state_management: null }
            : {})
        }
      )
    }
  })

  it("names values that no answer could have given", () => {
    const { strays } = stored.fromStored(catalogue.catalogue, {
      ...config,
      template_purpose: "fun",
      testing_scope: ["x"]
    })

    assert.deepStrictEqual(strays.map(({ id, value }) => [id, value]), [["template_purpose", "fun"], ["testing_scope", [
      "x"
    ]]])
    assert.include(strays[0]?.wanted, "quick_start")
  })
})

describe("the file of a session", () => {
  it("holds what was answered, and reads that of the original", () => {
    const session = { stored: { author: "me", version: null, needs_data_access: false }, savedAt: "now", run: null }
    assert.deepStrictEqual(JSON.parse(SessionFile.toText(session)), {
      answers: { author: "me", needs_data_access: false },
      metadata: { saved_at: "now", version: "1.0" }
    })
    const ours = { ...session, stored: { author: "me" }, run: "template-qa-00000000-1" }
    assert.deepStrictEqual(Either.getOrThrow(SessionFile.parse(SessionFile.toText(ours))), ours)
    assert.deepStrictEqual(Either.getOrThrow(SessionFile.parse("{\"author\":\"me\"}")), {
      stored: { author: "me" },
      savedAt: "",
      run: null
    })
    assert.deepStrictEqual(
      Either.getOrThrow(SessionFile.parse("{\"answers\":{\"a\":1},\"metadata\":{\"saved_at\":\"x\"}}")),
      {
        stored: { a: 1 },
        savedAt: "x",
        run: null
      }
    )
  })

  it("is none where it is anything else", () => {
    for (const text of ["", "[]", "7", "{\"answers\":[]}"]) assert.isTrue(Either.isLeft(SessionFile.parse(text)), text)
  })
})
