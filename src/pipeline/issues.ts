/**
 * What does not fit a schema, in words.
 *
 * @since 0.1.0
 */
import { Array as Arr, Option, ParseResult, SchemaAST as AST } from "effect"

/**
 * What was found, each with its place. A description says what a field is about ("How many there are"), which is nothing
 * that a value could be: what the schema asks for is told instead.
 *
 * @category accessors
 * @since 0.1.0
 */
export const issues = (error: ParseResult.ParseError): ReadonlyArray<ParseResult.ArrayFormatterIssue> =>
  ParseResult.ArrayFormatter.formatIssueSync(told(error.issue))

const told = (issue: ParseResult.ParseIssue): ParseResult.ParseIssue => {
  switch (issue._tag) {
    case "Pointer":
      return new ParseResult.Pointer(issue.path, issue.actual, told(issue.issue))
    case "Composite":
      return new ParseResult.Composite(
        issue.ast,
        issue.actual,
        "_tag" in issue.issues ? told(issue.issues) : Arr.map(issue.issues, told),
        issue.output
      )
    case "Refinement":
      return new ParseResult.Refinement(issue.ast, issue.actual, issue.kind, told(issue.issue))
    case "Transformation":
      return new ParseResult.Transformation(issue.ast, issue.actual, issue.kind, told(issue.issue))
    case "Type":
      return Option.match(issue.message === undefined ? expected(issue.ast) : Option.none(), {
        onNone: () => issue,
        onSome: (words) => new ParseResult.Type(issue.ast, issue.actual, mismatch(words, issue.actual))
      })
    default:
      return issue
  }
}

/** In the words that Effect has for it. */
const mismatch = (expected: string, actual: unknown): string =>
  ParseResult.TreeFormatter.formatIssueSync(new ParseResult.Type(AST.neverKeyword, actual))
    .replace("never", () => expected)

/** What an annotated schema asks for, where its annotation does not say it. */
const expected = (ast: AST.AST): Option.Option<string> =>
  Option.flatMap(
    Option.filter(AST.getDescriptionAnnotation(ast), () => Option.isNone(AST.getIdentifierAnnotation(ast))),
    (description) => {
      switch (ast._tag) {
        case "Refinement":
          // What Effect says of its own filters is what they ask for.
          return /^an? /.test(description) ? Option.none() : Option.flatMap(AST.getJSONSchemaAnnotation(ast), bounds)
        case "StringKeyword":
          return Option.some("string")
        case "NumberKeyword":
          return Option.some("number")
        case "BooleanKeyword":
          return Option.some("boolean")
        case "Literal":
          return Option.some(JSON.stringify(ast.literal))
        case "Union":
          return Option.some(ast.types.map(String).join(" | "))
        case "TupleType":
          return Option.some("an array")
        case "TypeLiteral":
          return Option.some("an object")
        default:
          return Option.none()
      }
    }
  )

/** The bounds that a filter of Effect sets. */
const bounds = (schema: object): Option.Option<string> => {
  const words = Object.entries(schema).flatMap(([key, value]) => {
    const begin = begins[key]
    return begin === undefined ? [] : [`${begin}${String(value)}`]
  })
  return words.length === 0 ? Option.none() : Option.some(words.join(" and "))
}

const begins: Readonly<Record<string, string>> = {
  type: "an ",
  minimum: "at least ",
  exclusiveMinimum: "more than ",
  maximum: "at most ",
  exclusiveMaximum: "less than ",
  multipleOf: "a multiple of ",
  minLength: "a length of at least ",
  maxLength: "a length of at most ",
  minItems: "a number of items of at least ",
  maxItems: "a number of items of at most ",
  pattern: "a text that matches "
}
