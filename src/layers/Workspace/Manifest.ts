/**
 * What was placed in a folder and by which run, kept in the folder itself: a file is ours while its hash is the one
 * noted here.
 *
 * A manifest lies in the user's tree, so anybody may have written it: nothing in it is believed without looking.
 *
 * @since 0.1.0
 */
import { type Option, Schema } from "effect"
import type { Change } from "../Workspace.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const manifestName = ".cairn-manifest.json"

/**
 * A file as a run left it. `previous` is its hash before that run wrote to it, or `null` if there was none.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Entry = Schema.Struct({
  path: Schema.String,
  sha256: Schema.String,
  previous: Schema.NullOr(Schema.String)
})

/**
 * @category schemas
 * @since 0.1.0
 */
export type Entry = typeof Entry.Type

/**
 * @category schemas
 * @since 0.1.0
 */
export const Manifest = Schema.Struct({
  format: Schema.Literal("cairn.manifest/1"),
  /** The run that placed this, or `null` outside a run. */
  run: Schema.NullOr(Schema.String),
  /** The files that are ours. */
  files: Schema.Array(Entry),
  /** The files that this run removed. */
  removed: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String, bytes: Schema.Number }))
})

/**
 * @category schemas
 * @since 0.1.0
 */
export type Manifest = typeof Manifest.Type

const Text = Schema.parseJson(Manifest, { space: 2 })
const decodeText = Schema.decodeUnknownOption(Text)
const encodeText = Schema.encodeSync(Text)

/**
 * Reads a manifest; one that is none, or of a newer format, makes nothing ours.
 *
 * @category combinators
 * @since 0.1.0
 */
export const decode = (content: string): Option.Option<Manifest> => decodeText(content)

/**
 * @category combinators
 * @since 0.1.0
 */
export const encode = (manifest: Manifest): string => `${encodeText(manifest)}\n`

/**
 * What the run did to a file, from its hashes before and after.
 *
 * @category combinators
 * @since 0.1.0
 */
export const changeOf = (entry: Entry): Change =>
  entry.previous === null ? "created" : entry.previous === entry.sha256 ? "unchanged" : "replaced"
