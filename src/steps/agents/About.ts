/**
 * What is known of an agent before content is written for it.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { BoundarySet } from "./boundarySets.ts"

/**
 * What whoever writes the content is told of the agent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const About = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  /** The paths of all templates of its folder. */
  templates: Schema.Array(Schema.String),
  /** Those that its name fits. */
  related: Schema.Array(Schema.String),
  /** The boundaries of its kind. */
  set: BoundarySet,
  /** The absolute paths of what is worth reading: the agent's file, and templates. */
  files: Schema.Array(Schema.String)
})
export type About = typeof About.Type
