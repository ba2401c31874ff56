/**
 * What can be wrong with a review task or its report. Each names the file, or the place in it, and the way on.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

const Report = { report: Schema.String }

/**
 * The file of the task is not what a task is.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidTask extends Schema.TaggedError<InvalidTask>()("InvalidTask", {
  where: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.where}: ${this.reason}`
  }
  get fix(): string {
    return "A task is JSON with a text \"id\" and \"title\", such as {\"id\": \"TASK-REV-1\", \"title\": \"Review the login\"}; or give --id and --title."
  }
}

/**
 * The report cannot be read.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReportNotFound extends Schema.TaggedError<ReportNotFound>()("ReportNotFound", {
  ...Report,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.report}: ${this.reason}`
  }
  get fix(): string {
    return "Name the markdown file of the review."
  }
}

/**
 * The report is not UTF-8 text.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReportNotText extends Schema.TaggedError<ReportNotText>()("ReportNotText", {
  ...Report,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.report} is not a text: ${this.reason}`
  }
  get fix(): string {
    return "Save the report as UTF-8 markdown."
  }
}

/**
 * There is nothing in the report.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReportEmpty extends Schema.TaggedError<ReportEmpty>()("ReportEmpty", Report) {
  override get message(): string {
    return `${this.report} holds nothing that can be seen`
  }
  get fix(): string {
    return "Write the review into it, with a section \"## Recommendations\", then repeat the command."
  }
}

/**
 * The report, or what would be made of it, is larger than it may be.
 *
 * @category errors
 * @since 0.1.0
 */
export class ReportTooLarge extends Schema.TaggedError<ReportTooLarge>()("ReportTooLarge", {
  ...Report,
  /** The file, or what would be made of it. */
  what: Schema.String,
  /** In bytes. */
  limit: Schema.Number
}) {
  override get message(): string {
    return `${this.report}: ${this.what} would take more than ${this.limit} bytes`
  }
  get fix(): string {
    return `Keep the report to its findings and recommendations, or split it.${
      this.what === "the file" ? " A larger file is read with --max-bytes." : ""
    }`
  }
}

/**
 * The report has no section with recommendations.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoRecommendations extends Schema.TaggedError<NoRecommendations>()("NoRecommendations", {
  ...Report,
  accepted: Schema.Array(Schema.String),
  /** The heading of the report that comes closest, with its line. */
  nearest: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return `${this.report} has no section with recommendations` +
      (this.nearest === null ? "" : ` (the nearest heading is ${this.nearest})`)
  }
  get fix(): string {
    return `Give the report a section with one of these headings, and a list in it: ${this.accepted.join(", ")}`
  }
}

/**
 * The section with recommendations lists none.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoSubtasks extends Schema.TaggedError<NoSubtasks>()("NoSubtasks", {
  ...Report,
  section: Schema.String
}) {
  override get message(): string {
    return `${this.report}: the section "${this.section}" lists nothing`
  }
  get fix(): string {
    return "Write the recommendations as a list (1. … or - …), or as a table with a column \"Recommendation\", \"Action\" or \"Task\", then repeat the command."
  }
}

/**
 * An id could not be the name of a file, or is that of another one where case does not count.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnsafeIdentifier extends Schema.TaggedError<UnsafeIdentifier>()("UnsafeIdentifier", {
  ...Report,
  id: Schema.String,
  line: Schema.Number,
  /** The line with an id that many file systems take for the same one, if that is what is wrong. */
  sameAs: Schema.NullOr(Schema.Number)
}) {
  override get message(): string {
    const id = JSON.stringify(this.id.slice(0, 100))
    return `${this.report}, line ${this.line}: ${
      this.sameAs === null
        ? `${id} cannot be an identifier, since it becomes part of file names`
        : `${id} differs from the identifier on line ${this.sameAs} only in upper and lower case`
    }`
  }
  get fix(): string {
    return this.sameAs === null
      ? "Use up to 64 letters, digits, \".\", \"_\" and \"-\", without \"..\"."
      : "Give one of them another identifier, or the same file would be meant by both on many systems."
  }
}

/**
 * A task depends on one that is not there.
 *
 * @category errors
 * @since 0.1.0
 */
export class DependencyUnknown extends Schema.TaggedError<DependencyUnknown>()("DependencyUnknown", {
  ...Report,
  id: Schema.String,
  dependency: Schema.String
}) {
  override get message(): string {
    return `${this.report}: dependency '${this.dependency}' does not exist (needed by ${this.id})`
  }
  get fix(): string {
    return "Correct the column of dependencies in the report: it holds ids of other rows."
  }
}

/**
 * Tasks depend on each other in a circle.
 *
 * @category errors
 * @since 0.1.0
 */
export class DependencyCycle extends Schema.TaggedError<DependencyCycle>()("DependencyCycle", {
  ...Report,
  /** The ids on the way, the first one again at the end. */
  cycle: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const { cycle } = this
    const shown = cycle.length <= 10
      ? cycle
      : [...cycle.slice(0, 5), `… ${cycle.length - 9} more …`, ...cycle.slice(-4)]
    return `${this.report}: these tasks wait for each other: ${shown.join(" → ")}`
  }
  get fix(): string {
    return "Remove one of these dependencies from the report."
  }
}
