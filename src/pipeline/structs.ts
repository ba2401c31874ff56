/**
 * Where the fields of a schema stand in what is given for it: those of a struct, and those of structs that a literal
 * tells apart.
 *
 * @since 0.1.0
 */
import { Option, SchemaAST as AST } from "effect"

/** A struct, with what becomes of its fields. */
export interface Struct {
  readonly struct: AST.TypeLiteral
  /** What stands for a field that is left out. */
  readonly fallbacks: (name: string) => Option.Option<unknown>
  /** Where a field is annotated that becomes another: on its other side. */
  readonly besides: (name: string) => ReadonlyArray<AST.Annotated>
}

/** Structs that the literal in one of their fields tells apart. */
export interface Tagged {
  readonly tag: string
  readonly members: ReadonlyArray<Struct & { readonly values: ReadonlyArray<string> }>
}

/** The struct that is given for a schema, if one is. */
export const structOf = (ast: AST.AST): Option.Option<Struct> => {
  if (AST.isTypeLiteral(ast)) {
    return ast.indexSignatures.length > 0
      ? Option.none()
      : Option.some({ struct: ast, fallbacks: Option.none, besides: () => [] })
  }
  if (AST.isRefinement(ast)) return structOf(ast.from)
  if (AST.isUnion(ast)) return Option.flatMap(onlyOf(ast), structOf)
  if (!AST.isTransformation(ast)) return Option.none()
  const { from, to, transformation } = ast
  if (!AST.isTypeLiteralTransformation(transformation)) return structOf(from)
  const becomes = (name: string) =>
    Option.fromNullable(transformation.propertySignatureTransformations.find(({ from }) => from === name))
  return Option.map(structOf(from), ({ struct }) => ({
    struct,
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
  }))
}

/** The structs that may be given for a schema, where one of their fields tells which it is. */
export const taggedOf = (ast: AST.AST): Option.Option<Tagged> => {
  const structs = Option.all(membersOf(ast).map(structOf))
  if (Option.isNone(structs) || structs.value.length < 2) return Option.none()
  const [first, ...others] = structs.value
  const tags = first?.struct.propertySignatures.map(({ name }) => String(name)) ?? []
  return Option.firstSomeOf(
    tags.map((tag) => {
      const members = structs.value.map((struct) => ({ ...struct, values: literalsOf(struct, tag) }))
      const values = members.flatMap(({ values }) => values)
      return others.length > 0 && members.every(({ values }) => values.length > 0) &&
          new Set(values).size === values.length
        ? Option.some({ tag, members })
        : Option.none()
    })
  )
}

/** What a union may be, unions in it included. */
const membersOf = (ast: AST.AST): ReadonlyArray<AST.AST> =>
  AST.isRefinement(ast)
    ? membersOf(ast.from)
    : AST.isUnion(ast)
    ? somethingOf(ast).flatMap(membersOf)
    : [ast]

const literalsOf = ({ struct }: Struct, name: string): ReadonlyArray<string> => {
  const property = struct.propertySignatures.find((property) => property.name === name)
  if (property === undefined || property.isOptional) return []
  const types = AST.isUnion(property.type) ? property.type.types : [property.type]
  const literals = types.flatMap((type) =>
    AST.isLiteral(type) && typeof type.literal === "string" ? [type.literal] : []
  )
  return literals.length === types.length ? literals : []
}

/** A type and what it is made from, outermost first: where annotations are looked for. */
export const layersOf = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isRefinement(ast) || AST.isTransformation(ast)) return [ast, ...layersOf(ast.from)]
  if (AST.isSuspend(ast)) return [ast, ...layersOf(ast.f())]
  if (AST.isUnion(ast)) {
    return Option.match(onlyOf(ast), { onNone: () => [ast], onSome: (only) => [ast, ...layersOf(only)] })
  }
  return [ast]
}

/** What there is to give where the rest of a union is nothing. */
const onlyOf = (ast: AST.Union): Option.Option<AST.AST> => {
  const [only, ...others] = somethingOf(ast)
  return others.length > 0 ? Option.none() : Option.fromNullable(only)
}

const somethingOf = ({ types }: AST.Union): ReadonlyArray<AST.AST> =>
  types.filter((type) => !AST.isUndefinedKeyword(type) && !(AST.isLiteral(type) && type.literal === null))
