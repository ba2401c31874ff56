/**
 * The JSON Schema that a model is asked to keep, and the way back from what it then says.
 *
 * Models that can be held to a schema take only a part of JSON Schema: an object at the top, every key required, no key
 * besides. What may be left out is therefore null on the wire, and what is no object stands under `answer`. Everything
 * that this cannot say is left to whoever judges the answer.
 *
 * @since 0.1.0
 */
import { JSONSchema, Option, type Schema } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface Wire {
  readonly schema: Node
  /** Whether a model can be held to the letter of the schema. */
  readonly isStrict: boolean
  /** The JSON of the answer that JSON on the wire stands for. An answer as it would be without a wire is taken too. */
  readonly read: (json: unknown) => unknown
}

/**
 * A JSON Schema, or a part of one.
 *
 * @category models
 * @since 0.1.0
 */
export type Node = Readonly<Record<string, unknown>>

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, I>(answer: Schema.Schema<A, I>): Wire => {
  const whole = toNode(JSONSchema.make(answer))
  const definitions = toNode(whole["$defs"])
  const meant = resolved(whole, definitions)
  const isWrapped = meant["type"] !== "object"
  const strictOnes = Option.all(mapped(definitions, strict))
  const top = isWrapped ? envelope(without(whole, "$schema", "$defs")) : meant
  const held = Option.all([strict(top), strictOnes])
  return {
    schema: Option.match(held, {
      onNone: () => assembled(top, definitions),
      onSome: ([top, definitions]) => assembled(top, definitions)
    }),
    isStrict: Option.isSome(held),
    read: (json) => pruned(whole, definitions, isWrapped ? unwrapped(json) : json)
  }
}

/** Whether the answer is a text, which needs no JSON around it. */
export const isText = <A, I>(answer: Schema.Schema<A, I>): boolean => {
  const whole = toNode(JSONSchema.make(answer))
  return resolved(whole, toNode(whole["$defs"]))["type"] === "string"
}

const key = "answer"

const envelope = (inside: Node): Node => ({
  type: "object",
  required: [key],
  properties: { [key]: inside },
  additionalProperties: false
})

const unwrapped = (json: unknown): unknown =>
  isNode(json) && Object.keys(json).length === 1 && Object.hasOwn(json, key) ? json[key] : json

const assembled = (top: Node, definitions: Node): Node =>
  Object.keys(definitions).length === 0 ? top : { ...top, $defs: definitions }

/** The part of a schema that every model can be held to, where it has one that says the same. */
const strict = (node: Node): Option.Option<Node> => {
  const described = typeof node["description"] === "string" ? { description: node["description"] } : {}
  if (typeof node["$ref"] === "string") return Option.some({ $ref: node["$ref"] })
  const anyOf = toNodes(node["anyOf"])
  if (anyOf.length > 0) {
    return Option.map(Option.all(anyOf.map(strict)), (anyOf) => ({ ...described, anyOf }))
  }
  switch (node["type"]) {
    case "object": {
      if (node["additionalProperties"] !== false || node["patternProperties"] !== undefined) return Option.none()
      const properties = toNode(node["properties"])
      const isRequired = requiredIn(node)
      return Option.map(
        Option.all(
          mapped(
            properties,
            (property, name) =>
              Option.map(
                strict(property),
                (property) => isRequired(name) ? property : { anyOf: [property, { type: "null" }] }
              )
          )
        ),
        (properties) => ({
          ...described,
          type: "object",
          required: Object.keys(properties),
          properties,
          additionalProperties: false
        })
      )
    }
    case "array":
      return isNode(node["items"])
        ? Option.map(strict(node["items"]), (items) => ({ ...described, type: "array", items }))
        : Option.none()
    case "string":
    case "number":
    case "integer":
    case "boolean":
    case "null":
      return Option.some({
        ...described,
        type: node["type"],
        ...(Array.isArray(node["enum"]) ? { enum: node["enum"] } : {})
      })
    default:
      return Option.none()
  }
}

/** Without the nulls that stand for what was left out. */
const pruned = (schema: Node, definitions: Node, json: unknown): unknown => {
  const node = resolved(schema, definitions)
  if (Array.isArray(json)) {
    const items = branches(node, definitions).find(({ type }) => type === "array")?.["items"]
    return isNode(items) ? json.map((item) => pruned(items, definitions, item)) : json
  }
  if (!isNode(json)) return json
  const object = branches(node, definitions).find((branch) => branch["type"] === "object" && isLike(branch, json))
  if (object === undefined) return json
  const properties = toNode(object["properties"])
  const isRequired = requiredIn(object)
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : object["additionalProperties"]
      if (!isNode(property)) return [[name, value]]
      const isLeftOut = value === null && Object.hasOwn(properties, name) && !isRequired(name) &&
        !branches(property, definitions).some(({ type }) => type === "null" || type === undefined)
      return isLeftOut ? [] : [[name, pruned(property, definitions, value)]]
    })
  )
}

/** Whether an object could be what a branch of a union describes: what it must hold is there, as one of its choices. */
const isLike = (branch: Node, json: Node): boolean => {
  const properties = toNode(branch["properties"])
  return toNames(branch["required"]).every((name) => {
    const choices = toNode(properties[name])["enum"]
    return Object.hasOwn(json, name) && (!Array.isArray(choices) || choices.includes(json[name]))
  })
}

const branches = (node: Node, definitions: Node): ReadonlyArray<Node> => {
  const meant = resolved(node, definitions)
  const anyOf = toNodes(meant["anyOf"])
  return anyOf.length === 0 ? [meant] : anyOf.flatMap((branch) => branches(branch, definitions))
}

const resolved = (node: Node, definitions: Node): Node => {
  const ref = node["$ref"]
  const name = typeof ref === "string" ? decodeURIComponent(ref.replace(/^#\/\$defs\//, "")) : undefined
  return name !== undefined && isNode(definitions[name]) ? resolved(definitions[name], definitions) : node
}

const requiredIn = (node: Node): (name: string) => boolean => {
  const names = new Set(toNames(node["required"]))
  return (name) => names.has(name)
}

const mapped = <B>(nodes: Node, f: (node: Node, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, f(toNode(node), name)]))

const without = (node: Node, ...names: ReadonlyArray<string>): Node =>
  Object.fromEntries(Object.entries(node).filter(([name]) => !names.includes(name)))

const isNode = (json: unknown): json is Node => typeof json === "object" && json !== null && !Array.isArray(json)

const toNode = (json: unknown): Node => isNode(json) ? json : {}

const toNodes = (json: unknown): ReadonlyArray<Node> => Array.isArray(json) ? json.filter(isNode) : []

const toNames = (json: unknown): ReadonlyArray<string> =>
  Array.isArray(json) ? json.filter((name) => typeof name === "string") : []
