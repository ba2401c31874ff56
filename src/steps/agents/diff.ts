import { createTwoFilesPatch } from "diff"

/**
 * What a text became, as a unified diff; empty where it is the same.
 *
 * @category rendering
 */
export const diff = (path: string, before: string | null, after: string): string =>
  before === after
    ? ""
    : createTwoFilesPatch(
      before === null ? "/dev/null" : `a/${path}`,
      `b/${path}`,
      before ?? "",
      after,
      undefined,
      undefined,
      { context: 3, headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } }
    )
