import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import * as printable from "../../src/pipeline/printable.ts"

/** What a terminal would obey, or what would turn or hide the text around it. */
const dangerous = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u

/** Text with much in it that a terminal would obey. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\u001B", "[", "]", "2", "8", ";", "J", "m", "\u0007", "\n", "\r", "\t", "\u0085", "\u009B"),
    fc.constantFrom(
      "\u202E",
      "\u2066",
      "\u2028",
      "\uFEFF",
      "\u200B",
      "\u200D",
      "\uFE0F",
      "\u0301",
      "\uD800",
      "\u{E0041}"
    ),
    fc.constantFrom("a", "é", "日", "👩", "🇩", "👍", "🏽", "ᄀ", "ᅡ"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 })
  ),
  maxLength: 60
})

describe("line", () => {
  it("leaves what people write as it is", () => {
    for (
      const text of [
        "Reading the report",
        "Überprüfung",
        "日本語のタイトル",
        "می‌خواهم",
        "क्षत्रिय",
        "👩‍👩‍👧 ❤️‍🔥 1️⃣ 🇩🇪",
        "a – b … ✓"
      ]
    ) assert.strictEqual(printable.line(text), text)
  })

  it("shows the code of what a terminal would obey", () => {
    assert.strictEqual(printable.line("\u001B[2Jok\u0007"), "\\u{1B}[2Jok\\u{7}")
    assert.strictEqual(printable.line("\u009B31mred"), "\\u{9B}31mred")
    assert.strictEqual(printable.line("\u001B]52;c;eA==\u001B\\"), "\\u{1B}]52;c;eA==\\u{1B}\\")
  })

  it("shows the code of what turns or hides text", () => {
    assert.strictEqual(printable.line("a\u202Eb\u2066c"), "a\\u{202E}b\\u{2066}c")
    assert.strictEqual(printable.line("pass\u200Bword\u00AD"), "pass\\u{200B}word\\u{AD}")
    assert.strictEqual(printable.line("\u{E0041}\u3164\uFEFF"), "\\u{E0041}\\u{3164}\\u{FEFF}")
  })

  it("shows joiners that join nothing, and half a character", () => {
    assert.strictEqual(printable.line(" \u200Da\u200D\u200D"), " \\u{200D}a\u200D\\u{200D}")
    assert.strictEqual(printable.line("a\uD83D"), "a\\u{D83D}")
  })

  it("is one line", () => {
    assert.strictEqual(printable.line("a\r\n\r\nb\tc\nd\u2028e"), "a ⏎ b c ⏎ d\\u{2028}e")
  })

  it("lets no more than eight marks pile up on a letter", () => {
    assert.strictEqual(printable.line(`Z${"\u0301".repeat(10_000)}!`), `Z${"\u0301".repeat(8)}…!`)
  })

  it("gives nothing that a terminal would obey, whatever it is given", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = printable.line(text)

        assert.notMatch(shown, dangerous)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe("text", () => {
  it("keeps its lines, and nothing else that moves the cursor", () => {
    assert.strictEqual(printable.text("a\r\nb\rc\n\td\u000Be\u001B[A"), "a\nb\nc\n  d\\u{B}e\\u{1B}[A")
    fc.assert(fc.property(hostile, (text) => {
      for (const line of printable.text(text).split("\n")) assert.notMatch(line, dangerous)
    }))
  })
})

describe("styled", () => {
  it("keeps colours and weights, and nothing else that begins with ESC", () => {
    const colored = "\u001B[31mred\u001B[0m \u001B[1;38;5;208mbold\u001B[m"

    assert.strictEqual(printable.styled(colored), colored)
    assert.strictEqual(printable.styled("\u001B[2J\u001B[31mx\u001B"), "\\u{1B}[2J\u001B[31mx\\u{1B}")
  })

  it("shows the style that would make text invisible", () => {
    assert.strictEqual(printable.styled("\u001B[8mx\u001B[0;08;1my"), "\\u{1B}[8mx\\u{1B}[0;08;1my")
  })
})

describe("json", () => {
  it("means the same, with nothing in it that a terminal would obey", () => {
    fc.assert(fc.property(fc.dictionary(hostile, hostile), (value) => {
      const json = printable.json(JSON.stringify(value))

      assert.deepStrictEqual(JSON.parse(json), { ...value })
      assert.notMatch(json, dangerous)
    }))
  })
})

describe("width", () => {
  it("counts the columns that a terminal uses", () => {
    const widths = {
      "": 0,
      abc: 3,
      é: 1,
      "e\u0301": 1,
      日本: 4,
      "ＡＢ": 4,
      ﾊﾟ: 2,
      "각": 2,
      "\u1100\u1161\u11A8": 2,
      "👍": 2,
      "👍🏽": 2,
      "👩‍👩‍👧": 2,
      "❤": 1,
      "❤️": 2,
      "1️⃣": 2,
      "🇩🇪": 2,
      "🇩🇩🇩🇩": 4,
      "⠹": 1,
      "✓": 1,
      "…": 1
    }
    assert.deepStrictEqual(
      Object.fromEntries(Object.keys(widths).map((text) => [text, printable.width(text)])),
      widths
    )
  })
})

describe("fit", () => {
  it("cuts between characters and says so", () => {
    assert.strictEqual(printable.fit("Reading the report", 10), "Reading t…")
    assert.strictEqual(printable.fit("Reading", 7), "Reading")
    assert.strictEqual(printable.fit("日本語", 6), "日本語")
    assert.strictEqual(printable.fit("日本語", 5), "日本…")
    assert.strictEqual(printable.fit("日本語", 4), "日…")
    assert.strictEqual(printable.fit("👩‍👩‍👧👩‍👩‍👧x", 3), "👩‍👩‍👧…")
    assert.strictEqual(printable.fit("abc", 1), "…")
    assert.strictEqual(printable.fit("abc", 0), "")
  })

  it("is never wider than asked, and keeps what fits", () => {
    fc.assert(
      fc.property(hostile, fc.nat(40), (text, columns) => {
        const shown = printable.line(text)
        const fitted = printable.fit(shown, columns)

        assert.isAtMost(printable.width(fitted), columns)
        if (printable.width(shown) <= columns) assert.strictEqual(fitted, shown)
        else if (columns > 0) assert.isAtLeast(printable.width(fitted), columns - 2)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe("pad", () => {
  it("fills up to the columns, and cuts nothing", () => {
    assert.strictEqual(printable.pad("日本", 6), "日本  ")
    assert.strictEqual(printable.pad("abc", 2), "abc")
  })
})

describe("wrap", () => {
  it("breaks at spaces, keeps shapes that fit, and never breaks a word", () => {
    assert.deepStrictEqual(printable.wrap("a  b   c", 20), ["a  b   c"])
    assert.deepStrictEqual(printable.wrap("  Folder  tasks/a new folder", 20, 10), [
      "  Folder  tasks/a",
      "          new folder"
    ])
    assert.deepStrictEqual(printable.wrap("  日本語 のタイトル x", 10), ["  日本語", "  のタイトル", "  x"])
    assert.deepStrictEqual(printable.wrap("to a/very/long/path", 5), ["to", "a/very/long/path"])
    assert.deepStrictEqual(printable.wrap("", 5), [""])
  })

  it("loses nothing but spaces, and is as narrow as its words let it be", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const line = printable.line(text)
        const lines = printable.wrap(line, columns)

        assert.strictEqual(lines.join("").replaceAll(" ", ""), line.replaceAll(" ", ""))
        for (const one of lines) {
          assert.isTrue(printable.width(one) <= columns || !one.trim().includes(" "), JSON.stringify(lines))
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe("long text", () => {
  const units = ["\u001B[", "\u001B[1", "a\u0301\u0301", "\u0301", "\u200D", "日", "\r\n ", " \t", "👩\u200D", "🇩"]
  const all = {
    ...printable,
    fit: (text: string) => printable.fit(text, 1_000_000),
    pad: (text: string) => printable.pad(text, 1),
    wrap: (text: string) => printable.wrap(text, 80)
  }

  it.each(Object.entries(all))("takes %s time in proportion to its length", (_, f) => {
    for (const unit of units) {
      const time = (length: number) => {
        const text = unit.repeat(length / unit.length)
        const began = performance.now()
        f(text)
        return performance.now() - began
      }
      // Sixteen times the text in quadratic time would take 256 times as long, however busy the machine is.
      const isLinear = () => time(480_000) < 100 * Math.max(2, time(30_000))
      assert.isTrue(isLinear() || isLinear() || isLinear(), JSON.stringify(unit))
    }
  })
})
