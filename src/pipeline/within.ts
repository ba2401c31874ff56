/**
 * A file as it is called where its folder was named before.
 *
 * @since 0.1.0
 */

/** @category rendering */
export const within = (folder: string, file: string): string =>
  file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file
