/**
 * A schema as the kernel uses it: compiled once, with the step, and blind to the types that the step's own signature
 * carries.
 *
 * @since 0.1.0
 */
import { Either, Option, type ParseResult, Redacted, Schema, SchemaAST as AST } from "effect"
import { canonicalJson, digest, notJson, pointer, secret } from "./digest.ts"
import { issues } from "./issues.ts"
import { lazily } from "./lazily.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Codec {
  /** Gives plain JSON, or says what cannot be encoded and where. */
  readonly encode: (value: unknown) => Either.Either<unknown, string>
  /** Gives the value, or says what does not fit and where. */
  readonly decode: (json: unknown) => Either.Either<unknown, string>
  /** A digest of the schema's shape: another shape may not decode what this one encoded. */
  readonly shape: () => string
  readonly ast: AST.AST
}

/**
 * Compiles a schema. `decode` refuses what `encode` could not have given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, I>(schema: Schema.Schema<A, I>): Codec => {
  const { ast } = schema
  // A command line makes the steps of all its programs, and runs those of one: what is compiled, is so when it is used.
  const encodeEither = lazily(() => Schema.encodeUnknownEither(schema))
  const decodeEither = lazily(() => Schema.decodeUnknownEither(schema))
  const isVoid = lazily(() => isNothing(AST.encodedAST(ast)))
  const isOpaque = lazily(() => hasDeclaration(ast, new Set()))
  let shape: string | undefined
  return {
    encode: (value) => {
      try {
        if (isOpaque() && holdsSecret(value)) return Either.left(`/: ${secret}`)
        const encoded = encodeEither()(value)
        if (Either.isLeft(encoded)) return Either.left(problems(encoded.left).join("\n"))
        const problem = encoded.right === undefined ? undefined : notJson(encoded.right)
        return problem === undefined ? Either.right(encoded.right) : Either.left(problem)
      } catch (cause) {
        return refusedBy(cause)
      }
    },
    // JSON has no undefined: a result that is nothing is stored as null.
    decode: (json) => {
      try {
        const decoded = decodeEither()(json === null && isVoid() ? undefined : json)
        return Either.isLeft(decoded) ? Either.left(problems(decoded.left).join("\n")) : Either.right(decoded.right)
      } catch (cause) {
        return refusedBy(cause)
      }
    },
    shape: () => shape ??= digest(canonicalJson(describe(ast, new Map()))),
    ast
  }
}

/**
 * Compiles a schema for what a checkpoint keeps. Throws where that is refused, since it is a bug there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeKept = <A, I>(schema: Schema.Schema<A, I>, refused: (reason: string) => Error): Codec =>
  Option.match(refusal(schema.ast), {
    onNone: () => make(schema),
    onSome: (reason) => {
      throw refused(reason)
    }
  })

/** A transformation that throws is one that refuses. */
const refusedBy = (cause: unknown): Either.Either<never, string> =>
  Either.left(`/: ${cause instanceof Error ? cause.message : String(cause)}`)

/** All problems of a parse, each with its JSON pointer. Those of one place are one problem where it may be this or that. */
export const problems = (error: ParseResult.ParseError): ReadonlyArray<string> => {
  const found = new Map<string, { readonly expected: Set<string>; readonly text: (expected: string) => string }>()
  for (const { message, path } of issues(error)) {
    const place = path.reduce<string>(pointer, "") || "/"
    const [, expected, actual] = /^Expected (.*), actual (.*)$/s.exec(message) ?? []
    const key = JSON.stringify([place, actual ?? message])
    const before = found.get(key)
    if (before !== undefined && expected !== undefined) before.expected.add(expected)
    else {
      found.set(key, {
        expected: new Set(expected === undefined ? [] : [expected]),
        text: (expected) => `${place}: ${actual === undefined ? message : `Expected ${expected}, actual ${actual}`}`
      })
    }
  }
  return Array.from(found.values(), ({ expected, text }) => text([...expected].join(" | ")))
}

/**
 * Says why a schema cannot be used for what a checkpoint stores: its encoded side must be JSON, and no part a secret. Many
 * steps share a schema.
 */
const refusal = (ast: AST.AST): Option.Option<string> => {
  const known = refusals.get(ast)
  if (known !== undefined) return known
  const found = Option.orElse(
    hasSecret(ast) ? Option.some(`holds ${secret}`) : Option.none(),
    () => {
      const encoded = AST.encodedAST(ast)
      return isNothing(encoded) ? Option.none() : notJsonSchema(encoded, "", new Set())
    }
  )
  refusals.set(ast, found)
  return found
}

const refusals = new WeakMap<AST.AST, Option.Option<string>>()

const isNothing = (encoded: AST.AST): boolean => AST.isVoidKeyword(encoded) || AST.isUndefinedKeyword(encoded)

/** Whether a `Redacted` is part of a schema. */
export const hasSecret = (ast: AST.AST, seen = new Set<AST.AST>()): boolean => {
  if (seen.has(ast)) return false
  seen.add(ast)
  if (ast._tag === "Declaration") {
    const name = ast.annotations[AST.TypeConstructorAnnotationId]
    if (typeof name === "object" && name !== null && "_tag" in name && name._tag === "effect/Redacted") return true
  }
  return children(ast).some((child) => hasSecret(child, seen))
}

/** What a declaration holds, its schema does not tell. */
const hasDeclaration = (ast: AST.AST, seen: Set<AST.AST>): boolean => {
  if (seen.has(ast)) return false
  seen.add(ast)
  return ast._tag === "Declaration" || children(ast).some((child) => hasDeclaration(child, seen))
}

const holdsSecret = (value: unknown): boolean => {
  const seen = new Set<unknown>()
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== "object" || next === null || seen.has(next)) continue
    if (Redacted.isRedacted(next)) return true
    seen.add(next)
    waiting.push(...Object.values(next), ...(next instanceof Map || next instanceof Set ? next : []))
  }
  return false
}

const children = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  switch (ast._tag) {
    case "Declaration":
      return ast.typeParameters
    case "TypeLiteral":
      return [...ast.propertySignatures.map(({ type }) => type), ...ast.indexSignatures.map(({ type }) => type)]
    case "TupleType":
      return [...ast.elements.map(({ type }) => type), ...ast.rest.map(({ type }) => type)]
    case "Union":
      return ast.types
    case "Suspend":
      return [ast.f()]
    case "Refinement":
      return [ast.from]
    case "Transformation":
      return [ast.from, ast.to]
    default:
      return []
  }
}

const notJsonSchema = (ast: AST.AST, path: string, seen: Set<AST.AST>): Option.Option<string> => {
  const at = (what: string) => Option.some(`encodes ${path === "" ? "to" : `"${path}" to`} ${what}, which is not JSON`)
  const first = (of: ReadonlyArray<readonly [string, AST.AST]>) =>
    Option.firstSomeOf(of.map(([key, child]) => notJsonSchema(child, key === "" ? path : `${path}/${key}`, seen)))
  if (seen.has(ast)) return Option.none()
  seen.add(ast)
  switch (ast._tag) {
    case "BigIntKeyword":
    case "SymbolKeyword":
    case "UniqueSymbol":
      return at(ast._tag === "BigIntKeyword" ? "a bigint" : "a symbol")
    case "Declaration":
      return at(String(ast))
    case "VoidKeyword":
    case "UndefinedKeyword":
      return at("undefined")
    case "Literal":
      return typeof ast.literal === "bigint" ? at("a bigint") : Option.none()
    case "TypeLiteral":
      return first([
        ...ast.propertySignatures.map(({ name, type }) => [String(name), withoutUndefined(type)] as const),
        ...ast.indexSignatures.map(({ type }) => ["*", withoutUndefined(type)] as const)
      ])
    case "TupleType":
      return first([
        ...ast.elements.map(({ type }, index) => [String(index), type] as const),
        ...ast.rest.map(({ type }) => ["*", type] as const)
      ])
    default:
      return first(children(ast).map((child) => ["", child] as const))
  }
}

/** A property that is undefined is left out of the JSON, and comes back as absent. */
const withoutUndefined = (ast: AST.AST): AST.AST =>
  AST.isUnion(ast) ? AST.Union.make(ast.types.filter((type) => !AST.isUndefinedKeyword(type))) : ast

/** The structure of a schema as JSON; a schema that refers to itself is described once and then by its number. */
const describe = (ast: AST.AST, seen: Map<AST.AST, number>): unknown => {
  const before = seen.get(ast)
  if (before !== undefined) return { ref: before }
  seen.set(ast, seen.size)
  switch (ast._tag) {
    case "Literal":
      return { literal: typeof ast.literal === "bigint" ? String(ast.literal) : ast.literal }
    case "Enums":
      return { enums: ast.enums.map(([name, value]) => [name, value]) }
    case "TemplateLiteral":
      return { template: String(ast) }
    case "TypeLiteral":
      return {
        struct: ast.propertySignatures.map((
          { isOptional, name, type }
        ) => [String(name), isOptional, describe(type, seen)]),
        index: ast.indexSignatures.map(({ parameter, type }) => [describe(parameter, seen), describe(type, seen)])
      }
    case "TupleType":
      return {
        tuple: ast.elements.map(({ isOptional, type }) => [isOptional, describe(type, seen)]),
        rest: ast.rest.map(({ type }) => describe(type, seen))
      }
    case "Declaration":
    case "Union":
    case "Suspend":
    case "Refinement":
    case "Transformation":
      return { [ast._tag]: children(ast).map((child) => describe(child, seen)), name: named(ast) }
    default:
      return ast._tag
  }
}

const named = (ast: AST.AST): string =>
  Option.getOrElse(Option.orElse(AST.getIdentifierAnnotation(ast), () => AST.getTitleAnnotation(ast)), () => "")
