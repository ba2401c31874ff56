import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Asked } from "../../src/layers/Asked.ts"
import type { Asking } from "../../src/layers/Interviewer.ts"
import * as form from "../../src/layers/Interviewer/form.ts"
import * as paint from "../../src/layers/Reporter/paint.ts"
import * as printable from "../../src/pipeline/printable.ts"
import * as rules from "../../src/steps/interview/rules.ts"

const about = { id: "it", section: "A section", text: "Which one?" }
const choices = [
  { value: "tea", label: "Green tea" },
  { value: "coffee", label: "Coffee" },
  { value: "other", label: "Something else", specify: true }
]

const asking = (question: Asked, mayGoBack = true): Asking => ({
  question,
  rule: rules.atLeast(3, "It"),
  before: [],
  answered: [],
  isTakenBack: false,
  mayGoBack,
  otherwise: Option.none()
})

const look = (columns = 40, colors = false, rows = 24): form.Look => ({
  ...paint.make(colors),
  columns,
  rows,
  caret: (character) => `|${character}`
})

const names: Readonly<Record<string, Partial<form.Key>>> = {
  enter: { name: "return", text: "\r" },
  esc: { name: "escape", text: "\u001B" },
  up: { name: "up", text: "\u001B[A" },
  down: { name: "down", text: "\u001B[B" },
  left: { name: "left", text: "\u001B[D" },
  right: { name: "right", text: "\u001B[C" },
  home: { name: "home", text: "\u001B[H" },
  end: { name: "end", text: "\u001B[F" },
  back: { name: "backspace", text: "\u007F" },
  del: { name: "delete", text: "\u001B[3~" },
  space: { name: "space", text: " " },
  clear: { name: "u", ctrl: true, text: "\u0015" },
  tab: { name: "tab", text: "\t" }
}

/** Presses keys, named or by their character, and gives what came of it: the form, or how it ended. */
const type = (question: Asked | form.Form, ...keys: ReadonlyArray<string>) => {
  let now = "asking" in question ? question : form.make(asking(question))
  for (const key of keys.flatMap((key) => key in names ? [key] : [...key])) {
    const pressed = Effect.runSync(form.press(now, { name: key, ctrl: false, text: key, ...names[key] }))
    if (pressed._tag === "Answered") return pressed.answer
    if (pressed._tag === "Back") return "went back"
    if (pressed._tag === "Changed") now = pressed.form
  }
  return now
}

const shown = (question: Asked | form.Form, ...keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const now = type(question, ...keys)
  return typeof now === "object" && "asking" in now ? form.render(now, look()) : [String(now)]
}

describe("the form of a text", () => {
  const text: Asked = { _tag: "Text", ...about, help: "Say which." }

  it("shows what is typed and where the next character goes", () => {
    assert.deepStrictEqual(shown(text), [
      "? Which one?",
      "  Say which.",
      "  › | ",
      "  Enter answers · Esc goes back"
    ])
    assert.deepStrictEqual(shown(text, "ab", "left", "ü")[2], "  › aü|b")
    assert.deepStrictEqual(shown({ ...text, default: "tea" })[2], "  › |  tea (default)")
    assert.deepStrictEqual(shown(text, "x".repeat(50), "👍")[2], `  › ${"x".repeat(31)}👍| `)
    assert.deepStrictEqual(shown(text, "x".repeat(50), "home")[2], `  › |${"x".repeat(33)}`)
  })

  it("is edited", () => {
    assert.strictEqual(type(text, "tea", "back", "st", "home", "del", "b", "end", "up", "enter"), "best")
    assert.strictEqual(type(text, "tea", "clear", "left", "back", "coffee", "right", "enter"), "coffee")
  })

  it("says why an entry is refused, until the next key", () => {
    assert.deepStrictEqual(shown(text, "ab", "enter").slice(3), [
      "  ✗ It must be at least 3 characters",
      "    long",
      "  Enter answers · Esc goes back"
    ])
    assert.strictEqual(shown(text, "ab", "enter", "c").length, 4)
    assert.strictEqual(type(text, "ab", "enter", "c", "enter"), "abc")
    assert.strictEqual(type({ ...text, default: "tea" }, "enter"), "tea")
  })

  it("goes back where there is a question to go back to", () => {
    assert.strictEqual(type(text, "esc"), "went back")
    assert.deepStrictEqual(shown(form.make(asking(text, false)), "esc", "a").slice(2), ["  › a| ", "  Enter answers"])
  })
})

describe("the form of a choice", () => {
  const choice: Asked = { _tag: "Choice", ...about, choices, default: "coffee" }

  it("points at the default, and at what is chosen with arrows, letters or digits", () => {
    assert.deepStrictEqual(shown(choice), [
      "? Which one?",
      "  Green tea",
      "› Coffee (default)",
      "  Something else",
      "  ↑↓ move · Enter answers · Esc goes",
      "  back"
    ])
    const ends = [["enter"], ["up", "enter"], ["down", "down", "enter"], ["1", "enter"], ["k", "j", "enter"], [
      "end",
      "tab",
      "enter"
    ]]
    assert.deepStrictEqual(ends.map((keys) => type(choice, ...keys)), ["coffee", "tea", "tea", "tea", "coffee", "tea"])
    assert.strictEqual(type(choice, "9", "x", "enter"), "coffee")
  })

  it("opens a field for words of one's own", () => {
    assert.deepStrictEqual(shown(choice, "3", "enter").slice(2), [
      "  Coffee (default)",
      "  Something else",
      "  › | ",
      "  Enter answers; empty: not specified ·",
      "  Esc chooses again"
    ])
    assert.strictEqual(type(choice, "3", "enter", "juice", "enter"), "juice")
    assert.strictEqual(type(choice, "3", "enter", "enter"), "other")
    assert.include(shown(choice, "3", "enter", "x", "enter"), "  ✗ It must be at least 3 characters")
    assert.strictEqual(type(choice, "3", "enter", "ju", "esc", "1", "enter"), "tea")
    assert.strictEqual(shown({ ...choice, default: "juice" })[4], "  › juice| ")
    assert.strictEqual(type({ ...choice, default: "juice" }, "enter"), "juice")
  })

  it("takes several where they may be chosen, at least one", () => {
    const many: Asked = { _tag: "Many", ...about, choices: choices.slice(0, 2), default: ["tea"] }
    assert.deepStrictEqual(shown(many, "down", "space").slice(1, 3), ["  [x] Green tea (default)", "› [x] Coffee"])
    assert.deepStrictEqual(type(many, "down", "space", "enter"), ["tea", "coffee"])
    assert.include(shown(many, "space", "enter"), "  ✗ nothing is chosen")
  })

  it("is a yes or a no", () => {
    const confirm: Asked = { _tag: "Confirm", ...about, default: false }
    assert.deepStrictEqual(shown(confirm)[1], "    Yes  › No (default)")
    const ends = [["enter"], ["left", "enter"], ["y", "enter"], ["N", "enter"]]
    assert.deepStrictEqual(ends.map((keys) => type(confirm, ...keys)), [false, true, true, false])
  })
})

describe("the form of lines", () => {
  it("adds lines that keep the rule, until an empty one", () => {
    const lines: Asked = { _tag: "Lines", ...about, ends: "empty" }
    assert.deepStrictEqual(shown(lines, "one", "enter", "x", "enter"), [
      "? Which one?",
      "  ✓ one",
      "  › x| ",
      "  ✗ It must be at least 3 characters",
      "    long",
      "  Enter adds a line · an empty line",
      "  ends · Esc goes back"
    ])
    assert.deepStrictEqual(type(lines, " one ", "enter", "two", "enter", " ", "enter"), ["one", "two"])
    assert.deepStrictEqual(type(lines, "enter"), [])
    assert.deepStrictEqual(type({ ...lines, default: ["a", "b"] }, "enter"), ["a", "b"])
    assert.deepStrictEqual(shown({ ...lines, default: ["a", "b"] }).slice(1, 4), [
      "  a (default)",
      "  b (default)",
      "  › | "
    ])
  })

  it("keeps them as they are typed, until a dot", () => {
    const lines: Asked = { _tag: "Lines", ...about, ends: "dot", default: ["old"] }
    const verbatim = form.make({ ...asking(lines), rule: rules.anything })
    assert.deepStrictEqual(type(verbatim, " one", "enter", "enter", "a", "tab", "enter", ".", "enter"), [
      " one",
      "",
      "a\t"
    ])
    assert.include(shown(verbatim).join(" "), "ends, and keeps what there is")
  })
})

describe("every form", () => {
  it("fits a narrow terminal, and keeps hostile text in its place", () => {
    const hostile = "\u001B[2J\u202E" + "長い".repeat(40)
    const questions: ReadonlyArray<Asked> = [
      { _tag: "Text", ...about, text: hostile, help: hostile, default: hostile },
      { _tag: "Choice", ...about, choices: [{ value: "a", label: hostile }], default: "a" },
      { _tag: "Many", ...about, choices: [{ value: "a", label: hostile }], default: ["a"] },
      { _tag: "Lines", ...about, ends: "dot", default: [] }
    ]
    for (const question of questions) {
      for (const columns of [20, 40, 80]) {
        const lines = form.render({ ...form.make(asking(question)), lines: [hostile] }, look(columns))
        for (const line of lines) {
          assert.isFalse(["\u001B", "\u202E"].some((character) => line.includes(character)))
          // A word that is longer than the terminal stands alone, and whole.
          if (line.includes(" ›") || "choices" in question) {
            assert.isBelow(printable.width(line.replace("|", "")), columns + 1)
          }
        }
      }
    }
  })

  it("shows what is around the choice, or the last lines, where not all of it fits on the terminal", () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ value: `${index}`, label: `No. ${index}` }))
    const choice = form.make(asking({ _tag: "Choice", ...about, choices: many }))
    const at = (at: number, rows: number) => form.render({ ...choice, at }, look(80, false, rows)).slice(1, -1)
    assert.strictEqual(at(9, 24).length, 20)
    assert.deepStrictEqual(at(9, 8), ["  ⋮", "  No. 8", "› No. 9", "  No. 10", "  ⋮"])
    assert.deepStrictEqual(at(0, 8), ["› No. 0", "  No. 1", "  No. 2", "  No. 3", "  ⋮"])
    assert.deepStrictEqual(at(19, 8), ["  ⋮", "  No. 16", "  No. 17", "  No. 18", "› No. 19"])

    const lines = form.make(asking({ _tag: "Lines", ...about, ends: "empty" }))
    const typed = { ...lines, lines: ["one", "two", "three", "four", "five"] }
    assert.deepStrictEqual(form.render(typed, look(80, false, 8)).slice(1, -2), [
      "  ⋮",
      "  ✓ three",
      "  ✓ four",
      "  ✓ five"
    ])
  })

  it("says nothing by colours alone, keeps what is chosen in that of all text, and ends each line as it began", () => {
    const [on, off, dim] = ["\u001B[1m", "\u001B[22m", "\u001B[2m"]
    const questions: ReadonlyArray<Asked> = [
      { _tag: "Text", ...about, help: "An example", default: "tea" },
      { _tag: "Choice", ...about, choices, default: "coffee" },
      { _tag: "Many", ...about, choices, default: ["coffee"] },
      { _tag: "Confirm", ...about, default: true },
      { _tag: "Lines", ...about, ends: "empty", default: ["tea"] }
    ]
    for (const question of questions) {
      const state = { ...form.make(asking(question)), error: "No" }
      const painted = form.render(state, look(80, true))
      // oxlint-disable-next-line no-control-regex -- that is what a colour begins with
      const codes = /\u001B\[(\d+)m/g
      assert.deepStrictEqual(
        painted.map((line) => line.replace(codes, "")),
        form.render(state, look(80)),
        "the same words without colours"
      )
      for (const line of painted) {
        const open = [...line.matchAll(codes)].reduce<ReadonlyArray<string>>((open, [, code = ""]) => {
          const closes: Readonly<Record<string, RegExp>> = { 22: /^[12]$/, 39: /^3[0-7]$/ }
          return closes[code] === undefined ? [...open, code] : open.filter((one) => !closes[code]?.test(one))
        }, [])
        assert.deepStrictEqual(open, [], line)
        // oxlint-disable-next-line no-control-regex -- the same
        assert.notMatch(line, /\u001B\[[1-7]\d?m\u001B\[(22|39)m/, "nothing is painted that is not there")
      }
    }
    const choice = form.make(asking({ _tag: "Choice", ...about, choices, default: "coffee" }))
    assert.strictEqual(
      form.render(choice, look(80, true))[2],
      `\u001B[36m›\u001B[39m ${on}Coffee${off}${dim} (default)${off}`
    )
  })

  it("leaves a line of what was answered, or left", () => {
    const choice: Asked = { _tag: "Choice", ...about, text: "Which one:", choices }
    assert.deepStrictEqual(form.answered(asking(choice), "tea", look(20)), ["✓ Which one  Green", "  tea"])
    assert.deepStrictEqual(form.answered(asking(choice), "tea", look(80, true)), [
      "\u001B[32m✓\u001B[39m Which one  Green tea"
    ])
    assert.deepStrictEqual(form.left(asking(choice), look()), ["↶ Which one"])
  })
})
