/**
 * The result of a step on its way into the checkpoint, and what cannot go there.
 *
 * @since 0.1.0
 */
import { Either } from "effect"
import { isTooLong, tooLong } from "./limit.ts"
import type { Remembered } from "./Secrets.ts"
import type { Definition } from "./Step.ts"

/**
 * Why a text cannot be kept, behind its name.
 *
 * @category guards
 * @since 0.1.0
 */
export const refused = (text: string, secrets: Remembered): string | undefined =>
  isTooLong(text)
    ? tooLong(text)
    : secrets.isIn(text)
    ? isSecret
    : undefined

/** @category constants */
export const isSecret = "holds a secret that was read here, and secrets are never stored"

/**
 * What the journal would give back: that, and nothing else, is what a step hands on.
 *
 * @category conversions
 * @since 0.1.0
 */
export const handedOn = (
  step: Definition,
  result: unknown,
  secrets: Remembered
): Either.Either<{ readonly json: unknown; readonly text: string; readonly value: unknown }, string> => {
  const encoded = step.success.encode(result)
  if (Either.isLeft(encoded)) {
    return Either.left(`the result of step "${step.name}" does not fit its schema\n${encoded.left}`)
  }
  const json = encoded.right
  const text = json === undefined ? "null" : JSON.stringify(json)
  const reason = refused(text, secrets)
  if (reason !== undefined) return Either.left(`the result of step "${step.name}" ${reason}`)
  const decoded = step.success.decode(json === undefined ? undefined : JSON.parse(text))
  return Either.isLeft(decoded)
    ? Either.left(`the result of step "${step.name}" cannot be read back\n${decoded.left}`)
    : Either.right({ json, text, value: decoded.right })
}
