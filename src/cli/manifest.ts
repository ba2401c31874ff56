/**
 * What this package says of itself: for which Node and which packages beside it it is made.
 *
 * @since 0.1.0
 */
import { Option, Schema } from "effect"
import { createRequire } from "node:module"

const Manifest = Schema.Struct({
  version: Schema.String,
  engines: Schema.Struct({ node: Schema.String }),
  dependencies: Schema.Struct({ jiti: Schema.String }),
  devDependencies: Schema.Struct({ "@types/node": Schema.String, typescript: Schema.String }),
  peerDependencies: Schema.Record({ key: Schema.String, value: Schema.String })
})

/**
 * @category models
 * @since 0.1.0
 */
export type Manifest = typeof Manifest.Type

/**
 * The `package.json` of this package; none where its code was put into a bundle elsewhere.
 *
 * @category accessors
 * @since 0.1.0
 */
export const read = (): Option.Option<Manifest> =>
  Option.flatMap(
    Option.liftThrowable((): unknown => createRequire(import.meta.url)("effect-cairn/package.json"))(),
    Schema.decodeUnknownOption(Manifest)
  )
