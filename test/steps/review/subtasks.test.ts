import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import type { Draft, Found } from "../../../src/steps/review/Draft.ts"
import { defaultLayout } from "../../../src/steps/review/mentionedFiles.ts"
import { type Failure, fromReport } from "../../../src/steps/review/subtasks.ts"

const read = (text: string, slug = "feature-workflow"): Either.Either<Found, Failure> =>
  fromReport({ report: "r.md", text, slug, layout: defaultLayout })

const found = (text: string, slug?: string): Found => Either.getOrThrow(read(text, slug))
const failure = (text: string): Failure => Either.getOrThrow(Either.flip(read(text)))
const titles = (text: string) => found(text).subtasks.map(({ title }) => title)
const each = <K extends keyof Draft>(text: string, key: K) => found(text).subtasks.map((draft) => draft[key])

const section = (body: string) => `# Review\n\n## Recommendations\n\n${body}\n`
const phase = (rows: string, header = "| ID | Title | Method | Complexity | Effort |\n|---|---|---|---|---|") =>
  `### Phase 1 Subtasks (first)\n\n${header}\n${rows}\n`

describe("a section that an accepted heading begins", () => {
  it("is looked for by the headings in their order, and not by their place", () => {
    const text = "## Action Items\n\n- a\n\n## Suggested Changes\n\n- s\n\n## Implementation Plan\n\n- p\n"

    assert.deepStrictEqual(titles(text), ["p"])
    assert.deepStrictEqual(titles(`${text}\n## Implementation Plan Summary\n\n- i\n`), ["i"])
    assert.deepStrictEqual(titles(`${text}\n##### Recommendations \t\n\n- r\n`), ["r"])
  })

  it("has nothing but white space behind its heading, and the heading's own case", () => {
    for (const heading of ["## Recommendations: now", "## RECOMMENDATIONS", "##  Recommendations"]) {
      const text = `${heading}\n\n- r\n\n## Action Items\n\n- a\n`
      assert.deepStrictEqual(titles(text), ["a"], heading)
    }
  })

  it("ends at a line that begins with exactly two #, with or without a space", () => {
    assert.deepStrictEqual(titles(section("- a\n### deeper\n- b\n# top\n- c\n##next\n- d")), ["a", "b", "c"])
  })

  it("is passed over where it is empty", () => {
    assert.deepStrictEqual(titles("## Recommendations\n\n \n## Other\n\n- o\n\n## Action Items\n\n- a\n"), ["a"])
    assert.strictEqual(failure("## Recommendations\n\n## Other\n\n- o\n")._tag, "NoSubtasks")
  })
})

describe("a numbered list", () => {
  it("gives an item for each number at any depth, with the number as written", () => {
    const text = section("1. one\nlost\n   2. two\n\t12. twelve\n3.no\n4) no\n٥. five")

    assert.deepStrictEqual(titles(text), ["one", "two", "twelve", "five"])
    assert.deepStrictEqual(each(text, "id"), ["TASK-FWO-001", "TASK-FWO-002", "TASK-FWO-012", "TASK-FWO-005"])
    assert.strictEqual(found(text).strategy, "numbered")
  })

  it("is numbered anew where numbers repeat", () => {
    assert.deepStrictEqual(each(section("1. a\n   1. b\n2. c"), "id"), ["TASK-FWO-001", "TASK-FWO-002", "TASK-FWO-003"])
  })

  it("comes before bullets, which count only where there is no number", () => {
    assert.deepStrictEqual(titles(section("- a\n1. one\n- b")), ["one"])
  })

  it("takes the next line with text for a number that stands alone", () => {
    assert.deepStrictEqual(titles(section("1.\n\n  text\n2. 3. x")), ["text", "3. x"])
  })

  it("says nothing but a title: five for complexity, a day, no mode, and the files that it names", () => {
    assert.deepStrictEqual(found(section("1.  **Fix** src/a.ts ")).subtasks, [{
      id: "TASK-FWO-001",
      title: "**Fix** src/a.ts",
      description: "**Fix** src/a.ts",
      files: ["src/a.ts"],
      complexity: 5,
      effortEstimate: null,
      effortDays: 1,
      explicitMode: null,
      dependencies: []
    }])
  })
})

describe("a bulleted list", () => {
  it("has three kinds of bullets, and no bold line, rule or quote", () => {
    const text = section("- a\n* b\n  + c\n- [ ] d\n**bold**\n---\n> - q\n- - x\n-no")

    assert.deepStrictEqual(titles(text), ["a", "b", "c", "[ ] d", "- x"])
    assert.deepStrictEqual(each(text, "id").at(-1), "TASK-FWO-005")
    assert.strictEqual(found(text).strategy, "bulleted")
  })

  it("knows white space of every script, and no line ends but LF", () => {
    assert.deepStrictEqual(titles(section("\u00A0-\u3000a\u2028b\u0085c")), ["a\u2028b\u0085c"])
  })
})

describe("a phase table", () => {
  it("gives the fields by their place", () => {
    const text = phase(
      "| FW-001 | Make it (so) | /task-work now | 3-4 | 0.5d |\n| ABC-2 | (all) | **Direct** | high | |"
    )

    assert.deepStrictEqual(found(text).subtasks, [
      {
        id: "TASK-FWO-001",
        title: "Make it (so)",
        description: "Make it",
        files: [],
        complexity: 3,
        effortEstimate: "0.5d",
        effortDays: 0.5,
        explicitMode: "task-work",
        dependencies: []
      },
      {
        id: "TASK-ABC-2",
        title: "(all)",
        description: "(all)",
        files: [],
        complexity: 5,
        effortEstimate: "",
        effortDays: 1,
        explicitMode: "direct",
        dependencies: []
      }
    ])
  })

  it("keeps the column of an empty cell, a literal pipe, and the marks in a title only", () => {
    const text = phase(
      "| `ABC-1` | **a** \\| b | manual || 2h |\n| ABC-2 | c |  | 12 |\n| ABC-3 | short |\n| ABC-4 | | x | 1 |"
    )

    assert.deepStrictEqual(titles(text), ["**a** | b", "c"])
    assert.deepStrictEqual(each(text, "id"), ["TASK-ABC-1", "TASK-ABC-2"])
    assert.deepStrictEqual(each(text, "explicitMode"), ["manual", null])
    assert.deepStrictEqual(each(text, "complexity"), [5, 12])
    assert.deepStrictEqual(each(text, "effortDays"), [0.25, 1])
  })

  it("warns of an effort that it cannot read", () => {
    assert.deepStrictEqual(found(phase("| ABC-1 | a | direct | 1 | soon |")).warnings, [{
      code: "effort-not-read",
      message: "The effort \"soon\" is no time such as 2h, 0.5d or 1 week; 1 day is taken",
      where: "TASK-ABC-1"
    }])
  })

  it("is read to its last row, and those of later phases too", () => {
    const later = phase("| ABC-2 | b | direct | 1 | 1d |").replace("Phase 1", "Phase 12")

    assert.deepStrictEqual(
      titles(`${phase("| ABC-1 | a | direct | 1 | 1d |")}\ntext | x | y | z\n\n${later.trimEnd()}`),
      ["a", "b"]
    )
  })

  it("may stand behind a paragraph, unless an earlier one stands right below its heading", () => {
    const apart = phase("| ABC-1 | a | direct | 1 | 1d |").replace("\n\n", "\n\nAbout it.\n\n")
    const next = phase("| ABC-2 | b | direct | 1 | 1d |").replace("Phase 1", "Phase 2")

    assert.deepStrictEqual(titles(apart), ["a"])
    assert.deepStrictEqual(titles(`${apart}\n${next}`), ["a", "b"])
    assert.deepStrictEqual(titles(`${next}\n${apart}`), ["b"])
    assert.deepStrictEqual(found(`${next}\n${apart}`).warnings.map(({ code }) => code), ["table-not-read"])
  })

  it("goes on behind an empty line, unless another table begins there", () => {
    const rows = "| ABC-1 | a | direct | 1 | 1d |\n\n| ABC-2 | b | direct | 1 | 1d |"

    assert.deepStrictEqual(titles(phase(rows)), ["a", "b"])
    assert.deepStrictEqual(each(phase(rows), "id"), ["TASK-ABC-1", "TASK-ABC-2"])
    assert.deepStrictEqual(
      titles(phase(`${rows}\n\n| Risk | How likely | What then |\n|---|---|---|\n| x | y | z |`)),
      [
        "a",
        "b"
      ]
    )
    assert.deepStrictEqual(titles(phase(rows.replace("\n\n", "\n\n\n"))), ["a"])
  })

  it("is none without a header and a rule; then the lists count", () => {
    for (
      const broken of [phase("", "| Id | Name | M |\n|---|---|---|"), phase("| ABC-1 | a | b |", "| ID | Title | M |")]
    ) {
      assert.deepStrictEqual(titles(`${broken}\n${section("- x")}`), ["x"])
    }
  })

  it("numbers repeated ids, and skips those that are taken", () => {
    const rows = ["ABC-1", "ABC-1-2", "ABC-1", "ABC-1"].map((id) => `| ${id} | t | direct |`).join("\n")

    assert.deepStrictEqual(each(phase(rows), "id"), ["TASK-ABC-1", "TASK-ABC-1-2", "TASK-ABC-1-3", "TASK-ABC-1-4"])
  })

  it("may have a column of dependencies, by the ids as the report writes them or as they become", () => {
    const header = "| ID | Title | Method | C | E | Depends On |\n|---|---|---|---|---|---|"
    const rows = [
      "| FW-1 | a | direct | 1 | 1d | none |",
      "| FW-2 | b | direct | 1 | 1d | - |",
      "| FW-3 | c | direct | 1 | 1d | FW-1, `TASK-FW-2` |",
      "| FW-4 | d | direct | 1 | 1d | TASK-FWO-3, FW-9 |"
    ]

    assert.deepStrictEqual(each(phase(rows.join("\n"), header), "dependencies"), [
      [],
      [],
      ["TASK-FWO-1", "TASK-FWO-2"],
      ["TASK-FWO-3", "FW-9"]
    ])

    const early = phase(
      "| FW-1 | a | none | direct | 3 | 2h |",
      "| ID | Title | Dependencies | M | C | E |\n|---|---|---|---|---|---|"
    )
    assert.deepStrictEqual(each(early, "explicitMode"), ["direct"])
    assert.deepStrictEqual([each(early, "complexity"), each(early, "effortEstimate")], [[3], ["2h"]])
  })

  it("refuses ids that lead elsewhere, or that many systems take for one, with their lines", () => {
    for (const id of ["ABC-../../x", "ABC-a/b", "ABC-a\\b", `ABC-${"x".repeat(61)}`, "ABC-a b", "ABC-é"]) {
      const error = failure(phase(`| ABC-0 | ok | direct |\n| ${id} | t | direct |`))

      assert.deepInclude(error, { _tag: "UnsafeIdentifier", id: `TASK-${id}`, line: 6, sameAs: null })
      assert.include(error.message, "r.md, line 6: ")
    }
    assert.deepInclude(failure(phase("| ABC-a | t | direct |\n| ABC-A | t | direct |")), {
      _tag: "UnsafeIdentifier",
      id: "TASK-ABC-A",
      line: 6,
      sameAs: 5
    })
  })
})

describe("fences and comments", () => {
  it("hold no items and no headings", () => {
    const text = section("- a\n```md\n- b\n## Action Items\n- c\n```\n~~~\n- d\n~~~\n<!-- - e\n- f -->\n- g")

    assert.deepStrictEqual(titles(text), ["a", "g"])
  })

  it("are followed into each other", () => {
    assert.deepStrictEqual(titles(section("````\n```\n- a\n````\n- b")), ["b"])
    assert.deepStrictEqual(titles(section("```md\n```bash\n- a\n```\n- b\n```\n- c")), ["c"])
    // One too many: what would never end is read strictly.
    assert.deepStrictEqual(titles(section("```\n```bash\n- a\n```\n- b\n```sh\n- c\n```\n- d")), ["b", "d"])
    assert.deepStrictEqual(titles(section("```\n<!--\n```\n- a\n<!-- x\n```\n-->\n- b\n\n<!-- open\n- c")), [
      "a",
      "b",
      "c"
    ])
  })

  it("are read only where nothing else is there, and comments not even then", () => {
    assert.deepStrictEqual(titles(section("```\n- a\n```")), ["a"])
    assert.deepStrictEqual(found(section("```\n- a\n```")).warnings.map(({ code }) => code), ["read-from-code"])
    assert.strictEqual(failure(section("<!--\n- a\n-->"))._tag, "NoSubtasks")
  })
})

describe("forms that are recognised by what they look like", () => {
  it("begin with headings that say the same in other words", () => {
    const headings = [
      "# 9. Key Recommendations",
      "#### RECOMMENDATIONS SUMMARY (revised)",
      "## Section 5: Revised Recommendations (final)",
      "### Summary of Recommendations:",
      "## **Recommended Fixes**",
      "## Final Recommended Changes",
      "## Recommended Actions",
      "### Action items (2024)",
      "## 3.1 Suggested changes",
      "## Updated recommendations",
      "## 🎯 Recommendations",
      "### ✅ Key Recommendations 🚀",
      "## 5 – Recommendations",
      "## IV. Recommendations",
      "## B) Action items",
      "## Recommendations\u200B"
    ]
    for (const heading of headings) assert.deepStrictEqual(titles(`${heading}\n\n- x\n`), ["x"], heading)
    for (const heading of ["##### Key recommendations", "## No recommendations made", "## Recommendationsfor later"]) {
      assert.strictEqual(failure(`${heading}\n\n- x\n`)._tag, "NoRecommendations", heading)
    }
  })

  it("begin, where there are no others, with headings that begin or end with such words", () => {
    const headings = [
      "## Prioritized Recommendations",
      "### Short-Term Recommendations",
      "## 4. Security & Performance Recommendations",
      "## Findings and Recommendations",
      "## Recommendations for Release",
      "## Recommendations and Next Steps",
      "## Recommendations — by priority",
      "## Immediate Action Items",
      "## 📝 Implementation Plan",
      "### 7. Implementation plan (final)"
    ]
    for (const heading of headings) {
      assert.deepStrictEqual(titles(`${heading}\n\n- x\n`), ["x"], heading)
      assert.deepStrictEqual(found(`${heading}\n\n- x\n`).warnings, [{
        code: "section-guessed",
        message: "This section was taken for recommendations by its heading",
        where: heading
      }])
    }
    for (
      const heading of [
        "## Recommendations Removed",
        "## Recommendations Extraction",
        "# Implementation Plan",
        "## Implementation Plan: parser",
        "### Approve with minor recommendations",
        "## Status of Recommendations",
        "## Deployment recommendation",
        "## Recommended reading",
        "## Updated implementation plan with phases"
      ]
    ) assert.strictEqual(failure(`${heading}\n\n- x\n`)._tag, "NoRecommendations", heading)
    assert.deepStrictEqual(titles("## Security Recommendations\n- s\n# Recommendations\n- r\n"), ["r"])
  })

  it("are read together where several sections share them out", () => {
    const text = "## Recommendations by area\n### Short-Term Recommendations\n- a\n## Risks\n- risk\n" +
      "## Long-Term Recommendations\n- b\n"

    assert.deepStrictEqual(titles(text), ["a", "b"])
    assert.deepStrictEqual(each(text, "id"), ["TASK-FWO-001", "TASK-FWO-002"])
    assert.deepStrictEqual(found(text).warnings.map(({ where }) => where), [
      "## Recommendations by area",
      "## Long-Term Recommendations"
    ])
  })

  it("begin with headings that are underlined, too", () => {
    const text = (heading: string) => `Review\n======\n\n${heading}\n\n- x\n\nDone\n----\n\n- y\n`

    for (const heading of ["Recommendations\n---", "Key Recommendations\n====="]) {
      assert.deepStrictEqual(titles(text(heading)), ["x"].concat(heading.endsWith("=") ? "y" : []), heading)
    }
    assert.deepStrictEqual(titles("# Recommendations\n\nSome words\nand more\n---\n\n- x\n"), ["x"])
    for (const line of ["text\nRecommendations", "- Recommendations", "> Recommendations", "| Recommendations"]) {
      assert.strictEqual(failure(text(`${line}\n---`))._tag, "NoRecommendations", line)
    }
  })

  it("count below every heading that is accepted for lists", () => {
    const table = "| # | Task | Effort |\n|---|---|---|\n| 1 | Split the parser | 2h |"

    for (const heading of ["## Implementation Plan", "## Implementation Plan Summary"]) {
      assert.deepStrictEqual(titles(`${heading}\n\n${table}\n`), ["Split the parser"], heading)
      assert.deepStrictEqual(titles(`${heading}\n\n### Step 1: Split it\n\nSoon.\n`), ["Split it"], heading)
    }
    assert.deepStrictEqual(titles("## Recommendations\n\nSee the plan.\n\n## Implementation Plan\n\n- a\n"), ["a"])
  })

  it("are no lists below the heading of a single recommendation", () => {
    const text = "## Recommendation\n\nApprove, since\n\n- it is good\n"

    assert.deepInclude(failure(text), { _tag: "NoRecommendations", nearest: "\"## Recommendation\", line 1" })
    assert.deepStrictEqual(titles(`${text}| Action |\n|---|\n| a |\n`), ["a"])
    assert.deepStrictEqual(titles(`${text}\n## Final Recommendations\n- b\n`), ["b"])
  })

  it("are lists with 1) where there is nothing else", () => {
    assert.deepStrictEqual(titles(section("1) one\n2) two")), ["one", "two"])
    assert.deepStrictEqual(each("## Key Recommendations\n\n3) three\n", "id"), ["TASK-FWO-003"])
    assert.deepStrictEqual(titles(section("1) one\n- a")), ["a"])
  })

  it("end at the next heading that is not below them", () => {
    assert.deepStrictEqual(titles("### Key Recommendations\n- a\n#### b\n- c\n### d\n- e\n"), ["a", "c"])
  })

  it("are tables with a column of recommendations", () => {
    const text = [
      "## Recommendations",
      "",
      "| # | Priority | **Action** | Effort | Complexity | Method | Files | Depends on |",
      "|--|--|--|--|--|--|--|--|",
      "| 1 | High | Fix `src/a.ts` | 2h | 7 | direct | `b.py`, src/c.ts | - |",
      "| R2 | Low | Test it | some | | | | 1 |",
      "| SEC-3 | Low | | 1d | | | | |",
      "",
      "| ID | Task | Title |",
      "| --- | --- | --- |",
      "| SEC-7 | T-1 | Last |"
    ].join("\n")

    assert.strictEqual(found(text).strategy, "table")
    assert.deepStrictEqual(each(text, "id"), ["TASK-FWO-001", "TASK-FWO-002", "TASK-SEC-7"])
    assert.deepStrictEqual(found(text).subtasks[0], {
      id: "TASK-FWO-001",
      title: "Fix `src/a.ts`",
      description: "Fix `src/a.ts`",
      files: ["src/a.ts", "src/c.ts", "b.py"],
      complexity: 7,
      effortEstimate: "2h",
      effortDays: 0.25,
      explicitMode: "direct",
      dependencies: []
    })
    assert.deepStrictEqual(found(text).subtasks[1]?.dependencies, ["TASK-FWO-001"])
  })

  it("are tables whose column says who says so", () => {
    for (const column of ["Suggested fix", "Recommended Actions", "Required change", "Fixes", "Proposed action"]) {
      assert.deepStrictEqual(titles(`## Recommendations\n| # | ${column} |\n|---|---|\n| 1 | x |\n`), ["x"], column)
    }
    const error = failure("## Recommendations\n| ID | Status |\n|---|---|\n| R1 | closed |\n")
    assert.strictEqual(error._tag, "NoSubtasks")
    assert.include(error.fix, "or as a table with a column \"Recommendation\"")
  })

  it("are tables without pipes at the ends of their lines, too", () => {
    const text = "## Recommendations\n\nAction | Effort\n--- | ---\nDo a \\| b | 2h\nDo c |\n\nA | note\n"

    assert.deepStrictEqual(titles(text), ["Do a | b", "Do c"])
    assert.deepStrictEqual(each(text, "effortDays"), [0.25, 1])
    assert.strictEqual(failure("## Recommendations\n\nAction | Effort\n---\nDo a | 2h\n")._tag, "NoSubtasks")
  })

  it("are described by words, and not by the rule between two of them", () => {
    const text = "## Recommendations\n### R1: a\n\n---\n\n### R2: b\n_ _ _\nWhy.\n"

    assert.deepStrictEqual(each(text, "description"), ["a", "Why."])
  })

  it("are described by lists and tables in their lines", () => {
    const text =
      "# Recommendations\n## R1: a\n1. one\n   more\n2. two\n\nlater\n## R2: b\n| x | y |\n|---|---|\n| 1 | 2 |\n"

    assert.deepStrictEqual(each(text, "description"), ["1. one\n   more\n2. two", "| x | y |\n|---|---|\n| 1 | 2 |"])
  })

  it("are numbered headings of one level, each with a paragraph and files", () => {
    const text = [
      "## Recommendations",
      "### Critical",
      "#### R1: Fix it (now)",
      "**Why** it",
      "matters.",
      "",
      "- not a task",
      "```",
      "edit src/a.ts",
      "```",
      "##### 1. deeper",
      "#### **Recommendation 2 (P1): Test it**",
      "#### 🔴 3. Say it",
      "#### 🔴 Other"
    ].join("\n")

    // A bullet wins where the heading is an accepted one; here it is read as the original would.
    assert.deepStrictEqual(titles(text), ["not a task"])
    const unread = text.replace("- not a task\n", "").replace("##### 1.", "##### (1)")
    assert.strictEqual(found(unread).strategy, "headings")
    assert.deepStrictEqual(titles(unread), ["Fix it (now)", "Test it", "Say it"])
    assert.deepStrictEqual(each(unread, "description"), ["**Why** it matters.", "Test it", "Say it"])
    assert.deepStrictEqual(each(unread, "files"), [["src/a.ts"], [], []])
    assert.deepStrictEqual(each(unread, "id"), ["TASK-FWO-001", "TASK-FWO-002", "TASK-FWO-003"])
  })

  it("have titles behind many kinds of numbers", () => {
    const leads = [
      "R1:",
      "Rec 2 -",
      "Recommendation A:",
      "Priority 3 (high) —",
      "Fix #4:",
      "AC-5.",
      "P0:",
      "6.",
      "7.1",
      "**Task 8:**"
    ]
    const text = `## Recommendations\n${leads.map((lead, index) => `### ${lead} t${index}\n`).join("\n")}`

    assert.deepStrictEqual(titles(text), leads.map((_, index) => `t${index}`))
  })

  it("are headings rather than the tables of files below each", () => {
    const text = "## Recommendations\n### R1: a\n| File | Change |\n|---|---|\n| x.ts | y |\n### R2: b\n"

    assert.deepStrictEqual(titles(text), ["a", "b"])
    assert.deepStrictEqual(titles("## Recommendations\n| File | Change |\n|---|---|\n| x.ts | y |\n"), ["y"])
  })
})

describe("where nothing is found", () => {
  it("says which headings are accepted, and which one is the nearest", () => {
    const error = failure("# Review\n\n## Some plan\n\n## Next Steps we recommend\n\n- a\n")

    assert.deepInclude(error, {
      _tag: "NoRecommendations",
      report: "r.md",
      nearest: "\"## Next Steps we recommend\", line 5"
    })
    assert.include(error.fix, "## Recommendations, ## Implementation Plan Summary")
    assert.deepInclude(failure("Nothing at all."), { _tag: "NoRecommendations", nearest: null })
  })

  it("names the section that holds no items", () => {
    assert.deepInclude(failure(section("All is well.")), { _tag: "NoSubtasks", section: "## Recommendations" })
    assert.strictEqual(failure(phase(""))._tag, "NoSubtasks")
  })
})

it("a report with other sections that recommend something comes with a warning", () => {
  const one = "## Parser\n### Recommendations\n1. a\n## Printer\n### Recommendations\n\n"

  assert.deepStrictEqual(found(`${one}2. b\n## Key Recommendations\n| Fix |\n|---|\n`).warnings, [{
    code: "section-not-read",
    message: "Recommendations seem to stand here, too, and were not read; put them all into one section",
    where: "\"### Recommendations\", line 5, and 1 more"
  }])
  assert.deepStrictEqual(found(`${one}None.\n`).warnings, [])
  assert.deepStrictEqual(found("## Recommendations\n- a\n### Recommended Actions\n- b\n").warnings, [])
})

it("a report with characters that hide or turn text around comes with a warning", () => {
  assert.deepStrictEqual(found(section("- a\n- b \u202E c\n- \u001B[2J")).warnings, [{
    code: "hidden-characters",
    message: "The report holds control characters, which can make text look other than it is; they are kept",
    where: "line 6"
  }])
})
