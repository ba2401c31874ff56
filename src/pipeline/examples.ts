/**
 * Values that a JSON Schema describes, made without any chance: what a request shows where its question has no example.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

interface Json {
  readonly [key: string]: unknown
}

/** How to choose where the schema leaves a choice. */
interface Choices {
  readonly text: string
  readonly number: number
  /** Whether properties that may be left out are there. */
  readonly whole: boolean
}

/**
 * Gives values that probably fit, the fullest first. A schema says less than its checks do, and a pattern cannot be
 * turned round, so that each has to be judged.
 *
 * @category constructors
 * @since 0.1.0
 */
export const examples = (schema: unknown): ReadonlyArray<unknown> => {
  const root = isJson(schema) ? schema : {}
  const made = [true, false].flatMap((whole) =>
    texts.flatMap((text, index) => Option.toArray(valueOf(root, { text, number: index + 1, whole }, root, [])))
  )
  return [...new Map(made.map((value) => [JSON.stringify(value), value])).values()]
}

/** Words of the forms that a text most often has to have. */
const texts = ["text", "1", "2026-01-31", "2026-01-31T12:00:00.000Z", "true", "TEXT", "a@example.com", "a", "#000000"]

const valueOf = (
  schema: Json,
  choices: Choices,
  root: Json,
  references: ReadonlyArray<string>
): Option.Option<unknown> => {
  const within = (part: unknown, through = references): Option.Option<unknown> =>
    valueOf(isJson(part) ? part : {}, choices, root, through)

  const [given] = listOf(schema.examples)
  if (given !== undefined) return Option.some(given)
  if (schema.default !== undefined) return Option.some(schema.default)
  if (typeof schema.$ref === "string") {
    const { $ref: reference, ...rest } = schema
    // What is part of itself ends here: its lists are empty, and what may be left out is.
    if (references.includes(reference)) return Option.none()
    const target = referred(reference, root)
    return within(isJson(target) ? { ...target, ...rest } : rest, [...references, reference])
  }
  if ("const" in schema) return Option.some(schema.const)
  if (Array.isArray(schema.enum)) return Option.fromNullable(listOf(schema.enum)[0])
  const either = [...listOf(schema.anyOf), ...listOf(schema.oneOf)]
  if (either.length > 0) return Option.firstSomeOf(either.map((part) => within(part)))

  switch (schema.type) {
    case "string":
      return textOf(schema, choices)
    case "integer":
    case "number":
      return numberOf(schema, choices)
    case "boolean":
      return Option.some(true)
    case "null":
      return Option.some(null)
    case "array": {
      const fixed = listOf(schema.items)
      if (Array.isArray(schema.items)) return Option.all(fixed.map((part) => within(part)))
      const least = amount(schema.minItems) ?? 0
      const count = Math.min(Math.max(1, least), amount(schema.maxItems) ?? Infinity)
      return Option.match(within(schema.items), {
        onNone: () => least === 0 ? Option.some([]) : Option.none(),
        onSome: (item) => count > 100 ? Option.none() : Option.some(Array.from({ length: count }, () => item))
      })
    }
    case "object":
      return objectOf(schema, choices, within)
    default:
      return Option.some(choices.text)
  }
}

const objectOf = (
  schema: Json,
  choices: Choices,
  within: (part: unknown) => Option.Option<unknown>
): Option.Option<Json> => {
  const required = new Set(listOf(schema.required))
  const properties = Object.entries(isJson(schema.properties) ? schema.properties : {})
  const made: Array<readonly [string, unknown]> = []
  for (const [key, property] of properties) {
    if (!choices.whole && !required.has(key)) continue
    const value = within(property)
    if (Option.isSome(value)) made.push([key, value.value])
    else if (required.has(key)) return Option.none()
  }
  const [more] = isJson(schema.additionalProperties)
    ? [schema.additionalProperties]
    : Object.values(isJson(schema.patternProperties) ? schema.patternProperties : {})
  const other = choices.whole && more !== undefined ? Option.toArray(within(more)) : []
  return Option.some(Object.fromEntries([...made, ...other.map((value) => [choices.text, value] as const)]))
}

const textOf = (schema: Json, { text }: Choices): Option.Option<string> => {
  const all = [schema, ...listOf(schema.allOf).filter(isJson)]
  const patterns = all.flatMap(({ pattern }) => typeof pattern === "string" ? Option.toArray(expression(pattern)) : [])
  const least = Math.max(0, ...all.map(({ minLength }) => amount(minLength) ?? 0))
  const most = Math.min(...all.map(({ maxLength }) => amount(maxLength) ?? Infinity))
  if (least > 10_000) return Option.none()
  return Option.fromNullable(
    [text, ...texts]
      .map((text) => text.repeat(Math.max(1, Math.ceil(least / text.length))).slice(0, most))
      .find((text) => patterns.every((pattern) => pattern.test(text)))
  )
}

/** What another implementation wrote may be no expression here. */
const expression: (pattern: string) => Option.Option<RegExp> = Option.liftThrowable((pattern) => new RegExp(pattern))

const numberOf = (schema: Json, { number }: Choices): Option.Option<number> => {
  const all = [schema, ...listOf(schema.allOf).filter(isJson)]
  const step = Math.max(...all.map(({ multipleOf }) => amount(multipleOf) ?? 0)) || 1
  const least = Math.max(
    ...all.map(({ exclusiveMinimum, minimum }) =>
      Math.max(amount(minimum) ?? -Infinity, (amount(exclusiveMinimum) ?? -Infinity) + step)
    )
  )
  const most = Math.min(
    ...all.map(({ exclusiveMaximum, maximum }) =>
      Math.min(amount(maximum) ?? Infinity, (amount(exclusiveMaximum) ?? Infinity) - step)
    )
  )
  const wanted = Math.min(Math.max(number * step, least), most)
  return Option.filter(Option.some(Math.round(wanted / step) * step), Number.isFinite)
}

/** What a reference leads to; what stands beside it says more of the same value. */
const referred = (reference: string, root: Json): unknown =>
  reference.replace(/^#\//, "").split("/").reduce<unknown>(
    (part, key) =>
      isJson(part) && Object.hasOwn(part, key) ? part[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined,
    root
  )

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
const amount = (value: unknown): number | undefined => typeof value === "number" ? value : undefined
