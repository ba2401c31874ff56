/**
 * A schema as JSON Schema for people, agents and clients elsewhere.
 *
 * @since 0.1.0
 */
import { JSONSchema, type Schema } from "effect"

/**
 * The JSON Schema of what is given for a schema: its encoded side.
 *
 * @category conversions
 * @since 0.1.0
 */
export const make = (schema: Schema.Schema.AnyNoContext): { readonly [key: string]: unknown } => ({
  ...portable(JSONSchema.make(schema))
})

/**
 * Several of them in one document, which holds what they refer to under `$defs`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const parts = (
  schemas: ReadonlyArray<Schema.Schema.AnyNoContext>
): { readonly parts: ReadonlyArray<{ readonly [key: string]: unknown }>; readonly definitions: object } => {
  const definitions: Record<string, JSONSchema.JsonSchema7> = {}
  const parts = schemas.map(({ ast }) =>
    portable(JSONSchema.fromAST(ast, { definitions, topLevelReferenceStrategy: "skip" }))
  )
  return { parts, definitions: portable(definitions) }
}

/** Without the names by which Effect knows its own schemas again: elsewhere they are taken for the address of another. */
const portable = (schema: object): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== "$id" || typeof value !== "string" || !value.startsWith("/schemas/"))
      .map(([key, value]) => [key, portableValue(value)])
  )

const portableValue = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(portableValue)
    : typeof value === "object" && value !== null
    ? portable(value)
    : value
