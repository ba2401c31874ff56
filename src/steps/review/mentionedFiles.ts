/**
 * Files that a sentence mentions. Every scan takes time in proportion to the text.
 *
 * @since 0.1.0
 */
import { isSpace } from "./text.ts"

/**
 * Where a component or a command that is only named is taken to live: `*` stands for the name; nothing is guessed
 * where the pattern is empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface Layout {
  readonly components: string
  readonly commands: string
}

/** @category constants */
export const defaultLayout: Layout = {
  components: "src/components/*.tsx",
  commands: "installer/core/commands/*.md"
}

/**
 * The files in the order of the four scans, each once: paths, components, commands, code spans.
 *
 * @category parsing
 * @since 0.1.0
 */
export const mentionedFiles = (text: string, layout: Layout): ReadonlyArray<string> => [
  ...new Set([
    ...paths(text),
    ...(layout.components === "" ?
      [] :
      before(text, "component", isLetter, 2).map(({ name }) => layout.components.replaceAll("*", () => name))),
    ...(layout.commands === "" ? [] : before(text, "command", isLetterOrHyphen, 1)
      .filter(({ start }) => text[start - 1] === "/")
      .map(({ name }) => layout.commands.replaceAll("*", () => name))),
    ...spans(text)
  ])
]

const isPart = (c: string | undefined) => c !== undefined && /[A-Za-z0-9_.-]/.test(c)
const isLetter = (c: string | undefined) => c !== undefined && /[A-Za-z]/.test(c)
const isLetterOrHyphen = (c: string | undefined) => c === "-" || isLetter(c)
const isWord = (c: string | undefined) => c !== undefined && /[A-Za-z0-9_]/.test(c)
const isSeparator = (c: string | undefined) => c === "/" || c === "\\"

/** `a/b/c.ts`: parts between single separators, up to the last part that ends in a dot and two to four letters. */
const paths = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let index = 0
  while (index < text.length) {
    if (!isPart(text[index])) {
      index++
      continue
    }
    const start = index
    let last = -1
    for (let part = 0;; part++) {
      const from = index
      while (isPart(text[index])) index++
      if (part > 0) last = endOfName(text, from, index) ?? last
      if (!isSeparator(text[index]) || !isPart(text[index + 1])) break
      index++
    }
    if (last >= 0) found.push(text.slice(start, last))
  }
  return found
}

/** Where a name with an extension ends inside one part, if it does. */
const endOfName = (text: string, from: number, to: number): number | undefined => {
  for (let dot = to - 1; dot > from; dot--) {
    if (text[dot] !== ".") continue
    let end = dot + 1
    while (end < to && end <= dot + 4 && isLetter(text[end])) end++
    if (end - dot > 2 && !isWord(text[end])) return end
  }
  return undefined
}

/** The names that stand, with white space between, before a word; no two share a letter. */
const before = (
  text: string,
  word: string,
  isName: (c: string | undefined) => boolean,
  least: number
): ReadonlyArray<{ readonly name: string; readonly start: number }> => {
  const lower = text.toLowerCase()
  // Where lower-casing changes lengths, positions would not agree.
  const haystack = lower.length === text.length ? lower : text
  const found: Array<{ readonly name: string; readonly start: number }> = []
  let free = 0
  for (let at = haystack.indexOf(word); at >= 0; at = haystack.indexOf(word, at + word.length)) {
    let end = at
    while (end > free && isSpace(text[end - 1])) end--
    let start = end
    while (start > free && isName(text[start - 1])) start--
    if (end < at && end - start >= least) {
      found.push({ name: text.slice(start, end), start })
      free = at + word.length
    }
  }
  return found
}

/** Code spans that are nothing but a file name. */
const spans = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let open = text.indexOf("`"); open >= 0;) {
    let end = open + 1
    while (isSeparator(text[end]) || isPart(text[end])) end++
    const name = text.slice(open + 1, end)
    if (text[end] === "`" && isFileName(name)) {
      found.push(name)
      open = text.indexOf("`", end + 1)
    } else open = text.indexOf("`", Math.max(end, open + 1))
  }
  return found
}

/**
 * Whether a text is a file name with an extension of two to four letters, with or without folders.
 *
 * @category guards
 * @since 0.1.0
 */
export const isFileName = (text: string): boolean =>
  /^[A-Za-z0-9_./\\-]+$/.test(text) && /[^]\.[A-Za-z]{2,4}$/.test(text.slice(-6))
