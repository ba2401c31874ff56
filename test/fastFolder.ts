import { accessSync, constants } from "node:fs"
import { tmpdir } from "node:os"

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Where tests that inject faults keep their files: in memory where there is such a folder, since none of them needs a disk. */
export const fastFolder: string = isWritable("/dev/shm") ? "/dev/shm" : tmpdir()
