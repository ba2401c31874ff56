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
 * The form for an answer of this JSON Schema. Forms have texts, numbers, choices and yes or no: a list of texts is a text
 * with commas in it, and there is no form for what is nested deeper.
 *
 * @category constructors
 * @since 0.1.0
 */
export const form = (schema: unknown): Option.Option<Form> => {
  const root = isJson(schema) ? schema : {}
  const whole = resolved(root, root)
  if (whole.type !== "object") {
    return Option.map(field(whole), ({ shown, valueOf }) => ({
      requestedSchema: { type: "object", properties: { answer: shown }, required: ["answer"] },
      answerOf: (content) => valueOf(isJson(content) ? content.answer : content)
    }))
  }
  const required: ReadonlyArray<unknown> = Array.isArray(whole.required) ? whole.required : []
  const properties = Object.entries(isJson(whole.properties) ? whole.properties : {})
  const fields = Option.all(
    properties.map(([key, property]) =>
      Option.map(field(resolved(isJson(property) ? property : {}, root)), (field) => [key, field] as const)
    )
  )
  return Option.map(Option.filter(fields, (fields) => fields.length > 0), (fields) => ({
    requestedSchema: {
      type: "object",
      properties: Object.fromEntries(fields.map(([key, { shown }]) => [key, shown])),
      required
    },
    answerOf: (content) =>
      isJson(content)
        ? Object.fromEntries(
          fields.flatMap(([key, { valueOf }]) =>
            // A text that was left empty was left out, where that may be.
            content[key] === undefined || (content[key] === "" && !required.includes(key))
              ? []
              : [[key, valueOf(content[key])]]
          )
        )
        : content
  }))
}

/** A field as a form has it, and what is filled in as the answer has it. */
interface Field {
  readonly shown: Json
  readonly valueOf: (content: unknown) => unknown
}

/** What forms know of a field; the rest of its rules is for whoever judges the answer. */
const known = ["type", "title", "description", "default", "enum", "minLength", "maxLength", "minimum", "maximum"]
const formats = ["email", "uri", "date", "date-time"]
const types = ["string", "number", "integer", "boolean"]

const field = (schema: Json): Option.Option<Field> => {
  if (schema.type === "array") {
    const items = isJson(schema.items) ? schema.items : {}
    return items.type === "string" ? Option.some({ shown: listed(schema, items), valueOf: split }) : Option.none()
  }
  // One of these, or another text.
  const options = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isJson) : []
  if (options.length > 0 && options.every(({ type }) => type === "string")) {
    const choices = options.flatMap((option) => Array.isArray(option.enum) ? option.enum : [])
    return Option.some({
      shown: { ...picked(schema), type: "string", ...described(schema, "One of", choices, ", or something else") },
      valueOf: (content) => content
    })
  }
  return typeof schema.type === "string" && types.includes(schema.type)
    ? Option.some({ shown: picked(schema), valueOf: (content) => content })
    : Option.none()
}

const picked = (schema: Json): Json =>
  Object.fromEntries([
    ...known.flatMap((key) => key in schema ? [[key, schema[key]] as const] : []),
    ...(formats.some((format) => format === schema.format) ? [["format", schema.format] as const] : [])
  ])

const listed = (schema: Json, items: Json): Json => {
  const { default: usual, description, title } = schema
  return {
    type: "string",
    ...(title === undefined ? {} : { title }),
    ...described({ description }, "Several, with commas between them", Array.isArray(items.enum) ? items.enum : [], ""),
    ...(Array.isArray(usual) ? { default: usual.join(", ") } : {})
  }
}

const described = ({ description }: Json, how: string, choices: ReadonlyArray<unknown>, end: string): Json => ({
  description: [
    ...(typeof description === "string" ? [description] : []),
    choices.length === 0 ? `${how}${end}` : `${how}: ${choices.join(", ")}${end}`
  ].join("\n")
})

const split = (content: unknown): unknown =>
  typeof content === "string"
    ? content.split(",").map((item) => item.trim()).filter((item) => item !== "")
    : content

const resolved = (schema: Json, root: Json): Json => {
  const { $ref: reference, ...rest } = schema
  const name = typeof reference === "string" ? /^#\/\$defs\/(.*)$/.exec(reference)?.[1] : undefined
  const target = name === undefined || !isJson(root.$defs) ? undefined : root.$defs[name]
  return isJson(target) && !("$ref" in target) ? { ...target, ...rest } : rest
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
