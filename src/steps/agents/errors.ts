/**
 * What can be wrong with an agent file, its place, or an answer about it. Each names the file, or the place in it, and
 * the way on.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { movedTo } from "../../pipeline/movedTo.ts"

/**
 * What was named cannot be the path of an agent.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAgentPath extends Schema.TaggedError<InvalidAgentPath>()("InvalidAgentPath", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `invalid agent path format: "${this.path}": ${this.reason}`
  }
  get fix(): string {
    return "Name the agent's markdown file (templates/api/agents/reviewer.md), or a template and an agent in it (api/reviewer)."
  }
}

/**
 * There is no agent's file at the path.
 *
 * @category errors
 * @since 0.1.0
 */
export class AgentNotFound extends Schema.TaggedError<AgentNotFound>()("AgentNotFound", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.reason}`
  }
  get fix(): string {
    return "Name the markdown file of an agent that exists."
  }
}

/**
 * There is no template of the name where templates are looked for.
 *
 * @category errors
 * @since 0.1.0
 */
export class TemplateNotFound extends Schema.TaggedError<TemplateNotFound>()("TemplateNotFound", {
  template: Schema.String,
  /** The folders in which it was looked for. */
  searched: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.searched.length === 0
      ? `There is no template folder ${this.template}`
      : `There is no template "${this.template}" in ${this.searched.join(" or ")}`
  }
  get fix(): string {
    return "Name the folder of the agent's template with --template, or the folders that hold your templates with --roots."
  }
}

/**
 * The file is there, and is not that of an agent.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnreadableAgent extends Schema.TaggedError<UnreadableAgent>()("UnreadableAgent", {
  path: Schema.String,
  reason: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `${this.path} cannot be read as an agent: ${this.reason}`
  }
}

/**
 * The agent's files could not be written. What there was is there.
 *
 * @category errors
 */
export class NotWritable extends Schema.TaggedError<NotWritable>()("NotWritable", {
  path: Schema.String,
  /** The cause in the words of the system. */
  reason: Schema.String,
  /** False where the disk refused the cleaning up as well, so that the next call has to do it. */
  undone: Schema.Boolean
}) {
  override get message(): string {
    const rest = this.undone ? "everything is as it was before" : "the next call cleans up first"
    return `Could not write ${this.path}: ${this.reason} (${rest})`
  }
  get fix(): string {
    return "Make the folder writable and free some space, then repeat the same command."
  }
}

const refused = {
  /** What is wrong, one problem each, with the place in the answer. */
  issues: Schema.Array(Schema.String),
  /** Where the answer lies now, if it lay beside the checkpoint. */
  kept: Schema.optional(Schema.String)
}

const told = (
  what: string,
  { issues, kept }: { readonly issues: ReadonlyArray<string>; readonly kept?: string | undefined }
): string => [what, ...[...issues, ...movedTo(kept)].map((line) => `  ${line}`)].join("\n")

/**
 * The answer is not in a form in which answers come.
 *
 * @category errors
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", refused) {
  override get message(): string {
    return told("The answer cannot be read", this)
  }
  get fix(): string {
    return "Answer with the JSON of the content alone, as the request shows it."
  }
}

/**
 * The answer can be read, but its content breaks the rules.
 *
 * @category errors
 */
export class InvalidContent extends Schema.TaggedError<InvalidContent>()("InvalidContent", refused) {
  override get message(): string {
    return told("The answer's content breaks the rules", this)
  }
  get fix(): string {
    return "Correct what is named, and answer with the whole content again."
  }
}

/**
 * The answer's content is as it should be but for its boundaries.
 *
 * @category errors
 */
export class InvalidBoundaries extends Schema.TaggedError<InvalidBoundaries>()("InvalidBoundaries", refused) {
  override get message(): string {
    return told("The answer's boundaries break the rules", this)
  }
  get fix(): string {
    return "Give 5 to 7 rules with ✅ under ### ALWAYS, 5 to 7 with ❌ under ### NEVER, and 3 to 5 with ⚠️ under ### ASK."
  }
}

/**
 * Whoever should write the content has none.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoContent extends Schema.TaggedError<NoContent>()("NoContent", {
  reason: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `There is no content for the agent: ${this.reason}`
  }
}
