/** Says where an answer lies now that lay beside the checkpoint and was refused: one line, or none. */
export const movedTo = (kept: string | undefined): ReadonlyArray<string> =>
  kept === undefined ? [] : [`It is now ${kept}`]
