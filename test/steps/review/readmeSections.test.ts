import { assert, describe, it } from "@effect/vitest"
import { readmeSections } from "../../../src/steps/review/readmeSections.ts"

const none = { overview: "", problem: "", solution: "", inScope: "", outOfScope: "", successCriteria: "" }

describe("the parts of a README that come from a report", () => {
  it("are cut at the first sub-heading as the original cuts them, or kept whole", () => {
    const text = [
      "## Recommendations",
      "",
      "Do it.",
      "### First",
      "```sh",
      "# no heading",
      "```",
      "## In Short",
      "no more",
      "### In Scope",
      "- this",
      "#### more",
      "### Out of Scope",
      "- that",
      "## Acceptance Criteria",
      "It works."
    ].join("\n")

    const rest = { outOfScope: "- that", successCriteria: "It works." }
    assert.deepStrictEqual(readmeSections(text, "brief"), { ...none, ...rest, solution: "Do it.", inScope: "- this" })
    assert.deepStrictEqual(readmeSections(text, "whole"), {
      ...none,
      ...rest,
      solution: "Do it.\n### First\n```sh\n# no heading\n```",
      inScope: "- this\n#### more"
    })
  })

  it("leave lines about the review itself out of the overview", () => {
    const text =
      "## Executive Summary\n\n**Mode**: deep\n**Severity**: high\n**Note** this: x\n### Sub\nText.\n##Next\n"

    assert.strictEqual(
      readmeSections(text, "brief").overview,
      "**Severity**: high\n**Note** this: x\n### Sub\nText."
    )
  })

  it("find the problem in four places, one after the other", () => {
    const problem = (text: string) => readmeSections(text, "brief").problem
    const findings = "### Key Findings\nkey\n### x\n"
    const cause = "**Root Cause**:\n\nwhy\nso\n\n**Next**: y\n"
    const analysis = "### Problem Analysis\nanalysis\n## x\n"

    assert.strictEqual(problem(findings), "key")
    assert.strictEqual(problem(findings + cause), "why\nso")
    assert.strictEqual(problem(findings + cause + analysis), "analysis")
    assert.strictEqual(problem(`${findings}${cause}${analysis}### Critical Gaps Identified\ngaps\n`), "gaps")
    assert.strictEqual(problem(`${findings}**Root Cause**: without an end`), "key")
    assert.strictEqual(readmeSections("**Root Cause**: without an end", "whole").problem, "without an end")
  })
})
