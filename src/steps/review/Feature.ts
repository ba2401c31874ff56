/**
 * What a review is about: the slug that names its folder, and its name for people.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { trim } from "./text.ts"

/** @category models */
export const Feature = Schema.Struct({
  slug: Schema.String,
  name: Schema.String,
  /** The words that ids are made of: those of the title, even where it leaves none for a slug. */
  words: Schema.String
})
export type Feature = typeof Feature.Type

/** The longer one first, or it would never be reached. */
const slugPrefixes = ["architectural review of ", "review of ", "review ", "assess ", "evaluate ", "analyze "]
const namePrefixes = ["Architectural review of ", "Review of ", "Review "]
const longest = 100

/**
 * The feature that a review task means.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromTask = (task: { readonly id: string; readonly title: string }): Feature => {
  let name = task.title
  for (const prefix of namePrefixes) if (name.startsWith(prefix)) name = name.slice(prefix.length)
  const words = slugOf(task.title)
  return { slug: words || task.id.toLowerCase(), name: trim(name) || task.title, words }
}

const slugOf = (title: string): string => {
  const lower = title.toLowerCase()
  const prefix = slugPrefixes.find((prefix) => lower.startsWith(prefix)) ?? ""
  const slug = lower.slice(prefix.length)
    .replace(/[ _]/g, "-")
    .replace(/[^\p{L}\p{N}-]/gu, "")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "")
  const characters = Array.from(slug)
  if (characters.length <= longest) return slug
  const cut = characters.slice(0, longest + 1).join("")
  return cut.includes("-") ? cut.slice(0, cut.lastIndexOf("-")) : characters.slice(0, longest).join("")
}
