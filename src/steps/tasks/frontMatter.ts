/**
 * The front matter of a document.
 *
 * @since 0.1.0
 */
import * as yaml from "yaml"

/**
 * Values as YAML between two lines of dashes. Each reads back unchanged, with a parser of YAML 1.1 too: text that is
 * not plain stands in double quotes, with an escape for what is not printable there.
 *
 * @category rendering
 * @since 0.1.0
 */
export const frontMatter = (
  values: Readonly<Record<string, string | number | null | ReadonlyArray<string>>>,
  quoted: ReadonlyArray<string>
): string => {
  const document = new yaml.Document(values, { compat: "yaml-1.1", aliasDuplicateObjects: false })
  yaml.visit(document, {
    Scalar: (key, node, path) => {
      if (key === "key" || typeof node.value !== "string") return
      const pair = path.findLast(yaml.isPair)
      const isQuoted = yaml.isScalar(pair?.key) && quoted.includes(String(pair.key.value))
      if (isQuoted || !isPlain(node.value)) node.type = "QUOTE_DOUBLE"
    },
    Seq: (_, node) => {
      node.flow = true
    }
  })
  const text = document.toString({ lineWidth: 0, doubleQuotedAsJSON: true, flowCollectionPadding: false })
  return `---\n${text.replace(unprintable, escaped)}---`
}

const isPlain = (text: string): boolean => /^[\p{L}\p{N}:+._ -]*$/u.test(text)

/** Outside double quotes there is none of these. */
const unprintable = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
