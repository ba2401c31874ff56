import { createTwoFilesPatch } from "diff"
import type { Operation } from "./decide.ts"

/**
 * A change as a unified diff.
 *
 * @category combinators
 * @since 0.1.0
 */
export const diff = ({ before, content, path }: Operation): string => {
  const from = before === null ? "/dev/null" : `a/${path}`
  const to = content === null ? "/dev/null" : `b/${path}`
  const old = before === null ? "" : before.content
  const heading = `--- ${from}\n+++ ${to}\n`
  if (old === null) return `${heading}Binary files differ\n`
  return createTwoFilesPatch(from, to, old, content ?? "", undefined, undefined, {
    context: 3,
    // Beyond this, two texts have so little in common that the comparison would only take time.
    maxEditLength: 20_000,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true }
  }) ?? `${heading}The files differ too much to be shown.\n`
}
