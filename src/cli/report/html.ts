/**
 * HTML that is built, never pasted together: what is a text becomes text, whatever stands in it.
 *
 * @since 0.1.0
 */
import * as printable from "../../pipeline/printable.ts"

/**
 * A piece of a page.
 *
 * @category models
 * @since 0.1.0
 */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

/**
 * What an element may hold.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = Html | string | ReadonlyArray<Content>

/**
 * A text as a page may hold it, in an element or in an attribute: the one way in for whatever comes from outside. What a
 * page would hide, or would turn around, is shown as its code, like on a terminal.
 *
 * @category rendering
 * @since 0.1.0
 */
export const escaped = (text: string): string =>
  printable.text(text).replace(special, (character) =>
    marks.test(character)
      ? `&#${character.charCodeAt(0)};`
      : `\\u{${character.codePointAt(0)?.toString(16).toUpperCase() ?? ""}}`)

const marks = /[&<>"']/
/** These, and what no document may hold. */
const special = /[&<>"'\p{Noncharacter_Code_Point}]/gu

const render = (content: Content): string =>
  content instanceof Html
    ? content.markup
    : typeof content === "string"
    ? escaped(content)
    : content.map(render).join("")

/**
 * An element. The names of attributes are those of this program; an empty value is left out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const el = (
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...content: ReadonlyArray<Content>
): Html => {
  const named = Object.entries(attributes).map(([name, value]) => value === "" ? "" : ` ${name}="${escaped(value)}"`)
  const start = `<${tag}${named.join("")}>`
  return new Html(empty.has(tag) ? start : `${start}${render(content)}</${tag}>`)
}

const empty = new Set(["meta", "br"])
