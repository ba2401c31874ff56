/**
 * How an agent is named: by its file, or by a template and an agent in it.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import { InvalidAgentPath } from "./errors.ts"

/** The ending of the file beside an agent's, which is no agent itself. */
export const extendedEnding = "-ext.md"

/**
 * What stands in the name of a template and an agent: `api/reviewer`.
 *
 * @category parsing
 */
export const inTemplate = (
  path: string
): Either.Either<{ readonly template: string; readonly agent: string }, InvalidAgentPath> => {
  const refuse = (reason: string) => Either.left(new InvalidAgentPath({ path, reason }))
  const [template = "", agent = "", ...more] = path.split("/")
  if (more.length > 0 || agent === "" || template === "") {
    return refuse("it is neither a file that exists nor a template and an agent with one slash between them")
  }
  for (const part of [template, agent]) {
    if (part === "." || part === "..") return refuse(`"${part}" is no name`)
    if (/[\\:\p{Cc}]/u.test(part)) return refuse(`"${part}" is no portable name`)
  }
  const stem = agent.replace(/\.md$/, "")
  if (stem === "") return refuse("the agent has no name")
  if (`${stem}.md`.endsWith(extendedEnding)) {
    return refuse("it is the extended file of an agent, not the agent's own")
  }
  return Either.right({ template, agent: stem })
}

/**
 * The name of an agent's file without `.md`.
 *
 * @category parsing
 */
export const stemOf = (path: string): Either.Either<string, InvalidAgentPath> => {
  const name = path.slice(path.lastIndexOf("/") + 1)
  if (!name.endsWith(".md") || name === ".md") {
    return Either.left(new InvalidAgentPath({ path, reason: "it is no markdown file" }))
  }
  return name.endsWith(extendedEnding)
    ? Either.left(
      new InvalidAgentPath({ path, reason: "it is the extended file of an agent, not the agent's own" })
    )
    : Either.right(name.slice(0, -".md".length))
}
