/**
 * The templates that an agent belongs to, as paths relative to their folder.
 *
 * @since 0.1.0
 */
import type { Warning } from "../review/Draft.ts"

const suffix = ".template"

/** Whether a file is a template. */
export const isTemplate = (path: string): boolean => path.endsWith(suffix)

/** In the order in which templates are listed: by code unit. */
export const sorted = (paths: Iterable<string>): ReadonlyArray<string> =>
  [...new Set(paths)].sort((a, b) => a < b ? -1 : a > b ? 1 : 0)

/**
 * Those whose file name holds a word of the agent's name.
 *
 * `related("api-tester", ["templates/api.ts.template", "templates/ui.ts.template"])` gives the first.
 *
 * @category accessors
 */
export const related = (agent: string, paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keywords = agent.toLowerCase().split("-").filter((word) => word.trim() !== "")
  return paths.filter((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1, -suffix.length).toLowerCase()
    return keywords.some((keyword) => name.includes(keyword))
  })
}

/** What a text may write right before or after a path without being part of it. */
const edge = /^[\s`'"()[\]{}<>*,;:!?|]?$/

/**
 * Those that a text names with their whole path.
 *
 * @category accessors
 */
export const named = (text: string, paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  paths.filter((path) => {
    for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + path.length)) {
      if (
        edge.test(text.charAt(at - 1)) && /^(?![\w/-]|\.\w)/.test(text.slice(at + path.length, at + path.length + 2))
      ) {
        return true
      }
    }
    return false
  })

/** Those that a text names although there are none of that name. */
export const unknown = (text: string, paths: ReadonlyArray<string>): ReadonlyArray<Warning> =>
  [...new Set(text.match(/[^\s`'"()[\]{}<>*,;:!?|]+\.template(?![\w.-])/g))]
    .filter((name) => !paths.some((path) => path.endsWith(name)))
    .map((name) => ({
      code: "template-unknown",
      message: "The content names a template that is not there",
      where: name
    }))

/** The section that lists templates. */
export const section = (paths: ReadonlyArray<string>): string =>
  `## Related Templates\n\n${
    paths.length === 0 ? "No template of this folder matches the agent." : paths.map((path) => `- ${path}`).join("\n")
  }`
