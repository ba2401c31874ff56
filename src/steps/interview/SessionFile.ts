/**
 * The file that holds what was answered before an interview was over.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import { foreignJson } from "../../pipeline/foreignJson.ts"

/** @category constants */
export const fileName = ".template-init-session.json"

/**
 * What an earlier interview had come to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  /** What was stored of the answers, unchecked. */
  readonly stored: Readonly<Record<string, unknown>>
  /** When, as far as the file says. */
  readonly savedAt: string
  /** The run that wrote the file; nothing where another program did. */
  readonly run: string | null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Reads the file, or says why it is none. Without `answers` it is taken for the answers themselves.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (text: string): Either.Either<Session, string> =>
  Either.flatMap(foreignJson(text), (file) => {
    if (!isObject(file)) return Either.left("it is not an object")
    if (file.answers === undefined) return Either.right({ stored: file, savedAt: "", run: null })
    const { answers, metadata } = file
    const { run, saved_at: savedAt } = isObject(metadata) ? metadata : {}
    return isObject(answers)
      ? Either.right({
        stored: answers,
        savedAt: typeof savedAt === "string" ? savedAt : "",
        run: typeof run === "string" ? run : null
      })
      : Either.left("\"answers\" is not an object")
  })

/**
 * The text of the file. What was not asked is left out.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = ({ run, savedAt, stored }: Session): string =>
  `${
    JSON.stringify(
      {
        answers: Object.fromEntries(Object.entries(stored).filter(([, answer]) => answer !== null)),
        metadata: { saved_at: savedAt, version: "1.0", ...(run === null ? {} : { run }) }
      },
      null,
      2
    )
  }\n`
