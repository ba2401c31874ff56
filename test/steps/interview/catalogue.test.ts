import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import type { Asked } from "../../../src/layers/Asked.ts"
import { catalogue } from "../../../src/steps/interview/catalogue.ts"
import * as Interview from "../../../src/steps/interview/Interview.ts"

const spec = fileURLToPath(new URL("../../../../shared/spec/template-qa.questions.json", import.meta.url))

/** A question as it is after answers that open it. */
const asked = (id: string, answers: Interview.Answers = {}): Asked => {
  const place = Interview.placed(catalogue).find(({ question }) => question.id === id) ?? assert.fail(id)
  const opening = Object.fromEntries(
    place.conditions.map(([on, expected]) => [on, typeof expected === "boolean" ? expected : expected[0]])
  )
  const found = Interview.resolve(place, { primary_language: "csharp", ...opening, ...answers })
  return found._tag === "Asked" ? found.asked : assert.fail(`${id} is not asked`)
}

describe("the catalogue", () => {
  it("asks for a framework of the language, and has a default for every language", () => {
    const defaults = ["csharp", "typescript", "python", "java", "Elixir"].map((primary_language) => [
      primary_language,
      asked("framework", { primary_language }).default
    ])

    assert.deepStrictEqual(defaults, [
      ["csharp", "maui"],
      ["typescript", "react-nextjs"],
      ["python", "fastapi"],
      ["java", "other"],
      ["Elixir", "other"]
    ])
  })

  it.skipIf(!fs.existsSync(spec))("says what its specification says", () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- a catalogue of many shapes
    const { questions } = JSON.parse(fs.readFileSync(spec, "utf8")) as { readonly questions: ReadonlyArray<any> }
    const one = (question: (typeof questions)[number], language?: string) => {
      const choices = question.choices ?? question.choices_by_language?.[language ?? ""]
      const found = asked(question.id, language === undefined ? {} : { primary_language: language })
      const same = {
        id: question.id,
        section: question.section_title,
        text: question.text_by_language?.[language ?? ""] ?? question.text,
        help: question.help ?? undefined,
        choices: choices?.map(({ label, value }: { label: string; value: string }) => `${value}: ${label}`)
      }
      assert.deepStrictEqual({
        id: found.id,
        section: found.section,
        text: found.text,
        help: found.help,
        choices: "choices" in found ? found.choices.map(({ label, value }) => `${value}: ${label}`) : undefined
      }, same)
      const expected = question.type === "multi_choice"
        ? choices.filter((choice: { default: boolean }) => choice.default).map(({ value }: { value: string }) => value)
        : question.default ?? question.on_empty
      // Nobody has to say who the author is; frameworks have their own test.
      if (question.id !== "author" && question.id !== "framework") {
        assert.deepStrictEqual(found.default, expected ?? undefined)
      }
    }
    for (const question of questions) {
      if (question.id === "documentation_source") continue
      if (question.id !== "framework") one(question)
      else for (const language of ["csharp", "typescript", "python"]) one(question, language)
    }
    const ids = Interview.placed(catalogue).map(({ question }) => question.id).filter((id) =>
      !/^documentation_(paths|text|urls)$/.test(id)
    )
    assert.deepStrictEqual(
      [...ids].sort(),
      questions.map(({ id }) => id).filter((id) => id !== "documentation_source").sort()
    )
    for (const { conditions, question } of Interview.placed(catalogue)) {
      const expected = questions.find(({ id }) => id === question.id)?.depends_on ?? {}
      for (const [id, value] of Object.entries(expected)) {
        assert.deepStrictEqual(Object.fromEntries(conditions)[id], value)
      }
    }
  })

  it("needs no answer but a description", () => {
    assert.deepStrictEqual(
      Interview.placed(catalogue).filter(({ conditions, question }) =>
        conditions.length === 0 && Option.isNone(question.by) && asked(question.id).default === undefined
      ).map(({ question }) => question.id),
      ["description"]
    )
  })
})
