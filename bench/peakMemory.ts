/** Loaded before a command: writes, as it ends, how much memory it had at most, in kilobytes, to descriptor 3. */
import { writeSync } from "node:fs"

process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)))
