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
/** In characters, and in bytes: a folder's name has at most 255 of them, and those of workspaces are longer than a slug. */
const longest = 100
const largest = 200

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
  const kept = beginning(slug)
  if (kept.length === slug.length) return slug
  const cut = slug[kept.length] === "-" ? kept.length : kept.lastIndexOf("-")
  return cut > 0 ? kept.slice(0, cut) : kept
}

/** As many characters from the start as a slug may have. */
const beginning = (slug: string): string => {
  let [count, bytes, end] = [0, 0, 0]
  for (const character of slug) {
    count++
    bytes += encoder.encode(character).length
    if (count > longest || bytes > largest) break
    end += character.length
  }
  return slug.slice(0, end)
}

const encoder = new TextEncoder()
