/**
 * What a command line needs to know about the fields of an input or settings schema, and reads from their annotations.
 *
 * Everything else comes from the schema itself: names, descriptions, choices, defaults, what may be left out.
 *
 * @since 0.1.0
 */
import { Option, Schema, SchemaAST as AST } from "effect"

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
  readonly name: string
  /** `mixed` is JSON or, where it is none, a text. */
  readonly kind: "text" | "number" | "boolean" | "choice" | "json" | "mixed"
  readonly choices: ReadonlyArray<string | number>
  /** It takes a list: the option may be given several times. */
  readonly repeated: boolean
  readonly required: boolean
  /** What stands for it when it is left out. */
  readonly fallback: Option.Option<unknown>
  readonly description: string
  readonly argument: boolean
  readonly path: boolean
  readonly env: Option.Option<string>
  readonly alias: Option.Option<string>
  /** It holds a secret: it is never shown or recorded. */
  readonly secret: boolean
  /** Whether the checkpoint may keep a value of it. */
  readonly isRecorded: (value: unknown) => boolean
}

/**
 * The fields of a struct schema, in order; none where the schema is not a struct.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (schema: Schema.Schema.AnyNoContext): ReadonlyArray<Field> => {
  const { besides, fallbacks, struct } = structOf(schema.ast)
  return struct.propertySignatures.map((property) => {
    const { isOptional, name, type } = property
    const layers = layersOf(type)
    const base = layers[layers.length - 1] ?? type
    const element = AST.isTupleType(base) && base.elements.length === 0 ? base.rest[0]?.type : undefined
    // What is said of the elements of a list is said of the field.
    const elements = element === undefined ? [] : layersOf(element)
    const all: ReadonlyArray<AST.Annotated> = [...besides(String(name)), property, ...layers, ...elements]
    const annotation = <A>(id: symbol) =>
      Option.firstSomeOf(all.map((layer) => Option.fromNullable(layer.annotations[id] as A | undefined)))
    const fallback = fallbacks(String(name))
    const isSecret = [...layers, ...elements].some((layer) =>
      Option.contains(AST.getIdentifierAnnotation(layer), "Redacted") || isRedacted(layer)
    )
    const unrecorded = annotation<(value: unknown) => boolean>(Unrecorded)
    return {
      name: String(name),
      ...shapeOf(elements.at(-1) ?? base),
      repeated: element !== undefined,
      required: !isOptional && Option.isNone(fallback),
      fallback,
      description: Option.getOrElse(
        Option.firstSomeOf(all.filter((layer) => !isPlain(layer)).map(AST.getDescriptionAnnotation)),
        () => ""
      ),
      argument: Option.isSome(annotation(Argument)),
      path: Option.isSome(annotation(Path)),
      env: annotation<string>(Env),
      alias: annotation<string>(Alias),
      secret: isSecret,
      isRecorded: (value) => !isSecret && !Option.exists(unrecorded, (which) => which(value))
    }
  })
}

/** What a plain type says of itself, such as "a string", says nothing about the field. */
const isPlain = (layer: AST.Annotated): boolean =>
  "_tag" in layer && (layer === AST.stringKeyword || layer === AST.numberKeyword || layer === AST.booleanKeyword ||
    Option.exists(AST.getDescriptionAnnotation(layer), (text) => text.startsWith("a string to be decoded into")))

const isRedacted = (ast: AST.AST): boolean =>
  AST.isTransformation(ast) && (isRedacted(ast.to) || isRedacted(ast.from)) ||
  AST.isDeclaration(ast) && String(Option.getOrElse(AST.getIdentifierAnnotation(ast), () => ast)).startsWith("Redacted")

interface Struct {
  readonly struct: AST.TypeLiteral
  readonly fallbacks: (name: string) => Option.Option<unknown>
  /** Where a field is annotated that becomes another: on its other side. */
  readonly besides: (name: string) => ReadonlyArray<AST.Annotated>
}

const nothing: Struct = { struct: new AST.TypeLiteral([], []), fallbacks: Option.none, besides: () => [] }

const structOf = (ast: AST.AST): Struct => {
  if (AST.isTypeLiteral(ast)) return { ...nothing, struct: ast }
  if (AST.isRefinement(ast)) return structOf(ast.from)
  if (!AST.isTransformation(ast)) return nothing
  const inner = structOf(ast.from)
  const { to, transformation } = ast
  if (!AST.isTypeLiteralTransformation(transformation)) return inner
  const becomes = (name: string) =>
    Option.fromNullable(transformation.propertySignatureTransformations.find(({ from }) => from === name))
  return {
    struct: inner.struct,
    fallbacks: (name) =>
      Option.filter(
        Option.flatMap(becomes(name), ({ decode }) => decode(Option.none())),
        (value) => value !== undefined && !Option.isOption(value)
      ),
    besides: (name) =>
      Option.match(becomes(name), {
        onNone: () => [],
        onSome: (property) =>
          AST.isTypeLiteral(to) ? to.propertySignatures.filter(({ name }) => name === property.to) : []
      })
  }
}

/** A type and what it is made from, outermost first: where annotations are looked for. */
const layersOf = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isRefinement(ast)) return [ast, ...layersOf(ast.from)]
  if (AST.isTransformation(ast)) return [ast, ...layersOf(ast.from)]
  if (AST.isSuspend(ast)) return [ast, ...layersOf(ast.f())]
  if (AST.isUnion(ast)) {
    const [only, ...others] = ast.types.filter((type) => !AST.isUndefinedKeyword(type) && !isNull(type))
    if (only !== undefined && others.length === 0) return [ast, ...layersOf(only)]
  }
  return [ast]
}

const isNull = (ast: AST.AST): boolean => AST.isLiteral(ast) && ast.literal === null

const shapeOf = (ast: AST.AST): Pick<Field, "kind" | "choices"> => {
  if (AST.isStringKeyword(ast) || AST.isTemplateLiteral(ast)) return { kind: "text", choices: [] }
  if (AST.isNumberKeyword(ast)) return { kind: "number", choices: [] }
  if (AST.isBooleanKeyword(ast)) return { kind: "boolean", choices: [] }
  const literals = AST.isLiteral(ast)
    ? [ast.literal]
    : AST.isUnion(ast) && ast.types.every(AST.isLiteral)
    ? ast.types.filter(AST.isLiteral).map(({ literal }) => literal)
    : AST.isEnums(ast)
    ? ast.enums.map(([, value]) => value)
    : []
  const choices = literals.filter((literal) => typeof literal === "string" || typeof literal === "number")
  return choices.length > 0 && choices.length === literals.length
    ? { kind: "choice", choices }
    : { kind: AST.isUnion(ast) && ast.types.some(isText) ? "mixed" : "json", choices: [] }
}

const isText = (ast: AST.AST): boolean => {
  const base = layersOf(ast).at(-1) ?? ast
  return AST.isStringKeyword(base) || AST.isTemplateLiteral(base) ||
    (AST.isLiteral(base) && typeof base.literal === "string")
}
