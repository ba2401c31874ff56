import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import * as JournalMemory from "../../src/layers/Journal/Memory.ts"
import { temporary } from "./journal/temporary.ts"
import { suite } from "./JournalContract.ts"

suite("Memory", () => ({ layer: JournalMemory.layer, where: () => "memory" }))

suite("File", () => {
  const home = temporary()
  return { layer: JournalFile.layer({ home }), where: (name) => join(home, "runs", name) }
})
