import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as AgentFile from "../../../src/steps/agents/AgentFile.ts"
import type { Content } from "../../../src/steps/agents/Content.ts"
import { contentIn } from "../../../src/steps/agents/contentIn.ts"
import { enhance } from "../../../src/steps/agents/enhance.ts"
import * as Enhancement from "../../../src/steps/agents/Enhancement.ts"
import { judged } from "./corpus.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const reason = (content: Uint8Array) =>
  Either.match(Either.flatMap(AgentFile.decode(content, "a.md"), (text) => AgentFile.parse(text, "a.md", "a")), {
    onLeft: ({ _tag, fix, reason }) => `${_tag}: ${reason}${fix === "" ? "" : "."}`,
    onRight: () => "read"
  })

const content: Content = {
  sections: ["examples", "capabilities"],
  examples: "## Code Examples\n\n```ts\nx\n```",
  capabilities: "## Capabilities"
}

const enhanced = (text: string) =>
  enhance(
    Either.getOrThrow(AgentFile.parse(text, "a.md", "a")),
    Enhancement.fromContent(content, { set: "default", bringsMetadata: false }),
    { stem: "a", extended: text, split: true }
  )

describe("a file that is no agent", () => {
  it("is refused with what to do about it", () => {
    assert.strictEqual(reason(new Uint8Array(AgentFile.limit + 1)), "UnreadableAgent: it is larger than 2097152 bytes.")
    assert.strictEqual(reason(new Uint8Array([0x23, 0xC0, 0x80])), "UnreadableAgent: it is not UTF-8.")
    assert.strictEqual(reason(new Uint8Array([0xFF, 0xFE, 0x23, 0x00])), "UnreadableAgent: it is not UTF-8.")
    assert.strictEqual(reason(bytes("# A\0")), "UnreadableAgent: it holds a NUL.")
    assert.strictEqual(
      reason(bytes("---\nname: a\n\n# A\n")),
      "UnreadableAgent: its front matter begins in line 1 and never ends."
    )
    assert.strictEqual(reason(bytes("\uFEFF---\r\nname: a\r\n---\r\n")), "read")
  })
})

describe("a hostile text", () => {
  const million = 1_000_000

  it("is enhanced in linear time, and every line of it survives", () => {
    for (
      const text of [
        "x".repeat(20 * million),
        " ".repeat(4 * million),
        `## ${"#".repeat(million)}x`,
        `# ${" #".repeat(million)}x`,
        "`".repeat(million),
        `${"-".repeat(million)}x`,
        `- ${" ".repeat(million)}✅`,
        "## x\n".repeat(million / 20),
        "```a\n".repeat(million / 20),
        "---\n".repeat(million / 20),
        "*\n".repeat(million / 20),
        "\r".repeat(million / 20)
      ]
    ) {
      const { core, extended } = enhanced(text)

      assert.isTrue(core.length > text.length && (extended ?? "").length > text.length)
      assert.isTrue(core.includes(text.slice(-1000).trim()))
    }
  })

  it("is searched for content in linear time", () => {
    for (
      const text of [
        "{".repeat(million),
        "{\"sections\"".repeat(million / 20),
        "{\"sections\"}".repeat(million / 20),
        "[".repeat(million),
        `${" ".repeat(million)}x`,
        "```json\n".repeat(million / 20),
        "```\n{\n".repeat(million / 20)
      ]
    ) {
      assert.strictEqual(contentIn(text)._tag, "None")
    }
  })

  it("is judged however deep it is, and pollutes nothing", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`

    for (const value of [deep, `{"sections": ${deep}}`, `{"sections": [], "boundaries": ${deep}}`]) {
      const refusal = Either.getOrThrow(Either.flip(judged(value, "open")))
      assert.deepInclude(refusal, { _tag: "Invalid", reason: "InvalidResponse" })
    }
    const polluting = judged("{\"sections\": [\"__proto__\"], \"__proto__\": {\"polluted\": true}}", "open")
    assert.deepInclude(Either.getOrThrow(Either.flip(polluting)), { _tag: "Invalid", reason: "InvalidResponse" })
    assert.strictEqual(Reflect.get({}, "polluted"), undefined)
  })
})
