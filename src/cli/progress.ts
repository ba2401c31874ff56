/**
 * Which reporter shows a run.
 *
 * @since 0.1.0
 */
import { Layer } from "effect"
import * as ReporterJson from "../layers/Reporter/Json.ts"
import * as ReporterLines from "../layers/Reporter/Lines.ts"
import * as ReporterLive from "../layers/Reporter/Live.ts"
import { Reporter, silent } from "../pipeline/Reporter.ts"
import * as Io from "./Io.ts"
import type { Parsed } from "./parse.ts"

/**
 * The reporter that `--progress`, `--quiet` and the terminal lead to. All of them write to stderr.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (name: string, io: Io.Io, parsed: Parsed): Layer.Layer<never> => {
  const asked = parsed.values.get("progress")?.[0] ?? "auto"
  const mode = asked !== "auto"
    ? asked
    : parsed.switches.get("quiet") === true
    ? "none"
    : Io.isLive(io)
    ? "live"
    : "lines"
  const colors = Io.colors(io, io.stderr, parsed)
  switch (mode) {
    case "json":
      return ReporterJson.layer({ write: io.stderr.write, name })
    case "live":
      return ReporterLive.layer({ write: io.stderr.write, colors, size: io.stderr.size, onResize: io.stderr.onResize })
    case "lines":
      return ReporterLines.layer({ write: io.stderr.write, colors })
    default:
      return Layer.succeed(Reporter, silent)
  }
}
