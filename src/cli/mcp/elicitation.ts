/**
 * A question as a form that a client of MCP can show to the person in front of it.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

interface Json {
  readonly [key: string]: unknown
}

/**
 * A form, and the answer that what was filled in comes to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Form {
  readonly requestedSchema: Json
  readonly answerOf: (content: unknown) => unknown
}

/**
 * The form for an answer of this JSON Schema. There is none for what is nested: forms have texts, numbers, choices and
 * yes or no.
 *
 * @category constructors
 * @since 0.1.0
 */
export const form = (schema: unknown): Option.Option<Form> => {
  const root = isJson(schema) ? schema : {}
  const whole = resolved(root, root)
  if (whole.type !== "object") {
    return Option.map(field(whole), (answer) => ({
      requestedSchema: { type: "object", properties: { answer }, required: ["answer"] },
      answerOf: (content) => isJson(content) ? content.answer : content
    }))
  }
  const properties = Object.entries(isJson(whole.properties) ? whole.properties : {})
  const fields = properties.map(([key, property]) =>
    Option.map(field(resolved(isJson(property) ? property : {}, root)), (field) => [key, field] as const)
  )
  return Option.map(
    Option.filter(Option.all(fields), (fields) => fields.length > 0),
    (fields) => ({
      requestedSchema: {
        type: "object",
        properties: Object.fromEntries(fields),
        required: Array.isArray(whole.required) ? whole.required : []
      },
      answerOf: (content) => content
    })
  )
}

/** What forms know of a field; the rest of its rules is for whoever judges the answer. */
const known = [
  "type",
  "title",
  "description",
  "default",
  "enum",
  "format",
  "minLength",
  "maxLength",
  "minimum",
  "maximum"
]
const types = ["string", "number", "integer", "boolean"]

const field = (schema: Json): Option.Option<Json> =>
  typeof schema.type === "string" && types.includes(schema.type)
    ? Option.some(Object.fromEntries(known.flatMap((key) => key in schema ? [[key, schema[key]]] : [])))
    : Option.none()

const resolved = (schema: Json, root: Json): Json => {
  const { $ref: reference, ...rest } = schema
  const name = typeof reference === "string" ? /^#\/\$defs\/(.*)$/.exec(reference)?.[1] : undefined
  const target = name === undefined || !isJson(root.$defs) ? undefined : root.$defs[name]
  return isJson(target) && !("$ref" in target) ? { ...target, ...rest } : rest
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
