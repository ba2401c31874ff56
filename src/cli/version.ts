/**
 * The version of this package, and how it is installed. Tests compare both with `package.json`.
 *
 * @since 0.1.0
 */
export const version = "0.1.0"

/** For a project of one's own: with the packages it is built on, in the lines that it is made for. */
export const install =
  "npm install effect-cairn effect@3 @effect/platform@0.97 @effect/platform-node@0.108 @effect/cli@0.77"
