/**
 * What can be wrong with the files of a template's settings.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import * as Validation from "../../pipeline/Validation.ts"

/**
 * There are no settings to begin from.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConfigNotFound extends Schema.TaggedError<ConfigNotFound>()("ConfigNotFound", {
  path: Schema.String
}) {
  override get message(): string {
    return `There are no saved settings: ${this.path} does not exist`
  }
  get fix(): string {
    return "Name the folder that holds them with --path, or leave out --from-config to begin anew."
  }
}

/**
 * The settings are no JSON, or not of the right shape.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConfigCorrupt extends Schema.TaggedError<ConfigCorrupt>()("ConfigCorrupt", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.path} cannot be read: ${this.reason}`
  }
  get fix(): string {
    return "Correct the file, or leave out --from-config to begin anew. It was not changed."
  }
}

/**
 * Settings do not keep the rules. All problems are named.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  path: Schema.String,
  issues: Schema.Array(Validation.Issue)
}) {
  override get message(): string {
    const count = this.issues.length
    return `${this.path} has ${count} problem${count === 1 ? "" : "s"}:\n${
      this.issues.map(({ message, path }) => `  ${path === undefined ? "" : `${path}: `}${message}`).join("\n")
    }`
  }
  get fix(): string {
    return "Correct what is named in the file, or leave out --from-config to begin anew. It was not changed."
  }
}

/**
 * The disk refused the settings. Every answer is kept.
 *
 * @category errors
 * @since 0.1.0
 */
export class SaveFailed extends Schema.TaggedError<SaveFailed>()("SaveFailed", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The settings could not be saved in ${this.path}: ${this.reason}. Every answer is kept`
  }
  get fix(): string {
    return "Make the folder writable or free some space, then repeat the command: it goes on with saving."
  }
}
