/**
 * The one way in which a pipeline reads what a person named and writes into that person's tree.
 *
 * Nothing is written outside the root or through a link, a file is old or new and never half, a tree is placed as a
 * whole or not at all, and what a person made or changed is never overwritten. What this run wrote is known again
 * after a crash, so the same call, made again, completes what was interrupted and then writes nothing more.
 *
 * @since 0.1.0
 */
import { Context, type Effect, Schema } from "effect"
import { within } from "../pipeline/within.ts"

/**
 * The folder that everything should be written below cannot be used.
 *
 * @category errors
 * @since 0.1.0
 */
export class RootUnusable extends Schema.TaggedError<RootUnusable>()("RootUnusable", {
  root: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The folder to work in cannot be used: ${this.root}: ${this.reason}`
  }
  get fix(): string {
    return "Name an existing folder with --root, or make this one."
  }
}

/**
 * There is no file under the name that was given.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileNotFound extends Schema.TaggedError<FileNotFound>()("FileNotFound", {
  path: Schema.String
}) {
  override get message(): string {
    return `There is no file ${this.path}`
  }
  get fix(): string {
    return "Check the spelling, and the folder from which the path is read."
  }
}

/**
 * The name leads to something that is not a regular file: a folder, a pipe, a device.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileNotRegular extends Schema.TaggedError<FileNotRegular>()("FileNotRegular", {
  path: Schema.String,
  /** What it is instead, in words: `a folder`. */
  kind: Schema.String
}) {
  override get message(): string {
    return `${this.path} is ${this.kind}, not a file`
  }
  get fix(): string {
    return "Name a regular file."
  }
}

/**
 * The file holds more than the caller takes. Nothing of it was read.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileTooLarge extends Schema.TaggedError<FileTooLarge>()("FileTooLarge", {
  path: Schema.String,
  bytes: Schema.Number,
  limit: Schema.Number
}) {
  override get message(): string {
    return `${this.path} has ${this.bytes} bytes, ${this.limit} are the most that is read`
  }
  get fix(): string {
    return "Name a smaller file, or raise the limit."
  }
}

/**
 * The system refused to open or read the file.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileUnreadable extends Schema.TaggedError<FileUnreadable>()("FileUnreadable", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Could not read ${this.path}: ${this.reason}`
  }
  get fix(): string {
    return "Make the file readable for this user, then repeat the same command."
  }
}

/**
 * A path that must not be written to: it leaves the root, goes through a link, or is no portable file name.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnsafePath extends Schema.TaggedError<UnsafePath>()("UnsafePath", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Refused to write to "${this.path}": ${this.reason}`
  }
  get fix(): string {
    return "Change the name that this path comes from, or put a plain folder in the place of the link. Nothing was written."
  }
}

/**
 * Placing the tree would touch files that are not its own. Nothing was written.
 *
 * @category errors
 * @since 0.1.0
 */
export class TreeExists extends Schema.TaggedError<TreeExists>()("TreeExists", {
  /** The folder that the tree would own. */
  path: Schema.String,
  /** Whether that folder is there already, or only files of the tree that lie outside it and belong to someone else. */
  occupied: Schema.Literal("folder", "files"),
  /** The files that differ from what would be written, are missing, or would have to go. */
  differs: Schema.Array(Schema.String),
  /** Runs that began to place files below this root and were stopped before they had finished. */
  unfinished: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const shown = this.differs.slice(0, 5).map((file) => within(this.path, file)).join(", ")
    const more = this.differs.length > 5 ? ` and ${this.differs.length - 5} more` : ""
    return this.occupied === "folder"
      ? `${this.path} exists already and differs from what would be written (${shown}${more})`
      : `${this.path} cannot be placed, since files of others are in the way: ${shown}${more}`
  }
  get fix(): string {
    const replace = this.occupied === "folder"
      ? "Repeat the command with --force to replace what Cairn wrote and nobody changed; files that you made or changed are kept."
      : "Rename or remove these files; with --force they are kept and the rest is placed."
    const [first] = this.unfinished
    return first === undefined
      ? replace
      : `If run "${first}" was stopped in the middle, continue it. Otherwise: ${replace}`
  }
}

/**
 * A file is not the one that was read or planned for, so it was not overwritten.
 *
 * @category errors
 * @since 0.1.0
 */
export class FileChanged extends Schema.TaggedError<FileChanged>()("FileChanged", {
  path: Schema.String
}) {
  override get message(): string {
    return `${this.path} was changed by somebody else in the meantime and was not overwritten`
  }
  get fix(): string {
    return "Repeat the same command, which reads the file again. Nothing was written."
  }
}

/**
 * The disk refused a write. What this call had placed was removed again, and what it had replaced was restored.
 *
 * @category errors
 * @since 0.1.0
 */
export class WriteFailed extends Schema.TaggedError<WriteFailed>()("WriteFailed", {
  path: Schema.String,
  /** The cause in the words of the system: `ENOSPC: no space left on device`. */
  reason: Schema.String,
  /** False when the disk refused the cleaning up as well, so that the next call has to do it. */
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

/**
 * What a run did to a file: `unchanged` files were right already, `kept` ones belong to the user and were not touched.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Change = Schema.Literal("created", "replaced", "unchanged", "removed", "kept")

/**
 * @category schemas
 * @since 0.1.0
 */
export type Change = typeof Change.Type

/**
 * One file and what became of it. Size and hash are those of the file that is there now; of a removed one, those it had.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PlacedFile = Schema.Struct({
  /** Relative to the root, with `/`. */
  path: Schema.String,
  bytes: Schema.Number,
  sha256: Schema.String,
  change: Change,
  /** The change as a unified diff, in a dry run only. */
  diff: Schema.optionalWith(Schema.String, { exact: true })
})

/**
 * @category schemas
 * @since 0.1.0
 */
export type PlacedFile = typeof PlacedFile.Type

/**
 * What placing a tree came to: its files in their order, then the removed and the kept ones by name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Placed = Schema.Struct({
  owner: Schema.String,
  files: Schema.Array(PlacedFile)
})

/**
 * @category schemas
 * @since 0.1.0
 */
export type Placed = typeof Placed.Type

/**
 * Files that are placed together or not at all.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tree {
  /** The folder that belongs to the tree, relative to the root. It also holds the manifest, `.cairn-manifest.json`. */
  readonly owner: string
  /** Paths are relative to the root, with `/`; they may lie outside the owner folder. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly content: string }>
  /** Whether an existing folder is brought up to date, where the files in it are ours and nobody changed them. */
  readonly replace: boolean
  /** Takes out what may differ between two equal files, such as the time of writing. It must be pure. */
  readonly sameBut?: (content: string) => string
}

/**
 * New content for a file that was read, or for one that is not there; `null` for a file that goes. One that is gone
 * already needs nothing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Revision {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly content: string | null
  /** The hash that `read` gave, or `absent`, which is also meant when it is left out. */
  readonly expected?: string | undefined
}

/**
 * The content of a file and the hash that `write` takes as `expected`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReadFile {
  readonly bytes: Uint8Array
  readonly sha256: string
}

/**
 * Whether a placing left everything as it was.
 *
 * @category guards
 * @since 0.1.0
 */
export const isUnchanged = (placed: Pick<Placed, "files">): boolean =>
  placed.files.every((file) => file.change === "unchanged" || file.change === "kept")

/**
 * The one way to write into the tree of a user: below a root, whole files or none, and nothing over what somebody else wrote.
 *
 * @category services
 * @since 0.1.0
 */
export class Workspace extends Context.Tag("effect-cairn/layers/Workspace")<Workspace, {
  /** The absolute path below which everything is written, with its links resolved. */
  readonly root: string
  /**
   * Reads a regular file that a person named: absolute or relative to the root, wherever it or its links lead. Its
   * size is checked before it is read, and nothing but a regular file is read, so that no name can hang or fill memory.
   */
  readonly read: (
    path: string,
    options: { readonly limit: number }
  ) => Effect.Effect<ReadFile, FileNotFound | FileNotRegular | FileTooLarge | FileUnreadable>
  /**
   * What stands for the content of a file in a step's digest: its sha256, `missing`, or `unreadable`; above 64 MiB its
   * size. Of a file that this very run wrote and nobody changed since, it is what it was before that write.
   */
  readonly fingerprint: (path: string) => Effect.Effect<string>
  /**
   * Makes the files be there as a whole: all of them are durable, or none. A folder that is right already is left
   * alone, and another one that exists is refused unless `replace` is given or this same run placed it. Each `change`
   * in the result tells what this run did, also when an earlier call of the run did it and was not recorded.
   */
  readonly place: (tree: Tree) => Effect.Effect<Placed, UnsafePath | TreeExists | FileChanged | WriteFailed>
  /**
   * Writes files that lie where they belong: all of them, or none. A file that nobody read is never overwritten, and
   * what this run wrote itself counts as what it had read before.
   */
  readonly write: (
    files: ReadonlyArray<Revision>
  ) => Effect.Effect<ReadonlyArray<PlacedFile>, UnsafePath | FileChanged | WriteFailed>
  /** Whether every file that was written or right is still there. One that was changed since is there, and theirs. */
  readonly holds: (placed: Pick<Placed, "files">) => Effect.Effect<boolean>
  /** The paths of those that are there and were changed since, for telling a person that they are kept. */
  readonly changed: (placed: Pick<Placed, "files">) => Effect.Effect<ReadonlyArray<string>>
}>() {}
