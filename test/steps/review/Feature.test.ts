import { assert, describe, it } from "@effect/vitest"
import * as Feature from "../../../src/steps/review/Feature.ts"

const of = (title: string, id = "TASK-REV-1") => Feature.fromTask({ id, title })

describe("Feature", () => {
  it("drops what a review is called, once, and the longer way of it first", () => {
    const slugs = [
      "Review feature workflow",
      "Architectural review of Dark Mode",
      "Review of the login",
      "Assess x",
      "EVALUATE x",
      "analyze review x",
      "Review: x"
    ].map((title) => of(title).slug)

    assert.deepStrictEqual(slugs, ["feature-workflow", "dark-mode", "the-login", "x", "x", "review-x", "review-x"])
  })

  it("keeps letters and digits of any script, and single hyphens between them", () => {
    assert.strictEqual(of("Review café → naïve_Größe  №7 (v2.0)").slug, "café-naïve-größe-7-v20")
    assert.strictEqual(of("--a__b  c--").slug, "a-b-c")
    assert.strictEqual(of("Review 日本語").slug, "日本語")
  })

  it("takes the id where a title leaves nothing, and no words for the ids of tasks", () => {
    assert.deepStrictEqual(of("???", "TASK-REV-1CC7"), { slug: "task-rev-1cc7", name: "???", words: "" })
    assert.strictEqual(of("Review ", "R1").slug, "r1")
  })

  it("cuts a slug at a hyphen before its 101st character, and so that a folder can have its name", () => {
    const word = "x".repeat(24)
    assert.strictEqual(of([word, word, word, word, "y"].join(" ")).slug, [word, word, word, word].join("-"))
    assert.strictEqual(of([word, word, word, `${word}x`, "y"].join(" ")).slug, [word, word, word, `${word}x`].join("-"))
    assert.strictEqual(of([word, word, word, `${word}xx`, "y"].join(" ")).slug, [word, word, word].join("-"))
    assert.strictEqual(of("x".repeat(300)).slug, "x".repeat(100))
    assert.strictEqual(of("語".repeat(90)).slug, "語".repeat(66))
    assert.strictEqual(of("😀 𝒳".repeat(90)).slug, Array.from({ length: 40 }, () => "𝒳").join("-"))
  })

  it("names a feature as its title does, without the prefixes, in the case in which they are written", () => {
    const names = [
      "Review Dark Mode",
      "Architectural review of Dark Mode",
      "Review of Dark Mode",
      "review dark mode",
      "Review Review x ",
      "Review "
    ].map((title) => of(title).name)

    assert.deepStrictEqual(names, ["Dark Mode", "Dark Mode", "Dark Mode", "review dark mode", "Review x", "Review "])
  })
})
