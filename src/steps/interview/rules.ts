/**
 * Rules for the text of an answer.
 *
 * @since 0.1.0
 */
import type { Rule } from "../../layers/Asked.ts"
import * as Validation from "../../pipeline/Validation.ts"

/**
 * A check that a text passes or not. What is said otherwise may name the text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const must = (
  code: string,
  passes: (text: string) => boolean,
  otherwise: string | ((text: string) => string)
) =>
  Validation.check(
    code,
    (text: string) =>
      passes(text) ? [] : [Validation.error(code, typeof otherwise === "string" ? otherwise : otherwise(text))]
  )

const lengthOf = (text: string): number => Array.from(text).length

/**
 * Nothing in a text is out of sight.
 *
 * @category checks
 * @since 0.1.0
 */
export const visible = must(
  "control-character",
  (text) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text),
  "It holds a control character"
)

/**
 * Any line of text, also an empty one.
 *
 * @category rules
 * @since 0.1.0
 */
export const line: Rule = { says: "any text", check: Validation.chain(visible) }

/**
 * Whatever is typed.
 *
 * @category rules
 * @since 0.1.0
 */
export const anything: Rule = { says: "any text", check: Validation.chain() }

/**
 * A line of text that says something.
 *
 * @category rules
 * @since 0.1.0
 */
export const words: Rule = {
  says: "not empty",
  check: Validation.chain(must("empty", (text) => text.trim() !== "", "It is empty"), visible)
}

/**
 * A text of at least so many characters.
 *
 * @category rules
 * @since 0.1.0
 */
export const atLeast = (count: number, name: string): Rule => ({
  says: `at least ${count} characters`,
  check: Validation.chain(
    must("too-short", (text) => lengthOf(text) >= count, `${name} must be at least ${count} characters long`),
    visible
  )
})

/** Names that some systems keep for themselves. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i

/**
 * The name of a template: a folder may be called so on any system.
 *
 * @category rules
 * @since 0.1.0
 */
export const templateName: Rule = {
  says: "3 to 50 letters, digits, - and _, of which the first is a letter or a digit",
  check: Validation.chain(
    must("empty", (text) => text !== "", "Template name cannot be empty"),
    must("too-short", (text) => lengthOf(text) >= 3, "Template name must be at least 3 characters long"),
    must("too-long", (text) => lengthOf(text) <= 50, "Template name must be at most 50 characters long"),
    must(
      "characters",
      (text) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text),
      "Template name must begin with a letter or a digit, and hold only letters, digits, hyphens and underscores"
    ),
    must("reserved", (text) => !reserved.test(text), "Some systems keep this name for themselves")
  )
}

/**
 * A version such as `1.0`, `2.1.0-rc.1` or `1.0.0+build.5`.
 *
 * @category rules
 * @since 0.1.0
 */
export const version: Rule = {
  says: "a semantic version, such as 1.0.0 or 2.1.0-beta",
  check: Validation.chain(
    must("empty", (text) => text !== "", "Version cannot be empty"),
    must(
      "version",
      (text) => /^\d+\.\d+(\.\d+)?(-[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?(\+[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$/.test(text),
      "Version must be a semantic version, such as 1.0, 1.0.0 or 2.1.0-beta"
    )
  )
}

/**
 * The address of something on the web.
 *
 * @category rules
 * @since 0.1.0
 */
export const url: Rule = {
  says: "a URL that begins with http:// or https://",
  check: Validation.chain(
    must(
      "scheme",
      (text) => /^https?:\/\//i.test(text),
      (text) => `URL must start with http:// or https://: ${shown(text)}`
    ),
    must(
      "url",
      isUrl,
      (text) => `${shown(text)} is no URL that can be reached, such as https://docs.example.org/style`
    ),
    visible
  )
}

/** There may be several, so that a message says which. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 80))

function isUrl(text: string): boolean {
  const [whole, host = ""] = /^https?:\/\/([^/?:\s]+)(?::\d+)?(?:\/?|[/?]\S+)$/i.exec(text) ?? []
  return whole !== undefined && (host.toLowerCase() === "localhost" || isAddress(host) || isDomain(host))
}

const isAddress = (host: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split(".").every((group) => Number(group) <= 255)

const isDomain = (host: string): boolean => {
  const labels = host.split(".")
  return labels.length > 1 && labels.every((label) => /^[a-z0-9-]{1,63}$/i.test(label) && !/^-|-$/.test(label)) &&
    /^[a-z]{2,}$/i.test(labels.at(-1) ?? "")
}
