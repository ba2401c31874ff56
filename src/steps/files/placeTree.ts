/**
 * Places a folder of documents, all or nothing.
 *
 * @since 0.1.0
 */
import { Context, Effect, Schema } from "effect"
import { FileChanged, isUnchanged, Placed, UnsafePath, Workspace, WriteFailed } from "../../layers/Workspace.ts"
import * as Step from "../../pipeline/Step.ts"
import { within } from "../../pipeline/within.ts"

/**
 * Whether a folder that exists is brought up to date. Files that a person made or changed are kept even then.
 *
 * @category services
 * @since 0.1.0
 */
export class Replace extends Context.Reference<Replace>()("effect-cairn/steps/files/Replace", {
  defaultValue: () => false
}) {}

/**
 * The folder of the feature is there already, and is not what would be written.
 *
 * @category errors
 * @since 0.1.0
 */
export class FeatureExists extends Schema.TaggedError<FeatureExists>()("FeatureExists", {
  path: Schema.String,
  differs: Schema.Array(Schema.String),
  /** In the way are files of others, not the folder. */
  others: Schema.Boolean,
  /** Runs that were stopped while they placed files here. */
  unfinished: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const shown = this.differs.slice(0, 5).map((file) => within(this.path, file)).join(", ")
    const more = this.differs.length > 5 ? ` and ${this.differs.length - 5} more` : ""
    return this.others
      ? `${this.path} cannot be placed, since files of others are in the way: ${shown}${more}`
      : `${this.path} exists already and differs from what would be written (${shown}${more})`
  }
  get fix(): string {
    const [run] = this.unfinished
    if (run !== undefined) return `A run was stopped while it wrote here; let it finish: cairn resume ${run}`
    return this.others
      ? "Rename or remove these files, or repeat the command with --force: they are kept, and the rest is placed."
      : "Repeat the command with --force: what Cairn wrote is replaced, and files that you made or changed are kept."
  }
}

/** The times in a document say nothing about whether it is up to date. */
const withoutTimes = (content: string): string => content.replace(/^(created|updated): .*$/gm, "$1:")

/**
 * Puts documents below the root. A folder that is equal but for its times is left alone.
 *
 * @category steps
 * @since 0.1.0
 */
export const placeTree = Step.make("place-tree", {
  title: "Placing the files",
  writes: true,
  input: Schema.Struct({
    owner: Schema.String,
    files: Schema.Array(Schema.Struct({ path: Schema.String, content: Schema.String }))
  }),
  success: Placed,
  failure: Schema.Union(FeatureExists, UnsafePath, FileChanged, WriteFailed),
  holds: (placed) => Effect.flatMap(Workspace, (workspace) => workspace.holds(placed)),
  run: ({ files, owner }) =>
    Effect.gen(function*() {
      const workspace = yield* Workspace
      const replace = yield* Replace
      return yield* workspace.place({ owner, files, replace, sameBut: withoutTimes }).pipe(
        Effect.catchTag("TreeExists", ({ differs, occupied, path, unfinished }) =>
          new FeatureExists({ path, differs, others: occupied === "files", unfinished }))
      )
    }),
  summary: (placed) => {
    if (isUnchanged(placed)) return "nothing to do, all files are as they should be"
    const counts = new Map<string, number>()
    for (const { change } of placed.files) counts.set(change, (counts.get(change) ?? 0) + 1)
    const all = [...counts].map(([change, count]) => `${count} ${change}`).join(", ")
    return placed.files.some(({ diff }) => diff !== undefined) ? `nothing written; it would be: ${all}` : all
  }
})
