import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as Interview from "../../../src/steps/interview/Interview.ts"

const lunch = Interview.make("lunch", {
  title: "Lunch",
  sections: [
    {
      title: "What",
      questions: [
        Interview.choice("dish", {
          text: "Which dish?",
          choices: { soup: "Soup", salad: "Salad", other: { label: "Something else", specify: true } },
          default: "soup"
        }),
        Interview.choice("kind", {
          text: "Which kind?",
          choices: { any: "Any" },
          by: { answer: "dish", cases: { soup: { text: "Which soup?", choices: { leek: "Leek" }, default: "leek" } } }
        }),
        Interview.confirm("bread", { text: "With bread?", default: true, when: { dish: ["soup", "salad"] } })
      ]
    },
    {
      title: "Drinks",
      when: { bread: true },
      questions: [
        Interview.many("drinks", { text: "Which drinks?", choices: { water: "Water", juice: "Juice" } }),
        Interview.lines("notes", { text: "Notes", when: { dish: ["soup"] } })
      ]
    }
  ]
})

const resolved = (id: string, answers: Interview.Answers) => {
  const place = Interview.placed(lunch).find(({ question }) => question.id === id) ?? assert.fail(id)
  const found = Interview.resolve(place, answers)
  return found._tag === "Asked" ? found.asked : found._tag
}

describe("an interview", () => {
  it("knows the types of its answers", () => {
    const typed: Interview.Interview<{
      readonly dish: string | null
      readonly kind: string | null
      readonly bread: boolean | null
      readonly drinks: ReadonlyArray<"water" | "juice"> | null
      readonly notes: ReadonlyArray<string> | null
    }> = lunch
    assert.strictEqual(typed.name, "lunch")
    const sizes = Interview.choice("size", { text: "Size?", choices: { s: "Small", l: "Large" } })
    const size: Interview.Question<"size", "s" | "l"> = sizes
    assert.strictEqual(size.id, "size")
    // @ts-expect-error -- the default is one of the choices
    Interview.choice("size", { text: "Size?", choices: { s: "Small" }, default: "l" })
  })

  it("asks a question after the answers that its condition and its section name", () => {
    assert.deepStrictEqual(
      [
        resolved("bread", {}),
        resolved("bread", { dish: "cake" }),
        resolved("notes", { dish: "salad", bread: true }),
        resolved("notes", { dish: "soup" }),
        resolved("drinks", { bread: null }),
        resolved("notes", { dish: "soup", bread: true })
      ],
      [
        "Open",
        "NotAsked",
        "NotAsked",
        "Open",
        "NotAsked",
        { _tag: "Lines", id: "notes", section: "Drinks", text: "Notes", ends: "empty" }
      ]
    )
  })

  it("asks with other words, choices and defaults after certain answers", () => {
    const about = { _tag: "Choice", id: "kind", section: "What" }
    assert.deepStrictEqual(
      [resolved("kind", {}), resolved("kind", { dish: "soup" }), resolved("kind", { dish: "toString" })],
      [
        "Open",
        { ...about, text: "Which soup?", choices: [{ value: "leek", label: "Leek" }], default: "leek" },
        { ...about, text: "Which kind?", choices: [{ value: "any", label: "Any" }] }
      ]
    )
  })

  it("says when a question is asked", () => {
    assert.deepStrictEqual(
      Interview.placed(lunch).map((place) => Option.getOrNull(Interview.condition(place))),
      [null, null, "dish is soup or salad", "bread is yes", "bread is yes and dish is soup"]
    )
  })

  it("is refused where nobody could answer it", () => {
    const refusal = (...questions: ReadonlyArray<Interview.Question>) => {
      try {
        Interview.make("bad", { title: "Bad", sections: [{ title: "Bad", questions }] })
      } catch (error) {
        return (error as Interview.InterviewRefused).message.replace("Interview \"bad\": ", "")
      }
      return "it was not refused"
    }
    const a = Interview.text("a", { text: "A?" })

    assert.deepStrictEqual(
      [
        refusal(),
        refusal(a, a),
        refusal(Interview.text("a-b", { text: "?" })),
        refusal(Interview.text("b", { text: "?", when: { a: true } }), a),
        refusal(Interview.text("b", { text: "?", storedIn: "c" })),
        refusal(Interview.choice("c", { text: "?", choices: {} })),
        refusal(
          a,
          Interview.choice("c", { text: "?", choices: { x: "X" }, by: { answer: "a", cases: { y: { choices: {} } } } })
        ),
        refusal(
          a,
          Interview.choice("c", { text: "?", choices: { x: "X" }, by: { answer: "a", cases: { y: { default: "z" } } } })
        )
      ],
      [
        "it asks nothing",
        "two questions are named \"a\"",
        "\"a-b\" cannot be the name of a question: it is a letter, then letters, digits and _",
        "\"b\" depends on \"a\", which no question before it is",
        "\"b\" depends on \"c\", which no question before it is",
        "there is nothing to choose for \"c\"",
        "there is nothing to choose for \"c\"",
        "the default of \"c\", \"z\", is none of its choices"
      ]
    )
  })
})
