/** How much there is to download. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import type { Row } from "./table.ts"

export const size = (): ReadonlyArray<Row> => {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json"], {
      cwd: join(import.meta.dirname, "../.."),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
  )
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`
  return [{
    what: "package, packed",
    ours: kilobytes(packed.size),
    beside: `${kilobytes(packed.unpackedSize)}  unpacked`,
    ratio: ""
  }]
}
