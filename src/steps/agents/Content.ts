/**
 * The content that an answer brings for an agent file: the names of sections, the markdown of each, and what the agent
 * is found by.
 *
 * @since 0.1.0
 */
import { Option, Schema } from "effect"
import * as Validation from "../../pipeline/Validation.ts"
import { Warning } from "../review/Draft.ts"
import { rules as boundaryRules } from "./boundaries.ts"
import * as metadata from "./metadata.ts"
import { known as technologies } from "./stack.ts"

/** What may stand under a key is decided by the rules below, so that everything that is wrong is said at once. */
const described = (description: string, jsonSchema: object) =>
  Schema.optional(Schema.Unknown.annotations({ jsonSchema: { ...jsonSchema, description } }))

const markdown = (description: string) =>
  described(`${description}; it begins with a heading "## …"`, { type: "string" })

const list = (description: string) => ({ type: "array", items: { type: "string" }, description })

/**
 * The form of an answer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Content = Schema.Struct({
  sections: Schema.Array(Schema.String).annotations({
    description: "Which of the keys below to use, in this order"
  }),
  related_templates: markdown("The templates that matter to this agent, and what for"),
  examples: markdown("Code examples that follow the templates"),
  boundaries: markdown("What the agent always does, never does, and asks about first"),
  quick_start: markdown("How to begin, with at most three code blocks"),
  best_practices: markdown("What to do, and why"),
  anti_patterns: markdown("What to avoid, and what to do instead"),
  frontmatter_metadata: described("What the agent is found by", {
    type: "object",
    properties: {
      stack: list(`Technologies, such as ${[...technologies].slice(0, 4).join(", ")}; libraries are keywords`),
      phase: { type: "string", enum: metadata.phases },
      capabilities: list("1 to 10 things that the agent can do"),
      keywords: list("3 to 15 words to find it by")
    }
  })
}, Schema.Record({ key: Schema.String, value: Schema.Unknown })).annotations({
  identifier: "AgentContent",
  description: "Content for an agent file"
})
export type Content = typeof Content.Type

/** The key that is no section. */
export const metadataKey = "frontmatter_metadata"

/** Where the reader of an answer says what it had to overlook. No section is called like this. */
const notesKey = "#notes"

const Notes = Schema.Array(Warning)

/**
 * Adds what had to be overlooked to content, so that it is kept with it.
 *
 * @category combinators
 */
export const withNotes = (content: unknown, notes: ReadonlyArray<Warning>): unknown =>
  notes.length === 0 || typeof content !== "object" || content === null || Array.isArray(content)
    ? content
    : { ...content, [notesKey]: notes }

/** What had to be overlooked. */
export const notesOf = (content: Content): ReadonlyArray<Warning> =>
  Option.getOrElse(Schema.decodeUnknownOption(Notes)(valueOf(content, notesKey)), () => [])

/** More sections than anybody reads. */
const mostSections = 100

/**
 * What stands under a key of an answer itself, whatever the key is called.
 *
 * @category accessors
 */
export const valueOf = (content: Content, key: string): unknown =>
  Object.hasOwn(content, key) ? content[key] : undefined

/** The text under a key; none where there is none, or something else. */
export const textOf = (content: Content, key: string): Option.Option<string> => {
  const value = valueOf(content, key)
  return typeof value === "string" ? Option.some(value) : Option.none()
}

const number = Validation.check("sections", ({ sections }: Content) =>
  sections.length <= mostSections
    ? []
    : [
      Validation.error("content-sections", `names ${sections.length} sections, ${mostSections} are the most`, {
        path: "/sections",
        hint: "Put together what belongs together."
      })
    ])

const texts = Validation.check(
  "texts",
  (content: Content) =>
    [...new Set(["boundaries", ...content.sections])].flatMap((name) =>
      Option.match(Option.filter(textOf(content, name), isUnwritable), {
        onNone: () => [],
        onSome: () => [
          Validation.error("content-text", "holds a NUL or half of a character, which no text file can hold", {
            path: pointer(name)
          })
        ]
      })
    )
)

const boundaries = Validation.check("boundaries", (content: Content) => {
  const value = valueOf(content, "boundaries")
  if (typeof value === "string") return []
  if (value !== undefined && value !== null) {
    return [Validation.error("boundaries-type", "is not a text", { path: "/boundaries" })]
  }
  if (!content.sections.includes("boundaries")) return []
  return [
    Validation.error("content-boundaries", "is missing, although sections names it", {
      path: "/boundaries",
      hint: "Give the boundaries as text, or leave the name out of sections."
    })
  ]
})

/**
 * What the schema cannot say of content. Everything that is wrong is found at once, with its place; what is wrong with
 * the boundaries alone comes last.
 *
 * @category constants
 * @since 0.1.0
 */
export const rules: Validation.Validation<Content> = Validation.all(
  number,
  texts,
  boundaries,
  Validation.at("/boundaries", (content: Content) => textOf(content, "boundaries"), boundaryRules)
)

/** Whether a broken rule, by its code, is one of the boundaries' own. */
export const isOfBoundaries = (code: string): boolean => code.startsWith("boundaries-")

const isUnwritable = (text: string): boolean => /\0|\p{Cs}/u.test(text)

const pointer = (key: string): string => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`
