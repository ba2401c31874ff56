/**
 * What an agent file is to get: sections, ready to be placed, and what the agent is found by.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import type { Warning } from "../review/Draft.ts"
import { trim } from "../review/text.ts"
import * as boundaries from "./boundaries.ts"
import type { BoundarySet } from "./boundarySets.ts"
import { type Content, metadataKey, notesOf, textOf, valueOf } from "./Content.ts"
import * as metadata from "./metadata.ts"
import { words } from "./outline.ts"
import * as sections from "./sections.ts"
import * as templates from "./templates.ts"

/** @category models */
export interface Enhancement {
  /** In the order in which the answer names them; boundaries are always among them. */
  readonly sections: ReadonlyArray<sections.Section>
  /** The answer's, in its form; null where it brought none. */
  readonly metadata: metadata.Metadata | null
  readonly warnings: ReadonlyArray<Warning>
}

/**
 * What can be said of an agent without asking anybody: the templates that its name fits, and boundaries of its kind.
 *
 * @category constructors
 */
export const offline = (related: ReadonlyArray<string>, set: BoundarySet): Content => ({
  sections: ["related_templates", "boundaries"],
  related_templates: templates.section(related),
  boundaries: boundaries.generic(set)
})

/**
 * Makes an enhancement of content that keeps the rules. What it lacks is filled in, what cannot be used is left out;
 * each with a warning.
 *
 * @category constructors
 */
export const fromContent = (
  content: Content,
  { bringsMetadata, set }: {
    /** The boundaries of an answer that has none. */
    readonly set: BoundarySet
    /** Whether metadata can be expected of the content. */
    readonly bringsMetadata: boolean
  }
): Enhancement => {
  const warnings: Array<Warning> = [...notesOf(content)]
  const warn = (code: string, message: string, where: string) => warnings.push({ code, message, where })

  if (Option.isNone(textOf(content, "boundaries"))) {
    warn("boundaries-generic", `The answer has no boundaries; those for "${set}" stand in`, "boundaries")
  }
  const names = [...new Set([...content.sections, "boundaries"])].filter((name) => {
    const reason = name === "boundaries" ? undefined : unusable(content, name)
    if (reason !== undefined) warn("section-dropped", reason, name)
    return reason === undefined
  })

  const made = names.map((name) => {
    const text = Option.getOrElse(textOf(content, name), () => name === "boundaries" ? boundaries.generic(set) : "")
    if (invisible.test(text)) {
      warn("section-invisible", "The text holds characters that nobody sees; look at it before you use it", name)
    }
    if (name === "boundaries") return boundaries.section(text)
    const section = sections.make(name, text)
    if (section.lines.length > sections.linesOf(text).length) {
      warn("section-completed", "The section had no heading, or a block of code without an end", name)
    }
    if (!sections.isKnown(name)) warn("section-unknown", "Agents rarely have a section of this name", name)
    return section
  })

  const found = bringsMetadata ? metadata.normalized(valueOf(content, metadataKey)) : undefined
  return {
    sections: made,
    metadata: Option.getOrNull(found?.metadata ?? Option.none()),
    warnings: [...warnings, ...found?.warnings ?? []]
  }
}

/** Why what is named cannot become a section. */
const unusable = (content: Content, name: string): string | undefined => {
  if (sections.ownOnly.includes(name)) return "An agent file has its own, so it is not added"
  const value = valueOf(content, name)
  if (value === undefined) return "The section is named, but has no text"
  if (typeof value !== "string") return "What is named as a section is no text"
  if (trim(value) === "") return "The text of the section is empty"
  if (words(name) === "") return "The section has no name that a heading could be made of"
  return undefined
}

/** Escapes that a terminal would act on, and marks that change the order in which text is shown. */
const invisible = /[\x1B\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/ // oxlint-disable-line no-control-regex -- what is looked for
