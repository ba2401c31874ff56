/**
 * What a command line needs to know about the fields of an input or settings schema, and reads from their annotations.
 *
 * Everything else comes from the schema itself: names, descriptions, choices, defaults, what may be left out.
 *
 * @since 0.1.0
 */
import { Option, Schema, SchemaAST as AST } from "effect"
import { hasSecret } from "./Codec.ts"
import { layersOf, type Struct, structOf, type Tagged, taggedOf } from "./structs.ts"

const Argument: unique symbol = Symbol.for("effect-cairn/Field/argument")
const Path: unique symbol = Symbol.for("effect-cairn/Field/path")
const Env: unique symbol = Symbol.for("effect-cairn/Field/env")
const Alias: unique symbol = Symbol.for("effect-cairn/Field/alias")
const Unrecorded: unique symbol = Symbol.for("effect-cairn/Field/unrecorded")

/**
 * The field is given by its place on the command line, not by an option. Several stand in the order of the struct.
 *
 * @example
 * ```ts
 * import { Schema } from "effect"
 * import { Field } from "effect-cairn"
 *
 * export const Input = Schema.Struct({
 *   report: Schema.String.annotations({ description: "The report to read" }).pipe(Field.path, Field.argument),
 *   limit: Schema.optionalWith(Schema.Number, { default: () => 10 })
 * })
 * ```
 *
 * @category annotations
 * @since 0.1.0
 */
export const argument = <S extends Schema.Annotable.All>(self: S): Schema.Annotable.Self<S> =>
  Schema.annotations(self, { [Argument]: true })

/**
 * The field is a path: it is made absolute before it becomes part of the input. Whether it leads anywhere is for the
 * steps to say.
 *
 * @category annotations
 * @since 0.1.0
 */
export const path = <S extends Schema.Annotable.All>(self: S): Schema.Annotable.Self<S> =>
  Schema.annotations(self, { [Path]: true })

/**
 * Where the option is not given, this environment variable is read.
 *
 * @category annotations
 * @since 0.1.0
 */
export const env = (name: string) => <S extends Schema.Annotable.All>(self: S): Schema.Annotable.Self<S> =>
  Schema.annotations(self, { [Env]: name })

/**
 * A short name of one letter.
 *
 * @category annotations
 * @since 0.1.0
 */
export const alias = (letter: string) => <S extends Schema.Annotable.All>(self: S): Schema.Annotable.Self<S> =>
  Schema.annotations(self, { [Alias]: letter })

/**
 * The checkpoint does not keep the value: whoever goes on with the run gives it again. It is for what would be obeyed,
 * such as a command to run or an address that a key is sent to, since a checkpoint may come from somebody else. `which`
 * says of which values that holds; by default of all.
 *
 * @category annotations
 * @since 0.1.0
 */
export const unrecorded =
  (which: (value: unknown) => boolean = () => true) =>
  <S extends Schema.Annotable.All>(self: S): Schema.Annotable.Self<S> =>
    Schema.annotations(self, { [Unrecorded]: which })

/**
 * One field of a struct, as a command line sees it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Field {
  /** Where it stands in what is given, as one word: `a.b`. */
  readonly name: string
  readonly at: ReadonlyArray<string>
  /** `mixed` is JSON or, where it is none, a text. */
  readonly kind: "text" | "number" | "boolean" | "choice" | "duration" | "date" | "json" | "mixed"
  /** One value of it: from what is given to what it stands for. */
  readonly schema: Schema.Schema.AnyNoContext
  readonly choices: ReadonlyArray<string | number>
  /** It takes a list: the option may be given several times. */
  readonly repeated: boolean
  /** It takes values by key: each is given as `key=value`. */
  readonly keyed: boolean
  readonly required: boolean
  /** What stands for it when it is left out. */
  readonly fallback: Option.Option<unknown>
  /** What stands for it, where only a part of the struct that it is in is given. */
  readonly beside: Option.Option<Beside>
  /** What other fields must say for there to be this one. */
  readonly only: ReadonlyArray<Condition>
  readonly description: string
  readonly argument: boolean
  readonly path: boolean
  /** A secret always has one: it is given in no other way. */
  readonly env: Option.Option<string>
  readonly alias: Option.Option<string>
  /** It holds a secret: it is never shown or recorded. */
  readonly secret: boolean
  /** Whether the checkpoint may keep a value of it. */
  readonly isRecorded: (value: unknown) => boolean
}

/**
 * What the default of a struct says of one field in it, in the form in which it is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Beside {
  /** Where the struct stands. */
  readonly of: ReadonlyArray<string>
  readonly whole: unknown
  readonly value: Option.Option<unknown>
}

/**
 * The literal by which structs are told apart: there is a field only where that is one of these.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition {
  readonly at: ReadonlyArray<string>
  readonly values: ReadonlyArray<string>
}

/**
 * The fields of a schema, in order: of a struct, of those in it, and of structs that a literal tells apart. None where
 * the schema is something else.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (schema: Schema.Schema.AnyNoContext): ReadonlyArray<Field> =>
  fieldsOf(schema.ast, { at: [], isOptional: false, beside: Option.none(), only: [] })

/** What the fields of a struct have in common. */
interface Place {
  readonly at: ReadonlyArray<string>
  readonly isOptional: boolean
  readonly beside: Option.Option<Beside>
  readonly only: ReadonlyArray<Condition>
}

const fieldsOf = (ast: AST.AST, place: Place): ReadonlyArray<Field> =>
  Option.match(structOf(ast), {
    onSome: (struct) => fieldsOfStruct(struct, place),
    onNone: () => Option.match(taggedOf(ast), { onNone: () => [], onSome: (tagged) => fieldsOfTagged(tagged, place) })
  })

const fieldsOfStruct = (of: Struct, place: Place): ReadonlyArray<Field> =>
  of.struct.propertySignatures.flatMap((property) => fieldsOfProperty(property, of, place))

/** The tag comes first: it says which of the others there are. */
const fieldsOfTagged = ({ members, tag }: Tagged, place: Place): ReadonlyArray<Field> => {
  const tags = members.flatMap((member) =>
    member.struct.propertySignatures.filter(({ name }) => name === tag).map((property) =>
      fieldOf(property, member, place)
    )
  )
  const [first] = tags
  if (first === undefined) return []
  const both = {
    ...first,
    schema: Schema.Union(...tags.map(({ schema }) => schema)),
    choices: tags.flatMap(({ choices }) => choices),
    description: tags.find(({ description }) => description !== "")?.description ?? "",
    argument: tags.some(({ argument }) => argument),
    alias: Option.firstSomeOf(tags.map(({ alias }) => alias)),
    fallback: Option.firstSomeOf(tags.map(({ fallback }) => fallback))
  }
  return [
    both,
    ...members.flatMap((member) =>
      member.struct.propertySignatures.filter(({ name }) => name !== tag).flatMap((property) =>
        fieldsOfProperty(property, member, {
          ...place,
          only: [...place.only, { at: first.at, values: member.values }]
        })
      )
    )
  ]
}

const fieldsOfProperty = (property: AST.PropertySignature, of: Struct, place: Place): ReadonlyArray<Field> => {
  const field = fieldOf(property, of, place)
  // What is given by its place, by a letter or by a variable is given whole.
  if (field.kind !== "json" || field.repeated || field.keyed || field.argument || Option.isSome(field.alias)) {
    return [field]
  }
  if (Option.isSome(field.env) && !field.secret) return [field]
  const whole = Option.flatMap(
    of.fallbacks(field.at.at(-1) ?? ""),
    (value) => Option.getRight(Schema.encodeUnknownEither(Schema.make(property.type))(value))
  )
  const inner = fieldsOf(property.type, {
    at: field.at,
    isOptional: !field.required || place.isOptional,
    beside: Option.orElse(
      Option.map(whole, (whole) => ({ of: field.at, whole, value: Option.some(whole) })),
      () => within(place.beside, field.at.at(-1) ?? "")
    ),
    only: place.only
  })
  return inner.length === 0 ? [field] : inner
}

const within = (beside: Option.Option<Beside>, name: string): Option.Option<Beside> =>
  Option.map(beside, ({ value, ...rest }) => ({
    ...rest,
    value: Option.filter(
      Option.map(
        value,
        (value): unknown => typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
      ),
      (value) => value !== undefined
    )
  }))

const fieldOf = (property: AST.PropertySignature, of: Struct, place: Place): Field => {
  const { isOptional, type } = property
  const name = String(property.name)
  const at = [...place.at, name]
  const layers = layersOf(type)
  const base = layers.at(-1) ?? type
  const list = AST.isTupleType(base) ? elementOf(base) : undefined
  const values = list === undefined ? valuesByKey(base) : undefined
  const element = list ?? values
  // What is said of the elements of a list is said of the field.
  const elements = element === undefined ? [] : layersOf(element)
  const all: ReadonlyArray<AST.Annotated> = [...of.besides(name), property, ...layers, ...elements]
  const annotation = <A>(id: symbol) =>
    Option.firstSomeOf(all.map((layer) => Option.fromNullable(layer.annotations[id] as A | undefined)))
  const secret = hasSecret(type)
  const unrecorded = annotation<(value: unknown) => boolean>(Unrecorded)
  const beside = within(place.beside, name)
  const one = elements.length > 0 ? elements : layers
  const fallback = Option.orElse(
    Option.flatMap(
      Option.flatMap(beside, ({ value }) => value),
      (value) => Option.getRight(Schema.decodeUnknownEither(Schema.make<unknown, unknown>(type))(value))
    ),
    () => of.fallbacks(name)
  )
  return {
    name: at.join("."),
    at,
    ...shapeOf(one),
    schema: Schema.make<unknown, unknown>(one.find((layer) => Option.isSome(madeOf(layer))) ?? element ?? type),
    repeated: list !== undefined,
    keyed: values !== undefined,
    required: !isOptional && !place.isOptional && Option.isNone(fallback),
    fallback,
    beside,
    only: place.only,
    description: Option.getOrElse(
      Option.firstSomeOf(all.filter((layer) => !isPlain(layer)).map(AST.getDescriptionAnnotation)),
      () => ""
    ),
    argument: !secret && Option.isSome(annotation(Argument)),
    path: Option.isSome(annotation(Path)),
    env: Option.orElse(annotation<string>(Env), () => secret ? Option.some(variableOf(at)) : Option.none()),
    alias: annotation<string>(Alias),
    secret,
    isRecorded: (value) => !secret && !Option.exists(unrecorded, (which) => which(value))
  }
}

/** What a list holds, also one that is not empty; a tuple is no list. */
const elementOf = ({ elements, rest }: AST.TupleType): AST.AST | undefined =>
  rest.length === 1 && elements.every(({ type }) => type === rest[0]?.type) ? rest[0]?.type : undefined

/** `smtp.apiKey` is read from `SMTP_API_KEY`. */
const variableOf = (at: ReadonlyArray<string>): string =>
  at.join("_").replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()

/** What a record holds under any key, where that can be given as one word. */
const valuesByKey = (base: AST.AST): AST.AST | undefined => {
  if (!AST.isTypeLiteral(base) || base.propertySignatures.length > 0) return undefined
  const [only, ...others] = base.indexSignatures
  if (only === undefined || others.length > 0 || !AST.isStringKeyword(AST.encodedAST(only.parameter))) return undefined
  return shapeOf(layersOf(only.type)).kind === "json" ? undefined : only.type
}

/** What a plain type says of itself, such as "a string", says nothing about the field. */
const isPlain = (layer: AST.Annotated): boolean =>
  Option.exists(
    AST.getDescriptionAnnotation(layer),
    (text) => plain.has(text) || /^an? .*(to be decoded into |valid Date$|(Date|Utc|Zoned) instance$)/.test(text)
  )

const plain: ReadonlySet<string> = new Set(
  [AST.stringKeyword, AST.numberKeyword, AST.booleanKeyword].flatMap((ast) =>
    Option.toArray(AST.getDescriptionAnnotation(ast))
  )
)

/** How one value is given, by what it is made from, and what that becomes. */
const shapeOf = (layers: ReadonlyArray<AST.AST>): Pick<Field, "kind" | "choices"> => {
  const base = layers.at(-1)
  if (base === undefined) return { kind: "json", choices: [] }
  const made = Option.firstSomeOf(layers.map(madeOf))
  if (Option.isSome(made)) return { kind: made.value, choices: [] }
  if (AST.isStringKeyword(base) || AST.isTemplateLiteral(base)) return { kind: "text", choices: [] }
  if (AST.isNumberKeyword(base)) return { kind: "number", choices: [] }
  if (AST.isBooleanKeyword(base)) return { kind: "boolean", choices: [] }
  const literals = AST.isLiteral(base)
    ? [base.literal]
    : AST.isUnion(base) && base.types.every(AST.isLiteral)
    ? base.types.filter(AST.isLiteral).map(({ literal }) => literal)
    : AST.isEnums(base)
    ? base.enums.map(([, value]) => value)
    : []
  const choices = literals.filter((literal) => typeof literal === "string" || typeof literal === "number")
  return choices.length > 0 && choices.length === literals.length
    ? { kind: "choice", choices }
    : { kind: AST.isUnion(base) && base.types.some(isText) ? "mixed" : "json", choices: [] }
}

/** What people write in their own way, whatever it is made from. */
const madeOf = (ast: AST.AST): Option.Option<"duration" | "date"> => {
  if (!AST.isTransformation(ast)) return Option.none()
  const type = unrefined(AST.typeAST(ast))
  const name = AST.isDeclaration(type) ? Option.getOrElse(AST.getIdentifierAnnotation(type), () => "") : ""
  return name === "DurationFromSelf" ? Option.some("duration") : dates.has(name) ? Option.some("date") : Option.none()
}

const dates: ReadonlySet<string> = new Set(["DateFromSelf", "DateTimeUtcFromSelf", "DateTimeZonedFromSelf"])

const unrefined = (ast: AST.AST): AST.AST => AST.isRefinement(ast) ? unrefined(ast.from) : ast

const isText = (ast: AST.AST): boolean => {
  const base = layersOf(ast).at(-1) ?? ast
  return AST.isStringKeyword(base) || AST.isTemplateLiteral(base) ||
    (AST.isLiteral(base) && typeof base.literal === "string")
}
