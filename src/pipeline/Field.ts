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
 * One field of a struct, as a command line sees it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Field {
  readonly name: string
  readonly kind: "text" | "number" | "boolean" | "choice" | "json"
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
}

/**
 * The fields of a struct schema, in order; none where the schema is not a struct.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (schema: Schema.Schema.AnyNoContext): ReadonlyArray<Field> => {
  const { fallbacks, struct } = structOf(schema.ast)
  return struct.propertySignatures.map(({ isOptional, name, type }) => {
    const layers = layersOf(type)
    const annotation = <A>(id: symbol) =>
      Option.firstSomeOf(layers.map((layer) => Option.fromNullable(layer.annotations[id] as A | undefined)))
    const base = layers[layers.length - 1] ?? type
    const element = AST.isTupleType(base) ? base.rest[0]?.type : undefined
    const fallback = fallbacks(String(name))
    return {
      name: String(name),
      ...shapeOf(element === undefined ? base : layersOf(element).at(-1) ?? element),
      repeated: element !== undefined,
      required: !isOptional && Option.isNone(fallback),
      fallback,
      description: Option.getOrElse(
        Option.firstSomeOf(layers.map(AST.getDescriptionAnnotation).map(Option.filter(isOwn))),
        () => ""
      ),
      argument: Option.isSome(annotation(Argument)),
      path: Option.isSome(annotation(Path)),
      env: annotation<string>(Env),
      alias: annotation<string>(Alias),
      secret: layers.some((layer) =>
        Option.contains(AST.getIdentifierAnnotation(layer), "Redacted") || isRedacted(layer)
      )
    }
  })
}

/** Descriptions that Effect's own schemas carry say nothing about the field. */
const isOwn = (description: string): boolean =>
  !/^(a|an) (string|number|boolean|non empty|finite|positive|integer)/.test(description)

const isRedacted = (ast: AST.AST): boolean =>
  AST.isTransformation(ast) && (isRedacted(ast.to) || isRedacted(ast.from)) ||
  AST.isDeclaration(ast) && String(Option.getOrElse(AST.getIdentifierAnnotation(ast), () => ast)).startsWith("Redacted")

const nothing = { struct: new AST.TypeLiteral([], []), fallbacks: () => Option.none<unknown>() }

const structOf = (ast: AST.AST): {
  readonly struct: AST.TypeLiteral
  readonly fallbacks: (name: string) => Option.Option<unknown>
} => {
  if (AST.isTypeLiteral(ast)) return { ...nothing, struct: ast }
  if (AST.isRefinement(ast)) return structOf(ast.from)
  if (!AST.isTransformation(ast)) return nothing
  const inner = structOf(ast.from)
  const { transformation } = ast
  if (!AST.isTypeLiteralTransformation(transformation)) return inner
  return {
    struct: inner.struct,
    fallbacks: (name) => {
      const property = transformation.propertySignatureTransformations.find(({ from }) => from === name)
      return property === undefined ? Option.none() : Option.filter(
        property.decode(Option.none()),
        (value) => value !== undefined && !Option.isOption(value)
      )
    }
  }
}

/** A type and what it is made from, outermost first: where annotations are looked for. */
const layersOf = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isRefinement(ast)) return [ast, ...layersOf(ast.from)]
  if (AST.isTransformation(ast)) return [ast, ...layersOf(ast.from)]
  if (AST.isSuspend(ast)) return [ast, ...layersOf(ast.f())]
  if (AST.isUnion(ast)) {
    const [only, ...others] = ast.types.filter((type) => !AST.isUndefinedKeyword(type))
    if (only !== undefined && others.length === 0) return [ast, ...layersOf(only)]
  }
  return [ast]
}

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
    : { kind: "json", choices: [] }
}
